//! Values in a line: texts, numbers, moments, links.
//!
//! A text becomes a link only if it is an http or https IRI, or one of our terms; nothing else that a
//! document says ever stands in an `href`.

use super::name;
pub use crate::represent::link::web;
use crate::represent::{
    class,
    link::{Base, Place},
    moment, vocab,
};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde_json::{Map, Number, Value};

/// Items of a list that a page shows; a collection's members, whose number the reader chose, are all shown.
pub const MOST: usize = 400;
/// Nested objects shown in a line.
const DEPTH: usize = 3;

/// What values are shown with.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Where the server is.
    pub base: &'a Base,
    /// Where the whole document is, for what the page leaves out.
    pub whole: Option<&'a str>,
    /// Documents that this one links to and that the page shows in place, by URL.
    pub included: &'a [(String, Value)],
    /// Titles of things that the document names, by URL.
    pub titles: &'a [(String, String)],
}

impl<'a> View<'a> {
    /// The document that a link leads to, if the page has it.
    pub fn included(&self, url: &Value) -> Option<&'a Value> {
        let url = url.as_str()?;
        self.included.iter().find(|(known, _)| known == url).map(|(_, document)| document)
    }

    /// The document that a member leads to, if the page has it.
    pub fn linked(&self, members: &Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
        self.included(members.get(key)?)?.as_object()
    }
}

/// A link; one that leaves the site lends it no reputation.
pub fn titled(base: &Base, url: &str, title: &str) -> Markup {
    match base.path_of(url) {
        Some(_) => html! { a href=(url) { (title) } },
        None => html! { a href=(url) rel="external nofollow" { (title) } },
    }
}

/// The value of a member.
pub fn value(view: View, key: &str, value: &Value) -> Markup {
    nested(view, key, value, 0)
}

/// A value of somebody's data, as it is: a missing one is told from an empty text.
pub fn cell(value: &Value) -> Markup {
    match value {
        Value::Null => html! { span.null { "—" } },
        Value::String(text) => html! { (text) },
        other => html! { (other) },
    }
}

/// A scalar as its plain text; nothing for null.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// An object by its title, linked if it has an IRI.
pub fn reference(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let id = members.get("@id").and_then(Value::as_str);
    let title = name::short(&name::own_title(view.base, members));
    match id.and_then(|id| target(view.base, id)) {
        Some(url) => Some(titled(view.base, &url, &title)),
        None if title.is_empty() => None,
        None => Some(html! { (title) }),
    }
}

/// The URL of an IRI, written in full or as a term of ours.
fn target(base: &Base, iri: &str) -> Option<String> {
    let own = |term: &&str| !term.is_empty() && term.bytes().all(|b| b.is_ascii_alphanumeric());
    match iri.strip_prefix("almanac:").filter(own) {
        Some(term) => Some(vocab::iri(base, term)),
        None => web(iri).map(str::to_string),
    }
}

fn nested(view: View, key: &str, value: &Value, depth: usize) -> Markup {
    match value {
        Value::Null => cell(value),
        // What was given to a model, as it was given.
        Value::Bool(_) | Value::Number(_) | Value::String(_) if key == "value" => cell(value),
        Value::Bool(true) => html! { "yes" },
        Value::Bool(false) => html! { "no" },
        Value::Number(number) => html! { (self::number(key, number)) },
        Value::String(text) => self::text(view, key, text),
        Value::Array(items) if depth < DEPTH => list(view, key, items, depth),
        Value::Object(members) if depth < DEPTH => object(view, members, depth),
        Value::Array(_) | Value::Object(_) => html! { code { (value) } },
    }
}

fn list(view: View, key: &str, items: &[Value], depth: usize) -> Markup {
    match items {
        [] => html! { span.null { "none" } },
        [one] => nested(view, key, one, depth + 1),
        items => html! {
            ul.list {
                @for item in items.iter().take(MOST) { li { (nested(view, key, item, depth + 1)) } }
                @if let Some(more) = more(view, items.len()) { li { (more) } }
            }
        },
    }
}

/// Says how many items of a list are left out, and where they are.
pub fn more(view: View, length: usize) -> Option<Markup> {
    let left = length.checked_sub(MOST).filter(|left| *left > 0)?;
    Some(html! {
        @match view.whole {
            Some(url) => a href=(url) { "and " (thousands(&left.to_string())) " more" },
            None => { "and " (thousands(&left.to_string())) " more" },
        }
    })
}

fn object(view: View, members: &Map<String, Value>, depth: usize) -> Markup {
    let title = name::title_key(members);
    let told = |key: &str| key.starts_with('@') || title == Some(key);
    html! {
        @if let Some(reference) = reference(view, members) { (reference) " " }
        @for (key, value) in members.iter().filter(|(key, _)| !told(key)) {
            span.pair { (name::label(key)) " " b { (nested(view, key, value, depth + 1)) } } " "
        }
    }
}

fn text(view: View, key: &str, text: &str) -> Markup {
    let base = view.base;
    let is_digest = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(url) = target(base, text) {
        return titled(base, &url, &if url == text { called(view, key, text) } else { text.into() });
    }
    if let Some(at) = timestamp(text) {
        return html! { time datetime=(moment(at)) { (at.format("%Y-%m-%d %H:%M UTC")) } };
    }
    match key {
        "contentSize" if is_whole(text) => html! { (thousands(text)) " bytes" },
        "template" | "method" => html! { code { (text) } },
        _ if is_digest => html! { code { (text) } },
        _ if text.contains('\n') => html! { span.lines { (text) } },
        _ => html! { (text) },
    }
}

/// What a link is called; of what something is about with its class, since a model may be called as its dataset.
fn called(view: View, key: &str, url: &str) -> String {
    let name = name::by_title(view.base, view.titles, url);
    let place = view.base.path_of(url).filter(|_| key == "about").and_then(Place::parse);
    match place.and_then(|place| class::at(&place)) {
        Some(class) => format!("{name} ({})", class.title.to_lowercase()),
        None => name,
    }
}

fn timestamp(text: &str) -> Option<DateTime<Utc>> {
    // Shorter ones are dates or times of somebody's data.
    let full = text.len() >= 20 && text.as_bytes()[0].is_ascii_digit();
    full.then(|| DateTime::parse_from_rfc3339(text).ok()).flatten().map(|at| at.with_timezone(&Utc))
}

/// A number as people read it: counts in groups of three, others with six significant digits at most.
pub fn number(key: &str, number: &Number) -> String {
    let counts = ["Count", "Items", "Rows", "count", "iterations"].iter().any(|end| key.ends_with(end));
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(number) => significant(number),
        None if counts => thousands(&number.to_string()),
        None => number.to_string(),
    }
}

/// A number with six significant digits at most.
pub fn significant(number: f64) -> String {
    let rounded: f64 = format!("{number:.5e}").parse().unwrap_or(number);
    let plain = rounded == 0.0 || (1e-4..1e15).contains(&rounded.abs());
    if plain { format!("{rounded}") } else { format!("{rounded:e}") }
}

fn is_whole(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn thousands(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    format!("{sign}{}", groups.join(","))
}
