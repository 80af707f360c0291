//! Who calls what: counted by version, route and user, shown to administrators.

use super::{V1, kept, site};
use crate::common::{BASE, Site};
use almanac::{
    domain::{permission::Role, usage::Principal},
    jobs::tally,
};
use chrono::{Duration, Utc};
use rocket::http::Method;
use serde_json::{Value, json};

fn today() -> String {
    Utc::now().format("%Y-%m-%d").to_string()
}

async fn usage(site: &Site, root: &str, query: &str) -> Value {
    let answer = site.request(Method::Get, &format!("/v2/usage{query}")).bearer(root).send().await;
    answer.is(200).json()
}

/// Requests by route and principal.
fn counts(document: &Value) -> Vec<(String, String, i64)> {
    let text = |member: &Value, key: &str| member[key].as_str().unwrap().to_string();
    let members = document["member"].as_array().unwrap().iter();
    let count = |member: &Value| {
        (text(member, "route"), text(member, "principal"), member["requests"].as_i64().unwrap())
    };
    members.map(count).collect()
}

fn count(document: &Value, route: &str, principal: &str) -> i64 {
    let found = counts(document).into_iter().find(|(at, by, _)| at == route && by == principal);
    found.map_or(0, |(_, _, requests)| requests)
}

#[rocket::async_test]
async fn each_answer_is_counted_by_route_and_user_kept_ones_and_errors_too() {
    let (site, root) = site(json!({"cache": {"status": true}})).await;
    let bob = site.user("bob", Role::Reader).await;
    let as_bob = |path: &str| site.request(Method::Get, path).bearer(&bob).send();

    let (kept, first) = kept(&site, "/v1/articles/rain", "*/*").await;
    let same = site.request(Method::Get, "/v1/articles/rain").if_none_match(&kept.etag()).send().await;
    same.is(304);
    as_bob("/v1/articles/rain").await.is(200);
    as_bob("/v1/articles/none").await.is(404);
    let (_, second) = super::kept(&site, "/articles/rain", V1).await;
    site.get("/articles/rain").await.is(307);
    site.get("/v2/articles/rain.html").await.is(200);
    site.get("/v2/nothing").await.is(404);

    let found = usage(&site, &root, "").await;
    assert_eq!(count(&found, "/v1/articles/<slug>", "(anonymous)"), first + second + 1);
    assert_eq!(count(&found, "/v1/articles/<slug>", "bob"), 2);
    assert_eq!(count(&found, "/v2/articles/<slug>", "(anonymous)"), 1);
    assert_eq!(count(&found, "/v2/articles", "root"), 1, "the article of the site: {found}");
    assert_eq!(counts(&found).len(), 4, "nothing else: {found}");
    let text = found.to_string();
    assert!(!text.contains("articles/rain") && !text.contains("articles/none"), "never a raw path: {text}");
}

#[rocket::async_test]
async fn an_entry_says_what_was_called_by_whom_and_whether_that_will_end() {
    let (site, root) = site(json!({})).await;
    let bob = site.user("bob", Role::Reader).await;
    site.request(Method::Get, "/v1/articles").bearer(&bob).send().await.is(200);

    let found = usage(&site, &root, "?principal=bob").await;

    let id = format!("{BASE}/v2/usage?from={0}&to={0}&route=%2Fv1%2Farticles&principal=bob", today());
    assert_eq!(
        found["member"],
        json!([{
            "@id": format!("{id}#usage"),
            "@type": ["Usage"],
            "day": today(),
            "apiVersion": "v1",
            "route": "/v1/articles",
            "principal": "bob",
            "requests": 1,
            "deprecated": true,
            "user": format!("{BASE}/v2/users/bob"),
        }])
    );
    assert_eq!(found["@type"][0], "UsageCollection");
    let same = site.request(Method::Get, &id).bearer(&root).send().await.is(200).json();
    assert_eq!(same["member"], found["member"]);
}

#[rocket::async_test]
async fn callers_of_what_is_deprecated_can_be_named() {
    let (first, root) = site(json!({})).await;
    let bob = first.user("bob", Role::Reader).await;
    first.request(Method::Get, "/v1/articles").bearer(&bob).send().await.is(200);
    first.get("/v2/articles").await.is(200);
    let (later, admin) = site(json!({"v1": {"deprecation": "2100-01-01", "sunset": "2100-01-01"}})).await;
    later.get("/v1/articles").await.is(200);

    let v1 = "/v1/articles";
    for (query, expected) in [
        ("?deprecated=true", vec![(v1, "bob")]),
        ("?version=v1", vec![(v1, "bob")]),
        ("?version=v2&deprecated=true", vec![]),
        ("?deprecated=false", vec![("/v2/articles", "(anonymous)"), ("/v2/articles", "root")]),
        ("?version=v2&principal=root", vec![("/v2/articles", "root")]),
        ("?route=/v2/articles&principal=(anonymous)", vec![("/v2/articles", "(anonymous)")]),
    ] {
        let found = usage(&first, &root, query).await;
        let named: Vec<_> = counts(&found);
        let named: Vec<_> = named.iter().map(|(route, by, _)| (route.as_str(), by.as_str())).collect();
        assert_eq!(named, expected, "{query}");
        assert_eq!(found["totalItems"], expected.len(), "{query}");
    }
    assert_eq!(usage(&later, &admin, "?deprecated=true").await["totalItems"], 0);
}

/// What ann asked for, as counted on the day so many days ago.
fn of_ann(days: i64) -> almanac::domain::usage::Usage {
    almanac::domain::usage::Usage {
        day: (Utc::now() - Duration::days(days)).date_naive().and_time(Default::default()).and_utc(),
        route: "/v1/hello".into(),
        version: "v1".into(),
        principal: Principal::User("ann".into()),
        requests: days,
    }
}

async fn add(site: &Site, counted: &[almanac::domain::usage::Usage]) {
    let mut tx = site.works().store.write().await.unwrap();
    almanac::store::usage::add(&mut tx, counted).await.unwrap();
    tx.commit().await.unwrap();
}

/// The numbers of requests of ann, of the days that the query chooses.
async fn requests_of_ann(site: &Site, root: &str, query: &str) -> Vec<i64> {
    let found = usage(site, root, &format!("?principal=ann{query}")).await;
    counts(&found).into_iter().map(|(_, _, requests)| requests).collect()
}

#[rocket::async_test]
async fn days_are_chosen_by_from_and_to() {
    let (site, root) = site(json!({"usage": {"days": 30}})).await;
    add(&site, &[of_ann(25), of_ann(10), of_ann(20)]).await;
    add(&site, &[of_ann(10), of_ann(20)]).await;
    let day = (Utc::now() - Duration::days(20)).format("%Y-%m-%d").to_string();

    for (query, expected) in [
        (String::new(), vec![20, 40, 25]),
        (format!("&from={day}"), vec![20, 40]),
        (format!("&to={day}"), vec![40, 25]),
        (format!("&from={day}&to={day}"), vec![40]),
    ] {
        assert_eq!(requests_of_ann(&site, &root, &query).await, expected, "the newest day first: {query}");
    }
}

#[rocket::async_test]
async fn days_beyond_those_that_are_kept_are_deleted() {
    let (site, root) = site(json!({"usage": {"days": 30}})).await;
    add(&site, &[of_ann(40), of_ann(10)]).await;

    // The sweeper of the site may have been faster: what is left is the promise, not who deleted it.
    tally::forget(site.works()).await.unwrap();

    assert_eq!(requests_of_ann(&site, &root, "").await, [10]);
}

#[rocket::async_test]
async fn usage_is_paged_and_its_steps_keep_what_was_asked_for() {
    let (site, root) = site(json!({})).await;
    for path in ["/v1", "/v1/hello", "/v1/echo", "/v1/articles"] {
        site.get(path).await.is(200);
    }

    let first = usage(&site, &root, "?version=v1&itemsPerPage=3").await;
    let next = first["view"]["next"].as_str().unwrap();
    let second = site.request(Method::Get, next).bearer(&root).send().await.is(200).json();

    assert_eq!((&first["totalItems"], counts(&first).len()), (&json!(4), 3));
    assert_eq!(counts(&second).len(), 1);
    assert_eq!(second["view"]["@id"], next);
    assert!(next.contains("version=v1"), "{next}");
}

#[rocket::async_test]
async fn a_filter_that_cannot_be_is_400_that_names_it() {
    let (site, root) = site(json!({})).await;

    for query in ["from=yesterday", "to=2026-02-30", "version=v3", "deprecated=maybe", "page=0"] {
        let answer = site.request(Method::Get, &format!("/v2/usage?{query}")).bearer(&root).send().await;
        answer.is(400).has_problem("invalid-parameter");
        let name = query.split('=').next().unwrap();
        assert_eq!(answer.json()["errors"][0]["parameter"], name, "{answer}");
    }
    assert_eq!(usage(&site, &root, "?from=&to=&version=&unknown=1").await["member"][0]["requests"], 1);
}

#[rocket::async_test]
async fn only_administrators_see_who_calls_what() {
    let (site, root) = site(json!({})).await;
    let bob = site.user("bob", Role::Publisher).await;
    let get = |token: &str| site.request(Method::Get, "/v2/usage").bearer(token);

    site.get("/v2/usage").await.is(401).has_problem("unauthorized");
    get(&bob).send().await.is(403).has_problem("forbidden");
    let shown = get(&root).send().await;
    assert_eq!(shown.is(200).field("Cache-Control"), "private, no-cache");
    site.get("/v2/usage").await.is(401);
    let page = get(&root).header("Accept", "text/html").send().await;
    assert!(page.is(200).text().contains("/v2/articles"), "{page}");
    assert_eq!(get(&root).send().await.etag(), shown.etag(), "looking at it is not counted");
    assert_eq!(site.get("/v2").await.json()["usage"], format!("{BASE}/v2/usage"));
}

#[rocket::async_test]
async fn names_beyond_the_bound_are_counted_together() {
    let tally = tally::Tally::default();
    let route = tally::route("/v1/hello").unwrap();

    for number in 0..1_500 {
        for _ in 0..2 {
            tally.count(route, Some(&format!("user-{number}")));
        }
    }
    tally.count(route, None);

    let taken = tally.take(Utc::now());
    let by = |wanted: &Principal| taken.iter().find(|usage| usage.principal == *wanted).unwrap().requests;
    assert_eq!(taken.len(), 1_000 + 2);
    assert_eq!((by(&Principal::Others), by(&Principal::Anonymous)), (1_000, 1));
    assert_eq!(by(&Principal::User("user-7".into())), 2);
    assert!(tally.take(Utc::now()).is_empty(), "each request is counted once");
}

#[rocket::async_test]
async fn nothing_is_counted_where_no_day_is_kept() {
    let (site, root) = site(json!({"usage": {"days": 0}})).await;

    site.get("/v1/hello").await.is(200);

    assert_eq!(usage(&site, &root, "").await["totalItems"], 0);
}

#[rocket::async_test]
async fn what_was_counted_is_written_when_the_server_ends() {
    let (site, root) = site(json!({})).await;
    let wire = crate::common::wire::Wire::beside(&site).await;

    let request = "GET /v1/hello HTTP/1.1\r\nHost: almanac.test\r\nConnection: close\r\n\r\n";
    wire.send(request).await.is(200);
    wire.end().await;

    assert_eq!(count(&usage(&site, &root, "").await, "/v1/hello", "(anonymous)"), 1);
}

#[rocket::async_test]
async fn calls_of_an_ended_version_are_counted_too() {
    let (site, root) = site(json!({"v1": {"deprecation": "2020-01-01", "sunset": "2021-01-01"}})).await;

    site.get("/v1/hello").await.is(410);
    site.request(Method::Get, "/v1/hello").bearer(&root).send().await.is(410);

    let usage = usage(&site, &root, "?version=v1").await;
    assert_eq!(count(&usage, "/v1/hello", "(anonymous)"), 1);
    assert_eq!(count(&usage, "/v1/hello", "root"), 1, "{usage:?}");
}
