"""Bytes in a bucket that two servers share."""

import contextlib
import hashlib
import http.client
import http.server
import secrets
import signal
import threading

from client import ask, until

# Of these a message is one object, put in one piece, and in parts.
SMALL, LARGE = 20_000, 12 * 1024 * 1024
# Of being kept and deleted while a sweep follows the other; every fifth waits until it is swept.
ROUNDS = 25
AT_ONCE = {"ALMANAC_BLOBS__GRACE_S": "0"}


def name_of(content):
    digest = hashlib.sha256(content).hexdigest()
    return f"blobs/{digest[:2]}/{digest}"


def message(somebody, content):
    return somebody.made("/v2/messages", content, Content_Type="application/octet-stream")


def content(somebody, path):
    answer = somebody.ask(path + "/content")
    assert answer.status == 200, answer
    return answer.body


def test_what_is_kept_at_one_is_read_at_the_other(shape, first, second):
    for size in (0, SMALL, LARGE):
        sent = secrets.token_bytes(size)
        path = message(first, sent)
        assert content(second, path) == sent
        assert name_of(sent) in shape.s3.objects()
        if size:
            part = second.ask(path + "/content", Range=f"bytes={size // 2}-{size // 2 + 9}")
            assert (part.status, part.body) == (206, sent[size // 2:size // 2 + 10])
    assert shape.s3.uploads() == []


def test_an_artifact_is_the_same_bytes_at_both(shape, first, second, slug):
    path = first.dataset(slug, 500)
    revision = first.ask(path + "/revisions/1", Accept="application/json").body.decode()
    digest = shape.postgres.sql("select digest from revision order by created desc limit 1")[0][0]
    assert digest in revision
    one, other = [who.ask(f"{path}/revisions/1/data.{digest}.csv") for who in (first, second)]
    assert one.status == other.status == 200
    assert one.body == other.body
    assert hashlib.sha256(one.body).hexdigest() == digest


def test_the_same_bytes_kept_at_both_at_once_are_one_object(shape, first, second):
    for size in (SMALL, LARGE):
        sent = secrets.token_bytes(size)
        paths = []
        threads = [threading.Thread(target=lambda who=who: paths.append(message(who, sent)))
                   for who in (first, second, first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(paths) == 4
        assert all(content(first, path) == sent for path in paths)


def test_bytes_that_nothing_refers_to_are_swept_and_can_be_kept_again(shape, first, second):
    sent = secrets.token_bytes(SMALL)
    path = message(first, sent)
    kept = message(first, b"stays")
    assert second.ask(path, "DELETE").status == 204
    code, said = shape.second.run("blobs", "sweep", settings=AT_ONCE)
    assert code == 0, said
    assert name_of(sent) not in shape.s3.objects()
    assert content(second, kept) == b"stays"

    again = message(first, sent)
    assert content(second, again) == sent
    assert shape.first.run("blobs", "check", "--verify")[0] == 0


def test_a_sweep_at_one_takes_nothing_that_is_kept_at_the_other(shape, first, second):
    sent = secrets.token_bytes(SMALL)
    over, faults = threading.Event(), []

    def sweep():
        while not over.is_set():
            code, said = shape.second.run("blobs", "sweep", settings={"ALMANAC_BLOBS__GRACE_S": "1"})
            if code:
                faults.append(said)

    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        for number in range(1, ROUNDS + 1):
            path = message(first, sent)
            assert content(second, path) == sent
            assert first.ask(path, "DELETE").status == 204
            # Now and then it is kept again just when it was deleted.
            if number % 5 == 0:
                until("it is swept", lambda: faults or name_of(sent) not in shape.s3.objects(), seconds=60)
    finally:
        over.set()
        sweeping.join()
    assert not faults, faults[0]


def test_objects_that_nobody_noted_are_found_and_swept(shape, first):
    kept = message(first, b"noted once")
    shape.postgres.sql("delete from blob")
    stray = secrets.token_bytes(100)
    shape.s3.put(name_of(stray), stray)
    assert name_of(stray) in shape.s3.objects()

    code, said = shape.first.run("blobs", "sweep", settings=AT_ONCE)
    assert code == 0, said
    assert name_of(stray) not in shape.s3.objects()
    assert content(first, kept) == b"noted once"
    assert shape.first.run("blobs", "check", "--verify")[0] == 0


def test_check_names_what_is_missing_cut_off_or_changed(shape, first):
    sent = [secrets.token_bytes(100) for _ in range(3)]
    paths = [message(first, one) for one in sent]
    shape.s3.delete(name_of(sent[0]))
    shape.s3.put(name_of(sent[1]), sent[1][:50])
    shape.s3.put(name_of(sent[2]), secrets.token_bytes(100))
    try:
        code, said = shape.first.run("blobs", "check")
        assert code == 1, said
        assert f"{hashlib.sha256(sent[0]).hexdigest()}: is missing" in said
        assert f"{hashlib.sha256(sent[1]).hexdigest()}: expected 100 bytes, found 50" in said
        assert hashlib.sha256(sent[2]).hexdigest() not in said
        code, said = shape.first.run("blobs", "check", "--verify")
        assert code == 1
        assert f"{hashlib.sha256(sent[2]).hexdigest()}: its bytes have another SHA-256" in said
    finally:
        for path in paths:
            first.ask(path, "DELETE")


@contextlib.contextmanager
def in_front_of(s3, refused):
    """The port of a server that passes all on to the S3 server, but for URLs that have `refused` in them."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if refused in self.path:
                status, fields, content = 400, [], b""
            else:
                connection = http.client.HTTPConnection("127.0.0.1", s3.port, timeout=30)
                connection.request(self.command, self.path, body, dict(self.headers.items()))
                answer = connection.getresponse()
                status, fields, content = answer.status, answer.getheaders(), answer.read()
                connection.close()
            self.send_response_only(status)
            for name, value in fields:
                if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def test_an_upload_that_breaks_off_half_way_leaves_no_parts(shape, first):
    sent = secrets.token_bytes(LARGE)
    with in_front_of(shape.s3, "partNumber=2") as port:
        server = shape.server("behind", ALMANAC_BLOBS__ENDPOINT=f"http://127.0.0.1:{port}")
        behind = shape.ann(server)
        assert content(behind, message(behind, b"one piece")) == b"one piece"
        answer = behind.ask("/v2/messages", "POST", sent, Content_Type="application/octet-stream")
        assert answer.status == 503, answer
        server.end()
    assert shape.s3.uploads() == []
    assert name_of(sent) not in shape.s3.objects()
    assert content(first, message(first, sent)) == sent


def test_without_the_bucket_nothing_starts_and_it_is_said_why(shape):
    code, said = shape.first.run("blobs", "check", settings={"ALMANAC_BLOBS__URL": "s3://nowhere/blobs"})
    assert code == 1
    assert "s3://nowhere/blobs does not answer" in said
    assert shape.settings["AWS_SECRET_ACCESS_KEY"] not in said


def test_while_the_s3_server_is_away_uploads_are_put_off_and_then_go_on(shape, first):
    # It keeps objects in memory: it is stopped, not ended.
    path = first.article()
    shape.s3.process.send_signal(signal.SIGSTOP)
    try:
        until("it is not ready", lambda: ask(shape.first.port, "/readyz", timeout=30).status == 503, seconds=30)
        assert ask(shape.first.port, path).status == 200
        assert ask(shape.first.port, "/livez").status == 200
    finally:
        shape.s3.process.send_signal(signal.SIGCONT)
    until("it is ready again", lambda: ask(shape.first.port, "/readyz").status == 200, seconds=30)
    sent = secrets.token_bytes(SMALL)
    assert content(first, message(first, sent)) == sent
