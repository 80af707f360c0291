//! Cells between the domain and the database.

use crate::domain::column::{Cell, ColumnType};
use chrono::{DateTime, NaiveDate};
use sqlx::{ColumnIndex, Database, Decode, Encode, Postgres, Type, postgres::PgArguments, query::Query};

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
        ColumnType::Integer => query.bind(integer(cell)),
        ColumnType::Number => query.bind(number(cell)),
        ColumnType::Boolean => query.bind(boolean(cell)),
        ColumnType::Datetime => query.bind(micros(cell)),
        ColumnType::Text | ColumnType::Category | ColumnType::Date => query.bind(text(cell)),
    })
}

/// Binds the cells of rows by columns, each column as a list, as its type says.
pub(super) fn bound_by_columns<'q>(
    query: Query<'q, Postgres, PgArguments>,
    kinds: &[ColumnType],
    rows: &[&[Cell]],
) -> Query<'q, Postgres, PgArguments> {
    fn list<T>(rows: &[&[Cell]], at: usize, read: fn(&Cell) -> Option<T>) -> Vec<Option<T>> {
        rows.iter().map(|row| row.get(at).and_then(read)).collect()
    }
    kinds.iter().enumerate().fold(query, |query, (at, kind)| match kind {
        ColumnType::Integer => query.bind(list(rows, at, integer)),
        ColumnType::Number => query.bind(list(rows, at, number)),
        ColumnType::Boolean => query.bind(list(rows, at, boolean)),
        ColumnType::Datetime => query.bind(list(rows, at, micros)),
        ColumnType::Text | ColumnType::Category | ColumnType::Date => query.bind(list(rows, at, text)),
    })
}

fn integer(cell: &Cell) -> Option<i64> {
    if let Cell::Integer(value) = cell { Some(*value) } else { None }
}

fn micros(cell: &Cell) -> Option<i64> {
    if let Cell::Datetime(moment) = cell { Some(moment.timestamp_micros()) } else { None }
}

fn number(cell: &Cell) -> Option<f64> {
    if let Cell::Number(value) = cell { Some(*value) } else { None }
}

fn boolean(cell: &Cell) -> Option<bool> {
    if let Cell::Boolean(value) = cell { Some(*value) } else { None }
}

fn text(cell: &Cell) -> Option<String> {
    if *cell == Cell::Missing { None } else { Some(cell.to_string()) }
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
        ColumnType::Integer => of_any_width(row, at)?.map(Cell::Integer),
        ColumnType::Number => row.try_get::<Option<f64>, _>(at)?.map(Cell::Number),
        ColumnType::Boolean => row.try_get::<Option<bool>, _>(at)?.map(Cell::Boolean),
        ColumnType::Text | ColumnType::Category => row.try_get::<Option<String>, _>(at)?.map(Cell::Text),
        ColumnType::Date => row.try_get::<Option<String>, _>(at)?.map(date).transpose()?,
        ColumnType::Datetime => row.try_get::<Option<i64>, _>(at)?.map(datetime).transpose()?,
    };
    Ok(cell.unwrap_or(Cell::Missing))
}

/// A whole number, of whichever width it is in a table of somebody else's.
fn of_any_width<R>(row: &R, at: usize) -> Result<Option<i64>, sqlx::Error>
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
