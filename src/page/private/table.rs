//! The two forms by which a table is published: which file, and what is in it.

use super::field::{Field, Kind};
use crate::{
    domain::column::{Column, ColumnType},
    page::faults::{Faults, Within, Wrong},
};
use maud::{Markup, html};
use serde_json::Value;

/// The formats that are read.
const FORMATS: &str =
    "CSV of any dialect, NDJSON, JSON or Parquet, with the names of the columns in its first line.";

/// The fields of the first form.
pub fn file(faults: &mut Faults) -> Markup {
    fields(FORMATS, true, faults)
}

/// The fields of a form about a revision.
pub fn revision(faults: &mut Faults) -> Markup {
    let hint =
        format!("{FORMATS} It takes the place of the rows that there are. Without one, these are sealed.");
    fields(&hint, false, faults)
}

/// The fields of a form that adds rows.
pub fn rows(faults: &mut Faults) -> Markup {
    fields(&format!("{FORMATS} All of its rows are added, or none."), true, faults)
}

fn fields(hint: &str, required: bool, faults: &mut Faults) -> Markup {
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
        pointer: "/delimiter".into(),
        kind: Kind::Line,
    };
    html! { (file.show(faults)) (delimiter.show(faults)) (lines(faults)) }
}

/// What was wrong at lines of the file.
fn lines(faults: &mut Faults) -> Markup {
    let texts = faults.of_file();
    html! { @if !texts.is_empty() { ul.fault { @for text in texts { li { (text) } } } } }
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
    pub fn show(&self, faults: &mut Faults) -> Markup {
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
                        tbody { @for (index, column) in self.columns.iter().enumerate() { (self.column(index, column, faults)) } }
                    }
                }
                (lines(faults))
            }
        }
    }

    fn column(&self, index: usize, column: &Column, faults: &mut Faults) -> Markup {
        let (kind, unit) = (format!("types[{}]", column.identifier), format!("units[{}]", column.identifier));
        let of_kind = [faults.at(&kind, &kind, Within::All), faults.of_column(column)].concat();
        let of_kind = Wrong::of(&format!("types-{index}"), of_kind);
        let of_unit = Wrong::of(&format!("units-{index}"), faults.at(&unit, &unit, Within::All));
        let is_kind = |name: &&str| ColumnType::ALL.iter().any(|one| one.name() == *name);
        let typed = self.values[&kind].as_str().filter(is_kind).unwrap_or_else(|| column.kind.name());
        html! {
            tr {
                th scope="row" { (column.name) }
                td {
                    select name=(kind) aria-label={ "Type of " (column.name) } aria-invalid=[of_kind.invalid()]
                        aria-describedby=[of_kind.described(None)] {
                        @for one in ColumnType::ALL { option value=(one.name()) selected[one.name() == typed] { (one.name()) } }
                    }
                    (of_kind.show())
                }
                td {
                    input name=(unit) value=[self.values[&unit].as_str()] aria-label={ "Unit of " (column.name) } autocomplete="off"
                        aria-invalid=[of_unit.invalid()] aria-describedby=[of_unit.described(None)];
                    (of_unit.show())
                }
                @for row in self.first { td { (row.get(index).map_or("", String::as_str)) } }
            }
        }
    }
}
