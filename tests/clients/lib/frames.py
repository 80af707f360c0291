"""A table with every type and its awkward cells, published on a server; for the clients that load tables."""

import datetime

# Name, type, and the cells of its rows; None is a missing one.
NUMBERS = [0.1, -1e300, 5e-324, 2.0, None]
COLUMNS = {
    "whole (m)": ("integer", [1, -(2**63), 2**63 - 1, None, 0]),
    "number": ("number", NUMBERS),
    "truth": ("boolean", [True, False, None, True, False]),
    "text": ("text", ['say "雨", then\nmore', "NA", None, "007", " padded "]),
    "day": ("date", [datetime.date(1582, 10, 15), datetime.date(2026, 2, 28), None, *[datetime.date(1970, 1, 1)] * 2]),
    "moment": (
        "datetime",
        [datetime.datetime(2026, 1, 2, 3, 4, 5, micros, datetime.UTC) for micros in (0, 1, 999_999)]
        + [None, datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC)],
    ),
}
ROWS = 5
SLUG = "every-type"


def publish(origin):
    """The document of the dataset's newest revision; it is published unless it is there."""
    if not origin.session.get(f"{origin.url}/v2/datasets/{SLUG}").ok:
        columns = [{"name": name, "columnType": kind} for name, (kind, _) in COLUMNS.items()]
        origin.write("POST", "/v2/datasets", {"identifier": SLUG, "name": "Every type", "columns": columns})
        identifiers = [column["identifier"] for column in origin.get(f"/v2/datasets/{SLUG}")["columns"]]
        for row in range(ROWS):
            cells = [cells[row] for _, cells in COLUMNS.values()]
            document = {key: spelt(cell) for key, cell in zip(identifiers, cells, strict=True) if cell is not None}
            origin.write("POST", f"/v2/datasets/{SLUG}/rows", {"cells": document})
        origin.send("POST", f"/v2/datasets/{SLUG}/revisions", 201, headers=origin.credentials)
    return origin.get(origin.get(f"/v2/datasets/{SLUG}")["newestRevision"])


def spelt(cell):
    """A cell as JSON has it."""
    return cell.isoformat().replace("+00:00", "Z") if isinstance(cell, datetime.date) else cell


def large(origin, rows=50_000):
    """The document of the newest revision of a table of so many rows, whose files have several parts."""
    slug = f"rows-{rows}"
    if not origin.session.get(f"{origin.url}/v2/datasets/{slug}").ok:
        lines = ["row,value,kind"] + [f"{row},{row * 7919 % 100_003 / 8},k{row % 7}" for row in range(rows)]
        csv = {"Content-Type": "text/csv", **origin.credentials}
        body = ("\n".join(lines) + "\n").encode()
        origin.send("POST", f"/v2/datasets?identifier={slug}&name=Rows", 201, data=body, headers=csv)
    return origin.get(origin.get(f"/v2/datasets/{slug}")["newestRevision"])


def file(revision, media):
    """The URL of a revision's file of that media type."""
    found = [one["contentUrl"] for one in revision["distribution"] if one["encodingFormat"] == media]
    assert len(found) == 1, f"expected one file of type {media}, found {revision['distribution']}"
    return found[0]


CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"


def same(expected, found, what):
    assert expected == found, f"expected {what} {expected!r}, found {found!r}"
