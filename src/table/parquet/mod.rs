//! Parquet: what data frames read, and what we read ourselves instead of the database.
//!
//! [`Writer`](write::Writer) makes a revision's artifact, row by row; [`own`] reads it again, a column at a
//! time or from any row on; [`foreign`] reads what somebody sent.

mod decode;
pub mod foreign;
pub mod own;
mod unpack;
pub mod write;

use super::Failure;
use crate::domain::{
    column::{Cell, ColumnType},
    fault::{At, Fault},
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray, cast::AsArray,
};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate, TimeDelta};

/// Cells that are decoded at once.
const CELLS: usize = 65_536;

/// Rows of so many columns that are decoded at once.
fn batch_rows(columns: usize) -> usize {
    (CELLS / columns.max(1)).clamp(64, 8_192)
}

/// How cells of a type stand in Parquet.
fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Integer => DataType::Int64,
        ColumnType::Number => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Text | ColumnType::Category => DataType::Utf8,
        ColumnType::Date => DataType::Date32,
        ColumnType::Datetime => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}

/// The values of one column, decoded.
enum Cells {
    Integer(Int64Array),
    Number(Float64Array),
    Boolean(BooleanArray),
    Text(StringArray),
    Date(Date32Array),
    Datetime(TimestampMicrosecondArray),
}

impl Cells {
    /// An array of one of the types of [`data_type`].
    fn of(array: &ArrayRef) -> Result<Cells, Failure> {
        Ok(match array.data_type() {
            DataType::Int64 => Cells::Integer(array.as_primitive().clone()),
            DataType::Float64 => Cells::Number(array.as_primitive().clone()),
            DataType::Boolean => Cells::Boolean(array.as_boolean().clone()),
            DataType::Utf8 => Cells::Text(array.as_string::<i32>().clone()),
            DataType::Date32 => Cells::Date(array.as_primitive().clone()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Cells::Datetime(array.as_primitive().clone()),
            other => {
                return Err(Fault::new(At::Whole, "a type of ours", other.to_string()).into());
            }
        })
    }

    /// The cell of a row of the array; a day or moment that no calendar has is missing.
    fn get(&self, row: usize) -> Cell {
        let cell = match self {
            Cells::Integer(values) => values.is_valid(row).then(|| Cell::Integer(values.value(row))),
            Cells::Number(values) => values.is_valid(row).then(|| Cell::Number(values.value(row))),
            Cells::Boolean(values) => values.is_valid(row).then(|| Cell::Boolean(values.value(row))),
            Cells::Text(values) => values.is_valid(row).then(|| Cell::Text(values.value(row).into())),
            Cells::Date(values) => values.is_valid(row).then(|| day(values.value(row))).flatten(),
            Cells::Datetime(values) => values.is_valid(row).then(|| moment(values.value(row))).flatten(),
        };
        cell.unwrap_or(Cell::Missing)
    }
}

fn day(days: i32) -> Option<Cell> {
    let epoch = NaiveDate::default();
    epoch.checked_add_signed(TimeDelta::days(days.into())).map(Cell::Date)
}

fn moment(micros: i64) -> Option<Cell> {
    DateTime::from_timestamp_micros(micros).map(Cell::Datetime)
}

/// A file that cannot be read as Parquet, or not any more.
fn broken(error: impl std::fmt::Display) -> Failure {
    Fault::new(At::Whole, "a Parquet file", error.to_string()).into()
}
