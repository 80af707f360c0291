"""Export: the file of a revision."""

import http.client
import time
import urllib.parse

from bench import MB, MIB
from client import Client
from load import Spread, Unmeasured
from machine import say

TIMES = 10


def measure(bench, store):
    """The CSV of the large table, ten times."""
    say("export")
    with store.server() as server:
        revision = Client(server, store.token).document("/v2/datasets/table/revisions/1")
        file = next(f for f in revision["distribution"] if f["encodingFormat"] == "text/csv")
        size = int(file["contentSize"])
        # Once before, so that what the first answer needs once does not count as growth.
        download(server, file["contentUrl"], size)
        before = server.memory_bytes()
        server.forget_peak()
        found = [download(server, file["contentUrl"], size) for _ in range(TIMES)]
        grown = (server.peak_bytes() - before) / MIB
    bench.line(f"export of the CSV, {size / MB:.0f} MB", Spread.of(size / MB / t for _, t in found),
               " MB/s", 100, least=True)
    bench.line("export: first byte", Spread.of(first * 1e3 for first, _ in found), " ms", 50)
    bench.line(f"export, {TIMES} times: memory grows by", Spread.of([grown]), " MiB", 5)


def download(server, url, size):
    """Seconds to the first byte, and to the last."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=60)
    room, count = memoryview(bytearray(1 << 20)), 0
    began = time.perf_counter()
    connection.request("GET", urllib.parse.urlsplit(url).path)
    answer = connection.getresponse()
    count = answer.readinto(room[:1])
    first = time.perf_counter() - began
    while more := answer.readinto(room):
        count += more
    whole = time.perf_counter() - began
    connection.close()
    if (answer.status, count) != (200, size):
        raise Unmeasured(f"export: {answer.status} with {count} bytes, expected 200 with {size}")
    return first, whole
