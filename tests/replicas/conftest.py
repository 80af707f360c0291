"""What the tests stand on:

    first  -.-> PostgreSQL <- standby
    second -'                  ^
       '---> S3                '- third (test_standby.py)
"""

import itertools
import os
import pathlib
import shutil
import signal
import sys
import tempfile

import pytest

from client import ask
from services import S3, Postgres, Replica, Somebody

# The folders are removed and the children ended at an ordinary exit.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

_numbers = itertools.count(1)


class Shape:
    """Two servers over one PostgreSQL and one bucket; ann is a publisher at both."""

    def __init__(self, folder, program):
        self.folder, self.program, self.children = folder, program, []
        try:
            self.postgres = self.keep(Postgres(folder, "postgres"))
            self.s3 = self.keep(S3(folder))
            self.settings = self.s3.settings | {"ALMANAC_DATABASES__ALMANAC__URL": self.postgres.url}
            self.first = self.server("first")
            self.second = self.server("second")
            self.token = self.first.add_user("ann", "publisher")
        except BaseException:
            self.end()
            raise

    def server(self, name, **settings):
        return self.keep(Replica(self.folder, name, self.program, self.settings | settings))

    def keep(self, child):
        self.children.append(child)
        return child

    def end(self):
        for child in reversed(self.children):
            child.end()

    def ann(self, server):
        return Somebody(server, self.token)


@pytest.fixture(scope="session")
def shape():
    folder = tempfile.mkdtemp(prefix="almanac-replicas-")
    # PostgreSQL runs as another user below it.
    os.chmod(folder, 0o711)
    made = Shape(pathlib.Path(folder), os.environ["ALMANAC_PROGRAM"])
    yield made
    made.end()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def first(shape):
    return shape.ann(shape.first)


@pytest.fixture
def second(shape):
    return shape.ann(shape.second)


@pytest.fixture
def slug():
    return f"thing-{next(_numbers)}"


@pytest.fixture
def read():
    """The headline that anybody reads at a server."""
    return lambda server, path, **fields: ask(server.port, path, fields=fields).json["headline"]
