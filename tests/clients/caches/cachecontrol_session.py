"""requests with CacheControl: the cache that pip itself uses. It keeps one representation of a URL and does
not say whether it asked before it answered; the server's access log does."""

import importlib.metadata

import cachecontrol
import requests
from promises import Answer, check


class Session:
    def __init__(self):
        self.session = cachecontrol.CacheControl(requests.Session())

    def read(self, url, accept, **headers):
        return self.send("GET", url, None, Accept=accept, **headers)

    def write(self, method, url, data, **headers):
        return self.send(method, url, data, **headers)

    def send(self, method, url, data, **headers):
        got = self.session.request(method, url, data=data, headers=headers, timeout=30)
        headers = {name.lower(): value for name, value in got.headers.items()}
        return Answer(got.status_code, headers, got.content, kept=got.from_cache, confirmed=None)


check(f"CacheControl {importlib.metadata.version('cachecontrol')}, requests {requests.__version__}", Session)
