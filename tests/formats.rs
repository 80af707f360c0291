//! The formats of documents: each says what the JSON-LD document says, no more and no less.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

#[path = "formats/forms.rs"]
mod forms;
#[path = "formats/tables.rs"]
mod tables;

mod common;

use almanac::{
    domain::permission::Role,
    represent::{format, link::Place},
};
use common::{Answer, BASE, Site, arrange, crawl};
use oxttl::{NTriplesParser, TurtleParser};
use rocket::http::Method;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

const HAL: &str = "application/hal+json";
const HAL_FORMS: &str = "application/prs.hal-forms+json";
const TURTLE: &str = "text/turtle";
const N_TRIPLES: &str = "application/n-triples";

/// A site with one of each thing.
async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    (site, root)
}

async fn get(site: &Site, token: &str, url: &str, media: &str) -> Answer {
    site.request(Method::Get, url).bearer(token).header("Accept", media).send().await
}

/// Up to three documents of version 2 of each pattern of URL, with and without a query, by URL.
async fn documents(site: &Site, token: &str) -> BTreeMap<String, Value> {
    let (mut found, mut counts) = (BTreeMap::new(), BTreeMap::new());
    let mut queue = vec![format!("{BASE}/")];
    while let Some(url) = queue.pop() {
        let path = url.strip_prefix(BASE).unwrap().split('?').next().unwrap();
        let place = Place::parse(path).filter(|_| format::bare(path).is_none() && !Place::is_v1(path));
        // Each request is usage, so that one would never be the same twice.
        let place = place.filter(|place| *place != Place::Usage && !found.contains_key(&url));
        let Some(place) = place else { continue };
        let count = counts.entry((place.pattern(), url.contains('?'))).or_insert(0);
        *count += 1;
        if *count > 3 {
            continue;
        }
        let answer = get(site, token, &url, "*/*").await;
        queue.extend(crawl::links(&answer));
        if crawl::is_document(&answer) && answer.json().get("@id").is_some() {
            found.insert(url, answer.is(200).json());
        }
    }
    assert!(found.len() > 40, "expected a web, found {:?}", found.keys());
    found
}

/// The terms of version 2.
async fn terms(site: &Site) -> Map<String, Value> {
    site.get("/v2/context").await.json()["@context"].as_object().unwrap().clone()
}

/// The IRIs of a member, where the context says that its texts are some.
fn iris(terms: &Map<String, Value>, key: &str, value: &Value) -> Vec<String> {
    if terms[key]["@type"] != "@id" {
        return Vec::new();
    }
    let one = std::slice::from_ref(value);
    let values = value.as_array().map_or(one, Vec::as_slice);
    values.iter().filter_map(|value| value.as_str().map(String::from)).collect()
}

/// What HAL should link from a JSON-LD document, by the context alone.
fn wanted(terms: &Map<String, Value>, document: &Value) -> BTreeSet<(String, String)> {
    let mut links = BTreeSet::new();
    let mut add = |relation: &str, url: &Value| {
        links.insert((relation.to_string(), url.as_str().unwrap().to_string()));
    };
    add("self", document["view"].get("@id").unwrap_or(&document["@id"]));
    for (key, value) in document.as_object().unwrap().iter().filter(|(key, _)| !key.starts_with('@')) {
        match (key.as_str(), value) {
            ("operation", _) => {}
            ("view", view) => {
                for step in
                    ["first", "previous", "next", "last"].into_iter().filter(|s| view.get(s).is_some())
                {
                    add(if step == "previous" { "prev" } else { step }, &view[step]);
                }
            }
            ("member", Value::Array(items)) => items.iter().for_each(|item| add("item", &item["@id"])),
            (key, Value::Object(object)) if object.contains_key("template") => add(key, &object["template"]),
            (key, value) => iris(terms, key, value).into_iter().for_each(|url| add(key, &url.into())),
        }
    }
    links
}

/// What HAL links.
fn linked(resource: &Value) -> BTreeSet<(String, String)> {
    let links = resource["_links"].as_object().unwrap_or_else(|| panic!("expected links, found {resource}"));
    let pairs = links.iter().flat_map(|(relation, links)| {
        let one = std::slice::from_ref(links);
        let links = links.as_array().map_or(one, Vec::as_slice);
        links.iter().map(move |link| (relation.clone(), link["href"].as_str().unwrap().to_string()))
    });
    pairs.collect()
}

#[rocket::async_test]
async fn hal_has_the_links_of_the_document_and_its_members_and_no_others() {
    let (site, root) = site().await;
    let terms = terms(&site).await;

    for (url, document) in documents(&site, &root).await {
        for media in [HAL, HAL_FORMS] {
            let hal = get(&site, &root, &url, media).await.is(200).json();
            assert_eq!(linked(&hal), wanted(&terms, &document), "{url}");
            let items = document["member"].as_array().map_or(&[][..], Vec::as_slice);
            let embedded = hal["_embedded"]["item"].as_array().map_or(&[][..], Vec::as_slice);
            assert_eq!(embedded.len(), items.len(), "{url}");
            for (item, resource) in items.iter().zip(embedded) {
                assert_eq!(linked(resource), wanted(&terms, item), "{url}");
            }
        }
    }
}

#[rocket::async_test]
async fn hal_keeps_what_is_no_link_as_it_is_and_no_keyword_of_json_ld() {
    let (site, root) = site().await;
    let gone = ["@context", "@id", "@type", "operation", "view", "member"];

    for (url, document) in documents(&site, &root).await {
        let hal = get(&site, &root, &url, HAL).await.is(200).json();
        for key in gone {
            assert!(hal.get(key).is_none(), "`{key}` in {hal}");
        }
        for (key, value) in
            document.as_object().unwrap().iter().filter(|(key, _)| !gone.contains(&key.as_str()))
        {
            let is_there = hal["_links"].get(key).is_some() || hal.get(key) == Some(value);
            assert!(is_there, "`{key}` of {url} in {hal}");
        }
    }
}

#[rocket::async_test]
async fn a_list_of_links_is_a_list_and_a_template_says_so() {
    let (site, root) = site().await;

    let article = get(&site, &root, "/v2/articles/article-1", HAL).await.is(200).json();
    assert_eq!(article["_links"]["about"][0]["href"], "https://example.org/rain");
    let version = get(&site, &root, "/v2/models/species/versions/1", HAL).await.is(200).json();
    assert_eq!(version["_links"]["predict"]["templated"], true);
    let second = get(&site, &root, "/v2/articles?page=2&itemsPerPage=1", HAL).await.is(200).json();
    assert_eq!(second["_links"]["prev"]["href"], format!("{BASE}/v2/articles?page=1&itemsPerPage=1"));
    assert_eq!(second["_links"]["self"]["href"], format!("{BASE}/v2/articles?page=2&itemsPerPage=1"));
}

/// The statements of an answer, as text.
fn statements(answer: &Answer) -> BTreeSet<String> {
    let body = &answer.is(200).body;
    if answer.field("Content-Type").starts_with(TURTLE) {
        TurtleParser::new().for_slice(body).map(|triple| triple.unwrap().to_string()).collect()
    } else {
        NTriplesParser::new().for_slice(body).map(|triple| triple.unwrap().to_string()).collect()
    }
}

/// The IRI of a key, by the context alone.
fn expanded(terms: &Map<String, Value>, key: &str) -> String {
    let term = terms.get(key).unwrap_or_else(|| panic!("expected a term, found {key:?}"));
    let iri = term["@id"].as_str().or(term.as_str()).unwrap();
    let (prefix, name) = iri.split_once(':').unwrap();
    format!("{}{name}", terms[prefix].as_str().unwrap())
}

#[rocket::async_test]
async fn turtle_and_n_triples_say_the_same_and_each_member_of_the_document() {
    let (site, root) = site().await;
    let terms = terms(&site).await;

    for (url, document) in documents(&site, &root).await {
        let turtle = statements(&get(&site, &root, &url, TURTLE).await);
        let lines = statements(&get(&site, &root, &url, N_TRIPLES).await);
        assert_eq!(turtle, lines, "{url}");
        let said = |value: &Value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty());
        let members = document.as_object().unwrap().iter();
        for (key, _) in members.filter(|(key, value)| !key.starts_with('@') && said(value)) {
            let start = format!("<{}> <{}> ", document["@id"].as_str().unwrap(), expanded(&terms, key));
            assert!(lines.iter().any(|line| line.starts_with(&start)), "{start} of {url} in {lines:#?}");
        }
    }
}

#[rocket::async_test]
async fn rdf_has_no_term_that_is_not_in_a_context() {
    let (site, root) = site().await;
    let namespaces: Vec<String> = terms(&site)
        .await
        .iter()
        .filter(|(_, term)| term.is_string())
        .filter_map(|(_, term)| term.as_str().filter(|iri| iri.starts_with("http")).map(String::from))
        .chain(["http://www.w3.org/1999/02/22-rdf-syntax-ns#".into()])
        .collect();
    let columns = format!("{BASE}/v2/datasets/");

    for url in documents(&site, &root).await.into_keys() {
        for line in statements(&get(&site, &root, &url, N_TRIPLES).await) {
            let property = line.split(' ').nth(1).unwrap().trim_matches(['<', '>']);
            let of_a_column = property.starts_with(&columns) && property.contains("#rows/");
            let known = namespaces.iter().any(|namespace| property.starts_with(namespace.as_str()));
            assert!(known || of_a_column, "{line} of {url}");
        }
    }
}

#[rocket::async_test]
async fn the_cells_of_rows_are_typed_as_their_columns() {
    let (site, root) = site().await;

    let said = statements(&get(&site, &root, "/v2/datasets/rain/rows", N_TRIPLES).await);

    let column = |name: &str| format!("<{BASE}/v2/datasets/rain#rows/{name}>");
    let xsd = "^^<http://www.w3.org/2001/XMLSchema#";
    for (name, literal) in [
        ("place", "\"雨\"".to_string()),
        ("rain_mm", format!("\"1.0E-3\"{xsd}double>")),
        ("rain_mm", format!("\"1.2E1\"{xsd}double>")),
        ("wet", format!("\"true\"{xsd}boolean>")),
        ("day", format!("\"2024-02-29\"{xsd}date>")),
    ] {
        let end = format!("{} {literal}", column(name));
        assert!(said.iter().any(|line| line.ends_with(&end)), "{end} in {said:#?}");
    }
}

#[rocket::async_test]
async fn every_format_has_a_url_a_tag_and_one_line_of_links_to_the_others() {
    let (site, root) = site().await;

    for url in documents(&site, &root).await.into_keys() {
        for media in [HAL, HAL_FORMS, TURTLE, N_TRIPLES] {
            let negotiated = get(&site, &root, &url, media).await;
            let named = get(&site, &root, negotiated.is(200).field("Content-Location"), "image/png").await;
            assert!(named.is(200).field("Content-Type").starts_with(media), "{named}");
            assert_eq!(named.body, negotiated.body, "{url} as {media}");
            assert_eq!(named.header("ETag"), negotiated.header("ETag"), "{url} as {media}");
            let alternates: Vec<&str> = negotiated
                .all("Link")
                .into_iter()
                .filter(|line| line.contains("rel=\"alternate\""))
                .collect();
            assert_eq!(alternates.len(), 1, "{negotiated}");
            assert!(alternates[0].len() <= 2_000, "{negotiated}");
            let documentation =
                format!("<{BASE}/v2/doc>; rel=\"http://www.w3.org/ns/hydra/core#apiDocumentation\"");
            assert!(negotiated.all("Link").contains(&documentation.as_str()), "{negotiated}");
        }
    }
}

#[rocket::async_test]
async fn version_1_and_contexts_have_the_formats_that_they_had() {
    let (site, root) = site().await;

    for url in [
        "/v1",
        "/v1/articles",
        "/v1/articles/article-1",
        "/v1/context",
        "/v2/context",
        "/v2/datasets/rain/columns",
    ] {
        for media in [HAL, HAL_FORMS, TURTLE, N_TRIPLES, "text/csv"] {
            get(&site, &root, url, media).await.is(406).has_problem("not-acceptable");
        }
        get(&site, &root, &format!("{url}.hal"), "*/*").await.is(404);
        get(&site, &root, url, "*/*").await.is(200);
    }
}

#[rocket::async_test]
async fn who_asks_for_hal_or_rdf_is_told_of_problems_in_problem_json() {
    let (site, root) = site().await;

    for media in [HAL, HAL_FORMS, TURTLE, N_TRIPLES, "text/csv"] {
        let answer = get(&site, &root, "/v2/datasets/none/rows", media).await;
        answer.is(404).has_problem("not-found");
        assert_eq!(answer.field("Content-Type"), "application/problem+json");
        assert!(answer.field("Link").contains("apiDocumentation"), "{answer}");
        assert_eq!(answer.field("Access-Control-Allow-Origin"), "*");
    }
}
