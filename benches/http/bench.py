"""What is measured: for each line, which requests to which servers, and what becomes of their cost."""

import base64
import contextlib
import json
import pathlib
import secrets
import time

import articles
from load import Spread, Unmeasured, answer, check, interleaved, wrk
from nginx import Nginx
from machine import say
from servers import Almanac, Flask, author, cli
from table import Line

JSON_LD = (("Accept", "application/ld+json"),)
PAGE = (("Accept", "text/html"),)
# What browsers send besides: each field has to be read, whether it matters or not.
TALKATIVE = (
    *JSON_LD,
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("Accept-Language", "en-US,en;q=0.5"),
    ("Connection", "keep-alive"),
    ("Sec-Fetch-Dest", "empty"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Referer", "https://data.example.org/v2/articles"),
    ("Priority", "u=4"),
    ("DNT", "1"),
    ("Sec-GPC", "1"),
)
FRESH = "article: Almanac, no cache"
ARTICLE = "/v2/articles/article-1"
NO_CACHE = "no `cache.size_bytes` in this binary"
HERE = pathlib.Path(__file__).resolve().parent
MIB = 1024 * 1024
# After a start or a burst, before memory is looked at.
SETTLED_S = 3


class Bench:
    """What is being measured, and what was found so far."""

    def __init__(self, binary, folder, core, rounds, seconds):
        self.binary, self.folder, self.data = str(binary), folder, folder / "data"
        self.core, self.rounds, self.seconds = core, rounds, seconds
        self.lines, self.costs, self.servers = [], {}, contextlib.ExitStack()
        self.token = author(binary, self.data)
        self.password = secrets.token_urlsafe(24)
        cli(binary, self.data, "user", "add", "reader", "--role", "reader", "--password-stdin", text=self.password + "\n")
        self.caches = self.knows("ALMANAC_CACHE__SIZE_BYTES", 0)

    def knows(self, setting, value):
        """Whether the binary knows a setting: an unknown one is an error."""
        return cli(self.binary, self.data, "migrate", "status", **{setting: value}).returncode == 0

    def start(self, programs):
        """Starts all servers and publishes."""
        say("publishing")
        with Almanac(self.binary, self.core, self.data) as server:
            articles.publish(server, self.token)
        drafts = self.folder / "articles.json"
        drafts.write_text(json.dumps([draft | {"author": "writer"} for draft in articles.drafts()]))
        uncached = {"ALMANAC_CACHE__SIZE_BYTES": 0} if self.caches else {}
        start = self.servers.enter_context
        self.almanac = start(Almanac(self.binary, self.core, self.data))
        self.uncached = start(Almanac(self.binary, self.core, self.data, **uncached))
        self.flask = start(Flask(programs, self.core, self.folder, drafts))
        article = answer(self.almanac.target(ARTICLE, fields=JSON_LD))
        page = answer(self.almanac.target("/v2/articles/long", fields=PAGE))
        www = self.folder / "www"
        www.mkdir()
        self.nginx = start(Nginx(self.core, www, {
            "article": (article, "etag off;"),
            "opened": (article, "etag off; open_file_cache off;"),
            "revalidated": (article, "etag on;"),
            "page": (page, "etag off;"),
        }))

    def take(self, *targets, seconds=None, rounds=None, connections=32):
        """Measures targets by turns; gives the rounds of each."""
        say(", ".join(target.name for target in targets))
        found = interleaved(targets, self.core, rounds or self.rounds, seconds or self.seconds, connections)
        self.costs |= found
        return [found[target.name] for target in targets]

    def line(self, what, found, *more, **how):
        """Notes what became of an aim."""
        self.lines.append(Line(what, found, *more, **how))

    def cached(self, what, found, *more, **how):
        """The same for what needs the representation cache."""
        found = found if self.caches else None
        self.lines.append(Line(what, found, *more, why_not=NO_CACHE, **how))

    # ---- what is measured --------------------------------------------------------------------------------------

    def article(self):
        """One article as JSON-LD: cached, with a token, with a password, from the database; nginx, Flask."""
        token = (*JSON_LD, ("Authorization", f"Bearer {self.token}"))
        basic = base64.b64encode(f"reader:{self.password}".encode()).decode()
        basic = (*JSON_LD, ("Authorization", f"Basic {basic}"))
        nginx, opened, cached, talkative, known, named, fresh, flask = self.take(
            self.nginx.target("/article", "article: nginx", fields=JSON_LD),
            self.nginx.target("/opened", "article: nginx without open_file_cache", fields=JSON_LD),
            self.almanac.target(ARTICLE, "article: Almanac", fields=JSON_LD),
            self.almanac.target(ARTICLE, "article: Almanac, browser", fields=TALKATIVE),
            self.almanac.target(ARTICLE, "article: Almanac, token", fields=token),
            self.almanac.target(ARTICLE, "article: Almanac, password", fields=basic),
            self.uncached.target(ARTICLE, FRESH, fields=JSON_LD),
            self.flask.target("/articles/article-1", "article: Flask"),
        )
        self.cached("cached 200, article as JSON-LD", Spread.ratio(cached, nginx), " N", 2.2)
        self.line("uncached article from SQLite", Spread.ratio(fresh, nginx), " N", 6)
        self.cached("cached 200 with a token / without", Spread.ratio(known, cached), "", 1.2)
        # Who it is, is remembered of both: Argon2 is not asked each time.
        self.cached("cached 200 with a password / with a token", Spread.ratio(named, known), "", 1.15)
        self.cached("Flask's article / cached", Spread.ratio(flask, cached), "", 50, least=True)
        self.line("Flask's article / uncached", Spread.ratio(flask, fresh), "", 20, least=True)
        self.cached("cached 200 with a browser's ten more fields / without", Spread.ratio(talkative, cached))
        self.line("nginx without open_file_cache", Spread.ratio(opened, nginx), " N")

    def revalidation(self):
        """304, each by its own tag."""
        same, nginx, own = self.take(
            self.almanac.target(ARTICLE, "304: Almanac", status=304, fields=self.tag(
                self.almanac.target(ARTICLE, fields=JSON_LD))),
            self.nginx.target("/article", "304: nginx's 200", fields=JSON_LD),
            self.nginx.target("/revalidated", "304: nginx", status=304, fields=self.tag(
                self.nginx.target("/revalidated", fields=JSON_LD))),
        )
        # N is what nginx takes for the article: the targets of the 200 and of the 304 are given in one measure.
        self.cached("304, article as JSON-LD", Spread.ratio(same, nginx), " N", 2)
        self.cached("304 / nginx's own 304", Spread.ratio(same, own))

    @staticmethod
    def tag(target):
        """The fields that ask the target for what is newer than now."""
        return (*target.fields, ("If-None-Match", dict(answer(target)[1])["etag"]))

    def page(self):
        """A large page."""
        self.cached("cached page of 58 KB", Spread.ratio(*self.take(
            self.almanac.target("/v2/articles/long", "page: Almanac", fields=PAGE),
            self.nginx.target("/page", "page: nginx", fields=PAGE),
        )), " N", 3)

    def listing(self):
        """A list of 100, fresh and revalidated."""
        path = "/v2/articles?itemsPerPage=100"
        tag = self.tag(self.almanac.target(path, fields=JSON_LD))
        fresh, same, flask = self.take(
            self.uncached.target(path, "list of 100: Almanac, no cache", fields=JSON_LD),
            self.almanac.target(path, "list of 100: Almanac, 304", status=304, fields=tag),
            self.flask.target("/articles?per_page=100", "list of 100: Flask"),
            seconds=min(2, self.seconds),
        )
        self.cached("list of 100: uncached 200 / 304", Spread.ratio(fresh, same), "", 5, least=True)
        self.line("list of 100: Flask's / uncached", Spread.ratio(flask, fresh))

    def routes(self):
        """What a route costs that does not fit.

        The binary's routes are what they are; but Rocket tries those of the request's method one after the
        other, and there are many for GET, few for PUT. Where nothing fits, both end in the same 404. A kept
        answer is given before any of them is tried, so this is without the cache.
        """
        many, few = self.take(
            self.uncached.target("/v2/nothing/here", "404: GET", status=404, fields=JSON_LD),
            self.uncached.target("/v2/nothing/here", "404: PUT", status=404, fields=JSON_LD, method="PUT"),
            seconds=min(2, self.seconds),
        )
        share = 90 / (declared("get") - declared("put"))
        whole = Spread.of(r.cpu_us for r in self.costs[FRESH]).median
        added = Spread.of(1 + share * (a.cpu_us - b.cpu_us) / whole for a, b in zip(many, few, strict=True))
        self.line("uncached article among 100 routes / among 10", added, "", 1.05)

    def crowd(self):
        """512 connections."""
        almanac, nginx = self.take(
            self.almanac.target(ARTICLE, "512 connections: Almanac", fields=JSON_LD),
            self.nginx.target("/article", "512 connections: nginx", fields=JSON_LD),
            rounds=min(3, self.rounds), connections=512,
        )
        self.cached("p99 at 512 connections / nginx's", Spread.ratio(almanac, nginx, "p99_us"), "", 3)

    def memory(self):
        """Resident memory after the start, and after many documents."""
        say("memory")
        settings = {"ALMANAC_CACHE__SIZE_BYTES": 16 * MIB} if self.caches else {}
        targets = self.folder / "targets"
        targets.write_text("\n".join(articles.distinct_targets()) + "\n")
        with Almanac(self.binary, self.core, self.data, **settings) as server:
            time.sleep(SETTLED_S)
            idle = server.memory_bytes()
            found = wrk(server.target("/"), HERE / "distinct.lua", [str(targets)], 2 * self.seconds + 2)
            time.sleep(SETTLED_S)
            loaded = server.memory_bytes()
        if found["errors"]:
            raise Unmeasured(f"{found['errors']} of {found['requests']} distinct requests failed")
        say(f"   {found['requests']} requests to {len(targets.read_text().split())} URLs in 9 representations")
        self.line("resident after the start", Spread.of([idle / MIB]), " MiB", 25)
        self.cached("resident after load, cache of 16 MiB", Spread.of([loaded / MIB]), " MiB", 60)

    def first_answer(self):
        """From the start of the process to its first 200."""
        say("start")
        took = []
        for _ in range(9):
            began = time.perf_counter()
            with Almanac(self.binary, self.core, self.data, ready=ARTICLE):
                took.append((time.perf_counter() - began) * 1e3)
        self.line("start to the first 200, an article", Spread.of(took), " ms", 50)

    def errors(self):
        """Failures of all rounds."""
        rounds = [r for found in self.costs.values() for r in found]
        failed = sum(r.socket_errors + r.status_errors for r in rounds)
        self.line("failed requests in all rounds", Spread.of([failed]), "", 0)

    def hits(self):
        """Refuses to measure a cache that does not work as these lines take for granted."""
        if not (self.caches and self.knows("ALMANAC_CACHE__STATUS", "true")):
            return
        for size, wanted in [(None, True), (0, False)]:
            settings = {"ALMANAC_CACHE__STATUS": "true"}
            if size is not None:
                settings["ALMANAC_CACHE__SIZE_BYTES"] = size
            with Almanac(self.binary, self.core, self.data, **settings) as server:
                target = server.target(ARTICLE, fields=JSON_LD)
                # A new process keeps nothing until it has heard of what others write.
                for _ in range(20):
                    check(target)
                    status = dict(answer(target)[1]).get("cache-status", "")
                    if ("hit" in status) == wanted:
                        break
                    time.sleep(0.1)
            if ("hit" in status) != wanted:
                raise Unmeasured(f"cache of {size or 'default'} bytes, second read: Cache-Status: {status!r}")


def declared(method):
    """Number of routes of a method."""
    routes = pathlib.Path(__file__).resolve().parents[2] / "src" / "routes"
    return sum(file.read_text().count(f"#[{method}(") for file in routes.rglob("*.rs"))
