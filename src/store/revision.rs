//! Revisions in the database.

use super::{
    Conn, Fault, Handle, Tx,
    column::{content_text, read_columns},
    on, run, sql, value,
};
use crate::domain::{
    Kind,
    dataset::Dataset,
    revision::{File, Revision},
    tag::Tag,
};
use chrono::{DateTime, Utc};

/// What [`Stored`] is read from. What it was derived from is told while everybody may know of all of that.
macro_rules! select {
    () => {
        "
  select number, columns, rows, digest, size, parquet, parquet_size, profile, note, author, created,
         withdrawn,
         case when derived is null then null
              when exists (select 1 from dataset as source
                            where source.visibility <> 'public'
                              and revision.derived like '%\"dataset\":\"' || source.slug || '\"%')
                or exists (select 1 from model as source
                            where source.visibility <> 'public'
                              and revision.derived like '%\"model\":\"' || source.slug || '\"%')
              then null
              else derived end as derived
    from revision"
    };
}

sql! {
    FIND = concat!(select!(), "
   where dataset_id = $1 and number = $2");

    WITH_DIGEST = concat!(select!(), "
   where dataset_id = $1 and digest = $2 and columns = $3 and withdrawn is null
order by number desc
   limit 1");

    PAGE = concat!(select!(), "
   where dataset_id = $1 and withdrawn is null
order by number desc
   limit $2 offset $3");

    BEFORE = concat!(select!(), "
   where dataset_id = $1 and number < $2 and withdrawn is null
order by number desc
   limit 1");

    COUNT = "select count(*) from revision where dataset_id = $1 and withdrawn is null";

    WITHDRAW = "
  update revision
     set withdrawn = $3
   where dataset_id = $1 and number = $2 and withdrawn is null";

    LEARNERS = "
  select distinct model.slug, model.visibility
    from model
    join model_version on model_version.model_id = model.id
   where model.dataset_id = $1 and model_version.dataset_revision = $2 and model.deleted is null
order by model.slug";

    DERIVED = "
  select distinct dataset.slug, dataset.visibility
    from revision
    join dataset on dataset.id = revision.dataset_id
   where revision.derived like $1";

    INSERT = "
  insert into revision
         (dataset_id, number, columns, rows, digest, size, profile, note, author, created, parquet, parquet_size,
          derived)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
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
    withdrawn: Option<i64>,
    derived: Option<String>,
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
            withdrawn: self.withdrawn.map(value::moment).transpose()?,
            derived: self.derived.as_deref().map(value::document).transpose()?,
        })
    }
}

/// Revision `number` of a dataset, be it withdrawn or not.
pub async fn find(conn: &mut impl Handle, dataset: i64, number: i64) -> Result<Revision, Fault> {
    let row: Option<Stored> =
        on!(conn, db => sqlx::query_as(FIND).bind(dataset).bind(number).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.read()
}

/// The revision with the same content and the same columns as `like`.
pub async fn same(conn: &mut impl Handle, dataset: i64, like: &Revision) -> Result<Option<Revision>, Fault> {
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(WITH_DIGEST)
        .bind(dataset).bind(&like.csv.digest).bind(content_text(&like.columns)).fetch_optional(db))?;
    row.map(Stored::read).transpose()
}

/// The same, if it is not withdrawn: [`Fault::Gone`] then.
pub async fn live(conn: &mut impl Handle, dataset: i64, number: i64) -> Result<Revision, Fault> {
    let found = find(conn, dataset, number).await?;
    if found.withdrawn.is_some() { Err(Fault::Gone) } else { Ok(found) }
}

/// The newest revision that is not withdrawn.
pub async fn newest(conn: &mut impl Handle, dataset: i64) -> Result<Option<Revision>, Fault> {
    let row: Option<Stored> =
        on!(conn, db => sqlx::query_as(PAGE).bind(dataset).bind(1_i64).bind(0_i64).fetch_optional(db))?;
    row.map(Stored::read).transpose()
}

/// The newest revision before `number` that is not withdrawn.
pub async fn before(conn: &mut impl Handle, dataset: i64, number: i64) -> Result<Option<Revision>, Fault> {
    let row: Option<Stored> =
        on!(conn, db => sqlx::query_as(BEFORE).bind(dataset).bind(number).fetch_optional(db))?;
    row.map(Stored::read).transpose()
}

/// Takes a revision back; [`Fault::Changed`] if it is. Gives the slugs of the models that learned from it.
pub async fn withdraw(
    tx: &mut Tx,
    dataset: &Dataset,
    number: i64,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Fault> {
    let id = dataset.id;
    match run!(tx, sqlx::query(WITHDRAW).bind(id).bind(number).bind(now.timestamp_millis()))? {
        1 => {}
        _ => return Err(Fault::Changed),
    }
    let learners: Vec<(String, String)> =
        on!(tx, db => sqlx::query_as(LEARNERS).bind(id).bind(number).fetch_all(db))?;
    let slug = dataset.slug.as_str();
    let tags = [Tag::item(Kind::Dataset, slug), Tag::list(Kind::Dataset)];
    tx.bump_seen(dataset.about.visibility, tags);
    for (model, visibility) in &learners {
        let visibility = value::visibility("model.visibility", visibility)?;
        tx.bump_seen(visibility, [Tag::item(Kind::Model, model)]);
    }
    Ok(learners.into_iter().map(|(slug, _)| slug).collect())
}

/// Documents of what was predicted from a dataset or by a model tell of it no more, or again.
pub(in crate::store) async fn bump_derived(tx: &mut Tx, kind: Kind, slug: &str) -> Result<(), Fault> {
    let pattern = format!("%\"{}\":\"{slug}\"%", kind.name());
    let rows: Vec<(String, String)> = on!(tx, db => sqlx::query_as(DERIVED).bind(&pattern).fetch_all(db))?;
    for (slug, visibility) in rows {
        let visibility = value::visibility("dataset.visibility", &visibility)?;
        tx.bump_seen(visibility, [Tag::item(Kind::Dataset, slug)]);
    }
    Ok(())
}

/// Slugs of the models that learned from a revision.
pub async fn learners(conn: &mut impl Handle, dataset: &Dataset, number: i64) -> Result<Vec<String>, Fault> {
    Ok(on!(conn, db => sqlx::query_scalar(LEARNERS).bind(dataset.id).bind(number).fetch_all(db))?)
}

/// Revisions that are not withdrawn, newest first, and how many there are in all.
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
            .bind(content_text(&revision.columns))
            .bind(revision.rows)
            .bind(&revision.csv.digest)
            .bind(revision.csv.size)
            .bind(&revision.profile)
            .bind(&revision.note)
            .bind(&revision.author)
            .bind(revision.created.timestamp_millis())
            .bind(revision.parquet.as_ref().map(|file| &file.digest))
            .bind(revision.parquet.as_ref().map(|file| file.size))
            .bind(revision.derived.as_ref().map(value::text))
    )?;
    Ok(())
}
