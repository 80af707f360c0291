//! Heads of requests that are wrong whatever is asked, and methods and targets that few servers see:
//! Host, `OPTIONS *`, methods that no resource has. Over a socket, where only that shows it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use common::{Answer, Site, wire::Wire};
use rocket::http::Method;

/// What every answer has that reaches a handler or the catcher.
const ALWAYS: &[&str] = &[
    "Cache-Control",
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Request-Id",
    "Access-Control-Allow-Origin",
];

#[track_caller]
fn has_its_fields(answer: &Answer) -> &Answer {
    for name in ALWAYS {
        answer.field(name);
    }
    answer
}

async fn site() -> (Site, Wire) {
    let site = Site::empty().await;
    let wire = Wire::beside(&site).await;
    (site, wire)
}

/// A request line and lines of fields, nothing else.
async fn say(wire: &Wire, line: &str, fields: &[&str]) -> Answer {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    wire.send(format!("{line}\r\n{fields}Connection: close\r\n\r\n")).await
}

// ---- Host ------------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_request_that_names_one_host_is_answered() {
    let (_site, wire) = site().await;

    for host in ["almanac.test", "almanac.test:8000", "127.0.0.1:1", "[::1]:80", "other.example"] {
        has_its_fields(say(&wire, "GET /v2 HTTP/1.1", &[&format!("Host: {host}")]).await.is(200));
    }
    say(&wire, "GET http://almanac.test/v2 HTTP/1.1", &["Host: almanac.test"]).await.is(200);
    say(&wire, "GET /v2 HTTP/1.0", &["Host: almanac.test"]).await.is(200);
    wire.end().await;
}

#[rocket::async_test]
async fn a_request_without_a_host_or_with_two_or_a_malformed_one_is_400_whatever_it_asks() {
    let (_site, wire) = site().await;

    for fields in [
        &[][..],
        &["Host: a", "Host: a"],
        &["Host: a", "Host: b"],
        &["Host:"],
        &["Host: a, b"],
        &["Host: http://a"],
        &["Host: a/b"],
        &["Host: a:b"],
        &["Host: a:99999"],
    ] {
        for line in [
            "GET /v2 HTTP/1.1",
            "GET /livez HTTP/1.1",
            "GET /nothing HTTP/1.1",
            "DELETE /v2/articles/rain HTTP/1.1",
            "OPTIONS /v2 HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "GET http://almanac.test/v2 HTTP/1.1",
            "GET /v2/articles/rain.html HTTP/1.1",
        ] {
            let answer = say(&wire, line, fields).await;
            has_its_fields(answer.is(400).has_problem("malformed"));
            assert!(answer.json()["detail"].as_str().unwrap().starts_with("host: "), "{answer}");
            let path = line.split(' ').nth(1).unwrap().trim_start_matches("http://almanac.test");
            assert_eq!(answer.json()["instance"], format!("{}{path}", common::BASE));
        }
    }
    let head = say(&wire, "HEAD /v2 HTTP/1.1", &[]).await;
    assert!(has_its_fields(head.is(400)).body.is_empty(), "{head}");
    wire.end().await;
}

#[rocket::async_test]
async fn a_body_without_a_host_changes_nothing() {
    let (site, wire) = site().await;
    let ann = site.user("ann", almanac::domain::permission::Role::Editor).await;
    let body = "{\"headline\": \"Rain\"}";
    let head = format!(
        "POST /v2/articles HTTP/1.1\r\nAuthorization: Bearer {ann}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n",
        body.len()
    );

    let refused = wire.send(format!("{head}\r\n{body}")).await;
    refused.is(400).has_problem("malformed");
    assert_eq!(site.get("/v2/articles").await.json()["totalItems"], 0);

    wire.send(format!("{head}Host: a\r\n\r\n{body}")).await.is(201);
    wire.end().await;
}

#[rocket::async_test]
async fn within_the_process_a_host_is_not_needed_but_read_where_there_is_one() {
    let site = Site::empty().await;

    site.get("/v2").await.is(200);
    site.request(Method::Get, "/v2").header("Host", "almanac.test").send().await.is(200);
    let twice = site.request(Method::Get, "/v2").header("Host", "a").line("Host", "a").send().await;
    twice.is(400).has_problem("malformed");
}

// ---- OPTIONS * and other targets -------------------------------------------------------------------------------

#[rocket::async_test]
async fn options_of_everything_names_every_method_that_the_server_has() {
    let (_site, wire) = site().await;

    let answer = say(&wire, "OPTIONS * HTTP/1.1", &["Host: a"]).await;

    has_its_fields(answer.is(204));
    assert_eq!(answer.field("Allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    assert_eq!(answer.field("Cache-Control"), "no-store");
    assert!(answer.body.is_empty(), "{answer}");
    assert_eq!(answer.header("Content-Length"), None, "{answer}");
    wire.end().await;
}

#[rocket::async_test]
async fn everything_is_no_target_of_another_method() {
    let (_site, wire) = site().await;

    for method in ["GET", "POST", "DELETE", "TRACE"] {
        let answer = say(&wire, &format!("{method} * HTTP/1.1"), &["Host: a"]).await;
        has_its_fields(answer.is(400).has_problem("malformed"));
    }
    wire.end().await;
}

#[rocket::async_test]
async fn a_target_that_is_no_path_is_400_where_rocket_shows_the_method() {
    let (_site, wire) = site().await;

    for method in ["POST", "DELETE", "OPTIONS"] {
        let answer = say(&wire, &format!("{method} almanac.test:80 HTTP/1.1"), &["Host: a"]).await;
        has_its_fields(answer.is(400).has_problem("malformed"));
    }
    wire.end().await;
}

// ---- methods ---------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_method_that_no_resource_has_is_501_on_every_url() {
    let (_site, wire) = site().await;

    for method in ["BREW", "QUERY", "PROPFIND", "get", "CONNECT", "PURGE"] {
        for target in ["/", "/v2", "/v2/articles/rain.html", "/nothing", "/v1/echo", "/livez"] {
            let answer = say(&wire, &format!("{method} {target} HTTP/1.1"), &["Host: a"]).await;
            has_its_fields(answer.is(501).has_problem("not-implemented"));
            assert_eq!(answer.header("Deprecation").is_some(), target.starts_with("/v1/"), "{answer}");
            assert_eq!(answer.json()["instance"], format!("{}{target}", common::BASE));
        }
    }
    has_its_fields(say(&wire, "CONNECT almanac.test:80 HTTP/1.1", &["Host: a"]).await.is(501));
    wire.end().await;
}

#[rocket::async_test]
async fn a_method_that_this_resource_lacks_is_405_still() {
    let (_site, wire) = site().await;

    for method in ["PUT", "TRACE"] {
        let answer = say(&wire, &format!("{method} /v2/articles HTTP/1.1"), &["Host: a"]).await;

        has_its_fields(answer.is(405).has_problem("method-not-allowed"));
        assert_eq!(answer.field("Allow"), "GET, HEAD, POST, OPTIONS");
    }
    wire.end().await;
}
