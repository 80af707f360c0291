//! Schemas: headers and types of a table, from all of its rows.
//!
//! One pass that keeps a line and a short list of values per column. It finds every fault that
//! [`super::read`] would meet with the same options, so that the second pass goes through.

use super::{
    Failure, Options, cell,
    dialect::{self, Dialect},
    records::{Cells, Record},
};
use crate::domain::{
    column::{Column, ColumnType, MOST_COLUMNS, identifiers},
    fault::{At, Fault, Faults, MOST_FAULTS},
};
use std::{
    collections::{BTreeMap, HashSet},
    io::Read,
};

/// Distinct values of a category.
pub const MOST_VALUES: usize = 50;
/// Bytes of a category's value: longer ones are prose.
const MOST_VALUE_BYTES: usize = 255;
/// A category has at least this many rows for each value.
const ROWS_PER_VALUE: u64 = 10;
/// Types tried, in this order, before text.
const TYPED: [ColumnType; 5] =
    [ColumnType::Integer, ColumnType::Number, ColumnType::Boolean, ColumnType::Date, ColumnType::Datetime];

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// How its cells are parted.
    pub dialect: Dialect,
    /// Its columns, in the order of the file; each nullable, since a later row may lack what these have.
    pub columns: Vec<Column>,
    /// Lines below the header.
    pub rows: u64,
}

/// What one column's cells have left possible.
struct Guess {
    column: Column,
    given: bool,
    /// Types that every cell so far suggests, the best first.
    possible: Vec<ColumnType>,
    /// The distinct cells, while they may be a category's.
    values: Option<HashSet<Box<str>>>,
    seen: bool,
}

/// The schema of a table.
///
/// A column is `integer` if each cell that is not missing fits `i64` without leading zero; else
/// `number`, `boolean`, `date`, `datetime` likewise; else `category` if it has at most
/// [`MOST_VALUES`] values, each for ten rows on average; else, or if all is missing, `text`.
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
    let mut guesses = guesses(&headers(record.cells()?)?, options)?;
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
    let columns = guesses.into_iter().map(|guess| guess.column(rows)).collect();
    Ok(Faults::unless(faults, Schema { dialect, columns, rows })?)
}

/// A header as it names its column: without surrounding white space or byte order mark.
pub(super) fn clean(header: &str) -> &str {
    header.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// The headers, none empty, no two alike.
/// Characters of a header: it stands in every document about the dataset.
const LONGEST_HEADER: usize = 2_000;

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
        } else if header.chars().count() > LONGEST_HEADER {
            let (expected, found) = (
                format!("headers of at most {LONGEST_HEADER} characters"),
                crate::domain::fault::quoted(header),
            );
            faults.push(Fault::new(line.clone(), expected, found));
        } else if let Some(before) = places.insert(*header, place) {
            let found = format!("the same header in columns {before} and {place}");
            faults.push(Fault::new(
                At::Column(header.to_string()),
                "a different header for each column",
                found,
            ));
        }
    }
    Faults::unless(faults, headers)
}

/// A guess per column, nothing seen yet; each given type must meet a column.
fn guesses(headers: &[&str], options: &Options) -> Result<Vec<Guess>, Faults> {
    let identifiers = identifiers(headers.iter().copied());
    let strangers =
        options.types.keys().filter(|name| !headers.contains(&name.as_str()) && !identifiers.contains(name));
    let faults = strangers
        .map(|name| Fault::new(At::Column(name.clone()), "a column of the table", "no such header"))
        .collect();
    let guess = |(header, identifier): (&&str, &String)| {
        let given = options.types.get(*header).or_else(|| options.types.get(identifier)).copied();
        Guess {
            column: Column::new(identifier, header, given.unwrap_or(ColumnType::Text)),
            given: given.is_some(),
            possible: TYPED.to_vec(),
            values: Some(HashSet::new()),
            seen: false,
        }
    };
    Faults::unless(faults, headers.iter().zip(&identifiers).map(guess).collect())
}

/// Lets one line count.
fn weigh(cells: Cells<'_>, guesses: &mut [Guess], options: &Options, faults: &mut Vec<Fault>) {
    for (index, (text, guess)) in cells.iter().zip(guesses).enumerate() {
        if options.is_missing(text) {
            continue;
        }
        if !guess.given {
            guess.weigh(text);
        } else if let Err(mismatch) = cell::parse_cell(text, &guess.column) {
            let (line, column) = (cells.line_of(index), guess.column.name.clone());
            faults.push(mismatch.at(At::Cell { line, column }));
        }
    }
}

impl Guess {
    fn weigh(&mut self, text: &str) {
        self.seen = true;
        self.possible.retain(|&kind| cell::suggests(text, kind));
        let Some(values) = &mut self.values else { return };
        if !values.contains(text) {
            values.insert(text.into());
            if values.len() > MOST_VALUES || text.len() > MOST_VALUE_BYTES {
                self.values = None;
            }
        }
    }

    fn column(self, rows: u64) -> Column {
        let few = |values: HashSet<_>| values.len() as u64 * ROWS_PER_VALUE <= rows;
        let kind = match self.possible.first() {
            _ if self.given => self.column.kind,
            _ if !self.seen => ColumnType::Text,
            Some(&kind) => kind,
            None if self.values.is_some_and(few) => ColumnType::Category,
            None => ColumnType::Text,
        };
        Column { kind, ..self.column }
    }
}
