"""One URL, several representations: none is ever given for another, and tags arrive as the server made them."""

import itertools
import random

import pytest

from client import BROWSER, ask, at_once
from processes import Varnish

TYPES = ["text/html", "application/json", "application/ld+json", BROWSER, "*/*", None]
CODINGS = ["identity", "gzip", "zstd", "gzip, deflate, br", "gzip, deflate, br, zstd", None]

# Each says the same as another one, or is at least legal.
ODD = [
    [("Accept", "application/json;q=0.5, text/html;q=0.9")],
    [("Accept", "application/json"), ("Accept", "text/html;q=0.1")],
    [("Accept", "text/html;q=0.1"), ("Accept", "application/json")],
    [("Accept", "text/html"), ("Accept", "application/json")],
    [("Accept", " text/html ,, application/json;q=0.2 ")],
    [("Accept", "TEXT/HTML")],
    [("Accept", "text/html;level=1")],
    [("Accept", "text/*, application/json;q=0.1")],
    [("Accept", "*/*;q=0.1, application/json")],
    [("Accept", "")],
    [("Accept", "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8")],
    [("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
                ",application/signed-exchange;v=b3;q=0.7")],
    [("Accept", "text/html,application/xhtml+xml,application/json,*/*;q=0.8")],
    [("Accept", "image/png")],
    [("Accept-Encoding", "gzip;q=0, zstd;q=0.5")],
    [("Accept-Encoding", "zstd;q=0.5, gzip")],
    [("Accept-Encoding", "gzip"), ("Accept-Encoding", "zstd")],
    [("Accept-Encoding", "x-gzip")],
    [("Accept-Encoding", "GZIP")],
    [("Accept-Encoding", "*")],
    [("Accept-Encoding", "identity;q=0, gzip;q=0.1")],
    [("Accept-Encoding", "identity;q=0")],
    [("Accept-Encoding", "compress, , gzip")],
    [("Accept-Encoding", "")],
    [("Accept-Encoding", "gzip2")],
    [("Accept", "text/html"), ("Accept-Encoding", "gzip"), ("Accept", "application/json;q=0.9")],
]


def spelled(accept, coding):
    return [(name, value) for name, value in (("Accept", accept), ("Accept-Encoding", coding)) if value is not None]


def essence(answer):
    """What a reader gets; who reads two of these apart has been given something else."""
    return {
        "status": answer.status,
        "body": answer.body,
        **{name: answer.get(name) for name in (
            "content-type", "content-encoding", "etag", "content-location", "vary", "cache-control", "link",
            "content-length",
        )},
    }


def test_no_two_representations_of_one_url_are_mixed(site, front):
    # A list that no other test has read: this site has no purge.
    paths = ["/", "/v2/datasets/penguins", f"/v2/articles?itemsPerPage={len(front.name)}", site.article()]
    asked = list(itertools.product(paths, itertools.starmap(spelled, itertools.product(TYPES, CODINGS))))
    expected = {repr(one): essence(site.server.ask(*one[:1], fields=one[1])) for one in asked}

    random.Random(1).shuffle(asked)
    for _ in range(2):
        for some in batches(asked, 24):
            answers = at_once([lambda one=one: front.ask(one[0], fields=one[1]) for one in some])
            for one, answer in zip(some, answers):
                assert essence(answer) == expected[repr(one)], one


def batches(items, size):
    return [items[start:start + size] for start in range(0, len(items), size)]


def test_an_odd_spelling_gets_what_the_server_itself_would_send(site, front):
    path = site.article()
    # What an odd one must not be mistaken for is stored first.
    for accept, coding in itertools.product(TYPES, CODINGS):
        front.ask(path, fields=spelled(accept, coding))

    for fields in ODD * 2:
        assert essence(front.ask(path, fields=fields)) == essence(site.server.ask(path, fields=fields)), fields


def test_usual_spellings_of_one_wish_share_an_answer_in_varnish(site):
    path, port = site.article(), site.ports["varnish"]
    for accept in (BROWSER, BROWSER.replace("image/avif,image/webp,", ""), BROWSER.replace("image/webp", "image/png")):
        for coding in ("gzip, deflate, br, zstd", "zstd, gzip", "gzip,br,zstd"):
            assert ask(port, path, fields=spelled(accept, coding)).get("content-type").startswith("text/html")

    assert len(site.relay.seen(path)) == 1


def test_head_has_the_fields_of_get(site, front):
    for accept, coding in (("text/html", "gzip"), ("application/json", "zstd"), (None, None)):
        path, fields = site.article(), spelled(accept, coding)
        first = front.ask(path, "HEAD", fields)
        then = front.ask(path, "GET", fields)
        again = front.ask(path, "HEAD", fields)

        assert first.body == again.body == b""
        for name in ("content-type", "content-encoding", "etag", "content-length", "cache-control", "vary"):
            assert first.get(name) == then.get(name) == again.get(name), name


def test_a_document_beside_its_suffix_url_stays_itself(site, front):
    path = site.article()
    for _ in range(2):
        for suffix, accept in itertools.product(("", ".json", ".jsonld", ".html"), TYPES):
            fields = spelled(accept, "gzip")
            assert essence(front.ask(path + suffix, fields=fields)) == essence(
                site.server.ask(path + suffix, fields=fields)
            )


@pytest.fixture(scope="module")
def varnish_with_gzip_support(site, folder):
    varnish = Varnish(folder, "varnish-with-gzip-support", site.relay.port, parameters=False)
    yield varnish
    varnish.end()


def test_tags_stay_strong_where_varnish_was_left_with_its_gzip_support(site, varnish_with_gzip_support):
    codings = ["gzip", "identity", None, "gzip, zstd", "gzip;q=0", "gzip", "*", None]
    for first in range(len(codings)):
        path = site.article()
        for coding in codings[first:] + codings[:first]:
            for accept in ("text/html", "application/json"):
                for _ in range(2):
                    answer = ask(varnish_with_gzip_support.port, path, fields=spelled(accept, coding))
                    taken = {"gzip", "identity"} if coding and "gzip" in coding or coding == "*" else {"identity"}
                    taken = taken if coding != "gzip;q=0" else {"identity"}
                    said = answer.get("content-encoding") or "identity"
                    assert said in taken, (coding, answer)
                    assert answer.get("content-type").startswith(accept)
                    server = site.server.ask(path, fields=spelled(accept, said))
                    assert (answer.etag, answer.body) == (server.etag, server.body)
