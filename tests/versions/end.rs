//! The end of version 1: what it says of itself before, and 410 afterwards.

use super::{V1, V2, kept, site};
use crate::common::{Answer, BASE, routes};
use rocket::http::Method;
use serde_json::{Value, json};

/// Version 1 after its end.
fn over() -> Value {
    json!({"v1": {"deprecation": "2020-01-01", "sunset": "2021-01-01"}})
}

#[track_caller]
fn names(answer: &Answer, successor: &str) {
    let url = format!("{BASE}{successor}");
    let link = format!("<{url}>; rel=\"successor-version\"");
    assert!(answer.all("Link").contains(&link.as_str()), "expected {link}, found {answer}");
    assert_eq!(answer.json()["successor"], url, "{answer}");
    assert_eq!(answer.field("Deprecation"), "@1577836800", "{answer}");
    assert_eq!(answer.field("Sunset"), "Fri, 01 Jan 2021 00:00:00 GMT", "{answer}");
    assert_eq!(answer.field("Cache-Control"), "max-age=300", "{answer}");
    assert_eq!(answer.field("Access-Control-Allow-Origin"), "*");
}

#[rocket::async_test]
async fn past_its_end_every_url_of_version_one_is_410_and_names_its_successor() {
    let (site, root) = site(over()).await;

    for (method, pattern) in routes::all(&site).into_iter().filter(|(_, pattern)| pattern.starts_with("/v1"))
    {
        let path = routes::filled(&pattern);
        for token in [None, Some(&root)] {
            let request = site.request(routes::method(&method), &path);
            let request = if let Some(token) = token { request.bearer(token) } else { request };
            let answer = request.send().await;
            answer.is(410).has_problem("version-ended");
            assert!(answer.json()["successor"].as_str().unwrap().starts_with(&format!("{BASE}/v2")));
        }
    }
    for (path, successor) in [
        ("/v1", "/v2"),
        ("/v1/articles/rain", "/v2/articles/rain"),
        ("/v1/articles/rain.html", "/v2/articles/rain"),
        ("/v1/datasets/rain/rows?limit=3", "/v2/datasets/rain/rows"),
        ("/v1/models/m/predict/x/1", "/v2/models/m/predictions"),
        ("/v1/hello", "/v2"),
        ("/v1/nothing/here", "/v2"),
    ] {
        names(site.get(path).await.is(410).has_problem("version-ended"), successor);
    }
    let written = site.post("/v1/messages", &root, &json!({"text": "hello"})).await;
    names(written.is(410), "/v2/messages");
    assert_eq!(site.get("/v2/messages").await.json()["totalItems"], 0);
    // What a browser says before it asks is nothing that others may say to be let in.
    for method in [Method::Get, Method::Post] {
        let request = site.request(method, "/v1/messages").bearer(&root);
        request.header("Access-Control-Request-Method", "GET").body("hello").send().await.is(410);
    }
    let script = site.request(Method::Options, "/v1/articles").header("Origin", "https://example.org");
    let preflight = script.header("Access-Control-Request-Method", "GET").send().await;
    assert!([200, 204].contains(&preflight.status), "{preflight}");
}

#[rocket::async_test]
async fn past_the_end_of_version_one_nothing_leads_there_and_the_second_goes_on() {
    let (site, _) = site(over()).await;

    let root = site.get("/").await.is(200).json();
    assert_eq!(root["hasPart"], json!([format!("{BASE}/v2")]));
    assert_eq!(site.get_as("/articles/rain", V2).await.is(200).header("Sunset"), None);
    site.get("/articles/rain").await.is(307);
    let first = site.get_as("/articles/rain", V1).await;
    names(first.is(410).has_problem("version-ended"), "/v2/articles/rain");
    assert_eq!(first.field("Vary"), "Accept, Accept-Encoding");
    let kind = site.get("/problems/version-ended").await;
    assert_eq!(kind.is(200).json()["status"], 410);
}

#[rocket::async_test]
async fn the_refusal_is_a_page_or_json_ld_for_who_asks() {
    let (site, _) = site(over()).await;

    let page = site.get_as("/v1/articles/rain", "text/html").await;
    let linked = site.get_as("/v1/articles/rain", "application/ld+json").await;

    assert!(page.is(410).text().contains("/v2/articles/rain"), "{page}");
    names(linked.is(410), "/v2/articles/rain");
    let context = site.get("/v2/context").await.json();
    assert_eq!(context["@context"]["successor"]["@type"], "@id");
}

#[rocket::async_test]
async fn version_one_lasts_until_the_day_that_is_set() {
    let tomorrow = (chrono::Utc::now() + chrono::Duration::days(1)).format("%Y-%m-%d").to_string();
    let today = chrono::Utc::now().format("%Y-%m-%d").to_string();

    let (lasting, _) = site(json!({"v1": {"sunset": tomorrow}})).await;
    let (ended, _) = site(json!({"v1": {"sunset": today}})).await;

    lasting.get("/v1/articles/rain").await.is(200);
    ended.get("/v1/articles/rain").await.is(410);
}

#[test]
fn a_version_that_ends_before_it_is_deprecated_is_refused() {
    let wrong = almanac::config::Config::exactly(
        json!({"v1": {"deprecation": "2028-01-02", "sunset": "2028-01-01"}}),
    );

    assert!(wrong.unwrap_err().to_string().contains("not after the sunset"));
}

#[rocket::async_test]
async fn kept_and_conditional_answers_say_that_the_version_ends_and_where_that_is_explained() {
    let (site, _) = site(json!({"cache": {"status": true}})).await;
    let path = "/v1/articles/rain";

    let (kept, _) = kept(&site, path, "*/*").await;
    let same = site.request(Method::Get, path).if_none_match(&kept.etag()).send().await;

    for answer in [&kept, same.is(304)] {
        assert_eq!(answer.field("Deprecation"), "@1793491200");
        assert_eq!(answer.field("Sunset"), "Wed, 01 Nov 2028 00:00:00 GMT");
        for relation in ["deprecation", "successor-version"] {
            let link =
                answer.all("Link").into_iter().find(|link| link.ends_with(&format!("rel=\"{relation}\"")));
            let target = link.and_then(|link| link.strip_prefix('<')?.split('>').next()).unwrap();
            site.get(target).await.is(200);
        }
    }
}
