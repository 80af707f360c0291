"""A relay for HTTP/1.1 between a proxy and a server, that counts, holds, shortens times and fails on demand.

It changes nothing unless it is told to. Probes (`/livez`) pass uncounted and are never held.
"""

import contextlib
import dataclasses
import re
import socket
import threading

from processes import free_port

PROBE = "/livez"


@dataclasses.dataclass
class Seen:
    """A request that went through, with the status of its answer (None while there is none)."""

    method: str
    path: str
    fields: list
    status: int = None

    def get(self, name):
        lines = [value for field, value in self.fields if field == name]
        return ", ".join(lines) if lines else None


class Closed(Exception):
    """One side has ended the connection between two messages."""


class Relay:
    """Listens on a port of 127.0.0.1 and asks `target` there."""

    def __init__(self, target=None):
        self.target = target
        self._seen, self._rewrites, self._connections = [], [], set()
        self._lock = threading.Lock()
        self._hold = self._fail = self._huge = None
        self._listener = None
        self.port = free_port()
        self.open()

    # ---- what tests say to it

    def open(self):
        """Listens, on the same port each time."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self):
        """Refuses connections, and ends those that there are."""
        if self._listener:
            # Wakes the thread in accept(), which would keep the port open.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            connections, self._connections = self._connections, set()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def seen(self, path=None, method=None):
        """The requests so far, of a path (with its query) or method only if one is named."""
        with self._lock:
            return [
                seen for seen in self._seen
                if (path is None or seen.path == path) and (method is None or seen.method == method)
            ]

    @contextlib.contextmanager
    def held(self, path, stage="request"):
        """Within this block requests for the path wait before they are passed on, or their answers before they
        are given back; the value is an event that lets them go earlier."""
        released = threading.Event()
        self._hold = (path, stage, released)
        try:
            yield released
        finally:
            self._hold = None
            released.set()

    @contextlib.contextmanager
    def rewriting(self, *rewrites):
        """Within this block the heads of answers are changed: pairs of a pattern and what takes its place."""
        self._rewrites = [(re.compile(pattern.encode(), re.I), text.encode()) for pattern, text in rewrites]
        try:
            yield
        finally:
            self._rewrites = []

    def aging(self, s_maxage, while_revalidate, if_error):
        """Within this block what is fresh in shared caches is so for that many seconds instead; None leaves a
        directive out."""
        directives = {
            "max-age": 0, "s-maxage": s_maxage, "stale-while-revalidate": while_revalidate, "stale-if-error": if_error
        }
        said = ", ".join(f"{name}={seconds}" for name, seconds in directives.items() if seconds is not None)
        return self.rewriting((r"(?m)^cache-control:.*s-maxage=.*?\r$", f"cache-control: {said}\r"))

    @contextlib.contextmanager
    def failing(self, status):
        """Within this block every request is answered with that status instead."""
        self._fail = status
        try:
            yield
        finally:
            self._fail = None

    @contextlib.contextmanager
    def serving(self, path, size_bytes):
        """Within this block that path has so many zeros, fresh for a year."""
        self._huge = (path, size_bytes)
        try:
            yield
        finally:
            self._huge = None

    # ---- how it does it

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            # Or a body that is sent after its head waits 40 ms for the other side's acknowledgement.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, client):
        server = None
        try:
            with client.makefile("rb") as requests:
                while True:
                    head = _head(requests)
                    if server is None:
                        server = socket.create_connection(("127.0.0.1", self.target), timeout=60)
                        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        answers = server.makefile("rb")
                    self._exchange(head, requests, client, server, answers)
        except (OSError, Closed, ValueError):
            pass
        finally:
            with self._lock:
                self._connections.discard(client)
            client.close()
            if server:
                answers.close()
                server.close()

    def _exchange(self, head, requests, client, server, answers):
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        probe = path == PROBE
        seen = Seen(method, path, _fields(head))
        if not probe:
            with self._lock:
                self._seen.append(seen)
            self._wait(path, "request")
        body = list(_body(requests, seen.fields))
        if self._fail and not probe:
            seen.status = self._fail
            client.sendall(
                b"HTTP/1.1 %d Failed\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n" % self._fail
            )
            return
        if self._huge and self._huge[0] == path:
            seen.status = 200
            client.sendall(
                b"HTTP/1.1 200 OK\r\nCache-Control: max-age=31536000, immutable\r\nETag: \"zeros.zeros\"\r\n"
                b"Accept-Ranges: bytes\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n" % self._huge[1]
            )
            for left in range(self._huge[1], 0, -65536):
                client.sendall(bytes(min(left, 65536)))
            return
        server.sendall(head + b"".join(body))
        head = _head(answers)
        seen.status = int(head.split(b" ", 2)[1])
        for pattern, text in self._rewrites:
            head = pattern.sub(text, head)
        if not probe:
            self._wait(path, "answer")
        client.sendall(head)
        if method != "HEAD" and seen.status not in (204, 304):
            for part in _body(answers, _fields(head)):
                client.sendall(part)
        if "close" in (seen.get("connection"), dict(_fields(head)).get("connection")):
            raise Closed

    def _wait(self, path, stage):
        if self._hold and self._hold[:2] == (path, stage):
            self._hold[2].wait(20)


def _head(stream):
    """The bytes up to the empty line, with it."""
    lines = []
    while True:
        line = stream.readline()
        if not line:
            raise Closed
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)


def _fields(head):
    lines = [line.split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line]
    return [(name.decode().lower(), value.strip().decode("latin-1")) for name, value in lines]


def _body(stream, fields):
    """The parts of a body as they come, chunks with their frame."""
    fields = dict(fields)
    if fields.get("transfer-encoding", "").lower() == "chunked":
        while True:
            size = stream.readline()
            yield size
            yield stream.read(int(size.split(b";")[0], 16) + 2)
            if int(size.split(b";")[0], 16) == 0:
                return
    left = int(fields.get("content-length", 0))
    while left > 0:
        part = stream.read1(min(left, 65536))
        if not part:
            raise Closed
        left -= len(part)
        yield part
