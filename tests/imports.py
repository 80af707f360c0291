"""Tables for a server that is killed in the middle of their imports, and whether each is there and whole.

The name of a dataset says what its table is, so that whatever is visible can be compared with what was sent.
"""

import contextlib
import hashlib
import http.client
import itertools
import json
import os
import pathlib
import random
import sqlite3
import time
import urllib.parse

# What is longer is imported by a job.
SETTINGS = {"ALMANAC_IMPORT__JOB_BYTES": "100000"}
# Rows, and characters of a text in each: one that is imported at once, and two by jobs, of which the second is read
# by what its beginning suggests.
SHAPES = [(50, 20), (8_000, 20), (2_400, 1_000)]
PATIENCE_S = 120
# Times that a job may be killed and still has to succeed: one attempt less than it is given.
MOST_KILLED = 2
DAY_S = 86_400


class Imports:
    """What was sent: the tables that are there, and those whose jobs have still to end."""

    def __init__(self):
        self.there, self.jobs = [], {}

    def publish_all(self, client, round_number, faults):
        """Publishes tables until the connection breaks."""
        try:
            for number in itertools.count():
                self.publish(client, f"import-{round_number}-{number}")
        except (OSError, http.client.HTTPException):
            pass  # killed
        except Exception as fault:  # a thread's own exception would end nothing
            faults.append(f"imports: {fault!r}")

    def publish(self, client, name):
        # The last of the shapes is left to its job, whose worker the next one waits for.
        waiting = "respond-async" if shape(name) == SHAPES[-1] else "wait=10"
        fields = {"Content-Type": "text/csv", "Prefer": waiting}
        status, location, said = send(client, "POST", f"/v2/datasets?identifier={name}", table(name)[1], fields)
        assert status in (201, 202), f"POST of {name}: {status}, expected 201 or 202: {said[:500]}"
        if status == 201:
            self.there.append(name)
        else:
            self.jobs[name] = location

    def settle(self, client, names=None):
        """Waits for jobs, all unless they are named, also those that a killed server had begun: each has to succeed."""
        deadline = time.monotonic() + PATIENCE_S
        for name in list(self.jobs) if names is None else names:
            job = self.jobs[name]
            while (status := document(client, job)["status"]) != "succeeded":
                assert status in ("queued", "running"), f"the job of {name} has {status}"
                assert time.monotonic() < deadline, f"the job of {name} is still {status} after {PATIENCE_S} s"
                time.sleep(0.1)
            self.there.append(name)
            del self.jobs[name]

    def spare(self, client):
        """Waits for the jobs that may not be killed once more, because they would be given up, and rightly."""
        begun = {name: document(client, job)["attempt"] for name, job in self.jobs.items()}
        self.settle(client, [name for name, attempts in begun.items() if attempts >= MOST_KILLED])

    def check(self, client):
        """What was acknowledged is there; whatever is visible is whole. Gives the number of datasets."""
        visible = list(datasets(client))
        missing = set(self.there) - set(visible)
        assert not missing, f"{sorted(missing)} were acknowledged and are not there"
        for name in visible:
            whole(client, name)
        return len(visible)


def shape(name):
    return SHAPES[int(name.rpartition("-")[2]) % len(SHAPES)]


def table(name):
    """How many rows the table of that name has, and its bytes, spelt as the file of its revision will be."""
    rows, length = shape(name)
    chooser = random.Random(name)
    line = lambda n: f"{n},{chooser.randrange(10_000) + 0.0625},{chooser.choice('abcxyz') * length}{n}\n"
    return rows, ("n,level,text\n" + "".join(map(line, range(rows)))).encode()


def send(client, method, url, body=None, fields=()):
    """Status, Location and bytes of the answer; the path alone counts, for the port is new each time."""
    parts = urllib.parse.urlsplit(url)
    target = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
    client.connection.request(method, target, body, client.fields | dict(fields))
    answer = client.connection.getresponse()
    return answer.status, answer.getheader("Location"), answer.read()


def document(client, url):
    status, _, said = send(client, "GET", url, fields={"Accept": "application/ld+json"})
    assert status == 200, f"{url}: {status}, expected 200: {said[:500]}"
    return json.loads(said)


def datasets(client):
    """The names of all datasets that are visible, page by page."""
    url = "/v2/datasets?limit=100"
    while url:
        page = document(client, url)
        yield from (member["@id"].rpartition("/")[2] for member in page["member"])
        url = page.get("view", {}).get("next")


def whole(client, name):
    """Head and files of a dataset are what was sent."""
    rows, sent = table(name)
    head = document(client, f"/v2/datasets/{name}")
    assert head["rowCount"] == rows, f"{name} has {head['rowCount']} rows, expected {rows}"
    status, _, content = send(client, "GET", f"/v2/datasets/{name}/export", fields={"Accept": "text/csv"})
    assert status == 200 and content.count(b"\n") == rows + 1, f"the head of {name} is not what was sent"
    for file in document(client, f"/v2/datasets/{name}/revisions/1")["distribution"]:
        status, _, content = send(client, "GET", file["contentUrl"])
        assert status == 200, f"a file of {name}: {status}, expected 200"
        assert hashlib.sha256(content).hexdigest() == file["sha256"], f"a file of {name} has another digest"
        assert file["encodingFormat"] != "text/csv" or content == sent, f"the CSV of {name} is not what was sent"


def grow_old(folder):
    """Whatever a killed import left is now as old as what is swept; no server is running."""
    with contextlib.closing(database(folder)) as rows, rows:
        rows.execute("update storage set created = created - ?", [DAY_S * 1_000])
    for file in (pathlib.Path(folder) / "incoming").iterdir():
        os.utime(file, (time.time() - DAY_S,) * 2)


def swept(folder):
    """The server that was started just now sweeps it: no table without a dataset, no file on its way."""
    deadline = time.monotonic() + PATIENCE_S
    while left := leftovers(folder):
        assert time.monotonic() < deadline, f"left by killed imports: {left}"
        time.sleep(0.1)


def leftovers(folder):
    with contextlib.closing(database(folder)) as rows:
        named = "select name from sqlite_master where type = 'table' and name glob 'd[0-9]*'"
        tables = {name for [name] in rows.execute(named)}
        known = {f"d{number}" for [number] in rows.execute("select id from storage where published")}
    return sorted(tables - known) + sorted(file.name for file in (pathlib.Path(folder) / "incoming").iterdir())


def database(folder):
    return sqlite3.connect(pathlib.Path(folder) / "almanac.db", timeout=10)
