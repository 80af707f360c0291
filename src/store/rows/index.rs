//! Indexes of columns that are often filtered or ordered by.

use super::table;
use crate::{
    domain::column::{Column, ColumnType, MOST_INDEXED_BYTES},
    store::{Fault, Raw, Tx, on, run},
};
use sqlx::AssertSqlSafe;

/// The name of a column's index.
fn name(storage: i64, place: usize) -> String {
    format!("{}_c{place}", table(storage))
}

/// Drops the indexes that columns have and no longer ask for, and makes those that they ask for now.
pub async fn reindex(tx: &mut Tx, storage: i64, old: &[Column], columns: &[Column]) -> Result<(), Fault> {
    for (place, (old, column)) in old.iter().zip(columns).enumerate() {
        if old.indexed && !column.indexed {
            let sql = format!("drop index if exists {}", name(storage, place));
            run!(tx, sqlx::query(AssertSqlSafe(sql.clone())))?;
        }
    }
    index(tx, storage, columns).await
}

/// Makes the indexes that the columns ask for and the table lacks.
///
/// [`Fault::TooLong`] where texts are longer than PostgreSQL puts into an index, on both databases.
pub async fn index(tx: &mut Tx, storage: i64, columns: &[Column]) -> Result<(), Fault> {
    if columns.iter().any(|column| column.indexed) {
        super::writable(storage)?;
    }
    let mut made = false;
    for (place, column) in columns.iter().enumerate().filter(|(_, column)| column.indexed) {
        let (index, table) = (name(storage, place), table(storage));
        fits(tx, &table, place, column).await?;
        let sql = format!("create index if not exists {index} on {table} (c{place}, id)");
        run!(tx, sqlx::query(AssertSqlSafe(sql.clone())))?;
        made = true;
    }
    if let (Raw::Postgres(db), true) = (tx.open(), made) {
        // It chooses by what it has seen of the cells, and looks by itself only later.
        sqlx::query(AssertSqlSafe(format!("analyze {}", table(storage)))).execute(db).await?;
    }
    Ok(())
}

/// Whether the texts of a column are short enough.
async fn fits(tx: &mut Tx, table: &str, place: usize, column: &Column) -> Result<(), Fault> {
    if !matches!(column.kind, ColumnType::Text | ColumnType::Category) {
        return Ok(());
    }
    let bytes = match tx.open() {
        Raw::Sqlite(_) => format!("length(cast(c{place} as blob))"),
        Raw::Postgres(_) => format!("octet_length(c{place})"),
    };
    let sql = format!(
        "select count(*) from (select 1 from {table} where {bytes} > {MOST_INDEXED_BYTES} limit 1) as long"
    );
    let long: i64 = on!(tx, db => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(db))?;
    if long > 0 { Err(Fault::TooLong(place)) } else { Ok(()) }
}
