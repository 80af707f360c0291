"""What the server promises to every client with a cache of its own (RFC 9111), whatever its name.

A client is an object with
  read(url, accept, **headers)          an `Answer`; redirects are followed
  write(method, url, data, **headers)   an `Answer`, through the same cache
Each function marked so is one promise; `check` tries all of them. caches/undici_agent.mjs has them for Node.
"""

import dataclasses
import json
import os

from origin import HTML, JSONLD, Origin
from report import Report, sentence

MERGE = "application/merge-patch+json"
PROMISES = []


@dataclasses.dataclass
class Answer:
    """An answer as the client's user sees it."""

    status: int
    headers: dict
    content: bytes  # without content coding
    kept: bool  # the client says: it had this content
    confirmed: bool | None  # the client says: the server told it to go on using it; None: it does not tell

    @property
    def document(self):
        return json.loads(self.content)


class Client:
    """What a promise needs: a client with an empty cache, and the server without one."""

    def __init__(self, client, origin):
        self.client, self.origin = client, origin

    def is_new(self, url, accept=JSONLD, status=200, **headers):
        """Reads what the client must ask for, and gets it anew."""
        return self._read(url, accept, [status], status, kept=False, confirmed=False, **headers)

    def is_confirmed(self, url, accept=JSONLD, **headers):
        """Reads what the client asks about, and hears that it has it: 304."""
        return self._read(url, accept, [304], 200, kept=True, confirmed=True, **headers)

    def is_kept(self, url, accept=JSONLD, status=200, **headers):
        """Reads what the client does not even ask about."""
        return self._read(url, accept, [], status, kept=True, confirmed=False, **headers)

    def _read(self, url, accept, asked, status, kept, confirmed, **headers):
        answer, statuses = self.origin.asked(lambda: self.client.read(url, accept, **headers))
        found = f"{answer.status}, kept: {answer.kept}, confirmed: {answer.confirmed}, server asked: {statuses}"
        place = f"of {url} as {accept}"
        assert answer.status == status, f"expected {status} {place}, found {found}"
        assert statuses == asked, f"expected the server to be asked {asked} {place}, found {found}"
        assert answer.kept == kept, f"expected the client to say kept: {kept} {place}, found {found}"
        said = answer.confirmed
        assert said in (None, confirmed), f"expected the client to say confirmed: {confirmed} {place}, found {found}"
        return answer


def same(first, second):
    assert first.content == second.content, f"expected the content of before, found {second.content[:300]}"


def promise(function):
    """One of the promises that `check` tries."""
    PROMISES.append(function)
    return function


# ---- what is asked about each time -----------------------------------------------------------------------------


@promise
def a_second_read_of_an_item_is_304_and_has_the_same_content(c):
    url = c.origin.article()

    first = c.is_new(url)
    same(first, c.is_confirmed(url))
    same(first, c.is_confirmed(url))


@promise
def a_second_read_of_a_page_of_a_collection_is_304(c):
    url = f"{c.origin.url}/v2/articles?page=2&itemsPerPage=5"

    same(c.is_new(url), c.is_confirmed(url))


@promise
def a_second_read_of_a_page_of_rows_is_304(c):
    url = f"{c.origin.url}/v2/datasets/petals/rows?limit=10"

    same(c.is_new(url), c.is_confirmed(url))


@promise
def a_second_read_of_an_html_page_is_304(c):
    url = c.origin.article()

    same(c.is_new(url, HTML), c.is_confirmed(url, HTML))


@promise
def what_another_client_wrote_is_there_at_the_next_read(c):
    url = c.origin.article("first")
    assert c.is_new(url).document["headline"] == "first"
    c.origin.next_second()

    c.origin.rewrite(url, "second")
    assert c.is_new(url).document["headline"] == "second"
    assert c.is_confirmed(url).document["headline"] == "second"


@promise
def a_collection_shows_what_another_client_added(c):
    url = f"{c.origin.url}/v2/articles"
    before = c.is_new(url).document["totalItems"]

    c.origin.article()
    assert c.is_new(url).document["totalItems"] == before + 1


@promise
def what_the_client_itself_wrote_is_there_at_the_next_read(c):
    url = c.origin.article("first")
    c.is_new(url)

    headers = {"Content-Type": MERGE, **c.origin.credentials}
    answer = c.client.write("PATCH", url, json.dumps({"headline": "second"}), **headers)
    assert answer.status == 200, f"expected 200, found {answer.status}: {answer.content}"
    assert c.is_new(url).document["headline"] == "second"


@promise
def the_tag_of_a_confirmed_answer_still_edits_once_and_then_is_412(c):
    url = c.origin.article("first")
    c.is_new(url, HTML)
    tag = c.is_confirmed(url, HTML).headers["etag"]

    headers = {"Content-Type": MERGE, "If-Match": tag, **c.origin.credentials}
    statuses = [
        c.client.write("PATCH", url, json.dumps({"headline": headline}), **headers).status
        for headline in ("second", "third")
    ]
    assert statuses == [200, 412], f"expected 200, then 412, found {statuses}"
    assert c.is_new(url).document["headline"] == "second"


@promise
def what_was_deleted_is_not_read_from_the_cache(c):
    url = c.origin.article()
    c.is_new(url)

    c.origin.send("DELETE", url, 204, headers=c.origin.credentials)
    answer = c.client.read(url, JSONLD)
    assert answer.status in (404, 410), f"expected 404 or 410, found {answer.status}"


@promise
def what_was_not_there_is_read_once_it_is(c):
    slug = f"later-{os.getpid()}-{id(c)}"
    url = f"{c.origin.url}/v2/articles/{slug}"
    c.is_new(url, status=404)

    c.origin.article("at last", slug)
    assert c.is_new(url).document["headline"] == "at last"


# ---- what is not asked about while it is fresh -----------------------------------------------------------------


@promise
def the_entry_point_is_not_asked_again_while_it_is_fresh(c):
    url = f"{c.origin.url}/v2"

    same(c.is_new(url), c.is_kept(url))


@promise
def a_context_is_not_asked_again_while_it_is_fresh(c):
    url = f"{c.origin.url}/v2/context"

    same(c.is_new(url), c.is_kept(url))


@promise
def the_style_sheet_is_not_asked_again_while_it_is_fresh(c):
    page = c.client.read(f"{c.origin.url}/v2", HTML).content.decode()
    url = page.split('<link rel="stylesheet" href="')[1].split('"')[0]

    same(c.is_new(url, "text/css,*/*;q=0.1"), c.is_kept(url, "text/css,*/*;q=0.1"))


@promise
def an_artifact_is_never_asked_again(c):
    revision = c.origin.get("/v2/datasets/petals/revisions/1")
    url = next(part["contentUrl"] for part in revision["distribution"])

    first = c.is_new(url, "*/*")
    assert "immutable" in first.headers["cache-control"], first.headers
    same(first, c.is_kept(url, "*/*"))


@promise
def a_prediction_of_a_version_is_not_asked_again(c):
    url = c.origin.prediction(f"{c.origin.url}/v2/models/petals/versions/1", [5.1, 4.9])

    first = c.is_new(url)
    same(first, c.is_kept(url))


@promise
def a_prediction_of_a_model_is_of_its_current_version(c):
    url = c.origin.prediction(f"{c.origin.url}/v2/models/petals", [5.3, 4.7])
    before = c.client.read(url, JSONLD).document["@id"]

    current = c.origin.train("petals")
    after = c.client.read(url, JSONLD).document["@id"]
    assert after != before and after.startswith(current), f"expected a prediction of {current}, found {after}"


# ---- what is not taken for each other --------------------------------------------------------------------------


@promise
def html_and_json_of_one_url_are_never_taken_for_each_other(c):
    url = f"{c.origin.url}/v2/doc"
    contents = {}

    for accept in (JSONLD, HTML, JSONLD, HTML, HTML, JSONLD):
        answer = c.client.read(url, accept)
        assert answer.headers["content-type"].startswith(accept), f"asked for {accept}, found {answer.headers}"
        assert contents.setdefault(accept, answer.content) == answer.content


@promise
def compressed_and_plain_bytes_are_never_taken_for_each_other(c):
    url = c.origin.article()

    plain = c.is_new(url, **{"Accept-Encoding": "identity"})
    c.origin.next_second()
    packed = c.is_new(url, **{"Accept-Encoding": "gzip"})
    same(plain, packed)
    assert packed.headers["content-encoding"] == "gzip", packed.headers
    assert plain.headers["etag"] != packed.headers["etag"], plain.headers
    same(plain, c.is_confirmed(url, **{"Accept-Encoding": "gzip"}))


# ---- what is kept for one reader, or nowhere -------------------------------------------------------------------


@promise
def a_private_answer_is_asked_about_each_time_and_given_to_nobody_else(c):
    url = f"{c.origin.url}/v2/me"

    mine = c.is_new(url, **c.origin.credentials)
    same(mine, c.is_confirmed(url, **c.origin.credentials))
    answer = c.client.read(url, JSONLD)
    assert answer.status == 401 and not answer.kept, f"expected 401, found {answer}"
    assert mine.document["identifier"] not in answer.content.decode(), answer


@promise
def a_refusal_is_kept_nowhere(c):
    url = f"{c.origin.url}/v2/users"

    c.is_new(url, status=401)
    c.is_new(url, status=401)
    c.is_new(url, **c.origin.credentials)


@promise
def health_is_kept_nowhere(c):
    url = f"{c.origin.url}/livez"

    c.is_new(url, "*/*")
    c.is_new(url, "*/*")


def check(name, make):
    """Tries every promise on clients that `make` gives, each with an empty cache; ends the program."""
    report, origin = Report(name), Origin()
    for promise in PROMISES:
        report.promise(sentence(promise), lambda promise=promise: promise(Client(make(), origin)))
    report.finish()
