"""What is shared is asked for once, and what is one reader's own is never given to another."""

import base64
import collections
import math
import re
import threading
import time
import urllib.parse

import crawler
import pytest

from client import BROWSER, aside, at_once, until
from conftest import path_of

READERS = 30
# A little less than proxy_cache_lock_timeout.
PATIENCE_S = 0.9
SITE = "http://site.test"


def links(answer):
    """Every URL of the site that a robot would follow from a document."""
    found = (urllib.parse.urljoin(SITE, url) for url in crawler.links(answer, SITE)[0])
    return {path_of(url.split("#")[0]) for url in found if url.startswith(SITE)}


def crawl(ask, accept, links=links, alike=5):
    """Each public document that can be reached from the front door by GET, and its answer; of URLs that differ in
    numbers and values of a query only, no more than `alike`."""
    answers, shapes, left = {}, collections.Counter(), ["/"]
    while left:
        path = left.pop(0)
        shape = crawler.shape(path)
        if path in answers or shapes[shape] == alike:
            continue
        if not path.startswith(("/v1", "/v2", "/vocab", "/problems", "/static")) and path != "/":
            continue
        shapes[shape] += 1
        answers[path] = answer = ask(path, fields={"Accept": accept, "Accept-Encoding": "gzip"})
        if (answer.get("content-type") or "").split(";")[0].endswith(("json", "html")):
            left += sorted(links(answer))
    return {path: answer for path, answer in answers.items() if answer.status == 200}


def lifetime(answer):
    """Seconds for which a shared cache may keep it without asking; without end where it says nothing of it."""
    said = re.search(r"s-maxage=(\d+)", answer.get("cache-control") or "")
    return int(said[1]) if said else math.inf


def test_a_second_crawl_is_answered_from_the_cache(site, front, measured):
    asked = {}

    def ask(path, **named):
        # A URL that names a format is one document, whatever is accepted.
        asked.setdefault(path, time.monotonic())
        return front.ask(path, **named)

    for accept in ("application/ld+json", BROWSER):
        first, counted, fetched = crawl(ask, accept), 0, 0
        for path, answer in first.items():
            before = front.fetches(path)
            again = front.ask(path, fields={"Accept": accept, "Accept-Encoding": "gzip"})
            assert (again.status, again.etag, again.body) == (200, answer.etag, answer.body)
            # On a slow machine a crawl takes longer than lists live.
            if time.monotonic() - asked[path] < lifetime(answer):
                counted += 1
                fetched += front.fetches(path) - before
        hits = 1 - fetched / counted

        measured(f"{front.name}, hits on a second crawl of {counted} URLs as {accept[:19]}", f"{hits:.3f}")
        assert counted > 20
        assert hits >= 0.9


def read_at_once(site, front, path):
    """The answers to readers of whom the first was held up at the server until all had begun, and the seconds until
    one of them was answered."""
    started, ended = [], []

    def read():
        started.append(time.monotonic())
        answer = front.ask(path, fields={"Accept": "text/html", "Accept-Encoding": "gzip"})
        ended.append(time.monotonic())
        return answer

    with site.relay.held(path) as released:
        answers = aside(lambda: at_once([read] * READERS))
        until("all readers", lambda: len(started) == READERS)
        until("a fetch", lambda: front.fetches(path))
        # Time for a second one to be a mistake in.
        threading.Event().wait(0.3)
        released.set()
        answers = answers.result(timeout=60)
    return answers, min(ended) - min(started)


def test_thirty_readers_of_a_cold_document_cost_one_fetch(site, front):
    for _ in range(3):
        path = site.article()
        answers, took = read_at_once(site, front, path)
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        # nginx lets nobody wait for another reader's answer longer than a second, which a busy machine can take.
        if took < PATIENCE_S:
            break
    assert front.fetches(path) == 1


def test_what_is_ones_own_is_never_given_to_another(site, front):
    for path in ("/v2/me", "/v2/jobs", "/v2/me/tokens", "/v2/me.html"):
        for accept in ("application/json", "text/html"):
            seen = []
            for fields in (site.as_ann(), site.as_ben(), {}) * 2:
                before = front.fetches(path)
                answer = front.ask(path, fields={"Accept": accept, **fields})
                server = site.server.ask(path, fields={"Accept": accept, **fields})
                assert (answer.status, answer.etag) == (server.status, server.etag), path
                assert "no-store" in answer.get("cache-control") or "private" in answer.get("cache-control")
                assert front.fetches(path) == before + 1
                seen.append(answer)
            anns, bens, nobodys = seen[0], seen[1], seen[2]
            assert nobodys.status in (303, 401)
            if path.startswith("/v2/me") and anns.status == 200:
                assert anns.content != bens.content


def test_readers_of_what_is_not_stored_do_not_wait_for_each_other(site, front, measured):
    for path in ("/v2/articles/nothing-here", "/v2/me"):
        began = time.monotonic()
        answers = at_once([lambda: front.ask(path)] * READERS)
        took = time.monotonic() - began
        measured(f"{front.name}, {READERS} readers at once of {path} ({answers[0].status})", f"{took:.2f} s")
        assert len({answer.status for answer in answers}) == 1
        assert took < 4


def test_wrong_credentials_are_401_though_the_document_is_stored(site, front):
    path = site.article()
    good = front.kept(path)

    for wrong in ("Basic " + base64.b64encode(b"ann:not this one").decode(), "Bearer alm_nothing", "0", "Digest x"):
        answer = front.ask(path, fields={"Authorization": wrong})
        assert answer.status == site.server.ask(path, fields={"Authorization": wrong}).status == 401, wrong
        assert len(answer.all("www-authenticate")) == 2
        again = front.ask(path)
        assert (again.status, again.body) == (200, good.body)


def test_an_answer_to_credentials_is_not_stored(site, front):
    path = site.article()
    assert front.ask(path, fields=site.as_ann()).status == 200
    assert front.ask(path, fields=site.as_ann()).status == 200
    assert front.fetches(path) == 2

    assert front.ask(path).status == 200
    assert front.fetches(path) == 3
    assert site.relay.seen(path)[-1].get("authorization") is None


def test_who_is_signed_in_is_answered_by_the_server(site, front):
    path = site.article()
    front.ask(path)
    for name in ("session", "__Host-session", "a=b; session"):
        before = front.fetches(path)
        front.ask(path, fields={"Cookie": f"{name}=secret"})
        assert front.fetches(path) == before + 1
        assert site.relay.seen(path)[-1].get("cookie") == f"{name}=secret"


def test_two_cookie_lines_are_one_list(site, front):
    path = site.article()
    front.ask(path)
    front.ask(path, fields=[("Cookie", "counter=1"), ("Cookie", "session=secret")])
    assert front.fetches(path) == 2


def test_cookies_of_others_neither_reach_the_server_nor_spoil_the_cache(site, front):
    path = site.article()
    assert front.kept(path, fields={"Cookie": "counter=1"}).status == 200
    before = front.fetches(path)
    for cookie in ("counter=1", "counter=2", "my_session=3", "x=session=4"):
        assert front.ask(path, fields={"Cookie": cookie}).status == 200
    assert front.fetches(path) == before
    assert {seen.get("cookie") or "" for seen in site.relay.seen(path)} == {""}


def test_a_write_that_is_sent_again_is_judged_again(site, front):
    document = {"headline": f"Twice through {front.name}", "articleBody": "The same, twice."}
    first, second = (front.ask("/v2/articles", "POST", site.as_ann(), document) for _ in range(2))
    assert (first.status, second.status) == (201, 409)
    assert first.get("cache-control") == second.get("cache-control") == "no-store"

    listed = front.ask("/v2/articles")
    assert (listed.status, listed.json["@id"]) == (200, "http://site.test/v2/articles")


@pytest.mark.parametrize("pattern, text", [
    (r"(?m)^cache-control:.*\r$", "cache-control: private, max-age=60, s-maxage=60\r"),
    (r"(?m)^cache-control:.*\r$", "cache-control: s-maxage=60, no-store\r"),
    (r"(?m)^cache-control:.*\r$", "cache-control: no-cache, s-maxage=60\r"),
    (r"(?m)^cache-control:.*\r$", "cache-control: max-age=60, s-maxage=0\r"),
    (r"(?m)^cache-control:.*\r\n", ""),
    (r"(?m)^vary:.*\r$", "vary: *\r"),
    (r"\r\nvary:", "\r\nSet-Cookie: session=secret\r\nvary:"),
], ids=["private", "no-store", "no-cache", "s-maxage=0", "nothing said", "Vary: *", "Set-Cookie"])
def test_what_must_not_be_stored_is_not_even_if_the_rest_says_so(site, front, pattern, text):
    path = site.article()
    with site.relay.rewriting((pattern, text)):
        for number in range(1, 4):
            assert front.ask(path).status == 200
            assert front.fetches(path) == number


def test_absence_is_not_stored(site, front):
    answer = front.ask("/v2/articles/not-yet-" + front.name)
    assert answer.status == 404
    document = {"headline": "Now", "articleBody": "Here it is."}
    fields = site.as_ann(**{"If-None-Match": "*"})
    assert site.server.ask("/v2/articles/not-yet-" + front.name, "PUT", fields, document).status == 201

    assert front.ask("/v2/articles/not-yet-" + front.name).status == 200


def test_fields_of_the_first_reader_do_not_reach_the_second(site, front):
    path = site.article()
    evil = {
        "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example", "X-Original-URL": "/v2/me",
        "X-HTTP-Method-Override": "DELETE", "X-Request-Id": "evil", "Origin": "http://evil.example",
        "Referer": "http://evil.example/", "User-Agent": "evil", "Accept-Language": "tlh",
        "Prefer": "return=minimal", "Range": "bytes=0-1", "Cookie": "a=b", "Cache-Control": "no-store",
        "Pragma": "no-cache", "Expect": "nothing", "Upgrade": "h2c", "traceparent": "00-1-1-01",
        "If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT", "x-stale": "wanted", "x-unshared": "yes",
    }
    first = front.ask(path, fields=evil)
    # Varnish refuses whoever expects what it does not know.
    del evil["Expect"]
    front.kept(path, fields=evil)
    before = front.fetches(path)
    second, server = front.ask(path), site.server.ask(path)

    assert second.status == 200
    assert second.body == server.body
    fields = {name for name, _ in server.fields} - {"x-request-id", "date", "connection"}
    for name in fields:
        assert second.all(name) == server.all(name), name
    assert "evil" not in repr(second.fields) + repr(first.fields)
    assert front.fetches(path) == before


def test_each_reader_gets_a_request_id_of_their_own(site, front):
    path = site.article()
    mine = {"X-Request-Id": "mine"}
    answers = [front.ask(path, fields=mine), front.kept(path, fields=mine)]
    answers += [front.ask(path, fields=mine) for _ in range(3)]
    ids = [answer.get("x-request-id") for answer in answers]
    assert len(set(ids)) == 5
    assert all(len(answer.all("x-request-id")) == 1 for answer in answers)
    assert "mine" not in ids

    # Who was answered by the server can be found in its log.
    def logged():
        return {line["id"] for line in site.server.log()}

    asked = front.ask(path, fields=site.as_ann()).get("x-request-id")
    until("both lines of the log", lambda: {ids[0], asked} <= logged())
    assert not logged() & set(ids[1:])


def test_cache_status_tells_who_answered(site, front):
    path = site.article()
    with site.relay.rewriting((r"\r\nvary:", "\r\nCache-Status: almanac; hit\r\nvary:")):
        first = front.ask(path)
        second = front.kept(path)
        third = front.ask(path, fields=site.as_ann())

    assert first.get("cache-status") == f"almanac; hit, {front.name}; fwd=miss"
    assert second.get("cache-status").startswith(f"{front.name}; hit")
    assert third.get("cache-status") == f"almanac; hit, {front.name}; fwd=bypass"


def test_a_long_query_is_answered_as_by_the_server(site, front):
    # Link and Content-Location repeat it several times: the head of the answer is longer than usual.
    path = "/v2/articles?" + "&".join(f"a{number}={'x' * 50}" for number in range(28))
    answer, server = front.ask(path), site.server.ask(path)
    assert (answer.status, answer.body) == (server.status, server.body)
    assert answer.get("link") == server.get("link")


def test_every_answer_says_how_long_it_may_be_kept(site, front):
    for path in ("/", "/v2/me", "/v2/articles/nothing", "/livez", "/v2/articles/", "/static/nothing"):
        assert len(front.ask(path).all("cache-control")) == 1, path
