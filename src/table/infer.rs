//! Schemas: headers and types of a table, from all of its rows.
//!
//! One pass that keeps a line and a short list of values per column. It finds every fault that
//! [`super::read`] would meet with the same options, so that the second pass goes through.
//!
//! What the rows of a large table are nearly always shows at its beginning. So [`begin`] may read that alone, and
//! [`Beginning::follow`] reads all of it once, types and cells together, until a row is not what was expected.

use super::{
    Failure, Options,
    dialect::{self, Dialect, Input},
    guess::{self, Guess},
    header,
    records::{Cells, Record, Records},
};
use crate::domain::{
    column::{Cell, Column, MOST_COLUMNS},
    fault::{At, Fault, Faults, MOST_FAULTS},
};
use std::{collections::BTreeMap, io::Read};

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// How its cells are parted, if it is CSV.
    pub dialect: Dialect,
    /// Its columns, in the order of the file; each nullable, since a later row may lack what these have, unless it was full
    /// before and is.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: u64,
}

/// How much of a table was read.
#[derive(Debug)]
pub enum Begun {
    /// All of it.
    Whole(Schema),
    /// Its beginning, in which nothing is wrong.
    Part(Beginning),
}

impl Begun {
    /// What was found.
    pub fn schema(self) -> Schema {
        match self {
            Begun::Whole(schema) | Begun::Part(Beginning { schema, .. }) => schema,
        }
    }
}

/// What the beginning of a table suggests.
#[derive(Debug)]
pub struct Beginning {
    schema: Schema,
    guesses: Vec<Guess>,
}

/// The schema of a table.
///
/// A column is `integer` if each cell that is not missing fits `i64` without leading zero; else
/// `number`, `boolean`, `date`, `datetime` likewise; else `category` if it has at most
/// 50 values, each for ten rows on average; else, or if all is missing, `text`.
/// [`Options::types`] goes before; then what the column was, [`Options::before`], if each cell fits that.
///
/// Faults, at most [`MOST_FAULTS`]: no CSV in UTF-8, no header or no row, more than
/// [`MOST_COLUMNS`] columns, repeated headers, lines with too many or too few cells, cells
/// that are not of their given type.
pub fn infer<R: Read>(reader: R, options: &Options) -> Result<Schema, Failure> {
    Ok(begin(reader, options, u64::MAX)?.schema())
}

/// The same, if the cells have no more than about so many bytes or there are faults; else what the beginning suggests.
pub fn begin<R: Read>(reader: R, options: &Options, most_bytes: u64) -> Result<Begun, Failure> {
    let (dialect, mut records, mut record) = open(reader, options)?;
    let headers = headers(record.cells()?, options.headless)?;
    let mut guesses = guess::guesses(headers.iter().map(String::as_str), options)?;
    let (mut rows, mut bytes, mut faults) = (0, 0, Vec::new());
    let (mut more, mut is_read) = (true, options.headless);
    while (bytes < most_bytes || !faults.is_empty()) && faults.len() < MOST_FAULTS {
        more = std::mem::take(&mut is_read) || records.read(&mut record)?;
        if !more {
            break;
        }
        rows += 1;
        bytes += record.len() as u64;
        match record.cells().and_then(|cells| cells.exactly(guesses.len())) {
            Ok(cells) => weigh(cells, &mut guesses, options, &mut faults),
            Err(fault) => faults.push(fault),
        }
    }
    if rows == 0 {
        faults.push(Fault::new(At::Whole, "at least one row below the header", "none"));
    }
    let columns = guess::columns(guesses.clone(), rows);
    let schema = Faults::unless(faults, Schema { dialect, columns, rows })?;
    Ok(if more { Begun::Part(Beginning { schema, guesses }) } else { Begun::Whole(schema) })
}

impl Beginning {
    /// The columns that the table seems to have; what is a category here may be text after all, and the other way
    /// round.
    pub fn columns(&self) -> &[Column] {
        &self.schema.columns
    }

    /// Reads the table from its first row on and hands each to `take`: its schema; or none as soon as a row is not
    /// what the beginning suggests, or wrong.
    pub fn follow<R: Read, E: From<Failure>>(
        mut self,
        reader: R,
        options: &Options,
        mut take: impl FnMut(Vec<Cell>) -> Result<(), E>,
    ) -> Result<Option<Schema>, E> {
        let dialect = self.schema.dialect;
        let given = Options { delimiter: Some(dialect.delimiter()), ..options.clone() };
        let (_, mut records, mut record) = open(reader, &given)?;
        let (mut rows, mut is_read) = (0, options.headless);
        self.guesses.iter_mut().for_each(Guess::recount);
        while std::mem::take(&mut is_read) || records.read(&mut record)? {
            rows += 1;
            let cells = record.cells().and_then(|cells| cells.exactly(self.guesses.len()));
            let Some(row) = cells.ok().and_then(|cells| self.row(cells, options)) else { return Ok(None) };
            take(row)?;
        }
        let columns = guess::columns(self.guesses, rows);
        let kept =
            columns.iter().zip(&self.schema.columns).all(|(now, then)| now.kind.is_kept_like(then.kind));
        Ok(kept.then_some(Schema { dialect, columns, rows }))
    }

    /// Lets a line count and gives its cells, if they are what was expected.
    fn row(&mut self, cells: Cells<'_>, options: &Options) -> Option<Vec<Cell>> {
        let mut row = Vec::with_capacity(self.guesses.len());
        for ((text, guess), column) in cells.iter().zip(&mut self.guesses).zip(&self.schema.columns) {
            if options.is_missing(text) || guess.is_missing(text) {
                row.push(Cell::Missing);
                continue;
            }
            let cell = guess.weigh(text).ok()?.unwrap_or_else(|| Cell::Text(text.into()));
            if !column.kind.holds(&cell) {
                return None;
            }
            row.push(cell);
        }
        Some(row)
    }
}

/// The lines below the first, which was read.
fn open<R: Read>(reader: R, options: &Options) -> Result<(Dialect, Records<Input<R>>, Record), Failure> {
    let (dialect, mut records) = dialect::open(reader, options)?;
    let mut record = Record::default();
    if !records.read(&mut record)? {
        return Err(Fault::new(At::Whole, "a header line and rows", "an empty file").into());
    }
    Ok((dialect, records, record))
}

/// The headers, no two alike; those that the first line has not are by place.
fn headers(cells: Cells<'_>, headless: bool) -> Result<Vec<String>, Faults> {
    let line = At::Line(cells.line());
    if cells.len() > MOST_COLUMNS {
        let (expected, found) = (format!("at most {MOST_COLUMNS} columns"), cells.len().to_string());
        return Err(Fault::new(line, expected, found).into());
    }
    let (mut places, mut faults) = (BTreeMap::new(), Vec::new());
    if headless {
        return Ok((1..=cells.len()).map(header::by_place).collect());
    }
    let headers = header::filled(cells.iter());
    for (header, place) in headers.iter().zip(1..) {
        if let Err(long) = guess::bounded(header, line.clone()) {
            faults.push(long);
        } else if let Some(before) = places.insert(header.as_str(), place) {
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
