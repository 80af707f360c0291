//! A walk along every link, from `/`.

use super::{Answer, BASE, Site};
use rocket::http::Method;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Members whose values are templates or patterns, not links.
const TEMPLATES: [&str; 2] = ["template", "urlTemplate"];

/// What a crawl found: each URL of ours with its answer, and where it was first named.
pub struct Crawl {
    /// The answer of each URL.
    pub answers: BTreeMap<String, Answer>,
    /// Where each URL was named first.
    pub from: BTreeMap<String, String>,
}

/// Follows every link from `/`, with a token or without.
pub async fn crawl(site: &Site, token: Option<&str>) -> Crawl {
    let mut crawl = Crawl { answers: BTreeMap::new(), from: BTreeMap::new() };
    let mut queue = vec![format!("{BASE}/")];
    while let Some(url) = queue.pop() {
        if crawl.answers.contains_key(&url) {
            continue;
        }
        let request = site.request(Method::Get, &url);
        let request = if let Some(token) = token { request.bearer(token) } else { request };
        let answer = request.send().await;
        for link in links(&answer) {
            crawl.from.entry(link.clone()).or_insert_with(|| url.clone());
            if !crawl.answers.contains_key(&link) {
                queue.push(link);
            }
        }
        crawl.answers.insert(url, answer);
        assert!(crawl.answers.len() < 5_000, "expected a web with an end");
    }
    crawl
}

/// Links of ours in an answer: IRIs of its document, targets of `Link`, `Location`, `Content-Location`.
pub fn links(answer: &Answer) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if is_document(answer) {
        iris(&answer.json(), &mut found);
    }
    for line in answer.all("Link") {
        let targets = line.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
        found.extend(targets.map(|(target, _)| target.to_string()));
    }
    for name in ["Location", "Content-Location"] {
        found.extend(answer.all(name).into_iter().map(String::from));
    }
    let own = found
        .iter()
        .filter(|iri| iri.strip_prefix(BASE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    own.map(|iri| iri.split('#').next().unwrap().to_string()).collect()
}

/// Whether an answer is a JSON document.
pub fn is_document(answer: &Answer) -> bool {
    let media = answer.header("Content-Type").unwrap_or_default();
    // Weights under scikit-learn's names: a file, as its Content-Disposition says.
    if answer.header("Content-Disposition").is_some() && answer.said.contains("/coefficients") {
        return false;
    }
    ["application/ld+json", "application/json"].iter().any(|json| media.starts_with(json))
}

/// Every text of a document that is an IRI of ours, but for templates and what people wrote.
fn iris(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.starts_with(BASE) && !text.contains(char::is_whitespace) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| iris(item, found)),
        Value::Object(members) => {
            let links = members.iter().filter(|(key, _)| !TEMPLATES.contains(&key.as_str()));
            links.for_each(|(_, value)| iris(value, found));
        }
        _ => {}
    }
}
