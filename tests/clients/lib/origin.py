"""The server under test as it is seen from outside: requests without any cache, and its access log.

Told by the environment: ALMANAC_URL, ALMANAC_TOKEN (of an administrator), ALMANAC_LOG (the file with the
server's standard error). Same names and meanings as in origin.mjs.
"""

import itertools
import json
import os
import time
import urllib.parse

import requests

JSONLD = "application/ld+json"
HTML = "text/html"
_numbers = itertools.count(1)


class Origin:
    """One server, asked as nobody or, for writes, with its administrator's token."""

    def __init__(self):
        self.url = os.environ["ALMANAC_URL"]
        self.credentials = {"Authorization": f"Bearer {os.environ['ALMANAC_TOKEN']}"}
        self.log = os.environ["ALMANAC_LOG"]
        self.session = requests.Session()

    def send(self, method, url, status=None, **sent):
        """The answer to a request; fails unless it has that status (default: any success)."""
        path = url.removeprefix(self.url)
        answer = self.session.request(method, self.url + path, allow_redirects=False, timeout=30, **sent)
        good = answer.ok if status is None else answer.status_code == status
        assert good, f"expected {status or 'success'} of {method} {path}, found {answer.status_code}: {answer.text}"
        return answer

    def get(self, url, accept=JSONLD):
        """The document behind a link."""
        return self.send("GET", url, headers={"Accept": accept}).json()

    def write(self, method, url, document, **headers):
        """The answer to a document sent by the administrator."""
        sent = {"Content-Type": "application/json", **self.credentials, **headers}
        return self.send(method, url, data=json.dumps(document), headers=sent)

    def article(self, headline="first", slug=None):
        """The URL of a new article, of which nobody has heard; long enough to be compressed."""
        slug = slug or f"read-{os.getpid()}-{next(_numbers)}"
        draft = {"headline": headline, "articleBody": "It rained again.\n" * 60}
        self.write("PUT", f"/v2/articles/{slug}", draft)
        return f"{self.url}/v2/articles/{slug}"

    def rewrite(self, url, headline):
        """Changes an article, as another client would."""
        self.write("PATCH", url, {"headline": headline}, **{"Content-Type": "application/merge-patch+json"})

    def train(self, model):
        """The URL of a model's new version."""
        versions = f"/v2/models/{model}/versions"
        before = self.get(f"/v2/models/{model}")["currentVersion"]
        job = self.write("POST", versions, {}, Prefer="wait=30").headers["Location"]
        deadline = time.monotonic() + 60
        while (now := self.get(f"/v2/models/{model}")["currentVersion"]) == before:
            assert time.monotonic() < deadline, f"expected {job} to end with a version within 60 s"
            time.sleep(0.02)
        return now

    def prediction(self, url, values):
        """The URL of a prediction, by the template of a model or version; numbers in their one spelling."""
        template = self.get(url)["predict"]
        names = [mapping["variable"] for mapping in template["mapping"]]
        address = template["template"].split("{")[0]
        spelled = [str(value).removesuffix(".0") for value in values]
        return f"{address}?{urllib.parse.urlencode(dict(zip(names, spelled, strict=True)))}"

    def next_second(self):
        """Comes back when the server's clock shows another second than now: Date, by which some caches choose
        the newest of their answers, has whole ones."""
        now = self.send("GET", "/livez").headers["Date"]
        while self.send("GET", "/livez").headers["Date"] == now:
            time.sleep(0.02)

    def asked(self, action):
        """What `action` gives, and the statuses of what the server was asked meanwhile, from its access log."""
        _, begin = self._fence()
        result = action()
        end, _ = self._fence()
        return result, [line["status"] for place, _, line in self._lines(begin) if place < end]

    def _fence(self):
        """Where in the log a request begins and ends that is made for that alone."""
        before = os.path.getsize(self.log)
        identity = self.send("GET", "/livez").headers["X-Request-Id"]
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for begin, end, line in self._lines(before):
                if line["id"] == identity:
                    return begin, end
            time.sleep(0.005)
        raise AssertionError(f"request {identity} is not in the access log {self.log}")

    def _lines(self, since):
        """Lines of the access log from a place on: where each begins and ends, and what it says."""
        with open(self.log, "rb") as log:
            end = log.seek(since)
            for line in log:
                begin, end = end, end + len(line)
                if b'"almanac::access"' in line and line.endswith(b"\n"):
                    yield begin, end, json.loads(line)
