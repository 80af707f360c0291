"""REDbot on every URL that links lead to: no bad note and no warning, but for those excepted below by name.

REDbot asks each URL several times: plainly, for gzip, for a range, with each validator. What it notes about
any of these answers counts. What no link leads to (errors, answers to writes) is shown to it one by one.
"""

import collections
import configparser
import dataclasses
import importlib.metadata
import json
import re
import time

import thor
from crawl import crawl
from origin import HTML, JSONLD, Origin
from redbot.resource import HttpResource
from redbot.resource.fetch import RedFetcher, RedHttpClient
from report import Report

FAULTS = ("bad", "warning")
# What is looked at again, for the next look may say something else.
UNSURE = {
    # A document became another one between REDbot's requests, as counts of usage do: it cannot tell.
    "INM_UNKNOWN",
    "IMS_UNKNOWN",
    "RANGE_CHANGED",
    # The clock is off, or REDbot, one thread for all, read the answer seconds after it came.
    "DATE_INCORRECT",
}
STARTS = ["/", "/v2/articles?page=2&itemsPerPage=5", "/livez", "/readyz"]


@dataclasses.dataclass(frozen=True)
class Excepted:
    """A note that is no fault of the server, where it may appear, and why."""

    note: str
    where: str  # pattern of `METHOD path status`
    why: str


EXCEPTED = [
    Excepted("DEPRECATION_PAST", r"\w+ /v1\b.*", "version 1 is deprecated and must say so: RFC 9745 §2"),
    Excepted("SUNSET_PAST", r"\w+ /v1\b.*", "version 1 must say when it ends: RFC 8594 §3"),
    Excepted(
        "REQUEST_HDR_IN_RESPONSE",
        r"POST \S+ 415",
        "REDbot knows Accept in requests only; in a 415 it says what would be taken: RFC 9110 §12.5.1 and §15.5.16",
    ),
    Excepted(
        "LOCATION_UNDEFINED",
        r"POST \S+/versions 202",
        "a 202 ought to point to what tells how it goes on, by a field that is left open: RFC 9110 §15.3.3, §10.2.2",
    ),
    Excepted(
        "RANGE_CL_FULL",
        r"GET \S+/data\.[0-9a-f]{64}\.csv 200",
        "of a file of few bytes the part that REDbot asks for may be all of it: RFC 9110 §14.2",
    ),
    Excepted(
        "CC_CONFLICTING",
        r"GET /(account|sign-in|sign-out|edit)\b\S* \d+",
        "`private` beside `no-store` is for caches that were told to keep more than they may: RFC 9111 §5.2.2.7",
    ),
    Excepted("STATUS_BAD_REQUEST", r"\w+ \S+ 400", "asked for on purpose below; that no link leads to it is checked"),
]


@dataclasses.dataclass
class Case:
    """A request to show to REDbot, and the status that is expected."""

    url: str
    accept: str = JSONLD
    status: int = 200
    method: str = "GET"
    headers: dict = dataclasses.field(default_factory=dict)
    content: bytes = b""
    source: str = "this test"


@dataclasses.dataclass
class Found:
    """What REDbot noted about the answers to one request."""

    case: Case
    status: int | None
    notes: list  # faults: (level, name, which answer, summary)
    cache_control: str
    validated: bool | None  # it asked with If-None-Match and got a 304
    ranged: bool | None  # it asked for a part and got that part
    unsure: bool  # another look may find something else


# ---- REDbot ----------------------------------------------------------------------------------------------------


def settings():
    parser = configparser.ConfigParser()
    parser.read_dict({"redbot": {"enable_local_access": "True"}})
    return parser["redbot"]


class Redbot:
    """REDbot in this process, with so many resources at once."""

    def __init__(self, at_once=8):
        self.settings, self.at_once = settings(), at_once
        self.waiting, self.running, self.found = collections.deque(), 0, []

    def examine(self, cases):
        """What is found about each, in the order in which they are done."""
        self.waiting.extend(cases)
        # The loop, when it ends, forgets the connections of its last client, which that would go on using.
        RedFetcher.client = RedHttpClient()
        self._next()
        thor.run()
        return self.found

    def _next(self):
        while self.waiting and self.running < self.at_once:
            self._start(self.waiting.popleft())
        if not self.waiting and not self.running:
            thor.stop()

    def _start(self, case):
        self.running += 1
        # Its further requests would repeat the write.
        resource = HttpResource(self.settings, active_checks_enabled=case.method == "GET")
        headers = {"Accept": case.accept, **case.headers}
        resource.set_request(case.url, case.method, list(headers.items()), case.content)

        @thor.events.on(resource)
        def check_done():
            self.running -= 1
            self.found.append(verdict(case, resource))
            # Not by `thor.schedule`: what is scheduled for now may wait until the next timeout, up to 60 s.
            self._next()

        resource.check()


def examine_steady(cases, times=3):
    """What is found about each; what it is unsure of is looked at again, so many times in all, and the last counts."""
    found = Redbot().examine(cases)
    for _ in range(1, times):
        again = [one.case for one in found if one.unsure]
        if not again:
            break
        found = [one for one in found if not one.unsure] + Redbot().examine(again)
    return found


def verdict(case, resource):
    """What REDbot found out about a resource."""
    fields = [value for name, value in resource.response.headers.text if name.lower() == "cache-control"]
    noted = list(notes(resource))
    unsure = any(name in UNSURE for _, name, _, _ in noted)
    faults = [note for note in noted if note[0] in FAULTS]
    answer = resource.response.status_code, faults, ", ".join(fields)
    return Found(case, *answer, resource.inm_support, resource.partial_support, unsure)


def notes(resource):
    """What REDbot notes about the answer to its request and to each further one."""
    for which, answer in [("plain", resource), *resource.subreqs.items()]:
        if answer.fetch_error:
            yield "bad", "FETCH_ERROR", which, f"{answer.fetch_error.desc} {answer.fetch_error.detail or ''}"
        for note in flat([*answer.request.notes, *answer.response.notes]):
            yield note.level.value, type(note).__name__, which, note.summary


def flat(found):
    for note in found:
        yield note
        yield from flat(note.subnotes)


# ---- what is shown to it ---------------------------------------------------------------------------------------


def linked(origin):
    """Everything that links lead to."""
    for visit in crawl(origin, STARTS):
        headers = origin.credentials if visit.signed_in else {}
        yield Case(visit.url, visit.accept, visit.status, headers=headers, source=visit.source)


def unlinked(origin):
    """Predictions, redirects and errors: what templates, habits and mistakes lead to."""
    url = origin.url
    for start in ("/v2/models/petals", "/v2/models/petals/versions/1"):
        prediction = origin.prediction(start, [5.1, 4.7])
        yield Case(prediction, status=200 if "versions" in start else 307)
        yield Case(prediction, HTML, status=200 if "versions" in start else 307)
    yield Case(f"{url}/v2/models/petals/versions/1/prediction?petal_length_cm=long", status=400)
    yield Case(f"{url}/v2/", status=308)
    for accept in (JSONLD, HTML):
        yield Case(f"{url}/v2/articles/no-more", accept, status=404)
        yield Case(f"{url}/nowhere", accept, status=404)
    yield Case(f"{url}/v2/articles", "image/png", status=406)
    for headers in ({"Accept-Encoding": "gzip, br, zstd"}, {"Origin": "https://example.org"}):
        yield Case(f"{url}/v2/articles/article-1", headers=headers)
    yield Case(f"{url}/v2/articles/article-1", method="HEAD")
    yield Case(f"{url}/v2/articles/article-1", method="OPTIONS", status=200)
    yield Case(f"{url}/v2/articles/article-1", method="OPTIONS", status=200, headers=origin.credentials)


def written(origin):
    """One of each answer to a write, in an order in which each is what it says."""
    place = f"{origin.url}/v2/articles"
    text = json.dumps({"identifier": "shown", "headline": "Shown", "articleBody": "It rained.\n" * 60}).encode()
    merge = {"Content-Type": "application/merge-patch+json"}
    stale = {"If-Match": '"AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAA"'}
    writes = [
        ("POST", place, 201, {}, text),
        ("POST", place, 409, {}, text),
        ("POST", place, 422, {}, b"{}"),
        ("POST", place, 400, {}, b"{"),
        ("POST", place, 415, {"Content-Type": "text/csv"}, b"a"),
        ("PUT", f"{place}/shown-too", 201, {}, text.replace(b'"shown"', b'"shown-too"')),
        ("PUT", f"{place}/shown", 200, {}, text),
        ("PUT", f"{place}/shown", 412, stale, text),
        ("PATCH", f"{place}/shown", 200, merge, b'{"abstract": "Wet."}'),
        ("DELETE", place, 405, {}, b""),
        ("DELETE", f"{place}/shown", 204, {}, b""),
        ("DELETE", f"{place}/shown-too", 204, {}, b""),
        ("POST", f"{origin.url}/v2/me/tokens", 201, {}, b'{"name": "shown"}'),
        ("POST", f"{origin.url}/v2/models/petals/versions", 202, {}, b"{}"),
    ]
    for method, url, status, headers, content in writes:
        headers = {"Content-Type": "application/json", **origin.credentials, **headers}
        yield Case(url, status=status, method=method, headers=headers, content=content)
    yield Case(place, status=401, method="POST", headers={"Content-Type": "application/json"}, content=text)


# ---- what counts -----------------------------------------------------------------------------------------------


def place(found, origin):
    return f"{found.case.method} {found.case.url.removeprefix(origin.url)} {found.status}"


def is_excepted(name, where):
    return any(name == one.note and re.fullmatch(one.where, where) for one in EXCEPTED)


def no_faults(found, origin):
    """Fails with every fault, those of one kind together."""
    kinds = collections.defaultdict(list)
    for one in found:
        for level, name, which, summary in one.notes:
            if not is_excepted(name, place(one, origin)):
                kinds[level, name, summary].append(f"{place(one, origin)} ({which}) as {one.case.accept}")
    lines = [
        f"{level} {name} × {len(places)}: {summary}\n          " + "\n          ".join(places[:5])
        for (level, name, summary), places in sorted(kinds.items())
    ]
    assert not lines, "\n        ".join(lines)


def validated(found, origin):
    """Fails where what may be kept could not be asked about."""
    kept = [one for one in found if one.status == 200 and "no-store" not in one.cache_control]
    wrong = [place(one, origin) for one in kept if not one.validated]
    assert not wrong, "\n        ".join(wrong)


def ranged(found, origin):
    """Fails where a part of an artifact or of a message's content could not be had."""
    # Contexts and the vocabulary of a release are kept for good too, but are documents.
    files = [one for one in found if not re.search(r"/(vocab|context)/[0-9a-f]+", one.case.url)]
    parts = [one for one in files if "immutable" in one.cache_control or one.case.url.endswith("/content")]
    parts = [one for one in parts if "/static/" not in one.case.url]
    assert parts, "expected artifacts and contents among the pages"
    wrong = [place(one, origin) for one in parts if not one.ranged]
    assert not wrong, "\n        ".join(wrong)


def as_expected(found, origin):
    """Fails where an answer had another status."""
    wrong = [f"{place(one, origin)}, expected {one.case.status}" for one in found if one.status != one.case.status]
    assert not wrong, "\n        ".join(wrong)


def no_error(found, origin):
    """Fails where a link leads to an error that signing in would not help."""
    wrong = [
        f"{place(one, origin)}, linked from {one.case.source}"
        for one in found
        if one.status is None or (one.status >= 400 and (one.status not in (401, 403) or one.case.headers))
    ]
    assert not wrong, "\n        ".join(wrong)


def main():
    origin, began = Origin(), time.monotonic()
    versions = f"REDbot {importlib.metadata.version('redbot')}, httplint {importlib.metadata.version('httplint')}"
    report = Report(versions)

    pages = examine_steady(linked(origin))
    report.promise("every link leads somewhere", lambda: no_error(pages, origin))
    report.promise(f"nothing is noted about {len(pages)} pages that links lead to", lambda: no_faults(pages, origin))
    report.promise("every page that may be kept is 304 when it is asked about", lambda: validated(pages, origin))
    report.promise("a part of each artifact and content can be had", lambda: ranged(pages, origin))
    others = examine_steady(unlinked(origin))
    report.promise("nothing is noted about predictions, redirects and errors", lambda: no_faults(others, origin))
    writes = Redbot(at_once=1).examine(written(origin))
    report.promise("nothing is noted about answers to writes", lambda: no_faults(writes, origin))
    report.promise("answers that no link leads to are as expected", lambda: as_expected(others + writes, origin))
    report.client += f", {len(pages) + len(others) + len(writes)} resources in {time.monotonic() - began:.0f} s"
    report.finish()


main()
