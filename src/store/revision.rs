//! Revisions in the database.

use super::{
    Conn, Fault, Handle, Tx,
    dataset::{columns_text, read_columns},
    on, run, sql, value,
};
use crate::domain::revision::{File, Revision};

sql! {
    FIND = "
  select number, columns, rows, digest, size, parquet, parquet_size, profile, note, author, created
    from revision
   where dataset_id = $1 and number = $2";

    WITH_DIGEST = "
  select number, columns, rows, digest, size, parquet, parquet_size, profile, note, author, created
    from revision
   where dataset_id = $1 and digest = $2 and columns = $3
order by number desc
   limit 1";

    PAGE = "
  select number, columns, rows, digest, size, parquet, parquet_size, profile, note, author, created
    from revision
   where dataset_id = $1
order by number desc
   limit $2 offset $3";

    COUNT = "select count(*) from revision where dataset_id = $1";

    INSERT = "
  insert into revision
         (dataset_id, number, columns, rows, digest, size, profile, note, author, created, parquet, parquet_size)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
}

#[derive(sqlx::FromRow)]
struct Stored {
    number: i64,
    columns: String,
    rows: i64,
    digest: String,
    size: i64,
    parquet: Option<String>,
    parquet_size: Option<i64>,
    profile: String,
    note: Option<String>,
    author: String,
    created: i64,
}

impl Stored {
    fn read(self) -> Result<Revision, Fault> {
        Ok(Revision {
            number: self.number,
            columns: read_columns(&self.columns)?,
            rows: self.rows,
            csv: File { digest: self.digest, size: self.size },
            parquet: self.parquet.zip(self.parquet_size).map(|(digest, size)| File { digest, size }),
            profile: self.profile,
            note: self.note,
            author: self.author,
            created: value::moment(self.created)?,
        })
    }
}

/// Revision `number` of a dataset.
pub async fn find(conn: &mut impl Handle, dataset: i64, number: i64) -> Result<Revision, Fault> {
    let row: Option<Stored> =
        on!(conn, db => sqlx::query_as(FIND).bind(dataset).bind(number).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.read()
}

/// The revision with the same content and the same columns as `like`.
pub async fn same(conn: &mut impl Handle, dataset: i64, like: &Revision) -> Result<Option<Revision>, Fault> {
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(WITH_DIGEST)
        .bind(dataset).bind(&like.csv.digest).bind(columns_text(&like.columns)).fetch_optional(db))?;
    row.map(Stored::read).transpose()
}

/// Revisions, newest first, and how many there are in all.
pub async fn page(
    conn: &mut Conn,
    dataset: i64,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Revision>, i64), Fault> {
    let total: i64 = on!(conn, db => sqlx::query_scalar(COUNT).bind(dataset).fetch_one(db))?;
    let rows: Vec<Stored> =
        on!(conn, db => sqlx::query_as(PAGE).bind(dataset).bind(limit).bind(offset).fetch_all(db))?;
    Ok((rows.into_iter().map(Stored::read).collect::<Result<_, _>>()?, total))
}

/// Keeps a revision; [`Fault::Taken`] if another took its number in the meantime.
pub async fn insert(tx: &mut Tx, dataset: i64, revision: &Revision) -> Result<(), Fault> {
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(dataset)
            .bind(revision.number)
            .bind(columns_text(&revision.columns))
            .bind(revision.rows)
            .bind(&revision.csv.digest)
            .bind(revision.csv.size)
            .bind(&revision.profile)
            .bind(&revision.note)
            .bind(&revision.author)
            .bind(revision.created.timestamp_millis())
            .bind(revision.parquet.as_ref().map(|file| &file.digest))
            .bind(revision.parquet.as_ref().map(|file| file.size))
    )?;
    Ok(())
}
