"""A PostgreSQL server of the run's own: durable, with the settings that it comes with."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import time

from load import Unmeasured
from servers import free_port

PATIENCE_S = 60
# Connections for 64 clients of each side; all else is the default, above all fsync.
SETTINGS = ["-c", "max_connections=200"]


def programs():
    """The folder of the newest PostgreSQL's programs: Debian keeps them out of PATH."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    return pathlib.Path(os.path.realpath(initdb)).parent if initdb else None


class Postgres:
    """The server, in a folder; ends with the `with`."""

    def __init__(self, folder):
        self.bin, self.folder, self.port = programs(), folder, free_port()
        self.folder.mkdir()
        self.user = self.owner()
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        self.run("initdb", "--pgdata", folder / "data", "--auth", "trust", "--username", "almanac",
                 "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        where = ["-D", folder / "data", "-p", str(self.port), "-h", "127.0.0.1", "-k", folder]
        with open(folder.parent / "postgres.log", "wb") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", *where, *SETTINGS], cwd=folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, **self.user,
            )
        self.pid = self.process.pid
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.end()
            raise

    @staticmethod
    def owner():
        """Whose the process is: PostgreSQL refuses to run as root."""
        if os.geteuid():
            return {}
        for name in ["postgres", "nobody"]:
            try:
                user = pwd.getpwnam(name)
            except KeyError:
                continue
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        raise Unmeasured("no user `postgres` or `nobody` to run PostgreSQL as")

    def run(self, program, *words):
        """Runs one of its programs as its user."""
        subprocess.run([self.bin / program, *words], cwd=self.folder, stdin=subprocess.DEVNULL, check=True,
                       capture_output=True, timeout=PATIENCE_S, **self.user)

    def wait_until_it_answers(self):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if subprocess.run([self.bin / "pg_isready", *self.where("postgres")], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.1)
        log = (self.folder.parent / "postgres.log").read_text(errors="replace")
        raise Unmeasured(f"PostgreSQL does not answer: {log[-2000:]}")

    def where(self, database):
        """How its programs reach a database."""
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "almanac", "-d", database]

    def sql(self, database, *statements, timeout=PATIENCE_S):
        """Runs statements or commands of psql, one after the other."""
        words = [word for statement in statements for word in ("-c", statement)]
        command = [self.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *self.where(database), *words]
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True, capture_output=True, timeout=timeout)

    def database(self, name):
        """A new database; its URL."""
        self.sql("postgres", f"create database {name}")
        return f"postgres://almanac@127.0.0.1:{self.port}/{name}"

    def forget(self, name):
        """Drops a database."""
        self.sql("postgres", f"drop database if exists {name} with (force)")

    def end(self):
        """Ends it, and its connections."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
