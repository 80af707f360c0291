//! In caches: nothing private is kept, nothing that was public is given once it is not.

use crate::common::{
    Answer, Site, arrange,
    browser::{Browser, SECURE},
    hidden,
};
use almanac::domain::permission::Role;
use rocket::http::Method;
use serde_json::json;
use std::time::Duration;

/// Reads until the answer is one that was kept.
async fn kept(site: &Site, target: &str) -> Answer {
    for _ in 0..1000 {
        let answer = site.get(target).await;
        if is_hit(&answer) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("expected {target} to be kept, found {}", site.get(target).await);
}

fn is_hit(answer: &Answer) -> bool {
    answer.header("Cache-Status").is_some_and(|status| status.starts_with("almanac; hit"))
}

#[rocket::async_test]
async fn whoever_sees_something_private_is_told_to_keep_nothing_of_it_and_no_proxy_hears_its_name() {
    let (site, owner) = hidden::site(json!({"cache": {"status": true}})).await;
    let routes = hidden::routes(&site).await;
    hidden::hide(&site, &owner, "private").await;
    let root = site.user("root", Role::Admin).await;
    kept(&site, "/v2").await;

    for route in routes.iter().filter(|route| route.method == "GET") {
        for token in [&owner, &root] {
            for method in ["GET", "HEAD", "GET", "OPTIONS"] {
                let answer = hidden::send(&site, method, &route.path, Some(token), None).await;
                assert!(answer.status < 400, "{answer}");
                assert_eq!(answer.field("Cache-Control"), "private, no-store", "{answer}");
                assert_eq!(answer.header("xkey"), None, "{answer}");
                assert!(!is_hit(&answer), "{answer}");
            }
        }
        site.get(&route.path).await.is(404);
    }
}

#[rocket::async_test]
async fn an_error_about_something_private_is_kept_by_nobody() {
    let (site, owner) = hidden::site(json!({})).await;
    hidden::hide(&site, &owner, "private").await;
    let get = |path: &str| site.request(Method::Get, path).bearer(&owner);

    let errors = [
        get("/v2/datasets/rain/rows/999").send().await,
        get("/v2/datasets/rain/revisions/9").send().await,
        get("/v2/datasets/rain/rows?nothing=1").send().await,
        get("/v2/datasets/rain").if_match("\"other\"").send().await,
        get("/v2/models/species/versions/9").send().await,
        get("/v2/models/species/versions/1/prediction?island=nowhere").send().await,
    ];

    for error in errors {
        assert!(error.status >= 400, "{error}");
        assert_eq!(error.field("Cache-Control"), "private, no-store", "{error}");
    }
}

#[rocket::async_test]
async fn the_owner_knows_states_and_can_write_by_them() {
    let (site, owner) = hidden::site(json!({})).await;
    hidden::hide(&site, &owner, "private").await;

    for path in hidden::THINGS {
        let known = site.request(Method::Get, path).bearer(&owner).send().await.etag();
        site.request(Method::Get, path).bearer(&owner).if_none_match(&known).send().await.is(304);
        let words = json!({"headline": "Other", "name": "Other"});
        let words = if path.contains("/models/") { json!({"headline": "Other"}) } else { words };
        site.patch(path, &owner, &words).if_match(&known).send().await.is(200);
        site.patch(path, &owner, &words).if_match(&known).send().await.is(412);
    }
}

#[rocket::async_test]
async fn what_was_public_is_gone_from_every_kept_page_at_once() {
    let (site, owner) = hidden::site(json!({"cache": {"status": true}})).await;
    let routes = hidden::routes(&site).await;
    kept(&site, "/v2").await;
    let gets: Vec<&str> =
        routes.iter().filter(|route| route.method == "GET").map(|route| route.path.as_str()).collect();
    for path in gets.iter().chain(&["/", "/sitemap", "/v2/articles", "/v2/datasets", "/v2/models"]) {
        site.get(path).await;
        site.get_as(path, "text/html").await;
    }

    hidden::hide(&site, &owner, "private").await;

    for path in gets {
        site.get(path).await.is(404);
        site.get_as(path, "text/html").await.is(404);
    }
    for list in ["/v2/articles", "/v2/datasets", "/v2/models"] {
        assert_eq!(site.get(list).await.json()["totalItems"], 0);
    }
    for page in ["/", "/sitemap"] {
        let text = site.get_as(page, "text/html").await.text();
        assert!(!text.contains("/v2/datasets/rain") && !text.contains("article-1"), "{text}");
    }
}

#[rocket::async_test]
async fn what_was_public_is_not_given_either_while_the_database_is_away() {
    let (site, owner) = hidden::site(json!({"cache": {"status": true}})).await;
    for path in hidden::THINGS.iter().chain(&["/v2/datasets", "/v2/articles", "/v2/models"]) {
        kept(&site, path).await;
    }
    hidden::hide(&site, &owner, "private").await;

    site.works().store.close().await;

    for path in hidden::THINGS.iter().chain(&["/v2/datasets", "/v2/articles", "/v2/models"]) {
        site.get(path).await.is(503);
    }
}

#[rocket::async_test]
async fn a_write_to_something_private_makes_no_kept_page_out_of_date() {
    let (site, owner) = hidden::site(json!({"cache": {"status": true}})).await;
    let other = json!({"identifier": "other", "headline": "Other"});
    site.post("/v2/articles", &owner, &other).await.is(201);
    hidden::hide(&site, &owner, "private").await;
    let pages = ["/v2/articles", "/v2/datasets", "/v2/models", "/v2/articles/other", "/sitemap"];
    for page in pages.iter().filter(|page| **page != "/sitemap") {
        kept(&site, page).await;
    }

    for path in hidden::THINGS {
        let words = match path.contains("/models/") {
            true => json!({"headline": "Other"}),
            false => json!({"headline": "Other", "name": "Other"}),
        };
        site.patch(path, &owner, &words).send().await.is(200);
    }
    let row = json!({"cells": {"place": "Bonn"}});
    site.post("/v2/datasets/rain/rows", &owner, &row).await;
    site.delete("/v2/articles/article-1", &owner).send().await.is(204);

    for page in pages.iter().filter(|page| **page != "/sitemap") {
        assert!(is_hit(&site.get(page).await), "{page}");
    }
}

#[rocket::async_test]
async fn a_browser_that_is_signed_in_sees_what_is_its_owners_and_keeps_nothing_of_it() {
    let site = Site::with(json!({"public_url": SECURE})).await;
    let owner = site.user("owner", Role::Publisher).await;
    site.user("other", Role::Publisher).await;
    arrange::table(&site, &owner, "rain", "Rain", "a,b\n1,2\n").await;
    site.patch("/v2/datasets/rain", &owner, &json!({"visibility": "private"})).send().await.is(200);
    let mut own = Browser::signed_in(&site, "owner").await;
    let mut other = Browser::signed_in(&site, "other").await;

    for path in ["/v2/datasets/rain", "/v2/datasets/rain/rows", "/v2/datasets/rain/revisions/1"] {
        let page = own.get(path).await;
        assert_eq!(page.is(200).field("Cache-Control"), "private, no-store");
        assert_eq!((page.header("ETag"), page.header("xkey")), (None, None), "{page}");
        assert_eq!(page.header("Access-Control-Allow-Origin"), None, "no other site's script reads it");
        let (found, none) = (other.get(path).await, other.get(&path.replace("rain", "none")).await);
        hidden::tells_nothing(found.is(404), ("rain", "none"), &none, "other");
        Browser::new(&site).get(path).await.is(404);
    }
    assert!(own.get("/account").await.is(200).text().contains("/v2/datasets/rain"));
    assert!(!other.get("/account").await.is(200).text().contains("/v2/datasets/rain"));
}

#[rocket::async_test]
async fn what_is_public_is_kept_as_before_for_a_browser_that_is_signed_in() {
    let site = Site::with(json!({"public_url": SECURE})).await;
    let owner = site.user("owner", Role::Publisher).await;
    arrange::table(&site, &owner, "rain", "Rain", "a,b\n1,2\n").await;
    let mut own = Browser::signed_in(&site, "owner").await;

    let (mine, all) =
        (own.get("/v2/datasets/rain").await, Browser::new(&site).get("/v2/datasets/rain").await);

    assert_eq!((mine.fields_without(&[]), &mine.body), (all.fields_without(&[]), &all.body));
}
