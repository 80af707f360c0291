//! Rows of a table: sorted by the links in their heads, filtered by a form, counted by value.
//!
//! All of it is the query of one template, so a page of rows that was chosen is a URL to be kept.

use super::{
    faults::{Faults, Within, Wrong},
    inline::{self, MOST, View},
    name,
    profile::{self, Profile},
    table,
};
use crate::domain::{column::ColumnType, selection::Operator};
use maud::{Markup, html};
use serde_json::{Map, Value};
use url::form_urlencoded::{Serializer, parse};

/// Columns of the form of filters.
const MOST_FILTERS: usize = 24;
/// Parameters that lead to another page of the same rows.
const CURSORS: [&str; 2] = ["after", "before"];

/// What was asked of a page of rows.
struct Asked<'a> {
    /// The URL before its query.
    url: &'a str,
    /// The query, without cursors.
    pairs: Vec<(String, String)>,
    /// Variables that the template of these rows knows.
    variables: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    /// What the page's own URL says; `None` if its rows cannot be asked for in another way.
    fn of(members: &'a Map<String, Value>) -> Option<Asked<'a>> {
        let search = members.get("search")?;
        let url = search["template"].as_str()?.split_once('{')?.0;
        let mapping = search["mapping"].as_array()?;
        let variables = mapping.iter().filter_map(|one| one["variable"].as_str()).collect();
        let here = members.get("view").and_then(|view| view["@id"].as_str()).unwrap_or_default();
        let query = here.split_once('?').map_or("", |(_, query)| query);
        let pairs = parse(query.as_bytes()).into_owned();
        let pairs = pairs.filter(|(name, text)| !CURSORS.contains(&name.as_str()) && !text.is_empty());
        Some(Asked { url: inline::web(url)?, pairs: pairs.collect(), variables })
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// What else was asked than a form with these fields asks: order, and filters for which it has none.
    fn without<'f>(&'f self, fields: &'f [Field]) -> impl Iterator<Item = &'f (String, String)> {
        let mut shown: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        // A field holds the first of several of its name.
        self.pairs.iter().filter(move |(name, _)| {
            let at = shown.iter().position(|one| one == name);
            at.map(|at| shown.swap_remove(at)).is_none()
        })
    }

    fn knows(&self, name: &str) -> bool {
        self.variables.contains(&name)
    }

    /// The same rows with another value of one parameter.
    fn with(&self, name: &str, text: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.pairs.iter().filter(|(known, _)| known != name));
        format!("{}?{}", self.url, query.append_pair(name, text).finish())
    }
}

/// Rows of a dataset by their cells: every row that the reader asked for, under column identifiers.
pub fn table(
    view: View,
    members: &Map<String, Value>,
    caption: &str,
    items: &[&Map<String, Value>],
) -> Markup {
    let asked = Asked::of(members);
    let cells: Vec<_> = items.iter().map(|item| item.get("cells").and_then(Value::as_object)).collect();
    let present: Vec<&Map<String, Value>> = cells.iter().flatten().copied().collect();
    let keys = table::all_keys(&present);
    let numeric = |key: &str| table::is_numeric(present.iter().filter_map(|cells| cells.get(key)));
    let columns: Vec<(&str, bool)> = keys.iter().take(MOST).map(|key| (*key, numeric(key))).collect();
    let head = html! {
        th.num scope="col" { "Row" }
        @for (key, numeric) in &columns { (column_head(asked.as_ref(), key, *numeric)) }
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

/// A column's head: a link that sorts by it, and once sorted turns the order round.
fn column_head(asked: Option<&Asked>, key: &str, numeric: bool) -> Markup {
    let class = numeric.then_some("num");
    let Some(asked) = asked.filter(|asked| asked.knows("sort")) else {
        return html! { th class=[class] scope="col" { (key) } };
    };
    let (order, next) = match asked.value("sort") {
        Some(sort) if sort == key => (Some("ascending"), format!("-{key}")),
        Some(sort) if sort.strip_prefix('-') == Some(key) => (Some("descending"), key.to_string()),
        _ => (None, key.to_string()),
    };
    html! {
        th class=[class] scope="col" aria-sort=[order] { a rel="nofollow" href=(asked.with("sort", &next)) { (key) } }
    }
}

/// The row's number, linked.
fn row_link(view: View, item: &Map<String, Value>) -> Markup {
    let url = item.get("@id").and_then(Value::as_str).and_then(inline::web);
    match url.and_then(|url| Some((url, name::bare(url).rsplit('/').next()?))) {
        Some((url, number)) => inline::titled(view.base, url, number),
        None => inline::cell(&Value::Null),
    }
}

/// The first rows of a dataset on its own page; `None` if the page does not have them.
pub fn first(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let link = members.get("rows")?;
    let rows = view.included(link)?.as_object()?;
    let list = table::objects(rows.get("member")?.as_array()?);
    let total = members.get("rowCount").and_then(Value::as_number);
    let of = total.map(|total| format!(" of {}", inline::number("rowCount", total))).unwrap_or_default();
    Some(html! {
        section aria-labelledby="rows" {
            h2 #rows { "Rows" }
            @if list.is_empty() { p.null { "Nothing is here yet." } }
            @else { (table(view, rows, &format!("The first {}{of} rows", list.len()), &list)) }
            nav.pager aria-label="Rows" {
                // Not to the next few: rows have pages of their own, and each robot would walk along these too.
                a href=[link.as_str()] { "All rows" }
            }
        }
    })
}

/// The form that asks for some of the rows; `None` where the document has no such template.
pub fn filters(view: View, members: &Map<String, Value>, faults: &mut Faults) -> Option<Markup> {
    let asked = Asked::of(members).filter(|asked| asked.knows("sort"))?;
    view.base.path_of(asked.url)?;
    let dataset = view.included(members.get("dataset")?)?.as_object()?;
    let profile = Profile::of(view, dataset);
    let columns = dataset.get("columns")?.as_array()?;
    let active = asked.pairs.iter().any(|(name, _)| name == "q" || name.starts_with("filter["));
    let any = Field { name: "q".into(), label: "Text in any column".into(), unit: None, values: Vec::new() };
    let of_columns =
        columns.iter().take(MOST_FILTERS).flat_map(|column| column_fields(column, profile.as_ref()));
    let fields: Vec<Field> =
        std::iter::once(any).chain(of_columns).filter(|field| asked.knows(&field.name)).collect();
    // What is wrong and has no field would be wrong each time.
    let kept: Vec<_> =
        asked.without(&fields).filter(|(name, _)| faults.at(name, name, Within::Itself).is_empty()).collect();
    Some(html! {
        details.card open[active] {
            summary { "Choose rows" }
            form.fields method="get" action=(asked.url) {
                @for field in &fields { (field.show(asked.value(&field.name), faults)) }
                @for (name, text) in kept { input type="hidden" name=(name) value=(text); }
                div.full {
                    button { "Choose" }
                    @if active { " " a.btn.quiet href=(asked.url) { "All rows" } }
                }
            }
        }
    })
}

/// A field of the form that asks for some of the rows.
struct Field<'a> {
    name: String,
    label: String,
    unit: Option<&'a str>,
    /// What is chosen from; empty where it is typed.
    values: Vec<&'a str>,
}

/// The fields by which a column chooses: from and to, or the value.
fn column_fields<'a>(column: &'a Value, profile: Option<&Profile<'a>>) -> Vec<Field<'a>> {
    let text = |key: &str| column[key].as_str().unwrap_or_default();
    let key = text("identifier");
    let Ok(kind) = text("columnType").parse() else { return Vec::new() };
    let values = match kind {
        ColumnType::Boolean => vec!["false", "true"],
        ColumnType::Category => profile.map(|profile| profile::levels(profile, key)).unwrap_or_default(),
        _ => Vec::new(),
    };
    let words = |operator: &Operator| match operator {
        Operator::Contains => " contains",
        Operator::Ge => " from",
        Operator::Le => " to",
        _ => "",
    };
    let field = |operator: &Operator| Field {
        name: format!("filter[{key}][{}]", operator.name()),
        label: format!("{key}{}", words(operator)),
        unit: column["unitText"].as_str(),
        values: values.clone(),
    };
    Operator::first(kind).iter().map(field).collect()
}

impl Field<'_> {
    fn show(&self, value: Option<&str>, faults: &mut Faults) -> Markup {
        let wrong = Wrong::at(faults, &self.name, &self.name);
        let other = value.filter(|value| !self.values.contains(value));
        html! {
            div {
                label for=(self.name) { (self.label) @if let Some(unit) = self.unit { " " span.unit { (unit) } } }
                @if self.values.is_empty() {
                    input id=(self.name) name=(self.name) value=[value] autocomplete="off"
                        aria-invalid=[wrong.invalid()] aria-describedby=[wrong.described(None)];
                } @else {
                    select id=(self.name) name=(self.name) aria-invalid=[wrong.invalid()]
                        aria-describedby=[wrong.described(None)] {
                        option value="" { "any" }
                        @for one in &self.values { option value=(one) selected[value == Some(*one)] { (one) } }
                        @if let Some(other) = other { option value=(other) selected { (other) } }
                    }
                }
                (wrong.show())
            }
        }
    }
}

/// The values that were counted, each a link to the rows that have it; else which columns can be.
pub fn facets(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let asked = Asked::of(members).filter(|asked| asked.knows("facet"))?;
    let counted = members.get("facets").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let dataset = members.get("dataset").and_then(|dataset| view.included(dataset));
    let columns = dataset.and_then(|dataset| dataset["columns"].as_array()).map_or(&[][..], Vec::as_slice);
    let countable = |column: &&Value| {
        ["category", "boolean"].contains(&column["columnType"].as_str().unwrap_or_default())
    };
    let offered: Vec<&str> =
        columns.iter().filter(countable).filter_map(|column| column["identifier"].as_str()).collect();
    (!counted.is_empty() || !offered.is_empty()).then(|| {
        html! {
            nav.facets aria-label="Count rows by value" {
                @if !offered.is_empty() { p { "Count by "
                    @for key in &offered { a rel="nofollow" href=(asked.with("facet", key)) { (key) } " " }
                } }
                @for facet in counted { (facet_counts(&asked, facet)) }
            }
        }
    })
}

fn facet_counts(asked: &Asked, facet: &Value) -> Markup {
    let key = facet["identifier"].as_str().unwrap_or_default();
    let filter = format!("filter[{key}][eq]");
    html! {
        h3 { (key) }
        ul.chips { @for one in facet["counts"].as_array().into_iter().flatten() {
            @let value = inline::plain(&one["value"]);
            li {
                @if one["value"].is_null() || !asked.knows(&filter) { (inline::cell(&one["value"])) }
                @else { a rel="nofollow" href=(asked.with(&filter, &value)) { (value) } }
                " " b { (one["count"]) }
            }
        } }
    }
}
