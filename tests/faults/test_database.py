"""PostgreSQL is stopped while the server is at work: 503 meanwhile, and all goes on without a restart."""

import time

import pytest

from client import aside, ask, until
from services import Postgres, Replica, Somebody

AWAY_S = 10


@pytest.fixture(scope="module")
def postgres(folder):
    made = Postgres(folder, "postgres")
    yield made
    made.end()


@pytest.fixture(scope="module")
def ann(folder, program, postgres):
    server = Replica(folder, "server", program, {"ALMANAC_DATABASES__ALMANAC__URL": postgres.url})
    yield Somebody(server, server.add_user("ann", "publisher"))
    server.end()


def table(rows):
    lines = (f"{i},{i / 7:.5f},name {i % 1000},{i * i % 83}" for i in range(rows))
    return ("\n".join(["a,b,name,c", *lines]) + "\n").encode()


def post(somebody, slug, content):
    return somebody.ask(f"/v2/datasets?identifier={slug}", "POST", content, Content_Type="text/csv")


def is_put_off(answer):
    assert answer.status == 503, answer
    assert int(answer.get("retry-after")) > 0
    assert answer.json["type"].endswith("/problems/unavailable")


def test_reads_and_writes_are_put_off_while_it_is_away_and_go_on_when_it_is_back(ann, postgres):
    path, unread = ann.article(), ann.article(headline="Unread")
    assert ask(ann.server.port, path).status == 200
    postgres.stop()
    began, statuses = time.monotonic(), []
    try:
        while time.monotonic() - began < AWAY_S:
            is_put_off(ann.ask(unread))
            is_put_off(ann.ask(path, "PATCH", {"headline": "Lost"}, Content_Type="application/merge-patch+json"))
            assert ask(ann.server.port, "/readyz").status == 503
            assert ask(ann.server.port, "/livez").status == 200
            statuses.append(ask(ann.server.port, path).status)
    finally:
        postgres.start()
    # What is public and was read before may be answered meanwhile.
    assert set(statuses) <= {200, 503}
    until("it is ready", lambda: ask(ann.server.port, "/readyz").status == 200, seconds=15)
    assert ann.ask(unread).json["headline"] == "Unread"
    assert ann.ask(path, Cache_Control="no-cache").json["headline"] == "Rain"
    answer = ann.ask(path, "PATCH", {"headline": "Kept"}, Content_Type="application/merge-patch+json")
    assert answer.status == 200, answer
    until("it is seen", lambda: ask(ann.server.port, path).json["headline"] == "Kept", seconds=5)


def test_an_import_that_it_interrupts_leaves_nothing_and_works_later(ann, postgres):
    content = table(150_000)
    rows = lambda: postgres.sql("select count(*) from storage where not published")
    importing = aside(lambda: post(ann, "interrupted", content))
    until("it is at work", lambda: rows() != [["0"]] and not importing.done(), seconds=60)
    postgres.stop()
    time.sleep(AWAY_S)
    postgres.start()
    answer = importing.result(120)
    is_put_off(answer)
    until("it is ready", lambda: ask(ann.server.port, "/readyz").status == 200, seconds=15)
    assert ann.ask("/v2/datasets/interrupted").status == 404
    assert postgres.sql("select count(*) from dataset where slug = 'interrupted'") == [["0"]]

    assert post(ann, "interrupted", content).status == 201
    assert ann.ask("/v2/datasets/interrupted/rows?limit=1").json["totalItems"] == 150_000
    code, said = ann.server.run("blobs", "check", "--verify")
    assert code == 0, said
    assert list((ann.server.data / "incoming").iterdir()) == []
