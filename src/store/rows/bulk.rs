//! Many rows at once: inserts of many rows on SQLite, COPY on PostgreSQL.

use super::{
    cell::{bound, bound_by_columns},
    names, table,
};
use crate::{
    domain::column::{Cell, Column, ColumnType},
    store::{Fault, Pools, Raw, Store, Tx},
};
use sqlx::{
    AssertSqlSafe, PgConnection, Postgres, Row, SqliteConnection,
    pool::PoolConnection,
    postgres::{PgCopyIn, PgPoolCopyExt},
};
use std::{
    fmt::Write,
    ops::{Deref, DerefMut},
};

/// Bound values of one statement: SQLite takes 32,766.
const MOST_VALUES: usize = 30_000;
/// Rows of one insert.
const MOST_ROWS: usize = 500;
/// Bytes that are sent at once.
const PIECE: usize = 256 << 10;

/// Appends rows, in order.
pub async fn append(tx: &mut Tx, storage: i64, columns: &[Column], rows: &[Vec<Cell>]) -> Result<(), Fault> {
    super::writable(storage)?;
    match tx.open() {
        Raw::Sqlite(db) => insert(db, storage, columns, rows).await,
        Raw::Postgres(db) => copy(db, storage, columns, rows).await,
    }
}

async fn insert(
    db: &mut SqliteConnection,
    storage: i64,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<(), Fault> {
    let at_once = (MOST_VALUES / columns.len().max(1)).clamp(1, MOST_ROWS);
    for rows in rows.chunks(at_once) {
        let sql = values(storage, columns, rows.len());
        let cells = rows.iter().flatten().zip(columns.iter().map(|column| column.kind).cycle());
        bound(sqlx::query(AssertSqlSafe(sql)), cells).execute(&mut *db).await?;
    }
    Ok(())
}

/// Appends rows and gives their numbers, in order.
///
/// For some rows that come again and again: statements are kept, of few shapes.
pub async fn insert_each(
    tx: &mut Tx,
    storage: i64,
    columns: &[Column],
    rows: &[&[Cell]],
) -> Result<Vec<i64>, Fault> {
    super::writable(storage)?;
    let mut numbers: Vec<i64> = match tx.open() {
        Raw::Sqlite(db) => {
            let mut numbers = Vec::with_capacity(rows.len());
            for rows in by_powers(rows, (MOST_VALUES / columns.len().max(1)).clamp(1, MOST_ROWS)) {
                let sql = format!("{} returning id", values(storage, columns, rows.len()));
                let cells =
                    rows.iter().copied().flatten().zip(columns.iter().map(|column| column.kind).cycle());
                let found = bound(sqlx::query(AssertSqlSafe(sql)), cells).fetch_all(&mut *db).await?;
                for row in found {
                    numbers.push(row.try_get(0)?);
                }
            }
            numbers
        }
        Raw::Postgres(db) => {
            let query = sqlx::query(AssertSqlSafe(unnested(storage, columns)));
            let found = bound_by_columns(query, &super::kinds(columns), rows).fetch_all(db).await?;
            found.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?
        }
    };
    // Each is above those before it; in which order they are said nobody promises.
    numbers.sort_unstable();
    Ok(numbers)
}

/// Pieces whose lengths are powers of two, at most `most`.
fn by_powers<T>(mut rest: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = rest.len().min(most).checked_ilog2().map(|power| 1 << power)?;
        let (piece, behind) = rest.split_at(length);
        rest = behind;
        Some(piece)
    })
}

/// An insert of rows that come as a list for each column: one shape, however many they are.
fn unnested(storage: i64, columns: &[Column]) -> String {
    use ColumnType::{Boolean, Category, Date, Datetime, Integer, Number, Text};
    let list = |(index, column): (usize, &Column)| {
        let kind = match column.kind {
            Integer | Datetime => "bigint",
            Boolean => "boolean",
            Number => "double precision",
            Text | Category | Date => "text",
        };
        format!("${}::{kind}[]", index + 1)
    };
    let lists = columns.iter().enumerate().map(list).collect::<Vec<_>>().join(", ");
    let names = names(columns);
    format!(
        "insert into {} ({names}) select {names} from unnest({lists}) with ordinality as line ({names}, place) \
         order by place returning id",
        table(storage)
    )
}

/// An insert of so many rows. Its parameters have no names, for which SQLite would search a list for each.
fn values(storage: i64, columns: &[Column], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    let rows = vec![row; rows].join(", ");
    format!("insert into {} ({}) values {rows}", table(storage), names(columns))
}

/// Rows on their way into a table that nobody reads yet.
pub struct Filling {
    store: Store,
    storage: i64,
    columns: Vec<Column>,
    copy: Option<PgCopyIn<PoolConnection<Postgres>>>,
}

impl Filling {
    /// Begins to fill a table. What was sent is there after [`Filling::end`]; before, perhaps some of it.
    pub async fn begin(store: &Store, storage: i64, columns: &[Column]) -> Result<Filling, Fault> {
        // Nobody waits for a transaction of PostgreSQL's, so it is one. The end of each COPY takes 40 ms: sqlx
        // leaves Nagle's algorithm on, which holds the short last message back until those before are acknowledged.
        let copy = match store.pools() {
            Pools::Sqlite { .. } => None,
            Pools::Postgres(pool) => Some(pool.copy_in_raw(&from_stdin(storage, columns)).await?),
        };
        Ok(Filling { store: store.clone(), storage, columns: columns.to_vec(), copy })
    }

    /// Sends some rows, in order; so few that on SQLite, where they are a transaction, other writers hardly wait.
    pub async fn send(&mut self, rows: &[Vec<Cell>]) -> Result<(), Fault> {
        match &mut self.copy {
            Some(copy) => send(copy, rows).await,
            None => {
                let mut tx = self.store.write().await?;
                append(&mut tx, self.storage, &self.columns, rows).await?;
                tx.commit_lazily().await
            }
        }
    }

    /// Ends it.
    pub async fn end(self) -> Result<(), Fault> {
        if let Some(copy) = self.copy {
            copy.finish().await?;
        }
        Ok(())
    }
}

fn from_stdin(storage: i64, columns: &[Column]) -> String {
    format!("copy {} ({}) from stdin", table(storage), names(columns))
}

async fn copy(
    db: &mut PgConnection,
    storage: i64,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<(), Fault> {
    let mut copy = db.copy_in_raw(&from_stdin(storage, columns)).await?;
    send(&mut copy, rows).await?;
    copy.finish().await?;
    Ok(())
}

async fn send<C>(copy: &mut PgCopyIn<C>, rows: &[Vec<Cell>]) -> Result<(), Fault>
where
    C: Deref<Target = PgConnection> + DerefMut,
{
    let mut text = String::with_capacity(PIECE);
    for row in rows {
        line(&mut text, row);
        if text.len() >= PIECE {
            copy.send(text.as_bytes()).await?;
            text.clear();
        }
    }
    copy.send(text.as_bytes()).await?;
    Ok(())
}

/// A row in COPY's text format: tabs between cells, `\N` for a missing one.
fn line(text: &mut String, row: &[Cell]) {
    for (place, cell) in row.iter().enumerate() {
        if place > 0 {
            text.push('\t');
        }
        match cell {
            Cell::Missing => text.push_str("\\N"),
            Cell::Text(value) => escaped(text, value),
            Cell::Datetime(moment) => write_to(text, moment.timestamp_micros()),
            // A shortest spelling reads back as the same number.
            Cell::Number(value) => text.push_str(ryu::Buffer::new().format(*value)),
            other => write_to(text, other),
        }
    }
    text.push('\n');
}

fn write_to(text: &mut String, value: impl std::fmt::Display) {
    // Writing to a `String` has no error of its own.
    let _ = write!(text, "{value}");
}

fn escaped(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
}
