"""A client: uploads, jobs, and requests at a steady pace."""

import dataclasses
import http.client
import itertools
import json
import re
import threading
import time
import urllib.parse

from load import Spread, Unmeasured

PATIENCE_S = 600
JSON_LD = (("Accept", "application/ld+json"),)


def percentile(values, part):
    """The least value that such a part of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class Client:
    """One connection to a server, with a user's token."""

    def __init__(self, server, token):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=PATIENCE_S)
        self.own = {"Authorization": f"Bearer {token}"}

    def send(self, method, url, body=None, **fields):
        """Status, fields and body of the answer; of the URL only path and query count."""
        parts = urllib.parse.urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        fields = self.own | {name.replace("_", "-"): value for name, value in fields.items()}
        self.connection.request(method, target, body, fields)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def ask(self, method, url, wanted, body=None, **fields):
        """The same; refuses to go on with an answer of another status."""
        status, found, content = self.send(method, url, body, **fields)
        if status not in wanted:
            raise Unmeasured(f"{method} {url}: {status}, expected {wanted}: {content[:1000]}")
        return status, found, content

    def document(self, url):
        """A document."""
        return json.loads(self.ask("GET", url, [200])[2])

    def post(self, url, value, wanted=(201,), **fields):
        """Posts JSON."""
        return self.ask("POST", url, wanted, json.dumps(value), Content_Type="application/json", **fields)

    def publish(self, name, size, pieces, index=()):
        """Uploads a table as a new dataset and waits until it stands: seconds until the body was taken, and in all."""
        query = urllib.parse.urlencode([("name", name), ("identifier", name), *[("index", c) for c in index]])
        fields = {"Content_Type": "text/csv", "Content_Length": str(size), "Prefer": "respond-async"}
        began = time.perf_counter()
        answer = self.ask("POST", f"/v2/datasets?{query}", [201, 202], pieces, **fields)
        return self.settled(answer, began)

    def publish_file(self, name, file, index=()):
        """The same with a file."""
        with open(file, "rb") as body:
            return self.publish(name, file.stat().st_size, body, index)

    def seal(self, name):
        """Seals a dataset's head: seconds in all."""
        began = time.perf_counter()
        answer = self.post(f"/v2/datasets/{name}/revisions", {}, [201, 202], Prefer="respond-async")
        return self.settled(answer, began)[1]

    def settled(self, answer, began):
        """Waits for the job, if there is one: seconds until the answer (none without a job), and in all."""
        status, fields, _ = answer
        answered = time.perf_counter() - began
        if status == 201:
            return None, answered
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            job = self.document(fields["Location"])
            if job["status"] == "succeeded":
                return answered, time.perf_counter() - began
            if job["status"] not in ["queued", "running"]:
                raise Unmeasured(f"a job did not succeed: {json.dumps(job)[:1000]}")
            time.sleep(0.02)
        raise Unmeasured(f"a job is not done within {PATIENCE_S} s")

    def cursor(self, url, offset):
        """The cursor after so many rows, by way of the pages before."""
        parameters, after = url, None
        while offset:
            step = min(1_000, offset)
            page = f"{parameters}&limit={step}" + (f"&after={after}" if after else "")
            following = re.search(r'<[^>]*[?&]after=([^>&]+)[^>]*>; rel="next"', links(self.ask("GET", page, [200])[1]))
            if not following:
                raise Unmeasured(f"{page}: no link to the next page")
            after, offset = following[1], offset - step
        return after


def links(fields):
    """All links of an answer."""
    return ", ".join(fields.get_all("Link", []))


@dataclasses.dataclass
class Paced:
    """What a pace of requests found: milliseconds of each, and how many had another status."""

    took_ms: list
    refused: int
    refusal: str = ""

    @property
    def p99_ms(self):
        return percentile(self.took_ms, 0.99)


class Pace:
    """Requests at fixed times, whatever became of those before, until `end`.

    A request that has to wait because all connections still wait for answers counts from its time on.
    """

    def __init__(self, server, token, requests, every_s, connections=16):
        self.found, self.every_s, self.requests = Paced([], 0), every_s, requests
        self.began, self.slots, self.ended = time.perf_counter(), itertools.count(), threading.Event()
        self.lock, self.faults = threading.Lock(), []
        self.workers = [
            threading.Thread(target=self.work, args=(Client(server, token),), daemon=True)
            for _ in range(connections)
        ]
        for worker in self.workers:
            worker.start()

    def work(self, client):
        try:
            while not self.ended.is_set():
                with self.lock:
                    due, request = self.began + next(self.slots) * self.every_s, next(self.requests)
                if (wait := due - time.perf_counter()) > 0:
                    time.sleep(wait)
                    due = time.perf_counter()
                if not self.ended.is_set():
                    self.note(request, client, due)
        except (OSError, http.client.HTTPException) as fault:
            self.faults.append(repr(fault))

    def note(self, request, client, due):
        method, url, body, wanted, fields = request
        status, _, content = client.send(method, url, body, **fields)
        with self.lock:
            self.found.took_ms.append((time.perf_counter() - due) * 1e3)
            if status != wanted:
                self.found.refused += 1
                self.found.refusal = f"{method} {url}: {status}: {content[:300]}"

    def end(self):
        """Ends it and gives what it found; a broken connection is a refusal, too."""
        self.ended.set()
        for worker in self.workers:
            worker.join()
        if self.faults:
            self.found.refused += len(self.faults)
            self.found.refusal = self.faults[0]
        if not self.found.took_ms:
            raise Unmeasured("a pace of requests had no answer")
        return self.found


def reads(urls):
    """Requests that read these, for a pace."""
    return (("GET", url, None, 200, dict(JSON_LD)) for url in urls)


def spread(values):
    """Of measured values, None of which makes none."""
    values = list(values)
    return None if any(value is None for value in values) else Spread.of(values)
