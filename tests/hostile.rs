//! Whatever is sent to whichever route: never a fault of the server, never an answer without its fields.
//! What each wrong input is told stands in `bad_input.rs` and in the files of each kind.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{domain::permission::Role, represent::class::classes};
use common::{Answer, Site, arrange, routes};
use rocket::http::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Segments that are no names, no numbers, or too much of one.
const SEGMENTS: &[&str] = &[
    "%00",
    "a%00b",
    "%FF",
    "%C3%28",
    "..",
    ".",
    "%2F",
    "a%2Fb",
    "%2E%2E%2F",
    "%25",
    "%20",
    "-1",
    "0",
    "1.5",
    "1e3",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "NaN",
    "'",
    "%27--",
    "%3Cscript%3E",
    "%E2%98%82",
    "%ED%A0%80",
    "%0D%0Aa:b",
    "Rain",
    "rain.csv",
    "data.csv",
    "null",
    "_",
];

/// Media types of bodies, right and wrong ones.
const TYPES: &[&str] = &[
    "application/json",
    "application/ld+json",
    "application/merge-patch+json",
    "application/json-patch+json",
    "text/csv",
    "text/tab-separated-values",
    "text/plain",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "text/csv; charset=utf-16",
    "/",
    "",
];

/// Bodies that are broken as bytes.
const BODIES: &[&[u8]] = &[
    b"",
    b"\0",
    b"\xff\xfe",
    b"{",
    b"[]",
    b"null",
    b"7",
    b"\"x\"",
    b"{}",
    b"[{}]",
    b"a,b\n1",
    b"a,a\n1,2\n",
    b"\n\n\n",
    b"\xef\xbb\xbf",
    b"a\n\0\n",
    b"a\r1\r",
    b"\"a",
    b"--x\r\n\r\n",
    b"--x--",
    b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\na\n1\r\n--x--\r\n",
    b"[{\"op\": \"add\", \"path\": \"\", \"value\": 7}]",
    b"[{\"op\": \"remove\", \"path\": \"\"}]",
    b"[{\"op\": \"move\", \"from\": \"/a\", \"path\": \"/a/b\"}]",
];

/// Values that a member may not expect.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("a\u{0}b"),
        json!("x".repeat(70_000)),
        json!("http://almanac.test/v2/datasets/rain\u{0}"),
        json!("http://almanac.test/v2/datasets/%00"),
        json!("9999-12-31T23:59:60Z"),
        json!([]),
        json!([null, 1, "a\u{0}", {}]),
        json!({}),
        json!({"@id": "\u{0}"}),
        json!({"a\u{0}": "b"}),
    ]
}

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    (site, root)
}

#[track_caller]
fn is_no_fault(answer: &Answer, sent: &str) {
    assert!(answer.status < 500, "{sent}\n{answer}");
    let fields = ["Cache-Control", "X-Request-Id", "Content-Security-Policy", "X-Content-Type-Options"];
    for name in fields {
        assert_eq!(answer.all(name).len(), 1, "{sent}: {name}\n{answer}");
    }
    assert!(!(answer.status >= 400 && answer.header("X-Almanac-Error-Code").is_none()), "{sent}\n{answer}");
}

/// Every pattern that has a variable segment, each once.
fn variable(site: &Site) -> BTreeSet<String> {
    routes::all(site)
        .into_iter()
        .map(|(_, pattern)| pattern)
        .filter(|pattern| pattern.contains('<'))
        .collect()
}

/// A path for a pattern, in which one variable segment after the other is hostile and the others are real.
fn hostile(pattern: &str, segment: &str) -> Vec<String> {
    let parts: Vec<&str> = pattern.split('/').collect();
    let places = parts.iter().enumerate().filter(|(_, part)| part.starts_with('<')).map(|(at, _)| at);
    let path = |bad: usize| {
        let filled = parts.iter().enumerate().map(|(at, part)| match *part {
            _ if at == bad => segment.to_string(),
            "<slug>" if pattern.contains("models") => "species".into(),
            "<slug>" if pattern.contains("datasets") => "rain".into(),
            "<slug>" => "article-1".into(),
            part if part.starts_with('<') => "1".into(),
            part => part.to_string(),
        });
        filled.collect::<Vec<_>>().join("/")
    };
    places.map(path).collect()
}

#[rocket::async_test]
async fn no_name_in_a_url_is_a_fault_of_the_server() {
    let (site, root) = site().await;
    let long = "x".repeat(5_000);

    for pattern in variable(&site) {
        for segment in SEGMENTS.iter().copied().chain([long.as_str()]) {
            for target in hostile(&pattern, segment) {
                for method in ["GET", "PUT", "PATCH", "DELETE", "POST", "OPTIONS"] {
                    let request = site.request(routes::method(method), &target).bearer(&root);
                    let request = if method == "GET" { request } else { request.json(&json!({})) };
                    let answer = request.send().await;
                    is_no_fault(&answer, &format!("{method} {pattern}"));
                }
            }
        }
    }
}

#[rocket::async_test]
async fn no_query_is_a_fault_of_the_server() {
    let (site, root) = site().await;

    for pattern in routes::patterns(&site, "GET") {
        let target = hostile(&pattern, "1").pop().unwrap_or_else(|| pattern.clone());
        for name in [
            "page",
            "itemsPerPage",
            "offset",
            "limit",
            "after",
            "before",
            "name",
            "identifier",
            "bill_length_mm",
            "island",
            "%00",
            "a[b]",
        ] {
            for value in SEGMENTS {
                let answer =
                    site.request(Method::Get, &format!("{target}?{name}={value}")).bearer(&root).send().await;
                is_no_fault(&answer, &pattern);
            }
        }
        for query in ["", "&&&", "=", "a=b=c", "a", "%", "%zz", "a=%f", "+", "page=1&page=2"] {
            let answer = site.request(Method::Get, &format!("{target}?{query}")).bearer(&root).send().await;
            is_no_fault(&answer, &pattern);
        }
    }
}

/// Routes that take a body: method and a path whose names are real.
fn writes(site: &Site) -> Vec<(String, String)> {
    let routes = routes::all(site)
        .into_iter()
        .filter(|(method, _)| ["POST", "PUT", "PATCH"].contains(&method.as_str()));
    routes
        .map(|(method, pattern)| {
            let target = hostile(&pattern, "1").pop().unwrap_or(pattern.clone());
            let real =
                target.replace("/articles/1", "/articles/article-1").replace("/datasets/1", "/datasets/rain");
            (method, real.replace("/models/1", "/models/species").replace("/users/1", "/users/root"))
        })
        .collect()
}

#[rocket::async_test]
async fn no_broken_body_is_a_fault_of_the_server() {
    let (site, root) = site().await;

    for (method, target) in writes(&site) {
        for media in TYPES {
            for body in BODIES {
                let request = site.request(routes::method(&method), &target).bearer(&root).body(*body);
                let answer = request.header("Content-Type", *media).send().await;
                is_no_fault(&answer, &format!("{media}: {:?}", String::from_utf8_lossy(body)));
            }
        }
    }
}

#[rocket::async_test]
async fn no_member_of_a_document_is_a_fault_of_the_server() {
    let (site, root) = site().await;
    let keys: BTreeSet<&str> =
        classes().flat_map(|class| class.properties).map(|property| property.key).collect();
    let more = ["dataset", "@id", "@type", "@context", "identifier", "place", "rain_mm", "test", "seed"];

    for (method, target) in writes(&site) {
        if target.starts_with("/v1/echo") || target.contains("/me/tokens") {
            continue;
        }
        for key in keys.iter().copied().chain(more) {
            for value in values() {
                // What is needed otherwise, so that the one bad member is what is judged.
                let mut draft = Map::from_iter([
                    ("headline".to_string(), json!("A headline")),
                    ("name".to_string(), json!("a-name")),
                    ("target".to_string(), json!("species")),
                    ("cells".to_string(), json!({"rain_mm": 1.5})),
                ]);
                draft.insert(key.into(), value);
                let draft = Value::Object(draft);
                let answer =
                    site.request(routes::method(&method), &target).bearer(&root).json(&draft).send().await;
                is_no_fault(&answer, &format!("{method} {target} {draft:.300}"));
            }
        }
    }
}

#[rocket::async_test]
async fn no_field_is_a_fault_of_the_server() {
    let (site, root) = site().await;
    let long = "x,".repeat(5_000);
    let values = [
        "",
        " ",
        ",",
        ";",
        "\"",
        "\"\\",
        "W/",
        "*",
        "*/*;q=9",
        "a/b;q=",
        "bytes=0-",
        "bytes=-0,1-2,",
        "0",
        "-1",
        "\u{7f}",
        "\u{e9}",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "99999999999999999999",
        long.as_str(),
    ];
    let names = [
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Content-Type",
        "Content-Encoding",
        "Content-Length",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "If-Range",
        "Range",
        "Prefer",
        "Host",
        "Origin",
        "Authorization",
        "X-Forwarded-For",
        "X-HTTP-Method-Override",
        "Idempotency-Key",
        "Transfer-Encoding",
        "Cookie",
        "Expect",
    ];

    for target in
        ["/", "/v2/articles/article-1", "/v2/messages/1/content", "/v2/datasets/rain/rows", "/v1/articles"]
    {
        for method in [Method::Get, Method::Put, Method::Post, Method::Delete] {
            for name in names {
                for value in values {
                    // A wrong credential: nothing is changed, but for reads and what fails before it.
                    let request = site.request(method, target).bearer("alm_wrong").header(name, value);
                    is_no_fault(&request.body("{}").send().await, &format!("{name}: {value:.50}"));
                }
            }
        }
        for name in names.iter().filter(|name| **name != "Authorization") {
            for value in values {
                let request = site.request(Method::Get, target).bearer(&root).header(*name, value);
                is_no_fault(&request.send().await, &format!("{name}: {value:.50}"));
            }
        }
    }
}
