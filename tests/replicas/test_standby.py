"""A server that reads from a PostgreSQL which follows the first one."""

import re

import pytest

from client import ask, until
from services import Postgres


@pytest.fixture(scope="module")
def standby(shape):
    return shape.keep(Postgres(shape.folder, "standby", of=shape.postgres, options=["log_statement=all"]))


@pytest.fixture(scope="module")
def third(shape, standby):
    """A server that keeps no answers, so that each reading asks the database."""
    return shape.server("third", ALMANAC_DATABASES__ALMANAC__READ_URL=standby.url, ALMANAC_CACHE__SIZE_BYTES="0")


def change(somebody, path, **members):
    answer = somebody.ask(path, "PATCH", members, Content_Type="application/merge-patch+json")
    assert answer.status == 200, answer


def readings(standby):
    """How often an article was asked for there so far."""
    return len(re.findall(r"from article\s", standby.log()))


def is_read(third, standby, path):
    """Whether a reading goes to the standby."""
    before = readings(standby)
    # Not there yet, if the third server has not heard of it and the standby does not have it.
    return ask(third.port, path).status == 200 and readings(standby) > before


def test_readings_go_to_the_standby_once_it_has_what_was_written(shape, third, standby, first):
    path = first.article()
    until("the standby is read", lambda: is_read(third, standby, path))


def test_a_standby_that_is_behind_is_not_read(shape, third, standby, read, first):
    path = first.article()
    until("the standby is read", lambda: is_read(third, standby, path))
    standby.sql("select pg_wal_replay_pause()")
    until("it is paused", lambda: standby.sql("select pg_get_wal_replay_pause_state()") == [["paused"]])
    try:
        for round in range(5):
            change(shape.ann(third), path, headline=f"Here {round}")
            assert read(third, path) == f"Here {round}"
            assert not is_read(third, standby, path)
            change(first, path, headline=f"There {round}")
            assert read(third, path, **{"Cache-Control": "no-cache"}) == f"There {round}"
            until("it is read", lambda: read(third, path) == f"There {round}", seconds=1)
    finally:
        standby.sql("select pg_wal_replay_resume()")
    until("the standby is read again", lambda: is_read(third, standby, path))
    assert read(third, path) == "There 4"


def test_a_write_never_asks_the_standby(shape, third, standby, first):
    path = first.article()
    until("the standby is read", lambda: is_read(third, standby, path))
    before = readings(standby)
    change(shape.ann(third), path, headline="Written")
    assert readings(standby) == before


def test_without_the_standby_the_primary_is_read_and_it_is_said_once(shape, third, standby, read, first):
    path = first.article()
    until("the standby is read", lambda: is_read(third, standby, path))
    standby.stop()
    try:
        until("it is read", lambda: ask(third.port, path).status == 200, seconds=5)
        for round in range(5):
            change(shape.ann(third), path, headline=f"Alone {round}")
            assert read(third, path) == f"Alone {round}"
        assert (third.folder / "err").read_text().count("the read replica is away") == 1
    finally:
        standby.start()
    until("the standby is read again", lambda: is_read(third, standby, path), seconds=20)
