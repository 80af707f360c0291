//! Version 2: the full API. One file for each resource: `read` makes its document, `list` a page of
//! its collection, `members` what a client may set, `parse` what a client sent.

pub mod application;
pub mod article;
pub mod card;
mod croissant;
pub mod dataset;
pub mod entry;
pub mod evaluation;
pub mod job;
mod learned;
pub mod message;
pub mod model;
pub mod prediction;
pub mod record;
pub mod revision;
pub mod row;
pub mod search;
pub mod token;
pub mod usage;
pub mod user;
pub mod version;
pub mod visibility;
pub mod weights;

use super::{
    Document,
    class::class,
    hydra,
    link::{Base, Place},
    policy::Subject,
};
use crate::http::page::Page;
use serde_json::{Value, json};

/// Where a page stands in its collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOf {
    /// The URL as it was requested, absolute.
    pub requested: String,
    /// Members in all, where that is known.
    pub total: Option<i64>,
    /// `first`, `previous`, `next`, `last` where they exist: relation and URL.
    pub steps: Vec<(&'static str, String)>,
}

impl PageOf {
    /// A page by number, of `total` members in all; each link repeats `kept`, parameters that end in `&`.
    pub fn numbered(
        base: &Base,
        place: &Place,
        requested: &str,
        kept: &str,
        page: Page,
        total: i64,
    ) -> PageOf {
        let last = page.last(total.max(0) as u64);
        let url = |number: u64| format!("{}?{kept}page={number}&itemsPerPage={}", place.url(base), page.size);
        let mut steps = vec![("first", url(1))];
        if page.number > 1 {
            steps.push(("previous", url((page.number - 1).min(last))));
        }
        if page.number < last {
            steps.push(("next", url(page.number + 1)));
        }
        steps.push(("last", url(last)));
        PageOf { requested: requested.into(), total: Some(total), steps }
    }
}

/// The document of one thing of a class: identity, types, title-giving members follow, operations last.
pub(in crate::represent) fn item(base: &Base, place: &Place, class_name: &str, subject: Subject) -> Document {
    let also = class(class_name).map_or(&[][..], |class| class.also);
    let types: Vec<&str> = std::iter::once(class_name).chain(also.iter().copied()).collect();
    Document::v2(base, place, &types, subject)
}

/// Adds the class's operations as the last member.
pub(in crate::represent) fn operable(document: &mut Document, class_name: &str) {
    document.set("operation", hydra::operations(class_name));
}

/// A page of a collection.
pub(in crate::represent) fn collection(
    base: &Base,
    place: &Place,
    class_name: &str,
    subject: Subject,
    page: &PageOf,
    members: Vec<Value>,
) -> Document {
    let mut document = item(base, place, class_name, subject);
    let title = class(class_name).map_or(class_name, |class| class.title);
    document.set("title", title).maybe("totalItems", page.total).set("member", Value::Array(members));
    let mut view = json!({"@id": page.requested, "@type": "PartialCollectionView"});
    for (relation, url) in &page.steps {
        view[*relation] = json!(url);
        let relation = if *relation == "previous" { "prev" } else { relation };
        document.link(relation, url.clone());
    }
    document.set("view", view);
    let search = class(class_name).and_then(|class| hydra::search(&place.url(base), class));
    document.maybe("search", search);
    operable(&mut document, class_name);
    document
}
