//! What the columns of a table hold: a card for each, with its distribution drawn.

use super::{
    chart,
    inline::{self, View},
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Cards of a page; the figures of wider tables are behind the link.
const MOST: usize = 24;
/// Values of a column that are drawn.
const VALUES: usize = 5;

/// The figures of a document's newest content, and where they are.
pub struct Profile<'a> {
    /// The URL of the profile.
    pub url: &'a str,
    columns: &'a [Value],
    approximate: bool,
}

impl<'a> Profile<'a> {
    /// The profile that a dataset or revision leads to, if the page has it.
    pub fn of(view: View<'a>, members: &'a Map<String, Value>) -> Option<Profile<'a>> {
        let newest = members.get("newestRevision").and_then(|url| view.included(url));
        let url = members.get("profile").or_else(|| newest?.get("profile"))?;
        let figures = view.included(url)?;
        let approximate = figures["approximate"] == true;
        Some(Profile { url: url.as_str()?, columns: figures["columns"].as_array()?, approximate })
    }

    /// The figures of a column.
    pub fn column(&self, identifier: &str) -> Option<&'a Value> {
        self.columns.iter().find(|column| column["identifier"] == identifier)
    }
}

/// The columns of a dataset or revision as cards; `None` without a profile.
pub fn section(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let columns = members.get("columns")?.as_array().filter(|columns| !columns.is_empty())?;
    let profile = Profile::of(view, members)?;
    let edited = members.get("editedSinceRevision") == Some(&Value::Bool(true));
    Some(html! {
        section aria-labelledby="columns" {
            h2 #columns { "Columns" }
            @if edited { p { "As the newest revision has them: rows were edited since." } }
            div.profile { @for column in columns.iter().take(MOST) { (card(column, &profile)) } }
            p.source {
                @if columns.len() > MOST { "The first " (MOST) " of " (columns.len()) " columns. " }
                @if profile.approximate { "Figures of so many rows are approximate. " }
                a href=(profile.url) { "The figures behind these charts" }
            }
        }
    })
}

fn card(column: &Value, profile: &Profile) -> Markup {
    let text = |key: &str| column[key].as_str().unwrap_or_default();
    let figures = profile.column(text("identifier")).unwrap_or(&Value::Null);
    let unit = column["unitText"].as_str().unwrap_or_else(|| text("columnType"));
    html! {
        article id={ "rows/" (text("identifier")) } {
            h3 { (text("name")) span { (unit) } }
            (drawn(text("name"), figures).unwrap_or_default())
            p { (summed(figures)) }
            @if !text("description").is_empty() { p { (text("description")) } }
        }
    }
}

/// The histogram or the commonest values, titled with what they show.
fn drawn(name: &str, figures: &Value) -> Option<Markup> {
    if let Some(bins) = figures["histogram"].as_object() {
        let counts: Vec<f64> = bins.get("counts")?.as_array()?.iter().filter_map(Value::as_f64).collect();
        let (start, width) = (bins.get("start")?.as_f64()?, bins.get("width")?.as_f64()?);
        let ends = (inline::plain(&figures["minimum"]), inline::plain(&figures["maximum"]));
        let (at, most) = counts.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1))?;
        let from = start + width * at as f64;
        let title = format!(
            "Histogram of {name}: {} bins of width {} from {} to {}, most rows ({most}) from {} to {}",
            counts.len(),
            inline::significant(width),
            ends.0,
            ends.1,
            inline::significant(from),
            inline::significant(from + width),
        );
        return Some(chart::histogram(&title, &counts, (&ends.0, &ends.1)));
    }
    let values: Vec<(String, u64)> = figures["top"].as_array()?.iter().filter_map(counted).collect();
    let shown = &values[..values.len().min(VALUES)];
    let told: Vec<String> = shown.iter().map(|(value, count)| format!("{value} {count}")).collect();
    (!shown.is_empty()).then(|| chart::bars(&format!("Counts of {name}: {}", told.join(", ")), shown))
}

fn counted(entry: &Value) -> Option<(String, u64)> {
    Some((inline::plain(&entry["value"]), entry["count"].as_u64()?))
}

/// `mean 43.9 · sd 5.46 · 2 missing`.
fn summed(figures: &Value) -> String {
    let number = |key: &str| figures[key].as_f64().map(three);
    let count = |key: &str| figures[key].as_number().map(|number| inline::number("count", number));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(number("mean").map(|mean| format!("mean {mean}")));
    parts.extend(number("standardDeviation").map(|deviation| format!("sd {deviation}")));
    if parts.is_empty() {
        parts.extend(count("distinct").map(|distinct| format!("{distinct} values")));
    }
    parts.extend(count("missing").map(|missing| format!("{missing} missing")));
    parts.join(" · ")
}

/// A figure with three significant digits, or all of those before its point, as a summary has it.
fn three(number: f64) -> String {
    let rounded: f64 = match number.abs() {
        size if size >= 100.0 => number.round(),
        _ => format!("{number:.2e}").parse().unwrap_or(number),
    };
    inline::significant(rounded)
}

/// The values that a column has, if its profile lists them all.
pub fn levels<'a>(profile: &Profile<'a>, identifier: &str) -> Vec<&'a str> {
    let Some(figures) = profile.column(identifier).filter(|figures| figures["other"] == 0) else {
        return Vec::new();
    };
    let top = figures["top"].as_array().map_or(&[][..], Vec::as_slice);
    top.iter().filter_map(|entry| entry["value"].as_str()).collect()
}
