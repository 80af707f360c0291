"""Every URL of a site that links lead to, in every representation, from the front door on."""

import collections
import dataclasses
import html
import json
import re
from urllib.parse import urldefrag, urljoin

import requests
from origin import HTML, JSONLD

# Members whose values are templates, not links.
TEMPLATES = ("template", "urlTemplate")
END = 20_000
# URLs that differ in a number and in values of a query only, such as rows: so many of them say how the others are.
ALIKE = 20


@dataclasses.dataclass(frozen=True)
class Visit:
    """One representation of a URL, as it was read."""

    url: str
    accept: str
    status: int
    signed_in: bool
    source: str = dataclasses.field(compare=False)  # the page that led there
    answer: requests.Response = dataclasses.field(compare=False, repr=False)


class Crawler:
    """Reads a site as somebody; follows links within it."""

    def __init__(self, origin, signed_in):
        self.base, self.signed_in = origin.url, signed_in
        self.session = requests.Session()
        self.session.headers.update(origin.credentials if signed_in else {})

    def crawl(self, starts):
        """Every visit, each URL once and, where it is negotiated, as JSON-LD and as HTML."""
        sources = {self.base + start: "the start" for start in starts}
        queue, visits, alike = list(sources), [], collections.Counter()
        while queue:
            url = queue.pop()
            alike[shape(url)] += 1
            if alike[shape(url)] > ALIKE:
                continue
            for accept in (JSONLD, HTML):
                answer = self.session.get(url, headers={"Accept": accept}, allow_redirects=False, timeout=30)
                visits.append(Visit(url, accept, answer.status_code, self.signed_in, sources[url], answer))
                for link in self._links(answer):
                    if link not in sources:
                        sources[link] = url
                        queue.append(link)
                if "accept," not in answer.headers.get("Vary", "").lower() + ",":
                    break
            assert len(visits) < END, f"expected a web with an end, found {url} after {END} pages"
        return visits

    def _links(self, answer):
        """What a page of ours says leads somewhere here: in its document, its markup, its fields."""
        media, found = answer.headers.get("Content-Type", ""), set()
        if re.match(r"application/([a-z.-]+\+)?json", media):
            found.update(iris(json.loads(answer.content)))
        elif media.startswith(HTML):
            # As every robot: a link with `nofollow` leads to one of endlessly many orders and choices, or to a form.
            text = re.sub(r'<a\b[^>]*\srel="[^"]*\bnofollow\b[^>]*>', "", answer.text)
            found.update(re.findall(r'\s(?:href|src)="([^"]*)"', text))
            found = {html.unescape(link) for link in found}
        found.update(re.findall(r"<([^>]*)>", answer.headers.get("Link", "")))
        found.update(answer.headers[name] for name in ("Location", "Content-Location") if name in answer.headers)
        absolute = {urldefrag(urljoin(answer.url, link))[0] for link in found}
        return {link for link in absolute if link == self.base or link.startswith((f"{self.base}/", f"{self.base}?"))}


def shape(url):
    """A URL without the numbers in its path and the values of its query."""
    return re.sub(r"/\d+(?=[/.?]|$)", "/0", re.sub(r"=[^&]*", "=", url))


def iris(value):
    """Every text of a document that may be an IRI, but for templates."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in TEMPLATES:
                yield from iris(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from iris(inner)
    elif isinstance(value, str) and re.fullmatch(r"https?://[^\s{}<>]+", value):
        yield value


def crawl(origin, starts=("/",)):
    """What anybody may read, and what the administrator may read beyond that."""
    everybody = Crawler(origin, signed_in=False).crawl(starts)
    public = {(visit.url, visit.accept) for visit in everybody if visit.status not in (401, 403)}
    administrator = Crawler(origin, signed_in=True).crawl(starts)
    return everybody + [visit for visit in administrator if (visit.url, visit.accept) not in public]
