"""What is stale is asked about, and is not handed out for longer than the server allows.

The times that the server gives are shortened on their way to the proxies; the proxies are as they are. Purges are
off here (test_purge.py has them): what is seen is what holds when a purge gets lost, and always for nginx.
"""

import time

import pytest

from client import aside, ask, last_old, until
from conftest import Front


def age(site, s_maxage=1, while_revalidate=1, if_error=30):
    return site.relay.aging(s_maxage, while_revalidate, if_error)


@pytest.fixture(scope="module", autouse=True)
def shipped(site):
    """The seconds for which nginx keeps a list, once without shortening anything: ten, the shortest that the server
    gives. At most and at least, for nobody sees when it begins. From the first test of this file on, because that
    takes a while."""
    nginx, path = Front(site, "nginx"), "/v2/articles?itemsPerPage=7"
    began, first = time.monotonic(), nginx.kept(path)
    stored = time.monotonic()
    assert "s-maxage=10" in first.get("cache-control")
    site.article()

    def change():
        old = last_old(lambda: nginx.ask(path).json["totalItems"] == first.json["totalItems"], seconds=30, every=0.2)
        return time.monotonic() - began, old - stored

    return aside(change)


def headline(answer):
    return answer.json["headline"]


def test_a_fresh_document_is_not_asked_about(site, front):
    path = site.article()
    with age(site, s_maxage=30):
        front.kept(path)
        before = front.fetches(path)
        for _ in range(20):
            assert front.ask(path).status == 200
        assert front.fetches(path) == before


def test_a_stale_document_is_asked_about_by_its_tag(site, front):
    path = site.article()
    with age(site):
        first = front.kept(path)
        before = front.fetches(path)
        until("a revalidation", lambda: front.ask(path).status == 200 and front.fetches(path) > before)
        again = site.relay.seen(path)[before]
        until("its answer", lambda: again.status)

    assert again.get("if-none-match") == first.etag
    assert again.status == 304
    answer = front.ask(path)
    server = site.server.ask(path)
    assert (answer.status, answer.etag, answer.body) == (200, server.etag, server.body)
    assert answer.get("xkey") == server.get("xkey")


def test_while_it_is_asked_about_a_stale_document_is_handed_out(site, front):
    path = site.article()
    with age(site, while_revalidate=20):
        first = front.kept(path)
        # nginx counts whole seconds.
        time.sleep(2.1)
        before = front.fetches(path)
        site.write(path, headline="Changed")
        with site.relay.held(path):
            # A reader who waited for the server would not be answered before the end of this block.
            stale = [front.ask(path) for _ in range(5)]
            until("a question", lambda: front.fetches(path) == before + 1)
        assert {answer.body for answer in stale} == {first.body}
        until("the change", lambda: headline(front.ask(path)) == "Changed")


def test_varnish_does_so_for_a_while_where_the_server_does_not_say(site):
    path, port = site.article(), site.ports["varnish"]
    with age(site, while_revalidate=None):
        first = ask(port, path)
        time.sleep(1.1)
        with site.relay.held(path):
            assert ask(port, path).body == first.body


def test_the_first_reader_of_a_quiet_document_gets_no_old_one(site, front):
    path = site.article()
    with age(site):
        front.ask(path)
        written = time.monotonic()
        site.write(path, headline="Changed")
        # Past s-maxage and stale-while-revalidate, within stale-if-error.
        time.sleep(max(0, written + 3.1 - time.monotonic()))
        # The field is Varnish's own note that any copy will do: no reader can make it.
        assert headline(front.ask(path, fields={"x-stale": "wanted"})) == "Changed"


def test_no_reader_sees_a_write_later_than_allowed(site, front, measured):
    path, worst = site.article(), 0
    with age(site):
        front.ask(path)
        for number in range(3):
            site.write(path, headline=f"Version {number}")
            written = time.monotonic()
            old = last_old(lambda: headline(front.ask(path)) != f"Version {number}", seconds=30)
            worst = max(worst, old - written)

    measured(f"{front.name}, staleness without purge at s-maxage=1, stale-while-revalidate=1", f"{worst:.2f} s")
    # nginx counts whole seconds, at both ends.
    assert worst < 1 + 1 + 1.2


def test_what_is_deleted_is_gone_though_a_stale_copy_is_there(site, front):
    path = site.article()
    with age(site, while_revalidate=0):
        front.ask(path)
        assert site.server.ask(path, "DELETE", site.as_ann()).status == 204
        time.sleep(2.1)
        gone = site.server.ask(path).status
        assert gone in (404, 410)
        for _ in range(3):
            assert front.ask(path).status == gone


def test_freshness_as_it_is_shipped_ends_at_s_maxage_in_nginx(shipped):
    most, least = shipped.result(timeout=60)
    assert most > 8.5
    assert least < 11.5
