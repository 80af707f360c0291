"""What the tests stand on: a server, a relay, and both proxies in front of the relay.

    client -> nginx   -.
    client -> Varnish  -`-> relay -> server

`site` has no purge, so that what the proxies do by themselves can be seen; test_purge.py has its own.
"""

import itertools
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import pytest

from client import aside, ask, raw, until
from processes import Nginx, Server, Varnish
from relay import Relay

# The folders are removed and the children ended at an ordinary exit.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

_numbers = itertools.count(1)


class Site:
    """A server and what stands before it. `ports` are those of the proxies, by name."""

    def __init__(self, folder, program, proxies=("nginx", "varnish")):
        folder = pathlib.Path(folder)
        self.children, self.ports = [], {}
        self.relay = Relay()
        try:
            self.server = self._keep(Server(folder, "server", program))
            self.relay.target = self.server.port
            if "nginx" in proxies:
                self.ports["nginx"] = self._keep(Nginx(folder, "nginx", self.relay.port)).port
            if "varnish" in proxies:
                self.ports["varnish"] = self._keep(Varnish(folder, "varnish", self.relay.port)).port
            self.token = self.server.add_user("ann", "publisher")
            self.other_token = self.server.add_user("ben", "editor")
        except BaseException:
            self.end()
            raise

    def _keep(self, child):
        self.children.append(child)
        return child

    def end(self):
        self.relay.close()
        for child in reversed(self.children):
            child.end()

    def as_ann(self, **fields):
        return {"Authorization": f"Bearer {self.token}", **fields}

    def as_ben(self, **fields):
        return {"Authorization": f"Bearer {self.other_token}", **fields}

    def article(self, **named):
        """A new article that nobody has read; its path."""
        document = {"headline": f"Rain {next(_numbers)}", "articleBody": "It rains. " * 80, **named}
        answer = self.server.ask("/v2/articles", "POST", self.as_ann(), document)
        assert answer.status == 201, answer
        return path_of(answer.get("location"))

    def write(self, path, **members):
        """A change past every proxy."""
        fields = self.as_ann(**{"Content-Type": "application/merge-patch+json"})
        answer = self.server.ask(path, "PATCH", fields, members)
        assert answer.status == 200, answer
        return answer


class Front:
    """One of the proxies of a site."""

    def __init__(self, site, name):
        self.site, self.name, self.port = site, name, site.ports[name]

    def ask(self, path, *words, **named):
        return ask(self.port, path, *words, **named)

    def kept(self, path, *words, **named):
        """The answer from its cache, asked for until there is one: nginx has sent an answer before it has put it
        there, and does not put it there at all for who waited long for another reader's."""

        def stored():
            answer = self.ask(path, *words, **named)
            return answer if f"{self.name}; hit" in (answer.get("cache-status") or "") else None

        return until(f"{path} is kept", stored)

    def fetches(self, path):
        """How often the server was asked for it so far."""
        return len(self.site.relay.seen(path))


def path_of(url):
    """The path and query of a URL of the site."""
    assert url.startswith("http://site.test"), url
    return url.removeprefix("http://site.test") or "/"


@pytest.fixture(scope="session")
def program():
    return os.environ["ALMANAC_PROGRAM"]


@pytest.fixture(scope="session")
def folder():
    made = tempfile.mkdtemp(prefix="almanac-proxies-")
    # nginx's workers run as another user below it.
    os.chmod(made, 0o711)
    yield pathlib.Path(made)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def whole_site(folder, program):
    (folder / "site").mkdir(mode=0o711)
    site = Site(folder / "site", program)
    yield site
    site.end()


@pytest.fixture(scope="module")
def site(whole_site):
    """The site that most tests share; a file may have one of its own."""
    return whole_site


@pytest.fixture(scope="session", autouse=True)
def waiting(whole_site):
    """Clients of nginx that say nothing more: each gives the seconds until it was let go. From the beginning, because
    that takes a while."""
    said = {
        "nothing": b"",
        "half a head": b"GET /v2 HTTP/1.1\r\nHost: site",
        "half a body": b"POST /v2/articles HTTP/1.1\r\nHost: site.test\r\nContent-Length: 10\r\n\r\n{",
    }

    def wait(request):
        began = time.monotonic()
        raw(whole_site.ports["nginx"], request, timeout=60)
        return time.monotonic() - began

    return {what: aside(lambda request=request: wait(request)) for what, request in said.items()}


@pytest.fixture(params=["nginx", "varnish"])
def front(site, request):
    """Each of the two proxies in turn."""
    return Front(site, request.param)


_measured = []


@pytest.fixture
def measured():
    """Notes a figure for the summary: `measured("what", value)`."""
    return lambda what, value: _measured.append(f"{what}: {value}")


def pytest_terminal_summary(terminalreporter):
    if _measured:
        terminalreporter.section("measured")
        for line in _measured:
            terminalreporter.write_line(line)
