"""RDF as different libraries read it: which documents there are, and when two of them agree.

Terms are compared as they stand, but for what a library does its own way: `literal` says which, with the section.
"""

import dataclasses
import email.message
import io
import json
import logging
import re
import urllib.request
import urllib.response

import rdflib
from crawl import Visit, crawl
from origin import JSONLD
from pyld import jsonld

# What a literal says is compared by rule below, not rewritten while it is read.
rdflib.NORMALIZE_LITERALS = False
logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # `ill_typed` says it


@dataclasses.dataclass(frozen=True, eq=False)
class Page:
    """A JSON-LD document, where it was read first."""

    visit: Visit

    def text(self):
        # RFC 8259 §8.1: nothing but UTF-8; requests would guess.
        return self.visit.answer.content.decode()

    def __str__(self):
        return f"{self.visit.url} as {'administrator' if self.visit.signed_in else 'nobody'}"


def pages(origin):
    """Every JSON-LD document that links lead to from the front door, each content once."""
    found = {}
    for visit in crawl(origin):
        content, media = visit.answer.content, visit.answer.headers.get("Content-Type", "")
        if re.match(r"application/([a-z.-]+\+)?json\b", media):
            document = json.loads(content)
            if isinstance(document, dict) and "@context" in document:
                found.setdefault(content, Page(visit))
    return list(found.values())


class Contexts:
    """Contexts for both libraries: the server's own, each read once; any other is refused and noted."""

    def __init__(self, origin):
        self.origin, self.kept, self.foreign = origin, {}, set()
        jsonld.set_document_loader(self.load)
        opener = urllib.request.build_opener(_Opener(self))
        urllib.request.install_opener(opener)

    def read(self, url):
        if not url.startswith(f"{self.origin.url}/"):
            self.foreign.add(url)
            raise AssertionError(f"expected contexts of {self.origin.url} only, found {url}")
        if url not in self.kept:
            self.kept[url] = self.origin.send("GET", url, 200, headers={"Accept": JSONLD}).content
        return self.kept[url]

    def load(self, url, _options):
        """pyld's document loader."""
        document = json.loads(self.read(url))
        return {"contextUrl": None, "documentUrl": url, "document": document, "contentType": JSONLD}


class _Opener(urllib.request.BaseHandler):
    """rdflib reads contexts by urllib: this is its only way out."""

    handler_order = 0

    def __init__(self, contexts):
        self.contexts = contexts

    def default_open(self, request):
        fields = email.message.Message()
        fields["Content-Type"] = JSONLD
        body = io.BytesIO(self.contexts.read(request.full_url))
        answer = urllib.response.addinfourl(body, fields, request.full_url, 200)
        answer.msg = "OK"
        return answer


# ---- reading ---------------------------------------------------------------------------------------------------


def by_pyld(document):
    """Canonical N-Quads."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads"}
    return jsonld.normalize(document, options)


def by_rdflib(text, media="json-ld"):
    return rdflib.Graph().parse(data=text, format=media)


def of_quads(text):
    """The graph of N-Quads without named graphs."""
    return rdflib.Graph().parse(data=text, format="nt")


# ---- agreeing --------------------------------------------------------------------------------------------------


def literal(term):
    """A literal in the one form of what it says."""
    if term.datatype == rdflib.XSD.double:
        # JSON-LD 1.1 API §8.6: 15 digits after the point, as `%1.15E`; rdflib keeps the number as it was written.
        return rdflib.Literal(f"{float(term):.15E}", datatype=term.datatype)
    return term


def canonical(graph):
    """The graph as text: each literal in its one form, blank nodes named by RDF Dataset Canonicalization."""
    alike = rdflib.Graph()
    for subject, predicate, value in graph:
        alike.add((subject, predicate, literal(value) if isinstance(value, rdflib.Literal) else value))
    quads = alike.serialize(format="nt", encoding="utf-8").decode()
    options = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
    return jsonld.normalize(quads, options)


def ill_typed(graph):
    """Triples whose literal is none of its datatype."""
    for triple in graph:
        if isinstance(triple[2], rdflib.Literal) and triple[2].ill_typed:
            yield _line(triple)


def difference(one, other, names):
    """Nothing where two canonical graphs are the same; else a few triples that only one of them has."""
    parts = [set(text.splitlines()) for text in (one, other)]
    only = zip(names, (parts[0] - parts[1], parts[1] - parts[0]), strict=True)
    return "; ".join(f"only {name}: {line[:300]}" for name, lines in only for line in sorted(lines)[:2])


def _line(triple):
    return " ".join(term.n3() for term in triple)[:300]
