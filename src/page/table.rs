//! Tables of objects that are alike.

use super::{
    frame::cut,
    inline::{self, MOST, View},
    name,
};
use maud::{Markup, html};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Characters of a text in a table, at most; the whole is behind the row's link or in the JSON.
const TEXT: usize = 300;
/// Characters of a summary under a title.
const SUMMARY: usize = 160;
/// From how many characters on a text may break into lines.
const LONG: usize = 40;
/// Columns that people can still read.
const COLUMNS: usize = 12;

/// A table as it is shown.
pub struct Table<'a> {
    /// What it holds.
    pub caption: String,
    /// What each row's title is headed with; `None` if rows have none.
    pub lead: Option<String>,
    /// Keys of the other columns.
    pub keys: Vec<&'a str>,
    /// Whether each row's summary stands under its title.
    pub summaries: bool,
    /// How many rows at most.
    pub most: usize,
}

/// Whether items are objects so plain that a row can hold each.
pub fn fits(items: &[Value]) -> bool {
    let is_row = |item: &Value| item.as_object().is_some_and(|members| members.values().all(is_plain));
    !items.is_empty() && items.iter().all(is_row) && keys(&objects(items)).len() <= COLUMNS
}

/// Scalars, lists of scalars, and objects of scalars.
fn is_plain(value: &Value) -> bool {
    let is_scalar = |value: &Value| !value.is_array() && !value.is_object();
    match value {
        Value::Array(items) => items.iter().all(is_scalar) && items.len() <= LONG,
        Value::Object(members) => members.values().all(is_scalar) && members.len() <= 6,
        _ => true,
    }
}

/// The table of all that these items say.
pub fn whole(view: View, caption: &str, items: &[Value]) -> Markup {
    let caption = format!("{caption}: {}", items.len());
    let items = objects(items);
    let mut keys = keys(&items);
    let title = items.iter().find_map(|item| name::title_key(item));
    let linked = items.iter().any(|item| item.contains_key("@id"));
    // `contentUrl` of a file is the file.
    let is_id = |key: &str| linked && items.iter().all(|item| item.get(key) == item.get("@id"));
    keys.retain(|key| title != Some(*key) && !is_id(key));
    let lead = (title.is_some() || linked).then(|| name::label(title.unwrap_or("@id")));
    Table { caption, lead, keys, summaries: false, most: MOST }.render(view, &items)
}

/// The items that are objects.
pub fn objects(items: &[Value]) -> Vec<&Map<String, Value>> {
    items.iter().filter_map(Value::as_object).collect()
}

/// Every key of somebody's data, in the order in which they first appear.
pub fn all_keys<'a>(items: &[&'a Map<String, Value>]) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    items.iter().flat_map(|item| item.keys()).map(String::as_str).filter(|key| seen.insert(*key)).collect()
}

/// Every key that says something of these items; types only where they differ.
pub fn keys<'a>(items: &[&'a Map<String, Value>]) -> Vec<&'a str> {
    let mut keys = all_keys(items);
    let alike = items.windows(2).all(|pair| pair[0].get("@type") == pair[1].get("@type"));
    keys.retain(|key| !["@id", "@context", "operation"].contains(key) && (*key != "@type" || !alike));
    keys
}

impl Table<'_> {
    /// The table of these items, within a box that scrolls sideways.
    pub fn render(&self, view: View, items: &[&Map<String, Value>]) -> Markup {
        let numeric = |key: &&str| is_numeric(items.iter().filter_map(|item| item.get(*key)));
        let columns: Vec<(&str, bool)> = self.keys.iter().map(|key| (*key, numeric(key))).collect();
        let head = html! {
            @if let Some(lead) = &self.lead { th scope="col" { (lead) } }
            @for (key, numeric) in &columns {
                th class=[numeric.then_some("num")] scope="col" { (name::label(key)) }
            }
        };
        let shown = &items[..items.len().min(self.most)];
        let single = single(shown.iter().filter_map(|item| fragment(view, item)));
        let body = html! {
            @for item in shown { tr id=[fragment(view, item).filter(|name| single.contains(name))] {
                @if self.lead.is_some() { th scope="row" { (self.lead(view, item)) } }
                @for (index, (key, numeric)) in columns.iter().enumerate() {
                    (cell(view, key, item.get(*key), *numeric, index == 0 && self.lead.is_none()))
                }
            } }
        };
        let left = if items.len() > self.most { inline::more(view, items.len()) } else { None };
        framed(&self.caption, head, body, left)
    }

    fn lead(&self, view: View, item: &Map<String, Value>) -> Markup {
        let summary = name::summary(item).filter(|_| self.summaries);
        html! {
            @match inline::reference(view, item) {
                Some(reference) => (reference),
                None => (inline::cell(&Value::Null)),
            }
            @if let Some((_, summary)) = summary { span.hint { (cut(summary, SUMMARY)) } }
        }
    }
}

/// A table within a box that scrolls sideways, by keyboard too; `below` stands under it.
pub fn framed(caption: &str, head: Markup, body: Markup, below: Option<Markup>) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(caption) {
            table { caption { (caption) } thead { tr { (head) } } tbody { (body) } }
        }
        @if let Some(below) = below { p { (below) } }
    }
}

/// Whether a column holds numbers and nothing else.
pub fn is_numeric<'a>(values: impl Iterator<Item = &'a Value>) -> bool {
    let mut values = values.filter(|value| !value.is_null()).peekable();
    values.peek().is_some() && values.all(Value::is_number)
}

fn cell(view: View, key: &str, value: Option<&Value>, numeric: bool, heads: bool) -> Markup {
    let shown = match value {
        Some(Value::String(text)) if text.chars().count() > TEXT => html! { (cut(text, TEXT)) },
        Some(value) => inline::value(view, key, value),
        None => inline::cell(&Value::Null),
    };
    let long = match value {
        Some(Value::String(text)) => text.chars().count() > LONG,
        Some(other) => other.is_array() || other.is_object(),
        None => false,
    };
    let class = if numeric { Some("num") } else { long.then_some("long") };
    html! {
        @if heads { th class=[class] scope="row" { (shown) } } @else { td class=[class] { (shown) } }
    }
}

/// The names that one has alone: no two elements of a page have one `id`.
fn single<'a>(names: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
    let (mut seen, mut single) = (HashSet::new(), HashSet::new());
    for name in names {
        if seen.insert(name) {
            single.insert(name)
        } else {
            single.remove(name)
        };
    }
    single
}

/// The fragment by which one of our documents names a part of itself.
fn fragment<'a>(view: View, item: &'a Map<String, Value>) -> Option<&'a str> {
    let id = item.get("@id")?.as_str()?;
    let (_, fragment) = id.split_once('#')?;
    view.base.path_of(id).map(|_| fragment).filter(|text| !text.contains(|c: char| c.is_whitespace()))
}
