//! Rows: the lines of a table as typed cells, one at a time.
//!
//! The second pass of an import, and how further rows or an artifact with known columns are read.
//! A wrong row is an item like the others: the caller goes on or stops, and decides what becomes of
//! the rows before it.

use super::{
    Failure, Options, cell,
    dialect::{self, Input},
    guess::clean,
    header,
    infer::Schema,
    is_one_of,
    records::{Cells, Record, Records},
};
use crate::domain::{
    column::{Cell, Column},
    fault::{At, Fault, Faults, MOST_FAULTS, quoted},
};
use std::io::Read;

/// The rows of a table, from the first line below the header.
///
/// Each item is a row, its cells in the order of the columns that were given (not of the file), or all
/// that is wrong with it. After [`Failure::Io`] or a line beyond all bounds it ends.
#[derive(Debug)]
pub struct Rows<R> {
    records: Records<Input<R>>,
    record: Record,
    columns: Vec<Column>,
    /// For each cell of a line: its column.
    order: Vec<usize>,
    options: Options,
    /// For each column what spells a missing cell in it alone.
    missing: Vec<Vec<String>>,
    /// Whether the line that was read is a row that was not given yet.
    is_read: bool,
    done: bool,
}

impl<R: Read> Rows<R> {
    /// The rows of the table that `schema` was inferred from.
    pub fn new(reader: R, schema: &Schema, options: &Options) -> Result<Rows<R>, Failure> {
        let delimiter = Some(schema.dialect.delimiter());
        Rows::known(reader, &schema.columns, &Options { delimiter, ..options.clone() })
    }

    /// The rows of a table for columns that exist, its headers (or identifiers) in any order.
    ///
    /// A column that may be missing may be left out. Without headers all columns come in their order.
    /// [`Options::types`] plays no part.
    pub fn known(reader: R, columns: &[Column], options: &Options) -> Result<Rows<R>, Failure> {
        let (_, mut records) = dialect::open(reader, options)?;
        let mut record = Record::default();
        if !records.read(&mut record)? {
            return Err(Fault::new(At::Whole, "a header line", "an empty file").into());
        }
        let order =
            if options.headless { (0..columns.len()).collect() } else { placed(record.cells()?, columns)? };
        let is_read = options.headless;
        let (columns, options) = (columns.to_vec(), options.clone());
        let own = |column: &Column| options.missing_in(&column.name, &column.identifier).to_vec();
        let missing = columns.iter().map(own).collect();
        Ok(Rows { records, record, columns, order, options, missing, is_read, done: false })
    }

    /// Reads all that is left and gives the number of rows, or the first [`MOST_FAULTS`] faults.
    pub fn check(self) -> Result<u64, Failure> {
        let mut rows = 0;
        self.try_each(|_| -> Result<(), Failure> {
            rows += 1;
            Ok(())
        })?;
        Ok(rows)
    }

    /// Hands each row to `take` until one is wrong, then looks for further faults only.
    ///
    /// Ends early with the error of `take`. All or nothing is up to the caller: rows have been taken
    /// before the fault.
    pub fn try_each<E: From<Failure>>(
        self,
        mut take: impl FnMut(Vec<Cell>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut faults = Vec::new();
        for row in self {
            match row {
                Ok(cells) if faults.is_empty() => take(cells)?,
                Ok(_) => {}
                Err(Failure::Faults(more)) => faults.extend(more.iter().cloned()),
                Err(broken) => return Err(broken.into()),
            }
            if faults.len() >= MOST_FAULTS {
                break;
            }
        }
        Faults::unless(faults, ()).map_err(|faults| Failure::Faults(faults).into())
    }

    fn row(&self, cells: Cells<'_>) -> Result<Vec<Cell>, Faults> {
        let mut row = vec![Cell::Missing; self.columns.len()];
        let mut faults = Vec::new();
        for (index, (text, &place)) in cells.iter().zip(&self.order).enumerate() {
            let column = &self.columns[place];
            let missing = self.options.is_missing(text) || is_one_of(&self.missing[place], text);
            let text = if missing { "" } else { text };
            match cell::parse_cell(text, column) {
                Ok(cell) => row[place] = cell,
                Err(mismatch) => {
                    let (line, column) = (cells.line_of(index), column.name.clone());
                    faults.push(mismatch.at(At::Cell { line, column }));
                }
            }
        }
        Faults::unless(faults, row)
    }

    fn read(&mut self) -> Result<Option<Vec<Cell>>, Failure> {
        let Rows { records, record, order, is_read, done, .. } = self;
        // Until the next line is there nothing says that there are more.
        let more = !std::mem::replace(done, true) && (std::mem::take(is_read) || records.read(record)?);
        *done = !more;
        if !more {
            return Ok(None);
        }
        let cells = self.record.cells()?.exactly(order.len())?;
        Ok(Some(self.row(cells)?))
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Vec<Cell>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn placed(headers: Cells<'_>, columns: &[Column]) -> Result<Vec<usize>, Faults> {
    let names = header::filled(headers.iter());
    order(names.iter().map(String::as_str), &At::Line(headers.line()), columns)
}

/// For each header its column, by header before identifier.
pub(super) fn order<'a>(
    headers: impl Iterator<Item = &'a str>,
    at: &At,
    columns: &[Column],
) -> Result<Vec<usize>, Faults> {
    let (mut order, mut faults) = (Vec::new(), Vec::new());
    for header in headers {
        let named = columns.iter().position(|column| clean(&column.name) == header);
        match named.or_else(|| columns.iter().position(|column| column.identifier == header)) {
            Some(place) if order.contains(&place) => {
                faults.push(Fault::new(At::Column(header.into()), "each column once", "its header again"));
            }
            Some(place) => order.push(place),
            None => {
                let found = format!("the header {}", quoted(header));
                faults.push(Fault::new(at.clone(), "the columns of the table", found));
            }
        }
    }
    let absent =
        columns.iter().enumerate().filter(|(place, column)| !column.nullable && !order.contains(place));
    for (_, column) in absent {
        faults.push(Fault::new(At::Column(column.name.clone()), "its header in the file", "none"));
    }
    Faults::unless(faults, order)
}
