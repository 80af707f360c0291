//! Changes of many rows at once, each named by its number.

use super::{At, checked_cell};
use crate::{
    domain::{
        column::{Cell, Column},
        dataset::{Dataset, Row},
        fault::{Fault, Faults, MOST_FAULTS, quoted},
    },
    represent::{
        input::Input,
        link::{Base, Place},
    },
};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// Rows that are changed at once.
pub const MOST_CHANGES: usize = 10_000;

/// A change of one row.
#[derive(Debug, Clone)]
pub struct Change {
    /// The row's number.
    pub row: i64,
    /// The cells that change, by the columns' identifiers.
    cells: Map<String, Value>,
    /// The entity tag that the row must have still.
    pub tag: Option<String>,
}

/// The changes that a client sent, each of another row.
pub fn changes(base: &Base, dataset: &Dataset, sent: &[Value]) -> Result<Vec<Change>, Faults> {
    if sent.is_empty() || sent.len() > MOST_CHANGES {
        let expected = format!("from 1 to {MOST_CHANGES} changes");
        return Err(Fault::new(At::Whole, expected, sent.len().to_string()).into());
    }
    let (mut changes, mut faults, mut rows) = (Vec::with_capacity(sent.len()), Vec::new(), BTreeSet::new());
    for (index, value) in sent.iter().enumerate() {
        match change(base, dataset, &format!("/{index}"), value) {
            Ok(change) if !rows.insert(change.row) => {
                let pointer = format!("/{index}/identifier");
                faults.push(Fault::at(pointer, "each row once", format!("row {} again", change.row)));
            }
            Ok(change) => changes.push(change),
            Err(more) => faults.extend(more.iter().cloned()),
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    Faults::unless(faults, changes)
}

fn change(base: &Base, dataset: &Dataset, pointer: &str, value: &Value) -> Result<Change, Faults> {
    let mut input = Input::at(pointer, value)?;
    input.without_control();
    let row = number(base, dataset, &mut input);
    let cells = input.member("cells").and_then(Value::as_object).cloned();
    if cells.is_none() {
        let found = input.member("cells").map_or("nothing".into(), crate::represent::input::kind);
        input.fault(Fault::at(format!("{pointer}/cells"), "an object with the cells that change", found));
    }
    let tag = input.text("etag");
    let (row, cells) = (row.unwrap_or_default(), cells.unwrap_or_default());
    input.done(Change { row, cells, tag })
}

/// The number that `identifier` says, or `@id` as a row's URL; where both are, they say the same.
fn number(base: &Base, dataset: &Dataset, input: &mut Input<'_>) -> Option<i64> {
    let url = input.text("@id");
    let of_url = url.as_deref().and_then(|url| of_url(base, dataset, url));
    if let (Some(url), None) = (&url, of_url) {
        input.fault(Fault::at(input.pointer("@id"), "the URL of a row of this dataset", quoted(url)));
        return None;
    }
    let said = match input.member("identifier") {
        None => {
            return of_url.or_else(|| {
                input.fault(Fault::at(input.pointer("identifier"), "the number of a row", "nothing"));
                None
            });
        }
        Some(Value::String(text)) => text.parse().ok(),
        Some(other) => other.as_i64(),
    };
    if said.is_none_or(|said| said < 1) || of_url.is_some_and(|number| Some(number) != said) {
        let found = input.member("identifier").map(ToString::to_string).unwrap_or_default();
        input.fault(Fault::at(input.pointer("identifier"), "the number of a row", quoted(&found)));
    }
    said
}

fn of_url(base: &Base, dataset: &Dataset, url: &str) -> Option<i64> {
    match Place::parse(base.path_of(url)?)? {
        Place::Row(slug, id) if slug == dataset.slug.as_str() => id.parse().ok(),
        _ => None,
    }
}

/// Each row that is there with the cells that it is to have, in the order of the changes.
///
/// A change of a row that is not there is a fault, as is a cell that its column does not take.
pub fn changed(
    columns: &[Column],
    rows: Vec<Row>,
    changes: &[Change],
) -> Result<Vec<(Row, Vec<Cell>)>, Faults> {
    let mut rows: HashMap<i64, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
    let (mut wanted, mut faults) = (Vec::with_capacity(changes.len()), Vec::new());
    for (index, change) in changes.iter().enumerate() {
        let Some(row) = rows.remove(&change.row) else {
            let pointer = format!("/{index}/identifier");
            faults.push(Fault::at(pointer, "a row of the dataset", change.row.to_string()));
            continue;
        };
        let mut cells = row.cells.clone();
        faults.extend(change.apply(columns, index, &mut cells));
        wanted.push((row, cells));
    }
    Faults::unless(faults, wanted)
}

impl Change {
    /// Puts the cells in their places; gives what is wrong with others.
    fn apply(&self, columns: &[Column], index: usize, cells: &mut [Cell]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (key, value) in &self.cells {
            let at = format!("/{index}{}", super::pointer(key));
            match columns.iter().position(|column| column.identifier == *key) {
                None => faults.push(Fault::at(at, "a column of the dataset", quoted(key))),
                Some(place) => match checked_cell(&columns[place], value, at) {
                    Ok(cell) => cells[place] = cell,
                    Err(fault) => faults.push(fault),
                },
            }
        }
        faults
    }
}
