"""What docs/limits.md leaves to a proxy: requests that the server cannot judge, and clients that wait for ever."""

import select
import socket

import pytest

from client import ask, raw, status_of, until

HEAD = b" HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n"


@pytest.mark.parametrize("method", ["QUERY", "PROPFIND", "LINK", "GETX", "BAN"])
def test_an_unknown_method_is_501(site, front, method):
    for path in ("/v2/articles", "/v2/articles/nothing", "/"):
        before = len(site.relay.seen())
        answer = front.ask(path, method, site.as_ann())
        assert answer.status == 501
        assert answer.get("cache-control") == "no-store"
        assert answer.get("content-type") == "application/problem+json"
        assert answer.json["status"] == 501
        assert answer.all("access-control-allow-origin") == ["*"]
        assert len(answer.all("x-request-id")) == 1
        assert len(site.relay.seen()) == before


def test_nobody_purges_through_nginx(site):
    assert ask(site.ports["nginx"], "/", "PURGE", {"xkey": "list:articles"}).status == 501


def test_a_method_in_small_letters_is_none(site, front):
    assert status_of(raw(front.port, b"get /v2" + HEAD + b"\r\n")) in (400, 501)


def test_trace_is_405(site, front):
    answer = front.ask("/v2/articles", "TRACE", site.as_ann())
    assert answer.status == 405
    assert answer.get("allow") == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    assert answer.get("cache-control") == "no-store"


def test_connect_opens_nothing(site, front):
    for target in (b"127.0.0.1:22", b"/v2"):
        assert status_of(raw(front.port, b"CONNECT " + target + HEAD + b"\r\n")) in (400, 405)


def test_options_and_its_answer_pass(site, front):
    answer, server = front.ask("/v2/articles", "OPTIONS"), site.server.ask("/v2/articles", "OPTIONS")
    assert (answer.status, answer.get("allow"), answer.body) == (server.status, server.get("allow"), server.body)


def test_a_method_that_a_resource_does_not_have_is_the_servers_405(site, front):
    answer, server = (one.ask("/v2/articles", "DELETE", site.as_ann()) for one in (front, site.server))
    assert answer.status == server.status == 405
    assert answer.all("allow") == server.all("allow")


@pytest.mark.parametrize("request_line, expected", [
    (b"GET /v2 HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    (b"GET /v2 HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
    (b"GET /v2" + HEAD + b"X : y\r\n\r\n", 400),
    (b"GET /v2" + HEAD + b"X: y\x00z\r\n\r\n", 400),
    (b'G"T /v2' + HEAD + b"\r\n", 400),
    (b"POST /v2/articles" + HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    (b"POST /v2/articles" + HEAD + b"Content-Length: +2\r\n\r\n{}", 400),
    (b"POST /v2/articles" + HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"GET /" + b"a" * 70_000 + HEAD + b"\r\n", 414),
    (b"GET /v2" + HEAD + b"X: " + b"a" * 500_000 + b"\r\n\r\n", 400),
], ids=["no Host", "two Hosts", "space before the colon", "NUL", "a quote in the method", "two lengths",
        "a signed length", "a length and chunks", "a long target", "a long field"])
def test_what_is_no_http_is_refused_before_the_server(site, front, request_line, expected):
    before = len(site.relay.seen())
    status = status_of(raw(front.port, request_line))
    # Varnish closes, or says it with another status.
    assert status == expected or front.name == "varnish" and status in (400, 501, None), status
    assert len(site.relay.seen()) == before


def test_a_body_that_breaks_off_is_no_write(site, front):
    before = site.server.ask("/v2/articles").json["totalItems"]
    body = b'{"headline": "Half", "articleBody": "Not whole."}'
    fields = b"Authorization: Bearer " + site.token.encode() + b"\r\nContent-Type: application/json\r\n"
    for sent in (body[:5], body):
        request = b"POST /v2/articles" + HEAD + fields + b"Content-Length: %d\r\n\r\n" % (len(body) + 5) + sent
        assert status_of(raw(front.port, request, half_close=True)) in (400, 503, None)
    assert site.server.ask("/v2/articles").json["totalItems"] == before


def test_a_body_that_is_too_large_gets_the_servers_document(site, front):
    answer = front.ask("/v2/articles", "POST", site.as_ann(), {"headline": "x" * (1 << 20)})
    assert answer.status == 413
    assert answer.get("x-almanac-error-code")


def test_a_client_that_closes_its_sending_half_is_answered_by_nginx(site):
    request = b"GET /v2/articles" + HEAD + b"\r\n"
    assert status_of(raw(site.ports["nginx"], request, half_close=True)) == 200


def test_paths_reach_the_server_as_they_were_sent(site, front):
    for path in ("/v2/articles/a%2Fb", "/v2//articles", "/v2/articles/", "/v2/articles/../datasets",
                 "/v2/articles/%C3%A4", "/v2/articles?page=1&&x=%20+", "/v2/articles/.%2e"):
        front.ask(path)
        assert site.relay.seen(path), path


def test_one_reader_does_not_get_every_connection_of_nginx(site):
    path = site.article()
    request = f"GET {path} HTTP/1.1\r\nHost: site.test\r\nAuthorization: Bearer {site.token}\r\n\r\n".encode()
    connections = []
    try:
        with site.relay.held(path):
            for _ in range(120):
                connections.append(socket.create_connection(("127.0.0.1", site.ports["nginx"]), timeout=10))
                connections[-1].sendall(request)
            # Whoever came too late is answered at once, the others wait at the server.
            until("all of them", lambda: len(site.relay.seen(path)) + sum(map(has_answer, connections)) == 120)
            late = [connection for connection in connections if has_answer(connection)]
            # One more may be at work for another test.
            assert len(late) in (20, 21)
            for connection in late:
                answer = connection.recv(65536)
                assert status_of(answer) == 429
                assert b"Cache-Control: no-store" in answer and b"application/problem+json" in answer
        assert all(status_of(c.recv(65536)) == 200 for c in connections if c not in late)
    finally:
        for connection in connections:
            connection.close()


def test_slow_clients_do_not_hold_nginx_for_ever(site, waiting, measured):
    for what, client in waiting.items():
        seconds = client.result(timeout=20)
        measured(f"nginx lets go who said {what}, after", f"{seconds:.0f} s")
        assert seconds < 13
    assert ask(site.ports["nginx"], "/v2").status == 200


def has_answer(connection):
    """Whether there is something to read, the end being something too."""
    return bool(select.select([connection], [], [], 0)[0])
