"""mlcroissant: a dataset's document validates without a warning, and the records that it leads to are the rows.

It keeps what it has downloaded by URL for ever: after a new revision it must find another URL.
"""

import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from origin import Origin
from report import Report

# Both are read when mlcroissant is imported.
cache = tempfile.TemporaryDirectory()
os.environ.update(CROISSANT_CACHE=cache.name, TQDM_DISABLE="1")
import mlcroissant

CSV = {"Content-Type": "text/csv"}
HEADERS = ["sepal length (cm)", "od280/od315_of_diluted_wines", "@type", "id", "länge", "雨", "day", "wet"]
DESCRIBED = {
    "description": "Headers that are no identifiers.",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "creator": "Ann",
}


def table(seed):
    """A table of every type of column, with a gap in each."""
    lines = [",".join(HEADERS)]
    for row in range(12):
        words = ["x, y", 'said ""no""', "雨"]
        cells = [f"{row + seed}.25", f"{row}.5", "ab"[row % 2], f"n{row}", str(row * 7), f'"{words[row % 3]}"']
        cells += [f"2026-01-{row + 1:02}", ["true", "false"][row % 2]]
        if 0 < row <= len(cells):
            cells[row - 1] = ""
        lines.append(",".join(cells))
    return ("\n".join(lines) + "\n").encode()


def awkward(origin):
    """The URL of a new dataset whose headers are awkward."""
    sent = {**CSV, **origin.credentials}
    made = origin.send("POST", "/v2/datasets?identifier=croissant&name=Croissant", 201, data=table(1), headers=sent)
    url = origin.get(made.headers["Location"])["@id"]
    origin.write("PATCH", url, DESCRIBED, **{"Content-Type": "application/merge-patch+json"})
    return url


def revise(origin, url):
    """Another revision of that dataset, with other rows; the URL of its file."""
    origin.send("POST", origin.get(url)["revisions"], 201, data=table(2), headers={**CSV, **origin.credentials})


# ---- the server's rows and mlcroissant's -----------------------------------------------------------------------


def rows(origin, url):
    """Every row as the API gives it, by columns' identifiers."""
    page, found = origin.get(url)["rows"], []
    while page:
        document = origin.get(page)
        found += [row["cells"] for row in document["member"]]
        page = document.get("view", {}).get("next")
    return found


def records(url):
    """Every record of the record set `rows`, by columns' identifiers."""
    prefix = f"{url}#rows"
    loaded = mlcroissant.Dataset(jsonld=url).records(prefix)
    return [{name.removeprefix(f"{prefix}/"): plain(value) for name, value in record.items()} for record in loaded]


def plain(value):
    """A value of mlcroissant's as JSON would have it: its texts are bytes, its days are times."""
    if isinstance(value, bytes):
        return value.decode()
    return value.isoformat()[: len("2026-01-01")] if hasattr(value, "isoformat") else value


def same_rows(origin, url):
    expected, found = rows(origin, url), records(url)
    assert len(expected) == len(found), f"expected {len(expected)} records, found {len(found)}"
    for number, (row, record) in enumerate(zip(expected, found, strict=True), 1):
        # A cell without value may be null or left out.
        row = {name: row.get(name) for name in record} | row
        assert row == record, f"expected row {number} to be {row}, found {record}"


# ---- its validator ---------------------------------------------------------------------------------------------


def validate(url):
    """The program `mlcroissant validate`: nothing but that it is done."""
    program = pathlib.Path(sys.executable).with_name("mlcroissant")
    done = subprocess.run([program, "validate", "--jsonld", url], capture_output=True, text=True, timeout=600)
    told = [line for line in done.stderr.splitlines() if not re.match(r"I\d{4} .*\] Done\.$", line)]
    assert done.returncode == 0 and not told, f"{done.returncode} and\n          " + "\n          ".join(told[-8:])


def conforms(url):
    """To the newest version that the library knows."""
    found = mlcroissant.Dataset(jsonld=url).metadata.ctx.conforms_to.value
    assert found == "http://mlcommons.org/croissant/1.1", f"found {found}"


def main():
    origin = Origin()
    report = Report(f"mlcroissant {importlib.metadata.version('mlcroissant')}")
    penguins, other = f"{origin.url}/v2/datasets/penguins", awkward(origin)
    for name, url in (("penguins", penguins), ("a dataset with awkward headers", other)):
        report.promise(f"{name} validates without a warning", lambda: validate(url))
        report.promise(f"{name} says that it is Croissant 1.1", lambda: conforms(url))
        report.promise(f"the records of {name} are its rows", lambda: same_rows(origin, url))
    revise(origin, other)
    report.promise("after a new revision it validates as before", lambda: validate(other))
    report.promise(
        "after a new revision the records are the new rows, with a warm cache", lambda: same_rows(origin, other)
    )
    report.finish()


main()
