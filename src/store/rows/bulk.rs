//! Many rows at once: inserts of many rows on SQLite, COPY on PostgreSQL.

use super::{
    cell::{bound, bound_by_columns},
    names, table,
};
use crate::{
    domain::column::{Cell, Column, ColumnType},
    store::{Fault, Pools, Raw, Store, Tx, run},
};
use sqlx::{
    AssertSqlSafe, PgConnection, Postgres, Row, SqliteConnection,
    pool::PoolConnection,
    postgres::{PgCopyIn, PgPoolCopyExt},
};
use std::{
    io::Write,
    ops::{Deref, DerefMut},
};

/// Bound values of one statement: SQLite takes 32,766.
const MOST_VALUES: usize = 30_000;
/// Rows of one insert.
const MOST_ROWS: usize = 500;
/// Bytes that are sent at once.
const PIECE: usize = 256 << 10;
/// What COPY's binary format begins with: its signature, no flags, no further words.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// And ends with.
const END: [u8; 2] = (-1_i16).to_be_bytes();
/// The length of a missing cell.
const MISSING: [u8; 4] = (-1_i32).to_be_bytes();

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
///
/// PostgreSQL's are numbered here: a number out of a sequence and a place in the key's index for each row cost it as
/// much again as the rows. So the table has neither until [`Filling::key`].
pub struct Filling {
    store: Store,
    storage: i64,
    columns: Vec<Column>,
    copy: Option<PgCopyIn<PoolConnection<Postgres>>>,
    rows: i64,
}

impl Filling {
    /// Begins to fill an empty table. What was sent is there after [`Filling::end`]; before, perhaps some of it.
    pub async fn begin(store: &Store, storage: i64, columns: &[Column]) -> Result<Filling, Fault> {
        // Nobody waits for a transaction of PostgreSQL's, so it is one. The end of each COPY takes 40 ms: sqlx
        // leaves Nagle's algorithm on, which holds the short last message back until those before are acknowledged.
        let copy = match store.pools() {
            Pools::Sqlite { .. } => None,
            Pools::Postgres(pool) => {
                let key = format!("{}_pkey", table(storage));
                let unkeyed = format!("drop constraint {key}, alter column id drop identity");
                alter(store, storage, &unkeyed).await?;
                let numbered = format!("id, {}", names(columns));
                let mut copy = pool.copy_in_raw(&from_stdin(storage, &numbered)).await?;
                copy.send(HEAD).await?;
                Some(copy)
            }
        };
        Ok(Filling { store: store.clone(), storage, columns: columns.to_vec(), copy, rows: 0 })
    }

    /// Sends some rows, in order; so few that on SQLite, where they are a transaction, other writers hardly wait.
    pub async fn send(&mut self, rows: &[Vec<Cell>]) -> Result<(), Fault> {
        let first = self.rows + 1;
        self.rows += rows.len() as i64;
        match &mut self.copy {
            Some(copy) => send(copy, &self.columns, rows, Some(first)).await,
            None => {
                let mut tx = self.store.write().await?;
                append(&mut tx, self.storage, &self.columns, rows).await?;
                tx.commit_lazily().await
            }
        }
    }

    /// Ends it: all rows are in the table.
    pub async fn end(&mut self) -> Result<(), Fault> {
        if let Some(mut copy) = self.copy.take() {
            copy.send(&END[..]).await?;
            copy.finish().await?;
        }
        Ok(())
    }

    /// Gives it up; of what was sent perhaps some is there.
    pub async fn give_up(self) -> Result<(), Fault> {
        if let Some(copy) = self.copy {
            copy.abort("given up").await?;
        }
        Ok(())
    }

    /// After the end: from now on rows have a key, and the table numbers them by itself.
    pub async fn key(self) -> Result<(), Fault> {
        if let Pools::Sqlite { .. } = self.store.pools() {
            return Ok(());
        }
        let start = self.rows + 1;
        let identity = format!("alter column id add generated always as identity (start with {start})");
        alter(&self.store, self.storage, &format!("add primary key (id), {identity}")).await
    }
}

/// Lazily: what is made of the table is of use only if it is published.
async fn alter(store: &Store, storage: i64, what: &str) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let sql = format!("alter table {} {what}", table(storage));
    run!(&mut tx, sqlx::query(AssertSqlSafe(sql.clone())))?;
    tx.commit_lazily().await
}

fn from_stdin(storage: i64, names: &str) -> String {
    format!("copy {} ({names}) from stdin (format binary)", table(storage))
}

async fn copy(
    db: &mut PgConnection,
    storage: i64,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<(), Fault> {
    let mut copy = db.copy_in_raw(&from_stdin(storage, &names(columns))).await?;
    copy.send(HEAD).await?;
    send(&mut copy, columns, rows, None).await?;
    copy.send(&END[..]).await?;
    copy.finish().await?;
    Ok(())
}

/// Sends rows, which are numbered from `first` on or by the table.
async fn send<C>(
    copy: &mut PgCopyIn<C>,
    columns: &[Column],
    rows: &[Vec<Cell>],
    first: Option<i64>,
) -> Result<(), Fault>
where
    C: Deref<Target = PgConnection> + DerefMut,
{
    let mut bytes = Vec::with_capacity(PIECE);
    for (place, row) in (0_i64..).zip(rows) {
        tuple(&mut bytes, first.map(|first| first + place), columns, row);
        if bytes.len() >= PIECE {
            copy.send(&bytes[..]).await?;
            bytes.clear();
        }
    }
    copy.send(&bytes[..]).await?;
    Ok(())
}

/// A row in COPY's binary format: how many fields, then the length of each and its bytes.
fn tuple(bytes: &mut Vec<u8>, id: Option<i64>, columns: &[Column], row: &[Cell]) {
    // At most a thousand and one.
    let fields = (row.len() + usize::from(id.is_some())) as i16;
    bytes.extend_from_slice(&fields.to_be_bytes());
    if let Some(id) = id {
        field(bytes, &id.to_be_bytes());
    }
    for (column, cell) in columns.iter().zip(row) {
        value(bytes, column.kind, cell);
    }
}

/// A cell as its column's type is sent; of another type it is missing, as where it is bound.
fn value(bytes: &mut Vec<u8>, kind: ColumnType, cell: &Cell) {
    use ColumnType::{Boolean, Category, Date, Datetime, Integer, Number, Text};
    match (kind, cell) {
        (Integer, Cell::Integer(value)) => field(bytes, &value.to_be_bytes()),
        (Number, Cell::Number(value)) => field(bytes, &value.to_be_bytes()),
        (Boolean, Cell::Boolean(value)) => field(bytes, &[u8::from(*value)]),
        (Datetime, Cell::Datetime(moment)) => field(bytes, &moment.timestamp_micros().to_be_bytes()),
        (Text | Category | Date, Cell::Text(text)) => field(bytes, text.as_bytes()),
        (Text | Category | Date, Cell::Missing) => bytes.extend_from_slice(&MISSING),
        (Text | Category | Date, other) => spelt(bytes, other),
        _ => bytes.extend_from_slice(&MISSING),
    }
}

fn field(bytes: &mut Vec<u8>, content: &[u8]) {
    bytes.extend_from_slice(&length(content.len()));
    bytes.extend_from_slice(content);
}

/// A line has at most 16 MiB, and so has a cell.
fn length(bytes: usize) -> [u8; 4] {
    (bytes as i32).to_be_bytes()
}

fn spelt(bytes: &mut Vec<u8>, cell: &Cell) {
    let before = bytes.len();
    bytes.extend_from_slice(&MISSING);
    let from = bytes.len();
    // Writing to a `Vec` has no error of its own.
    let _ = write!(bytes, "{cell}");
    let written = length(bytes.len() - from);
    bytes[before..from].copy_from_slice(&written);
}
