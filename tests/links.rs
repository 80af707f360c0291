//! The web of documents: from `/` every link leads somewhere, every key is a term of its context,
//! every IRI is absolute.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{domain::permission::Role, represent::link::Place};
use common::{
    BASE, Site, arrange,
    crawl::{crawl, is_document},
};
use rocket::http::Method;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    (site, root)
}

#[rocket::async_test]
async fn every_link_leads_somewhere() {
    let (site, root) = site().await;

    for token in [Some(root.as_str()), None] {
        let crawl = crawl(&site, token).await;
        let dead: Vec<String> = crawl
            .answers
            .iter()
            .filter(|(_, answer)| {
                answer.status >= 400 && !(token.is_none() && [401, 403].contains(&answer.status))
            })
            .map(|(url, answer)| {
                format!(
                    "{} {url}, named by {}",
                    answer.status,
                    crawl.from.get(url).map_or("", String::as_str)
                )
            })
            .collect();
        assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
    }
}

#[rocket::async_test]
async fn everything_that_can_be_read_is_reached_from_the_front_door() {
    let (site, root) = site().await;

    let crawl = crawl(&site, Some(&root)).await;

    let reached: BTreeSet<String> = crawl
        .answers
        .keys()
        .filter_map(|url| Place::parse(url.strip_prefix(BASE)?.split('?').next()?))
        .map(|place| place.pattern().to_string())
        .collect();
    // For operators and scripts that know what they send, and what templates lead to.
    let unlinked = [
        "/livez",
        "/readyz",
        "/favicon.ico",
        "/robots",
        "/sitemap",
        "/static/<file>",
        // Where clients of the Open Inference Protocol know them.
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/<slug>/ready",
        "/v2/models/<slug>/versions/<number>/ready",
        "/v1/hello",
        "/v1/echo",
        "/v1/models/<slug>/predict/<features..>",
        "/v2/models/<slug>/prediction",
        "/v2/models/<slug>/versions/<number>/prediction",
        // From a second version on.
        "/v2/models/<slug>/versions/<number>/comparison",
    ];
    for pattern in common::routes::patterns(&site, "GET") {
        let known = unlinked.contains(&pattern.as_str());
        let there =
            reached.iter().any(|one| common::routes::nameless(one) == common::routes::nameless(&pattern));
        assert!(known || there, "expected a link to {pattern}, found {reached:#?}");
    }
}

#[rocket::async_test]
async fn every_key_is_a_term_of_the_contexts_that_its_document_names() {
    let (site, root) = site().await;

    for (url, answer) in crawl(&site, Some(&root)).await.answers {
        if !is_document(&answer) || answer.status != 200 {
            continue;
        }
        let document = answer.json();
        if is_other(&url, &document) {
            continue;
        }
        let terms = terms(&site, &document["@context"], &url).await;
        let mut unknown = BTreeSet::new();
        undefined(&document, &terms, &mut unknown);
        assert!(unknown.is_empty(), "{url}: no terms for {unknown:?}");
    }
}

/// A document that is no resource: nothing but a context, an artifact, which is data, or a description.
fn is_other(url: &str, document: &Value) -> bool {
    let place = Place::parse(url.strip_prefix(BASE).unwrap_or_default());
    let context =
        document.as_object().is_some_and(|members| members.len() == 1 && members.contains_key("@context"));
    context || matches!(place, Some(Place::Artifact(..) | Place::OpenApi(_)))
}

/// The terms of a context: a URL of ours, an object, or a list of them.
async fn terms(site: &Site, context: &Value, of: &str) -> Map<String, Value> {
    let mut terms = Map::new();
    let mut parts = vec![context.clone()];
    while let Some(part) = parts.pop() {
        match part {
            Value::String(url) => {
                assert!(url.starts_with(BASE), "{of}: expected a context of our own, found {url}");
                parts.push(site.get(&url).await.is(200).json()["@context"].clone());
            }
            Value::Array(more) => parts.extend(more),
            Value::Object(members) => {
                for (term, meaning) in members {
                    // A context of a term holds below it; to know its terms everywhere is good enough here.
                    if let Some(scoped) = meaning.get("@context").filter(|scoped| scoped.is_object()) {
                        parts.push(scoped.clone());
                    }
                    terms.insert(term, meaning);
                }
            }
            other => panic!("{of}: expected a context, found {other}"),
        }
    }
    terms
}

/// Keys and types without a meaning, and compact IRIs without a known prefix.
fn undefined(value: &Value, terms: &Map<String, Value>, unknown: &mut BTreeSet<String>) {
    let known = |name: &str| {
        let prefix = name.split_once(':').map(|(prefix, _)| prefix);
        terms.contains_key(name)
            || prefix.is_some_and(|prefix| terms.contains_key(prefix) || name.contains("://"))
    };
    match value {
        Value::Array(items) => items.iter().for_each(|item| undefined(item, terms, unknown)),
        Value::Object(members) => {
            let types = members.get("@type").into_iter().flat_map(|types| match types {
                Value::Array(types) => types.clone(),
                one => vec![one.clone()],
            });
            unknown
                .extend(types.filter_map(|one| one.as_str().map(String::from)).filter(|name| !known(name)));
            for (key, value) in members {
                if key == "@context" {
                    continue;
                }
                let open = terms
                    .get(key)
                    .and_then(|term| term.get("@context"))
                    .is_some_and(|c| c.get("@vocab").is_some());
                let data = terms.get(key).is_some_and(|term| term["@type"] == "@json");
                if !key.starts_with('@') && !known(key) {
                    unknown.insert(key.clone());
                } else if !open && !data {
                    undefined(value, terms, unknown);
                }
            }
        }
        _ => {}
    }
}

#[rocket::async_test]
async fn every_iri_is_absolute() {
    let (site, root) = site().await;

    for (url, answer) in crawl(&site, Some(&root)).await.answers {
        if !is_document(&answer) || answer.status != 200 || is_other(&url, &answer.json()) {
            continue;
        }
        let document = answer.json();
        let terms = terms(&site, &document["@context"], &url).await;
        let mut relative = BTreeSet::new();
        not_absolute(&document, &terms, &mut relative);
        assert!(relative.is_empty(), "{url}: expected absolute IRIs, found {relative:?}");
        let path = |iri: &str| iri.split(['?', '#']).next().unwrap_or_default().to_string();
        let id = path(document["@id"].as_str().unwrap_or_default());
        let stem = path(&url);
        let stem = [".jsonld", ".json", ".html"]
            .iter()
            .find_map(|suffix| stem.strip_suffix(suffix))
            .unwrap_or(&stem);
        let stem = stem.strip_suffix("/index").unwrap_or(stem);
        // The vocabulary of one release names the vocabulary.
        let stem = if stem.contains("/vocab/") { "http://almanac.test/vocab" } else { stem };
        assert_eq!(id.trim_end_matches('/'), stem.trim_end_matches('/'), "a document is named by its URL");
    }
}

/// Values of `@id` and of link-valued terms that are not absolute.
fn not_absolute(value: &Value, terms: &Map<String, Value>, found: &mut BTreeSet<String>) {
    let absolute = |iri: &str| {
        iri.split_once(':').is_some_and(|(scheme, rest)| rest.starts_with("//") || terms.contains_key(scheme))
    };
    match value {
        Value::Array(items) => items.iter().for_each(|item| not_absolute(item, terms, found)),
        Value::Object(members) => {
            for (key, value) in members.iter().filter(|(key, _)| *key != "@context") {
                let node = key == "@id" || terms.get(key).is_some_and(|term| term["@type"] == "@id");
                let texts = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                if node {
                    let texts = texts.iter().filter_map(Value::as_str);
                    found.extend(texts.filter(|iri| !absolute(iri)).map(|iri| format!("{key}: {iri}")));
                }
                not_absolute(value, terms, found);
            }
        }
        _ => {}
    }
}

#[rocket::async_test]
async fn every_announced_operation_is_understood() {
    let (site, root) = site().await;

    for (url, answer) in crawl(&site, Some(&root)).await.answers {
        let Some(id) = answer
            .header("Content-Type")
            .filter(|_| is_document(&answer))
            .and_then(|_| answer.json()["@id"].as_str().map(String::from))
        else {
            continue;
        };
        for operation in answer.json()["operation"].as_array().into_iter().flatten() {
            let method = operation["method"].as_str().unwrap();
            let allow = site.request(Method::Options, &id).send().await;
            let has = allow.header("Allow").unwrap_or_default().split(", ").any(|one| one == method);
            assert!(has, "{url} announces {method}, found {allow}");
        }
    }
}

#[rocket::async_test]
async fn every_page_of_html_has_links_that_lead_somewhere() {
    let (site, root) = site().await;

    for (url, answer) in crawl(&site, Some(&root)).await.answers {
        if answer.status != 200 || !is_document(&answer) {
            continue;
        }
        let page = site.request(Method::Get, &url).bearer(&root).header("Accept", "text/html").send().await;
        if page.header("Content-Type").is_none_or(|media| !media.starts_with("text/html")) {
            continue;
        }
        let text = page.text();
        let targets = text.split(&[' ', '<'][..]).filter_map(|part| {
            let rest = part.strip_prefix("href=\"").or_else(|| part.strip_prefix("src=\""))?;
            Some(rest.split('"').next()?.replace("&amp;", "&"))
        });
        for target in targets.collect::<BTreeSet<_>>() {
            if target.starts_with("http") && !target.starts_with(BASE)
                || target.starts_with('#')
                || target.starts_with("data:")
            {
                continue;
            }
            assert!(target.starts_with(BASE) || target.starts_with('/'), "{url}: a relative link: {target}");
            let found = site.request(Method::Get, target.split('#').next().unwrap()).bearer(&root);
            let found = found.send().await;
            assert!(found.status < 400, "{url} links to {target}: {found}");
        }
    }
}
