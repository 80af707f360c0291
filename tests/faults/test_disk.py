"""The disk is full: a clear refusal, nothing half-visible, and all goes on once there is room again."""

import contextlib
import hashlib
import secrets
import sqlite3

import pytest

from client import ask, raw, status_of, until
from services import Replica, Somebody, path_of

MIB = 1024 * 1024


@contextlib.contextmanager
def site(folder, name, program, data, **settings):
    """A publisher at a server with its data on that disk."""
    (folder / name).mkdir()
    server = Replica(folder / name, "server", program, settings, data)
    try:
        yield Somebody(server, server.add_user("ann", "publisher"))
    except BaseException:
        # Shown with the failure.
        print(server.said())
        raise
    finally:
        server.end()


def table(size):
    """A CSV of about so many bytes."""
    lines, length, number = ["a,b,name"], 0, 0
    while length < size:
        lines.append(f"{number},{number / 7:.5f},{secrets.token_hex(40)}")
        length += len(lines[-1]) + 1
        number += 1
    return ("\n".join(lines) + "\n").encode()


def post(somebody, slug, content):
    return somebody.ask(f"/v2/datasets?identifier={slug}", "POST", content, Content_Type="text/csv")


def is_put_off(answer):
    """503 that says what is the matter and when to try again."""
    assert answer.status == 503, answer
    assert int(answer.get("retry-after")) > 0
    assert answer.json["type"].endswith("/problems/unavailable"), answer
    return answer


def blobs_are_whole_and_no_more(somebody, data):
    """Every blob is referred to and right; nothing else lies about."""
    code, said = somebody.server.run("blobs", "sweep", settings={"ALMANAC_BLOBS__GRACE_S": "0"})
    assert code == 0, said
    code, said = somebody.server.run("blobs", "check", "--verify")
    assert code == 0, said
    found = {file.name for file in (data / "blobs").rglob("*") if file.is_file()}
    database = sqlite3.connect(data / "almanac.db")
    wanted = {row[0] for row in database.execute(
        "select digest from revision union select profile from revision"
        " union select parquet from revision where parquet is not null union select digest from message"
        " union select upload from job where upload is not null and status in ('queued', 'running')")}
    noted = {row[0] for row in database.execute("select digest from blob")}
    database.close()
    assert found == noted
    assert wanted <= found
    assert list((data / "incoming").iterdir()) == []


def integrity(data):
    database = sqlite3.connect(data / "almanac.db")
    assert [row[0] for row in database.execute("pragma integrity_check")] == ["ok"]
    assert database.execute("pragma foreign_key_check").fetchall() == []
    database.close()


def test_an_import_for_which_there_is_no_room_leaves_nothing_and_works_later(folder, disk, program):
    data = disk.folder / "data"
    content = table(5 * MIB)
    with site(folder, "import", program, data, ALMANAC_BLOBS__FREE_BYTES="0") as ann:
        path = ann.article()
        refused = done = 0
        # From no room for the upload, over room for the upload alone, to room for all but the end.
        for free in (0, 3, 6, 8, 10, 12, 14, 17, 20):
            disk.leave(free * MIB)
            slug = f"table-{free}"
            answer = post(ann, slug, content)
            if answer.status == 201:
                done += 1
            else:
                refused += 1
                is_put_off(answer)
                assert "disk" in answer.json["detail"]
                assert ask(ann.server.port, f"/v2/datasets/{slug}").status == 404
                assert f"/{slug}" not in ask(ann.server.port, "/v2/datasets").body.decode()
                assert ask(ann.server.port, path).status == 200
            disk.clear()
            if answer.status != 201:
                assert post(ann, slug, content[:2000].rsplit(b"\n", 1)[0] + b"\n").status == 201
        assert refused >= 4
        assert post(ann, "at-last", content).status == 201 or done
        blobs_are_whole_and_no_more(ann, data)
        # Tables of imports that broke off are not left either, though none could be dropped while the disk was full.
        with contextlib.closing(sqlite3.connect(data / "almanac.db")) as database:
            left = "select count(*) from storage where not published"
            until("they are dropped", lambda: database.execute(left).fetchone() == (0,), seconds=5)
    integrity(data)


ROW = {"cells": {"a": 1, "b": 2, "c": 3, "wet": "yes"}}


def test_writes_that_were_acknowledged_are_there_and_others_are_put_off(folder, disk, program):
    data = disk.folder / "data"
    with site(folder, "rows", program, data, ALMANAC_BLOBS__FREE_BYTES="0") as ann:
        path = ann.dataset("wet", 10)
        articles, rows, refused = [], 10, 0
        disk.leave(3 * MIB)
        while refused < 20 and len(articles) < 100:
            body = secrets.token_hex(100_000)
            answer = ann.ask("/v2/articles", "POST", {"headline": "Rain", "articleBody": body,
                                                      "identifier": f"rain-{len(articles)}-{refused}"})
            if answer.status == 201:
                articles.append((path_of(answer.get("location")), body))
            else:
                assert "disk" in is_put_off(answer).json["detail"]
                refused += 1
            answer = ann.ask(path + "/rows", "POST", ROW)
            rows += answer.status == 201
            assert answer.status == 201 or is_put_off(answer)
        assert refused == 20
        assert len(articles) > 0
        assert ask(ann.server.port, path).status == 200
        assert ask(ann.server.port, "/livez").status == 200
        disk.clear()
        assert ann.ask(path + "/rows", "POST", ROW).status == 201
        for article, body in articles:
            assert ann.ask(article, Cache_Control="no-cache").json["articleBody"] == body
        assert ann.ask(path + "/rows?limit=1", Cache_Control="no-cache").json["totalItems"] == rows + 1
    integrity(data)


def test_what_must_stay_free_is_not_taken_by_uploads_and_rows_go_on(folder, disk, program):
    data = disk.folder / "data"
    with site(folder, "reserve", program, data, ALMANAC_BLOBS__FREE_BYTES=str(30 * MIB)) as ann:
        path = ann.dataset("wet", 10)
        disk.leave(25 * MIB)
        assert "disk" in is_put_off(post(ann, "more", table(1000))).json["detail"]
        assert ann.ask(path + "/rows", "POST", ROW).status == 201
        disk.clear()
        # By its announced length alone, and as it comes.
        length = disk.free() - 30 * MIB + 1
        fields = f"Authorization: Bearer {ann.token}\r\nHost: site.test\r\nContent-Type: text/csv\r\n"
        announced = f"POST /v2/datasets HTTP/1.1\r\n{fields}Content-Length: {length}\r\n\r\na,b\n".encode()
        answer = raw(ann.server.port, announced + bytes(20))
        assert status_of(answer) == 503, answer
        assert post(ann, "more", table(1000)).status == 201
        blobs_are_whole_and_no_more(ann, data)


def chunked(somebody, path, content, media_type):
    """The status of a POST that does not say its length."""
    head = (f"POST {path} HTTP/1.1\r\nHost: site.test\r\nAuthorization: Bearer {somebody.token}\r\n"
            f"Content-Type: {media_type}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
    body = f"{len(content):x}\r\n".encode() + content + b"\r\n0\r\n\r\n"
    return status_of(raw(somebody.server.port, head.encode() + body))


def test_what_does_not_fit_into_the_quota_is_refused_until_there_is_room_again(folder, program):
    (folder / "quota-data").mkdir()
    data = folder / "quota-data"
    fields = {"Content_Type": "application/octet-stream"}
    with site(folder, "quota", program, data, ALMANAC_BLOBS__QUOTA_BYTES="1000000") as ann:
        first = ann.made("/v2/messages", secrets.token_bytes(600_000), **fields)
        sent = secrets.token_bytes(600_000)
        answer = ann.ask("/v2/messages", "POST", sent, **fields)
        assert answer.status == 507, answer
        assert answer.json["type"].endswith("/problems/insufficient-storage")
        assert chunked(ann, "/v2/messages", sent, "application/octet-stream") == 507
        assert post(ann, "much", table(700_000)).status == 507
        assert ask(ann.server.port, "/v2/datasets/much").status == 404
        # What is there already needs no room.
        assert ann.ask("/v2/messages", "POST", ann.ask(first + "/content").body, **fields).status == 507
        assert ann.ask("/v2/messages", "POST", secrets.token_bytes(300_000), **fields).status == 201

        assert ann.ask(first, "DELETE").status == 204
        blobs_are_whole_and_no_more(ann, data)
        assert ann.ask("/v2/messages", "POST", sent, **fields).status == 201
        kept = hashlib.sha256(sent).hexdigest()
        assert (data / "blobs" / kept[:2] / kept).stat().st_size == len(sent)


def test_changed_bytes_are_not_given_out_where_they_are_verified(folder, program):
    (folder / "verify-data").mkdir()
    data = folder / "verify-data"
    with site(folder, "verify", program, data, ALMANAC_BLOBS__VERIFY="true") as ann:
        sent = secrets.token_bytes(3 * MIB)
        path = ann.made("/v2/messages", sent, Content_Type="application/octet-stream")
        assert ann.ask(path + "/content").body == sent
        name = hashlib.sha256(sent).hexdigest()
        file = data / "blobs" / name[:2] / name
        file.write_bytes(sent[:-1] + bytes([sent[-1] ^ 1]))
        with pytest.raises(Exception, match="IncompleteRead"):
            ann.ask(path + "/content")
        assert name in (ann.server.folder / "err").read_text()
        file.write_bytes(sent)
        assert ann.ask(path + "/content").body == sent
