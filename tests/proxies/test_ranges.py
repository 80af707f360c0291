"""Parts of an artifact, and the digest of the whole, through a proxy."""

import base64
import hashlib
import re
import socket

import pytest

from client import ask, until


@pytest.fixture(scope="module")
def artifacts(site):
    """Paths of a fresh artifact for each call: what is cold can be tested again and again."""
    revision = site.server.ask("/v2/datasets/penguins/revisions/1", fields={"Accept": "application/json"})
    path = re.search(r"http://site\.test(/[^\"]*/data\.[0-9a-f]{64}\.csv)", revision.content.decode())[1]
    numbers = iter(range(1, 10_000))
    return lambda: f"{path}?cold={next(numbers)}"


def digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def test_the_digest_of_the_whole_survives(site, front, artifacts):
    path = artifacts()
    for _ in range(2):
        answer = front.ask(path, fields={"Accept-Encoding": "gzip, zstd"})
        assert answer.status == 200
        assert answer.get("content-encoding") is None
        assert answer.get("repr-digest") == site.server.ask(path).get("repr-digest") == digest(answer.body)
        assert answer.etag == site.server.ask(path).etag
        assert answer.get("accept-ranges") == "bytes"


@pytest.mark.parametrize("state", ["cold", "warm", "authorised"])
def test_a_part_is_a_part(site, front, artifacts, state):
    whole = site.server.ask(artifacts())
    size = len(whole.body)
    for asked, first, last in [("0-99", 0, 99), ("100-", 100, size - 1), ("-50", size - 50, size - 1),
                               (f"5-{size * 2}", 5, size - 1), ("0-0", 0, 0)]:
        path, fields = artifacts(), {"Range": f"bytes={asked}"}
        if state == "warm":
            front.ask(path)
        if state == "authorised":
            fields.update(site.as_ann())
        answer = front.ask(path, fields=fields)
        assert answer.status == 206, asked
        assert answer.get("content-range") == f"bytes {first}-{last}/{size}"
        assert answer.body == whole.body[first:last + 1]
        assert int(answer.get("content-length")) == len(answer.body)
        assert (answer.etag, answer.get("repr-digest")) == (whole.etag, whole.get("repr-digest"))
        # A part was not taken for the whole.
        assert front.ask(path).body == whole.body
        if state == "authorised":
            assert site.relay.seen(path)[0].get("range") == f"bytes={asked}"


def test_what_lies_outside_is_416(site, front, artifacts):
    for warm in (False, True):
        path = artifacts()
        size = len(front.ask(path).body) if warm else len(site.server.ask(path).body)
        answer = front.ask(path, fields={"Range": f"bytes={size}-"})
        assert answer.status == 416
        assert answer.get("content-range") == f"bytes */{size}"
        assert front.ask(path).status == 200


def test_if_range_gives_the_whole_to_who_has_another_version(site, front, artifacts):
    path = artifacts()
    whole = front.ask(path)
    for match, status in ((whole.etag, 206), ('"other"', 200), (f"W/{whole.etag}", 200)):
        answer = front.ask(path, fields={"Range": "bytes=0-9", "If-Range": match})
        assert (answer.status, len(answer.body)) == (status, 10 if status == 206 else len(whole.body)), match


def test_many_overlapping_parts_do_not_amplify(site, front, artifacts):
    path = artifacts()
    size = len(front.ask(path).body)
    answer = front.ask(path, fields={"Range": "bytes=" + ",".join(["0-"] * 50)})
    assert answer.status in (200, 206, 416)
    assert len(answer.body) <= size + 1000


def test_a_part_of_a_compressed_document_is_never_mixed_with_another(site, front):
    path = site.article()
    for coding in ("gzip", "identity", "zstd"):
        fields = {"Accept-Encoding": coding}
        whole = site.server.ask(path, fields=fields)
        answer = front.ask(path, fields={**fields, "Range": "bytes=5-14"})
        assert answer.status in (200, 206)
        assert answer.etag == whole.etag
        assert answer.body == (whole.body[5:15] if answer.status == 206 else whole.body)


def test_what_is_larger_than_a_quarter_of_varnishs_storage_does_not_fill_it(site, artifacts):
    path, size, port = artifacts(), 70_000_000, site.ports["varnish"]
    with site.relay.serving(path, size):
        assert len(ask(port, path).body) == size
        # From now on the server is asked for the parts, not for the whole.
        ask(port, path, fields={"Range": "bytes=0-9"})
        assert [seen.get("range") for seen in site.relay.seen(path)] == [None, "bytes=0-9"]
    assert ask(port, path).status == 200


def test_a_reader_who_leaves_in_the_middle_leaves_no_part_as_the_whole(site, front, artifacts):
    path = artifacts()
    with site.relay.held(path, "answer"):
        with socket.create_connection(("127.0.0.1", front.port)) as reader:
            reader.sendall(f"GET {path} HTTP/1.1\r\nHost: site.test\r\n\r\n".encode())
            until("a fetch", lambda: front.fetches(path))
    whole = site.server.ask(path)
    assert front.ask(path).body == whole.body
