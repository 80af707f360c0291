"""A client that does what it is told: no field of its own but Host, no redirects, no cache, no connection kept."""

import concurrent.futures
import gzip
import http.client
import json
import socket
import threading
import time

import zstandard

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


class Answer:
    """What came back; field names are lower-case."""

    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def all(self, name):
        """Each line of a field."""
        return [value for field, value in self.fields if field == name]

    def get(self, name):
        """The lines of a field as one list, None if there is none."""
        return ", ".join(self.all(name)) or None

    @property
    def etag(self):
        return self.get("etag")

    @property
    def content(self):
        """The body without its content coding."""
        coding = self.get("content-encoding")
        if coding == "gzip":
            return gzip.decompress(self.body)
        if coding == "zstd":
            return zstandard.ZstdDecompressor().decompressobj().decompress(self.body)
        assert coding is None, f"expected no coding, gzip or zstd, found {coding}"
        return self.body

    @property
    def json(self):
        return json.loads(self.content)

    def __repr__(self):
        return f"<{self.status} {self.get('cache-status')} {self.etag} {self.body[:200]!r}>"


def ask(port, path, method="GET", fields=None, body=None, source="127.0.0.1", timeout=15):
    """One request. `fields` is a dictionary, or a list of pairs where a name comes twice; a body that is no
    bytes is sent as JSON."""
    fields = list(fields.items() if isinstance(fields, dict) else fields or [])
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        if not any(name.lower() == "content-type" for name, _ in fields):
            fields.append(("Content-Type", "application/json"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout, source_address=(source, 0))
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if not any(name.lower() == "host" for name, _ in fields):
            connection.putheader("Host", "site.test")
        for name, value in fields:
            connection.putheader(name, value)
        if body is not None or method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(body or b"")))
        try:
            connection.endheaders(body)
        except (BrokenPipeError, ConnectionResetError):
            # It answered and closed before all was sent.
            pass
        answer = connection.getresponse()
        lines = [(name.lower(), value) for name, value in answer.getheaders()]
        return Answer(answer.status, lines, answer.read())
    finally:
        connection.close()


def raw(port, request, half_close=False, timeout=15):
    """Bytes as they are; the status line and all that follows, until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(request)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            # It closed with bytes of ours unread.
            pass
        return answer


def status_of(answer):
    """The status in what `raw` gave."""
    return int(answer.split(b" ", 2)[1]) if answer else None


def at_once(calls):
    """The results of calls made at the same time, in their order."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(calls))) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def aside(call):
    """The future result of a call that is made meanwhile; nobody has to wait for it."""
    future = concurrent.futures.Future()

    def run():
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def until(what, condition, seconds=10, every=0.02):
    """What `condition` gives as soon as it holds; fails, naming `what` was waited for, if it never does."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(every)


def last_old(is_old, **named):
    """When the last reader began to whom it was old, each beginning after the one before; now, if it is to nobody."""
    begun = [time.monotonic()]

    def renewed():
        begun.append(time.monotonic())
        return not is_old()

    until("the change", renewed, **named)
    return begun[-2]
