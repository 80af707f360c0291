"""Load by wrk, and what it cost the server: CPU time of its processes divided by the answers.

Requests per second are not asked: on loopback they are as much wrk's figure as the server's.
"""

import dataclasses
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
# What wrk found, of requests that are all the same, and of a walk over URLs.
REPORT, WALK = HERE / "report.lua", HERE / "walk.lua"
TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")


class Unmeasured(Exception):
    """The measurement itself failed: no figure would mean anything."""


@dataclasses.dataclass(frozen=True)
class Target:
    """One kind of request to one server."""

    name: str
    pid: int
    url: str
    status: int = 200
    method: str = "GET"
    fields: tuple = ()
    # A file with one request target a line, of which `url` is one: these are asked for by turns.
    targets: pathlib.Path | None = None
    # A file with the body of each request.
    body: pathlib.Path | None = None
    # A process that works for the server, such as its database: its CPU time is told beside.
    beside: int | None = None


@dataclasses.dataclass(frozen=True)
class Round:
    """What one run of wrk found."""

    requests: int
    per_second: float
    cpu_us: float  # of the server, for one request
    beside_us: float  # of the process beside, for one request
    others: float  # part of the time in which the server's core worked for somebody else
    bytes: float  # of one answer, head and body
    p50_us: int
    p99_us: int
    socket_errors: int
    status_errors: int


def answer(target):
    """Status, fields and body of the target's answer, asked for once."""
    parts = urllib.parse.urlsplit(target.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.putrequest(target.method, path, skip_accept_encoding=True)
    body = target.body.read_bytes() if target.body else None
    for name, value in target.fields:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    found = connection.getresponse()
    body = found.read()
    connection.close()
    return found.status, [(name.lower(), value) for name, value in found.getheaders()], body


def check(target):
    """Refuses to measure what does not answer as expected."""
    status, _, body = answer(target)
    if status != target.status:
        asked = f"{target.method} {target.url}"
        raise Unmeasured(f"{target.name}: {asked}: {status}, expected {target.status}: {body[:500]}")


def family(pid):
    """The process and all that come from it."""
    parents = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue  # it has ended meanwhile
    found = [pid]
    for parent in found:
        found.extend(child for child, of in parents.items() if of == parent)
    return found


def cpu_us(pids):
    """User and system time of these processes so far, their threads and their ended children included."""
    total = 0
    # Children first: of one that ends now the parent tells.
    for pid in reversed(pids):
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += sum(map(int, fields[11:15]))
    return total * TICK_US


def busy_us(core):
    """Time that a core has worked so far, for whomever."""
    for line in pathlib.Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, ticks[:8])
            return (user + nice + system + irq + softirq + steal) * TICK_US
    raise Unmeasured(f"no core {core} in /proc/stat")


def wrk(target, script, arguments=(), seconds=1, connections=32):
    """Runs wrk, on the core of this process, and gives what its script wrote."""
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
    command += ["--timeout", "10s", "--script", str(script)]
    for name, value in target.fields:
        command += ["--header", f"{name}: {value}"]
    command += [target.url, "--", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 60)
    line = next((line for line in done.stdout.splitlines() if line.startswith("{")), None)
    if done.returncode or line is None:
        raise Unmeasured(f"{target.name}: wrk ended with {done.returncode}: {done.stdout}{done.stderr}")
    return json.loads(line)


def asked(target, seconds, connections):
    """Runs wrk with the target's requests."""
    if target.targets:
        return wrk(target, WALK, [str(target.targets)], seconds, connections)
    body = [str(target.body)] if target.body else []
    return wrk(target, REPORT, [target.method, *body], seconds, connections)


def measure(target, core, seconds, connections=32):
    """One round; once more, at most twice, if there was no answer: then the core was somebody else's."""
    for _ in range(3):
        pids, more = family(target.pid), family(target.beside) if target.beside else []
        began, cpu, beside, busy = time.perf_counter(), cpu_us(pids), cpu_us(more), busy_us(core)
        found = asked(target, seconds, connections)
        cpu, beside, busy = cpu_us(pids) - cpu, cpu_us(more) - beside, busy_us(core) - busy
        took_us = (time.perf_counter() - began) * 1e6
        if found["requests"]:
            break
    else:
        worked = f"the server worked for {cpu / 1e6:.2f} s"
        raise Unmeasured(f"{target.name}: no request was answered within {seconds} s; {worked}; wrk: {found}")
    return Round(
        requests=found["requests"],
        per_second=found["requests"] / found["seconds"],
        cpu_us=cpu / found["requests"],
        beside_us=beside / found["requests"],
        others=max(0.0, busy - cpu) / took_us,
        bytes=found["bytes"] / found["requests"],
        p50_us=found["p50_us"],
        p99_us=found["p99_us"],
        socket_errors=found["socket_errors"],
        status_errors=found["status_errors"] if target.status < 400 else 0,
    )


def interleaved(targets, core, rounds, seconds, connections=32):
    """Rounds of each target by turns, after a second of each that does not count."""
    for target in targets:
        check(target)
        asked(target, 1, connections)
    found = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            found[target.name].append(measure(target, core, seconds, connections))
    for target in targets:
        check(target)
    return found


@dataclasses.dataclass(frozen=True)
class Spread:
    """Median of the rounds, least and most."""

    median: float
    least: float
    most: float

    @staticmethod
    def of(values):
        """Of some values; at least one."""
        values = list(values)
        return Spread(statistics.median(values), min(values), max(values))

    @staticmethod
    def ratio(these, those, what="cpu_us"):
        """Of what two targets took, round by round: neighbours in time saw the same machine."""
        return Spread.of(getattr(a, what) / getattr(b, what) for a, b in zip(these, those, strict=True))
