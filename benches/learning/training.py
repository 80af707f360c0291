"""Trainings from the request to the published version, beside scikit-learn's solvers on the same numbers."""

import json
import pathlib
import subprocess
import time

from client import Client, Pace, reads
from load import Spread, Unmeasured
from machine import say
from servers import Almanac, author

REFERENCE = pathlib.Path(__file__).resolve().parent / "reference.py"
# Uploads of 200 MB are measured, too.
SETTINGS = {"ALMANAC_BODIES__TABLE_BYTES": 2 << 30}
# Rows, columns, classes; the bound of seconds, and that of the ratio to the fastest solver.
SHAPES = [(100_000, 20, 2, 1.0, None), (1_000_000, 20, 2, None, 1.5), (100_000, 20, 10, None, 2.0)]
# A twentieth of the rows.
QUICK = 20
# Reads beside trainings: one every so often, how long while nothing else is done, and how many trainings.
EVERY_S, IDLE_S, BESIDE = 0.01, 5, 5
# Peak memory beyond the idle server's, in matrices of 8 bytes a cell.
MATRICES = 3


def versions(bench):
    """Of the reference."""
    return bench.versions


def reference(bench, *words):
    """Runs the reference's program."""
    done = subprocess.run([bench.python, REFERENCE, *map(str, words)], check=True, capture_output=True, text=True)
    return done.stdout


def p99_ms(server, token, url, work):
    """Of reads of what is kept, 100 a second, while something is done."""
    pace = Pace(server, token, reads(iter(lambda: url, None)), EVERY_S, 8)
    work()
    found = pace.end()
    if found.refused:
        raise Unmeasured(f"a read was refused: {found.refusal}")
    return found.p99_ms


def beside_reads(bench, server, token, client, name, what):
    """What those who read feel while it is trained, beside what they feel while nothing is."""
    idle, busy = [], []
    for number in range(bench.rounds):
        idle.append(p99_ms(server, token, f"/v2/datasets/{name}", lambda: time.sleep(IDLE_S)))
        training = lambda: [trained(client, name, f"read-{number}-{again}") for again in range(BESIDE)]
        busy.append(p99_ms(server, token, f"/v2/datasets/{name}", training))
    ratio = Spread.of(b / i for b, i in zip(busy, idle, strict=True))
    bench.line(f"p99 of cached reads: while training / idle, {what}", ratio, "", 3)
    bench.line("p99 of cached reads: idle", Spread.of(idle), " ms")
    bench.line("p99 of cached reads: while training", Spread.of(busy), " ms")


def trained(client, name, number):
    """Seconds from the request for a training to its version."""
    body = {"name": f"{name}-{number}", "dataset": name, "target": "y"}
    began = time.perf_counter()
    answer = client.post("/v2/models", body, [202], Prefer="respond-async")
    return client.settled(answer, began)[1]


def one(bench, shape):
    """One table: rounds of both by turns, and the peak of memory."""
    rows, columns, classes, seconds, ratio = shape
    rows = rows // QUICK if bench.quick else rows
    what = f"{rows:,} x {columns}, {classes} classes"
    say(what)
    file = bench.folder / f"t{rows}-{classes}.csv"
    reference(bench, "write", file, rows, columns, classes)
    folder = bench.folder / f"{file.stem}" / "data"
    folder.parent.mkdir()
    token = author(bench.binary, folder, "publisher", **SETTINGS)
    ours, theirs, fastest = [], [], set()
    with Almanac(bench.binary, None, folder, **SETTINGS) as server:
        client = Client(server, token)
        client.publish_file(file.stem, file)
        time.sleep(1)
        idle = server.memory_bytes()
        server.forget_peak()
        for number in range(bench.rounds):
            ours.append(trained(client, file.stem, number))
            found = json.loads(reference(bench, "fit", file))
            theirs.append(min(found["seconds"].values()))
            fastest.add(min(found["seconds"], key=found["seconds"].get))
            bench.versions = found["versions"]
        peak = server.peak_bytes() - idle
        if ratio and classes == 2:
            beside_reads(bench, server, token, client, file.stem, what)
    # Others may work beside us: the best round of each is what the program takes.
    best = Spread(min(ours), min(ours), max(ours))
    bench.line(f"training, {what}", best, " s", seconds)
    bench.line(f"scikit-learn ({', '.join(sorted(fastest))}), {what}", Spread(min(theirs), min(theirs), max(theirs)), " s")
    bench.line(f"training / scikit-learn, {what}", Spread.of([min(ours) / min(theirs)]), "", ratio)
    bench.line(f"peak memory / matrix, {what}", Spread.of([peak / (rows * columns * 8)]), "", MATRICES)
    file.unlink()


def measure(bench):
    """All shapes."""
    if not pathlib.Path(bench.python).exists():
        raise Unmeasured("scikit-learn is missing")
    for shape in SHAPES:
        one(bench, shape)
