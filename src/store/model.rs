//! Models and their versions in the database.

use super::{
    Conn, Fault, Handle, Tx,
    fault::unreadable,
    listing::{Field, Listed, Listing},
    on, run, search, sql, value,
};
use crate::domain::{
    Kind,
    access::Access,
    model::Curves,
    search::Entry,
    slug::Slug,
    state::State,
    tag::Tag,
    version::{Model, Version, Words},
    visibility::Visibility,
};
use chrono::{DateTime, Utc};

sql! {
    FIND = "
  select model.id, model.slug, model.headline, model.description, dataset.slug as dataset,
         dataset.owner_id as dataset_owner, dataset.visibility as dataset_visibility,
         model.newest, model.author, model.owner_id, model.visibility, model.created, model.modified,
         model.revision, model.state, coalesce(model.deleted, dataset.deleted) as deleted
    from model
    join dataset on dataset.id = model.dataset_id
   where model.slug = $1";

    PAGE = "
  select model.id, model.slug, model.headline, model.description, dataset.slug as dataset,
         dataset.owner_id as dataset_owner, dataset.visibility as dataset_visibility,
         model.newest, model.author, model.owner_id, model.visibility, model.created, model.modified,
         model.revision, model.state, coalesce(model.deleted, dataset.deleted) as deleted
    from model
    join dataset on dataset.id = model.dataset_id
   where model.deleted is null and dataset.deleted is null and model.newest > 0";

    COUNT = "
  select count(*)
    from model
    join dataset on dataset.id = model.dataset_id
   where model.deleted is null and dataset.deleted is null and model.newest > 0";

    INSERT = "
  insert into model (slug, headline, description, dataset_id, author, created, modified, state,
                     visibility, owner_id)
  values ($1, $2, $3, $4, $5, $6, $6, $7, $8, (select id from users where users.name = $5))
returning id";

    CHANGE = "
  update model
     set headline = $3, description = $4, modified = $5, state = $6, visibility = $7,
         revision = revision + 1
   where id = $1 and revision = $2 and deleted is null";

    DELETE = "
  update model
     set deleted = $3, revision = revision + 1
   where id = $1 and revision = $2 and deleted is null";

    FORGET = "delete from model where id = $1 and newest = 0 returning slug";

    NEWEST = "
  update model
     set newest = $2, modified = $3, state = $4, revision = revision + 1
   where id = $1 and newest = $2 - 1 and deleted is null";

    VERSION = "
  select number, dataset_revision, settings, fitted, scores, author, created
    from model_version
   where model_id = $1 and number = $2";

    VERSIONS = "
  select number, dataset_revision, settings, fitted, scores, author, created
    from model_version
   where model_id = $1
order by number desc
   limit $2 offset $3";

    CURVES = "select curves from model_version where model_id = $1 and number = $2";

    KEEP_CURVES = "update model_version set curves = $3 where model_id = $1 and number = $2";

    COUNT_VERSIONS = "select count(*) from model_version where model_id = $1";

    INSERT_VERSION = "
  insert into model_version (model_id, number, dataset_revision, settings, fitted, scores, author, created)
  values ($1, $2, $3, $4, $5, $6, $7, $8)";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    slug: String,
    headline: String,
    description: Option<String>,
    dataset: String,
    newest: i64,
    dataset_owner: Option<i64>,
    dataset_visibility: String,
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
    fn read(self) -> Result<Model, Fault> {
        let source = value::visibility("dataset.visibility", &self.dataset_visibility)?;
        let visibility = value::visibility("model.visibility", &self.visibility)?;
        Ok(Model {
            id: self.id,
            slug: self.slug.parse().map_err(|()| unreadable("model.slug", &self.slug))?,
            words: Words { headline: self.headline, description: self.description, visibility },
            dataset: self.dataset.parse().map_err(|()| unreadable("dataset.slug", &self.dataset))?,
            newest: self.newest,
            author: self.author,
            owner: self.owner_id,
            source: Access { owner: self.dataset_owner, visibility: source },
            created: value::moment(self.created)?,
            modified: value::moment(self.modified)?,
            revision: self.revision,
            state: State::stored(self.state),
            deleted: self.deleted.is_some(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct StoredVersion {
    number: i64,
    dataset_revision: i64,
    settings: String,
    fitted: String,
    scores: String,
    author: String,
    created: i64,
}

impl StoredVersion {
    fn read(self) -> Result<Version, Fault> {
        Ok(Version {
            number: self.number,
            dataset_revision: self.dataset_revision,
            settings: value::document(&self.settings)?,
            fitted: value::document(&self.fitted)?,
            scores: value::document(&self.scores)?,
            author: self.author,
            created: value::moment(self.created)?,
        })
    }
}

/// The model of that name, whether or not it has a version; [`Fault::Gone`] if it was deleted, or its dataset.
pub async fn find(conn: &mut impl Handle, slug: &str) -> Result<Model, Fault> {
    let found = known(conn, slug).await?;
    if found.deleted { Err(Fault::Gone) } else { Ok(found) }
}

/// The model that has or had that name: who asks may not even hear that it is gone.
pub async fn known(conn: &mut impl Handle, slug: &str) -> Result<Model, Fault> {
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(FIND).bind(slug).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.read()
}

/// What a written model changes: itself with its versions and predictions, the lists, and its dataset,
/// which names its models.
fn bump(tx: &mut Tx, model: &Model) {
    bump_seen(tx, model, model.words.visibility);
}

fn bump_seen(tx: &mut Tx, model: &Model, visibility: Visibility) {
    let tags = [
        Tag::item(Kind::Model, &model.slug),
        Tag::list(Kind::Model),
        Tag::item(Kind::Dataset, &model.dataset),
    ];
    tx.bump_seen(visibility, tags);
}

/// What models can be listed by.
const LISTED: Listed = Listed {
    table: "model",
    fields: &[
        Field::Text("headline", "model.headline"),
        Field::Text("name", "model.slug"),
        Field::Text("author", "model.author"),
        Field::Number("dateCreated", "model.created"),
        Field::Number("dateModified", "model.modified"),
    ],
    page: PAGE,
    count: COUNT,
    with: Some("dataset"),
};

/// Models with a version, newest first, and how many there are in all.
pub async fn page(conn: &mut Conn, listing: &Listing) -> Result<(Vec<Model>, i64), Fault> {
    let (rows, total): (Vec<Stored>, _) = listing.read(conn, &LISTED).await?;
    Ok((rows.into_iter().map(Stored::read).collect::<Result<_, _>>()?, total))
}

/// A new model without a version; [`Fault::Taken`] or [`Fault::Retired`] as for datasets.
///
/// A model whose first training failed gives way to the next one of its name.
pub async fn insert(
    tx: &mut Tx,
    slug: &Slug,
    words: &Words,
    dataset: i64,
    author: &str,
    now: DateTime<Utc>,
) -> Result<Model, Fault> {
    match known(tx, slug.as_str()).await {
        Err(Fault::Missing) => {}
        Ok(model) if model.deleted && model.words.visibility != Visibility::Private => {
            return Err(Fault::Retired);
        }
        Ok(model) if model.deleted => return Err(Fault::Taken),
        Ok(model) if model.newest == 0 => super::job::forget_failed(tx, model.id).await?,
        Ok(_) => return Err(Fault::Taken),
        Err(fault) => return Err(fault),
    }
    let _id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(slug.as_str()).bind(&words.headline).bind(&words.description).bind(dataset).bind(author)
        .bind(now.timestamp_millis()).bind(words.state(0).as_str()).bind(words.visibility.name())
        .fetch_one(db))?;
    tx.turns(None, Some(&words.state(0)));
    written(tx, slug.as_str()).await
}

/// The model as it was written, found from now on by its words.
async fn written(tx: &mut Tx, slug: &str) -> Result<Model, Fault> {
    let model = find(tx, slug).await?;
    search::put(tx, Kind::Model, slug, model.revision, &Entry::of_model(&model)).await?;
    Ok(model)
}

/// Forgets a model that never got a version; its jobs must be gone.
pub(in crate::store) async fn forget(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    let slug: Option<String> = on!(tx, db => sqlx::query_scalar(FORGET).bind(id).fetch_optional(db))?;
    match slug {
        Some(slug) => search::forget(tx, Kind::Model, &slug).await,
        None => Ok(()),
    }
}

/// Other words for the model, if nobody changed it since it was read; else [`Fault::Changed`].
pub async fn change(tx: &mut Tx, model: &Model, words: &Words, now: DateTime<Utc>) -> Result<Model, Fault> {
    let changed = run!(
        tx,
        sqlx::query(CHANGE)
            .bind(model.id)
            .bind(model.revision)
            .bind(&words.headline)
            .bind(&words.description)
            .bind(now.timestamp_millis())
            .bind(words.state(model.newest).as_str())
            .bind(words.visibility.name())
    )?;
    if changed == 0 {
        return Err(Fault::Changed);
    }
    tx.turns(Some(&model.state), Some(&words.state(model.newest)));
    bump_seen(tx, model, model.words.visibility.max(words.visibility));
    if words.visibility < model.words.visibility {
        tx.bump([Tag::hidden()]);
    }
    if words.visibility != model.words.visibility {
        super::revision::bump_derived(tx, Kind::Model, model.slug.as_str()).await?;
    }
    written(tx, model.slug.as_str()).await
}

/// Deletes the model; its slug stays retired.
pub async fn delete(tx: &mut Tx, model: &Model, now: DateTime<Utc>) -> Result<(), Fault> {
    let deleted =
        run!(tx, sqlx::query(DELETE).bind(model.id).bind(model.revision).bind(now.timestamp_millis()))?;
    tx.turns(Some(&model.state), None);
    bump(tx, model);
    search::forget(tx, Kind::Model, model.slug.as_str()).await?;
    if deleted == 1 { Ok(()) } else { Err(Fault::Changed) }
}

/// Version `number` of a model.
pub async fn version(conn: &mut impl Handle, model: i64, number: i64) -> Result<Version, Fault> {
    let row: Option<StoredVersion> =
        on!(conn, db => sqlx::query_as(VERSION).bind(model).bind(number).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.read()
}

/// The curves of a version; `None` for one that was trained before they were kept, or not here.
pub async fn curves(conn: &mut impl Handle, model: i64, number: i64) -> Result<Option<Curves>, Fault> {
    let row: Option<Option<String>> =
        on!(conn, db => sqlx::query_scalar(CURVES).bind(model).bind(number).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.as_deref().map(value::document).transpose()
}

/// Keeps the curves of a version, in the transaction that keeps itself.
pub async fn keep_curves(tx: &mut Tx, model: i64, number: i64, curves: &Curves) -> Result<(), Fault> {
    run!(tx, sqlx::query(KEEP_CURVES).bind(model).bind(number).bind(value::text(curves)))?;
    Ok(())
}

/// Versions, newest first, and how many there are in all.
pub async fn versions(
    conn: &mut Conn,
    model: i64,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Version>, i64), Fault> {
    let total: i64 = on!(conn, db => sqlx::query_scalar(COUNT_VERSIONS).bind(model).fetch_one(db))?;
    let rows: Vec<StoredVersion> =
        on!(conn, db => sqlx::query_as(VERSIONS).bind(model).bind(limit).bind(offset).fetch_all(db))?;
    Ok((rows.into_iter().map(StoredVersion::read).collect::<Result<_, _>>()?, total))
}

/// Keeps a version as the newest of its model; [`Fault::Changed`] if another came first.
pub async fn finish(tx: &mut Tx, model: &Model, version: &Version) -> Result<(), Fault> {
    let state = model.words.state(version.number);
    let changed = run!(
        tx,
        sqlx::query(NEWEST)
            .bind(model.id)
            .bind(version.number)
            .bind(version.created.timestamp_millis())
            .bind(state.as_str())
    )?;
    if changed == 0 {
        return Err(Fault::Changed);
    }
    tx.turns(Some(&model.state), Some(&state));
    bump(tx, model);
    run!(
        tx,
        sqlx::query(INSERT_VERSION)
            .bind(model.id)
            .bind(version.number)
            .bind(version.dataset_revision)
            .bind(value::text(&version.settings))
            .bind(value::text(&version.fitted))
            .bind(value::text(&version.scores))
            .bind(&version.author)
            .bind(version.created.timestamp_millis())
    )?;
    Ok(())
}
