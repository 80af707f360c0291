#!/usr/bin/env python3
"""What a client needs of a JSON-LD document on standard input.

usage: document.py NAME ..                the value at that path; an object's IRI: `member 0`, `models`
       document.py --links                every link of the document, one a line
       document.py --predict ROWS.json    the IRI of the prediction for the first row without an empty
                                          cell, by the IRI template in the document's `predict`
"""

import json
import re
import sys
import urllib.parse


def at(document, path):
    """The value at a path of names (and positions in lists); of an object with an IRI, the IRI."""
    for name in path:
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document.get("@id", document) if isinstance(document, dict) else document


def links(value, name=None):
    """Every absolute IRI of http in a document that is no context, type or term, in order."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from links(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from links(inner, name)
    elif name not in ("@context", "@type") and re.match(r"https?://[^{]*$", str(value)):
        yield value


def spelt(cell):
    """A cell as text of a query."""
    return cell if isinstance(cell, str) else json.dumps(cell)


def prediction(version, rows):
    """The IRI of a prediction by a version's template, with the cells of the first complete row."""
    template = version["predict"]
    names = [mapping["variable"] for mapping in template["mapping"]]
    cells = next(
        row["cells"] for row in rows["member"] if all(row["cells"].get(name) is not None for name in names)
    )
    query = urllib.parse.urlencode({name: spelt(cells[name]) for name in names})
    iri, form = re.fullmatch(r"([^{]*)\{([?&])[^}]*\}", template["template"]).groups()
    return f"{iri}{form}{query}"


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return
    document = json.load(sys.stdin)
    match arguments:
        case ["--links"]:
            print(*dict.fromkeys(links(document)), sep="\n")
        case ["--predict", rows]:
            with open(rows, encoding="utf-8") as file:
                print(prediction(document, json.load(file)))
        case path:
            print(at(document, path))


if __name__ == "__main__":
    main(sys.argv[1:])
