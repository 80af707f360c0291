//! Writes that expect a state: no update is lost, whatever representation its writer has read.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{Answer, Site};
use futures::future::join_all;
use rocket::http::Method;
use serde_json::{Value, json};

const RAIN: &str = "/v2/articles/rain";

async fn site_with(settings: Value) -> (Site, String) {
    let site = Site::with(settings).await;
    let ann = site.user("ann", Role::Editor).await;
    let draft = json!({"identifier": "rain", "headline": "Rain", "articleBody": "It rained. ".repeat(200)});
    site.put(RAIN, &ann, &draft).if_none_match("*").send().await.is(201);
    (site, ann)
}

async fn site() -> (Site, String) {
    site_with(json!({})).await
}

fn snow() -> Value {
    json!({"headline": "Snow"})
}

// ---- If-Match --------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_stale_if_match_changes_nothing_and_answers_412() {
    let (site, ann) = site().await;
    let old = site.get(RAIN).await.etag();
    site.put(RAIN, &ann, &json!({"headline": "First"})).if_match(&old).send().await.is(200);
    let before = site.get(RAIN).await;

    let answers = [
        site.put(RAIN, &ann, &snow()).if_match(&old).send().await,
        site.patch(RAIN, &ann, &snow()).if_match(&old).send().await,
        site.delete(RAIN, &ann).if_match(&old).send().await,
    ];

    for answer in answers {
        answer.is(412).has_problem("precondition-failed");
        assert_eq!(answer.field("Cache-Control"), "no-store");
    }
    let after = site.get(RAIN).await;
    assert_eq!((after.etag(), after.body), (before.etag(), before.body));
}

#[rocket::async_test]
async fn what_a_412_calls_current_is_accepted_by_the_next_try() {
    let (site, ann) = site().await;

    let failed = site.put(RAIN, &ann, &snow()).if_match("\"x\"").send().await;

    let current = failed.is(412).json()["current"].as_str().unwrap().to_string();
    site.put(RAIN, &ann, &snow()).if_match(&current).send().await.is(200);
}

#[rocket::async_test]
async fn who_has_read_any_representation_can_write_any_other() {
    let (site, ann) = site().await;

    for media in ["text/html", "application/json", "application/ld+json"] {
        for coding in ["identity", "gzip", "zstd"] {
            let read =
                site.request(Method::Get, RAIN).header("Accept", media).header("Accept-Encoding", coding);
            let tag = read.send().await.etag();
            let change = json!({"headline": format!("{media} {coding}")});
            site.patch(RAIN, &ann, &change).if_match(&tag).send().await.is(200);
        }
    }
    let tag = site.get("/v2/articles/rain.html").await.etag();
    site.patch(RAIN, &ann, &snow()).if_match(&tag).send().await.is(200);
}

#[rocket::async_test]
async fn if_match_takes_lists_several_lines_and_a_star_but_no_weak_or_malformed_tag() {
    let (site, ann) = site().await;
    let put = |headline: &str| site.put(RAIN, &ann, &json!({"headline": headline}));
    let tag = site.get(RAIN).await.etag();

    for bad in [format!("W/{tag}"), tag.trim_matches('"').into(), "\"\"".into(), "\"".into(), String::new()] {
        put("bad").if_match(&bad).send().await.is(412).has_problem("precondition-failed");
    }
    put("one").if_match(&format!("\"x\", {tag}")).send().await.is(200);
    let tag = site.get(RAIN).await.etag();
    put("two").line("If-Match", "\"x\"").line("If-Match", tag).send().await.is(200);
    put("three").if_match("*").send().await.is(200);
    assert_eq!(site.headline(RAIN).await, "three");
}

#[rocket::async_test]
async fn of_eight_writers_that_expect_one_state_one_succeeds() {
    let (site, ann) = site().await;
    let tag = site.get(RAIN).await.etag();
    let drafts: Vec<Value> = (0..8).map(|number| json!({"headline": format!("Writer {number}")})).collect();

    let puts = drafts.iter().map(|draft| site.put(RAIN, &ann, draft).if_match(&tag).send());
    let answers: Vec<Answer> = join_all(puts).await;

    one_of(&answers, 200, 412);
    let winner = answers.iter().position(|answer| answer.status == 200).unwrap();
    assert_eq!(site.headline(RAIN).await, format!("Writer {winner}"));
}

#[rocket::async_test]
async fn of_eight_deletes_that_expect_one_state_one_succeeds() {
    let (site, ann) = site().await;
    let tag = site.get(RAIN).await.etag();

    let answers: Vec<Answer> = join_all((0..8).map(|_| site.delete(RAIN, &ann).if_match(&tag).send())).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| [204, 404, 410, 412].contains(&answer.status)), "{answers:?}");
}

#[rocket::async_test]
async fn of_eight_patches_without_a_precondition_each_one_counts_or_says_that_it_did_not() {
    let (site, ann) = site().await;
    let changes: Vec<Value> = (0..8).map(|number| json!({"abstract": format!("{number}")})).collect();

    let answers: Vec<Answer> =
        join_all(changes.iter().map(|change| site.patch(RAIN, &ann, change).send())).await;

    for answer in &answers {
        assert!([200, 409].contains(&answer.status), "{answer}");
        if answer.status == 409 {
            answer.has_problem("changed-meanwhile");
        }
    }
    let told: Vec<Value> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| answer.json()["abstract"].clone())
        .collect();
    assert!(told.contains(&site.get(RAIN).await.json()["abstract"]), "{told:?}");
}

fn one_of(answers: &[Answer], won: u16, lost: u16) {
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(won), count(lost)), (1, answers.len() - 1), "{answers:?}");
}

// ---- If-None-Match, dates --------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_put_that_wants_nothing_there_only_creates() {
    let (site, ann) = site().await;

    let refused = site.put(RAIN, &ann, &snow()).if_none_match("*").send().await;
    let made = site.put("/v2/articles/snow", &ann, &snow()).if_none_match("*").send().await;

    refused.is(412).has_problem("precondition-failed");
    made.is(201);
    assert_eq!(site.headline(RAIN).await, "Rain");
}

#[rocket::async_test]
async fn of_eight_creators_of_one_name_one_succeeds() {
    let (site, ann) = site().await;
    let snow = snow();

    let puts = (0..8).map(|_| site.put("/v2/articles/snow", &ann, &snow).if_none_match("*").send());
    let answers: Vec<Answer> = join_all(puts).await;

    one_of(&answers, 201, 412);
}

#[rocket::async_test]
async fn a_put_that_expects_a_state_of_nothing_is_412_and_makes_nothing() {
    let (site, ann) = site().await;

    for tag in ["*", "\"x\""] {
        let answer = site.put("/v2/articles/snow", &ann, &snow()).if_match(tag).send().await;
        answer.is(412).has_problem("precondition-failed");
    }
    assert_eq!(site.get("/v2/articles/snow").await.status, 404);
}

#[rocket::async_test]
async fn if_unmodified_since_counts_where_there_is_no_if_match() {
    let (site, ann) = site().await;
    let read = site.get(RAIN).await;
    let since =
        |date: &str| site.patch(RAIN, &ann, &json!({"abstract": "x"})).header("If-Unmodified-Since", date);

    since("Sun, 06 Nov 1994 08:49:37 GMT").send().await.is(412).has_problem("precondition-failed");
    since("nonsense").send().await.is(200);
    since(read.field("Last-Modified")).if_match("\"x\"").send().await.is(412);
    since("Fri, 31 Dec 2100 23:59:59 GMT").send().await.is(200);
}

// ---- require_if_match ------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn where_it_is_required_a_write_without_a_precondition_is_428_and_changes_nothing() {
    let (site, ann) = site_with(json!({"require_if_match": true})).await;

    let answers = [
        site.put(RAIN, &ann, &snow()).send().await,
        site.patch(RAIN, &ann, &snow()).send().await,
        site.delete(RAIN, &ann).send().await,
        site.put(RAIN, &ann, &snow())
            .header("If-Unmodified-Since", "Fri, 31 Dec 2100 23:59:59 GMT")
            .send()
            .await,
        site.put(RAIN, &ann, &snow()).if_none_match("\"x\"").send().await,
    ];

    for answer in answers {
        answer.is(428).has_problem("precondition-required");
        assert_eq!(answer.field("Cache-Control"), "no-store");
    }
    assert_eq!(site.headline(RAIN).await, "Rain");
}

#[rocket::async_test]
async fn where_it_is_required_a_write_with_one_goes_through_and_so_does_a_post() {
    let (site, ann) = site_with(json!({"require_if_match": true})).await;
    let tag = site.get(RAIN).await.etag();

    site.put(RAIN, &ann, &snow()).if_match(&tag).send().await.is(200);
    site.put("/v2/articles/hail", &ann, &snow()).if_none_match("*").send().await.is(201);
    site.post("/v2/articles", &ann, &json!({"headline": "New"})).await.is(201);
    site.delete("/v2/articles/none", &ann).send().await.is(404);
}

// ---- order of evaluation (RFC 9110 §13.2) ----------------------------------------------------------------------

#[rocket::async_test]
async fn preconditions_are_judged_after_credentials_and_before_content() {
    let (site, ann) = site().await;
    let bob = site.user("bob", Role::Reader).await;
    let stale = "\"x\"";

    let nobody = site.request(Method::Put, RAIN).json(&snow()).if_match(stale).send().await;
    nobody.is(401).has_problem("unauthorized");
    site.put(RAIN, &bob, &snow()).if_match(stale).send().await.is(403).has_problem("forbidden");
    let malformed = site.put(RAIN, &ann, &snow()).body("{").if_match(stale).send().await;
    malformed.is(412).has_problem("precondition-failed");
    site.put(RAIN, &ann, &json!({"headline": 7})).if_match(stale).send().await.is(412);
}

#[rocket::async_test]
async fn a_media_type_that_is_not_read_is_415_whatever_is_expected() {
    let (site, ann) = site().await;

    for method in [Method::Put, Method::Patch] {
        let request =
            site.request(method, RAIN).bearer(&ann).header("Content-Type", "text/plain").body("Snow");
        request.if_match("\"x\"").send().await.is(415).has_problem("unsupported-media-type");
    }
}

#[rocket::async_test]
async fn what_is_not_there_is_404_whatever_is_expected() {
    let (site, ann) = site().await;

    for tag in ["*", "\"x\""] {
        let patched = site.patch("/v2/articles/none", &ann, &snow()).if_match(tag).send().await;
        patched.is(404).has_problem("not-found");
        let deleted = site.delete("/v2/articles/none", &ann).if_match(tag).send().await;
        deleted.is(404).has_problem("not-found");
        let read = site.request(Method::Get, "/v2/articles/none").if_match(tag).send().await;
        read.is(404).has_problem("not-found");
    }
}

#[rocket::async_test]
async fn credentials_are_judged_before_the_media_type_that_is_asked_for() {
    let (site, _) = site().await;

    let read = site.request(Method::Get, RAIN).bearer("alm_wrong").header("Accept", "image/png").send().await;
    let written = site.request(Method::Delete, RAIN).header("Accept", "image/png").send().await;

    read.is(401).has_problem("unauthorized");
    written.is(401).has_problem("unauthorized");
}

#[rocket::async_test]
async fn an_answer_that_nobody_would_take_is_406_before_anything_is_done() {
    let (site, ann) = site().await;
    let before = site.get("/v2/articles").await.json()["totalItems"].clone();

    for (name, value) in [("Accept", "image/png"), ("Accept-Encoding", "identity;q=0, *;q=0")] {
        let posted =
            site.request(Method::Post, "/v2/articles").bearer(&ann).json(&snow()).header(name, value);
        let put = site.put(RAIN, &ann, &snow()).header(name, value);
        let patched = site.patch(RAIN, &ann, &snow()).header(name, value);
        for request in [posted, put, patched] {
            request.send().await.is(406).has_problem("not-acceptable");
        }
    }

    assert_eq!(site.headline(RAIN).await, "Rain");
    assert_eq!(site.get("/v2/articles").await.json()["totalItems"], before);
}
