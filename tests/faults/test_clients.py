"""Clients that leave half-way through an upload leave nothing."""

import os
import signal
import socket
import time

import pytest

from client import ask, until
from services import Replica, Somebody


@pytest.fixture(scope="module")
def ann(folder, program):
    server = Replica(folder, "server", program, {})
    yield Somebody(server, server.add_user("ann", "publisher"))
    server.end()


def test_half_an_upload_to_a_server_that_is_killed_is_removed_by_the_next(ann):
    incoming = ann.server.data / "incoming"
    fields = f"Host: site.test\r\nAuthorization: Bearer {ann.token}\r\n"
    with socket.create_connection(("127.0.0.1", ann.server.port), timeout=15) as connection:
        connection.sendall(HEADS["table"].format(fields).encode() + b"a,b\n" + b"1,2\n" * 100_000)
        until("it is spooled", lambda: [file for file in incoming.iterdir() if file.stat().st_size > 300_000])
        left, = incoming.iterdir()
        # Old enough, if only its process were gone.
        os.utime(left, (time.time() - 60, time.time() - 60))
        code, said = ann.server.run("blobs", "sweep")
        assert code == 0, said
        assert left.exists(), "expected another process to leave it alone"
        ann.server.end(signal.SIGKILL)
    assert left.exists()
    ann.server.start()
    assert list(incoming.iterdir()) == []


HEADS = {
    "table": "POST /v2/datasets?identifier=half HTTP/1.1\r\nContent-Type: text/csv\r\n{}Content-Length: 90000000\r\n\r\n",
    "message": "POST /v2/messages HTTP/1.1\r\nContent-Type: application/octet-stream\r\n{}Content-Length: 15000000\r\n\r\n",
    "chunks": "POST /v2/datasets?identifier=half HTTP/1.1\r\nContent-Type: text/csv\r\n{}Transfer-Encoding: chunked\r\n\r\n"
              "8000000\r\n",
    "form": "POST /v2/datasets?identifier=half HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\n{}"
            "Content-Length: 90000000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n",
}


@pytest.mark.parametrize("kind", HEADS)
def test_half_an_upload_leaves_nothing(ann, kind):
    incoming = ann.server.data / "incoming"
    spooled = lambda: [file for file in incoming.iterdir() if file.stat().st_size > 1_000_000]
    fields = f"Host: site.test\r\nAuthorization: Bearer {ann.token}\r\n"
    with socket.create_connection(("127.0.0.1", ann.server.port), timeout=15) as connection:
        connection.sendall(HEADS[kind].format(fields).encode() + b"a,b\n")
        for _ in range(40):
            connection.sendall(b"1,2\n" * 16_384)
        until("it is spooled", spooled)
    until("it is gone", lambda: list(incoming.iterdir()) == [])
    assert ask(ann.server.port, "/v2/datasets/half").status == 404
    assert ask(ann.server.port, "/v2/messages").json["totalItems"] == 0
    assert list((ann.server.data / "blobs").rglob("*")) == []
