"""Rows that are written: at a pace while a large table comes in, and by many clients at once."""

import itertools
import json
import re
import subprocess

import cells
from bench import KINDS, POSTGRES
from client import Client, Pace
from load import REPORT, Spread, Unmeasured, wrk
from machine import say

CLIENTS = 64
EVERY_S = 0.01
ROWS = "/v2/datasets/small/rows"


def during_import(bench, store):
    """Single-row writes, one every 10 ms, while the large table is imported once more."""
    say(f"writes during an import, {store.kind}")
    with store.server() as server:
        pace = Pace(server, store.token, new_rows(), EVERY_S)
        _, took = Client(server, store.token).publish_file("again", bench.table)
        found = pace.end()
    if found.refused:
        say(f"   refused: {found.refusal}")
    what = f"writes during an import, {store.kind}"
    bench.line(f"{what}: p99 of {len(found.took_ms):,}", Spread.of([found.p99_ms]), " ms", 250)
    bench.line(f"{what}: refused", Spread.of([found.refused]), "", 0)
    bench.told(f"{what}: longest", Spread.of([max(found.took_ms)]), " ms")
    bench.told(f"{what}: the import", Spread.of([took]), " s")


def new_rows():
    """Requests that add a row each."""
    for number in itertools.count():
        yield "POST", ROWS, json.dumps(cells.new_row(number)), 201, {"Content_Type": "application/json"}


def durable(bench, stores):
    """Single-row writes by 64 clients, on each database, and pgbench's simple update, by turns."""
    say(f"durable writes by {CLIENTS} clients")
    seconds = 2 if bench.quick else 5
    row = bench.folder / "row.json"
    row.write_text(json.dumps(cells.new_row(0)))
    bench.postgres.database("simple")
    pgbench(bench, "-i", "-q", "-s", "2" if bench.quick else "10")
    rates = {kind: [] for kind in KINDS}
    updates = []
    for _ in range(bench.rounds):
        for kind, store in zip(KINDS, stores, strict=True):
            # As many connections as pgbench has.
            with store.server(ALMANAC_DATABASES__ALMANAC__MAX_CONNECTIONS=CLIENTS) as server:
                rates[kind].append(written(server, store.token, row, seconds))
        updates.append(updated(bench, seconds))
    for kind in KINDS:
        aim = () if kind == POSTGRES else ("/s", 2_000)
        bench.line(f"durable writes of a row, {CLIENTS} clients, {kind}", Spread.of(rates[kind]), *(aim or ("/s",)),
                   least=True)
    ratio = Spread.of(rate / update for rate, update in zip(rates[POSTGRES], updates, strict=True))
    bench.line("... / pgbench's simple updates", ratio, "", 0.7, least=True)
    bench.told(f"pgbench, simple update, {CLIENTS} clients", Spread.of(updates), "/s")


def written(server, token, row, seconds):
    """Rows in a second."""
    fields = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
    target = server.target(ROWS, fields=fields)
    found = wrk(target, REPORT, ["POST", str(row)], seconds, CLIENTS)
    failed = found["socket_errors"] + found["status_errors"]
    if failed or not found["requests"]:
        raise Unmeasured(f"{failed} of {found['requests']} writes failed: {server.log.read_text()[-2000:]}")
    return found["requests"] / found["seconds"]


def updated(bench, seconds):
    """pgbench's transactions in a second."""
    said = pgbench(bench, "-N", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds))
    return float(re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)[1])


def pgbench(bench, *words):
    """What pgbench said."""
    where = [word for word in bench.postgres.where("simple") if word != "-d"]
    done = subprocess.run([bench.postgres.bin / "pgbench", *words, *where], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=True, timeout=120)
    return done.stdout
