"""A site below a path: `public_url` with a prefix, which the proxy takes off."""

import re

import pytest

from client import ask
from processes import Nginx, Server, Varnish
from test_sharing import crawl

PREFIX = "/data"


def below_a_path(text):
    """nginx.conf with its second location in place of the first, as its comments say."""
    text, count = re.subn(r"\n    location / \{\n.*?\n    \}\n", "\n", text, flags=re.S)
    assert count == 1
    for first in ("location ~ ^/data", "map $request_uri $almanac_below"):
        block = re.search(rf"(?m)^ *# {re.escape(first)}.*\n(?:^ *# .*\n)*?^ *# \}}\n", text)
        assert block, first
        text = text.replace(block[0], re.sub(r"(?m)^( *)# ", r"\1", block[0]))
    return text


def without_the_path(text):
    line = re.search(r"(?m)^ *# (set req\.url = .*)$", text)
    assert line
    return text.replace(line[0], line[1])


@pytest.fixture(scope="module")
def prefixed(folder, program):
    """A server below a path, and the ports of both proxies."""
    (folder / "prefix").mkdir(mode=0o711)
    children = []
    try:
        children.append(Server(folder / "prefix", "server", program, public_url="http://site.test" + PREFIX))
        children.append(Nginx(folder / "prefix", "nginx", children[0].port, change=below_a_path))
        children.append(Varnish(folder / "prefix", "varnish", children[0].port, change=without_the_path))
        yield children[0], {"nginx": children[1].port, "varnish": children[2].port}
    finally:
        for child in reversed(children):
            child.end()


@pytest.fixture(params=["nginx", "varnish"])
def port(prefixed, request):
    return prefixed[1][request.param]


def test_every_link_leads_through_the_prefix(prefixed, port):
    asked = []

    def read(path, fields):
        asked.append(path)
        return ask(port, PREFIX + path, fields=fields)

    def links_below(answer):
        found = re.findall(r'(?:http://site\.test|(?:href|src|action)=")(/[^"<>\s]*)', answer.content.decode())
        assert all(path == PREFIX or path.startswith((PREFIX + "/", PREFIX + "?", PREFIX + "#")) for path in found), [
            path for path in found if not path.startswith(PREFIX)]
        return {path.replace("&amp;", "&").split("#")[0].split("{")[0].removeprefix(PREFIX) or "/" for path in found}

    for accept in ("application/ld+json", "text/html"):
        pages = crawl(read, accept, links_below)
        assert len(pages) > 20


def test_the_prefix_alone_is_the_front_door(prefixed, port):
    server, _ = prefixed
    for path, there in (("/data", "/"), ("/data/", "/"), ("/data?x=1", "/?x=1"), ("/data/v2", "/v2"),
                        ("/data/v2?x=%2F", "/v2?x=%2F")):
        answer = ask(port, path)
        assert (answer.status, answer.body) == (200, server.ask(there).body), path


def test_what_is_encoded_in_a_path_stays_so(prefixed, port):
    server, _ = prefixed
    for path in ("/v2/articles/a%2Fb", "/v2/articles/%C3%A4", "/v2//articles", "/v2/articles/"):
        answer, there = ask(port, PREFIX + path), server.ask(path)
        assert (answer.status, answer.get("location"), answer.content) == (
            there.status, there.get("location"), there.content), path


def test_nothing_beside_the_prefix_is_the_site_in_nginx(prefixed):
    port = prefixed[1]["nginx"]
    for path in ("/v2", "/database", "/data.html", "/x/../v2"):
        assert ask(port, path).status == 404, path
    assert ask(port, "/v2/../data/v2").status == 404
