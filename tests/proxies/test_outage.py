"""The server is away, or answers with errors: what is public is still read, and nothing else is made up."""

import contextlib
import signal
import time

import pytest

from client import ask, at_once, until
from conftest import Site

AWAY = (502, 503, 504)


@pytest.fixture(scope="module")
def site(folder, program):
    """A site whose server these tests may kill."""
    (folder / "outage").mkdir(mode=0o711)
    site = Site(folder / "outage", program)
    yield site
    site.end()


@contextlib.contextmanager
def outage(site):
    """Within this block the process is gone, and its port refuses connections."""
    site.server.end(signal.SIGKILL)
    site.relay.close()
    try:
        yield
    finally:
        site.server.start()
        site.relay.target = site.server.port
        site.relay.open()
        everywhere(site, lambda name, port: until(
            f"{name} asks the server again", lambda: ask(port, "/livez").status == 200, seconds=15))


def everywhere(site, call):
    """`call(name, port)` for each proxy, at the same time."""
    return dict(zip(site.ports, at_once([lambda one=one: call(*one) for one in site.ports.items()])))


def test_an_outage_is_survived_by_what_is_public_and_ends_without_a_trace(site, measured):
    kept, quiet, expired, unread = site.article(), site.article(), site.article(), site.article()
    first = {}
    with site.relay.aging(1, 1, 300):
        for path in (kept, quiet):
            first[path] = everywhere(site, lambda _, port: ask(port, path))
    with site.relay.aging(1, 1, 3):
        everywhere(site, lambda _, port: ask(port, expired))
    # Past s-maxage and stale-while-revalidate of all, so that a healthy server would be waited for.
    time.sleep(3.1)

    def during(name, port):
        # Before a proxy has noticed, and after.
        end, worst = time.monotonic() + 5, 0
        while time.monotonic() < end:
            began = time.monotonic()
            answer = ask(port, kept)
            worst = max(worst, time.monotonic() - began)
            assert (answer.status, answer.body) == (200, first[kept][name].body), name
            assert ask(port, "/v2/me", fields=site.as_ann()).status in AWAY
            assert ask(port, kept, fields=site.as_ann()).status in AWAY
            assert ask(port, unread).status in AWAY
            assert ask(port, kept, "PATCH", site.as_ann(), {}).status in AWAY
            time.sleep(0.1)
        for path in (kept, quiet):
            answer = ask(port, path)
            assert (answer.status, answer.body) == (200, first[path][name].body), name
            match = ask(port, path, fields={"If-None-Match": answer.etag})
            assert match.status == 304
        error = ask(port, unread)
        assert error.get("cache-control") == "no-store"
        assert error.get("content-type") == "application/problem+json"
        assert error.json["status"] == error.status
        assert len(error.all("x-request-id")) == len(error.all("access-control-allow-origin")) == 1
        # stale-if-error has an end.
        assert ask(port, expired).status in AWAY, name
        return worst

    with outage(site):
        for name, worst in everywhere(site, during).items():
            measured(f"{name}, slowest stale answer during an outage", f"{worst * 1000:.0f} ms")

    site.write(kept, headline="After the outage")

    def after(name, port):
        until("the change", lambda: ask(port, kept).json["headline"] == "After the outage")
        for path in (quiet, unread, expired):
            assert ask(port, path).status == 200, name
        assert ask(port, kept, fields=site.as_ann()).status == 200, name

    everywhere(site, after)


def test_stale_answers_take_the_place_of_the_servers_errors(site):
    path, unread = site.article(), site.article()
    with site.relay.aging(1, 1, 300):
        first = everywhere(site, lambda _, port: ask(port, path))
    time.sleep(3.1)
    for status in (500, 502, 503, 504):
        with site.relay.failing(status):
            for name, answer in everywhere(site, lambda _, port: ask(port, path)).items():
                assert (answer.status, answer.body) == (200, first[name].body), (name, status)
            # Where there is none, the error is the server's own.
            for name, answer in everywhere(site, lambda _, port: ask(port, unread)).items():
                assert answer.status == status, name
            for name, answer in everywhere(site, lambda _, port: ask(port, path, fields=site.as_ann())).items():
                assert answer.status == status, name

    # None of them was kept in place of what there was.
    site.write(path, headline="Well again")
    everywhere(site, lambda _, port: until(
        "the change", lambda: ask(port, path).json["headline"] == "Well again"))
    assert {answer.status for answer in everywhere(site, lambda _, port: ask(port, unread)).values()} == {200}


def test_an_error_while_a_document_is_asked_about_spoils_nothing(site):
    path = site.article()
    with site.relay.aging(1, 20, 300):
        first = everywhere(site, lambda _, port: ask(port, path))
        time.sleep(2.1)
        before = len(site.relay.seen(path))
        with site.relay.failing(503):
            for _ in range(3):
                for name, answer in everywhere(site, lambda _, port: ask(port, path)).items():
                    assert (answer.status, answer.body) == (200, first[name].body), name
            until("both have asked", lambda: len(site.relay.seen(path)) >= before + 2)
        for name, answer in everywhere(site, lambda _, port: ask(port, path)).items():
            assert (answer.status, answer.body) == (200, first[name].body), name


def test_other_refusals_are_not_hidden_by_stale_answers(site):
    path = site.article()
    with site.relay.aging(1, 0, 300):
        everywhere(site, lambda _, port: ask(port, path))
    time.sleep(2.1)
    for status in (403, 404, 410, 429):
        with site.relay.failing(status):
            for name, answer in everywhere(site, lambda _, port: ask(port, path)).items():
                assert answer.status == status, name
