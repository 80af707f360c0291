//! HAL (draft-kelly-json-hal-11): links under `_links`, the members of a collection under `_embedded`.
//!
//! Which members are links says the context: a text that it types as an IRI is one. What is left is plain
//! JSON, without the keywords of JSON-LD.

use crate::represent::{
    Document,
    vocab::{Typed, typing},
};
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Makes one more member of a resource, of the members of its document.
pub(super) type Also = fn(&Map<String, Value>) -> Option<(&'static str, Value)>;

/// The document as HAL.
pub fn render(document: &Document) -> Bytes {
    text(document, |_| None)
}

/// The document as HAL, with one more member of each resource.
pub(super) fn text(document: &Document, also: Also) -> Bytes {
    let empty = Map::new();
    let value = resource(document.value.as_object().unwrap_or(&empty), also);
    // A JSON value always has a text.
    let mut text = serde_json::to_vec(&value).unwrap_or_default();
    text.push(b'\n');
    text.into()
}

/// Links first, then what is embedded, then the rest in the document's order.
fn resource(members: &Map<String, Value>, also: Also) -> Value {
    let (mut links, mut embedded, mut rest) = (Map::new(), Map::new(), Map::new());
    if let Some(url) = own(members) {
        links.insert("self".into(), link(url));
    }
    for (key, value) in members {
        match (key.as_str(), value) {
            (key, _) if key.starts_with('@') => {}
            ("operation", _) => {}
            ("view", Value::Object(view)) => links.extend(steps(view)),
            ("member", Value::Array(items)) => {
                let (items, urls): (Vec<&Value>, Vec<&Value>) = items.iter().partition(|i| i.is_object());
                let ids = items.iter().map(|item| &item["@id"]).chain(urls).filter_map(Value::as_str);
                links.insert("item".into(), ids.map(link).collect());
                let items = items.iter().filter_map(|item| item.as_object());
                embedded.insert("item".into(), items.map(|item| resource(item, also)).collect());
            }
            (key, value) => {
                let (linked, plain) = parted(key, value);
                links.extend(linked.map(|linked| (key.to_string(), linked)));
                rest.extend(plain.map(|plain| (key.to_string(), plain)));
            }
        }
    }
    let mut whole = Map::new();
    for (key, object) in [("_links", links), ("_embedded", embedded)] {
        if !object.is_empty() {
            whole.insert(key.into(), object.into());
        }
    }
    whole.extend(rest);
    whole.extend(also(members).map(|(key, value)| (key.to_string(), value)));
    whole.into()
}

/// The URL of the document: of a page of a collection that of the page.
fn own(members: &Map<String, Value>) -> Option<&str> {
    let page = members.get("view").and_then(|view| view["@id"].as_str());
    page.or_else(|| members.get("@id")?.as_str())
}

fn link(url: &str) -> Value {
    json!({"href": url})
}

/// The steps from one page to others, by their registered names.
fn steps(view: &Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    let steps = view.iter().filter(|(key, _)| typing(key) == Some(Typed::Node));
    steps.filter_map(|(key, url)| {
        let relation = if key == "previous" { "prev" } else { key };
        Some((relation.to_string(), link(url.as_str()?)))
    })
}

/// What of a member is links, and what is not; a list of links stays a list.
fn parted(key: &str, value: &Value) -> (Option<Value>, Option<Value>) {
    if typing(key) != Some(Typed::Node) {
        return (None, Some(value.clone()));
    }
    match value {
        Value::String(url) => (Some(link(url)), None),
        Value::Object(object) => match object.get("template").and_then(Value::as_str) {
            Some(template) => (Some(json!({"href": template, "templated": true})), None),
            None => (None, Some(value.clone())),
        },
        Value::Array(items) => {
            let (urls, others): (Vec<&Value>, Vec<&Value>) = items.iter().partition(|item| item.is_string());
            let urls: Vec<Value> = urls.into_iter().filter_map(Value::as_str).map(link).collect();
            let others: Vec<Value> = others.into_iter().cloned().collect();
            let plain = !others.is_empty() || urls.is_empty();
            ((!urls.is_empty()).then(|| urls.into()), plain.then(|| others.into()))
        }
        other => (None, Some(other.clone())),
    }
}
