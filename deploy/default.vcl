# Varnish in front of Almanac.
#
# For Varnish 7.1 with the modules xkey and var (Debian 12: `apt install varnish varnish-modules`).
# Install it as /etc/varnish/default.vcl, then
#
# 1. let Varnish start without gzip support (`systemctl edit varnish`):
#
#        [Service]
#        ExecStart=
#        ExecStart=/usr/sbin/varnishd -j unix,user=vcache -F -a :6081 -T localhost:6082 \
#            -f /etc/varnish/default.vcl -S /etc/varnish/secret -s malloc,256m \
#            -p http_gzip_support=off
#
#    With it (the default) Varnish asks for gzip alone, unpacks it for those who take none, and marks the entity
#    tag as weak (`W/"..."`) when it does. If-Match never accepts a weak tag, so who read such an answer could
#    never write. Almanac compresses by itself, with a tag for each coding. If the parameter is forgotten, nobody
#    gets zstd, and readers without gzip are answered by the server each time (see `vcl_deliver`); tags stay strong.
#
# 2. tell the server whom to purge, in its Rocket.toml:
#
#        [default.cache]
#        proxies = ["http://127.0.0.1:6081"]
#
#    After each write it sends `PURGE / HTTP/1.1` with the tags of what has changed in the field `xkey`.
#
# Varnish speaks no TLS and bounds neither connections nor slow senders as tightly as deploy/nginx.conf does. A site
# that strangers can reach has a TLS proxy in front of it (see the note at `purgers`).
#
# The lines to change are marked with `<--`.
vcl 4.1;

import std;
import var;
import xkey;

backend almanac {
    .host = "127.0.0.1";                                    # <--
    .port = "8000";                                         # <--
    .connect_timeout = 2s;
    # A training is waited for before its answer begins.
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 30s;
    # `/livez`, not `/readyz`: while its database is gone, the server still answers from its own cache.
    .probe = {
        .url = "/livez";
        .interval = 2s;
        .timeout = 1s;
        .window = 3;
        .threshold = 2;
        .initial = 2;
    }
}

# Who may purge: the servers. A TLS proxy on this machine would make every stranger come from 127.0.0.1: it has to
# refuse PURGE (deploy/nginx.conf does), speak the PROXY protocol (`-a 127.0.0.1:8443,PROXY`, as hitch does), or send
# X-Forwarded-For (see `purge`).
acl purgers {
    "127.0.0.1";
    "::1";
    # "192.0.2.10";                                         # <-- a server on another machine
    # "2001:db8::"/64;                                      # <-- several of them
}

# ---- the client's side -----------------------------------------------------------------------------------------

sub vcl_recv {
    if (req.restarts == 0) {
        # Our notes on this request: nobody else's word counts.
        unset req.http.x-stale;
        unset req.http.x-unshared;
    }
    # If the site stands below a path, as in public_url = "https://example.org/data":
    # set req.url = regsub(req.url, "^/data(?=[/?]|$)/?", "/");     # <--

    if (req.method == "PURGE") {
        call purge;
    }
    call refuse;

    # Several lines of a field are one list (RFC 9110 §5.3); Varnish looks at the first only, here and for Vary.
    std.collect(req.http.Accept);
    std.collect(req.http.Accept-Encoding);
    std.collect(req.http.Cookie, "; ");

    call share;
    call spell;

    # How stale an answer may be is decided in vcl_hit; here only that none is good enough, or that any is. The value
    # outlives a restart.
    if (req.http.x-stale == "exists") {
        set req.grace = 0s;
    } elseif (req.http.x-stale == "wanted") {
        set req.grace = 1y;
    }
    return (hash);
}

# Drops what carries one of the tags in `xkey`. Hard: a soft purge would hand out the old answer once more.
sub purge {
    # Varnish has added the peer's own address: a comma means that somebody else's stands before it.
    if (client.ip !~ purgers || remote.ip !~ purgers || req.http.X-Forwarded-For ~ ",") {
        return (synth(403, "Forbidden"));
    }
    std.collect(req.http.xkey, " ");
    if (req.http.xkey !~ "[^ ,]") {
        return (synth(400, "Expected tags in the field xkey"));
    }
    # Noted first: whoever stores an answer from now on sees it (vcl_backend_response).
    var.global_set("purged", "" + std.real(time = now));
    set req.http.x-purged = xkey.purge(req.http.xkey);
    return (synth(200, "Purged " + req.http.x-purged));
}

# What is answered here: the server could not (docs/limits.md).
sub refuse {
    if (req.method == "TRACE" || req.method == "CONNECT") {
        return (synth(405, "Method Not Allowed"));
    }
    # Rocket takes a method that it does not know for a GET.
    if (req.method !~ "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$") {
        return (synth(501, "Not Implemented"));
    }
    # Rocket drops a field line that is not UTF-8: a write would lose its precondition.
    std.collect(req.http.If-Match);
    std.collect(req.http.If-None-Match);
    if (req.http.If-Match ~ "[^\x20-\x7e]" || req.http.If-None-Match ~ "[^\x20-\x7e]") {
        return (synth(400, "Bad Request"));
    }
    if (!req.http.Host) {
        return (synth(400, "Bad Request"));
    }
}

# Who may be answered from here, whatever the request's Cache-Control says: nobody makes the server work by reloading.
# A public document has the same bytes for everybody, but
# - wrong credentials are 401 also there, and only the server can tell wrong from right ones;
# - who is signed in reads what they wrote, without a moment's delay;
# - If-Match compares a part of the tag that only the server knows, and Varnish does not look at it at all.
# An answer that is stored was therefore never asked for with credentials, whatever its Cache-Control says.
sub share {
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.http.x-unshared || req.http.Authorization || req.http.Cookie ~ "(^|;)\s*(__Host-)?session=") {
        return (pass);
    }
    if (req.http.If-Match || req.http.If-Unmodified-Since) {
        return (pass);
    }
    # Others' cookies, say of a counter on the same host.
    unset req.http.Cookie;
}

# One spelling for what means the same, so that Vary finds one answer for it. Whatever is not known here stays as
# it came: negotiation is the server's.
sub spell {
    # The server's answer to "anything" is its answer to silence.
    if (req.http.Accept == "*/*") {
        unset req.http.Accept;
    } elseif (req.http.Accept ~ "^text/html, ?application/xhtml\+xml, ?application/xml;q=0\.9, ?(image/[a-z+]+, ?)*\*/\*;q=0\.8(,application/signed-exchange;v=b3;q=0\.[0-9])?$") {
        # Every browser's, for a page.
        set req.http.Accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    }
    # Known names without q-values, among which the server is free to choose.
    if (req.http.Accept-Encoding ~ "(?i)^\s*((gzip|zstd|br|deflate|compress|identity)\s*(,\s*|$))+$") {
        if (req.http.Accept-Encoding ~ "(?i)\bzstd\b" && req.http.Accept-Encoding ~ "(?i)\bgzip\b") {
            set req.http.Accept-Encoding = "gzip, zstd";
        } elseif (req.http.Accept-Encoding ~ "(?i)\bzstd\b") {
            set req.http.Accept-Encoding = "zstd";
        } elseif (req.http.Accept-Encoding ~ "(?i)\bgzip\b") {
            set req.http.Accept-Encoding = "gzip";
        } else {
            unset req.http.Accept-Encoding;
        }
    }
}

sub vcl_hash {
    # Not by Host: links come from public_url, so every name leads to the same bytes.
    hash_data(req.url);
    # Varnish walks through all variants under one hash. A rare spelling gets a hash of its own, or a flood of
    # invented ones would slow down the usual ones.
    if (req.http.Accept !~ "^(text/html(,application/xhtml\+xml,application/xml;q=0\.9,\*/\*;q=0\.8)?|application/(ld\+)?json|)$") {
        hash_data(req.http.Accept);
    }
    if (req.http.Accept-Encoding !~ "^(gzip, zstd|gzip|zstd|)$") {
        hash_data(req.http.Accept-Encoding);
    }
    return (lookup);
}

# Found, perhaps stale. Varnish knows one period of grace; RFC 5861 has two: an answer is handed out while the server
# is asked again (stale-while-revalidate), and much longer when it does not answer (stale-if-error).
sub vcl_hit {
    if (obj.ttl < 0s
        && obj.ttl + std.duration(obj.http.x-while-revalidate, 0s) < 0s
        && std.healthy(req.backend_hint)
        && req.http.x-stale != "wanted") {
        # Too old to be handed out by a server that answers: ask it, and come back here if it does not.
        set req.http.x-stale = "exists";
        return (restart);
    }
}

sub vcl_synth {
    # The server was asked and did not answer, and vcl_hit has seen an answer that will do.
    if (resp.status == 503 && req.http.x-stale == "exists") {
        set req.http.x-stale = "wanted";
        return (restart);
    }
    set resp.http.Cache-Control = "no-store";
    set resp.http.X-Request-Id = "v" + req.xid;
    # Scripts of other sites may read the server's errors too.
    set resp.http.Access-Control-Allow-Origin = "*";
    if (resp.status == 405) {
        set resp.http.Allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    }
    if (resp.status == 503) {
        set resp.http.Retry-After = "5";
    }
    if (resp.status == 200) {
        set resp.http.Content-Type = "text/plain; charset=utf-8";
        set resp.body = resp.reason + {"
"};
    } else {
        set resp.http.Content-Type = "application/problem+json";
        set resp.body = {"{"type":"about:blank","title":""} + resp.reason + {"","status":"} + resp.status + {"}
"};
    }
    return (deliver);
}

sub vcl_deliver {
    # Reached only if http_gzip_support was left on: Varnish is about to unpack, and to weaken the tag.
    if (resp.http.Content-Encoding == "gzip" && req.http.Accept-Encoding !~ "(?i)gzip|\*" && req.restarts == 0) {
        set req.http.x-unshared = "gzip";
        return (restart);
    }
    # Varnish compares If-None-Match as a whole; it is a list, or `*` (RFC 9110 §13.1.2).
    if (resp.http.ETag && (req.http.If-None-Match == "*" || std.strstr(req.http.If-None-Match, resp.http.ETag))) {
        set req.http.If-None-Match = resp.http.ETag;
    }
    unset resp.http.x-while-revalidate;
    unset resp.http.X-Varnish;
    if (obj.hits > 0 || !resp.http.X-Request-Id) {
        # The stored one is another request's; this one is in `varnishlog -g request -q 'vxid == ..'`.
        set resp.http.X-Request-Id = "v" + req.xid;
    }
    if (obj.hits > 0) {
        # RFC 9211. What the server's own cache said was about another request too.
        set resp.http.Cache-Status = "varnish; hit; ttl=" + std.integer(duration = obj.ttl);
        return (deliver);
    }
    if (resp.http.Cache-Status) {
        set resp.http.Cache-Status = resp.http.Cache-Status + ", ";
    }
    if (req.method != "GET" && req.method != "HEAD") {
        set resp.http.Cache-Status = resp.http.Cache-Status + "varnish; fwd=method";
    } elseif (obj.uncacheable) {
        set resp.http.Cache-Status = resp.http.Cache-Status + "varnish; fwd=bypass";
    } else {
        set resp.http.Cache-Status = resp.http.Cache-Status + "varnish; fwd=miss";
    }
    return (deliver);
}

# ---- the server's side -----------------------------------------------------------------------------------------

sub vcl_backend_fetch {
    # The server need not see our note.
    var.set("stale", bereq.http.x-stale);
    unset bereq.http.x-stale;
}

sub vcl_backend_response {
    if (beresp.status == 500 || beresp.status == 502 || beresp.status == 503 || beresp.status == 504) {
        # A stored answer is better: it stays, and vcl_synth hands it out.
        if (bereq.is_bgfetch || var.get("stale") == "exists") {
            return (abandon);
        }
    }
    if (bereq.uncacheable) {
        return (deliver);
    }
    # Varnish would keep it for two minutes.
    if (!beresp.http.Cache-Control) {
        set beresp.ttl = 0s;
    }
    # A large artifact would drive out everything else, and one that does not fit is cut off in the middle. A quarter
    # of the storage is a good bound. For an hour such a URL is the server's alone, ranges of it too.
    if (std.bytes(beresp.http.Content-Length, 0B) > 64MB) { # <--
        return (pass(1h));
    }

    # beresp.ttl is s-maxage already. Where the server does not say stale-while-revalidate, it is for the browsers'
    # sake, who would take it for themselves; here a purge ends it.
    if (beresp.http.Cache-Control ~ "(?i)(^|[ ,])stale-while-revalidate=[0-9]") {
        set beresp.http.x-while-revalidate =
            regsub(beresp.http.Cache-Control, "(?i)^(.*[ ,])?stale-while-revalidate=([0-9]+).*$", "\2s");
    } else {
        set beresp.http.x-while-revalidate = "30s";           # <--
    }
    set beresp.grace = std.duration(beresp.http.x-while-revalidate, 0s);
    if (beresp.http.Cache-Control ~ "(?i)(^|[ ,])stale-if-error=[0-9]") {
        set beresp.grace = std.duration(
            regsub(beresp.http.Cache-Control, "(?i)^(.*[ ,])?stale-if-error=([0-9]+).*$", "\2s"), 0s);
        if (beresp.grace < std.duration(beresp.http.x-while-revalidate, 0s)) {
            set beresp.grace = std.duration(beresp.http.x-while-revalidate, 0s);
        }
    }

    # A purge finds only what is stored. If one came while this answer was on its way, it may show what was before
    # the write: it may be handed out, but not for long.
    if (std.real(var.global_get("purged"), 0.0) >= std.real(time = bereq.time) - 0.001) {
        set beresp.ttl = 0.1s;
        set beresp.grace = 0s;
        set beresp.http.x-while-revalidate = "0s";
    }
    # What follows is Varnish's own: nothing with Set-Cookie, private, no-store or no-cache is stored.
}

sub vcl_backend_error {
    if (bereq.is_bgfetch || var.get("stale") == "exists") {
        return (abandon);
    }
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Access-Control-Allow-Origin = "*";
    set beresp.http.Content-Type = "application/problem+json";
    set beresp.http.Retry-After = "5";
    set beresp.body = {"{"type":"about:blank","title":""} + beresp.reason + {"","status":"} + beresp.status + {"}
"};
    return (deliver);
}
