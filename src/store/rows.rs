//! Users' rows: one real table per head, `d<number>`, columns `c0, c1 ..`.
//!
//! The only place with SQL made at run time. It is made of numbers and fixed words alone: users'
//! names never become identifiers, users' values are always bound. Which rows somebody asks for becomes
//! SQL in `select.rs`.

mod among;
mod bulk;
mod cell;
mod direct;
mod index;
mod lines;
mod link;
mod select;
mod snapshot;
mod stretch;
mod together;

pub use among::among;
pub use bulk::{Filling, append, insert_each};
pub use direct::Direct;
pub use index::{index, reindex};
pub(in crate::store) use link::drop_broken;
pub use link::{Keys, OURS, Source, Theirs, distinct, keys, link, source};
pub use select::{count, facet, numbers, plan, select};
pub use snapshot::{Snapshot, snapshot};
pub use stretch::{Start, first, start, window};
pub use together::{Ended, Together, Wanted};

use super::{Fault, Handle, Raw, Store, Tx, on, run, sql};
use crate::domain::{
    column::{Cell, Column, ColumnType},
    dataset::Row,
};
use cell::bound;
use chrono::{DateTime, Duration, Utc};
use lines::{Effort, Question, lines};
use sqlx::AssertSqlSafe;

/// Cells that are read where they are asked for, in less than the time of a page that blocks nobody.
const LITTLE: i64 = 5_000;

/// How old a table must be that no dataset has before it is dropped: longer than an import takes.
pub const LEFTOVER: Duration = Duration::hours(6);
/// How long a table that a dataset had before is read on, at most.
pub(in crate::store) const READ_ON: Duration = Duration::minutes(10);

sql! {
    RESERVE = "insert into storage (created) values ($1) returning id";

    LEFTOVERS = "select id from storage where not published and created < $1";

    ABANDON = "delete from storage where id = $1 and not published";

    EVERY = "select id from storage";

    FORGET = "delete from storage where id = $1";
}

/// What the view of a table begins with that others write.
const VIEW: &str = "linked";

/// The table of a storage number; of a negative one a view.
fn table(storage: i64) -> String {
    if storage < 0 { format!("{VIEW}{}", -storage) } else { format!("d{storage}") }
}

/// [`Fault::ReadOnly`] of a view: whatever the database thinks of writing into it.
fn writable(storage: i64) -> Result<(), Fault> {
    if storage < 0 { Err(Fault::ReadOnly) } else { Ok(()) }
}

fn sql_type(raw: &Raw<'_>, kind: ColumnType) -> &'static str {
    use ColumnType::{Boolean, Category, Date, Datetime, Integer, Number, Text};
    match (raw, kind) {
        (Raw::Sqlite(_), Integer | Boolean | Datetime) => "integer",
        (Raw::Sqlite(_), Number) => "real",
        (Raw::Sqlite(_), Text | Category | Date) => "text",
        (Raw::Postgres(_), Integer | Datetime) => "bigint",
        (Raw::Postgres(_), Boolean) => "boolean",
        (Raw::Postgres(_), Number) => "double precision",
        // By code point, as SQLite sorts.
        (Raw::Postgres(_), Text | Category | Date) => "text collate \"C\"",
    }
}

/// `c0, c1, c2`.
fn names(columns: &[Column]) -> String {
    named(0..columns.len())
}

/// `c2, c0`.
fn named(places: impl IntoIterator<Item = usize>) -> String {
    places.into_iter().map(|place| format!("c{place}")).collect::<Vec<_>>().join(", ")
}

fn kinds(columns: &[Column]) -> Vec<ColumnType> {
    columns.iter().map(|column| column.kind).collect()
}

/// Makes an empty table for these columns and gives its number; it is a leftover until a dataset
/// takes it.
pub async fn create(tx: &mut Tx, columns: &[Column], now: DateTime<Utc>) -> Result<i64, Fault> {
    let storage: i64 = on!(tx, db => sqlx::query_scalar(RESERVE).bind(now.timestamp_millis()).fetch_one(db))?;
    let raw = tx.open();
    let mut sql = format!("create table {} (", table(storage));
    sql.push_str(match raw {
        Raw::Sqlite(_) => "id integer primary key autoincrement, revision integer not null default 1",
        Raw::Postgres(_) => {
            "id bigint generated always as identity primary key, revision bigint not null default 1"
        }
    });
    for (index, column) in columns.iter().enumerate() {
        sql.push_str(&format!(", c{index} {}", sql_type(&raw, column.kind)));
    }
    sql.push_str(if matches!(raw, Raw::Sqlite(_)) { ") strict" } else { ")" });
    run!(tx, sqlx::query(AssertSqlSafe(sql.clone())))?;
    Ok(storage)
}

fn insert_sql(storage: i64, columns: &[Column], rows: usize) -> String {
    let mut next = 0;
    let mut row = || {
        let places: Vec<String> = columns
            .iter()
            .map(|_| {
                next += 1;
                format!("${next}")
            })
            .collect();
        format!("({})", places.join(", "))
    };
    let values: Vec<String> = (0..rows).map(|_| row()).collect();
    format!("insert into {} ({}) values {}", table(storage), names(columns), values.join(", "))
}

/// Appends one row.
pub async fn insert(tx: &mut Tx, storage: i64, columns: &[Column], cells: &[Cell]) -> Result<Row, Fault> {
    writable(storage)?;
    let sql = format!("{} returning id", insert_sql(storage, columns, 1));
    let cells_of = || cells.iter().zip(columns.iter().map(|column| column.kind));
    let id: i64 = match tx.open() {
        Raw::Sqlite(db) => {
            let query = bound(sqlx::query(AssertSqlSafe(sql)), cells_of());
            sqlx::Row::try_get(&query.fetch_one(db).await?, 0)?
        }
        Raw::Postgres(db) => {
            let query = bound(sqlx::query(AssertSqlSafe(sql)), cells_of());
            sqlx::Row::try_get(&query.fetch_one(db).await?, 0)?
        }
    };
    Ok(Row { id, cells: cells.to_vec(), revision: 1 })
}

/// The row with that number.
pub async fn find(conn: &mut impl Handle, storage: i64, columns: &[Column], id: i64) -> Result<Row, Fault> {
    let sql = format!("select id, revision, {} from {} where id = $1", names(columns), table(storage));
    let rows = lines::rows(conn, Question::new(sql, &[id], Effort::Little), kinds(columns)).await?;
    rows.into_iter().next().ok_or(Fault::Missing)
}

/// At most `limit` rows with numbers above `after`, by number.
///
/// By key, not by offset: the millionth page costs what the first does.
pub async fn after(
    conn: &mut impl Handle,
    storage: i64,
    columns: &[Column],
    after: i64,
    limit: i64,
) -> Result<Vec<Row>, Fault> {
    let (names, table) = (names(columns), table(storage));
    let sql = format!("select id, revision, {names} from {table} where id > $1 order by id limit $2");
    let question = Question::new(sql, &[after, limit], effort(columns.len(), limit));
    lines::rows(conn, question, kinds(columns)).await
}

/// What it takes to read so many rows by their key.
fn effort(columns: usize, rows: i64) -> Effort {
    match rows.saturating_mul(columns as i64) {
        0..=LITTLE => Effort::Little,
        _ => Effort::Any,
    }
}

/// The greatest number of a row; 0 if there is none.
pub async fn last(conn: &mut impl Handle, storage: i64) -> Result<i64, Fault> {
    let sql = format!("select coalesce(max(id), 0) from {}", table(storage));
    let found = lines(conn, Question::new(sql, &[], Effort::Little), |line| line.number(0)).await?;
    Ok(found.first().copied().unwrap_or_default())
}

/// Other cells for the row, if `revision` is still its; else [`Fault::Changed`].
pub async fn replace(
    tx: &mut Tx,
    storage: i64,
    columns: &[Column],
    row: &Row,
    cells: &[Cell],
) -> Result<Row, Fault> {
    writable(storage)?;
    let sets: Vec<String> = (0..columns.len()).map(|index| format!("c{index} = ${}", index + 3)).collect();
    let sql = format!(
        "update {} set revision = revision + 1, {} where id = $1 and revision = $2",
        table(storage),
        sets.join(", ")
    );
    let cells_of = || cells.iter().zip(columns.iter().map(|column| column.kind));
    let changed = match tx.open() {
        Raw::Sqlite(db) => {
            let query = sqlx::query(AssertSqlSafe(sql)).bind(row.id).bind(row.revision);
            bound(query, cells_of()).execute(db).await?.rows_affected()
        }
        Raw::Postgres(db) => {
            let query = sqlx::query(AssertSqlSafe(sql)).bind(row.id).bind(row.revision);
            bound(query, cells_of()).execute(db).await?.rows_affected()
        }
    };
    if changed == 0 {
        return Err(Fault::Changed);
    }
    Ok(Row { id: row.id, cells: cells.to_vec(), revision: row.revision + 1 })
}

/// Deletes the row, if `revision` is still its; else [`Fault::Changed`].
pub async fn delete(tx: &mut Tx, storage: i64, row: &Row) -> Result<(), Fault> {
    writable(storage)?;
    let sql = format!("delete from {} where id = $1 and revision = $2", table(storage));
    let deleted = run!(tx, sqlx::query(AssertSqlSafe(sql.clone())).bind(row.id).bind(row.revision))?;
    if deleted == 0 {
        return Err(Fault::Changed);
    }
    stretch::deleted(tx, storage, row.id).await
}

/// Whether a table that was filled lazily still has each of its rows: [`Fault::Busy`] if not.
///
/// A PostgreSQL that crashed meanwhile lost what it had not written yet. Once they were seen by a transaction, its
/// commit makes them durable with it. An SQLite that crashed took its writer along.
pub async fn all_there(tx: &mut Tx, storage: i64, rows: i64) -> Result<(), Fault> {
    let Raw::Postgres(db) = tx.open() else { return Ok(()) };
    let sql = format!("select count(*) from {}", table(storage));
    let found: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(db).await?;
    if found == rows {
        return Ok(());
    }
    let lost = format!("it was away, and lost {} of {rows} rows", rows - found);
    Err(Fault::Busy(sqlx::Error::Io(std::io::Error::other(lost))))
}

/// Drops a table that no dataset uses any more.
pub async fn drop_table(tx: &mut Tx, storage: i64) -> Result<(), Fault> {
    let kind = if storage < 0 { "view" } else { "table" };
    let sql = format!("drop {kind} if exists {}", table(storage));
    run!(tx, sqlx::query(AssertSqlSafe(sql.clone())))?;
    run!(tx, sqlx::query(FORGET).bind(storage.abs()))?;
    Ok(())
}

/// Drops the tables that were left before `before`, by imports that never published them or by datasets that have
/// another; says how many.
pub async fn drop_leftovers(store: &Store, before: DateTime<Utc>) -> Result<usize, Fault> {
    let mut conn = store.read().await?;
    let leftovers: Vec<i64> = on!(&mut conn, db => sqlx::query_scalar(LEFTOVERS)
        .bind(before.timestamp_millis()).fetch_all(db))?;
    drop(conn);
    let mut dropped = 0;
    for storage in &leftovers {
        dropped += usize::from(abandon(store, *storage).await?);
    }
    Ok(dropped)
}

/// Drops a table unless a dataset has taken it, which its maker need not know: says whether it is dropped.
pub async fn abandon(store: &Store, storage: i64) -> Result<bool, Fault> {
    let mut tx = store.write().await?;
    if run!(&mut tx, sqlx::query(ABANDON).bind(storage))? == 0 {
        return Ok(false);
    }
    stretch::forget(&mut tx, storage).await?;
    drop_table(&mut tx, storage).await?;
    tx.commit().await?;
    Ok(true)
}

/// Drops every table with users' rows: before the first migration is taken back.
pub async fn drop_all(store: &Store) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let every: Vec<i64> = on!(&mut tx, db => sqlx::query_scalar(EVERY).fetch_all(db))?;
    for storage in every {
        // Whichever it is.
        drop_table(&mut tx, -storage).await?;
        drop_table(&mut tx, storage).await?;
    }
    tx.commit().await
}
