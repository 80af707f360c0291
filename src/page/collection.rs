//! Collections: their members as a table, rows by their cells, Previous and Next.

use super::{
    form,
    inline::{self, MOST, View},
    name,
    table::{self, Table},
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Members of members worth a column in a list, in this order.
const COLUMNS: &[&str] = &[
    "rowCount",
    "version",
    "target",
    "status",
    "progress",
    "class",
    "role",
    "disabled",
    "encodingFormat",
    "contentSize",
    "license",
    "author",
    "dateCreated",
    "dateModified",
    "expires",
    "revokedAt",
];
/// Columns of a list whose members have none of these.
const OTHERS: usize = 5;

/// The members of a collection; `None` if the document is none.
pub fn section(view: View, members: &Map<String, Value>, title: &str) -> Option<Markup> {
    let list = members.get("member")?.as_array()?;
    if list.is_empty() && members.values().any(form::is_template) {
        return None;
    }
    let caption = match members.get("totalItems").and_then(Value::as_number) {
        Some(total) => format!("{title}: {} of {}", list.len(), inline::number("totalItems", total)),
        None => title.to_string(),
    };
    let items = table::objects(list);
    let rows = items.iter().any(|item| item.contains_key("cells"));
    Some(html! {
        section {
            @if list.is_empty() { p.null { "Nothing is here yet." } }
            @else if rows { (self::rows(view, &caption, &items)) }
            @else if items.is_empty() {
                ul.plain { @for item in list { li { (inline::value(view, "member", item)) } } }
            }
            @else { (things(view, caption, &items)) }
            (pager(members).unwrap_or_default())
        }
    })
}

/// Members under their titles, with what is worth comparing.
fn things(view: View, caption: String, items: &[&Map<String, Value>]) -> Markup {
    let all = table::keys(items);
    let mut keys: Vec<&str> = COLUMNS.iter().copied().filter(|key| all.contains(key)).collect();
    if keys.is_empty() {
        let short = |key: &&&str| items.iter().filter_map(|item| item.get(**key)).all(is_short);
        let told =
            |key: &str| items.iter().any(|item| name::title_key(item) == Some(key) || is_summary(item, key));
        keys = all.iter().filter(|key| !told(key)).filter(short).take(OTHERS).copied().collect();
    }
    let lead = name::label(items.iter().find_map(|item| name::title_key(item)).unwrap_or("@id"));
    Table { caption, lead: Some(lead), keys, summaries: true, most: items.len() }.render(view, items)
}

/// Rows of a dataset by their cells: every row that the reader asked for, under column identifiers.
fn rows(view: View, caption: &str, items: &[&Map<String, Value>]) -> Markup {
    let cells: Vec<_> = items.iter().map(|item| item.get("cells").and_then(Value::as_object)).collect();
    let present: Vec<&Map<String, Value>> = cells.iter().flatten().copied().collect();
    let keys = table::all_keys(&present);
    let numeric = |key: &str| table::is_numeric(present.iter().filter_map(|cells| cells.get(key)));
    let columns: Vec<(&str, bool)> = keys.iter().take(MOST).map(|key| (*key, numeric(key))).collect();
    let head = html! {
        th.num scope="col" { "Row" }
        @for (key, numeric) in &columns { th class=[numeric.then_some("num")] scope="col" { (key) } }
    };
    let body = html! {
        @for (item, cells) in items.iter().zip(&cells) { tr {
            th.num scope="row" { (row_link(view, item)) }
            @for (key, numeric) in &columns {
                @let cell = cells.and_then(|cells| cells.get(*key)).unwrap_or(&Value::Null);
                td class=[numeric.then_some("num")] { (inline::cell(cell)) }
            }
        } }
    };
    table::framed(caption, head, body, inline::more(view, keys.len()))
}

/// The row's number, linked.
fn row_link(view: View, item: &Map<String, Value>) -> Markup {
    let url = item.get("@id").and_then(Value::as_str).and_then(inline::web);
    match url.and_then(|url| Some((url, name::bare(url).rsplit('/').next()?))) {
        Some((url, number)) => inline::titled(view.base, url, number),
        None => inline::cell(&Value::Null),
    }
}

/// Links to the neighbouring pages, where there are any.
fn pager(members: &Map<String, Value>) -> Option<Markup> {
    let view = members.get("view")?;
    let step = |key: &str| view[key].as_str().and_then(inline::web);
    let (previous, next) = (step("previous"), step("next"));
    let steps = [
        ("first", "First", previous.and(step("first"))),
        ("prev", "Previous", previous),
        ("next", "Next", next),
        ("last", "Last", next.and(step("last"))),
    ];
    (previous.is_some() || next.is_some()).then(|| {
        html! {
            nav.pager aria-label="Pages" {
                @for (relation, title, url) in steps {
                    @if let Some(url) = url { a rel=(relation) href=(url) { (title) } }
                }
            }
        }
    })
}

fn is_short(value: &Value) -> bool {
    value.as_str().map_or(!value.is_object() && !value.is_array(), |text| text.chars().count() <= 100)
}

fn is_summary(item: &Map<String, Value>, key: &str) -> bool {
    name::summary(item).is_some_and(|(summary, _)| summary == key)
}
