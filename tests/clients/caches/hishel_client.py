"""httpx with hishel, told to be a private cache by RFC 9111: what a program of one user has."""

import importlib.metadata
import pathlib
import tempfile

import hishel
import httpx
from hishel.httpx import CacheClient
from promises import Answer, check


class Client:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        storage = hishel.SqliteStorage(database_path=pathlib.Path(self.folder.name) / "cache.db")
        rfc = hishel.CacheOptions(shared=False)
        self.client = CacheClient(storage=storage, rfc=rfc, follow_redirects=True, timeout=30)

    def read(self, url, accept, **headers):
        return self.send("GET", url, None, Accept=accept, **headers)

    def write(self, method, url, data, **headers):
        return self.send(method, url, data, **headers)

    def send(self, method, url, data, **headers):
        got = self.client.request(method, url, content=data, headers=headers)
        status = got.extensions["caching"]
        confirmed = status["from_cache"] and status["revalidated"]
        return Answer(got.status_code, dict(got.headers), got.content, status["from_cache"], confirmed)


check(f"hishel {importlib.metadata.version('hishel')}, httpx {httpx.__version__}", Client)
