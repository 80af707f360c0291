//! Schemas: headers and types of a table, from all of its rows.
//!
//! One pass that keeps a line and a short list of values per column. It finds every fault that
//! [`super::read`] would meet with the same options, so that the second pass goes through.

use super::{
    Failure, Options,
    dialect::{self, Dialect},
    guess::{self, Guess, clean},
    records::{Cells, Record},
};
use crate::domain::{
    column::{Column, MOST_COLUMNS},
    fault::{At, Fault, Faults, MOST_FAULTS},
};
use std::{collections::BTreeMap, io::Read};

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// How its cells are parted, if it is CSV.
    pub dialect: Dialect,
    /// Its columns, in the order of the file; each nullable, since a later row may lack what these have.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: u64,
}

/// The schema of a table.
///
/// A column is `integer` if each cell that is not missing fits `i64` without leading zero; else
/// `number`, `boolean`, `date`, `datetime` likewise; else `category` if it has at most
/// 50 values, each for ten rows on average; else, or if all is missing, `text`.
/// [`Options::types`] goes before.
///
/// Faults, at most [`MOST_FAULTS`]: no CSV in UTF-8, no header or no row, more than
/// [`MOST_COLUMNS`] columns, empty or repeated headers, lines with too many or too few cells, cells
/// that are not of their given type.
pub fn infer<R: Read>(reader: R, options: &Options) -> Result<Schema, Failure> {
    let (dialect, mut records) = dialect::open(reader, options.delimiter)?;
    let mut record = Record::default();
    if !records.read(&mut record)? {
        return Err(Fault::new(At::Whole, "a header line and rows", "an empty file").into());
    }
    let mut guesses = guess::guesses(headers(record.cells()?)?, options)?;
    let (mut rows, mut faults) = (0, Vec::new());
    while faults.len() < MOST_FAULTS && records.read(&mut record)? {
        rows += 1;
        match record.cells().and_then(|cells| cells.exactly(guesses.len())) {
            Ok(cells) => weigh(cells, &mut guesses, options, &mut faults),
            Err(fault) => faults.push(fault),
        }
    }
    if rows == 0 {
        faults.push(Fault::new(At::Whole, "at least one row below the header", "none"));
    }
    let columns = guess::columns(guesses, rows);
    Ok(Faults::unless(faults, Schema { dialect, columns, rows })?)
}

/// The headers, none empty, no two alike.
fn headers(cells: Cells<'_>) -> Result<Vec<&str>, Faults> {
    let line = At::Line(cells.line());
    if cells.len() > MOST_COLUMNS {
        let (expected, found) = (format!("at most {MOST_COLUMNS} columns"), cells.len().to_string());
        return Err(Fault::new(line, expected, found).into());
    }
    let (mut places, mut faults) = (BTreeMap::new(), Vec::new());
    let headers: Vec<&str> = cells.iter().map(clean).collect();
    for (header, place) in headers.iter().zip(1..) {
        if header.is_empty() {
            let found = format!("an empty header in column {place}");
            faults.push(Fault::new(line.clone(), "a header for each column", found));
        } else if let Err(long) = guess::bounded(header, line.clone()) {
            faults.push(long);
        } else if let Some(before) = places.insert(*header, place) {
            let found = format!("the same header in columns {before} and {place}");
            let at = At::Column(header.to_string());
            faults.push(Fault::new(at, "a different header for each column", found));
        }
    }
    Faults::unless(faults, headers)
}

/// Lets one line count.
fn weigh(cells: Cells<'_>, guesses: &mut [Guess], options: &Options, faults: &mut Vec<Fault>) {
    for (index, (text, guess)) in cells.iter().zip(guesses).enumerate() {
        if options.is_missing(text) || guess.is_missing(text) {
            continue;
        }
        if let Err(mismatch) = guess.weigh(text) {
            let (line, column) = (cells.line_of(index), guess.name().to_string());
            faults.push(mismatch.at(At::Cell { line, column }));
        }
    }
}
