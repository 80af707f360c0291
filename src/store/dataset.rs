//! Datasets in the database; their rows are in `rows.rs`, their snapshots in `revision.rs`.

mod dependent;
mod touch;

pub use dependent::{dependents, keeps, models};
pub(in crate::store) use touch::{Touch, count};
pub use touch::{counted, lead, lead_each, touch, touch_alone};

use super::{
    Conn, Fault, Handle, Tx,
    column::{columns_text, read_columns},
    fault::unreadable,
    listing::{Field, Listed, Listing},
    on, run, search, sql, value,
};
use crate::domain::{
    Kind,
    access::Access,
    column::Column,
    dataset::{self, About, Creator, Dataset},
    search::Entry,
    slug::Slug,
    state::State,
    tag::Tag,
    visibility::Visibility,
};
use chrono::{DateTime, Utc};

sql! {
    FIND = "
  select id, slug, name, description, license, creator, creator_kind, keywords, storage, columns, rows,
         newest, edits, sealed, author, owner_id, visibility, created, modified, revision, state,
         deleted
    from dataset
   where slug = $1";

    PAGE = "
  select id, slug, name, description, license, creator, creator_kind, keywords, storage, columns, rows,
         newest, edits, sealed, author, owner_id, visibility, created, modified, revision, state,
         deleted
    from dataset
   where deleted is null";

    COUNT = "select count(*) from dataset where deleted is null";

    INSERT = "
  insert into dataset (slug, name, description, license, creator, keywords, storage, columns, rows,
                       author, created, modified, state, creator_kind, visibility, owner_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14,
          (select id from users where users.name = $10))
returning id";

    CHANGE = "
  update dataset
     set name = $3, description = $4, license = $5, creator = $6, keywords = $7, columns = $8,
         modified = $9, state = $10, creator_kind = $11, visibility = $12, revision = revision + 1
   where id = $1 and revision = $2 and deleted is null";

    SWAP = "
  update dataset
     set storage = $3, columns = $4, rows = $5, edits = edits + 1, modified = $6, state = $7,
         revision = revision + 1
   where id = $1 and storage = $2 and deleted is null";

    SEAL = "
  update dataset
     set newest = $3, sealed = $4, modified = $5, state = $6, revision = revision + 1
   where id = $1 and newest = $2 and deleted is null";

    MARK_SEALED = "update dataset set sealed = $2 where id = $1 and sealed < $2";

    DELETE = "
  update dataset
     set deleted = $3, revision = revision + 1
   where id = $1 and revision = $2 and deleted is null";

    PUBLISH_STORAGE = "update storage set published = true where id = $1";

    RETIRE_STORAGE = "update storage set published = false, created = $2 where id = $1";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    slug: String,
    name: String,
    description: Option<String>,
    license: Option<String>,
    creator: Option<String>,
    creator_kind: String,
    keywords: String,
    storage: i64,
    columns: String,
    rows: i64,
    newest: i64,
    edits: i64,
    sealed: i64,
    author: String,
    owner_id: Option<i64>,
    visibility: String,
    created: i64,
    modified: i64,
    revision: i64,
    state: String,
    deleted: Option<i64>,
}

impl Stored {
    /// A line of [`FIND`].
    fn line(line: &rusqlite::Row<'_>) -> rusqlite::Result<Stored> {
        Ok(Stored {
            id: line.get("id")?,
            slug: line.get("slug")?,
            name: line.get("name")?,
            description: line.get("description")?,
            license: line.get("license")?,
            creator: line.get("creator")?,
            creator_kind: line.get("creator_kind")?,
            keywords: line.get("keywords")?,
            storage: line.get("storage")?,
            columns: line.get("columns")?,
            rows: line.get("rows")?,
            newest: line.get("newest")?,
            edits: line.get("edits")?,
            sealed: line.get("sealed")?,
            author: line.get("author")?,
            owner_id: line.get("owner_id")?,
            visibility: line.get("visibility")?,
            created: line.get("created")?,
            modified: line.get("modified")?,
            revision: line.get("revision")?,
            state: line.get("state")?,
            deleted: line.get("deleted")?,
        })
    }

    fn access(&self) -> Result<Access, Fault> {
        let visibility = value::visibility("dataset.visibility", &self.visibility)?;
        Ok(Access { owner: self.owner_id, visibility })
    }

    fn read(self) -> Result<Dataset, Fault> {
        let Access { owner, visibility } = self.access()?;
        Ok(Dataset {
            id: self.id,
            slug: self.slug.parse().map_err(|()| unreadable("dataset.slug", &self.slug))?,
            about: About {
                name: self.name,
                description: self.description,
                license: self.license,
                creator: self.creator,
                creator_kind: match self.creator_kind.as_str() {
                    "person" => Creator::Person,
                    _ => Creator::Organization,
                },
                keywords: value::list(&self.keywords)?,
                visibility,
            },
            storage: self.storage,
            columns: read_columns(&self.columns)?,
            rows: self.rows,
            newest: self.newest,
            edits: self.edits,
            sealed: self.sealed,
            author: self.author,
            owner,
            created: value::moment(self.created)?,
            modified: value::moment(self.modified)?,
            revision: self.revision,
            state: State::stored(self.state),
            deleted: self.deleted.is_some(),
        })
    }
}

/// The dataset of that name; [`Fault::Gone`] if it was deleted.
pub async fn find(conn: &mut impl Handle, slug: &str) -> Result<Dataset, Fault> {
    let found = seen(conn, slug, |_| true).await?;
    if found.deleted { Err(Fault::Gone) } else { Ok(found) }
}

/// The dataset that has or had that name, if whoever asks sees it: they may not even hear that it is gone, nor
/// tell by the time that reading it takes.
pub async fn seen(
    conn: &mut impl Handle,
    slug: &str,
    sees: impl FnOnce(Access) -> bool,
) -> Result<Dataset, Fault> {
    let row: Option<Stored> = match conn.direct() {
        // Each page and each row asks for it first.
        Some(direct) => direct.first(FIND, slug, Stored::line)?,
        None => on!(conn, db => sqlx::query_as(FIND).bind(slug).fetch_optional(db))?,
    };
    let row = row.ok_or(Fault::Missing)?;
    if sees(row.access()?) { row.read() } else { Err(Fault::Missing) }
}

/// What a written dataset changes: itself with its rows and revisions, and the lists.
fn bump(tx: &mut Tx, slug: &str, visibility: Visibility) {
    tx.bump_seen(visibility, [Tag::item(Kind::Dataset, slug), Tag::list(Kind::Dataset)]);
}

/// What datasets can be listed by.
const LISTED: Listed = Listed {
    table: "dataset",
    fields: &[
        Field::Text("name", "name"),
        Field::Text("author", "author"),
        Field::Number("rowCount", "rows"),
        Field::Number("datePublished", "created"),
        Field::Number("dateModified", "modified"),
    ],
    page: PAGE,
    count: COUNT,
    with: None,
};

/// Datasets, newest first, and how many there are in all.
pub async fn page(conn: &mut Conn, listing: &Listing) -> Result<(Vec<Dataset>, i64), Fault> {
    let (rows, total): (Vec<Stored>, _) = listing.read(conn, &LISTED).await?;
    Ok((rows.into_iter().map(Stored::read).collect::<Result<_, _>>()?, total))
}

/// A new dataset over a table that `rows::create` made.
///
/// [`Fault::Taken`] if the name is in use, [`Fault::Retired`] if it was.
pub async fn insert(
    tx: &mut Tx,
    slug: &Slug,
    about: &About,
    (storage, columns, rows): (i64, &[Column], i64),
    author: &str,
    now: DateTime<Utc>,
) -> Result<Dataset, Fault> {
    free(tx, slug.as_str()).await?;
    let state = dataset::state(about, columns, 0);
    let _id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(slug.as_str()).bind(&about.name).bind(&about.description).bind(&about.license)
        .bind(&about.creator).bind(value::text(&about.keywords)).bind(storage)
        .bind(columns_text(columns)).bind(rows).bind(author).bind(now.timestamp_millis())
        .bind(state.as_str()).bind(about.creator_kind.name()).bind(about.visibility.name())
        .fetch_one(db))?;
    run!(tx, sqlx::query(PUBLISH_STORAGE).bind(storage.abs()))?;
    tx.turns(None, Some(&state));
    bump(tx, slug.as_str(), about.visibility);
    written(tx, slug.as_str()).await
}

/// Whether a slug can be given to a new dataset: [`Fault::Taken`] or [`Fault::Retired`] if not.
///
/// One that something private has or had is taken, as any other: what became of it nobody else hears.
pub async fn free(conn: &mut impl Handle, slug: &str) -> Result<(), Fault> {
    match seen(conn, slug, |_| true).await {
        Err(Fault::Missing) => Ok(()),
        Ok(found) if found.deleted && found.about.visibility != Visibility::Private => Err(Fault::Retired),
        Ok(_) => Err(Fault::Taken),
        Err(fault) => Err(fault),
    }
}

/// Other words and columns (units, descriptions), if nobody changed them since `dataset` was read.
pub async fn change(
    tx: &mut Tx,
    dataset: &Dataset,
    about: &About,
    columns: &[Column],
    now: DateTime<Utc>,
) -> Result<Dataset, Fault> {
    let state = dataset::state(about, columns, dataset.newest);
    let changed = run!(
        tx,
        sqlx::query(CHANGE)
            .bind(dataset.id)
            .bind(dataset.revision)
            .bind(&about.name)
            .bind(&about.description)
            .bind(&about.license)
            .bind(&about.creator)
            .bind(value::text(&about.keywords))
            .bind(columns_text(columns))
            .bind(now.timestamp_millis())
            .bind(state.as_str())
            .bind(about.creator_kind.name())
            .bind(about.visibility.name())
    )?;
    once(changed)?;
    tx.turns(Some(&dataset.state), Some(&state));
    dependent::turn(tx, dataset, about.visibility).await?;
    written(tx, dataset.slug.as_str()).await
}

/// The dataset as it was written, found from now on by its words.
async fn written(tx: &mut Tx, slug: &str) -> Result<Dataset, Fault> {
    let dataset = find(tx, slug).await?;
    search::put(tx, Kind::Dataset, slug, dataset.revision, &Entry::of_dataset(&dataset)).await?;
    Ok(dataset)
}

/// Another table as the head; the old one is for the caller to drop.
pub async fn swap(
    tx: &mut Tx,
    dataset: &Dataset,
    (storage, columns, rows): (i64, &[Column], i64),
    now: DateTime<Utc>,
) -> Result<Dataset, Fault> {
    if dataset.is_linked() {
        return Err(Fault::ReadOnly);
    }
    let state = dataset::state(&dataset.about, columns, dataset.newest);
    let changed = run!(
        tx,
        sqlx::query(SWAP)
            .bind(dataset.id)
            .bind(dataset.storage)
            .bind(storage)
            .bind(columns_text(columns))
            .bind(rows)
            .bind(now.timestamp_millis())
            .bind(state.as_str())
    )?;
    once(changed)?;
    run!(tx, sqlx::query(PUBLISH_STORAGE).bind(storage))?;
    retire(tx, dataset.storage, now).await?;
    tx.turns(Some(&dataset.state), Some(&state));
    bump(tx, dataset.slug.as_str(), dataset.about.visibility);
    written(tx, dataset.slug.as_str()).await
}

/// Revision `number` is the newest now and holds the first `edits` changes of the head.
pub async fn seal(
    tx: &mut Tx,
    dataset: &Dataset,
    number: i64,
    edits: i64,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let state = dataset::state(&dataset.about, &dataset.columns, number);
    tx.turns(Some(&dataset.state), Some(&state));
    bump(tx, dataset.slug.as_str(), dataset.about.visibility);
    let changed = run!(
        tx,
        sqlx::query(SEAL)
            .bind(dataset.id)
            .bind(number - 1)
            .bind(number)
            .bind(edits)
            .bind(now.timestamp_millis())
            .bind(state.as_str())
    )?;
    once(changed)
}

/// The newest revision holds the first `edits` changes of the head too: they came to nothing.
pub async fn mark_sealed(tx: &mut Tx, dataset: &Dataset, edits: i64) -> Result<(), Fault> {
    run!(tx, sqlx::query(MARK_SEALED).bind(dataset.id).bind(edits))?;
    bump(tx, dataset.slug.as_str(), dataset.about.visibility);
    Ok(())
}

/// Deletes the dataset; its slug stays retired. [`Fault::InUse`] while models keep it: see [`keeps`].
pub async fn delete(tx: &mut Tx, dataset: &Dataset, now: DateTime<Utc>) -> Result<(), Fault> {
    let deleted =
        run!(tx, sqlx::query(DELETE).bind(dataset.id).bind(dataset.revision).bind(now.timestamp_millis()))?;
    once(deleted)?;
    tx.turns(Some(&dataset.state), None);
    bump(tx, dataset.slug.as_str(), dataset.about.visibility);
    search::forget(tx, Kind::Dataset, dataset.slug.as_str()).await?;
    dependent::take(tx, dataset).await?;
    match dataset.is_linked() {
        // At once: while a view is there, PostgreSQL drops no table that it shows.
        true => super::rows::drop_table(tx, dataset.storage).await,
        false => retire(tx, dataset.storage, now).await,
    }
}

/// Leaves a table that no dataset has any more to the sweep: who is reading it reads on.
async fn retire(tx: &mut Tx, storage: i64, now: DateTime<Utc>) -> Result<(), Fault> {
    let left = now - (super::rows::LEFTOVER - super::rows::READ_ON);
    run!(tx, sqlx::query(RETIRE_STORAGE).bind(storage).bind(left.timestamp_millis()))?;
    Ok(())
}

fn once(rows: u64) -> Result<(), Fault> {
    if rows == 1 { Ok(()) } else { Err(Fault::Changed) }
}
