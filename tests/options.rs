//! OPTIONS: what somebody can do with a resource now, and nothing that would be refused.
//! `OPTIONS *` stands in `heads.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{domain::permission::Role, jobs::runner::Runner};
use common::{
    Answer, BASE, MERGE, Site, arrange,
    browser::{Browser, SECURE},
    routes,
};
use rocket::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    (site, root)
}

async fn options(site: &Site, target: &str, token: Option<&str>) -> Answer {
    let request = site.request(Method::Options, target);
    if let Some(token) = token { request.bearer(token) } else { request }.send().await
}

/// The methods that an answer lists for who asked.
#[track_caller]
fn listed(answer: &Answer) -> BTreeSet<String> {
    let document = answer.is(200).json();
    let operations = document["operation"].as_array().unwrap_or_else(|| panic!("no operations in {answer}"));
    operations.iter().map(|one| one["method"].as_str().unwrap().to_string()).collect()
}

fn set(methods: &str) -> BTreeSet<String> {
    methods.split_whitespace().map(String::from).collect()
}

// ---- exactly what then succeeds --------------------------------------------------------------------------------

/// A request that would be fine from somebody who may.
async fn tried(site: &Site, method: &str, target: &str, token: Option<&str>, number: usize) -> Answer {
    let request = site.request(routes::method(method), target).header("Prefer", "wait=30");
    let request = if let Some(token) = token { request.bearer(token) } else { request };
    let fine = |value: Value| request_body(&value);
    let path = target.split('?').next().unwrap();
    let last = path.rsplit('/').find(|segment| segment.chars().all(|c| c.is_ascii_lowercase())).unwrap_or("");
    let (media, body) = match (method, last) {
        _ if path == "/v1/echo" => ("text/plain", "Hello".to_string()),
        ("GET" | "DELETE", _) => return request.send().await,
        ("PATCH", "articles" | "models" | "species") => fine(json!({"headline": format!("Other {number}")})),
        ("POST" | "PUT", "articles") => fine(json!({"headline": format!("New {number}")})),
        ("PATCH", "datasets" | "rain") => fine(json!({"description": "Wet."})),
        ("POST", "datasets") => fine(
            json!({"name": format!("New {number}"), "columns": [{"identifier": "a", "columnType": "integer"}]}),
        ),
        ("PATCH", "rows") if path.ends_with("/rows") => {
            ("application/x-ndjson", json!({"identifier": 1, "cells": {"place": "Ulm"}}).to_string())
        }
        (_, "rows") => fine(json!({"cells": {"place": "Ulm", "type_": "a", "wet": true}})),
        ("POST", "revisions") => fine(json!({"note": "Once more"})),
        ("POST", "models") => {
            fine(json!({"headline": format!("New {number}"), "dataset": "penguins", "target": "species"}))
        }
        ("POST", "versions") => fine(json!({})),
        ("POST", "predictions") => fine(json!({"bill_length_mm": 40, "island": "Dream"})),
        ("POST", "applications") => {
            fine(json!({"dataset": "penguins", "identifier": format!("predicted-{number}")}))
        }
        ("POST", "infer") => fine(json!({"inputs": [
            {"name": "predict", "shape": [1, 2], "datatype": "BYTES", "data": ["40", "Dream"]},
        ]})),
        ("POST", "messages") => ("text/plain", "Hello".to_string()),
        ("POST", "tokens") => fine(json!({"name": "new"})),
        ("POST", "users") => fine(json!({"identifier": format!("new-{number}")})),
        ("PATCH", "users" | "root") => fine(json!({"role": "admin"})),
        _ => panic!("expected a request that this list knows, found {method} {target}"),
    };
    let media = if method == "PATCH" && media == "application/json" { MERGE } else { media };
    request.header("Content-Type", media).body(body).send().await
}

fn request_body(value: &Value) -> (&'static str, String) {
    ("application/json", value.to_string())
}

/// What is listed for one caller at every URL, against what then happens.
async fn what_is_listed_succeeds_and_nothing_else(role: Option<Role>) {
    let (site, root) = site().await;
    let own = match role {
        Some(Role::Admin) => Some(root),
        Some(role) => Some(site.user("ann", role).await),
        None => None,
    };
    let token = own.as_deref();
    let patterns: BTreeSet<String> = routes::all(&site).into_iter().map(|(_, pattern)| pattern).collect();
    let mut deletes = Vec::new();
    for (number, pattern) in patterns.iter().enumerate() {
        let target = arrange::real(&site, pattern).await;
        let answer = options(&site, &target, token).await;
        if answer.status == 404 {
            tried(&site, "GET", &target, token, number).await.is(404);
            continue;
        }
        let listed = listed(&answer);
        let has = answer.field("Allow").split(", ").filter(|one| !["HEAD", "OPTIONS"].contains(one));
        for method in has.map(String::from).collect::<Vec<_>>() {
            if method == "DELETE" && listed.contains("DELETE") {
                deletes.push(target.clone());
                continue;
            }
            let tried = tried(&site, &method, &target, token, number).await;
            // Where one signs in is not what was asked for.
            let succeeds =
                tried.status < 400 && !tried.header("Location").is_some_and(|to| to.contains("/sign-in?"));
            assert_eq!(succeeds, listed.contains(&method), "{listed:?} were listed, found {tried}");
        }
    }
    // What others depend on goes last, the token that all this is done with at the very end.
    deletes.sort_by_key(|target| {
        (target.contains("/tokens"), target.contains("/users"), std::cmp::Reverse(target.len()))
    });
    for target in deletes {
        assert!(listed(&options(&site, &target, token).await).contains("DELETE"), "{target}");
        let deleted = tried(&site, "DELETE", &target, token, 0).await;
        assert!(deleted.status < 400, "DELETE was listed, found {deleted}");
    }
}

#[rocket::async_test]
async fn for_nobody_exactly_what_is_listed_succeeds() {
    what_is_listed_succeeds_and_nothing_else(None).await;
}

#[rocket::async_test]
async fn for_a_reader_exactly_what_is_listed_succeeds() {
    what_is_listed_succeeds_and_nothing_else(Some(Role::Reader)).await;
}

#[rocket::async_test]
async fn for_an_editor_exactly_what_is_listed_succeeds() {
    what_is_listed_succeeds_and_nothing_else(Some(Role::Editor)).await;
}

#[rocket::async_test]
async fn for_a_publisher_exactly_what_is_listed_succeeds() {
    what_is_listed_succeeds_and_nothing_else(Some(Role::Publisher)).await;
}

#[rocket::async_test]
async fn for_an_administrator_exactly_what_is_listed_succeeds() {
    what_is_listed_succeeds_and_nothing_else(Some(Role::Admin)).await;
}

// ---- by role, ownership and state ------------------------------------------------------------------------------

#[rocket::async_test]
async fn the_document_is_json_ld_about_the_url_and_kept_nowhere() {
    let (site, root) = site().await;

    let answer = options(&site, "/v2/articles/article-1", Some(&root)).await;

    let document = answer.is(200).json();
    assert_eq!(
        document["@context"],
        almanac::represent::vocab::context_url(&almanac::represent::link::Base::new(BASE))
    );
    assert_eq!(document["@id"], format!("{BASE}/v2/articles/article-1"));
    assert_eq!(document["@type"], json!(["Article", "schema:Article"]));
    let read = site.get("/v2/articles/article-1").await.json();
    assert_eq!(document["operation"], read["operation"], "an administrator may do all of it");
    assert_eq!(answer.field("Content-Type"), "application/ld+json");
    assert_eq!(answer.field("Cache-Control"), "no-store");
    assert_eq!(answer.field("Allow"), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    assert_eq!(answer.field("Vary"), "Accept, Accept-Encoding");
    for name in ["ETag", "Content-Location", "Last-Modified"] {
        assert_eq!(answer.header(name), None, "it is no representation of the article: {answer}");
    }
    let plain = site.request(Method::Options, "/v2/articles").header("Accept", "application/json");
    assert_eq!(plain.send().await.is(200).field("Content-Type"), "application/json");
    let other = site.request(Method::Options, "/v2/articles").header("Accept", "image/png");
    assert_eq!(other.send().await.is(200).field("Content-Type"), "application/ld+json");
}

#[rocket::async_test]
async fn each_role_is_told_what_it_may_and_allow_is_the_same_for_all() {
    let (site, _) = site().await;
    let mut allows = BTreeSet::new();

    for (role, methods) in [
        (None, "GET"),
        (Some(Role::Reader), "GET"),
        (Some(Role::Editor), "GET PUT PATCH DELETE"),
        (Some(Role::Publisher), "GET PUT PATCH DELETE"),
    ] {
        let token = match role {
            Some(role) => Some(site.anybody(role).await),
            None => None,
        };
        let answer = options(&site, "/v2/articles/article-1", token.as_deref()).await;
        assert_eq!(listed(&answer), set(methods), "{role:?}");
        allows.insert(answer.field("Allow").to_string());
    }
    assert_eq!(allows.len(), 1, "{allows:?}");
}

#[rocket::async_test]
async fn a_message_is_deleted_by_its_sender_or_an_administrator() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Reader).await;
    let left = site.request(Method::Post, "/v2/messages").bearer(&ann).header("Content-Type", "text/plain");
    let path = left.body("Mine").send().await.is(201).field("Location").to_string();

    assert_eq!(listed(&options(&site, &path, Some(&ann)).await), set("GET DELETE"));
    assert_eq!(listed(&options(&site, &path, Some(&root)).await), set("GET DELETE"));
    assert_eq!(listed(&options(&site, "/v2/messages/1", Some(&ann)).await), set("GET"));
    assert_eq!(listed(&options(&site, &path, None).await), set("GET"));
}

#[rocket::async_test]
async fn a_job_can_be_called_off_until_it_has_ended() {
    let site = Site::empty().await;
    site.rocket().state::<Runner>().unwrap().stop().await;
    let pia = site.user("pia", Role::Publisher).await;
    arrange::table(&site, &pia, "wet", "Wet", "mm,wet\n1,no\n2,no\n30,yes\n40,yes\n3,no\n50,yes\n").await;
    let wanted = json!({"headline": "Wet", "dataset": "wet", "target": "wet"});
    let queued = site.request(Method::Post, "/v2/models").bearer(&pia).json(&wanted);
    let job = queued.header("Prefer", "respond-async").send().await.is(202).field("Location").to_string();

    assert_eq!(listed(&options(&site, &job, Some(&pia)).await), set("GET DELETE"));
    site.delete(&job, &pia).send().await.is(204);

    assert_eq!(listed(&options(&site, &job, Some(&pia)).await), set("GET"));
    site.delete(&job, &pia).send().await.is(409).has_problem("already-ended");
}

#[rocket::async_test]
async fn what_something_depends_on_cannot_be_deleted() {
    let (site, root) = site().await;

    let used = listed(&options(&site, "/v2/datasets/penguins", Some(&root)).await);
    let free = listed(&options(&site, "/v2/datasets/rain", Some(&root)).await);
    assert_eq!((used, free), (set("GET PATCH"), set("GET PATCH DELETE")));

    site.user("other", Role::Admin).await;
    let busy = listed(&options(&site, "/v2/users/root", Some(&root)).await);
    let other = listed(&options(&site, "/v2/users/other", Some(&root)).await);
    assert_eq!((busy, other), (set("GET PATCH"), set("GET PATCH DELETE")), "root has jobs");
}

#[rocket::async_test]
async fn the_last_administrator_cannot_be_deleted() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;

    assert_eq!(listed(&options(&site, "/v2/users/root", Some(&root)).await), set("GET PATCH"));
    site.user("other", Role::Admin).await;
    assert_eq!(listed(&options(&site, "/v2/users/root", Some(&root)).await), set("GET PATCH DELETE"));
}

// ---- what is not there, or not one's own -----------------------------------------------------------------------

#[rocket::async_test]
async fn bad_credentials_are_401_wherever_a_route_fits() {
    let (site, _) = site().await;

    for (_, pattern) in routes::all(&site) {
        let target = arrange::real(&site, &pattern).await;
        options(&site, &target, Some("alm_wrong")).await.is(401).has_problem("unauthorized");
    }
}

#[rocket::async_test]
async fn what_get_does_not_find_options_does_not_find_in_the_same_words() {
    let (site, root) = site().await;
    site.delete("/v2/datasets/rain", &root).send().await.is(204);

    for target in [
        "/v2/articles/none",
        "/v2/articles/article-1.csv",
        "/v2/datasets/none",
        "/v2/datasets/rain",
        "/v2/datasets/rain/rows",
        "/v2/datasets/rain/columns",
        "/v2/datasets/none/rows/1",
        "/v2/datasets/penguins/rows/999999",
        "/v2/datasets/penguins/rows/01",
        "/v2/datasets/penguins/revisions/2",
        "/v2/datasets/penguins/revisions/1/none.csv",
        "/v2/models/none",
        "/v2/models/none/prediction",
        "/v2/models/species/versions/2",
        "/v2/models/species/versions/2/predictions",
        "/v2/jobs/99",
        "/v2/messages/99",
        "/v2/messages/99/content",
        "/v2/messages/1/content.html",
        "/v2/me/tokens/99",
        "/v2/users/none",
        "/problems/none",
        "/static/none",
        "/v1/articles/none",
        "/v1/datasets/none/rows",
        "/v1/models/none/predict/a/1",
        "/v1/messages/99",
        "/nothing",
        "/v2/articles/a/b/c",
    ] {
        let get = site.request(Method::Get, target).bearer(&root).send().await;
        let answer = options(&site, target, Some(&root)).await;
        assert!([404, 410].contains(&get.status), "{get}");
        assert_eq!((answer.status, &answer.body), (get.status, &get.body), "{get}{answer}");
        assert_eq!(answer.fields_without(&[]), get.fields_without(&[]), "{target}");
    }
}

#[rocket::async_test]
async fn anothers_job_and_token_are_answered_as_if_there_were_none() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Publisher).await;

    for (theirs, absent) in [("/v2/jobs/1", "/v2/jobs/7"), ("/v2/me/tokens/2", "/v2/me/tokens/7")] {
        options(&site, theirs, Some(&root)).await.is(200);
        let (found, missing) =
            (options(&site, theirs, Some(&ann)).await, options(&site, absent, Some(&ann)).await);
        assert_eq!(found.is(404).text().replace(theirs, absent), missing.is(404).text());
        assert_eq!(found.fields_without(&[]), missing.fields_without(&[]));
    }
}

#[rocket::async_test]
async fn who_may_not_read_somewhere_is_told_the_methods_and_not_whether_there_is_something() {
    let (site, _) = site().await;
    let ann = site.user("ann", Role::Publisher).await;

    for (there, absent, token) in [
        ("/v2/jobs/1", "/v2/jobs/7", None),
        ("/v2/me/tokens/2", "/v2/me/tokens/7", None),
        ("/v2/users/root", "/v2/users/none", None),
        ("/v2/users/root", "/v2/users/none", Some(&ann)),
    ] {
        let token = token.map(String::as_str);
        let (found, missing) = (options(&site, there, token).await, options(&site, absent, token).await);
        assert_eq!(listed(&found), set(""), "{found}");
        assert!(found.field("Allow").starts_with("GET, HEAD"), "{found}");
        assert_eq!(found.text().replace(there, absent), missing.text());
        assert_eq!(found.fields_without(&[]), missing.fields_without(&[]));
    }
}

// ---- where no credentials count --------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_preflight_asks_neither_for_credentials_nor_the_database() {
    let (site, _) = site().await;
    let preflight = async |target: &str, token: Option<&str>| {
        let request = site.request(Method::Options, target).header("Origin", "https://example.org");
        let request = request.header("Access-Control-Request-Method", "PUT");
        if let Some(token) = token { request.bearer(token) } else { request }.send().await
    };

    site.works().store.close().await;

    for target in ["/v2/articles/article-1", "/v2/articles/none", "/v2/jobs/1"] {
        let answer = preflight(target, None).await;
        answer.is(204);
        assert_eq!(answer.field("Access-Control-Allow-Methods"), answer.field("Allow"));
        assert_eq!(preflight(target, Some("alm_wrong")).await.is(204).field("Allow"), answer.field("Allow"));
    }
    preflight("/nothing", None).await.is(404);
    options(&site, "/v2/articles/article-1", None).await.is(503).has_problem("unavailable");
    options(&site, "/v2", None).await.is(200);
}

#[rocket::async_test]
async fn of_pages_for_who_is_signed_in_exactly_those_that_open_are_listed() {
    let site = Site::with(json!({"public_url": SECURE})).await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let pages = [
        "/account",
        "/account/password",
        "/account/sessions",
        "/account/tokens",
        "/account/users",
        "/account/users/ann",
        "/account/users/nobody",
        "/account/audit",
        "/edit/articles",
        "/edit/articles/article-1",
        "/edit/articles/not-there",
        "/edit/datasets",
        "/edit/users",
        "/edit/nope",
    ];
    for (name, role, open) in
        [("ann", Role::Reader, 4), ("pia", Role::Publisher, 7), ("adam", Role::Admin, 10)]
    {
        site.user(name, role).await;
        let mut browser = Browser::signed_in(&site, name).await;
        let mut opened = 0;
        for page in pages {
            let status = browser.get(page).await.status;
            let answer = browser.request(Method::Options, page).send().await;
            match status {
                404 => drop(answer.is(404)),
                status => {
                    assert_eq!(listed(&answer).contains("GET"), status == 200, "{name}: {page} is {status}")
                }
            }
            opened += u32::from(status == 200);
        }
        assert_eq!(opened, open, "{name}");
    }
}
