"""Migrations that are killed half-way go on where they were, and of several at once one migrates."""

import contextlib
import os
import random
import sqlite3
import subprocess
import time

import pytest

from services import Postgres

ROUNDS = 12


@pytest.fixture(scope="module")
def postgres(folder):
    made = Postgres(folder, "migrated")
    yield made
    made.end()


class Place:
    """A data folder and a database, and `almanac` on them."""

    def __init__(self, program, folder, url=None):
        self.program, self.folder = program, folder
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("ALMANAC_")}
        if url:
            self.environment["ALMANAC_DATABASES__ALMANAC__URL"] = url

    def start(self, *words):
        return subprocess.Popen([self.program, *words, "--data-dir", self.folder], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *words):
        """What it says; it must succeed."""
        process = self.start(*words)
        said = process.communicate(timeout=120)[0]
        assert process.returncode == 0, said
        return said

    def steps(self):
        """Which migrations are applied, oldest first."""
        return [line.split()[1] == "applied" for line in self.run("migrate", "status").splitlines()]

    def killed(self, after_s, *words):
        """Whether a command was killed before it ended."""
        process = self.start(*words)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(after_s)
        process.kill()
        process.communicate()
        return process.returncode == -9


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, folder, program, postgres):
    """Gives empty places."""
    def make(name):
        url = None
        if request.param == "postgres":
            postgres.sql(f"create database {name}")
            url = postgres.url.rsplit("/", 1)[0] + f"/{name}"
        data = folder / f"{request.param}-{name}"
        data.mkdir()
        return Place(program, data, url)
    return make


def test_ways_up_that_are_killed_are_gone_on_with(place):
    timed = place("timed")
    began = time.monotonic()
    timed.run("migrate", "up")
    whole_s = time.monotonic() - began
    half_way = 0
    for number in range(ROUNDS):
        here = place(f"up_{number}")
        tries = 0
        while here.killed(random.Random(number * 100 + tries).uniform(0.02, whole_s), "migrate", "up") and tries < 5:
            tries += 1
        steps = here.steps()
        # What is applied is the beginning of all of them.
        assert steps == sorted(steps, reverse=True), steps
        half_way += any(steps) and not all(steps)
        assert here.run("migrate", "up")
        assert all(here.steps())
        # It is whole: a command that uses it works.
        here.run("seed")
    print(f"{half_way} of {ROUNDS} were killed between two migrations")


def test_ways_down_that_are_killed_are_gone_on_with(place):
    here = place("down")
    here.run("seed")
    count = len(here.steps())
    began = time.monotonic()
    here.run("migrate", "down", "--yes")
    whole_s = time.monotonic() - began
    number = 0
    while any(here.steps()) and number < 60:
        here.killed(random.Random(number).uniform(0.02, whole_s * 1.2), "migrate", "down", "--yes")
        steps = here.steps()
        assert steps == sorted(steps, reverse=True), steps
        number += 1
    assert not any(here.steps())
    here.run("migrate", "up")
    assert here.steps() == [True] * count
    here.run("seed")


def test_of_several_at_once_on_an_empty_database_one_migrates(place):
    for number in range(4):
        here = place(f"once_{number}")
        processes = [here.start("migrate", "up") for _ in range(5)]
        for process in processes:
            said = process.communicate(timeout=120)[0]
            assert process.returncode == 0, said
        assert all(here.steps())


def test_integrity_after_a_killed_way_up(folder, program):
    data = folder / "integrity"
    data.mkdir()
    here = Place(program, data)
    for number in range(6):
        here.killed(random.Random(number).uniform(0.02, 0.4), "migrate", "up")
        file = data / "almanac.db"
        if file.exists():
            database = sqlite3.connect(file)
            assert [row[0] for row in database.execute("pragma integrity_check")] == ["ok"]
            database.close()
    here.run("migrate", "up")
