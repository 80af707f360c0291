"""Two servers over one database and one bucket do what one would."""

import signal
import time

from client import ask, at_once, until

RENEW = {"Cache-Control": "no-cache"}


def change(somebody, path, **members):
    fields = {"Content_Type": "application/merge-patch+json"}
    answer = somebody.ask(path, "PATCH", members, **fields)
    assert answer.status == 200, answer


def test_a_write_at_one_is_read_at_the_other_at_once_with_no_cache(shape, first, second, read):
    path = first.article()
    for round in range(20):
        writer, reader = ((first, shape.second), (second, shape.first))[round % 2]
        assert ask(reader.port, path).status == 200, "so that it is in the cache of the reader"
        change(writer, path, headline=f"Round {round}")
        assert read(reader, path, **RENEW) == f"Round {round}"


def test_a_write_at_one_is_read_at_the_other_within_a_second_without(shape, first, read):
    path = first.article()
    for round in range(10):
        read(shape.second, path)
        change(first, path, headline=f"Round {round}")
        until("the other reads it", lambda: read(shape.second, path) == f"Round {round}", seconds=1)


def test_of_two_that_count_up_with_if_match_none_is_lost(shape, first, second):
    path = first.article(articleBody="0")

    def count(somebody):
        done = 0
        while done < 40:
            found = somebody.ask(path, Cache_Control="no-cache")
            body = {"articleBody": str(int(found.json["articleBody"]) + 1)}
            answer = somebody.ask(path, "PATCH", body, If_Match=found.etag,
                                  Content_Type="application/merge-patch+json")
            assert answer.status in (200, 412), answer
            done += answer.status == 200
        return done

    done = sum(at_once([lambda one=one: count(one) for one in (first, second, first, second)]))
    assert int(first.ask(path, Cache_Control="no-cache").json["articleBody"]) == done == 160


def test_a_job_is_claimed_once(shape, first, second, slug):
    first.dataset(slug, 400)
    wanted = {"headline": "Wet?", "dataset": slug, "target": "wet"}
    jobs = [who.made("/v2/models", wanted | {"identifier": f"{slug}-{number}"}, Prefer="respond-async")
            for number, who in enumerate([first, second] * 6)]
    for path in jobs:
        until("the job ends", lambda path=path: second.ask(path).json["status"] == "succeeded", seconds=120)
    attempts = shape.postgres.sql("select attempt, count(*) from job group by attempt")
    assert attempts == [["1", str(len(jobs))]]
    versions = shape.postgres.sql(f"select count(*) from model_version join model on model.id = model_id "
                                  f"where slug like '{slug}-%'")
    assert versions == [[str(len(jobs))]]


def test_a_server_that_is_killed_is_not_missed_and_its_job_is_taken_over(shape, first, second, slug, read):
    first.dataset(slug, 30_000)
    path = second.article()
    # So that the first one claims it.
    shape.second.process.send_signal(signal.SIGSTOP)
    try:
        job = first.made("/v2/models", {"headline": "Wet?", "dataset": slug, "target": "wet"}, Prefer="respond-async")
        number = job.rsplit("/", 1)[1]
        state = lambda: shape.postgres.sql(f"select status, attempt from job where id = {number}")[0]
        until("the job runs", lambda: state() == ["running", "1"])
        shape.first.end(signal.SIGKILL)
        assert state() == ["running", "1"], "expected it to be killed at work"
    finally:
        shape.second.process.send_signal(signal.SIGCONT)
    began = time.monotonic()
    change(second, path, headline="Alone")
    assert read(shape.second, path) == "Alone"
    assert time.monotonic() - began < 5
    try:
        until("the job is taken over", lambda: second.ask(job).json["status"] == "succeeded", seconds=180)
        assert state() == ["succeeded", "2"]
    finally:
        shape.first.start()
    assert read(shape.first, path) == "Alone"
    # The other way round.
    shape.second.end(signal.SIGKILL)
    try:
        change(first, path, headline="Alone again")
        assert read(shape.first, path) == "Alone again"
    finally:
        shape.second.start()
    assert read(shape.second, path) == "Alone again"


def test_two_that_start_at_once_on_an_empty_database_migrate_it_once(shape):
    shape.postgres.sql("create database fresh")
    url = shape.postgres.url.rsplit("/", 1)[0] + "/fresh"
    names = ("early", "earlier", "earliest")
    servers = at_once([lambda name=name: shape.server(name, ALMANAC_DATABASES__ALMANAC__URL=url) for name in names])
    for server in servers:
        assert ask(server.port, "/readyz").status == 200
        server.end()
