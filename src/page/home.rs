//! The front door: what is newest in each of the collections that it leads to.

use super::{
    inline::{self, View},
    name, table,
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Things of each collection.
const MOST: usize = 5;
/// Characters of what is said about each.
const SUMMARY: usize = 160;

/// The collections that the page has, each with its newest things.
pub fn section(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let collections: Vec<_> = members
        .iter()
        .filter_map(|(key, link)| {
            Some((key, link.as_str()?, view.included(link)?.get("member")?.as_array()?))
        })
        .filter(|(key, ..)| !["rows", "newestRevision"].contains(&key.as_str()))
        .collect();
    (!collections.is_empty()).then(|| {
        html! { @for (key, url, things) in collections { (collection(view, key, url, things)) } }
    })
}

/// Whether a member leads to a collection whose newest things stand here.
pub fn shows(view: View, members: &Map<String, Value>, key: &str) -> bool {
    let is_front = members.contains_key("hasPart");
    is_front && view.linked(members, key).is_some_and(|linked| linked.contains_key("member"))
}

fn collection(view: View, key: &str, url: &str, things: &[Value]) -> Markup {
    html! {
        section {
            h2 { (name::label(key)) }
            @if things.is_empty() { p.null { "Nothing is here yet." } }
            ul.things { @for thing in table::objects(things).into_iter().take(MOST) {
                li.card {
                    h3 { (inline::reference(view, thing).unwrap_or_default()) }
                    @if let Some((_, summary)) = name::summary(thing) { p { (super::frame::cut(summary, SUMMARY)) } }
                }
            } }
            p { a href=(url) { "All " (name::label(key).to_lowercase()) } }
        }
    }
}
