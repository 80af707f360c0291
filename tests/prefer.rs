//! Prefer (RFC 7240): how much a write answers, and how long a training is waited for.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{Answer, BASE, MERGE, Site, arrange, wire::Wire};
use rocket::http::Method;
use serde_json::{Value, json};

const RAIN: &str = "/v2/articles/rain";
const MINIMAL: &str = "return=minimal";
const WHOLE: &str = "return=representation";

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    (site, root)
}

async fn preferring(
    site: &Site,
    method: Method,
    token: &str,
    target: &str,
    prefer: &str,
    value: &Value,
) -> Answer {
    let request = site.request(method, target).bearer(token).json(value);
    let request = if method == Method::Patch { request.header("Content-Type", MERGE) } else { request };
    request.header("Prefer", prefer).send().await
}

#[track_caller]
fn is_minimal(answer: &Answer, status: u16) -> &Answer {
    answer.is(status);
    assert!(answer.body.is_empty(), "{answer}");
    for name in ["Content-Type", "Content-Encoding", "Content-Location"] {
        assert_eq!(answer.header(name), None, "{answer}");
    }
    assert_eq!(answer.field("Preference-Applied"), MINIMAL, "{answer}");
    assert_eq!(answer.field("Cache-Control"), "no-store");
    answer
}

// ---- return ----------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn the_least_that_a_post_answers_is_where_the_new_thing_stands_and_its_tag() {
    let (site, root) = site().await;
    arrange::table(&site, &root, "rain", "Rain", "place,mm\nUlm,1\n").await;

    for (target, value, path) in [
        ("/v2/articles", json!({"headline": "Rain"}), RAIN),
        ("/v2/datasets/rain/rows", json!({"cells": {"place": "Aalen", "mm": 2}}), "/v2/datasets/rain/rows/2"),
        ("/v2/datasets/rain/revisions", json!({}), "/v2/datasets/rain/revisions/2"),
        ("/v2/users", json!({"identifier": "ann"}), "/v2/users/ann"),
    ] {
        let answer = preferring(&site, Method::Post, &root, target, MINIMAL, &value).await;
        is_minimal(&answer, 201);
        assert_eq!(answer.field("Location"), format!("{BASE}{path}"));
        let read = site.request(Method::Get, path).bearer(&root).send().await;
        assert_eq!(answer.etag(), read.etag(), "{answer}");
    }
}

#[rocket::async_test]
async fn the_least_that_a_change_answers_is_204_with_the_new_tag_which_the_next_change_may_send() {
    let (site, root) = site().await;
    site.article(&root, "Rain").await;

    let answer =
        preferring(&site, Method::Patch, &root, RAIN, MINIMAL, &json!({"headline": "More rain"})).await;

    is_minimal(&answer, 204);
    assert_eq!(answer.etag(), site.get(RAIN).await.etag());
    let next = site.patch(RAIN, &root, &json!({"headline": "Snow"})).if_match(&answer.etag());
    next.send().await.is(200);
}

#[rocket::async_test]
async fn the_least_that_a_put_answers_is_201_or_204_without_a_tag() {
    let (site, root) = site().await;

    let made = preferring(&site, Method::Put, &root, RAIN, MINIMAL, &json!({"headline": "Rain"})).await;
    let changed = preferring(&site, Method::Put, &root, RAIN, MINIMAL, &json!({"headline": "Snow"})).await;

    is_minimal(&made, 201);
    assert_eq!(made.field("Location"), format!("{BASE}{RAIN}"));
    is_minimal(&changed, 204);
    for answer in [made, changed] {
        assert_eq!(answer.header("ETag"), None, "RFC 9110 §9.3.4: {answer}");
    }
    assert_eq!(site.headline(RAIN).await, "Snow");
}

#[rocket::async_test]
async fn the_whole_is_what_is_answered_anyway_and_acknowledged_when_it_is_asked_for() {
    let (site, root) = site().await;
    let article = |name: &str| json!({"headline": "Rain", "identifier": name});

    let asked = preferring(&site, Method::Post, &root, "/v2/articles", WHOLE, &article("asked")).await;
    let silent = site.post("/v2/articles", &root, &article("silent")).await;

    assert_eq!(asked.is(201).field("Preference-Applied"), WHOLE);
    assert_eq!(silent.is(201).header("Preference-Applied"), None);
    assert_eq!(asked.json()["headline"], silent.json()["headline"]);
    for prefer in ["return=nothing", "handling=strict", "", "return"] {
        let answer = preferring(&site, Method::Patch, &root, "/v2/articles/asked", prefer, &json!({})).await;
        assert_eq!(answer.is(200).header("Preference-Applied"), None, "{answer}");
    }
}

#[rocket::async_test]
async fn a_preference_changes_no_read_no_failure_and_no_prediction() {
    let (site, root) = site().await;
    arrange::everything(&site, &root).await;
    let plain = site.get("/v2/articles/article-1").await;

    let read = site.request(Method::Get, "/v2/articles/article-1").header("Prefer", MINIMAL).send().await;
    assert_eq!((read.is(200).etag(), &read.body), (plain.etag(), &plain.body));
    assert_eq!(read.fields_without(&[]), plain.fields_without(&[]));
    let failed = preferring(&site, Method::Post, &root, "/v2/articles", MINIMAL, &json!({})).await;
    assert_eq!(failed.is(422).has_problem("unprocessable").header("Preference-Applied"), None);
    let features = json!({"bill_length_mm": 40, "island": "Dream"});
    for asked in [features.clone(), json!([features])] {
        let target = "/v2/models/species/predictions";
        let answer = preferring(&site, Method::Post, &root, target, MINIMAL, &asked).await;
        assert!([200, 201].contains(&answer.status) && !answer.body.is_empty(), "{answer}");
        assert_eq!(answer.header("Preference-Applied"), None, "{answer}");
    }
}

#[rocket::async_test]
async fn on_the_wire_an_answer_without_content_says_so() {
    let (site, root) = site().await;
    let wire = Wire::beside(&site).await;
    let send = async |line: &str, media: &str, body: &str| {
        let head = format!(
            "{line} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {root}\r\nPrefer: {MINIMAL}\r\n\
             Content-Type: {media}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        wire.send(format!("{head}{body}")).await
    };

    let made = send("POST /v2/articles", "application/json", "{\"headline\": \"Rain\"}").await;
    let changed = send(&format!("PATCH {RAIN}"), MERGE, "{\"headline\": \"Snow\"}").await;

    assert_eq!(is_minimal(&made, 201).field("Content-Length"), "0");
    assert_eq!(made.header("Transfer-Encoding"), None, "{made}");
    assert_eq!(is_minimal(&changed, 204).header("Content-Length"), None, "{changed}");
    wire.end().await;
}

// ---- respond-async and wait ------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_training_says_which_way_of_waiting_it_kept_to() {
    let (site, root) = site().await;
    arrange::table(&site, &root, "wet", "Wet", "mm,wet\n1,no\n2,no\n30,yes\n40,yes\n3,no\n50,yes\n").await;
    let train = async |name: &str, prefer: &str| {
        let wanted = json!({"identifier": name, "headline": name, "dataset": "wet", "target": "wet"});
        preferring(&site, Method::Post, &root, "/v2/models", prefer, &wanted).await
    };

    for (name, prefer, applied) in [
        ("one", "respond-async", &["respond-async"][..]),
        ("two", "wait=30", &["wait=30"]),
        ("three", "respond-async, wait=10", &["respond-async", "wait=10"]),
        ("four", "wait=600", &["wait=600"]),
        ("five", "return=minimal, wait=20", &["return=minimal", "wait=20"]),
        ("six", "wait=x", &[]),
        ("seven", "return=representation", &["return=representation"]),
    ] {
        let answer = train(name, prefer).await;
        assert_eq!(answer.is(202).all("Preference-Applied"), applied, "{answer}");
        let job = answer.field("Location").to_string();
        assert_eq!(answer.body.is_empty(), prefer.contains("minimal"), "{answer}");
        site.request(Method::Get, &job).bearer(&root).send().await.is(200);
    }
}
