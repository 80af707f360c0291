"""Entity tags through a proxy: what was read there can be changed there, and costs nothing to read again."""

import itertools

import pytest

from client import at_once

TYPES = ["text/html", "application/json", "application/ld+json"]
CODINGS = ["identity", "gzip", "zstd"]
MERGE = {"Content-Type": "application/merge-patch+json"}


def read(front, path, accept="application/json", coding="gzip"):
    return front.ask(path, fields={"Accept": accept, "Accept-Encoding": coding})


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_what_was_read_through_the_proxy_can_be_changed_through_it(site, front, method):
    path = site.article()
    for number, (accept, coding) in enumerate(itertools.product(TYPES, CODINGS)):
        # A different URL each time: this site has no purge.
        page = f"{path}?read={number}"
        read(front, page, accept, coding)
        tag = read(front, page, accept, coding).etag
        assert not tag.startswith("W/")

        fields = site.as_ann(**{"If-Match": tag}, **(MERGE if method == "PATCH" else {}))
        document = {"headline": f"Change {number}", "articleBody": "Changed."}
        assert front.ask(path, method, fields, document).status == 200
        late = front.ask(path, method, fields, document)
        assert (late.status, late.get("x-almanac-error-code")) == (412, "precondition-failed")
    assert site.server.ask(path).json["headline"] == f"Change {number}"


def test_of_eight_writers_with_one_tag_one_succeeds(site, front):
    path = site.article()
    tag = read(front, path).etag
    answers = at_once([
        lambda number=number: front.ask(
            path, "PUT", site.as_ann(**{"If-Match": tag}), {"headline": f"Writer {number}", "articleBody": "Mine."}
        )
        for number in range(8)
    ])
    assert sorted(answer.status for answer in answers) == [200] + [412] * 7


def test_a_second_read_by_tag_is_a_304_without_the_server(site, front):
    path = site.article()
    for accept, coding in itertools.product(TYPES, CODINGS):
        first = front.kept(path, fields={"Accept": accept, "Accept-Encoding": coding})
        before = front.fetches(path)
        for match in (first.etag, f'"other", {first.etag}', f"W/{first.etag}", "*"):
            for method in ("GET", "HEAD"):
                answer = front.ask(path, method, {
                    "Accept": accept, "Accept-Encoding": coding, "If-None-Match": match,
                })
                assert (answer.status, answer.body) == (304, b""), match
                for name in ("etag", "cache-control", "vary", "content-location", "link"):
                    assert answer.get(name) == first.get(name), name
                assert answer.get("date")
                assert answer.get("content-length") is None
        for match in ('"other"', first.etag.strip('"'), first.etag[:-2] + '"'):
            answer = front.ask(path, fields={"Accept": accept, "Accept-Encoding": coding, "If-None-Match": match})
            assert (answer.status, answer.body) == (200, first.body), match
        assert front.fetches(path) == before


def test_a_list_of_tags_on_several_lines_is_taken_whole_or_refused(site, front):
    path = site.article()
    tag = read(front, path).etag
    for tags in (['"other"', tag], [tag, '"other"']):
        fields = [("Accept", "application/json"), ("Accept-Encoding", "gzip")]
        answer = front.ask(path, fields=fields + [("If-None-Match", one) for one in tags])
        assert answer.status == {"nginx": 400, "varnish": 304}[front.name]


def test_the_tag_of_another_representation_is_no_304(site, front):
    path = site.article()
    tags = {read(front, path, *wish).etag for wish in itertools.product(TYPES, CODINGS)}
    assert len(tags) == len(TYPES) * len(CODINGS)
    for wish in itertools.product(TYPES, CODINGS):
        own = read(front, path, *wish)
        others = ", ".join(tags - {own.etag})
        fields = {"Accept": wish[0], "Accept-Encoding": wish[1], "If-None-Match": others}
        answer = front.ask(path, fields=fields)
        assert (answer.status, answer.body) == (200, own.body)


def test_a_304_is_also_given_to_who_asks_the_server_through_the_proxy(site, front):
    path = site.article()
    tag = front.ask(path, fields=site.as_ann()).etag
    answer = front.ask(path, fields=site.as_ann(**{"If-None-Match": tag}))
    assert answer.status == 304
    assert site.relay.seen(path)[-1].status == 304

    mine = front.ask("/v2/me", fields=site.as_ann())
    if mine.etag:
        assert front.ask("/v2/me", fields=site.as_ann(**{"If-None-Match": mine.etag})).status == 304


def test_a_read_with_if_match_is_judged_by_the_server(site, front):
    path = site.article()
    as_html = read(front, path, "text/html", "gzip")
    read(front, path, "application/json", "identity")
    for fields in ({"If-Match": as_html.etag}, {"If-Match": '"other"'}, {"If-Match": f"W/{as_html.etag}"},
                   {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}):
        fields = {"Accept": "application/json", **fields}
        answer, server = front.ask(path, fields=fields), site.server.ask(path, fields=fields)
        assert (answer.status, answer.etag, answer.body) == (server.status, server.etag, server.body), fields
    assert front.ask(path, fields={"If-Match": as_html.etag}).status == 200
    assert front.ask(path, fields={"If-Match": '"other"'}).status == 412


def test_create_only_creates_only(site, front):
    path = f"/v2/articles/only-once-{front.name}"
    fields, document = site.as_ann(**{"If-None-Match": "*"}), {"headline": "Once", "articleBody": "Only."}
    assert front.ask(path, "PUT", fields, document).status == 201
    assert front.ask(path, "PUT", fields, document).status == 412


def test_a_precondition_that_the_server_would_lose_is_refused(site, front):
    path = site.article()
    for name, value in (("If-Match", '"é"'), ("If-None-Match", '"é"'), ("If-Match", '"é", "other"')):
        fields = site.as_ann(**MERGE, **{name: value.encode("latin-1").decode("latin-1")})
        answer = front.ask(path, "PATCH", fields, {"headline": "Without a precondition"})
        assert answer.status == 400
        assert answer.get("cache-control") == "no-store"
        assert answer.get("content-type") == "application/problem+json"
    assert site.server.ask(path).json["headline"] != "Without a precondition"


def test_neither_can_it_hide_behind_another_line(site, front):
    path = site.article()
    for lines in (['"other"', '"\xe9"'], ['"\xe9"', '"other"']):
        fields = list(site.as_ann(**MERGE).items()) + [("If-Match", line) for line in lines]
        answer = front.ask(path, "PATCH", fields, {"headline": "Without a precondition"})
        assert answer.status in (400, 412)
    assert site.server.ask(path).json["headline"] != "Without a precondition"
