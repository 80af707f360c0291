"""What is published before the measurement: articles, by the API; the same for the peers as JSON."""

import http.client
import json
import random
import urllib.parse

from load import Unmeasured

ARTICLES = 200
PAGE_BYTES = 58_000
WORDS = """rain wind cloud basin river gauge sensor record station summer winter table column model class
measure value change water level storm season region valley coast data error margin method result figure
north south early late mean median sample range trend record known under above after before which where
while their these those every other since there about small large clear heavy daily weekly yearly""".split()


def prose(chooser, size):
    """So many bytes of paragraphs, the same in every run."""
    text = ""
    while len(text) < size:
        words = [chooser.choice(WORDS) for _ in range(chooser.randint(8, 16))]
        text += " ".join(words).capitalize() + "." + ("\n\n" if chooser.random() < 0.2 else " ")
    return text[:size].rstrip() + "."


def drafts():
    """Drafts: slug, headline, abstract, body, keywords."""
    chooser = random.Random(1)
    for number in range(1, ARTICLES + 1):
        yield {
            "slug": f"article-{number}",
            "headline": " ".join(chooser.sample(WORDS, 5)).capitalize(),
            "abstract": prose(chooser, 160),
            "body": prose(chooser, 1_200),
            "keywords": chooser.sample(WORDS, 3),
        }


class Writer:
    """One connection that publishes articles."""

    def __init__(self, url, token):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)
        self.fields = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def publish(self, draft):
        """Publishes one article."""
        body = {
            "identifier": draft["slug"],
            "headline": draft["headline"],
            "abstract": draft["abstract"],
            "articleBody": draft["body"],
            "keywords": draft["keywords"],
        }
        self.connection.request("POST", "/v2/articles", json.dumps(body), self.fields)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 201:
            raise Unmeasured(f"POST of an article: {answer.status}, expected 201: {content[:500]}")

    def page_bytes(self, slug):
        """Length of the article's page."""
        self.connection.request("GET", f"/v2/articles/{slug}", headers={"Accept": "text/html"})
        return len(self.connection.getresponse().read())


def publish(server, token):
    """Publishes the articles and one more, `long`, whose page has about PAGE_BYTES."""
    writer = Writer(server.url, token)
    for draft in drafts():
        writer.publish(draft)
    size = PAGE_BYTES
    for slug in ["nearly", "long"]:
        draft = next(drafts()) | {"slug": slug, "body": prose(random.Random(2), size)}
        writer.publish(draft)
        size -= writer.page_bytes(slug) - PAGE_BYTES


def distinct_targets():
    """Request targets whose documents together are far larger than the bound of the cache."""
    targets = [f"/v2/articles/article-{number}" for number in range(1, ARTICLES + 1)]
    for size in range(5, 101):
        targets += [f"/v2/articles?itemsPerPage={size}&page={page}" for page in range(1, ARTICLES // size + 1)]
    random.Random(3).shuffle(targets)
    return targets
