"""What schemathesis has to know beyond the description: bodies that are no JSON, what no schema can say, and whom it
must not lock out.

Told by ALMANAC_SPARED, JSON: the name of the user whose token it uses, and that token's number. Counts, for each
operation, how often it was answered with which status, into the file that ALMANAC_TALLY names.
"""

import atexit
import collections
import datetime
import io
import itertools
import json
import os
import re

import origin
import pyarrow
import pyarrow.parquet
import schemathesis
from hypothesis import strategies
from schemathesis.core.parameters import ParameterLocation

# ---- bodies that are no JSON -----------------------------------------------------------------------------------

names = strategies.lists(
    strategies.text(strategies.sampled_from("abcdefghij ()@/é雨"), min_size=1, max_size=12).filter(str.strip),
    min_size=1,
    max_size=4,
    unique_by=lambda name: name.strip().lower(),
)
cells = strategies.one_of(
    strategies.integers(-999, 999).map(str), strategies.sampled_from(["", "x", "雨", "2026-01-01"])
)


@strategies.composite
def tables(draw, delimiter=","):
    """A table: a line of headers, then at least one of as many cells."""
    headers = draw(names)
    rows = draw(strategies.lists(strategies.tuples(*[cells] * len(headers)), min_size=1, max_size=5))
    return "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in [headers, *rows]).encode() + b"\n"


TABLES = ("text/csv", "text/plain", "text/tab-separated-values")
TAKE_TABLES = ("POST /v2/datasets", "POST /v2/datasets/{slug}/revisions")
schemathesis.openapi.media_type("text/csv", tables(), aliases=["text/plain"])
schemathesis.openapi.media_type("text/tab-separated-values", tables("\t"))


@strategies.composite
def lines(draw):
    """The same as an object a line."""
    header = draw(names)
    rows = draw(strategies.lists(strategies.tuples(*[cells] * len(header)), min_size=1, max_size=5))
    return "".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows).encode()


schemathesis.openapi.media_type("application/x-ndjson", lines())


def parquet():
    """Files that pyarrow wrote."""
    table = pyarrow.table({"x": [1, 2, None], "y": ["a", None, "雨"]})
    kept = io.BytesIO()
    pyarrow.parquet.write_table(table, kept)
    return strategies.just(kept.getvalue())


schemathesis.openapi.media_type("application/vnd.apache.parquet", parquet())


@schemathesis.deserializer("text/html", "text/csv", "text/turtle", "application/n-triples")
def text(context, response):
    return response.content.decode()


# ---- what no schema can say ------------------------------------------------------------------------------------

# A row of a table has a width: so many columns of text are too many, though not of numbers.
WIDE = 400
# Different characters of a password that nobody chooses.
UNLIKELY = 5
# Parameters that say something of the table in the body.
TOLD_OF_TABLES = {"delimiter", "types[column]"}
SPARED = json.loads(os.environ["ALMANAC_SPARED"])
# Requests after which its token would not be good any more: then every answer would be 401, which is always allowed.
LOCKED_OUT = re.compile(rf"/v2/users/{SPARED['name']}|/v2/me/tokens/{SPARED['token']}")
NOBODY = "999999999"


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def parts(body):
    """The names of a form's parts, one after the other; none where no form is sent."""
    return "".join(body) if isinstance(body, dict) else ""


def is_describable(case):
    """Whether a schema can say that the server takes it."""
    # A list of flat objects is a table; that a body may be one is said in words, as for lists of features.
    if case.operation.label in TAKE_TABLES and isinstance(case.body, list):
        return False
    if not is_positive(case):
        return True
    # JSON-LD says one thing in many forms and may say anything beside: what must be there, no JSON Schema tells.
    # Nor does one say which steps leave a document that may be kept.
    if case.media_type in ("application/ld+json", "application/json-patch+json"):
        return False
    # The tables above are written with one delimiter, and have headers of their own.
    if case.media_type in TABLES and not TOLD_OF_TABLES.isdisjoint(case.query or {}):
        return False
    # RFC 7578 §5.1: names of parts beyond ASCII have no one spelling.
    if case.media_type == "multipart/form-data" and not parts(case.body).isascii():
        return False
    return not isinstance(case.body, dict) or is_possible(case.method, case.body)


def is_possible(method, body):
    """Whether a document's members fit what is there, and the time."""
    columns, expires, password = body.get("columns"), body.get("expires"), body.get("password")
    if isinstance(columns, list) and len(columns) > WIDE:
        return False
    # Those that many people choose are in a list.
    if isinstance(password, str) and len(set(password)) < UNLIKELY:
        return False
    if columns and method == "PATCH":
        # Those of the dataset, which stand in its own document.
        return False
    return not isinstance(expires, str) or expires > datetime.datetime.now(datetime.UTC).isoformat()


@schemathesis.hook
def filter_case(context, case):
    return is_describable(case)


numbers = itertools.count(1)
LONGEST = 255


# ---- what chance would hardly find -----------------------------------------------------------------------------


def new_user(server):
    server.write("POST", "/v2/users", {"identifier": "for-a-day", "role": "reader"})
    return {"name": "for-a-day"}


def new_token(server):
    made = server.write("POST", "/v2/me/tokens", {"name": "for a day"})
    return {"id": made.headers["Location"].rpartition("/")[2]}


# Operations that succeed once for each thing, and what makes one: they get one of their own, once.
MADE_FOR = {"DELETE /v2/users/{name}": new_user, "DELETE /v2/me/tokens/{id}": new_token}


def make_for(case):
    """Aims the first request of an operation that takes something away at something made for it."""
    make = MADE_FOR.pop(case.operation.label, None)
    if make is not None:
        case.path_parameters = make(origin.Origin())
        case.headers, case.query, case.cookies = {}, {}, {}


@schemathesis.hook
def before_call(context, case, kwargs):
    if is_positive(case):
        make_for(case)
    # Only here are the values known that links of the description put into a path.
    if case.method not in ("GET", "HEAD", "OPTIONS") and LOCKED_OUT.fullmatch(case.formatted_path):
        case.path_parameters = dict.fromkeys(case.path_parameters, NOBODY)
    # A key is for one request only: with another it is refused, as it must be. Not where a field is wrong on purpose:
    # after a change of fields they are judged anew.
    are_good = case.meta is not None and not case.meta.is_negative_at(ParameterLocation.HEADER)
    if are_good and isinstance((case.headers or {}).get("Idempotency-Key"), str):
        case.headers["Idempotency-Key"] = another(case.headers["Idempotency-Key"])


def another(key):
    """A key of the same form that has not been used."""
    end = f"-{next(numbers)}" + ('"' if key.endswith('"') else "")
    return key.removesuffix('"')[: LONGEST - len(end)] + end


# ---- the tally -------------------------------------------------------------------------------------------------

tally = collections.defaultdict(collections.Counter)


@schemathesis.hook
def after_call(context, case, response):
    # Requests with a method that the description does not have are put to the operation that they were made from.
    if response.request.method == case.operation.method.upper():
        tally[case.operation.label][response.status_code] += 1


def write_tally():
    with open(os.environ["ALMANAC_TALLY"], "w") as file:
        json.dump(tally, file)


atexit.register(write_tally)
