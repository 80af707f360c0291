//! Version 1: compact documents with `links`, by offset and limit, and each answer says that it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;
#[path = "version_one/echo.rs"]
mod echo;
#[path = "version_one/frozen.rs"]
mod frozen;
#[path = "version_one/hello.rs"]
mod hello;
#[path = "version_one/messages.rs"]
mod messages;
#[path = "version_one/predictions.rs"]
mod predictions;
#[path = "version_one/stretches.rs"]
mod stretches;

use almanac::{domain::permission::Role, represent::link::encoded};
use common::{Answer, BASE, Site};
use rocket::http::Method;
use serde_json::{Value, json};

/// A site with a publisher, and a token of theirs.
async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Publisher).await;
    (site, ann)
}

/// A dataset of 60 rows in which the depth tells the kind, with levels that need encoding in a path.
async fn dataset(site: &Site, token: &str) {
    let mut csv = String::from("depth (m),place,kind\n");
    for index in 0..60 {
        let (depth, kind) = if index % 2 == 0 { (-2.5, "crab") } else { (1.5, "snail") };
        let place = ["north bay", "a/b", "Ærø"][index % 3];
        csv.push_str(&format!("{:.3},{place},{kind}\n", depth + index as f64 / 50.0));
    }
    let path = "/v2/datasets?identifier=shore&name=Shore";
    let sent = site.request(Method::Post, path).bearer(token).header("Content-Type", "text/csv").body(csv);
    sent.send().await.is(201);
}

/// The dataset and a model `kinds` of it.
async fn model(site: &Site, token: &str) {
    dataset(site, token).await;
    let wanted = json!({"identifier": "kinds", "headline": "Kinds", "dataset": "shore", "target": "kind"});
    site.post("/v2/models", token, &wanted).await.is(202);
    site.get("/v1/models/kinds").await.is(200);
}

fn predict(depth: &str, place: &str) -> String {
    format!("/v1/models/kinds/predict/depth_m/{depth}/place/{}", encoded(place))
}

/// The URLs of a document, all but contexts.
fn urls(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            members.iter().filter(|(key, _)| *key != "@context").flat_map(|(_, v)| urls(v)).collect()
        }
        Value::Array(items) => items.iter().flat_map(urls).collect(),
        Value::String(text) if text.starts_with(BASE) && !text.contains('{') => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// The keys of a document that its context does not define.
fn undefined(context: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::Array(items) => found.extend(items.iter().flat_map(|item| undefined(context, item))),
        Value::Object(members) => {
            for (key, value) in members.iter().filter(|(key, _)| !key.starts_with('@')) {
                let term = &context[key];
                match term {
                    Value::Null => found.push(key.clone()),
                    Value::Object(term) if term.get("@type") == Some(&json!("@json")) => {}
                    Value::Object(term) if term.contains_key("@context") => {
                        found.extend(undefined(&term["@context"], value));
                    }
                    _ => found.extend(undefined(context, value)),
                }
            }
            let class = members.get("@type").and_then(Value::as_str).map(|class| (class, &context[class]));
            found.extend(class.filter(|(_, term)| term.is_null()).map(|(class, _)| class.to_string()));
        }
        _ => {}
    }
    found
}

#[track_caller]
fn says_that_it_ends(answer: &Answer, successor: &str) {
    assert_eq!(answer.field("Deprecation"), "@1793491200", "{answer}");
    assert_eq!(answer.field("Sunset"), "Wed, 01 Nov 2028 00:00:00 GMT", "{answer}");
    let link = format!("<{BASE}{successor}>; rel=\"successor-version\"");
    assert!(answer.all("Link").contains(&link.as_str()), "expected {link}, found {answer}");
    let documentation = format!("<{BASE}/problems/version-ended>; rel=\"deprecation\"");
    assert!(answer.all("Link").contains(&documentation.as_str()), "expected {documentation}, found {answer}");
}

// ---- its end ------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn each_answer_says_that_the_version_ends_whatever_its_status() {
    let (site, ann) = site().await;
    site.post("/v2/articles", &ann, &json!({"identifier": "rain", "headline": "Rain"})).await.is(201);
    let path = "/v1/articles/rain";
    let read = site.get(path).await;
    says_that_it_ends(read.is(200), "/v2/articles/rain");

    let same = site.request(Method::Get, path).if_none_match(&read.etag()).send().await;
    let head = site.request(Method::Head, path).send().await;
    let wrong = site.request(Method::Get, path).bearer("alm_nobody").send().await;

    says_that_it_ends(same.is(304), "/v2/articles/rain");
    says_that_it_ends(head.is(200), "/v2/articles/rain");
    says_that_it_ends(wrong.is(401), "/v2/articles/rain");
    says_that_it_ends(site.get("/v1/articles/snow").await.is(404), "/v2/articles/snow");
    says_that_it_ends(site.get("/v1/nothing/here").await.is(404), "/v2");
    says_that_it_ends(site.get_as(path, "text/csv").await.is(406), "/v2/articles/rain");
    says_that_it_ends(site.request(Method::Delete, path).send().await.is(405), "/v2/articles/rain");
    says_that_it_ends(site.request(Method::Options, path).send().await.is(200), "/v2/articles/rain");
    says_that_it_ends(site.get("/v1/articles/").await.is(308), "/v2");
    says_that_it_ends(site.get("/v1").await.is(200), "/v2");
}

#[rocket::async_test]
async fn nothing_outside_of_version_one_is_said_to_end() {
    let site = Site::empty().await;

    for path in ["/", "/v2", "/v2/articles", "/v10"] {
        assert_eq!(site.get(path).await.header("Deprecation"), None, "{path}");
    }
}

// ---- documents ----------------------------------------------------------------------------------------

#[rocket::async_test]
async fn every_key_of_every_document_is_a_term_of_the_context_and_every_link_leads_somewhere() {
    let (site, ann) = site().await;
    model(&site, &ann).await;
    let about = [format!("{BASE}/v2/datasets/shore"), format!("{BASE}/v2/models/kinds")];
    let article = json!({"identifier": "tide", "headline": "Tide", "abstract": "Low.", "keywords": ["sea"],
                         "articleBody": "# Tide", "about": about});
    site.post("/v2/articles", &ann, &article).await.is(201);
    let context = site.get("/v1/context").await.is(200).json()["@context"].clone();

    let mut seen = vec![format!("{BASE}/v1")];
    let mut next = 0;
    while let Some(url) = seen.get(next).cloned() {
        next += 1;
        let answer = site.get(&url).await;
        answer.is(200);
        if !url.starts_with(&format!("{BASE}/v1")) {
            continue;
        }
        let document = answer.json();
        assert_eq!(document["@context"], format!("{BASE}/v1/context"), "{url}");
        assert_eq!(undefined(&context, &document), Vec::<String>::new(), "{url}");
        assert_eq!(document["links"]["self"], url);
        let own = document["@id"].as_str().unwrap();
        assert_eq!(own.split('?').next(), url.split('?').next(), "{answer}");
        for found in urls(&document) {
            if !seen.contains(&found) {
                seen.push(found);
            }
        }
    }

    for path in [
        "/v1/articles/tide",
        "/v1/datasets/shore",
        "/v1/datasets/shore/rows",
        "/v1/models/kinds",
        "/v1/messages",
        "/v1/hello",
        "/v1/echo",
        "/v2/models/kinds",
    ] {
        assert!(seen.contains(&format!("{BASE}{path}")), "expected a way to {path}, found {seen:?}");
    }
    assert!(seen.iter().any(|url| url.contains("/predict/")), "expected a way to a prediction");
}

#[rocket::async_test]
async fn each_term_of_ours_stands_in_the_vocabulary() {
    let site = Site::empty().await;

    let context = site.get("/v1/context").await.is(200).json();
    let terms = context["@context"].as_object().unwrap();
    let scoped = terms["links"]["@context"].as_object().unwrap();
    let iris =
        terms.values().chain(scoped.values()).filter_map(|term| term["@id"].as_str().or(term.as_str()));
    let names: Vec<&str> = iris.filter_map(|iri| iri.strip_prefix("almanac:")).collect();

    let vocabulary = site.get("/vocab").await.is(200).text();
    assert!(names.len() > 20, "expected terms of ours, found {names:?}");
    for name in names {
        assert!(vocabulary.contains(&format!("\"{BASE}/vocab#{name}\"")), "{name} is not in the vocabulary");
    }
}

#[rocket::async_test]
async fn an_article_has_short_keys_and_its_links() {
    let (site, ann) = site().await;
    let article = json!({"identifier": "rain", "headline": "Rain", "articleBody": "It rained.",
                         "about": ["https://example.org/rain"]});
    site.post("/v2/articles", &ann, &article).await.is(201);

    let read = site.get("/v1/articles/rain").await.is(200).json();

    let created = read["created"].clone();
    assert_eq!(
        read,
        json!({
            "@context": format!("{BASE}/v1/context"),
            "@id": format!("{BASE}/v1/articles/rain"),
            "@type": "Article",
            "id": "rain",
            "title": "Rain",
            "author": "ann",
            "created": created,
            "updated": created,
            "body": "It rained.",
            "links": {
                "self": format!("{BASE}/v1/articles/rain"),
                "collection": format!("{BASE}/v1/articles"),
                "about": ["https://example.org/rain"],
                "successor": format!("{BASE}/v2/articles/rain"),
            },
        })
    );
}

#[rocket::async_test]
async fn a_document_is_negotiated_validated_and_tagged_as_in_version_two() {
    let (site, ann) = site().await;
    site.post("/v2/articles", &ann, &json!({"identifier": "rain", "headline": "Rain"})).await.is(201);
    let read = site.get("/v1/articles/rain").await;
    assert_eq!(read.is(200).field("Content-Type"), "application/ld+json");
    assert_eq!(read.field("Vary"), "Accept, Accept-Encoding");
    assert_eq!(read.field("xkey"), "article:rain");
    assert_eq!(read.field("Cache-Control"), site.get("/v2/articles/rain").await.field("Cache-Control"));
    assert_eq!(read.field("Content-Location"), format!("{BASE}/v1/articles/rain.jsonld"));

    let head = site.request(Method::Head, "/v1/articles/rain").send().await;
    let named = site.get("/v1/articles/rain.json").await;
    let page = site.get_as("/v1/articles/rain", "text/html").await;

    assert_eq!(head.fields_without(&[]), read.fields_without(&[]));
    assert!(head.body.is_empty());
    assert_eq!(named.is(200).field("Content-Type"), "application/json");
    assert_eq!(named.field("Vary"), "Accept-Encoding");
    assert_eq!(page.is(200).field("Content-Type"), "text/html; charset=utf-8");
    // The state before the point is the article's own, whoever shows it.
    let state = |tag: String| tag.split('.').next().unwrap_or_default().to_string();
    assert_eq!(state(read.etag()), state(site.get("/v2/articles/rain").await.etag()));
}

#[rocket::async_test]
async fn a_tag_of_version_one_guards_a_write_in_version_two() {
    let (site, ann) = site().await;
    site.post("/v2/articles", &ann, &json!({"identifier": "rain", "headline": "Rain"})).await.is(201);
    let old = site.get("/v1/articles/rain").await.etag();
    let write =
        |headline: &str| site.put("/v2/articles/rain", &ann, &json!({"headline": headline})).if_match(&old);

    write("first").send().await.is(200);

    write("second").send().await.is(412);
    assert_eq!(site.get("/v1/articles/rain").await.json()["title"], "first");
}
