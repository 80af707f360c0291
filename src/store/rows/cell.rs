//! Cells between the domain and the database.

use crate::domain::column::{Cell, ColumnType};
use chrono::{DateTime, NaiveDate};
use sqlx::{ColumnIndex, Database, Decode, Encode, Type, query::Query};

/// Binds cells, each as its type says.
pub(super) fn bound<'q, 'c, DB>(
    query: Query<'q, DB, DB::Arguments>,
    cells: impl Iterator<Item = (&'c Cell, ColumnType)>,
) -> Query<'q, DB, DB::Arguments>
where
    DB: Database,
    Option<i64>: Encode<'q, DB> + Type<DB> + 'q,
    Option<f64>: Encode<'q, DB> + Type<DB> + 'q,
    Option<bool>: Encode<'q, DB> + Type<DB> + 'q,
    Option<String>: Encode<'q, DB> + Type<DB> + 'q,
{
    cells.fold(query, |query, (cell, kind)| match kind {
        ColumnType::Integer => query.bind(match cell {
            Cell::Integer(value) => Some(*value),
            _ => None,
        }),
        ColumnType::Number => query.bind(match cell {
            Cell::Number(value) => Some(*value),
            _ => None,
        }),
        ColumnType::Boolean => query.bind(match cell {
            Cell::Boolean(value) => Some(*value),
            _ => None,
        }),
        ColumnType::Datetime => query.bind(match cell {
            Cell::Datetime(value) => Some(value.timestamp_micros()),
            _ => None,
        }),
        ColumnType::Text | ColumnType::Category | ColumnType::Date => query.bind(match cell {
            Cell::Missing => None,
            other => Some(other.to_string()),
        }),
    })
}

/// The cell that stands at a place of a row.
pub(super) fn cell<R>(row: &R, at: usize, kind: ColumnType) -> Result<Cell, sqlx::Error>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    i64: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    i32: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    i16: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    f64: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    bool: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    String: for<'r> Decode<'r, R::Database> + Type<R::Database>,
{
    let cell = match kind {
        ColumnType::Integer => integer(row, at)?.map(Cell::Integer),
        ColumnType::Number => row.try_get::<Option<f64>, _>(at)?.map(Cell::Number),
        ColumnType::Boolean => row.try_get::<Option<bool>, _>(at)?.map(Cell::Boolean),
        ColumnType::Text | ColumnType::Category => row.try_get::<Option<String>, _>(at)?.map(Cell::Text),
        ColumnType::Date => row.try_get::<Option<String>, _>(at)?.map(date).transpose()?,
        ColumnType::Datetime => row.try_get::<Option<i64>, _>(at)?.map(datetime).transpose()?,
    };
    Ok(cell.unwrap_or(Cell::Missing))
}

/// A whole number, of whichever width it is in a table of somebody else's.
fn integer<R>(row: &R, at: usize) -> Result<Option<i64>, sqlx::Error>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    i64: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    i32: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    i16: for<'r> Decode<'r, R::Database> + Type<R::Database>,
{
    let wide = row.try_get::<Option<i64>, _>(at);
    wide.or_else(|_| Ok(row.try_get::<Option<i32>, _>(at)?.map(i64::from)))
        .or_else(|_: sqlx::Error| Ok(row.try_get::<Option<i16>, _>(at)?.map(i64::from)))
}

fn date(text: String) -> Result<Cell, sqlx::Error> {
    NaiveDate::parse_from_str(&text, "%Y-%m-%d")
        .map(Cell::Date)
        .map_err(|error| sqlx::Error::Decode(error.into()))
}

fn datetime(micros: i64) -> Result<Cell, sqlx::Error> {
    DateTime::from_timestamp_micros(micros)
        .map(Cell::Datetime)
        .ok_or_else(|| sqlx::Error::Decode(format!("a moment: {micros}").into()))
}
