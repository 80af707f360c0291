//! Fields of every answer, whoever made it: request id, security, cross-origin reading, version 1's end.

use crate::{
    config::V1,
    http::{
        link_header::Link,
        problem::{Problem, kind},
    },
    represent::{
        format,
        link::{Base, Place},
    },
};
use chrono::Utc;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Pages load our style sheet and our pictures, send forms to us, and do nothing else. They have no script that could
/// ask for anything; what looks at pages as search engines do (Lighthouse) asks for robots.txt from within them.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                           form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for the page that runs Swagger UI: scripts of ours, requests to us. It sets styles by script.
pub const SCRIPTED: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
                            img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What scripts of other origins may read of an answer.
const EXPOSED: &str = "Link, ETag, Location, Allow, Accept-Patch, Accept-Post, Accept-Ranges, Content-Location, \
                       Content-Disposition, Content-Range, Repr-Digest, Deprecation, Sunset, WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed, Preference-Applied, X-Request-Id, X-Almanac-Error-Code, \
                       X-Almanac-Error-Message";

/// What scripts of other origins may send; `*` would not cover Authorization.
const ALLOWED: &str = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Prefer";

/// The field that names a request.
pub const REQUEST_ID: &str = "x-request-id";

/// One of the fields of [`complete`]: an answer that has it has them all.
pub const MARK: &str = "x-content-type-options";

/// The fields of every answer but for the name of its request, and for what version 1 says.
const FIELDS: [(&str, &str); 7] = [
    ("content-security-policy", PAGE_POLICY),
    (MARK, "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    // Other sites may use what is published here; that is what it is for.
    ("cross-origin-resource-policy", "cross-origin"),
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", EXPOSED),
];

/// Adds what every answer at that path has, but for the name of its request.
pub fn complete(answer: &mut HeaderMap, settings: &V1, base: &Base, path: &str) {
    // A handler's own count.
    for (name, value) in FIELDS {
        answer.entry(HeaderName::from_static(name)).or_insert_with(|| HeaderValue::from_static(value));
    }
    if !Place::is_v1(path) {
        return;
    }
    let bare = format::bare(path).map_or_else(|| path.to_string(), |(bare, _)| bare);
    for (name, value) in &deprecation(settings, base, &bare) {
        // Links stand beside those of the resource.
        if name == header::LINK || !answer.contains_key(name) {
            answer.append(name, value.clone());
        }
    }
}

/// The answer to a browser that asks what another site's script may do (Fetch, §3.2.2).
pub fn preflight(allow: &str) -> Vec<(HeaderName, HeaderValue)> {
    [
        (header::ACCESS_CONTROL_ALLOW_METHODS, allow),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ]
    .map(|(name, value)| (name, crate::http::field::value(value)))
    .to_vec()
}

/// What every answer of version 1 says about its end (RFC 9745, RFC 8594, RFC 5829).
fn deprecation(settings: &V1, base: &Base, path: &str) -> HeaderMap {
    let mut fields = HeaderMap::new();
    let mut add = |name: HeaderName, value: String| fields.append(name, crate::http::field::value(&value));
    if let Some(from) = settings.deprecated_from() {
        add(HeaderName::from_static("deprecation"), format!("@{}", from.timestamp()));
    }
    if let Some(end) = settings.ends() {
        add(HeaderName::from_static("sunset"), httpdate::fmt_http_date(end.into()));
    }
    add(header::LINK, Link::new(successor(path).url(base), "successor-version").to_string());
    add(
        header::LINK,
        Link::new(Place::ProblemType(kind::VERSION_ENDED.slug.into()).url(base), "deprecation").to_string(),
    );
    fields
}

/// Why a path of version 1 is answered no more, once it has ended.
pub fn ended(settings: &V1, base: &Base, path: &str) -> Option<Problem> {
    if !Place::is_v1(path) || !settings.has_ended(Utc::now()) {
        return None;
    }
    Some(Problem::version_ended("version 1", &settings.sunset, &successor(path).url(base)))
}

/// What stands in version 2 for a path of version 1.
fn successor(path: &str) -> Place {
    Place::parse(path).map_or(Place::Entry, |place| place.successor())
}
