"""A site below a path: `public_url` with a prefix, which the proxy takes off."""

import re

import pytest

from client import ask
from crawler import fields_links, kind_of, walk
from processes import Nginx, Server, Varnish

HOST, PREFIX = "http://site.test", "/data"
FRONT_DOORS = ("/", "/.well-known/api-catalog", "/openapi/v1.json", "/openapi/v2.json")
FORMATS = {"application/ld+json", "application/json", "text/html", "application/hal+json",
           "application/prs.hal-forms+json", "text/turtle", "application/n-triples", "text/csv",
           "application/x-ndjson"}


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
        children.append(Server(folder / "prefix", "server", program, public_url=f"{HOST}{PREFIX}/"))
        children.append(Nginx(folder / "prefix", "nginx", children[0].port, change=below_a_path))
        children.append(Varnish(folder / "prefix", "varnish", children[0].port, change=without_the_path))
        yield children[0], {"nginx": children[1].port, "varnish": children[2].port}
    finally:
        for child in reversed(children):
            child.end()


@pytest.fixture(params=["nginx", "varnish"])
def port(prefixed, request):
    return prefixed[1][request.param]


def outside(url):
    """Whether a URL of the site is not below the prefix."""
    path = url.removeprefix(HOST)
    return url.startswith(HOST) and not (path == PREFIX or path.startswith((PREFIX + "/", PREFIX + "?", PREFIX + "#")))


@pytest.fixture(scope="module")
def administrator(prefixed):
    return {"Authorization": "Bearer " + prefixed[0].add_user("eve", "admin")}


@pytest.mark.parametrize("reader, accept", [("nobody", "application/ld+json"), ("administrator", "text/html")])
def test_every_link_leads_through_the_prefix(prefixed, port, administrator, reader, accept, measured):
    credentials = administrator if reader == "administrator" else {}
    refused = () if credentials else (401, 403)

    def read(path):
        return ask(port, path, fields={"Accept": f"{accept}, */*;q=0.1", "Accept-Encoding": "gzip", **credentials})

    answers = walk(read, [HOST + PREFIX + path for path in FRONT_DOORS], HOST)

    left = {(url, link) for url, (_, named) in answers.items() for link in named if outside(link)}
    assert not left
    behind = {url for url, (answer, _) in answers.items() if f"127.0.0.1:{prefixed[0].port}".encode() in answer.content}
    assert not behind
    broken = {url: answer.status for url, (answer, _) in answers.items()
              if not 200 <= answer.status < 400 and answer.status not in refused}
    assert not broken
    formats = {kind_of(answer) for answer, _ in answers.values() if answer.status == 200}
    assert not FORMATS - formats
    measured(f"below a path, URLs read by {reader} as {accept}", len(answers))


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


def test_what_is_written_is_found_below_the_prefix(port, administrator):
    def send(method, path, body=None, kind="application/json"):
        answer = ask(port, PREFIX + path, method, {"Content-Type": kind, **administrator}, body)
        # What it is, is said in words of schema.org's.
        own = [link for link in fields_links(answer) if not link.startswith("https://schema.org/")]
        lost = [link for link in own if outside(link) or not link.startswith(HOST)]
        assert not lost, (method, path, lost)
        return answer

    made = send("POST", "/v2/articles", {"headline": f"Below a path, {port}", "articleBody": "It works."})
    assert made.status == 201, made
    path = made.get("location").removeprefix(HOST + PREFIX)
    changed = send("PATCH", path, {"abstract": "Short."}, "application/merge-patch+json")
    assert (changed.status, changed.json["@id"]) == (200, HOST + PREFIX + path)
    assert ask(port, PREFIX + path, fields=administrator).json["abstract"] == "Short."
    deleted = send("DELETE", path)
    assert (deleted.status, deleted.body) == (204, b"")
    assert ask(port, PREFIX + path, fields=administrator).status in (404, 410)

    asked = {"bill_length_mm": 39.1, "bill_depth_mm": 18.7, "flipper_length_mm": 181, "body_mass_g": 3750,
             "sex": "male", "island": "Torgersen"}
    prediction = send("POST", "/v2/models/penguins/predictions", asked)
    assert (prediction.status, prediction.json["class"]) == (201, "Adelie")
    again = ask(port, prediction.get("location").removeprefix(HOST))
    assert (again.status, again.json["class"]) == (200, "Adelie")
    table = send("POST", f"/v2/datasets?name=Path+{port}", b"a,b\n1,x\n2,y\n", "text/csv")
    assert table.status == 201, table
    assert ask(port, table.get("location").removeprefix(HOST)).json["rowCount"] == 2


def test_redirects_stay_below_the_prefix(port):
    for path, status, to in (
        ("/v2/articles/", 308, "/v2/articles"),
        ("/v2//articles", 308, "/v2/articles"),
        ("/v1/", 308, "/v1"),
        ("/articles/rain", 307, "/v2/articles/rain"),
        ("/articles?page=1&itemsPerPage=2", 307, "/v2/articles?page=1&itemsPerPage=2"),
        ("/v2/models/penguins/prediction?sex=&island=", 307, "/v2/models/penguins/versions/1/prediction?sex=&island="),
    ):
        answer = ask(port, PREFIX + path)
        assert (answer.status, answer.get("location")) == (status, HOST + PREFIX + to), path
    answer = ask(port, PREFIX + "/articles", "POST", body={"headline": "Nowhere"})
    assert (answer.status, answer.get("location")) == (307, f"{HOST}{PREFIX}/v2/articles")


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_described_paths_are_below_the_prefix(port, administrator, version):
    described = ask(port, f"{PREFIX}/openapi/{version}.json").json
    assert described["servers"][0]["url"] == HOST + PREFIX

    known = {"slug": "penguins", "number": "1", "id": "1", "version": f"{version}.json", "name": "not-found"}
    read = 0
    for pattern, methods in described["paths"].items():
        path = re.sub(r"\{(\w+)\}", lambda name: known.get(name[1], "{}"), pattern)
        if "get" in methods and "{" not in path:
            answer = ask(port, PREFIX + path, fields=administrator)
            # What is not in the demonstration data is missed by the route; a URL without a route says so.
            assert answer.status in (200, 307, 404, 422), (path, answer)
            assert b"no resource at this URL" not in answer.content, path
            read += answer.status < 400
    assert read > 5
