//! The two forms by which a table is published: which file, and what is in it.

use super::field::{Field, Kind};
use crate::domain::column::{Column, ColumnType};
use maud::{Markup, html};
use serde_json::Value;

/// The formats that are read.
const FORMATS: &str =
    "CSV of any dialect, NDJSON, JSON or Parquet, with the names of the columns in its first line.";

/// The fields of the first form.
pub fn file(problem: Option<&Value>) -> Markup {
    fields(FORMATS, true, problem)
}

/// The fields of a form about a revision.
pub fn revision(problem: Option<&Value>) -> Markup {
    let hint =
        format!("{FORMATS} It takes the place of the rows that there are. Without one, these are sealed.");
    fields(&hint, false, problem)
}

/// The fields of a form that adds rows.
pub fn rows(problem: Option<&Value>) -> Markup {
    fields(&format!("{FORMATS} All of its rows are added, or none."), true, problem)
}

fn fields(hint: &str, required: bool, problem: Option<&Value>) -> Markup {
    let file = Field {
        name: "file",
        label: "File".into(),
        hint: hint.into(),
        value: String::new(),
        required,
        pointer: "/file".into(),
        kind: Kind::File,
    };
    let delimiter = Field {
        name: "delimiter",
        label: "Delimiter".into(),
        hint: "One character, or “tab”; found out unless you say it.".into(),
        value: String::new(),
        required: false,
        pointer: "delimiter".into(),
        kind: Kind::Line,
    };
    html! { (file.show(problem)) (delimiter.show(problem)) (lines(problem)) }
}

/// What was wrong at lines of the file.
fn lines(problem: Option<&Value>) -> Markup {
    let entries = problem.and_then(|problem| problem["errors"].as_array()).into_iter().flatten();
    let at_lines: Vec<&str> = entries
        .filter(|entry| entry.get("pointer").is_none() && entry.get("parameter").is_none())
        .filter_map(|entry| entry["detail"].as_str())
        .collect();
    html! { @if !at_lines.is_empty() { ul.fault { @for text in at_lines { li { (text) } } } } }
}

/// What is in a file.
pub struct Look<'a> {
    /// Name and value of the field that says which file it is.
    pub upload: (&'a str, &'a str),
    /// Its columns as they were inferred.
    pub columns: &'a [Column],
    /// How many rows it has.
    pub rows: u64,
    /// The first of them.
    pub first: &'a [Vec<String>],
    /// What was typed before.
    pub values: &'a Value,
}

impl Look<'_> {
    /// Each column with its type and its unit, to be corrected, above the first rows.
    pub fn show(&self, problem: Option<&Value>) -> Markup {
        let (name, value) = self.upload;
        html! {
            input type="hidden" name=(name) value=(value);
            fieldset {
                legend { "Columns of " (self.rows) " rows" }
                p { "Types were found out from all rows. Correct what is wrong." }
                div.scroll tabindex="0" role="group" aria-label="Columns and first rows" {
                    table {
                        caption { "Columns, with the first " (self.first.len()) " rows" }
                        thead { tr { th scope="col" { "Column" } th scope="col" { "Type" } th scope="col" { "Unit" }
                            @for index in 1..=self.first.len() { th scope="col" { "Row " (index) } } } }
                        tbody { @for (index, column) in self.columns.iter().enumerate() { (self.column(index, column)) } }
                    }
                }
                (lines(problem))
            }
        }
    }

    fn column(&self, index: usize, column: &Column) -> Markup {
        let (kind, unit) = (format!("types[{}]", column.identifier), format!("units[{}]", column.identifier));
        let typed = self.values[&kind].as_str().unwrap_or_else(|| column.kind.name());
        html! {
            tr {
                th scope="row" { (column.name) }
                td {
                    select name=(kind) aria-label={ "Type of " (column.name) } {
                        @for one in ColumnType::ALL { option value=(one.name()) selected[one.name() == typed] { (one.name()) } }
                    }
                }
                td { input name=(unit) value=[self.values[&unit].as_str()] aria-label={ "Unit of " (column.name) } autocomplete="off"; }
                @for row in self.first { td { (row.get(index).map_or("", String::as_str)) } }
            }
        }
    }
}
