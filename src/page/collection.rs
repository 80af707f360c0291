//! Collections: their members as a table, rows by their cells, Previous and Next.

use super::{
    form,
    inline::{self, View},
    name, rows,
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
    let cells = items.iter().any(|item| item.contains_key("cells"));
    Some(html! {
        (rows::facets(view, members).unwrap_or_default())
        section {
            @if list.is_empty() { p.null { "Nothing is here yet." } }
            @else if cells { (rows::table(view, members, &caption, &items)) }
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

/// Links to the neighbouring pages, where there are any.
pub fn pager(members: &Map<String, Value>) -> Option<Markup> {
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
