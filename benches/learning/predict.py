"""What a prediction costs the server, beside nginx and beside Flask with scikit-learn.

The model is the demo's penguins, learned from four numbers. GETs are of 20,000 different predictions; of those that
were asked before, all are kept answers, so the "in memory" line has a cache of 0 bytes, where nothing but the
model is. Rows are posted as CSV and as JSON.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

BENCHES = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path += [str(BENCHES / "lib"), str(BENCHES / "http")]

import install
import table
from load import Spread, answer, check, interleaved
from machine import bounded, ended_well, machine, say, two_cores
from nginx import Nginx
from servers import Almanac, Server, author, environment, free_port
from table import Line

LIMIT_S = 900
TABLE = BENCHES.parent / "static" / "examples" / "penguins.csv"
FEATURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
BOUNDS = [(32.0, 60.0), (13.0, 22.0), (172.0, 231.0), (2700.0, 6300.0)]
VERSION = "/v2/models/penguins/versions/1"
ASKED, ROWS = 20_000, 1_000
# Pairs of starts.
STARTS = 15
JSON_LD = (("Accept", "application/ld+json"),)


def drawn(rows, seed=1):
    """Rows of features within what the model has seen, each number with one digit behind the point."""
    draw = random.Random(seed)
    # Never whole: another spelling would be answered by 308.
    number = lambda low, high: round(draw.randrange(int(low * 10), int(high * 10)) / 10 + 0.05, 2)
    return [[number(*bounds) for bounds in BOUNDS] for _ in range(rows)]


def query(row):
    return "&".join(f"{name}={value}" for name, value in zip(FEATURES, row, strict=True))


class Predictions:
    """Servers with one model each, and what predictions of theirs cost."""

    def __init__(self, binary, folder, core, programs, rounds, seconds):
        self.binary, self.folder, self.core, self.programs = str(binary), folder, core, programs
        self.rounds, self.seconds, self.lines, self.costs = rounds, seconds, [], {}
        self.data = folder / "predictions"
        self.targets = folder / "targets.txt"
        self.targets.write_text("".join(f"{VERSION}/prediction?{query(row)}\n" for row in drawn(ASKED)))
        rows = drawn(ROWS, seed=2)
        self.csv, self.json = folder / "rows.csv", folder / "rows.json"
        self.csv.write_text("\n".join([",".join(FEATURES), *(",".join(map(str, row)) for row in rows)]) + "\n")
        self.json.write_text(json.dumps([dict(zip(FEATURES, row, strict=True)) for row in rows]))

    def train(self):
        """A dataset and a model of it, as its first version."""
        token = author(self.binary, self.data, role="publisher")
        with Almanac(self.binary, self.core, self.data) as server:
            send = lambda path, body, media, **more: urllib.request.urlopen(urllib.request.Request(
                server.url + path, body, {"Content-Type": media, "Authorization": f"Bearer {token}", **more}))
            send("/v2/datasets?identifier=penguins", TABLE.read_bytes(), "text/csv")
            wanted = {"identifier": "penguins", "dataset": "penguins", "target": "species", "features": FEATURES}
            send("/v2/models", json.dumps(wanted).encode(), "application/json", Prefer="wait=30")

    def flask(self):
        """Flask with the same rows."""
        app, env = BENCHES / "peers" / "predict", environment(
            DATA=TABLE, MODEL=self.folder / "model.pkl", PYTHONDONTWRITEBYTECODE=1)
        subprocess.run([self.programs / "flask", "--app", app / "app.py", "train"], env=env, check=True,
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        port = free_port()
        command = [self.programs / "gunicorn", "--chdir", app, "--workers", "1", "--worker-class", "sync"]
        command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", "app:app"]
        return Server("Flask", self.core, command, port, f"/predict?{query(drawn(1)[0])}", self.folder / "f.log", env)

    def run(self):
        """All of it."""
        say("a model")
        self.train()
        with contextlib.ExitStack() as servers:
            plain = servers.enter_context(Almanac(self.binary, self.core, self.data, "Almanac",
                                                  ALMANAC_CACHE__SIZE_BYTES=0))
            cached = servers.enter_context(Almanac(self.binary, self.core, self.data, "Almanac, cache"))
            flask = servers.enter_context(self.flask())
            first = f"{VERSION}/prediction?{query(drawn(1)[0])}"
            found = answer(plain.target(first, fields=JSON_LD))
            nginx = servers.enter_context(Nginx(self.core, self.folder, {"prediction": (found, "")}))
            self.gets(plain, cached, flask, nginx, first)
            self.posts(plain, flask)
        self.first()

    def rows(self, targets):
        found = interleaved(targets, self.core, self.rounds, self.seconds)
        self.costs |= found
        return found

    def gets(self, plain, cached, flask, nginx, first):
        """One prediction at a time."""
        say("predictions by GET")
        targets = [
            nginx.target("/prediction", "prediction: nginx"),
            plain.target(first, "prediction: model in memory", fields=JSON_LD, targets=self.targets),
            cached.target(first, "prediction: kept", fields=JSON_LD),
            flask.target(f"/predict?{query(drawn(1)[0])}", "prediction: Flask"),
            plain.target(VERSION, "version: no cache", fields=JSON_LD),
        ]
        n, memory, kept, peer, _ = (self.rows(targets)[target.name] for target in targets)
        self.lines += [
            Line("prediction by GET, model in memory", Spread.ratio(memory, n), " N", 2.4),
            Line("prediction by GET, kept", Spread.ratio(kept, n), " N"),
            Line("Flask's prediction / model in memory", Spread.ratio(peer, memory), "", 40, least=True),
        ]

    def posts(self, plain, flask):
        """A thousand rows at a time."""
        say("predictions of 1,000 rows")
        kinds = [
            ("1,000 rows: CSV", plain, f"{VERSION}/predictions", self.csv, "text/csv"),
            ("1,000 rows: JSON", plain, f"{VERSION}/predictions", self.json, "application/json"),
            ("1,000 rows: Flask", flask, "/predict", self.json, "application/json"),
        ]
        targets = [
            server.target(path, name, method="POST", fields=(("Content-Type", media),), body=body)
            for name, server, path, body, media in kinds
        ]
        found = self.rows(targets)
        csv, rows, peer = (found[target.name] for target in targets)
        self.lines += [
            Line("POST of 1,000 rows, CSV", Spread.of(one.cpu_us for one in csv), " us", 400),
            Line("POST of 1,000 rows, JSON", Spread.of(one.cpu_us for one in rows), " us"),
            Line("Flask's 1,000 rows / CSV", Spread.ratio(peer, csv), "", 10, least=True),
            Line("Flask's 1,000 rows / JSON", Spread.ratio(peer, rows), ""),
        ]

    def first(self):
        """A prediction as the first request after a start, beside a version as the first after another start."""
        say("first predictions")
        first, item = [], []
        for _ in range(STARTS):
            for path, times in [(f"{VERSION}/prediction?{query(drawn(1)[0])}", first), (VERSION, item)]:
                with Almanac(self.binary, self.core, self.data) as server:
                    target = server.target(path, fields=JSON_LD)
                    began = time.perf_counter()
                    check(target)
                    times.append((time.perf_counter() - began) * 1e6)
        ratio = Spread.of(a / b for a, b in zip(first, item, strict=True))
        self.lines.append(Line("first prediction after a start / uncached version", ratio, "", 1.2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("almanac", type=pathlib.Path, help="the binary of a release build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each round")
    asked = parser.parse_args()
    almanac = asked.almanac.resolve(strict=True)
    cores = two_cores()
    install.programs({"wrk": "wrk", "nginx": "nginx-light"})
    programs = install.peer("predict")
    bounded(LIMIT_S)
    os.sched_setaffinity(0, {cores[1]})
    with tempfile.TemporaryDirectory(prefix="almanac-bench-") as folder:
        bench = Predictions(almanac, pathlib.Path(folder), cores[0], programs, asked.rounds, asked.seconds)
        bench.run()
    others = max(one.others for rounds in bench.costs.values() for one in rounds)
    print(f"{machine()}. The servers' core worked for other processes at most {others:.0%} of a round.\n")
    print(table.aims(bench.lines) + "\n")
    print(table.costs(bench.costs))


if __name__ == "__main__":
    ended_well(main)
