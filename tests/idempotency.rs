//! Idempotency-Key: a POST that makes something makes it once, however often it is sent.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::{article::Draft, permission::Role, slug::Slug},
    http::idempotency::{Key, Witness},
    store::{
        self,
        idempotency::{Claim, KEPT, Scope},
        listing::Listing,
    },
};
use chrono::{DateTime, Utc};
use common::{Answer, Site, arrange, wire::Wire};
use futures::future::join_all;
use rocket::http::Method;
use serde_json::{Value, json};

const KEY: &str = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"";

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    (site, root)
}

async fn keyed(site: &Site, token: &str, target: &str, key: &str, value: &Value) -> Answer {
    let request = site.request(Method::Post, target).bearer(token).json(value);
    request.header("Idempotency-Key", key).send().await
}

async fn total(site: &Site, token: &str, path: &str) -> i64 {
    let answer = site.request(Method::Get, path).bearer(token).send().await;
    answer.is(200).json()["totalItems"].as_i64().unwrap()
}

#[track_caller]
fn is_the_first_again(again: &Answer, first: &Answer) {
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"), "{again}");
    assert_eq!(first.header("Idempotent-Replayed"), None, "{first}");
    assert_eq!((again.status, &again.body), (first.status, &first.body), "{again}{first}");
    assert_eq!(again.fields_without(&["idempotent-replayed"]), first.fields_without(&[]));
}

// ---- once ------------------------------------------------------------------------------------------------------

const FORM: &str = "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nForm\r\n\
    --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n\
    a\n1\n\r\n--x--\r\n";

/// A request for each thing that a POST makes: where, media type, content, and the collection that grows.
fn makers() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let json = "application/json";
    let form = "multipart/form-data; boundary=x";
    vec![
        ("/v2/articles", json, json!({"headline": "Rain"}).to_string(), "/v2/articles"),
        ("/v2/datasets?name=csv", "text/csv", "a,b\n1,x\n2,y\n".into(), "/v2/datasets"),
        (
            "/v2/datasets",
            json,
            json!({"name": "json", "columns": [{"identifier": "a", "columnType": "integer"}]}).to_string(),
            "/v2/datasets",
        ),
        ("/v2/datasets", form, FORM.into(), "/v2/datasets"),
        (
            "/v2/datasets/rain/rows",
            json,
            json!({"cells": {"place": "Ulm", "type_": "a", "wet": true}}).to_string(),
            "/v2/datasets/rain/rows",
        ),
        ("/v2/datasets/rain/revisions", json, "{}".into(), "/v2/datasets/rain/revisions"),
        ("/v2/datasets/penguins/revisions", "text/csv", "a\n1\n".into(), "/v2/datasets/penguins/revisions"),
        (
            "/v2/models",
            json,
            json!({"headline": "m", "dataset": "penguins", "revision": 1, "target": "species"}).to_string(),
            "/v2/jobs",
        ),
        ("/v2/models/species/versions", json, json!({"revision": 1}).to_string(), "/v2/jobs"),
        ("/v2/messages", "text/plain", "Hello".into(), "/v2/messages"),
        ("/v2/messages", form, FORM.into(), "/v2/messages"),
        ("/v1/messages", "text/plain", "Hello".into(), "/v2/messages"),
        (
            "/v2/users",
            json,
            json!({"identifier": "ann", "password": "a long passphrase"}).to_string(),
            "/v2/users",
        ),
    ]
}

#[rocket::async_test]
async fn whatever_a_post_makes_it_makes_once_and_answers_the_same_again() {
    let (site, root) = site().await;

    for (target, media, body, collection) in makers() {
        let send = async || {
            let request = site.request(Method::Post, target).bearer(&root).header("Content-Type", media);
            let request =
                request.header("Idempotency-Key", KEY.replace("8e", media.len().to_string().as_str()));
            request.header("Prefer", "wait=30").body(body.clone()).send().await
        };
        let before = total(&site, &root, collection).await;

        let first = send().await;
        let again = [send().await, send().await];

        assert!([201, 202].contains(&first.status), "{first}");
        assert!(first.header("Location").is_some(), "{first}");
        again.iter().for_each(|again| is_the_first_again(again, &first));
        assert_eq!(total(&site, &root, collection).await, before + 1, "{target}");
    }
}

#[rocket::async_test]
async fn a_retraining_without_a_body_is_done_once_too() {
    let (site, root) = site().await;
    let send = async || {
        let request = site.request(Method::Post, "/v2/models/species/versions").bearer(&root);
        request.header("Idempotency-Key", KEY).header("Prefer", "wait=30").send().await
    };

    let (first, again) = (send().await, send().await);

    is_the_first_again(&again, first.is(202));
    assert_eq!(total(&site, &root, "/v2/models/species/versions").await, 2);
}

#[rocket::async_test]
async fn a_revision_that_was_there_before_is_answered_the_same_again() {
    let (site, root) = site().await;

    let first = keyed(&site, &root, "/v2/datasets/rain/revisions", KEY, &json!({})).await;
    let again = keyed(&site, &root, "/v2/datasets/rain/revisions", KEY, &json!({})).await;

    is_the_first_again(&again, first.is(303));
}

#[rocket::async_test]
async fn the_first_answer_is_given_again_when_what_it_made_is_gone() {
    let (site, root) = site().await;
    let rain = json!({"headline": "Rain"});
    let first = keyed(&site, &root, "/v2/articles", KEY, &rain).await;
    site.delete("/v2/articles/rain", &root).send().await.is(204);

    is_the_first_again(&keyed(&site, &root, "/v2/articles", KEY, &rain).await, first.is(201));
    site.get("/v2/articles/rain").await.is(404);
}

#[rocket::async_test]
async fn of_eight_at_once_one_is_done_here_and_in_another_process() {
    let (site, root) = site().await;
    let other = Site::beside(&site).await;
    let rain = json!({"headline": "Rain"});
    // Not by GET, which sees another process's write a moment later.
    let articles = async || {
        let mut conn = site.works().store.read().await.unwrap();
        store::article::page(&mut conn, &Listing::stretch(0, 1)).await.unwrap().1
    };
    let before = articles().await;

    let sites = [&site, &other];
    let sent = (0..8).map(|number| keyed(sites[number % 2], &root, "/v2/articles", KEY, &rain));
    let answers: Vec<Answer> = join_all(sent).await;

    let fresh = |answer: &&Answer| answer.status == 201 && answer.header("Idempotent-Replayed").is_none();
    let first: Vec<&Answer> = answers.iter().filter(fresh).collect();
    assert_eq!(first.len(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| !fresh(answer)) {
        match answer.status {
            201 => is_the_first_again(answer, first[0]),
            _ => {
                let kinds = ["request-at-work", "already-done"];
                let code = answer.is(409).field("X-Almanac-Error-Code");
                assert!(kinds.contains(&code), "{answer}");
            }
        }
    }
    assert_eq!(articles().await, before + 1);
    is_the_first_again(&keyed(&other, &root, "/v2/articles", KEY, &rain).await, first[0]);
}

#[rocket::async_test]
async fn while_the_first_is_at_work_another_is_409_and_afterwards_the_same() {
    let (site, root) = site().await;
    let wire = Wire::beside(&site).await;
    let request = |body: &str| {
        format!(
            "POST /v2/articles HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {root}\r\n\
             Idempotency-Key: {KEY}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let whole = request("{\"headline\": \"Rain in the afternoon\"}");
    let (most, rest) = whole.split_at(whole.len() - 5);

    let mut first = wire.begin(most).await;
    let other = loop {
        // Refused for what it says until the first one has arrived, and then for its key.
        let other = wire.send(request("{\"headline\": 7}")).await;
        if other.status != 422 {
            break other;
        }
        // The first one came while this one was at work: once more.
        if first.is_answered() {
            first = wire.begin(most).await;
        }
    };
    other.is(409).has_problem("request-at-work");
    assert_eq!(other.field("Retry-After"), "1");
    wire.send(whole.clone()).await.is(409).has_problem("request-at-work");

    let first = first.end(rest).await;
    is_the_first_again(&wire.send(whole.clone()).await, first.is(201));
    wire.end().await;
}

// ---- the same request, or another ------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_key_for_another_content_media_type_or_query_is_422_and_makes_nothing() {
    let (site, root) = site().await;
    let send = async |query: &str, media: &str, body: &str| {
        let target = format!("/v2/datasets?identifier=table{query}");
        let request = site.request(Method::Post, &target).bearer(&root).header("Content-Type", media);
        request.header("Idempotency-Key", KEY).body(body).send().await
    };
    let first = send("", "text/csv", "a\n1\n").await;
    let before = total(&site, &root, "/v2/datasets").await;

    for (query, media, body) in [
        ("", "text/csv", "a\n2\n"),
        ("", "text/csv", ""),
        ("", "text/plain", "a\n1\n"),
        ("&name=x", "text/csv", "a\n1\n"),
        ("", "application/json", "{\"name\": \"x\"}"),
    ] {
        send(query, media, body).await.is(422).has_problem("idempotency-key-reused");
    }

    assert_eq!(total(&site, &root, "/v2/datasets").await, before);
    is_the_first_again(&send("", "text/csv", "a\n1\n").await, first.is(201));
}

#[rocket::async_test]
async fn a_form_is_the_same_whatever_stands_between_its_parts() {
    let (site, root) = site().await;
    let send = async |boundary: &str, form: String| {
        let media = format!("multipart/form-data; boundary={boundary}");
        let request = site.request(Method::Post, "/v2/messages").bearer(&root).header("Content-Type", media);
        request
            .header("Idempotency-Key", KEY)
            .body(form.replace("--x", &format!("--{boundary}")))
            .send()
            .await
    };

    let first = send("x", FORM.into()).await;

    is_the_first_again(&send("another", FORM.into()).await, first.is(201));
    for (from, to) in
        [("a\n1\n", "a\n2\n"), ("a.csv", "b.csv"), ("Form", "Other"), ("text/csv", "text/plain")]
    {
        send("x", FORM.replace(from, to)).await.is(422).has_problem("idempotency-key-reused");
    }
}

#[rocket::async_test]
async fn a_key_is_one_users_for_one_url() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let send = async |token: &str, target: &str, headline: &str| {
        keyed(&site, token, target, KEY, &json!({"headline": headline, "cells": {"place": "Ulm"}})).await
    };

    send(&root, "/v2/articles", "One").await.is(201);
    send(&ann, "/v2/articles", "Two").await.is(201);
    send(&root, "/v2/datasets/rain/rows", "Three").await.is(201);
}

#[rocket::async_test]
async fn a_key_is_the_same_with_quotes_and_without() {
    let (site, root) = site().await;
    let rain = json!({"headline": "Rain"});

    let first = keyed(&site, &root, "/v2/articles", KEY, &rain).await;
    let again = keyed(&site, &root, "/v2/articles", KEY.trim_matches('"'), &rain).await;

    is_the_first_again(&again, first.is(201));
}

#[rocket::async_test]
async fn a_malformed_key_is_400_and_makes_nothing() {
    let (site, root) = site().await;
    let before = total(&site, &root, "/v2/articles").await;

    for key in ["", "\"\"", "\"", "a b", "\"a\" b", "\u{e9}", &"x".repeat(256)] {
        let answer = keyed(&site, &root, "/v2/articles", key, &json!({"headline": "Rain"})).await;
        answer.is(400).has_problem("malformed");
    }
    let two = site.request(Method::Post, "/v2/articles").bearer(&root).json(&json!({"headline": "Rain"}));
    two.line("Idempotency-Key", "a").line("Idempotency-Key", "a").send().await.is(400);

    assert_eq!(total(&site, &root, "/v2/articles").await, before);
    keyed(&site, &root, "/v2/articles", &"x".repeat(255), &json!({"headline": "Rain"})).await.is(201);
}

#[rocket::async_test]
async fn a_key_without_credentials_is_401_and_means_nothing_to_other_methods_and_to_predictions() {
    let (site, root) = site().await;

    let nobody = site.request(Method::Post, "/v2/articles").json(&json!({"headline": "Rain"}));
    nobody.header("Idempotency-Key", KEY).send().await.is(401);
    for headline in ["One", "Two"] {
        let put = site.put("/v2/articles/rain", &root, &json!({"headline": headline}));
        let answer = put.header("Idempotency-Key", KEY).send().await;
        assert!([200, 201].contains(&answer.status), "{answer}");
    }
    assert_eq!(site.headline("/v2/articles/rain").await, "Two");
    for island in ["Dream", "Biscoe"] {
        let asked = json!({"bill_length_mm": 40, "island": island});
        let answer = keyed(&site, &root, "/v2/models/species/predictions", KEY, &asked).await;
        assert!(answer.is(201).field("Location").contains(island), "{answer}");
    }
}

// ---- what is not kept ------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_failure_leaves_the_key_free() {
    let (site, root) = site().await;

    for (target, wrong, status) in [
        ("/v2/articles", json!({"headline": 7}), 422),
        ("/v2/articles", json!({"headline": "x", "identifier": "article-1"}), 409),
        ("/v2/datasets/none/rows", json!({}), 404),
    ] {
        keyed(&site, &root, target, KEY, &wrong).await.is(status);
    }

    keyed(&site, &root, "/v2/articles", KEY, &json!({"headline": "Rain"})).await.is(201);
}

#[rocket::async_test]
async fn a_training_that_failed_in_sight_leaves_the_key_free() {
    let site = Site::with(json!({"learning": {"deadline_s": 0}})).await;
    let root = site.user("root", Role::Publisher).await;
    arrange::table(&site, &root, "wet", "Wet", "mm,wet\n1,no\n2,no\n30,yes\n40,yes\n3,no\n50,yes\n").await;
    let wanted = json!({"headline": "Wet", "dataset": "wet", "target": "wet"});

    for jobs in 1..=2 {
        let failed = keyed(&site, &root, "/v2/models", KEY, &wanted).await;
        failed.is(422).has_problem("training-failed");
        assert_eq!(failed.header("Idempotent-Replayed"), None, "{failed}");
        assert!(failed.json()["job"].as_str().unwrap().ends_with(&format!("/{jobs}")), "{failed}");
    }
}

#[rocket::async_test]
async fn a_secret_is_shown_once_and_its_repetition_is_409_that_says_where_it_stands() {
    let (site, root) = site().await;

    let first = keyed(&site, &root, "/v2/me/tokens", KEY, &json!({"name": "new"})).await;
    let before = total(&site, &root, "/v2/me/tokens").await;
    let again = keyed(&site, &root, "/v2/me/tokens", KEY, &json!({"name": "new"})).await;

    again.is(409).has_problem("already-done");
    assert_eq!(again.field("Location"), first.is(201).field("Location"));
    assert_eq!(total(&site, &root, "/v2/me/tokens").await, before);
    let secret = first.json()["token"].as_str().unwrap().to_string();
    assert!(!again.text().contains(&secret), "{again}");
    let scope = scope(&site, "/v2/me/tokens").await;
    let mut conn = site.works().store.read().await.unwrap();
    let done = store::idempotency::find(&mut conn, &scope, Utc::now()).await.unwrap().unwrap();
    assert_eq!(done.answer, None, "nothing of the answer is kept");
    drop(conn);
    let other = keyed(&site, &root, "/v2/me/tokens", KEY, &json!({"name": "other"})).await;
    other.is(422).has_problem("idempotency-key-reused");
}

#[rocket::async_test]
async fn an_answer_that_is_too_large_is_not_kept_and_nothing_is_done_twice() {
    let (site, root) = site().await;
    let long = json!({"headline": "Long", "articleBody": "It rained. ".repeat(30_000)});

    let first = keyed(&site, &root, "/v2/articles", KEY, &long).await;
    let again = keyed(&site, &root, "/v2/articles", KEY, &long).await;

    again.is(409).has_problem("already-done");
    assert_eq!(again.field("Location"), first.is(201).field("Location"));
}

/// The scope of [`KEY`] for POSTs of the user `root`.
async fn scope(site: &Site, path: &str) -> Scope {
    let user = site.find_user("root").await.id;
    Scope { user, method: "POST".into(), path: path.into(), key: key().digest() }
}

fn key() -> Key {
    let mut headers = http::HeaderMap::new();
    headers.insert("idempotency-key", KEY.parse().unwrap());
    Key::of(&headers).unwrap().unwrap()
}

/// Makes the article `rain` as a server does that is killed between commit and answer.
async fn cut_off(site: &Site, body: &str, at: DateTime<Utc>) {
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    let witness = Witness::of(&key(), None, &headers).unwrap();
    witness.piece(body.as_bytes());
    let claim = Claim { scope: scope(site, "/v2/articles").await, fingerprint: witness.fingerprint(), at };
    let draft = Draft { headline: "Rain".into(), ..Draft::default() };
    let slug: Slug = "rain".parse().unwrap();
    let mut tx = site.works().store.write().await.unwrap();
    store::idempotency::claim(&mut tx, Some(&claim)).await.unwrap();
    store::article::insert(&mut tx, &slug, &draft, "root", at).await.unwrap();
    store::idempotency::made(&mut tx, Some(&claim), "/v2/articles/rain").await.unwrap();
    tx.commit().await.unwrap();
}

#[rocket::async_test]
async fn what_a_killed_server_had_done_is_not_done_twice() {
    let (site, root) = site().await;
    let rain = json!({"headline": "Rain"});
    cut_off(&site, &rain.to_string(), Utc::now()).await;
    let before = total(&site, &root, "/v2/articles").await;

    let again = keyed(&site, &root, "/v2/articles", KEY, &rain).await;

    again.is(409).has_problem("already-done");
    assert_eq!(again.field("Location"), format!("{}/v2/articles/rain", common::BASE));
    assert_eq!(total(&site, &root, "/v2/articles").await, before);
}

#[rocket::async_test]
async fn a_key_is_forgotten_after_a_day() {
    let (site, root) = site().await;
    let rain = json!({"headline": "Rain", "identifier": "later"});
    let store = &site.works().store;
    cut_off(&site, &rain.to_string(), Utc::now() - KEPT).await;

    keyed(&site, &root, "/v2/articles", KEY, &rain).await.is(201);

    assert_eq!(store::idempotency::sweep(store, Utc::now() - KEPT).await.unwrap(), 0, "the new one is kept");
    assert_eq!(store::idempotency::sweep(store, Utc::now()).await.unwrap(), 1);
    keyed(&site, &root, "/v2/articles", KEY, &rain).await.is(409).has_problem("taken");
}
