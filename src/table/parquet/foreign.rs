//! Parquet that somebody sent.
//!
//! Whole numbers, floating and decimal ones, truth values, texts, days and moments are taken, of whatever
//! width, unit or zone; NaN is a missing cell. Nested columns, bytes and times of day are refused by name.

use super::{
    Cells, batch_rows, broken,
    decode::{self, Kinds},
    unpack,
};
use crate::{
    domain::{
        column::{Cell, Column, ColumnType, MOST_COLUMNS, identifiers},
        fault::{At, Fault, Faults, MOST_FAULTS},
    },
    table::{
        Failure, Options, cell,
        dialect::Dialect,
        guess::{self, Guess},
        header,
        infer::Schema,
        read::order,
    },
};
use arrow_schema::Field;
use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    file::metadata::ParquetMetaData,
};
use std::{
    collections::BTreeSet,
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Cells of one file.
const MOST_CELLS: usize = 500_000_000;
/// Bytes of a column in one row group, decompressed: what a reader may have to hold.
const MOST_CHUNK_BYTES: u64 = 512 << 20;
/// Bytes of a file, decompressed: more would keep a processor busy for longer than anybody waits.
const MOST_BYTES: u64 = 64 << 30;
/// Bytes of a column from which on its texts may be long.
const LONG_TEXT: i64 = 64 << 10;
/// Rows with texts that are decoded at once: a text of a dictionary is copied for each of them.
const TEXT_ROWS: usize = 128;

/// The schema of a table; faults as of [`crate::table::infer::infer`].
pub fn infer(file: File, options: &Options) -> Result<Schema, Failure> {
    caught(|| {
        admit(file.try_clone()?)?;
        let mut batches = open(file)?;
        let names: Vec<&str> = batches.kinds.iter().map(|(name, _)| name.as_str()).collect();
        headers(&names)?;
        guess::known(options, names.iter().copied())?;
        let guess = |((name, kind), identifier): (&(String, ColumnType), String)| {
            Guess::new(options, name, &identifier).typed(*kind)
        };
        let mut guesses: Vec<Guess> =
            batches.kinds.iter().zip(identifiers(names.iter().copied())).map(guess).collect();
        let mut faults = Vec::new();
        while let Some(batch) = batches.next()? {
            for (cells, guess) in batch.columns.iter().zip(&mut guesses) {
                weigh(cells, &batch, guess, &mut faults);
            }
            if faults.len() >= MOST_FAULTS {
                break;
            }
        }
        let rows = batches.rows;
        if rows == 0 && faults.is_empty() {
            faults.push(Fault::new(At::Whole, "at least one row", "none"));
        }
        let columns = guess::columns(guesses, rows);
        Ok(Faults::unless(faults, Schema { dialect: Dialect::CANONICAL, columns, rows })?)
    })
}

/// Lets the cells of a column count.
fn weigh(cells: &Cells, batch: &Batch, guess: &mut Guess, faults: &mut Vec<Fault>) {
    for row in 0..batch.count {
        let weighed = match decode::tidy(cells, row) {
            // An empty text is kept as a missing cell.
            Ok(Cell::Missing) => continue,
            Ok(Cell::Text(text)) if text.is_empty() => continue,
            Ok(cell) => guess.weigh_typed(&cell),
            Err(mismatch) => Err(mismatch),
        };
        if let Err(mismatch) = weighed {
            let at = At::Row { row: batch.before + row as u64 + 1, column: guess.name().into() };
            faults.push(mismatch.at(at));
        }
    }
}

/// Hands each row of a file that has exactly these columns to `take` until one is wrong, then looks for further
/// faults only.
pub fn try_each<E: From<Failure>>(
    file: File,
    columns: &[Column],
    take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let batches = caught(|| open(file))?;
    let order: Vec<usize> = (0..columns.len()).collect();
    each(batches, &order, columns, take)
}

/// The same of a file whose columns come in any order, by header or identifier; it was admitted.
pub fn try_each_known<E: From<Failure>>(
    file: File,
    columns: &[Column],
    take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let batches = caught(|| open(file))?;
    let names = batches.kinds.iter().map(|(name, _)| name.as_str());
    let order = order(names, &At::Whole, columns).map_err(Failure::from)?;
    each(batches, &order, columns, take)
}

fn each<E: From<Failure>>(
    mut batches: Batches,
    order: &[usize],
    columns: &[Column],
    mut take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let mut faults = Vec::new();
    while let Some(batch) = caught(|| batches.next())? {
        for row in 0..batch.count {
            match batch.read(row, order, columns) {
                Ok(cells) if faults.is_empty() => take(cells)?,
                Ok(_) => {}
                Err(more) => faults.extend(more.iter().cloned()),
            }
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    Faults::unless(faults, ()).map_err(|faults| Failure::Faults(faults).into())
}

/// The rows of a file, many at once.
struct Batches {
    reader: ParquetRecordBatchReader,
    kinds: Kinds,
    /// How many were read.
    rows: u64,
}

/// Rows that were decoded together.
struct Batch {
    /// How many stand before them.
    before: u64,
    count: usize,
    columns: Vec<Cells>,
}

impl Batches {
    fn next(&mut self) -> Result<Option<Batch>, Failure> {
        let Some(batch) = self.reader.next() else { return Ok(None) };
        let (batch, before) = (batch.map_err(broken)?, self.rows);
        let columns = decode::cells(&batch, &self.kinds, before)?;
        let count = batch.num_rows();
        self.rows += count as u64;
        Ok(Some(Batch { before, count, columns }))
    }
}

impl Batch {
    fn read(&self, row: usize, order: &[usize], columns: &[Column]) -> Result<Vec<Cell>, Faults> {
        let (mut cells, mut faults) = (vec![Cell::Missing; columns.len()], Vec::new());
        for (array, &place) in self.columns.iter().zip(order) {
            let column = &columns[place];
            match decode::tidy(array, row).and_then(|cell| fit(cell, column)) {
                Ok(cell) => cells[place] = cell,
                Err(mismatch) => {
                    let row = self.before + row as u64 + 1;
                    faults.push(mismatch.at(At::Row { row, column: column.name.clone() }));
                }
            }
        }
        Faults::unless(faults, cells)
    }
}

/// The cell as its column's type, which may have been given another than the file's.
fn fit(cell: Cell, column: &Column) -> Result<Cell, cell::Mismatch> {
    match column.kind.holds(&cell) {
        true => Ok(cell),
        false => cell::parse_cell(&cell.to_string(), column),
    }
}

/// Bytes that a column of a row group may come to that is to have so many; writers do not all count alike.
fn room(said: u64) -> u64 {
    said.saturating_mul(2).saturating_add(1 << 20).min(MOST_CHUNK_BYTES)
}

/// Refuses a file that would fill the memory, or keep a processor busy for hours.
pub fn admit(file: File) -> Result<(), Failure> {
    caught(|| {
        let metadata = ArrowReaderMetadata::load(&file, Default::default()).map_err(broken)?;
        bounded(metadata.metadata(), metadata.schema().fields().len())?;
        unpack::bounded(&file, metadata.metadata(), room)
    })
}

/// The columns' names and types, and their cells in batches.
fn open(file: File) -> Result<Batches, Failure> {
    let metadata = ArrowReaderMetadata::load(&file, Default::default()).map_err(broken)?;
    let metadata = decode::with_early_moments(metadata)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    let fields = builder.schema().fields().clone();
    let columns = fields.len();
    if columns == 0 || columns > MOST_COLUMNS {
        let expected = format!("1 to {MOST_COLUMNS} columns");
        return Err(Fault::new(At::Whole, expected, columns.to_string()).into());
    }
    bounded(builder.metadata(), columns)?;
    let (mut kinds, mut faults) = (Kinds::new(), Vec::new());
    let names = header::filled(fields.iter().map(|field| field.name().as_str()));
    for (field, name) in fields.iter().zip(names) {
        match decode::kind(field.data_type()) {
            Some(kind) => kinds.push((name, kind)),
            None => faults.push(refused(field)),
        }
    }
    let kinds = Faults::unless(faults, kinds)?;
    let has_texts = kinds.iter().any(|(_, kind)| *kind == ColumnType::Text);
    let rows = if has_texts && has_long_texts(builder.metadata()) { TEXT_ROWS } else { batch_rows(columns) };
    let reader = builder.with_batch_size(rows).build().map_err(broken)?;
    Ok(Batches { reader, kinds, rows: 0 })
}

/// Refuses what a few bytes make endless: rows that repeat one value, texts that are each repeated.
fn bounded(metadata: &ParquetMetaData, columns: usize) -> Result<(), Failure> {
    let rows = usize::try_from(metadata.file_metadata().num_rows()).unwrap_or(usize::MAX);
    if rows.saturating_mul(columns) > MOST_CELLS {
        let (expected, found) = (format!("at most {MOST_CELLS} cells"), format!("{rows} rows of {columns}"));
        return Err(Fault::new(At::Whole, expected, found).into());
    }
    let chunks = || metadata.row_groups().iter().flat_map(|group| group.columns());
    let bytes = || chunks().map(|chunk| u64::try_from(chunk.uncompressed_size()).unwrap_or(u64::MAX));
    let largest = bytes().max().unwrap_or_default();
    if largest > MOST_CHUNK_BYTES {
        let expected = format!("columns of at most {MOST_CHUNK_BYTES} bytes in each row group");
        return Err(Fault::new(At::Whole, expected, largest.to_string()).into());
    }
    let whole = bytes().fold(0, u64::saturating_add);
    if whole > MOST_BYTES {
        let expected = format!("at most {MOST_BYTES} bytes, decompressed");
        return Err(Fault::new(At::Whole, expected, whole.to_string()).into());
    }
    Ok(())
}

/// Whether a dictionary may hold texts of more than a few kilobytes: it is larger than its rows are many.
fn has_long_texts(metadata: &ParquetMetaData) -> bool {
    let chunks = metadata.row_groups().iter().flat_map(|group| {
        let rows = group.num_rows().max(1);
        group.columns().iter().map(move |chunk| (chunk.uncompressed_size(), rows))
    });
    chunks.into_iter().any(|(bytes, rows)| bytes > LONG_TEXT && bytes / rows.min(8_192) > 16)
}

fn refused(field: &Field) -> Fault {
    let expected = "numbers, truth values, texts, days or moments";
    Fault::new(At::Column(field.name().clone()), expected, field.data_type().to_string())
}

/// Faults for headers that are endless or not different.
fn headers(names: &[&str]) -> Result<(), Faults> {
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for name in names {
        let at = At::Column((*name).to_string());
        if let Err(long) = guess::bounded(name, At::Whole) {
            faults.push(long);
        } else if !seen.insert(*name) {
            faults.push(Fault::new(at, "a different name for each column", "the same again"));
        }
    }
    Faults::unless(faults, ())
}

/// The decoder indexes what a file says about itself: where that is a lie, it may panic.
fn caught<T>(read: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(broken("one that contradicts itself")))
}
