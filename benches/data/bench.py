"""What all measurements share: the generated files, PostgreSQL, data folders, and what was found so far."""

import contextlib
import itertools
import shutil

import cells
from load import interleaved
from machine import say
from postgres import Postgres
from servers import Almanac, author
from table import Line

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
KINDS = [SQLITE, POSTGRES]
SMALL_ROWS = 10_000
# Uploads of 1 GB are measured, too.
LARGE = {"ALMANAC_BODIES__TABLE_BYTES": 2 << 30}
MB, MIB = 1_000_000, 1 << 20


class Store:
    """Almanac's data on one of the databases, and a publisher's token."""

    def __init__(self, bench, kind):
        self.bench, self.kind, self.name = bench, kind, f"store{next(bench.numbers)}"
        self.folder, self.settings = bench.folder / self.name / "data", dict(LARGE)
        self.folder.parent.mkdir()
        if kind == POSTGRES:
            self.settings["ALMANAC_DATABASES__ALMANAC__URL"] = bench.postgres.database(self.name)
        self.token = author(bench.binary, self.folder, "publisher", **self.settings)

    def server(self, core=None, **settings):
        """A server on it, on that core or on any."""
        return Almanac(self.bench.binary, core, self.folder, self.kind, **self.settings | settings)

    @property
    def beside(self):
        """The database's process, if it has one."""
        return self.bench.postgres.pid if self.kind == POSTGRES else None

    def forget(self):
        """Its bytes are free again."""
        shutil.rmtree(self.folder.parent)
        if self.kind == POSTGRES:
            self.bench.postgres.forget(self.name)


class Bench:
    """What is being measured, and what was found so far."""

    def __init__(self, binary, folder, cores, rows, quick):
        self.binary, self.folder, self.rows, self.quick = str(binary), folder, rows, quick
        self.core, self.load_core = cores
        self.rounds = 1 if quick else 3
        self.lines, self.costs, self.numbers, self.running = [], {}, itertools.count(1), contextlib.ExitStack()
        self.small_rows = min(SMALL_ROWS, rows // 10)
        self.table, self.small = folder / "table.csv", folder / "small.csv"

    def start(self):
        """Generates the tables and starts PostgreSQL."""
        say(f"a table of {self.rows:,} rows")
        cells.write(self.table, self.rows)
        cells.write(self.small, self.small_rows)
        self.postgres = self.running.enter_context(Postgres(self.folder / "postgres"))

    @property
    def size_mb(self):
        """Of the table."""
        return self.table.stat().st_size / MB

    def line(self, what, found, *more, **how):
        """Notes what became of an aim."""
        self.lines.append(Line(what, found, *more, **how))

    def told(self, what, found, unit=""):
        """Notes what has no aim."""
        self.lines.append(Line(what, found, unit))

    def take(self, *targets, connections=32):
        """CPU time of requests by turns, with the servers on their core; gives the rounds of each."""
        say(", ".join(target.name for target in targets))
        found = interleaved(targets, self.core, self.rounds, 1, connections)
        self.costs |= found
        return [found[target.name] for target in targets]
