"""What a write has changed is dropped from Varnish at once, from every one, and later if it cannot be at once.

    server -> purges (a relay) -> Varnish `first`
    server ----------------------> Varnish `second`
"""

import signal
import threading
import time

import pytest

from client import BROWSER, ask, at_once, last_old, until
from conftest import Site
from processes import Server, Varnish, free_port
from relay import Relay

PROMISE = 0.5
WRITES = 25


class Purged(Site):
    """A site with two Varnishes that its server purges."""

    def __init__(self, folder, program):
        self.children, self.relay, self.purges = [], Relay(), Relay()
        self.ports = {"first": free_port(), "second": free_port()}
        self.purges.target = self.ports["first"]
        proxies = [f"http://127.0.0.1:{port}" for port in (self.purges.port, self.ports["second"])]
        try:
            self.server = self._keep(Server(folder, "server", program, proxies))
            self.relay.target = self.server.port
            for name, port in self.ports.items():
                self._keep(Varnish(folder, name, self.relay.port, port=port))
            self.token = self.server.add_user("ann", "publisher")
            # Purges that were sent before a Varnish listened are sent again after ever longer pauses.
            for port in self.ports.values():
                path = self.article()
                stored(port, path)
                self.write(path, headline="Purges arrive")
                until("purges arrive", lambda: ask(port, path).json["headline"] == "Purges arrive")
        except BaseException:
            self.end()
            raise

    def end(self):
        self.purges.close()
        super().end()

    def settle(self):
        """Until what was written so far is purged: what comes next is measured alone."""
        marker = self.article()
        tag = "article:" + marker.rsplit("/", 1)[1]
        until("the purge", lambda: any(tag in (seen.get("xkey") or "").split() and seen.status == 200
                                       for seen in self.purges.seen(method="PURGE")))


@pytest.fixture(scope="module")
def site(folder, program):
    (folder / "purge").mkdir(mode=0o711)
    site = Purged(folder / "purge", program)
    yield site
    site.end()


def stored(port, path, **fields):
    """The answer, which from now on comes from the cache."""
    ask(port, path, fields=fields)
    return until(f"{path} is stored", lambda: (
        lambda answer: answer if (answer.get("cache-status") or "").startswith("varnish; hit") else None
    )(ask(port, path, fields=fields)))


def state(answer):
    return answer.status, answer.etag, answer.get("location")


def staleness(site, since, asked):
    """How long after `since` a reader began who still got, of one of (port, path, fields), not what the server has
    now; 0 if nobody did."""
    now = {}

    def read(port, path, fields):
        seen, end, key = [], time.monotonic() + 5, (path, str(fields))
        while not seen or key not in now or seen[-1][1] != now[key]:
            in_time = time.monotonic() < end
            assert in_time, f"{path} is not as the server has it after 5 s"
            seen.append((time.monotonic() - since, state(ask(port, path, fields=fields))))
        return max((seconds for seconds, found in seen if found != now[key]), default=0)

    readers = [lambda one=one: read(*one) for one in asked]
    server = [lambda one=one: now.update({(one[1], str(one[2])): state(site.server.ask(one[1], fields=one[2]))})
              for one in asked]
    worst = max(at_once(readers + server)[:len(readers)])
    assert worst < PROMISE, f"a reader who began after {worst:.3f} s got what was before"
    return worst


# ---- at once ---------------------------------------------------------------------------------------------------


def test_a_write_is_seen_through_varnish_within_half_a_second(site, measured):
    path = site.article(about=["http://site.test/v2/datasets/penguins"])
    pages = [(path, {}), ("/v2/articles", {}), (path, {"Accept": BROWSER, "Accept-Encoding": "gzip"})]
    asked = [(port, page, fields) for page, fields in pages for port in site.ports.values()]
    figures = []
    for number in range(WRITES):
        before = [stored(port, page, **fields) for port, page, fields in asked]
        site.write(path, headline=f"Version {number}")
        figures.append(staleness(site, time.monotonic(), asked))
        after = [ask(port, page, fields=fields) for port, page, fields in asked]
        assert all(old.etag != new.etag for old, new in zip(before, after))

    measured(f"staleness over {WRITES} writes, article and list in two Varnishes, worst",
             f"{max(figures) * 1000:.0f} ms")
    measured("the same, median", f"{sorted(figures)[WRITES // 2] * 1000:.0f} ms")


def test_a_write_is_seen_within_half_a_second_while_many_read(site, measured):
    path, port = site.article(), site.ports["first"]
    written, seen, stop = {0: time.monotonic()}, [], threading.Event()
    site.write(path, headline="0")

    def read():
        while not stop.is_set():
            began = time.monotonic()
            seen.append((began, int(ask(port, path).json["headline"])))

    readers = [threading.Thread(target=read) for _ in range(6)]
    site.settle()
    for reader in readers:
        reader.start()
    try:
        for number in range(1, WRITES + 1):
            site.write(path, headline=str(number))
            written[number] = time.monotonic()
            until("the write is read", lambda: seen and seen[-1][1] == number, seconds=5)
    finally:
        stop.set()
        for reader in readers:
            reader.join()

    # A reader who began at a time got a version: how long before was the next one acknowledged?
    worst = max(began - written.get(number + 1, began) for began, number in seen)
    measured(f"staleness over {WRITES} writes while 6 read ({len(seen)} reads), worst", f"{worst * 1000:.0f} ms")
    assert worst < PROMISE


CSV = b"height_cm,member\n171,yes\n163,no\n182,yes\n158,no\n176,yes\n165,no\n169,no\n174,yes\n"
CLUB, MODEL, ABOUT = "/v2/datasets/club", "/v2/models/club", ["http://site.test/v2/datasets/club"]
# What, method, path, media type, body, and documents through which it is seen.
KINDS = [
    ("an article", "POST", "/v2/articles", "json", {"headline": "Rainbow", "articleBody": "After rain."},
     ["/v2/articles", "/v1/articles", "/v2/articles.html"]),
    ("an article replaced", "PUT", "/v2/articles/rainbow", "json", {"headline": "Snow", "articleBody": "It snows."},
     ["/v2/articles/rainbow", "/v1/articles/rainbow", "/v2/articles"]),
    ("an article deleted", "DELETE", "/v2/articles/rainbow", None, None, ["/v2/articles/rainbow", "/v2/articles"]),
    ("an article made again", "PUT", "/v2/articles/rainbow", "json", {"headline": "Sun", "articleBody": "It shines."},
     ["/v2/articles/rainbow", "/v2/articles"]),
    ("a dataset", "POST", "/v2/datasets?name=Club", "csv", CSV, ["/v2/datasets", "/v1/datasets"]),
    ("its description", "PATCH", CLUB, "merge", {"description": "Heights."}, [CLUB, "/v2/datasets"]),
    ("a row", "POST", CLUB + "/rows", "json", {"cells": {"height_cm": 180, "member": "yes"}},
     [CLUB, CLUB + "/rows", CLUB + "/rows?limit=3", "/v1/datasets/club/rows"]),
    ("a cell", "PATCH", CLUB + "/rows/1", "merge", {"cells": {"member": "no"}}, [CLUB + "/rows", CLUB + "/rows/1"]),
    ("a revision", "POST", CLUB + "/revisions", "json", {"note": "Sealed"},
     [CLUB, CLUB + "/revisions", CLUB + "/revisions/1"]),
    ("an article about the dataset", "POST", "/v2/articles", "json",
     {"headline": "Our club", "articleBody": "Who joins?", "about": ABOUT}, [CLUB, CLUB + ".html", "/v2/articles"]),
    ("a model", "POST", "/v2/models", "json", {"name": "club", "dataset": "club", "target": "member"},
     ["/v2/models", "/v1/models", CLUB]),
    ("its second version", "POST", MODEL + "/versions", "json", {"C": 2},
     [MODEL, MODEL + "/versions", "/v2/models", "/v1/models/club/predict/height_cm/180"]),
    ("a model deleted", "DELETE", MODEL, None, None,
     [MODEL, MODEL + "/versions/1", "/v2/models", MODEL + "/versions/1/prediction?height_cm=180"]),
]
MEDIA = {"json": "application/json", "merge": "application/merge-patch+json", "csv": "text/csv"}


@pytest.mark.parametrize("what, method, path, media, body, pages", KINDS, ids=[kind[0] for kind in KINDS])
def test_every_kind_of_write_is_seen_within_half_a_second(site, measured, what, method, path, media, body, pages):
    asked = [(port, page, {"Accept": accept}) for page in pages for port in site.ports.values()
             for accept in ("application/json", "text/html")]
    for port, page, fields in asked:
        ask(port, page, fields=fields)
    fields = site.as_ann(Prefer="wait=30", **({"Content-Type": MEDIA[media]} if media else {}))

    answer = site.server.ask(path, method, fields, body)
    since = time.monotonic()
    assert 200 <= answer.status < 300, answer
    took = staleness(site, since, asked)
    measured(f"staleness after {what}, {len(asked)} answers", f"{took * 1000:.0f} ms")


def test_where_predictions_lead_is_seen_within_half_a_second(site):
    model, dataset = "/v2/models/led", "/v2/datasets/penguins"
    fields = site.as_ann(Prefer="wait=30")
    training = {"name": "led", "dataset": "penguins", "target": "species", "features": ["year"]}
    assert site.server.ask("/v2/models", "POST", fields, training).status < 300
    current, respelt = model + "/prediction?year=2008", model + "/versions/1/prediction?year=2008.0"
    asked = [(port, path, {}) for port in site.ports.values() for path in (current, respelt)]
    for method, path, body in (("POST", model + "/versions", {"C": 2}), ("DELETE", model, None)):
        assert [ask(port, path_, fields=fields_).status for port, path_, fields_ in asked] == [307, 308] * 2
        answer = site.server.ask(path, method, fields, body)
        assert answer.status < 300, answer
        staleness(site, time.monotonic(), asked)


def test_a_document_that_a_purge_overtakes_is_not_kept(site):
    path, port = site.article(), site.ports["first"]
    site.settle()
    answers = []
    with site.relay.held(path, "answer") as released:
        reader = threading.Thread(target=lambda: answers.append(ask(port, path)))
        reader.start()
        # The server has answered with the old state, and Varnish has nothing to drop yet.
        until("the old answer", lambda: any(seen.status for seen in site.relay.seen(path)))
        site.write(path, headline="Overtaken")
        site.settle()
        released.set()
        reader.join()
    since = time.monotonic()

    assert answers[0].json["headline"] != "Overtaken"
    assert last_old(lambda: ask(port, path).json["headline"] != "Overtaken", every=0.002) - since < PROMISE


def test_what_was_not_changed_stays(site):
    changed, other, port = site.article(), site.article(), site.ports["first"]
    site.settle()
    for path in (changed, other, "/v2/datasets/penguins", "/"):
        stored(port, path)
    site.write(changed, headline="Changed")
    until("the change", lambda: ask(port, changed).json["headline"] == "Changed")
    for path in (other, "/v2/datasets/penguins", "/"):
        assert ask(port, path).get("cache-status").startswith("varnish; hit"), path


# ---- by whom ---------------------------------------------------------------------------------------------------


def test_nobody_else_can_purge(site):
    path, port = site.article(), site.ports["first"]
    tag = "article:" + path.rsplit("/", 1)[1]
    site.settle()
    stored(port, path)
    strangers = [
        ({}, "127.0.0.2"),
        # As somebody who comes through a TLS proxy on the same machine.
        ({"X-Forwarded-For": "192.0.2.1"}, "127.0.0.1"),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.2"),
    ]
    for fields, source in strangers:
        for fields in (fields, {**fields, **site.as_ann()}):
            answer = ask(port, "/", "PURGE", {"xkey": tag, **fields}, source=source)
            assert answer.status == 403
            assert answer.get("cache-control") == "no-store"
            assert ask(port, path).get("cache-status").startswith("varnish; hit")

    answer = ask(port, "/", "PURGE", {"xkey": tag})
    assert (answer.status, answer.body) == (200, b"Purged 1\n")
    assert ask(port, path).get("cache-status") == "varnish; fwd=miss"


def test_a_purge_without_tags_is_refused(site):
    for fields in ({}, {"xkey": ""}, {"xkey": " , "}):
        assert ask(site.ports["first"], "/", "PURGE", fields).status == 400


def test_tags_on_several_lines_are_one_list(site):
    paths, port = [site.article() for _ in range(3)], site.ports["first"]
    site.settle()
    for path in paths:
        stored(port, path)
    tags = ["article:" + path.rsplit("/", 1)[1] for path in paths]
    answer = ask(port, "/", "PURGE", [("xkey", tags[0]), ("xkey", f"{tags[1]} {tags[2]}")])
    assert answer.body == b"Purged 3\n"


# ---- when it cannot be at once ---------------------------------------------------------------------------------


def test_a_purge_is_sent_again_until_it_is_taken_and_holds_up_nobody_else(site, measured):
    path = site.article()
    site.settle()
    for port in site.ports.values():
        stored(port, path)
    site.purges.close()
    try:
        for number in range(3):
            site.write(path, headline=f"Unheard {number}")
            since = time.monotonic()
            took = staleness(site, since, [(site.ports["second"], path, {})])
            measured("staleness in one Varnish while another takes no purges", f"{took * 1000:.0f} ms")
        assert not ask(site.ports["first"], path).json["headline"].startswith("Unheard")
    finally:
        site.purges.open()
    began = time.monotonic()
    until("the purge", lambda: ask(site.ports["first"], path).json["headline"] == "Unheard 2", seconds=10)
    measured("seconds until a Varnish that takes purges again has them", f"{time.monotonic() - began:.2f}")


def test_a_purge_survives_a_crash_of_the_server(site):
    path, first = site.article(), site.ports["first"]
    site.settle()
    stored(first, path)
    site.purges.close()
    try:
        site.write(path, headline="Before the crash")
        site.server.end(signal.SIGKILL)
        site.server.start()
        site.relay.target = site.server.port
        assert ask(first, path).json["headline"] != "Before the crash"
    finally:
        site.purges.open()
    until("the purge", lambda: ask(first, path).json["headline"] == "Before the crash", seconds=10)


def test_a_refused_purge_is_sent_again(site):
    path, first = site.article(), site.ports["first"]
    site.settle()
    stored(first, path)
    with site.purges.failing(503):
        before = len(site.purges.seen(method="PURGE"))
        site.write(path, headline="Refused at first")
        until("two tries", lambda: len(site.purges.seen(method="PURGE")) >= before + 2)
        assert ask(first, path).json["headline"] != "Refused at first"
    until("the purge", lambda: ask(first, path).json["headline"] == "Refused at first", seconds=10)
