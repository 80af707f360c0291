"""What the benches need and the machine may lack."""

import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# Debian's packages start the servers in them unless this file says no.
POLICY = pathlib.Path("/usr/sbin/policy-rc.d")


def programs(packages):
    """Programs, from Debian where they are missing: `packages` maps each to what it is in."""
    os.environ["PATH"] += ":/usr/sbin"
    missing = [package for program, package in packages.items() if not shutil.which(program)]
    if not missing:
        return
    refuse = not POLICY.exists()
    if refuse:
        with tempfile.NamedTemporaryFile("w", suffix="policy") as file:
            file.write("#!/bin/sh\nexit 101\n")
            file.flush()
            as_root("install", "--mode", "755", file.name, POLICY)
    try:
        as_root("apt-get", "update", "-qq")
        as_root("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq",
                "--no-install-recommends", *missing)
    finally:
        if refuse:
            as_root("rm", "-f", POLICY)


def as_root(*command):
    """Runs a command as root; what it says goes to standard error, where progress goes."""
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run([*sudo, *command], stdin=subprocess.DEVNULL, stdout=2, check=True)


def environment(name, wanted):
    """Python in a cached environment of its own with the packages of a requirements file."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "almanac-tests" / name
    installed = folder / "installed.txt"
    if not installed.is_file() or installed.read_text() != wanted.read_text():
        run = lambda *command: subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, check=True)
        run("python3", "-m", "venv", "--clear", folder)
        run(folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", wanted)
        shutil.copy(wanted, installed)
    return folder / "bin" / "python"


def peer(name):
    """The folder of the programs of a peer, in an environment of its own."""
    return environment(f"peers-{name}-venv", HERE.parent / "peers" / name / "requirements.txt").parent


def flask():
    """The folder of the programs of benches/peers/flask, in an environment of its own."""
    return environment("peers-venv", HERE.parent / "peers" / "flask" / "requirements.txt").parent
