//! Version 1: the compact API of the tutorials, in short keys, by offset and limit. It is kept as it is:
//! what is new goes to version 2.
//!
//! One file for each resource: `read` makes its document, `list` a stretch of its collection. Every
//! document ends with `links`, absolute URLs by relation. What its keys mean is in [`super::vocab`].

pub mod article;
pub mod dataset;
pub mod entry;
pub mod message;
pub mod model;
pub mod prediction;

use super::{
    Document,
    link::{Base, Place},
    policy::Subject,
};
use crate::http::page::Window;
use serde_json::{Map, Value, json};

/// Relations that stand in the `Link` field too: as in `links`, as registered (RFC 8288 §4.2).
const REGISTERED: &[(&str, &str)] = &[
    ("self", "self"),
    ("collection", "collection"),
    ("first", "first"),
    ("previous", "prev"),
    ("next", "next"),
    ("last", "last"),
];

/// The document of a thing of a class; members follow, [`Links::end`] ends it.
fn item(base: &Base, place: &Place, class: &'static str, subject: Subject) -> Document {
    let mut document = Document::v1(base, place, &[class], subject);
    document.set("@type", class);
    document
}

/// The member `links` while it is made.
struct Links<'b> {
    base: &'b Base,
    members: Map<String, Value>,
}

impl<'b> Links<'b> {
    /// No links yet, but for the document's own URL.
    fn of(base: &'b Base, own: &str) -> Links<'b> {
        Links { base, members: Map::from_iter([("self".into(), json!(own))]) }
    }

    /// One more.
    fn to(mut self, relation: &str, place: &Place) -> Links<'b> {
        self.members.insert(relation.into(), json!(place.url(self.base)));
        self
    }

    /// Several with one relation, if there are any.
    fn all(mut self, relation: &str, urls: Vec<String>) -> Links<'b> {
        if !urls.is_empty() {
            self.members.insert(relation.into(), json!(urls));
        }
        self
    }

    /// One more, by its URL.
    fn url(mut self, relation: &str, url: String) -> Links<'b> {
        self.members.insert(relation.into(), json!(url));
        self
    }

    /// Ends the document of `place` with these links and the one to its successor in version 2.
    fn end(self, document: &mut Document, place: &Place) {
        let members = self.to("successor", &place.successor()).members;
        for (key, relation) in REGISTERED {
            if let Some(url) = members.get(*key).and_then(Value::as_str) {
                document.link(relation, url.to_string());
            }
        }
        document.set("links", Value::Object(members));
    }
}

/// Where a stretch stands in its collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The URL as it was requested, absolute.
    pub requested: String,
    /// What was asked for.
    pub window: Window,
    /// Members in all.
    pub total: u64,
}

impl Stretch {
    /// `first`, `previous`, `next` and `last` where they exist: relation and offset.
    fn steps(&self) -> Vec<(&'static str, u64)> {
        let Window { offset, limit } = self.window;
        let last = self.total.saturating_sub(1) / limit * limit;
        let previous = offset.saturating_sub(limit).min(last);
        let next = offset + limit;
        [
            ("first", Some(0)),
            ("previous", (offset > 0).then_some(previous)),
            ("next", (next < self.total).then_some(next)),
            ("last", Some(last)),
        ]
        .into_iter()
        .filter_map(|(relation, offset)| Some((relation, offset?)))
        .collect()
    }
}

/// A stretch of the collection at `place`.
fn collection<'b>(
    base: &'b Base,
    place: &Place,
    subject: Subject,
    stretch: &Stretch,
    items: Vec<Value>,
) -> (Document, Links<'b>) {
    let Stretch { requested, window, total } = stretch;
    let mut document = item(base, place, "Collection", subject);
    document
        .set("count", *total)
        .set("offset", window.offset)
        .set("limit", window.limit)
        .set("items", Value::Array(items));
    let links = Links::of(base, requested).to("collection", place);
    let url = |offset: u64| format!("{}?offset={offset}&limit={}", place.url(base), window.limit);
    let links = stretch.steps().into_iter().fold(links, |links, (relation, at)| links.url(relation, url(at)));
    (document, links)
}
