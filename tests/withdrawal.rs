//! Revisions that are taken back.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{domain::permission::Role, jobs::withdraw::withdraw, store};
use chrono::Utc;
use common::{Site, arrange};
use rocket::http::Method;
use serde_json::{Value, json};

const DATASET: &str = "/v2/datasets/rain";

/// A site with a dataset of two revisions and a model of the first; the token of an administrator.
async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::table(&site, &root, "rain", "Rain", &table("no")).await;
    let model = json!({"identifier": "wet", "headline": "Wet?", "dataset": "rain", "target": "wet"});
    let request = site.request(Method::Post, "/v2/models").bearer(&root).header("Prefer", "wait=30");
    request.json(&model).send().await.is(202);
    revise(&site, &root, &table("yes")).await;
    (site, root)
}

fn table(wet: &str) -> String {
    let rows: String = (0..40).map(|n| format!("{n},{}\n", if n < 20 { wet } else { "maybe" })).collect();
    format!("mm,wet\n{rows}")
}

async fn revise(site: &Site, root: &str, csv: &str) {
    let request = site.request(Method::Post, &format!("{DATASET}/revisions")).bearer(root);
    request.header("Content-Type", "text/csv").body(csv).send().await.is(201);
}

async fn urls(site: &Site, number: i64) -> Vec<String> {
    let url = format!("{DATASET}/revisions/{number}");
    let document = site.get(&url).await.is(200).json();
    let files = document["distribution"].as_array().unwrap().iter();
    let mut urls: Vec<String> = files.map(|file| file["contentUrl"].as_str().unwrap().into()).collect();
    urls.extend(["profile", "rows", "comparison"].map(|key| document[key].as_str().unwrap().to_string()));
    urls.push(url);
    urls
}

#[rocket::async_test]
async fn all_urls_of_a_withdrawn_revision_answer_410_and_its_files_are_deleted() {
    let (site, _) = site().await;
    let (first, second) = (urls(&site, 1).await, urls(&site, 2).await);
    for url in first.iter().chain(&second) {
        site.get(url).await.is(200);
    }

    let done = withdraw(site.works(), "rain", 1).await.unwrap();

    assert_eq!((done.deleted, done.models), (3, vec!["wet".to_string()]));
    for url in &first {
        site.get(url).await.is(410).has_problem("gone");
    }
    for url in second.iter().filter(|url| !url.contains("comparison")) {
        site.get(url).await.is(200);
    }
    let list = site.get(&format!("{DATASET}/revisions")).await.is(200).json();
    assert_eq!(list["totalItems"], 1);
    let comparison = site.get("/v2/datasets/rain/revisions/2/comparison").await.is(200).json();
    assert_eq!(comparison["since"], Value::Null, "there is none before it any more: {comparison}");
    site.get("/v2/datasets/rain/revisions/2/comparison?since=1").await.is(400);
}

#[rocket::async_test]
async fn a_model_that_learned_from_it_stays_and_says_so() {
    let (site, root) = site().await;
    let version = "/v2/models/wet/versions/1";
    assert_eq!(site.get(version).await.is(200).json()["revisionWithdrawn"], Value::Null);

    withdraw(site.works(), "rain", 1).await.unwrap();

    let document = site.get(version).await.is(200).json();
    assert!(document["revisionWithdrawn"].is_string(), "{document}");
    let again = json!({"revision": 1});
    let request = site.request(Method::Post, "/v2/models/wet/versions").bearer(&root).json(&again);
    request.send().await.is(422).at("/revision");
}

#[rocket::async_test]
async fn when_the_newest_is_withdrawn_the_one_before_stands_in_its_place_and_numbers_go_on() {
    let (site, root) = site().await;

    withdraw(site.works(), "rain", 2).await.unwrap();

    let document = site.get(DATASET).await.is(200).json();
    assert!(document["newestRevision"].as_str().unwrap().ends_with("/revisions/1"), "{document}");
    assert_eq!(document["distribution"].as_array().unwrap().len(), 2);
    revise(&site, &root, &table("yes")).await;
    let document = site.get(DATASET).await.is(200).json();
    assert!(document["newestRevision"].as_str().unwrap().ends_with("/revisions/3"), "{document}");
    site.get(&format!("{DATASET}/revisions/3")).await.is(200);
    site.get(&format!("{DATASET}/revisions/2")).await.is(410);
}

#[rocket::async_test]
async fn files_that_another_dataset_has_too_are_not_deleted() {
    let (site, root) = site().await;
    arrange::table(&site, &root, "same", "Same", &table("no")).await;

    let done = withdraw(site.works(), "rain", 1).await.unwrap();

    assert_eq!(done.deleted, 0);
    let csv = site.get("/v2/datasets/same").await.is(200).json()["distribution"][0]["contentUrl"].clone();
    site.get(csv.as_str().unwrap()).await.is(200);
}

#[rocket::async_test]
async fn it_is_withdrawn_once_and_only_if_it_is_there() {
    let (site, _) = site().await;

    withdraw(site.works(), "rain", 1).await.unwrap();

    for (slug, number) in [("rain", 1), ("rain", 3), ("none", 1)] {
        assert!(withdraw(site.works(), slug, number).await.is_err(), "{slug} {number}");
    }
}

#[rocket::async_test]
async fn what_was_withdrawn_half_way_is_done_with_by_the_next_try() {
    let (site, _) = site().await;
    let csv = urls(&site, 1).await.remove(0);
    let mut tx = site.works().store.write().await.unwrap();
    let dataset = store::dataset::find(&mut tx, "rain").await.unwrap();
    // As far as somebody comes who is killed before the first file is deleted.
    store::revision::withdraw(&mut tx, &dataset, 1, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();
    site.get(&csv).await.is(410);

    let done = withdraw(site.works(), "rain", 1).await.unwrap();

    assert_eq!((done.deleted, done.models), (3, vec!["wet".to_string()]));
    assert!(withdraw(site.works(), "rain", 1).await.is_err(), "nothing is left to do");
}
