//! Everything that goes wrong is a problem document (RFC 9457), with its page and its code in a field.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{domain::permission::Role, http::problem::kind::KINDS};
use common::{Answer, BASE, PASSWORD, Site, routes};
use rocket::http::Method;
use serde_json::json;
use std::collections::BTreeSet;

/// A handler with a fault, as any of ours may have one.
#[rocket::get("/panics")]
fn panics() -> &'static str {
    panic!("on purpose: secret-of-the-server")
}

/// A handler that gives a status without saying why.
#[rocket::get("/teapot")]
fn teapot() -> rocket::http::Status {
    rocket::http::Status::ImATeapot
}

async fn faulty() -> Site {
    Site::built(json!({}), |rocket| rocket.mount("/", rocket::routes![panics, teapot])).await
}

#[rocket::async_test]
async fn an_unknown_url_is_404() {
    let site = Site::empty().await;

    for target in [
        "/nothing",
        "/v2/nothing",
        "/v3",
        "/v2/articles/a/b",
        "/v2/articles/none",
        "/problems/none",
        "/static/none",
        "/%00",
        "/v2/articles/%FF",
        "/index.html.html",
    ] {
        let answer = site.get(target).await;
        answer.is(404).has_problem("not-found");
        assert_eq!(answer.json()["instance"], format!("{BASE}{target}"));
    }
}

#[rocket::async_test]
async fn a_method_that_a_resource_lacks_is_405_with_those_that_it_has() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Admin).await;

    for pattern in routes::all(&site).into_iter().map(|(_, pattern)| pattern).collect::<BTreeSet<_>>() {
        let target = routes::filled(&pattern);
        let has: Vec<String> =
            routes::all(&site).into_iter().filter(|(_, one)| *one == pattern).map(|(m, _)| m).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if has.iter().any(|one| one == method) {
                continue;
            }
            let answer = site.request(routes::method(method), &target).bearer(&ann).send().await;
            answer.is(405).has_problem("method-not-allowed");
            let allow: BTreeSet<&str> = answer.field("Allow").split(", ").collect();
            for method in has.iter().map(String::as_str).chain(["OPTIONS"]) {
                assert!(allow.contains(method), "expected {method}, found {answer}");
            }
            assert!(!allow.contains(method), "{answer}");
        }
    }
}

#[rocket::async_test]
async fn a_panic_is_500_without_a_word_about_it_and_the_server_lives_on() {
    let site = faulty().await;

    for _ in 0..3 {
        let answer = site.get("/panics").await;
        answer.is(500).has_problem("internal");
        assert!(!answer.text().contains("secret"), "{answer}");
        assert_eq!(answer.field("Cache-Control"), "no-store");
    }
    site.get("/v2").await.is(200);
}

#[rocket::async_test]
async fn a_bare_status_becomes_a_problem_too() {
    let site = faulty().await;

    site.get("/teapot").await.has_problem("malformed");
}

#[rocket::async_test]
async fn a_lost_database_is_503_that_says_when_to_try_again() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Admin).await;
    site.article(&ann, "Rain").await;
    // Nobody used it before: whose it is has to be asked.
    let unseen = site.user("bob", Role::Reader).await;
    site.works().store.close().await;

    let answers = [
        site.get("/v2/articles").await,
        site.get("/v2/articles/rain").await,
        site.get("/v2/articles/none").await,
        site.request(Method::Head, "/v2/articles/rain").send().await,
        site.get("/readyz").await,
        site.post("/v2/articles", &ann, &json!({"headline": "Snow"})).await,
        site.request(Method::Get, "/v2").bearer(&unseen).send().await,
        site.request(Method::Get, "/v2").basic("ann", PASSWORD).send().await,
        site.put("/v2/articles/rain", &ann, &json!({"headline": "Snow"})).if_match("\"x\"").send().await,
    ];

    for answer in answers {
        answer.is(503);
        assert!(answer.field("Retry-After").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{answer}");
        assert_eq!(answer.field("Cache-Control"), "no-store");
        if !answer.said.starts_with("HEAD") {
            answer.has_problem("unavailable");
        }
    }
    site.get("/livez").await.is(200);
    site.get("/v2").await.is(200);
}

#[rocket::async_test]
async fn every_kind_of_problem_has_a_page_and_stands_in_the_list() {
    let site = Site::empty().await;
    let list = site.get("/problems").await.is(200).json();
    let listed: Vec<&str> =
        list["member"].as_array().unwrap().iter().filter_map(|one| one["@id"].as_str()).collect();

    for kind in KINDS {
        let url = kind.url(BASE);
        assert!(listed.contains(&url.as_str()), "expected {url} in {listed:?}");
        let page = site.get(&url).await.is(200).json();
        assert_eq!((&page["@id"], &page["status"]), (&json!(url), &json!(kind.status.as_u16())));
        assert_eq!((&page["title"], &page["comment"]), (&json!(kind.title), &json!(kind.explanation)));
        site.get_as(&url, "text/html").await.is(200);
    }
    assert_eq!(listed.len(), KINDS.len());
}

/// One answer of many kinds.
async fn troubles(site: &Site) -> Vec<Answer> {
    let ann = site.user("ann", Role::Editor).await;
    let bob = site.user("bob", Role::Reader).await;
    site.article(&ann, "Rain").await;
    let post = |body: &str| {
        let request = site.request(Method::Post, "/v2/articles").bearer(&ann).body(body);
        request.header("Content-Type", "application/json")
    };
    let large = "x".repeat(5_000);
    vec![
        post("{").send().await.is(400).has_problem("malformed").clone(),
        site.get("/v2/articles?page=x").await.is(400).has_problem("invalid-parameter").clone(),
        site.request(Method::Get, "/v2")
            .bearer("alm_x")
            .send()
            .await
            .is(401)
            .has_problem("unauthorized")
            .clone(),
        site.delete("/v2/articles/rain", &bob).send().await.is(403).has_problem("forbidden").clone(),
        site.get("/none").await.is(404).has_problem("not-found").clone(),
        site.request(Method::Delete, "/v2").send().await.is(405).has_problem("method-not-allowed").clone(),
        site.get_as("/v2", "image/png").await.is(406).has_problem("not-acceptable").clone(),
        site.post("/v2/articles", &ann, &json!({"headline": "Rain"}))
            .await
            .is(409)
            .has_problem("taken")
            .clone(),
        site.delete("/v2/articles/rain", &ann).if_match("\"x\"").send().await.is(412).clone(),
        post(&large).send().await.is(413).has_problem("payload-too-large").clone(),
        post("a").header("Content-Type", "text/plain").send().await.is(415).clone(),
        post("{}")
            .header("Content-Encoding", "x")
            .send()
            .await
            .is(415)
            .has_problem("unsupported-coding")
            .clone(),
        post("{}").send().await.is(422).has_problem("unprocessable").clone(),
        site.get("/panics").await.is(500).has_problem("internal").clone(),
    ]
}

#[rocket::async_test]
async fn every_problem_names_its_page_its_url_and_its_code_and_forbids_keeping_it() {
    let settings = json!({"bodies": {"json_bytes": 4_000}});
    let site = Site::built(settings, |rocket| rocket.mount("/", rocket::routes![panics])).await;

    for answer in troubles(&site).await {
        let problem = answer.json();
        site.get(problem["type"].as_str().unwrap()).await.is(200);
        assert!(problem["instance"].as_str().unwrap().starts_with(BASE), "{answer}");
        let control = if answer.status == 404 { "no-cache" } else { "no-store" };
        assert_eq!(answer.field("Cache-Control"), control, "{answer}");
        assert!(!answer.field("X-Almanac-Error-Message").is_empty(), "{answer}");
        assert!(!answer.field("X-Request-Id").is_empty(), "{answer}");
        assert_eq!(answer.field("Access-Control-Allow-Origin"), "*", "{answer}");
        assert_eq!(answer.field("X-Content-Type-Options"), "nosniff", "{answer}");
        let documentation =
            format!("<{BASE}/v2/doc>; rel=\"http://www.w3.org/ns/hydra/core#apiDocumentation\"");
        assert!(answer.all("Link").contains(&documentation.as_str()), "{answer}");
    }
}

#[rocket::async_test]
async fn no_two_answers_have_the_same_request_id() {
    let site = Site::empty().await;

    let mut ids = BTreeSet::new();
    for _ in 0..20 {
        ids.insert(site.get("/v2").await.field("X-Request-Id").to_string());
    }

    assert_eq!(ids.len(), 20);
}

#[rocket::async_test]
async fn a_problem_is_shown_as_the_client_likes() {
    let site = Site::empty().await;

    for (accept, media) in [
        ("*/*", "application/problem+json"),
        ("image/png", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("application/ld+json", "application/ld+json"),
        ("text/html, */*;q=0.5", "text/html; charset=utf-8"),
    ] {
        let answer = site.get_as("/none", accept).await;
        assert_eq!(answer.is(404).field("Content-Type"), media, "{accept}");
        assert_eq!(answer.field("Vary"), "Accept, Accept-Encoding");
    }
    let error = site.get_as("/none", "application/ld+json").await.json();
    assert_eq!(
        (&error["@context"], &error["@type"]),
        (
            &json!(almanac::represent::vocab::context_url(&almanac::represent::link::Base::new(BASE))),
            &json!("Error")
        )
    );
}

#[rocket::async_test]
async fn a_problem_as_json_ld_says_what_is_wrong_in_terms_of_the_context() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    site.post("/v2/articles", &root, &json!({"headline": "Rain", "identifier": "rain"})).await.is(201);
    let terms = site.get("/v2/context").await.json()["@context"].clone();

    let bad = json!({"headline": 5, "keywords": "x y"});
    let requests = [
        site.request(Method::Post, "/v2/articles").bearer(&root).json(&bad),
        site.request(Method::Get, "/v2/articles/rain").if_match("\"0123456789abcdef\""),
        site.request(Method::Post, "/v2/articles")
            .bearer(&root)
            .body("x")
            .header("Content-Type", "image/png"),
    ];

    for request in requests {
        let problem = request.header("Accept", "application/ld+json").send().await;
        assert!((400..500).contains(&problem.status), "{problem}");
        let problem = problem.json();
        assert_eq!((&problem["@type"], &terms["Error"]), (&"Error".into(), &"hydra:Error".into()));
        for key in problem.as_object().unwrap().keys().filter(|key| !key.starts_with('@')) {
            assert!(terms.get(key).is_some(), "expected a term, found {key:?} in {problem}");
        }
    }
}

#[rocket::async_test]
async fn what_somebody_sent_cannot_break_out_of_a_field_or_a_page() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;

    let draft = json!({"headline": "a", "keywords": [], "about": ["<script>\r\nSet-Cookie: a=b"]});
    let sent = site.post("/v2/articles", &ann, &draft).await;
    let page = site.get_as("/v2/articles/%3Cscript%3Ealert(1)%3C/script%3E", "text/html").await;

    assert_eq!(sent.is(422).header("Set-Cookie"), None, "{sent}");
    assert!(!sent.field("X-Almanac-Error-Message").contains(['\r', '\n']), "{sent}");
    assert!(!page.text().contains("<script"), "{page}");
}

#[rocket::async_test]
async fn a_form_cannot_turn_its_post_into_another_method() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    let path = site.article(&ann, "Rain").await;

    let request = site.request(Method::Post, &path).bearer(&ann).body("_method=DELETE");
    let answer = request.header("Content-Type", "application/x-www-form-urlencoded").send().await;

    answer.is(405).has_problem("method-not-allowed");
    site.get(&path).await.is(200);
}
