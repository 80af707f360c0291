//! Every member that has no place of its own: facts in a list, tables and nested objects in sections.

use super::{
    inline::{self, MOST, View},
    name, table,
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Nested objects that a page shows; deeper ones are told as JSON.
const DEPTH: usize = 6;
/// Members that pages have in another form too: figures behind charts and forms, to be looked up.
const FOLDED: &[&str] = &[
    "certificate",
    "coefficients",
    "columns",
    "creator",
    "curvesByClass",
    "distribution",
    "features",
    "input",
    "settings",
];
/// Members whose keys and values are somebody's data and stand as they are.
const DATA: &[&str] = &["cells", "input"];

/// The facts among the members, then a section for each other member.
pub fn sections<'a>(view: View, members: impl Iterator<Item = (&'a String, &'a Value)>) -> Markup {
    let (blocks, facts): (Vec<_>, Vec<_>) = members.partition(|(key, value)| is_block(key, value));
    html! {
        @if !facts.is_empty() { section { h2 { "Details" } (self::facts(view, &facts, 0)) } }
        @for (key, value) in blocks {
            @if FOLDED.contains(&key.as_str()) {
                details { summary { (name::label(key)) } (block(view, key, value, 0)) }
            } @else { section { h2 { (name::label(key)) } (block(view, key, value, 0)) } }
        }
    }
}

/// Whether a value needs more than a line: an object, unless it only names something, or a list of them.
fn is_block(key: &str, value: &Value) -> bool {
    let names = |members: &Map<String, Value>| {
        let title = name::title_key(members);
        (members.contains_key("@id") || title.is_some())
            && members.keys().all(|key| key.starts_with('@') || title == Some(key))
    };
    match value {
        Value::Object(members) => DATA.contains(&key) || !names(members),
        Value::Array(items) => items.iter().any(|item| item.is_array() || is_block("", item)),
        _ => false,
    }
}

fn facts(view: View, members: &[(&String, &Value)], depth: usize) -> Markup {
    html! {
        dl.facts { @for (key, value) in members {
            div {
                dt { (name::label(key)) }
                dd {
                    @if is_block(key, value) { (block(view, key, value, depth + 1)) }
                    @else { (inline::value(view, key, value)) }
                }
            }
        } }
    }
}

fn block(view: View, key: &str, value: &Value, depth: usize) -> Markup {
    match value {
        _ if depth > DEPTH => html! { code { (value) } },
        Value::Object(members) if DATA.contains(&key) => data(view, members),
        Value::Object(members) => object(view, members, depth),
        Value::Array(items) if table::fits(items) => table::whole(view, &name::label(key), items),
        Value::Array(items) => list(view, key, items, depth),
        other => inline::value(view, key, other),
    }
}

fn data(view: View, members: &Map<String, Value>) -> Markup {
    html! {
        dl.facts.data { @for (key, value) in members.iter().take(MOST) {
            div { dt { (key) } dd { (inline::cell(value)) } }
        } }
        @if let Some(more) = inline::more(view, members.len()) { p { (more) } }
    }
}

fn object(view: View, members: &Map<String, Value>, depth: usize) -> Markup {
    let title = name::title_key(members);
    let told = |key: &str| key.starts_with('@') || title == Some(key);
    let rest: Vec<_> = members.iter().filter(|(key, _)| !told(key)).collect();
    html! {
        @if let Some(reference) = inline::reference(view, members) { p { (reference) } }
        (facts(view, &rest, depth))
    }
}

/// Objects too big for rows: each folds under its title.
fn list(view: View, key: &str, items: &[Value], depth: usize) -> Markup {
    html! {
        @for (index, item) in items.iter().take(MOST).enumerate() {
            details {
                summary { (summary(view, key, index, item)) }
                (block(view, key, item, depth + 1))
            }
        }
        @if let Some(more) = inline::more(view, items.len()) { p { (more) } }
    }
}

fn summary(view: View, key: &str, index: usize, item: &Value) -> String {
    let title = item.as_object().map(|members| name::own_title(view.base, members)).unwrap_or_default();
    let class = item["ofClass"].as_str().unwrap_or_default();
    match (title.is_empty(), class.is_empty()) {
        (false, _) => title,
        (true, false) => class.into(),
        (true, true) => format!("{} {}", name::label(key), index + 1),
    }
}
