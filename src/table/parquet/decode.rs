//! What others write in Parquet, as our types.

use super::{Cells, broken, data_type};
use crate::{
    domain::{
        column::{Cell, ColumnType},
        fault::{At, Fault, Faults, MOST_FAULTS, quoted},
    },
    table::{
        Failure,
        cell::{Mismatch, has_four_digits},
    },
};
use arrow_array::{
    Array, ArrayRef, Date32Array, RecordBatch, TimestampMicrosecondArray,
    cast::AsArray,
    types::{
        Date64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType,
    },
};
use arrow_cast::{CastOptions, cast_with_options, display::array_value_to_string};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use chrono::{Datelike, SecondsFormat};
use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
    basic::Type,
};
use std::sync::Arc;

/// The columns' names and types.
pub(super) type Kinds = Vec<(String, ColumnType)>;

const DAYS: &str = "a date in the years 0000 to 9999";
const MOMENTS: &str = "a date and time in the years 0000 to 9999";
const MILLIS_OF_DAY: i64 = 86_400_000;

/// The type of a column that holds such values.
pub(super) fn kind(found: &DataType) -> Option<ColumnType> {
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

/// The same file, its moments of 96 bits to the microsecond: in nanoseconds they reach from 1677 to 2262 alone.
pub(super) fn with_early_moments(metadata: ArrowReaderMetadata) -> Result<ArrowReaderMetadata, Failure> {
    let file = metadata.metadata();
    let roots = file.file_metadata().schema_descr().root_schema().get_fields();
    let is_wide =
        |root: &parquet::schema::types::Type| root.is_primitive() && root.get_physical_type() == Type::INT96;
    if !roots.iter().any(|root| is_wide(root)) {
        return Ok(metadata);
    }
    let field = |(field, root): (&Arc<Field>, &Arc<parquet::schema::types::Type>)| match is_wide(root) {
        true => field.as_ref().clone().with_data_type(DataType::Timestamp(TimeUnit::Microsecond, None)),
        false => field.as_ref().clone(),
    };
    let fields: Vec<Field> = metadata.schema().fields().iter().zip(roots).map(field).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(file.clone(), options).map_err(broken)
}

/// The decoded columns of a batch, of which the first row stands behind `before`.
pub(super) fn cells(batch: &RecordBatch, kinds: &Kinds, before: u64) -> Result<Vec<Cells>, Failure> {
    let column = |(array, (name, kind)): (&ArrayRef, &(String, ColumnType))| {
        let cast = cast(array, *kind, false).or_else(|_| {
            // Once more without being strict: then what does not fit is what is missing.
            let lax = cast(array, *kind, true).map_err(broken)?;
            Faults::unless(unfit((name, *kind), array, &lax, before), lax).map_err(Failure::from)
        });
        Cells::of(&cast?)
    };
    batch.columns().iter().zip(kinds).map(column).collect()
}

/// A fault for each cell that was lost.
fn unfit((name, kind): (&str, ColumnType), array: &ArrayRef, lax: &ArrayRef, before: u64) -> Vec<Fault> {
    let lost = (0..array.len()).filter(|&row| array.is_valid(row) && lax.is_null(row));
    let fault = |row: usize| {
        let found = array_value_to_string(array, row).unwrap_or_default();
        let at = At::Row { row: before + row as u64 + 1, column: name.into() };
        Fault::new(at, kind.expected(), found)
    };
    lost.take(MOST_FAULTS).map(fault).collect()
}

/// An array as one of ours; days and moments that no calendar has end up at the ends of what can be counted.
fn cast(array: &ArrayRef, kind: ColumnType, safe: bool) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        DataType::Date64 => Ok(Arc::new(days(array))),
        DataType::Timestamp(unit, _) => Ok(Arc::new(micros(array, *unit))),
        // Of no zone: then neither does it ask for the rules of one nor move anything.
        _ if kind == ColumnType::Datetime => {
            let target = DataType::Timestamp(TimeUnit::Microsecond, None);
            cast_with_options(array, &target, &CastOptions { safe, ..CastOptions::default() })
        }
        _ => cast_with_options(array, &data_type(kind), &CastOptions { safe, ..CastOptions::default() }),
    }
}

fn days(array: &ArrayRef) -> Date32Array {
    let day = |millis: i64| {
        let days = millis.div_euclid(MILLIS_OF_DAY);
        i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
    };
    array.as_primitive::<Date64Type>().unary(day)
}

/// Moments since 1970 in UTC, whatever zone they are to be shown in; those of none are UTC's, as in CSV.
fn micros(array: &ArrayRef, unit: TimeUnit) -> TimestampMicrosecondArray {
    match unit {
        TimeUnit::Second => {
            array.as_primitive::<TimestampSecondType>().unary(|at| at.saturating_mul(1_000_000))
        }
        TimeUnit::Millisecond => {
            array.as_primitive::<TimestampMillisecondType>().unary(|at| at.saturating_mul(1_000))
        }
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().unary(|at| at),
        TimeUnit::Nanosecond => {
            array.as_primitive::<TimestampNanosecondType>().unary(|at| at.div_euclid(1_000))
        }
    }
}

/// The cell of a row: a number that is none is missing; nothing is infinite, no day out of the years that four digits
/// spell, no text has U+0000.
pub(super) fn tidy(cells: &Cells, row: usize) -> Result<Cell, Mismatch> {
    let (expected, found) = match (cells.get(row), cells) {
        (Cell::Number(value), _) if value.is_nan() => return Ok(Cell::Missing),
        (Cell::Number(value), _) if value.is_infinite() => (ColumnType::Number.expected(), value.to_string()),
        (Cell::Text(text), _) if text.contains('\0') => ("text without U+0000", quoted(&text)),
        (Cell::Date(day), _) if !has_four_digits(day.year()) => (DAYS, day.to_string()),
        (Cell::Datetime(at), _) if !has_four_digits(at.year()) => {
            (MOMENTS, at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
        (Cell::Missing, Cells::Date(values)) if values.is_valid(row) => {
            (DAYS, format!("{} days since 1970", values.value(row)))
        }
        (Cell::Missing, Cells::Datetime(values)) if values.is_valid(row) => {
            (MOMENTS, format!("{} microseconds since 1970", values.value(row)))
        }
        (cell, _) => return Ok(cell),
    };
    Err(Mismatch { expected, found })
}
