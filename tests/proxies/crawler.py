"""Every place where an answer can lead somewhere, in whichever format, and a walk along all of it."""

import collections
import html.parser
import json
import re
import urllib.parse

ATTRIBUTES = {"href", "src", "action", "formaction", "poster", "cite", "data"}
# Members whose value is a reference, so that one without a host is found too.
MEMBERS = {"@id", "href", "target", "template", "url", "contentUrl", "anchor", "instance", "type"}


class _Attributes(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.actions = [], []

    def handle_starttag(self, tag, attributes):
        # As every robot: such a link leads to one of endlessly many orders and choices, or to a form.
        unfollowed = "nofollow" in (dict(attributes).get("rel") or "").split()
        for name, value in attributes:
            if name in ATTRIBUTES and value:
                (self.actions if unfollowed or name.endswith("action") else self.found).append(value)


def _members(value):
    """Strings of a JSON document that are references."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in MEMBERS and isinstance(inner, str) and re.match(r"https?:|/", inner):
                yield inner
            yield from _members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner)


def kind_of(answer):
    """The media type, without parameters."""
    return (answer.get("content-type") or "").split(";")[0]


def fields_links(answer):
    """References in the fields of an answer."""
    found = [value for line in answer.all("link") for value in re.findall(r"<([^>]*)>", line)]
    return found + answer.all("location") + answer.all("content-location")


def links(answer, host):
    """References of an answer as two lists: those to follow, and those that are no URL to read (templates, and what
    forms are sent to)."""
    found, others = fields_links(answer), []
    if not answer.body:
        return found, others
    text, kind = answer.content.decode(errors="replace"), kind_of(answer)
    if kind == "text/html":
        page = _Attributes()
        page.feed(text)
        found += page.found
        others += page.actions
    elif kind.endswith("json") and kind != "application/x-ndjson":
        found += _members(json.loads(text))
    elif kind in ("text/turtle", "application/n-triples"):
        found += re.findall(r"<([^<>\s]*)>", re.sub(r'"(?:[^"\\]|\\.)*"', '""', text))
    elif kind == "text/css":
        found += re.findall(r"url\(['\"]?([^'\")]*)", text)
    # Whatever else names this host, in whichever member or text; braces of BibTeX end it.
    if kind != "text/html":
        found += re.findall(re.escape(host) + r"[^\s\"'<>,;\\)}]*", text)
    templates = [link for link in found if "{" in link]
    return [link for link in found if "{" not in link], others + templates


def shape(url):
    """A URL without its numbers, digests and the values of its query."""
    return re.sub(r"[0-9a-f]{64}|\d+", "0", re.sub(r"=[^&]*", "=", url))


def walk(ask, starts, host, alike=3, unread=("/openapi/",)):
    """Asks for the URLs at the start and for everything of this host that the answers lead to; of URLs of one
    shape no more than `alike`. Gives each URL with its answer and the absolute URLs that it names."""
    left, seen, shapes = collections.deque(starts), {}, collections.Counter()
    while left:
        url = left.popleft()
        if url in seen or shapes[shape(url)] == alike:
            continue
        shapes[shape(url)] += 1
        answer = ask(url.removeprefix(host))
        here, others = links(answer, host)
        here, others = ([urllib.parse.urljoin(url, link) for link in some] for some in (here, others))
        seen[url] = answer, here + others
        # What stands in a description as an example need not be there.
        if not any(part in url for part in unread):
            left.extend(link.split("#")[0] for link in here if link.startswith(host))
    return seen
