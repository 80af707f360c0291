//! The order in which a request is judged (RFC 9110 §13.2), over every route: method, credentials, media
//! type, what can be answered, preconditions, content. What a failed step says stands in files of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::{Need, Role, need};
use common::{Answer, MERGE, Site, arrange, routes, wire::Wire};
use futures::future::join_all;
use rocket::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    (site, root)
}

/// Every route with a body: method and the path of something that is there.
async fn writes(site: &Site) -> Vec<(String, String)> {
    let mut writes = Vec::new();
    for (method, pattern) in routes::all(site) {
        if ["POST", "PUT", "PATCH"].contains(&method.as_str()) && !pattern.ends_with("/echo") {
            writes.push((method, arrange::real(site, &pattern).await));
        }
    }
    writes
}

// ---- credentials, media type, what can be answered -------------------------------------------------------------

#[rocket::async_test]
async fn credentials_are_judged_before_everything_but_the_method() {
    let (site, root) = site().await;

    for (method, pattern) in routes::all(&site) {
        if ["/livez", "/readyz", "/favicon.ico", "/static/<file>"].contains(&pattern.as_str()) {
            continue;
        }
        let target = arrange::real(&site, &pattern).await;
        let bad = || {
            let request = site.request(routes::method(&method), &target).header("Accept", "image/png");
            let request = request.header("Content-Type", "image/png").if_match("\"x\"");
            request.header("Idempotency-Key", "").body("{")
        };
        let wrong = bad().bearer("alm_wrong").send().await;
        wrong.is(401).has_problem("unauthorized");
        let needed = routes::kind(&pattern).and_then(|kind| need(kind, routes::action(&method)));
        if matches!(needed, Some(Need::Role(_))) {
            bad().send().await.is(401);
        }
    }
    site.request(Method::Patch, "/v2/articles").bearer("alm_wrong").send().await.is(405);
    site.delete("/v2", &root).header("Accept", "image/png").send().await.is(405);
}

#[rocket::async_test]
async fn a_media_type_that_is_not_read_is_415_before_preconditions_and_content() {
    let (site, root) = site().await;

    for (method, target) in writes(&site).await {
        for media in ["image/png", "application/x-www-form-urlencoded", "application/vnd.none+json"] {
            let request = site.request(routes::method(&method), &target).bearer(&root).body("{");
            let request = request.header("Content-Type", media).if_match("\"x\"");
            let answer = request.send().await;
            answer.is(415).has_problem("unsupported-media-type");
            let list = answer.field("Accept").to_string();
            match method.as_str() {
                "POST" => assert_eq!(answer.field("Accept-Post"), list, "{answer}"),
                "PATCH" => assert_eq!(answer.field("Accept-Patch"), list, "{answer}"),
                _ => {}
            }
            let accepted: Vec<&str> = list.split(", ").collect();
            assert_eq!(answer.json()["accepted"], json!(accepted), "{answer}");
        }
    }
}

#[rocket::async_test]
async fn what_a_415_says_is_read_is_what_options_says() {
    let (site, root) = site().await;

    for (method, target) in writes(&site).await.into_iter().filter(|(method, _)| method != "PUT") {
        let options = site.request(Method::Options, &target).bearer(&root).send().await;
        let request = site.request(routes::method(&method), &target).bearer(&root).body("x");
        let refused = request.header("Content-Type", "image/png").send().await;
        let name = if method == "POST" { "Accept-Post" } else { "Accept-Patch" };
        assert_eq!(refused.field(name), options.field(name), "{method} {target}");
    }
}

// ---- preconditions ---------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_false_precondition_is_412_for_every_write_before_its_content_is_read() {
    let (site, root) = site().await;

    for (method, target) in writes(&site).await {
        for (name, value) in [("If-Match", "\"x\""), ("If-Match", "W/\"x\""), ("If-None-Match", "*")] {
            let request = site.request(routes::method(&method), &target).bearer(&root).body("{");
            let media = if target.contains("messages") { "text/plain" } else { "application/json" };
            let answer = request.header("Content-Type", media).header(name, value).send().await;
            answer.is(412).has_problem("precondition-failed");
            assert!(answer.json()["current"].as_str().is_some_and(|tag| tag.starts_with('"')), "{answer}");
        }
    }
}

#[rocket::async_test]
async fn a_post_may_expect_the_collection_as_it_was_read_in_any_representation() {
    let (site, root) = site().await;

    for media in ["application/ld+json", "application/json", "text/html"] {
        for coding in ["identity", "gzip"] {
            let read = site.request(Method::Get, "/v2/articles").header("Accept", media);
            let tag = read.header("Accept-Encoding", coding).send().await.etag();
            let post = |headline: String| {
                let request = site.request(Method::Post, "/v2/articles").bearer(&root);
                request.json(&json!({"headline": headline})).if_match(&tag)
            };
            post(format!("First {media} {coding}")).send().await.is(201);
            let again = post(format!("Second {media} {coding}")).send().await;
            again.is(412).has_problem("precondition-failed");
        }
    }
    let any = site.request(Method::Post, "/v2/articles").bearer(&root).json(&json!({"headline": "Any"}));
    any.if_match("*").send().await.is(201);
}

#[rocket::async_test]
async fn preconditions_are_ignored_where_the_answer_would_be_an_error_without_them() {
    let (site, root) = site().await;
    let bob = site.user("bob", Role::Reader).await;

    for (method, target, token, status) in [
        (Method::Get, "/v2/articles?page=x", &root, 400),
        (Method::Get, "/v2/articles/none", &root, 404),
        (Method::Patch, "/v2/articles/none", &root, 404),
        (Method::Delete, "/v2/articles/none", &root, 404),
        (Method::Put, "/v2/articles/No%20Slug", &root, 422),
        (Method::Post, "/v2/datasets/none/rows", &root, 404),
        (Method::Post, "/v2/models/none/versions", &root, 404),
        (Method::Delete, "/v2/messages/1", &bob, 403),
        (Method::Put, "/v2/articles/article-1", &bob, 403),
    ] {
        let request = site.request(method, target).bearer(token).if_match("\"x\"");
        let request =
            if method == Method::Get { request } else { request.json(&json!({"headline": "Rain"})) };
        request.send().await.is(status);
    }
}

// ---- no update is lost -----------------------------------------------------------------------------------------

#[rocket::async_test]
async fn of_eight_writers_that_expect_one_state_of_anything_one_succeeds_and_the_others_learn_the_new_one() {
    let (site, root) = site().await;
    let ann = "/v2/users/ann";
    site.user("ann", Role::Reader).await;

    for (method, target, change) in [
        (Method::Put, "/v2/articles/article-1", "headline"),
        (Method::Patch, "/v2/articles/article-2", "headline"),
        (Method::Patch, "/v2/datasets/rain", "description"),
        (Method::Put, "/v2/datasets/rain/rows/1", "place"),
        (Method::Patch, "/v2/datasets/rain/rows/2", "place"),
        (Method::Patch, "/v2/models/species", "headline"),
        (Method::Patch, ann, "role"),
    ] {
        let tag = site.request(Method::Get, target).bearer(&root).send().await.is(200).etag();
        let value = |number: usize| match change {
            "place" => json!({"cells": {"place": format!("Place {number}"), "type_": "a", "wet": true}}),
            "role" => json!({"role": if number.is_multiple_of(2) { "editor" } else { "publisher" }}),
            other => json!({other: format!("Text {number}")}),
        };
        let drafts: Vec<Value> = (0..8).map(value).collect();
        let send = |draft: &Value| {
            let request = site.request(method, target).bearer(&root).json(draft).if_match(&tag);
            let media = if method == Method::Patch { MERGE } else { "application/json" };
            request.header("Content-Type", media).send()
        };
        let answers: Vec<Answer> = join_all(drafts.iter().map(send)).await;

        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
        let now = site.request(Method::Get, target).bearer(&root).send().await.etag();
        let state = |tag: &str| tag.trim_matches('"').split('.').next().unwrap().to_string();
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            lost.is(412).has_problem("precondition-failed");
            let current = lost.json()["current"].as_str().map(state);
            assert_eq!(current, Some(state(&now)), "{lost}");
        }
    }
}

// ---- what a write answers --------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_put_answers_without_a_tag_and_a_patch_with_that_of_the_next_get() {
    let (site, root) = site().await;

    for (target, change) in [
        ("/v2/articles/article-1", json!({"headline": "Other"})),
        ("/v2/datasets/rain", json!({"description": "Other"})),
        ("/v2/datasets/rain/rows/1", json!({"cells": {"place": "Ulm"}})),
        ("/v2/models/species", json!({"headline": "Other"})),
        ("/v2/users/root", json!({"role": "admin"})),
    ] {
        let patched = site.patch(target, &root, &change).send().await;
        let read = site.request(Method::Get, target).bearer(&root).send().await;
        assert_eq!(patched.is(200).etag(), read.etag(), "{target}");
        assert_eq!(patched.field("Content-Location"), read.field("Content-Location"), "{target}");
        assert_eq!(patched.field("Cache-Control"), "no-store");
    }
    let row = json!({"cells": {"place": "Aalen", "type_": "a", "wet": true}});
    for (target, whole, status) in [
        ("/v2/articles/article-1", json!({"headline": "Whole"}), 200),
        ("/v2/articles/fresh", json!({"headline": "Whole"}), 201),
        ("/v2/datasets/rain/rows/1", row, 200),
    ] {
        let put = site.put(target, &root, &whole).send().await;
        assert_eq!(put.is(status).header("ETag"), None, "{put}");
        let read = site.get(target).await;
        assert_eq!(put.field("Content-Location"), read.field("Content-Location"), "{target}");
        assert_eq!(put.body, read.body, "{target}");
    }
    site.delete("/v2/articles/fresh", &root).send().await.is(204);
}

// ---- what caches need ------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn vary_is_the_same_on_every_answer_of_a_negotiated_url() {
    let (site, root) = site().await;
    site.delete("/v2/datasets/rain", &root).send().await.is(204);

    for target in
        ["/", "/v2", "/v2/articles", "/v2/articles/article-1", "/v2/datasets/penguins/rows", "/v1/articles"]
    {
        let get = |name: &'static str, value: String| site.request(Method::Get, target).header(name, value);
        let whole = get("Accept", "*/*".into()).send().await;
        let answers = [
            get("Accept", "text/html".into()).send().await,
            get("If-None-Match", whole.is(200).etag()).send().await,
            get("If-Match", "\"x\"".into()).send().await,
            get("Accept", "image/png".into()).send().await,
            get("Accept-Encoding", "identity;q=0, *;q=0".into()).send().await,
            get("Authorization", "Bearer x".into()).send().await,
            site.request(Method::Head, target).send().await,
            whole,
        ];
        let statuses: BTreeSet<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, BTreeSet::from([200, 304, 401, 406, 412]), "{answers:?}");
        for answer in answers {
            assert_eq!(answer.field("Vary"), "Accept, Accept-Encoding", "{answer}");
        }
    }
    for (target, status) in
        [("/v2/articles/none", 404), ("/v2/datasets/rain", 410), ("/v2/articles?page=x", 400)]
    {
        assert_eq!(site.get(target).await.is(status).field("Vary"), "Accept, Accept-Encoding");
    }
}

#[rocket::async_test]
async fn on_the_wire_a_304_has_the_fields_of_the_200_and_says_nothing_of_content() {
    let (site, root) = site().await;
    let wire = Wire::beside(&site).await;
    let file = arrange::real(&site, "/v2/datasets/<slug>/revisions/<number>/<file>").await;
    let get = async |target: &str, known: &str| {
        let head = format!("GET {target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {root}\r\n");
        wire.send(format!("{head}{known}Connection: close\r\n\r\n")).await
    };

    // Twice: the second time out of the cache.
    for target in ["/v2", "/v2/articles/article-1", "/v2/me", "/v2/messages/1/content", &file].repeat(2) {
        let whole = get(target, "").await;
        let known = get(target, &format!("If-None-Match: {}\r\n", whole.is(200).etag())).await;
        known.is(304);
        assert!(known.body.is_empty(), "{known}");
        let content =
            ["content-type", "content-length", "content-encoding", "transfer-encoding", "cache-status"];
        assert_eq!(known.fields_without(&["cache-status"]), whole.fields_without(&content), "{target}");
        for name in ["Date", "ETag", "Cache-Control"] {
            known.field(name);
        }
        for name in content.iter().filter(|name| **name != "cache-status") {
            assert_eq!(known.header(name), None, "{known}");
        }
    }
    wire.end().await;
}

#[rocket::async_test]
async fn every_answer_has_its_security_fields_and_a_name_each_once() {
    let (site, root) = site().await;
    let bob = site.user("bob", Role::Reader).await;
    let mut statuses = BTreeSet::new();

    for (_, pattern) in routes::all(&site) {
        let target = arrange::real(&site, &pattern).await;
        let slashed = format!("{}/", target.split('?').next().unwrap());
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "TRACE"] {
            for (target, token, field) in [
                (&target, Some(root.as_str()), ("Range", "bytes=0-1")),
                (&target, Some(bob.as_str()), ("Accept", "text/html")),
                (&target, None, ("If-None-Match", "*")),
                (&target, None, ("Accept", "image/png")),
                (&target, Some("alm_wrong"), ("Origin", "https://example.org")),
                (&slashed, None, ("Range", "bytes=9999999-")),
            ] {
                let request = site.request(routes::method(method), target).header(field.0, field.1);
                let request = if let Some(token) = token { request.bearer(token) } else { request };
                let answer = request.send().await;
                statuses.insert(answer.status);
                for name in [
                    "X-Request-Id",
                    "Content-Security-Policy",
                    "X-Content-Type-Options",
                    "Referrer-Policy",
                    "Cross-Origin-Opener-Policy",
                    "Cross-Origin-Resource-Policy",
                    "Access-Control-Allow-Origin",
                    "Access-Control-Expose-Headers",
                    "Cache-Control",
                ] {
                    answer.field(name);
                }
            }
        }
    }
    for status in [200, 206, 304, 308, 401, 403, 404, 405, 406, 415] {
        assert!(statuses.contains(&status), "expected {status} among {statuses:?}");
    }
}
