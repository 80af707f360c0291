"""pyld and rdflib on every JSON-LD document that links lead to: what they read, and that they read the same.

jsonld.js, which runs before (jsonld_js.mjs), leaves what it read in the folder ALMANAC_QUADS: `SHA-256.jsonldjs.nq`,
whose first line is `# URL` and the others canonical N-Quads, and `SHA-256.jsonld`, the document itself.
"""

import functools
import importlib.metadata
import json
import os
import pathlib
import re

import rdf
from origin import Origin
from pyld import jsonld
from report import Report

ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]*", re.IGNORECASE)
# It counts requests, so that no two answers are the same.
COUNTED = "/v2/usage"
RDF_MEDIA = {"text/turtle": "turtle", "application/n-triples": "nt"}


def nothing(faults):
    """Fails with the first of what is wrong."""
    faults = list(faults)
    assert not faults, f"{len(faults)} of them:\n          " + "\n          ".join(str(fault) for fault in faults[:6])


# ---- one document ----------------------------------------------------------------------------------------------


class Reading:
    """A document as each library read it, and what it is called."""

    def __init__(self, name, text):
        self.name, self.document, self.dropped = name, json.loads(text), []
        self.expanded = jsonld.expand(self.document, on_property_dropped=self.dropped.append)
        self.quads = rdf.by_pyld(self.document)
        self.graph = rdf.by_rdflib(text)

    @functools.cached_property
    def said(self):
        return rdf.canonical(rdf.of_quads(self.quads))

    def against(self, graph, name):
        """How pyld's triples differ from others, by a line or not at all."""
        found = rdf.difference(self.said, rdf.canonical(graph), ("pyld", name))
        return [f"{self.name}: {found}"] if found else []


def unreadable(pages, readings):
    """Reads every page; says which could not be read."""
    for page in pages:
        try:
            readings[page] = Reading(page, page.text())
        except Exception as fault:  # whatever a library makes of a document that it cannot read
            yield f"{page}: {fault!r}"


def undefined(reading):
    """Keys that pyld drops, and those that only `@vocab` gives a meaning."""
    yield from (f"{reading.name}: a key was dropped" for _ in reading.dropped)
    own = reading.document["@context"]
    if isinstance(own, dict) and "@vocab" in own:
        missing = keys(reading.document) - own.keys()
        yield from (f"{reading.name}: `{key}` stands in no context" for key in sorted(missing))


def keys(value):
    """The terms, or their prefixes, that a document uses as keys and types."""
    if isinstance(value, dict):
        types = value.get("@type", [])
        names = [*value, *([types] if isinstance(types, str) else types)]
        found = {name.split(":")[0] for name in names if name[0] != "@"}
        return found.union(*(keys(inner) for name, inner in value.items() if name != "@context"))
    if isinstance(value, list):
        return set().union(*map(keys, value))
    return set()


def relative(reading):
    """Names in the expanded document that are no absolute IRI and no blank node."""
    for name in names(reading.expanded):
        if not name.startswith("_:") and not ABSOLUTE.fullmatch(name):
            yield f"{reading.name}: {name!r}"


def ill_typed(reading):
    yield from (f"{reading.name}: {line}" for line in rdf.ill_typed(reading.graph))


def names(value):
    """Every @id, type and property of an expanded document."""
    if isinstance(value, list):
        for inner in value:
            yield from names(inner)
    elif isinstance(value, dict) and "@value" in value:
        yield from [value["@type"]] if value.get("@type", "@json") != "@json" else []
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name[0] != "@":
                yield name
            elif name in ("@id", "@type"):
                yield from [inner] if isinstance(inner, str) else inner
            yield from names(inner)


# ---- all of them -----------------------------------------------------------------------------------------------


def same_as_jsonldjs(readings):
    """How what jsonld.js read differs from what pyld reads in the same bytes."""
    left = sorted(pathlib.Path(os.environ["ALMANAC_QUADS"]).glob("*.jsonldjs.nq"))
    assert len(left) > 100, f"expected what jsonld.js read in ALMANAC_QUADS, found {len(left)} documents"
    known = {page.text(): reading for page, reading in readings.items()}
    for file in left:
        head, _, quads = file.read_text().partition("\n")
        text = file.with_name(file.name.replace("jsonldjs.nq", "jsonld")).read_text()
        if text not in known:
            known[text] = Reading(head, text)
        reading = known[text]
        if quads.strip() != reading.quads.strip():
            yield from reading.against(rdf.of_quads(quads), "jsonld.js")


def alternates(page):
    """The URLs, with their media types, that a document names as its renderings in RDF."""
    for url, parameters in re.findall(r"<([^>]*)>([^<]*)", page.visit.answer.headers.get("Link", "")):
        media = re.search(r'type="([^"]*)"', parameters)
        if 'rel="alternate"' in parameters and media and media[1] in RDF_MEDIA:
            yield url, media[1]


def renderings(origin, readings):
    """How the server's own RDF differs from what pyld reads."""
    seen = dict.fromkeys(RDF_MEDIA, 0)
    for page, reading in readings.items():
        if COUNTED in page.visit.url:
            continue
        for url, media in alternates(page):
            answer = origin.send("GET", url, 200, headers=origin.credentials if page.visit.signed_in else {})
            sent = answer.headers["Content-Type"].split(";")[0]
            assert sent == media, f"expected {media} of {url}, found {sent}"
            seen[media] += 1
            yield from reading.against(rdf.by_rdflib(answer.content, RDF_MEDIA[media]), media)
    assert all(seen.values()), f"expected alternates of each, found {seen}"


def versions():
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("pyld", "rdflib"))


def main():
    origin, report = Origin(), Report(versions())
    contexts, pages = rdf.Contexts(origin), rdf.pages(origin)
    readings = {}
    report.promise(f"both read {len(pages)} documents", lambda: nothing(unreadable(pages, readings)))
    every = lambda faults: lambda: nothing(fault for reading in readings.values() for fault in faults(reading))
    report.promise("no term is undefined", every(undefined))
    report.promise("no IRI is relative", every(relative))
    report.promise("every literal is one of its type", every(ill_typed))
    report.promise("no context is foreign", lambda: nothing(contexts.foreign))
    report.promise(
        "pyld and rdflib read the same triples", every(lambda reading: reading.against(reading.graph, "rdflib"))
    )
    report.promise("jsonld.js reads the same triples", lambda: nothing(same_as_jsonldjs(readings)))
    report.promise("the server's Turtle and N-Triples say the same", lambda: nothing(renderings(origin, readings)))
    report.finish()


main()
