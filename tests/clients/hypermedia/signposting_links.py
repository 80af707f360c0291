"""FAIR Signposting, level 1 (signposting.org/FAIR), and the API catalogue (RFC 9727), by the library `signposting`.

Level 1 of a thing: one cite-as, its type, describedby with media types, an item for each of its files, its licence;
a file points back by collection, a description by describes.
"""

import importlib.metadata
import warnings

from origin import JSONLD, Origin
from report import Report
from signposting import find_signposting_http
from signposting.linkset import find_signposting_linkset

# What it warns about is no page to it: here it is a fault.
warnings.simplefilter("error", UserWarning)
SCHEMA = "https://schema.org/"
REVISION = "/v2/datasets/penguins/revisions/1"
CATALOGUE = "/.well-known/api-catalog"
PROFILE = "https://www.rfc-editor.org/info/rfc9727"


def things(origin):
    """A URL of each kind, what schema.org calls it, and its document."""
    article = origin.get("/v2/articles")["member"][0]["@id"]
    for url, kind in (
        (f"{origin.url}/v2/datasets/penguins", "Dataset"),
        (origin.url + REVISION, "Dataset"),
        (article, "Article"),
    ):
        yield url, SCHEMA + kind, origin.get(url)


def files(document):
    """The files of a dataset or revision, with their media types."""
    return {file["contentUrl"]: file["encodingFormat"] for file in document.get("distribution", [])}


def same(expected, found, what):
    assert expected == found, f"expected {what} {expected}, found {found}"


def links(url, kind, document):
    """A thing's links say what its document says."""
    found = find_signposting_http(url)
    same(url, found.citeAs and found.citeAs.target, f"cite-as of {url}:")
    same(True, kind in targets(found.types), f"type {kind} of {url}:")
    same(files(document), {link.target: link.type for link in found.items}, f"items of {url}:")
    same(document.get("license"), found.license and found.license.target, f"license of {url}:")
    described = {link.type for link in found.describedBy}
    assert JSONLD in described, f"expected describedby of {url} with type {JSONLD}, found {described}"


def content(origin, url):
    """A file's links say what it is a part of; the link to it said what it is."""
    listed = files(origin.get(url))
    assert listed, f"expected files of {url}"
    for file, media in listed.items():
        found = find_signposting_http(file)
        same(url, found.collection and found.collection.target, f"collection of {file}:")
        sent = origin.send("HEAD", file, 200).headers["Content-Type"].split(";")[0]
        same(media, sent, f"Content-Type of {file}:")


def description(url):
    """Every description of a thing says that it describes it."""
    descriptions = find_signposting_http(url).describedBy
    assert descriptions, f"expected describedby of {url}"
    for link in descriptions:
        same({url}, targets(find_signposting_http(link.target).describes), f"describes of {link.target}:")


def targets(links):
    return {str(link.target) for link in links}


def catalogue(origin):
    """The API catalogue as the library reads it: each version is an item of it."""
    url = origin.url + CATALOGUE
    media = origin.send("GET", url, 200).headers["Content-Type"]
    assert media.startswith("application/linkset+json") and f'profile="{PROFILE}"' in media, f"found {media}"
    found = find_signposting_linkset(url, "application/linkset+json")
    same({f"{origin.url}/v1", f"{origin.url}/v2"}, targets(found.items), "items of the catalogue:")


def descriptions(origin):
    """Each version's own descriptions, for machines and for people, are of the type that their links say."""
    contexts = {context["anchor"]: context for context in origin.send("GET", CATALOGUE, 200).json()["linkset"]}
    for version in ("/v1", "/v2"):
        for relation in ("service-desc", "service-doc"):
            for link in contexts[origin.url + version][relation]:
                sent = origin.send("GET", link["href"], 200, headers={"Accept": link["type"]})
                same(link["type"], sent.headers["Content-Type"].split(";")[0], f"type of {link['href']}:")


def main():
    origin = Origin()
    report = Report(f"signposting {importlib.metadata.version('signposting')}")
    for url, kind, document in things(origin):
        name = url.removeprefix(origin.url)
        report.promise(f"the links of {name} say what its document says", lambda: links(url, kind, document))
        report.promise(f"the descriptions of {name} point back", lambda: description(url))
    report.promise("the file of a revision points back to it", lambda: content(origin, f"{origin.url}{REVISION}"))
    report.promise("the API catalogue lists both versions", lambda: catalogue(origin))
    report.promise("what describes each version is what its link says", lambda: descriptions(origin))
    report.finish()


main()
