"""A job that is followed through a proxy is told of as it goes on, not when it has ended."""

import http.client

from conftest import path_of

ROWS = 400_000


def queue(site, name, table):
    """Queues an import; the path of its job."""
    fields = site.as_ann(**{"Content-Type": "text/csv", "Prefer": "respond-async"})
    answer = site.server.ask(f"/v2/datasets?identifier={name}", "POST", fields, table)
    assert answer.status == 202, answer
    return path_of(answer.get("location"))


def event(stream):
    """The name of the next event."""
    name = None
    for line in stream:
        if line.startswith(b"event: "):
            name = line[len(b"event: ") :].strip().decode()
        if line == b"\n" and name:
            return name
    return None


def test_events_pass_as_they_come(site, front):
    # The one worker for tables is at work on the first; the other waits for as long as the test likes.
    long = queue(site, f"long-{front.name}", b"n,m\n" + b"".join(b"%d,%d.5\n" % (n, n) for n in range(ROWS)))
    job = queue(site, f"short-{front.name}", b"n\n1\n2\n")
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=15)
    connection.request("GET", job, headers=site.as_ann(Host="site.test", Accept="text/event-stream"))
    stream = connection.getresponse()
    assert (stream.status, stream.getheader("content-type").split(";")[0]) == (200, "text/event-stream")

    assert event(stream) == "progress"
    assert front.ask(job, "DELETE", site.as_ann()).status == 204
    assert event(stream) == "cancelled"
    assert event(stream) is None
    assert front.ask(long, "DELETE", site.as_ann()).status == 204
    connection.close()
