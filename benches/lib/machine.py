"""The machine and a run on it: its shape, its cores, how long it may take, how it says that it failed."""

import os
import pathlib
import platform
import re
import signal
import subprocess
import sys

from load import Unmeasured


def machine():
    """The machine's shape."""
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kind, system = model[1] if model else platform.machine(), platform.release().partition("-")[0]
    return f"{os.cpu_count()} cores ({kind}), {memory:.0f} GiB, Linux {system}"


def two_cores():
    """The servers' core and that of the load."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise Unmeasured("two cores are needed: one for the servers, one for the load")
    return cores[:2]


def bounded(limit_s):
    """What hangs or is interrupted from now on still ends what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"not done within {limit_s} s"))
    signal.alarm(limit_s)


def output(*command):
    """What a program said, on both outputs."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return (done.stdout + done.stderr).strip()


def wrk_version():
    """Of wrk, which says it in its usage."""
    return (output("wrk", "-v").split() or ["", "?"])[1]


def say(text):
    """Progress, for who waits."""
    print(f"   {text}", file=sys.stderr, flush=True)


def ended_well(run):
    """Runs it; what was not measured ends this process with a sentence and an exit code."""
    try:
        run()
    except (Unmeasured, subprocess.SubprocessError, OSError) as fault:
        said = getattr(fault, "stderr", None) or b""
        sys.exit(f"not measured: {fault}\n{said if isinstance(said, str) else said.decode(errors='replace')}")
