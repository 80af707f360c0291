//! Parquet that somebody sent.
//!
//! Whole numbers, floating and decimal ones, truth values, texts, days and moments are taken, of whatever
//! width or unit; NaN is a missing cell. Nested columns, bytes and times of day are refused by name.

use super::{Cells, batch_rows, broken};
use crate::{
    domain::{
        column::{Cell, Column, ColumnType, MOST_COLUMNS, identifiers},
        fault::{At, Fault, Faults, MOST_FAULTS},
    },
    table::{
        Failure, Options, cell,
        dialect::Dialect,
        guess::{self, Guess, clean},
        infer::Schema,
    },
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Field};
use parquet::{
    arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
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
const MOST_CHUNK_BYTES: i64 = 512 << 20;
/// Bytes of a column from which on its texts may be long.
const LONG_TEXT: i64 = 64 << 10;
/// Rows with texts that are decoded at once: a text of a dictionary is copied for each of them.
const TEXT_ROWS: usize = 128;

/// The schema of a table; faults as of [`crate::table::infer::infer`].
pub fn infer(file: File, options: &Options) -> Result<Schema, Failure> {
    caught(|| {
        let (kinds, reader) = open(file)?;
        let names: Vec<&str> = kinds.iter().map(|(name, _)| name.as_str()).collect();
        headers(&names)?;
        guess::known(options, names.iter().copied())?;
        let guess = |((name, kind), identifier): (&(String, ColumnType), String)| {
            Guess::typed(name, *kind, guess::given(options, name, &identifier))
        };
        let mut guesses: Vec<Guess> =
            kinds.iter().zip(identifiers(names.iter().copied())).map(guess).collect();
        let mut rows = 0;
        let mut faults = Vec::new();
        for batch in reader {
            let columns = cells(&batch.map_err(broken)?, &kinds)?;
            let before = rows;
            rows += columns.first().map_or(0, |(count, _)| *count as u64);
            for ((count, cells), guess) in columns.iter().zip(&mut guesses) {
                weigh(cells, *count, before, guess, &mut faults);
            }
            if faults.len() >= MOST_FAULTS {
                break;
            }
        }
        if rows == 0 && faults.is_empty() {
            faults.push(Fault::new(At::Whole, "at least one row", "none"));
        }
        let columns = guess::columns(guesses, rows);
        Ok(Faults::unless(faults, Schema { dialect: Dialect::CANONICAL, columns, rows })?)
    })
}

/// Lets the cells of a column count, of which the first stands in the row behind `before`.
fn weigh(cells: &Cells, count: usize, before: u64, guess: &mut Guess, faults: &mut Vec<Fault>) {
    for row in 0..count {
        let weighed = match tidy(cells.get(row)) {
            Ok(Cell::Missing) => continue,
            Ok(Cell::Text(text)) if !guess.is_given() => {
                guess.count(&text);
                Ok(())
            }
            Ok(_) if !guess.is_given() => Ok(()),
            Ok(cell) => guess.weigh(&cell.to_string()).map(drop),
            Err(mismatch) => Err(mismatch),
        };
        if let Err(mismatch) = weighed {
            let at = At::Row { row: before + row as u64 + 1, column: guess.name().into() };
            faults.push(mismatch.at(at));
        }
    }
}

/// Hands each row to `take` until one is wrong, then looks for further faults only.
pub fn try_each<E: From<Failure>>(
    file: File,
    columns: &[Column],
    mut take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let (kinds, mut reader) = caught(|| open(file))?;
    let (mut faults, mut rows) = (Vec::new(), 0);
    while let Some((count, arrays)) = caught(|| next(&mut reader, &kinds))? {
        for row in 0..count {
            rows += 1;
            match read(&arrays, row, rows, columns) {
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

type Kinds = Vec<(String, ColumnType)>;

fn next(
    reader: &mut ParquetRecordBatchReader,
    kinds: &Kinds,
) -> Result<Option<(usize, Vec<Cells>)>, Failure> {
    let Some(batch) = reader.next() else { return Ok(None) };
    let columns = cells(&batch.map_err(broken)?, kinds)?;
    let count = columns.first().map_or(0, |(count, _)| *count);
    Ok(Some((count, columns.into_iter().map(|(_, cells)| cells).collect())))
}

fn read(arrays: &[Cells], row: usize, number: u64, columns: &[Column]) -> Result<Vec<Cell>, Faults> {
    let (mut cells, mut faults) = (Vec::with_capacity(columns.len()), Vec::new());
    for (array, column) in arrays.iter().zip(columns) {
        match tidy(array.get(row)).and_then(|cell| fit(cell, column)) {
            Ok(cell) => cells.push(cell),
            Err(mismatch) => {
                faults.push(mismatch.at(At::Row { row: number, column: column.name.clone() }));
            }
        }
    }
    Faults::unless(faults, cells)
}

/// A number that is none is missing; nothing is infinite; no text has U+0000.
fn tidy(cell: Cell) -> Result<Cell, cell::Mismatch> {
    match cell {
        Cell::Number(value) if value.is_nan() => Ok(Cell::Missing),
        Cell::Number(value) if value.is_infinite() => {
            Err(cell::Mismatch { expected: ColumnType::Number.expected(), found: value.to_string() })
        }
        Cell::Text(text) if text.contains('\0') => Err(cell::Mismatch {
            expected: "text without U+0000",
            found: crate::domain::fault::quoted(&text),
        }),
        other => Ok(other),
    }
}

/// The cell as its column's type, which may have been given another than the file's.
fn fit(cell: Cell, column: &Column) -> Result<Cell, cell::Mismatch> {
    match column.kind.holds(&cell) {
        true => Ok(cell),
        false => cell::parse_cell(&cell.to_string(), column),
    }
}

/// The columns' names and types, and their cells in batches.
fn open(file: File) -> Result<(Kinds, ParquetRecordBatchReader), Failure> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
    let fields = builder.schema().fields().clone();
    let columns = fields.len();
    if columns == 0 || columns > MOST_COLUMNS {
        let expected = format!("1 to {MOST_COLUMNS} columns");
        return Err(Fault::new(At::Whole, expected, columns.to_string()).into());
    }
    bounded(builder.metadata(), columns)?;
    let (mut kinds, mut faults) = (Kinds::new(), Vec::new());
    for field in &fields {
        match kind(field.data_type()) {
            Some(kind) => kinds.push((clean(field.name()).to_string(), kind)),
            None => faults.push(refused(field)),
        }
    }
    let kinds = Faults::unless(faults, kinds)?;
    let has_texts = kinds.iter().any(|(_, kind)| *kind == ColumnType::Text);
    let rows = if has_texts && has_long_texts(builder.metadata()) { TEXT_ROWS } else { batch_rows(columns) };
    let reader = builder.with_batch_size(rows).build().map_err(broken)?;
    Ok((kinds, reader))
}

/// Refuses what a few bytes make endless: rows that repeat one value, texts that are each repeated.
fn bounded(metadata: &ParquetMetaData, columns: usize) -> Result<(), Failure> {
    let rows = usize::try_from(metadata.file_metadata().num_rows()).unwrap_or(usize::MAX);
    if rows.saturating_mul(columns) > MOST_CELLS {
        let (expected, found) = (format!("at most {MOST_CELLS} cells"), format!("{rows} rows of {columns}"));
        return Err(Fault::new(At::Whole, expected, found).into());
    }
    let largest = metadata.row_groups().iter().flat_map(|group| group.columns());
    match largest.map(|chunk| chunk.uncompressed_size()).max() {
        Some(bytes) if bytes > MOST_CHUNK_BYTES => {
            let expected = format!("columns of at most {MOST_CHUNK_BYTES} bytes in each row group");
            Err(Fault::new(At::Whole, expected, bytes.to_string()).into())
        }
        _ => Ok(()),
    }
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

/// The type of a column that holds such values.
fn kind(found: &DataType) -> Option<ColumnType> {
    use DataType as D;
    match found {
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => {
            Some(ColumnType::Integer)
        }
        D::Float16 | D::Float32 | D::Float64 => Some(ColumnType::Number),
        D::Decimal32(..) | D::Decimal64(..) | D::Decimal128(..) | D::Decimal256(..) => {
            Some(ColumnType::Number)
        }
        D::Boolean => Some(ColumnType::Boolean),
        D::Utf8 | D::LargeUtf8 | D::Utf8View | D::Null => Some(ColumnType::Text),
        D::Date32 | D::Date64 => Some(ColumnType::Date),
        D::Timestamp(..) => Some(ColumnType::Datetime),
        D::Dictionary(_, value) => kind(value),
        _ => None,
    }
}

/// The decoded columns of a batch, as our types.
fn cells(batch: &RecordBatch, kinds: &Kinds) -> Result<Vec<(usize, Cells)>, Failure> {
    // Strict: a number that does not fit is a fault, not a missing cell.
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let column = |(array, (name, kind)): (&ArrayRef, &(String, ColumnType))| {
        let array = cast_with_options(array, &super::data_type(*kind), &strict)
            .map_err(|error| Fault::new(At::Column(name.clone()), kind.expected(), error.to_string()))?;
        Ok((batch.num_rows(), Cells::of(&array)?))
    };
    batch.columns().iter().zip(kinds).map(column).collect()
}

/// Faults for headers that are empty, endless or not different.
fn headers(names: &[&str]) -> Result<(), Faults> {
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for name in names {
        let at = At::Column((*name).to_string());
        if name.is_empty() {
            faults.push(Fault::new(at, "a name for each column", "an empty one"));
        } else if let Err(long) = guess::bounded(name, At::Whole) {
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
