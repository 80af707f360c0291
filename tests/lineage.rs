//! Lineage: from datasets to revisions to versions of models, and what a refusal leaves of them: nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{domain::permission::Role, http::media::Media, jobs::runner::Runner};
use common::{Answer, Site, arrange};
use rocket::http::Method;
use serde_json::{Value, json};

const WET: &str = "mm,wet\n1,no\n2,no\n30,yes\n40,yes\n3,no\n50,yes\n4,no\n60,yes\n";

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Publisher).await;
    arrange::table(&site, &ann, "wet", "Wet", WET).await;
    (site, ann)
}

async fn trained(site: &Site, token: &str, path: &str, settings: &Value) -> Answer {
    let request = site.request(Method::Post, path).bearer(token).json(settings);
    request.header("Prefer", "wait=30").send().await
}

async fn total(site: &Site, token: &str, path: &str) -> i64 {
    let answer = site.request(Method::Get, path).bearer(token).send().await;
    answer.json()["totalItems"].as_i64().unwrap()
}

async fn imported(site: &Site, token: &str, csv: &str) -> Answer {
    let request = site.request(Method::Post, "/v2/datasets/wet/revisions").bearer(token);
    request.header("Content-Type", Media::Csv.essence()).body(csv).send().await
}

#[rocket::async_test]
async fn a_table_that_cannot_be_learned_from_is_422_by_pointer_and_leaves_nothing() {
    let (site, ann) = site().await;
    arrange::table(&site, &ann, "one", "One class", "x,y\n1,a\n2,a\n3,a\n4,a\n").await;

    let answer =
        trained(&site, &ann, "/v2/models", &json!({"name": "m", "dataset": "one", "target": "y"})).await;

    answer.is(422).has_problem("unprocessable").at("/target");
    assert_eq!(total(&site, &ann, "/v2/jobs").await, 0);
    let settings = json!({"name": "m", "dataset": "wet", "target": "wet"});
    trained(&site, &ann, "/v2/models", &settings).await.is(202);
}

#[rocket::async_test]
async fn a_retraining_keeps_the_settings_that_are_not_sent() {
    let (site, ann) = site().await;
    let settings = json!({"name": "m", "dataset": "wet", "target": "wet", "features": ["mm"], "C": 7.5,
        "split": {"test": 0.4, "seed": 5}});
    trained(&site, &ann, "/v2/models", &settings).await.is(202);

    trained(&site, &ann, "/v2/models/m/versions", &json!({"C": 2})).await.is(202);

    let one = site.get("/v2/models/m/versions/1").await.json()["settings"].clone();
    let two = site.get("/v2/models/m/versions/2").await.json()["settings"].clone();
    assert_eq!((&one["c"], &two["c"]), (&json!(7.5), &json!(2)));
    for key in ["featureNames", "split", "missing", "standardise", "target"] {
        assert_eq!(one[key], two[key], "{key}");
    }
}

#[rocket::async_test]
async fn equal_content_is_303_to_the_newest_revision_and_older_content_goes_on() {
    let (site, ann) = site().await;

    imported(&site, &ann, WET).await.is(303);
    imported(&site, &ann, "mm,wet\n1,no\n2,yes\n").await.is(201);
    let back = imported(&site, &ann, WET).await;

    back.is(201);
    let dataset = site.get("/v2/datasets/wet").await.json();
    assert!(dataset["newestRevision"].as_str().unwrap().ends_with("/revisions/3"), "{dataset}");
    assert_eq!(dataset["editedSinceRevision"], json!(false));
    let one = site.get("/v2/datasets/wet/revisions/1").await.json();
    let three = site.get("/v2/datasets/wet/revisions/3").await.json();
    assert_eq!(one["sha256"], three["sha256"]);
}

#[rocket::async_test]
async fn an_edit_that_is_undone_seals_nothing_new() {
    let (site, ann) = site().await;
    let row = "/v2/datasets/wet/rows/1";
    site.patch(row, &ann, &json!({"cells": {"mm": 9}})).send().await.is(200);
    site.patch(row, &ann, &json!({"cells": {"mm": 1}})).send().await.is(200);

    let sealed = site.request(Method::Post, "/v2/datasets/wet/revisions").bearer(&ann).send().await;

    sealed.is(303);
    assert_eq!(site.get("/v2/datasets/wet").await.json()["editedSinceRevision"], json!(false));
}

#[rocket::async_test]
async fn the_answer_to_a_patch_of_a_model_is_what_a_get_gives() {
    let (site, ann) = site().await;
    trained(&site, &ann, "/v2/models", &json!({"name": "m", "dataset": "wet", "target": "wet"}))
        .await
        .is(202);
    let about = json!({"headline": "Rain", "about": ["http://almanac.test/v2/models/m"]});
    site.post("/v2/articles", &ann, &about).await.is(201);

    let patched = site.patch("/v2/models/m", &ann, &json!({"description": "wet or not"})).send().await;

    assert_eq!(patched.is(200).text(), site.get("/v2/models/m").await.text());
}

#[rocket::async_test]
async fn when_the_server_ends_the_database_is_still_open_for_jobs_to_be_given_back() {
    let (site, _) = site().await;
    let runner = site.rocket().state::<Runner>().unwrap();

    runner.stop().await;

    // Rocket closes what it manages while the runner still writes: the store's own close comes last.
    rocket_db_pools::Pool::close(&site.works().store).await;
    assert!(site.works().store.write().await.is_ok());
}
