"""Rows that are read: pages by cursor, by filter and by offset, and single rows; in the server's CPU time."""

import random

from bench import POSTGRES, SQLITE
from client import JSON_LD, Client
from load import Spread
from machine import say
from servers import pinned

PAGE = 100
ROWS, SMALL = "/v2/datasets/table/rows", "/v2/datasets/small/rows"
OLD = "/v1/datasets/table/rows"
EQUAL = "?filter%5Bsensor%5D%5Beq%5D=7"
RANGE = "?filter%5Bsensor%5D%5Bge%5D=1&sort=sensor"
MOST_US = {SQLITE: 300, POSTGRES: 800}
POINTS = 20_000
DELETED = 200


def measure(bench, store):
    """All of it, without a cache, the server on the first core and wrk on the second."""
    with store.server(bench.core, ALMANAC_CACHE__SIZE_BYTES=0) as server, pinned(bench.load_core):
        Reading(bench, store, server).all()


class Reading:
    """A server that is read from."""

    def __init__(self, bench, store, server):
        self.bench, self.store, self.server, self.kind = bench, store, server, store.kind
        self.client = Client(server, store.token)

    def all(self):
        self.pages()
        if self.kind == SQLITE:
            self.points()
        self.offsets("")
        self.delete()
        self.offsets(f", {DELETED} rows deleted")

    def target(self, what, path, **how):
        """A kind of request."""
        return self.server.target(path, f"{what}, {self.kind}", fields=JSON_LD, beside=self.store.beside, **how)

    def pages(self):
        """Pages by cursor: plain, filtered, sorted, the first and the last."""
        far = self.bench.rows - PAGE
        last = f"page {far // PAGE + 1:,}"
        say(f"the cursors of {last}, {self.kind}")
        deep = lambda query: f"{ROWS}{query}&limit={PAGE}&after={self.client.cursor(ROWS + query, far)}"
        # Its last rows have the greatest sensors; those with 0 are left out.
        sorted_far = self.bench.rows - 2 * PAGE
        sorted_deep = f"{ROWS}{RANGE}&limit={PAGE}&after={self.client.cursor(ROWS + RANGE, sorted_far)}"
        plain, plain_deep, equal_small, equal, range_small, ordered, ordered_deep = self.bench.take(
            self.target("page of 100", f"{ROWS}?limit={PAGE}"),
            self.target(f"page of 100, {last}", deep("?sort=")),
            self.target("filter eq, small", f"{SMALL}{EQUAL}&limit={PAGE}"),
            self.target("filter eq", f"{ROWS}{EQUAL}&limit={PAGE}"),
            self.target("filter ge and sort, small", f"{SMALL}{RANGE}&limit={PAGE}"),
            self.target("filter ge and sort", f"{ROWS}{RANGE}&limit={PAGE}"),
            self.target(f"filter ge and sort, {last}", sorted_deep),
        )
        line, kind = self.bench.line, self.kind
        line(f"rows page of 100, JSON-LD, {kind}: CPU", Spread.of(r.cpu_us for r in plain), " us", MOST_US[kind])
        if self.store.beside:
            self.bench.told("... and PostgreSQL's own", Spread.of(r.beside_us for r in plain), " us")
        line(f"{last} / page 1, {kind}", Spread.ratio(plain_deep, plain), "", 1.5)
        line(f"{last} / page 1, filtered and sorted, {kind}", Spread.ratio(ordered_deep, ordered), "", 1.5)
        sizes = f"{self.bench.rows:,} / {self.bench.small_rows:,} rows, {kind}"
        line(f"filtered page by index (eq), {sizes}", Spread.ratio(equal, equal_small), "", 2)
        line(f"filtered page by index (ge, sort), {sizes}", Spread.ratio(ordered, range_small), "", 2)

    def points(self):
        """Single rows, each another one."""
        chooser = random.Random(4)
        numbers = [chooser.randint(1, self.bench.rows) for _ in range(POINTS)]
        file = self.bench.folder / "points"
        file.write_text("".join(f"{ROWS}/{number}\n" for number in numbers))
        found, = self.bench.take(self.target("one row", f"{ROWS}/{numbers[0]}", targets=file))
        self.bench.line("point read of a row, SQLite, one core", Spread.of(r.per_second for r in found),
                        "/s", 15_000, least=True)
        self.bench.told("point read of a row, SQLite: CPU", Spread.of(r.cpu_us for r in found), " us")

    def offsets(self, when):
        """Version 1's pages by offset, the first and the last whole one."""
        gone = DELETED if when else 0
        far = self.bench.rows - gone - PAGE
        last = f"page {far // PAGE + 1:,}"
        first, deep = self.bench.take(
            self.target(f"v1, page 1{when}", f"{OLD}?limit={PAGE}"),
            self.target(f"v1, {last}{when}", f"{OLD}?limit={PAGE}&offset={far}"),
        )
        self.bench.line(f"v1, {last} / page 1{when}, {self.kind}", Spread.ratio(deep, first), "", 1.5)

    def delete(self):
        """Rows here and there, so that a row's number is no longer its place."""
        chooser = random.Random(5)
        # Not of the first page, which is compared with itself before; nor of the second half, which `sealing` reads.
        for number in chooser.sample(range(PAGE + 1, self.bench.rows // 2), DELETED):
            self.client.ask("DELETE", f"{ROWS}/{number}", [204])
