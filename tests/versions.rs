//! Two versions over one site: URLs without a version, the media types of each, the end of the first, and
//! who still calls it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;
#[path = "versions/end.rs"]
mod end;
#[path = "versions/unversioned.rs"]
mod unversioned;
#[path = "versions/usage.rs"]
mod usage;

use almanac::domain::permission::Role;
use common::{Answer, Site};
use rocket::http::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// The media type of version 1.
const V1: &str = "application/vnd.almanac.v1+json";
/// The media type of version 2.
const V2: &str = "application/vnd.almanac.v2+json";

/// A site with these settings, an administrator and an article `rain`; their token.
async fn site(settings: Value) -> (Site, String) {
    let site = Site::with(settings).await;
    let root = site.user("root", Role::Admin).await;
    let draft = json!({"identifier": "rain", "headline": "Rain", "articleBody": "It rained. ".repeat(100)});
    site.post("/v2/articles", &root, &draft).await.is(201);
    (site, root)
}

/// Reads until the answer is one that was kept; gives it and how many requests that took.
///
/// Nothing is kept before this process reads what others write, and it reads its own writes once more.
async fn kept(site: &Site, target: &str, media: &str) -> (Answer, i64) {
    for requests in 1..1000 {
        let answer = site.request(Method::Get, target).header("Accept", media).send().await;
        if answer.header("Cache-Status") == Some("almanac; hit") {
            return (answer, requests);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("expected {target} to be kept as {media}");
}
