"""Sealing: how long an edited head takes, and what readers feel meanwhile."""

import itertools
import json
import random
import time

from client import JSON_LD, Client, Pace, reads
from load import Spread, Unmeasured, answer
from machine import say

EVERY_S = 0.01
KEPT = "/v2/datasets/small"


def measure(bench, store):
    """A row is changed and the head sealed, some times, while cached and uncached documents are read at a pace."""
    say(f"sealing, {store.kind}")
    idle_s, sealings = (2, 1) if bench.quick else (5, 4)
    took, cached, uncached, p99s = [], [], [], []
    with store.server(ALMANAC_CACHE__STATUS="true") as server:
        client, chooser, levels = Client(server, store.token), random.Random(6), itertools.count(0.5)
        hit(server)

        def seal():
            # What has not changed is not sealed.
            cells = {"cells": {"level": next(levels)}}
            client.ask("PATCH", "/v2/datasets/table/rows/5", [200], json.dumps(cells),
                       Content_Type="application/merge-patch+json")
            return client.seal("table")

        for _ in range(bench.rounds):
            _, idle = paced(bench, server, store, chooser, lambda: time.sleep(idle_s))
            seconds, busy = paced(bench, server, store, chooser, lambda: [seal() for _ in range(sealings)])
            took += seconds
            p99s.append((idle, busy))
            cached.append(busy[0] / idle[0])
            uncached.append(busy[1] / idle[1])
    bench.line(f"sealing an edited head of {bench.rows:,}, {store.kind}", Spread.of(took), " s", 10)
    for place, what, ratios in [(0, "cached", cached), (1, "uncached", uncached)]:
        name = f"p99 of {what} reads, {store.kind}"
        bench.line(f"{name}: while sealing / idle", Spread.of(ratios), "", 3)
        bench.told(f"{name}: idle", Spread.of(idle[place] for idle, _ in p99s), " ms")
        bench.told(f"{name}: while sealing", Spread.of(busy[place] for _, busy in p99s), " ms")


def hit(server):
    """Refuses to measure if what is to be cached is not."""
    target, status = server.target(KEPT, fields=JSON_LD), ""
    for _ in range(50):
        status = dict(answer(target)[1]).get("cache-status", "")
        if "hit" in status:
            return
        time.sleep(0.1)
    raise Unmeasured(f"{KEPT} is not kept: Cache-Status: {status!r}")


def paced(bench, server, store, chooser, work):
    """Does it while documents are read, 100 a second of each kind: what it gave, and p99 of both in ms."""
    same = iter(lambda: KEPT, None)
    others = iter(lambda: f"/v2/datasets/table/rows/{chooser.randint(bench.rows // 2, bench.rows)}", None)
    cached, uncached = (Pace(server, store.token, reads(urls), EVERY_S, 8) for urls in (same, others))
    done = work()
    return done, (refused_none(cached.end()), refused_none(uncached.end()))


def refused_none(found):
    """Its p99, if all were answered."""
    if found.refused:
        say(f"   refused: {found.refusal}")
    return found.p99_ms
