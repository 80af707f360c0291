"""Import: how long a table takes beside the database's own loader, and how much memory."""

import json
import subprocess
import threading
import time

import cells
from bench import KINDS, MB, MIB, POSTGRES, SQLITE, Store
from client import Client, spread
from load import Spread, Unmeasured
from machine import say

LOADER_S = 300
NO_PHASES = "no event `import` with phases in this binary's log"
LOADERS = {SQLITE: "`sqlite3 .import`", POSTGRES: "psql's `\\copy`"}
AIMS = {SQLITE: 0.5, POSTGRES: 0.6}
MOST_MIB = 150
# A large file that would take longer at the speed of the small one is left out.
PATIENCE_S = 240


def measure(bench):
    """All of it."""
    whole_s = {kind: beside_loader(bench, kind) for kind in KINDS}
    large(bench, bench.size_mb / whole_s[SQLITE])


def beside_loader(bench, kind):
    """The same file by turns into the database by its loader, and into Almanac over HTTP: Almanac's seconds."""
    say(f"import, {kind}")
    loader, rows, whole, peaks = [], [], [], []
    for _ in range(bench.rounds):
        loader.append(LOAD[kind](bench))
        found = once(bench, kind)
        for values, value in zip([rows, whole, peaks], found, strict=True):
            values.append(value)
    ratio = lambda took: spread(l / t if t else None for l, t in zip(loader, took, strict=True))
    name, aim = LOADERS[kind], AIMS[kind]
    bench.line(f"import, {kind}: {name} / until the rows are in", ratio(rows), "", aim, least=True, why_not=NO_PHASES)
    bench.line(f"import, {kind}: {name} / until it is published", ratio(whole))
    bench.told(f"import, {kind}: {name}", Spread.of(loader), " s")
    bench.line(f"import, {kind}: until the rows are in", spread(rows), " s", why_not=NO_PHASES)
    bench.told(f"import, {kind}: until it is published", Spread.of(whole), " s")
    bench.line(f"import, {kind}, {bench.size_mb:.0f} MB: peak of memory", Spread.of(peaks), " MiB", MOST_MIB)
    return min(whole)


def once(bench, kind):
    """One import: seconds until the rows are in (none if not told), seconds in all, MiB at the peak."""
    store = Store(bench, kind)
    with store.server(ALMANAC_LOG="info") as server:
        _, whole = Client(server, store.token).publish_file("table", bench.table)
        peak = server.peak_bytes() / MIB
    told = phases(server.log)
    store.forget()
    if not told:
        return None, whole, peak
    say(f"   {json.dumps(told)}")
    # Each phase begins where the one before ended: what is left is upload, waiting, types, rows and the last commit.
    return whole - (told["files_ms"] + told["profile_ms"]) / 1e3, whole, peak


def phases(log):
    """Milliseconds of the phases of the last import that the server told."""
    for line in reversed(log.read_text(errors="replace").splitlines()):
        if '"infer_ms"' in line:
            event = json.loads(line)
            event = event.get("fields", event)
            return {name: value for name, value in event.items() if name.endswith("_ms")}
    return None


def columns():
    """The references' columns."""
    return ", ".join(f"{name} {kind}" for name, kind in zip(cells.NAMES, cells.TYPES, strict=True))


def by_sqlite(bench):
    """Seconds of sqlite3's import into a new file, with its defaults."""
    file = bench.folder / "loaded.db"
    script = f"create table loaded ({columns()});\n.import --csv --skip 1 {bench.table} loaded\n"
    took = timed(lambda: subprocess.run(
        ["sqlite3", "-bail", file], input=script, text=True, check=True, capture_output=True, timeout=LOADER_S,
    ))
    file.unlink()
    return took


def by_psql(bench):
    """Seconds of psql's copy into a new table, with its defaults."""
    bench.postgres.database("loaded")
    bench.postgres.sql("loaded", f"create table loaded ({columns()})")
    copy = rf"\copy loaded from '{bench.table}' with (format csv, header)"
    took = timed(lambda: bench.postgres.sql("loaded", copy, timeout=LOADER_S))
    bench.postgres.forget("loaded")
    return took


LOAD = {SQLITE: by_sqlite, POSTGRES: by_psql}


def timed(work):
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def large(bench, mb_per_s):
    """Memory while large files come in, one and several at once, where that many MB/s are to be hoped for."""
    scale = bench.table.stat().st_size / (67 * MB) / (4 if bench.quick else 1)
    for what, size, number in [("1 GB", 1_000 * MB, 1), ("4 of 300 MB at once", 300 * MB, 4)]:
        table = cells.Several(bench.table, int(size * scale))
        exact = table.size_bytes / MB
        say(f"import of {what}: {number} of {table.count:,} rows, {exact:,.0f} MB")
        name = f"import, SQLite, {number} of {exact:,.0f} MB" + (" at once" if number > 1 else "")
        expected_s = exact * number / mb_per_s
        if expected_s > PATIENCE_S:
            why_not = f"it would take {expected_s:,.0f} s"
            bench.line(f"{name}: peak of memory", None, " MiB", MOST_MIB, why_not=why_not)
            continue
        store = Store(bench, SQLITE)
        with store.server() as server:
            took = timed(lambda: at_once(server, store.token, table, number))
            peak = server.peak_bytes() / MIB
        store.forget()
        bench.line(f"{name}: peak of memory", Spread.of([peak]), " MiB", MOST_MIB)
        bench.told(name, Spread.of([table.size_bytes * number / MB / took]), " MB/s")


def at_once(server, token, table, number):
    """Uploads so many at the same time."""
    faults = []

    def upload(name):
        try:
            Client(server, token).publish(name, table.size_bytes, table.pieces())
        except Exception as fault:  # a thread's own exception would end nothing
            faults.append(fault)

    threads = [threading.Thread(target=upload, args=(f"large-{n}",)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise Unmeasured(f"import of a large table: {faults[0]!r}")
