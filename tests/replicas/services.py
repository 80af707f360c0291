"""PostgreSQL, an S3 server and servers over them, as children of the tests: on free ports of 127.0.0.1, in folders of
their own, ended by their ids. `client` and `processes` are those of tests/proxies."""

import contextlib
import glob
import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import sys

import boto3

from client import ask, until
from processes import Child, Server, answers, free_port

BUCKET = "almanac"


def postgres_program(name):
    """Debian keeps them out of PATH."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}")) or [shutil.which(name)]
    assert found[-1], f"{name} is not installed: tests/run --install"
    return found[-1]


class Postgres:
    """A PostgreSQL server, or with `of` one that follows it."""

    def __init__(self, folder, name, of=None, options=()):
        self.folder, self.port = pathlib.Path(folder) / name, free_port()
        self.folder.mkdir()
        self.options = ["fsync=off", "full_page_writes=off", "max_connections=100", *options]
        # It refuses to run as root.
        self.prefix = []
        if os.geteuid() == 0:
            user = next(name for name in ("postgres", "nobody") if known(name))
            self.prefix = ["runuser", "-u", user, "--"]
            shutil.chown(self.folder, user)
        if of:
            self._run("pg_basebackup", "--pgdata", self.folder / "data", "--write-recovery-conf", "--checkpoint=fast",
                      "--dbname", f"postgres://almanac@127.0.0.1:{of.port}/postgres")
        else:
            self._run("initdb", "--pgdata", self.folder / "data", "--auth", "trust", "--username", "almanac",
                      "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        self.start()

    def _run(self, program, *words):
        command = [*self.prefix, postgres_program(program), *map(str, words)]
        # To a file: what it starts would keep a pipe open.
        with open(self.folder.parent / f"{self.folder.name}.out", "ab") as out:
            result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", timeout=90)
        assert result.returncode == 0, f"{command}: {self.folder.parent / (self.folder.name + '.out')}"

    def start(self):
        options = " ".join(f"-c {option}" for option in self.options)
        self._run("pg_ctl", "start", "--silent", "--wait", "--timeout", "60", "--pgdata", self.folder / "data",
                  "--log", self.folder / "log", "--options", f"-p {self.port} -h 127.0.0.1 -k {self.folder} {options}")

    def stop(self, mode="immediate"):
        self._run("pg_ctl", "stop", "--silent", "--wait", "--mode", mode, "--pgdata", self.folder / "data")

    def end(self):
        with contextlib.suppress(AssertionError):
            self.stop()

    @property
    def url(self):
        return f"postgres://almanac@127.0.0.1:{self.port}/postgres"

    def sql(self, statement):
        """The rows of a statement, each a list of texts."""
        command = [postgres_program("psql"), self.url, "--no-psqlrc", "--tuples-only", "--no-align",
                   "--field-separator", "\t", "--set", "ON_ERROR_STOP=1", "--command", statement]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        assert result.returncode == 0, result.stderr
        return [line.split("\t") for line in result.stdout.splitlines()]

    def log(self):
        return (self.folder / "log").read_text(errors="replace")


def known(user):
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(user))
    return False


class S3(Child):
    """moto's S3 server with one bucket."""

    def __init__(self, folder, name="s3"):
        super().__init__(folder, name)
        self.port = free_port()
        self.start()
        # As somebody: strangers may list the bucket and no more.
        self.client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
            aws_access_key_id="of-the-tests", aws_secret_access_key="nobody-may-read-this",
        )
        self.client.create_bucket(Bucket=BUCKET)

    def start(self):
        program = pathlib.Path(sys.executable).parent / "moto_server"
        self.spawn([program, "-H", "127.0.0.1", "-p", str(self.port)])
        until("the S3 server listens", lambda: self.running() and answers(self.port), seconds=60)

    @property
    def settings(self):
        return {
            "ALMANAC_BLOBS__URL": f"s3://{BUCKET}/blobs",
            "ALMANAC_BLOBS__ENDPOINT": f"http://127.0.0.1:{self.port}",
            "ALMANAC_BLOBS__REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "of-the-tests",
            "AWS_SECRET_ACCESS_KEY": "nobody-may-read-this",
        }

    def objects(self):
        """The names of all objects."""
        return [found["Key"] for found in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def uploads(self):
        """Uploads in parts that were neither completed nor aborted."""
        return self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])

    def put(self, name, content):
        self.client.put_object(Bucket=BUCKET, Key=name, Body=content)

    def delete(self, name):
        self.client.delete_object(Bucket=BUCKET, Key=name)


class Replica(Server):
    """A server over services that others share."""

    def __init__(self, folder, name, program, settings, data=None):
        self.settings, self.elsewhere = settings, data
        super().__init__(folder, name, program)

    def start(self):
        self.environment |= self.settings
        self.data = self.elsewhere or self.data
        self.port = free_port()
        self.spawn(
            [self.program, "serve", "--port", str(self.port), "--data-dir", self.data, "--public-url",
             self.public_url],
            env=self.environment,
        )
        until("the server listens", lambda: self.running() and answers(self.port), seconds=120)

    def run(self, *words, settings=None):
        """The exit code and the output of a command on the same services."""
        result = subprocess.run(
            [self.program, *words, "--data-dir", self.data], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            env=self.environment | (settings or {}), cwd=self.folder,
        )
        return result.returncode, result.stdout + result.stderr


class Somebody:
    """A user at one server."""

    def __init__(self, server, token):
        self.server, self.token = server, token

    def ask(self, path, method="GET", body=None, **fields):
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        return ask(self.server.port, path, method, {"Authorization": f"Bearer {self.token}", **named}, body,
                   timeout=120)

    def made(self, path, body, **fields):
        """What a POST makes: its path."""
        answer = self.ask(path, "POST", body, **fields)
        assert answer.status in (201, 202), answer
        return path_of(answer.get("location"))

    def article(self, **members):
        """A new article; its headline is `Rain` unless said otherwise, and its URL nobody else's."""
        named = {"headline": "Rain", "articleBody": "It rains.", "identifier": f"rain-{secrets.token_hex(8)}"}
        return self.made("/v2/articles", named | members)

    def dataset(self, slug, rows):
        """A table with so many rows of which one column can be learned from the others."""
        lines = [f"{i % 97},{i % 89},{i * i % 83},{'yes' if i % 97 > i % 89 else 'no'}" for i in range(rows)]
        table = "\n".join(["a,b,c,wet", *lines]) + "\n"
        return self.made(f"/v2/datasets?identifier={slug}", table.encode(), Content_Type="text/csv")


def path_of(url):
    assert url.startswith("http://site.test"), url
    return url.removeprefix("http://site.test")
