//! The representation cache: what is given again, what is not, and that nothing given again is out of date.
//! How entity tags and Cache-Control look stands in `caching.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

#[path = "cache/kernel.rs"]
mod kernel;
#[path = "cache/processes.rs"]
mod processes;

mod common;

use almanac::{cache::Cache, domain::permission::Role, routes::ask};
use common::{Answer, MERGE, Site, arrange, routes};
use futures::future::join_all;
use rocket::http::Method;
use serde_json::json;
use std::{sync::Arc, time::Duration};

const RAIN: &str = "/v2/articles/rain";

/// A site that says what it kept, once it keeps anything, and an administrator's token.
async fn site() -> (Site, String) {
    let site = Site::with(json!({"cache": {"status": true}})).await;
    let root = site.user("root", Role::Admin).await;
    kept(&site, "/v2").await;
    (site, root)
}

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

fn cache(site: &Site) -> &Arc<Cache> {
    &site.rocket().state::<ask::Site>().unwrap().cache
}

async fn article(site: &Site, token: &str, slug: &str) -> String {
    let draft = json!({"identifier": slug, "headline": slug, "articleBody": "It rained. ".repeat(100)});
    site.post("/v2/articles", token, &draft).await.is(201);
    format!("/v2/articles/{slug}")
}

/// Every URL that `GET` answers with 200 to everybody: real names where the arranged site has them.
async fn public(site: &Site) -> Vec<String> {
    let mut found = Vec::new();
    for pattern in routes::patterns(site, "GET") {
        let names = ["1", "article-1", "penguins", "species", "rain"];
        for name in names {
            let segments = pattern.split('/').map(|segment| match segment {
                variable if variable.starts_with("<number") || variable.starts_with("<id") => "1",
                variable if variable.starts_with('<') => name,
                fixed => fixed,
            });
            let target = segments.collect::<Vec<_>>().join("/");
            if !found.contains(&target) && site.get(&target).await.status == 200 {
                found.push(target);
            }
        }
    }
    assert!(found.len() > 40, "expected the public documents, found {found:?}");
    found
}

// ---- what is given again -----------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_second_read_is_given_again_with_the_bytes_and_fields_of_the_first() {
    let (site, root) = site().await;
    arrange::everything(&site, &root).await;

    let mut again = 0;
    for target in public(&site).await {
        for (media, coding) in [("application/ld+json", "gzip"), ("text/html", "zstd"), ("*/*", "identity")] {
            let read = || site.request(Method::Get, &target).header("Accept", media);
            let read = async || read().header("Accept-Encoding", coding).send().await;
            let (first, second) = (read().await, read().await);
            if is_hit(&second) {
                again += 1;
                assert_eq!(second.status, 200, "{second}");
                let but = ["cache-status"];
                assert_eq!(second.fields_without(&but), first.fields_without(&but), "{target}");
                assert_eq!(second.body, first.body, "{target}");
                let known = site.request(Method::Get, &target).header("Accept", media);
                let known = known.header("Accept-Encoding", coding).if_none_match(&first.etag()).send().await;
                assert!(is_hit(known.is(304)), "{known}");
            } else {
                let control = second.field("Cache-Control");
                let stored =
                    second.header("Repr-Digest").is_some() || second.header("Cache-Status").is_none();
                assert!(stored || control.contains("no-store"), "expected it kept, found {second}");
            }
        }
    }
    assert!(again > 90, "expected most public documents kept, found {again}");
}

#[rocket::async_test]
async fn a_hit_and_a_304_ask_no_database() {
    let (site, root) = site().await;
    let rain = article(&site, &root, "rain").await;
    let known = site.request(Method::Get, &rain).bearer(&root).send().await;
    let tag = kept(&site, &rain).await.etag();

    site.works().store.close().await;

    assert!(is_hit(site.get(&rain).await.is(200)));
    assert!(is_hit(site.request(Method::Get, &rain).if_none_match(&tag).send().await.is(304)));
    let again = site.request(Method::Get, &rain).bearer(&root).send().await;
    assert_eq!((again.status, &again.body), (200, &known.body), "whose token it is was known too");
    site.get("/v2/articles/other").await.is(503);
    site.request(Method::Get, &rain).bearer("alm_wrong").send().await.is(401);
}

#[rocket::async_test]
async fn what_is_fixed_is_given_while_the_database_is_away_for_longer_than_bumps_are_heard() {
    let (site, root) = site().await;
    arrange::everything(&site, &root).await;
    let revision = kept(&site, "/v2/datasets/penguins/revisions/1").await;

    site.works().store.close().await;
    // Nothing is heard any more: the follower of bumps has lost its database too.
    site.rocket().state::<almanac::jobs::runner::Runner>().unwrap().stop().await;
    tokio::time::sleep(Duration::from_millis(2_200)).await;

    for _ in 0..3 {
        let again = site.get("/v2/datasets/penguins/revisions/1").await;
        assert_eq!(again.is(200).body, revision.body);
    }
}

#[rocket::async_test]
async fn spellings_of_one_wish_are_one_entry() {
    let (site, root) = site().await;
    let rain = article(&site, &root, "rain").await;
    site.get(&rain).await.is(200);

    for accept in [
        "application/ld+json",
        "application/ld+json;q=0.5",
        "*/*",
        "application/*, text/html;q=0.1",
        "image/png, application/ld+json;profile=\"x\"",
        "APPLICATION/LD+JSON , */*;q=0.01",
        "text/html;q=0, */*",
    ] {
        for coding in ["identity", "", "br", "identity;q=0.5", "deflate, identity"] {
            let request = site.request(Method::Get, &rain).header("Accept", accept);
            let answer = request.header("Accept-Encoding", coding).send().await;
            assert!(is_hit(&answer), "{accept} and {coding}: {answer}");
        }
    }
    let page = site.get_as(&rain, "text/html").await;
    assert!(!is_hit(&page) && page.field("Content-Type").starts_with("text/html"), "{page}");
}

#[rocket::async_test]
async fn thirty_who_ask_at_once_for_what_is_not_there_have_it_made_once() {
    let (site, root) = site().await;
    let rain = article(&site, &root, "rain").await;

    let answers = join_all((0..30).map(|_| site.get(&rain))).await;

    let made = answers.iter().filter(|answer| !is_hit(answer.is(200))).count();
    assert_eq!(made, 1, "{:?}", answers.iter().map(|a| a.all("Cache-Status")).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
}

#[rocket::async_test]
async fn who_waits_for_an_error_is_answered_too() {
    let (site, _) = site().await;

    let answers = join_all((0..30).map(|_| site.get("/v2/articles/none"))).await;

    assert!(answers.iter().all(|answer| answer.is(404).field("Cache-Control") == "no-cache"));
}

// ---- what is not -------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn after_every_kind_of_write_each_kept_answer_is_the_one_that_would_be_made_anew() {
    let (site, root) = site().await;
    arrange::everything(&site, &root).await;
    let public = public(&site).await;
    let rows = "/v2/datasets/penguins/rows";
    let about = json!({"about": [format!("{}/v2/models/species", common::BASE)]});
    let writes = [
        (Method::Patch, "/v2/articles/article-1", json!({"headline": "Another"})),
        (Method::Patch, "/v2/articles/article-2", json!({"about": []})),
        (Method::Put, "/v2/articles/article-2", json!({"headline": "New", "about": about["about"]})),
        (Method::Put, "/v2/articles/article-4", json!({"headline": "Four", "about": about["about"]})),
        (Method::Delete, "/v2/articles/article-4", json!(null)),
        (Method::Delete, "/v2/articles/article-3", json!(null)),
        (Method::Post, "/v2/articles", json!({"headline": "Five", "about": []})),
        (Method::Patch, "/v2/datasets/penguins", json!({"description": "Birds"})),
        (Method::Patch, "/v2/datasets/penguins/rows/1", json!({"cells": {"island": "Dream"}})),
        (Method::Delete, "/v2/datasets/penguins/rows/2", json!(null)),
        (Method::Post, "/v2/datasets/penguins/revisions", json!({"note": "Sealed"})),
        (Method::Post, "/v2/models/species/versions", json!({})),
        (Method::Patch, "/v2/models/species", json!({"headline": "Which bird?"})),
        (
            Method::Post,
            "/v2/datasets",
            json!({"name": "Empty", "columns": [{"name": "a", "columnType": "text"}]}),
        ),
        (Method::Delete, "/v2/datasets/empty", json!(null)),
        (Method::Delete, "/v2/messages/1", json!(null)),
        (Method::Delete, "/v2/models/species", json!(null)),
    ];
    assert!(public.iter().any(|target| target == rows));

    for (method, target, body) in writes {
        for target in &public {
            // Twice: what was made by the first read is given by the second.
            site.get(target).await;
        }
        let mut request = site.request(method, target).bearer(&root);
        if !body.is_null() {
            request = request.json(&body);
            if method == Method::Patch {
                request = request.header("Content-Type", MERGE);
            }
        }
        let written = request.header("Prefer", "wait=30").send().await;
        assert!((200..300).contains(&written.status), "{written}");

        for target in &public {
            let found = site.get(target).await;
            let anew = site.request(Method::Get, target).header("Cache-Control", "no-cache").send().await;
            let but = ["cache-status"];
            assert_eq!(found.status, anew.status, "{target} after {}", written.said);
            if found.status < 400 {
                assert_eq!(found.body, anew.body, "{target} after {}", written.said);
                assert_eq!(found.fields_without(&but), anew.fields_without(&but), "{target}");
            }
        }
    }
}

#[rocket::async_test]
async fn who_wants_an_answer_made_anew_gets_it_and_who_wants_it_forgotten_too() {
    let (site, root) = site().await;
    let rain = article(&site, &root, "rain").await;

    let forgone = site.request(Method::Get, &rain).header("Cache-Control", "no-store").send().await;
    assert_eq!(forgone.is(200).field("Cache-Status"), "almanac; fwd=request");
    assert_eq!(site.get(&rain).await.field("Cache-Status"), "almanac; fwd=miss; stored");
    for (name, value) in [("Cache-Control", "no-cache"), ("Pragma", "no-cache")] {
        let anew = site.request(Method::Get, &rain).header(name, value).send().await;
        assert_eq!(anew.is(200).field("Cache-Status"), "almanac; fwd=request; stored");
    }
    for value in ["max-age=0", "max-stale", "min-fresh=10", "x"] {
        assert!(is_hit(&site.request(Method::Get, &rain).header("Cache-Control", value).send().await));
    }
}

#[rocket::async_test]
async fn nothing_private_and_no_error_is_kept() {
    let (site, root) = site().await;
    arrange::everything(&site, &root).await;

    for target in ["/v2/me", "/v2/me/tokens", "/v2/jobs", "/v2/jobs/1", "/v2/users", "/v2/users/root"] {
        for _ in 0..2 {
            let answer = site.request(Method::Get, target).bearer(&root).send().await;
            assert_eq!(answer.is(200).header("Cache-Status").filter(|_| is_hit(&answer)), None);
        }
        assert!(!cache(&site).knows(target), "{target}");
        site.get(target).await.is(401);
    }
    for target in ["/v2/articles/none", "/v2/articles?page=x", "/livez", "/v1/echo"] {
        site.get(target).await;
        assert!(!cache(&site).knows(target), "{target}");
    }
}

#[rocket::async_test]
async fn false_credentials_are_refused_where_the_answer_is_kept() {
    let (site, root) = site().await;
    let rain = article(&site, &root, "rain").await;
    kept(&site, &rain).await;

    for credentials in ["Bearer alm_wrong", "Basic eDp5", "Digest x", ""] {
        let answer = site.request(Method::Get, &rain).header("Authorization", credentials).send().await;
        answer.is(401).has_problem("unauthorized");
    }
    assert!(is_hit(&site.request(Method::Get, &rain).bearer(&root).send().await));
}

#[rocket::async_test]
async fn credentials_that_were_good_a_moment_ago_are_refused_once_they_are_revoked() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Reader).await;
    let me = async |token: &str| site.request(Method::Get, "/v2/me").bearer(token).send().await.status;
    let basic =
        async |password: &str| site.request(Method::Get, "/v2/me").basic("ann", password).send().await;
    assert_eq!((me(&ann).await, basic(common::PASSWORD).await.status), (200, 200));
    assert_eq!((me(&ann).await, basic(common::PASSWORD).await.status), (200, 200));

    site.patch("/v2/users/ann", &root, &json!({"role": "editor"})).send().await.is(200);
    assert_eq!(site.post("/v2/articles", &ann, &json!({"headline": "Now I may"})).await.status, 201);
    let another = json!({"password": "another long password"});
    site.patch("/v2/users/ann", &root, &another).send().await.is(200);
    assert_eq!((me(&ann).await, basic(common::PASSWORD).await.status), (401, 401));
    assert_eq!(basic("another long password").await.status, 200);
    site.patch("/v2/users/ann", &root, &json!({"disabled": true})).send().await.is(200);
    assert_eq!(basic("another long password").await.status, 401);
}

// ---- when the database is away, and bounds -----------------------------------------------------------------------

#[rocket::async_test]
async fn an_old_answer_is_better_than_an_error_but_not_for_those_who_must_be_known() {
    let (site, root) = site().await;
    let rain = article(&site, &root, "rain").await;
    let old = kept(&site, &rain).await;
    site.patch(&rain, &root, &json!({"headline": "Snow"})).send().await.is(200);

    site.works().store.close().await;

    let found = site.get(&rain).await;
    assert_eq!(found.is(200).body, old.body);
    assert_eq!(found.field("Cache-Status"), "almanac; hit; detail=database-away");
    site.request(Method::Get, &rain).if_none_match(&old.etag()).send().await.is(304);
    site.request(Method::Get, &rain).bearer(&site_token()).send().await.is(503);
    site.patch(&rain, &root, &json!({"headline": "Hail"})).send().await.is(503);
}

/// A token that looks like one, of nobody.
fn site_token() -> String {
    almanac::auth::bearer::fresh().unwrap()
}

#[rocket::async_test]
async fn the_cache_stays_within_its_bytes() {
    let bound = 200_000;
    let site = Site::with(json!({"cache": {"status": true, "size_bytes": bound}})).await;
    kept(&site, "/v2").await;

    for number in 0..400 {
        site.get(&format!("/v2/articles?page=1&x={number}")).await.is(200);
        assert!(cache(&site).bytes() <= bound, "{} bytes", cache(&site).bytes());
    }
    assert!(cache(&site).bytes() > bound / 4, "expected it in use, found {} bytes", cache(&site).bytes());
}

#[rocket::async_test]
async fn a_cache_of_no_bytes_keeps_nothing() {
    let site = Site::with(json!({"cache": {"status": true, "size_bytes": 0}})).await;

    for _ in 0..3 {
        assert_eq!(site.get("/v2").await.is(200).field("Cache-Status"), "almanac; fwd=miss");
    }
}
