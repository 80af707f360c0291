"""Fills a server, beside its demo, with one of each thing that has a URL, and several of what has pages.

usage: fill.py      (told by ALMANAC_URL, ALMANAC_TOKEN, ALMANAC_LOG: lib/origin.py)

Headers that are no identifiers, texts that must be escaped, a dataset with a second revision, a model with a
second version, an article that is no more.
"""

import random

from origin import Origin

ARTICLES = 23
ROWS = 40


def table(seed):
    """A table of two kinds of flowers, which a classifier can tell apart."""
    draw = random.Random(seed)
    lines = ["sepal length (cm),petal_length_cm,@id,kind"]
    for row in range(ROWS):
        kind, length = [("setosa", 1.4), ("versicolor", 4.5)][row % 2]
        sepal = "" if row == 7 else f"{draw.gauss(5.4, 0.4):.1f}"
        lines.append(f'{sepal},{draw.gauss(length, 0.5):.2f},"No. {row}, ""雨""",{kind}')
    return "\n".join(lines) + "\n"


def datasets(origin):
    csv = {"Content-Type": "text/csv", **origin.credentials}
    made = origin.send("POST", "/v2/datasets?identifier=petals&name=Petals", 201, data=table(1).encode(), headers=csv)
    revisions = origin.get(made.headers["Location"])["revisions"]
    origin.send("POST", revisions, 201, data=table(2).encode(), headers=csv)


def headers(origin):
    """A dataset whose headers are no names of JSON-LD, or mean something else there."""
    lines = "sepal length (cm),od280/od315_of_diluted_wines,@type,id,雨量\n5.1,3.92,a,1,0.5\n4.9,3.4,b,2,\n"
    csv = {"Content-Type": "text/csv", **origin.credentials}
    origin.send("POST", "/v2/datasets?identifier=headers&name=Headers", 201, data=lines.encode(), headers=csv)


def models(origin):
    wanted = {
        "identifier": "petals",
        "headline": "Which petal?",
        "dataset": "petals",
        "target": "kind",
        "features": ["sepal length (cm)", "petal_length_cm"],
        "missing": "mean-indicator",
    }
    origin.write("POST", "/v2/models", wanted, Prefer="wait=30")
    origin.train("petals")


def articles(origin):
    for number in range(1, ARTICLES + 1):
        draft = {
            "identifier": f"article-{number}",
            "headline": f'Article {number} <&> "雨"',
            "abstract": "Wet.",
            "articleBody": "# It *rained*\n\n[elsewhere](https://example.org/)\n",
            "keywords": ["rain", "april"],
            "about": ["https://example.org/rain", f"{origin.url}/v2/datasets/petals", f"{origin.url}/v2/models/petals"],
        }
        origin.write("POST", "/v2/articles", draft)
    origin.send("DELETE", origin.article(slug="no-more"), 204, headers=origin.credentials)


def messages(origin):
    # Longer than the 97 bytes of which REDbot asks for a part.
    for text, media in (("Hello. " * 40, "text/plain"), ('{"hello": "' + "world " * 40 + '"}', "application/json")):
        headers = {"Content-Type": media, **origin.credentials}
        origin.send("POST", "/v2/messages", 201, data=text, headers=headers)


def people(origin):
    origin.write("POST", "/v2/users", {"identifier": "ann", "role": "reader", "password": "no-secret-of-anybody"})
    origin.write("POST", "/v2/me/tokens", {"name": "notebook"})


def fill(origin):
    datasets(origin)
    headers(origin)
    models(origin)
    articles(origin)
    messages(origin)
    people(origin)


fill(Origin())
