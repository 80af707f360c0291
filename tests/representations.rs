//! Which representation a request gets, what it is called, and the one spelling of a URL.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{BASE, Site};
use rocket::http::Method;
use serde_json::json;

/// The media types of documents and the suffixes of their URLs.
const TYPES: [(&str, &str); 7] = [
    ("application/ld+json", "jsonld"),
    ("application/json", "json"),
    ("text/html", "html"),
    ("application/hal+json", "hal"),
    ("application/prs.hal-forms+json", "halforms"),
    ("text/turtle", "ttl"),
    ("application/n-triples", "nt"),
];
const RAIN: &str = "/v2/articles/rain";

/// A site with one article.
async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    site.post("/v2/articles", &ann, &json!({"identifier": "rain", "headline": "Rain"})).await.is(201);
    (site, ann)
}

#[rocket::async_test]
async fn a_negotiated_url_says_so_in_the_same_words_on_every_answer() {
    let (site, _) = site().await;
    let tag = site.get(RAIN).await.etag();

    let answers = [
        site.get(RAIN).await,
        site.get_as(RAIN, "text/html").await,
        site.request(Method::Get, RAIN).if_none_match(&tag).send().await,
        site.request(Method::Get, RAIN).if_match("\"x\"").send().await,
        site.get("/v2/articles/none").await,
        site.get_as(RAIN, "image/png").await,
        site.request(Method::Get, RAIN).bearer("alm_wrong").send().await,
        site.request(Method::Delete, RAIN).send().await,
    ];
    for answer in answers {
        assert_eq!(answer.field("Vary"), "Accept, Accept-Encoding", "{answer}");
    }
}

#[rocket::async_test]
async fn accept_is_read_by_weight_over_several_lines() {
    let (site, _) = site().await;

    for (accept, media) in [
        ("*/*", "application/ld+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("application/*", "application/ld+json"),
        ("text/*", "text/html"),
        ("application/hal+json, */*;q=0.5", "application/hal+json"),
        ("text/turtle, application/ld+json;q=0.9", "text/turtle"),
        ("APPLICATION/JSON", "application/json"),
        ("application/ld+json;q=0, */*", "application/json"),
        ("image/png, text/html;q=0.1", "text/html"),
    ] {
        let answer = site.get_as(RAIN, accept).await;
        assert!(answer.is(200).field("Content-Type").starts_with(media), "{accept}: {answer}");
    }
    let lines = site.request(Method::Get, RAIN).line("Accept", "image/png").line("Accept", "text/html");
    assert!(lines.send().await.is(200).field("Content-Type").starts_with("text/html"));
    assert!(site.get(RAIN).await.field("Content-Type").starts_with("application/ld+json"));
}

#[rocket::async_test]
async fn what_is_not_on_offer_is_406_with_what_is() {
    let (site, _) = site().await;

    for (target, count) in
        [("/", 7), ("/v2", 7), ("/v2/articles", 7), (RAIN, 7), ("/v2/context", 3), ("/v1", 3)]
    {
        let answer = site.get_as(target, "image/png").await;
        answer.is(406).has_problem("not-acceptable");
        // Those of a version have a media type of their own too.
        let own = match target {
            _ if target.starts_with("/v1") => Some("application/vnd.almanac.v1+json"),
            _ if target.starts_with("/v2") => Some("application/vnd.almanac.v2+json"),
            _ => None,
        };
        let offered: Vec<&str> = TYPES[..count].iter().map(|(media, _)| *media).chain(own).collect();
        assert_eq!(answer.json()["variants"], json!(offered), "{target}");
    }
    let request = site.request(Method::Get, RAIN).header("Accept-Encoding", "identity;q=0, *;q=0");
    request.send().await.is(406).has_problem("not-acceptable");
}

#[rocket::async_test]
async fn every_representation_has_a_url_of_its_own_that_the_answer_names() {
    let (site, _) = site().await;

    for (target, stem) in [
        ("/", "/index"),
        ("/v2", "/v2/index"),
        ("/v2/articles", "/v2/articles"),
        (RAIN, RAIN),
        ("/v2/doc", "/v2/doc"),
        ("/problems", "/problems"),
        ("/vocab", "/vocab"),
    ] {
        for (media, suffix) in TYPES {
            let negotiated = site.get_as(target, media).await;
            let url = format!("{BASE}{stem}.{suffix}");
            assert_eq!(negotiated.is(200).field("Content-Location"), url, "{target}");
            let alternate = format!("<{url}>; rel=\"alternate\"; type=\"{media}\"");
            let links = negotiated.all("Link").join(", ");
            assert!(links.split(", ").any(|link| link == alternate), "{alternate} in {negotiated}");

            let named = site.get_as(&url, "image/png").await;
            assert!(named.is(200).field("Content-Type").starts_with(media), "a suffix wins over Accept");
            assert_eq!(named.field("Vary"), "Accept-Encoding", "{named}");
            assert_eq!(named.field("Content-Location"), url, "{named}");
            if target == RAIN {
                assert_eq!((&named.body, named.etag()), (&negotiated.body, negotiated.etag()));
            }
        }
    }
}

#[rocket::async_test]
async fn a_suffix_of_no_representation_is_404() {
    let (site, _) = site().await;

    for target in
        ["/v2/articles/rain.csv", "/v2/articles/rain.png", "/v2/articles/rain.jsonld.html", "/v2.jsonld.x"]
    {
        site.get(target).await.is(404).has_problem("not-found");
    }
}

#[rocket::async_test]
async fn the_query_belongs_to_the_name_of_a_page() {
    let (site, _) = site().await;

    let answer = site.get("/v2/articles?page=1&itemsPerPage=5").await;

    let named = answer.field("Content-Location");
    assert_eq!(named, format!("{BASE}/v2/articles.jsonld?page=1&itemsPerPage=5"));
    let page = site.get(named).await;
    assert_eq!(page.is(200).json()["member"], answer.json()["member"]);
}

#[rocket::async_test]
async fn another_spelling_of_a_url_leads_to_the_one_spelling() {
    let (site, ann) = site().await;

    for (target, location) in [
        ("/v2/", "/v2"),
        ("/v2/articles/", "/v2/articles"),
        ("/v2//articles", "/v2/articles"),
        ("/v2/articles//rain", RAIN),
        ("/v2/articles/rain/", RAIN),
        ("/v2/articles/rain///", RAIN),
        ("/v2/articles/?page=1&itemsPerPage=2", "/v2/articles?page=1&itemsPerPage=2"),
        ("/v2/articles/rain.jsonld/", "/v2/articles/rain.jsonld"),
        ("/problems/", "/problems"),
    ] {
        for method in [Method::Get, Method::Head] {
            let answer = site.request(method, target).send().await;
            assert_eq!(answer.is(308).field("Location"), format!("{BASE}{location}"), "{method} {target}");
            answer.field("Cache-Control");
        }
    }
    let written = site.put("/v2/articles/rain/", &ann, &json!({"headline": "Snow"})).send().await;
    assert_eq!(written.is(308).field("Location"), format!("{BASE}{RAIN}"));
    assert_eq!(site.headline(RAIN).await, "Rain");
    site.get("/nothing/here/").await.is(404).has_problem("not-found");
}
