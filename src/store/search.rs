//! What datasets, models and articles are found by.
//!
//! The words of a thing are written in the transaction that writes the thing, by this program and not by triggers:
//! both databases are given the same words (`domain/search.rs`), which neither could take from a text as the other
//! does. What somebody wrote who does not know of the index, an older server beside this one, is added by
//! [`catch_up`]: a thing counts its changes, and the index says of which count its words are.
//!
//! A thing's rank follows from itself and from what is looked for alone, not from what else there is: both
//! databases order alike, a page goes on where the one before ended, and what is private shows in no order.

use super::{Conn, Fault, Handle, Raw, Store, Tx, article, dataset, model, on, run, sql, value};
use crate::domain::{
    Kind,
    search::{Entry, Found, Query, Side, Standing},
    tag::Tag,
};
use std::{collections::BTreeMap, fmt::Write as _};

/// Things of one transaction of [`catch_up`].
const BATCH: usize = 200;

sql! {
    PUT = "
  insert into search (kind, slug, revision, title)
  values ($1, $2, $3, $4)
      on conflict (kind, slug) do update set revision = excluded.revision, title = excluded.title
returning id";

    FIND = "select id from search where kind = $1 and slug = $2";

    FORGET = "delete from search where id = $1";

    DUE = "
    with thing as (
    select 'dataset' as kind, slug, revision from dataset where deleted is null
     union all
    select 'model', model.slug, model.revision
      from model
      join dataset on dataset.id = model.dataset_id
     where model.deleted is null and dataset.deleted is null
     union all
    select 'article', slug, revision from article
         )
  select thing.kind, thing.slug
    from thing
    left join search on search.kind = thing.kind and search.slug = thing.slug
   where search.id is null or search.revision <> thing.revision
order by thing.kind, thing.slug
   limit $1";
}

/// The statements that differ: the words of a thing, and that it has none any more.
const SQLITE_FORGET_WORDS: &str = "delete from search_word where rowid = $1";
const SQLITE_PUT_WORDS: &str =
    "insert into search_word (rowid, title, names, about, body) values ($1, $2, $3, $4, $5)";
const POSTGRES_PUT_WORDS: &str = "
    insert into search_word (id, words) values ($1, $2::text::tsvector)
        on conflict (id) do update set words = excluded.words";

/// Names of the parts of a thing, the one that counts most first: in SQLite's index, and as PostgreSQL's weights.
const FIELDS: [(&str, char); 4] = [("title", 'A'), ("names", 'B'), ("about", 'C'), ("body", 'D')];

/// Of what fits (`hit`) what everybody may be shown; what was deleted is not.
const PUBLIC: &str = "
  select hit.id, hit.rank, hit.kind, hit.slug, dataset.name, dataset.author, dataset.modified
    from hit
    join dataset on dataset.slug = hit.slug
   where hit.kind = 'dataset' and dataset.deleted is null and dataset.visibility = 'public'
   union all
  select hit.id, hit.rank, hit.kind, hit.slug, model.headline, model.author, model.modified
    from hit
    join model on model.slug = hit.slug
    join dataset on dataset.id = model.dataset_id
   where hit.kind = 'model' and model.deleted is null and dataset.deleted is null and model.newest > 0
     and model.visibility = 'public' and dataset.visibility = 'public'
   union all
  select hit.id, hit.rank, hit.kind, hit.slug, article.headline, article.author, article.modified
    from hit
    join article on article.slug = hit.slug
   where hit.kind = 'article' and article.visibility = 'public'";

/// How what is said about a thing begins; looked up for those of one page alone.
const SUMMARY: &str = "
    case kind when 'dataset' then (select description from dataset where dataset.slug = page.slug)
              when 'model' then (select description from model where model.slug = page.slug)
              else (select coalesce(summary, substr(body, 1, 1000)) from article where article.slug = page.slug)
     end as summary";

/// Keeps the words of a thing as it is now.
pub(in crate::store) async fn put(
    tx: &mut Tx,
    kind: Kind,
    slug: &str,
    revision: i64,
    entry: &Entry,
) -> Result<(), Fault> {
    let id: i64 = on!(tx, db => sqlx::query_scalar(PUT)
        .bind(kind.name()).bind(slug).bind(revision).bind(&entry.title).fetch_one(db))?;
    match tx.open() {
        Raw::Sqlite(db) => {
            sqlx::query(SQLITE_FORGET_WORDS).bind(id).execute(&mut *db).await?;
            let mut query = sqlx::query(SQLITE_PUT_WORDS).bind(id);
            for words in &entry.fields {
                query = query.bind(words.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
            }
            query.execute(db).await?;
        }
        Raw::Postgres(db) => {
            sqlx::query(POSTGRES_PUT_WORDS).bind(id).bind(vector(entry)).execute(db).await?;
        }
    }
    Ok(())
}

/// Forgets the words of a thing that is not there any more.
pub(in crate::store) async fn forget(tx: &mut Tx, kind: Kind, slug: &str) -> Result<(), Fault> {
    let id: Option<i64> =
        on!(tx, db => sqlx::query_scalar(FIND).bind(kind.name()).bind(slug).fetch_optional(db))?;
    let Some(id) = id else { return Ok(()) };
    if let Raw::Sqlite(db) = tx.open() {
        sqlx::query(SQLITE_FORGET_WORDS).bind(id).execute(db).await?;
    }
    // On PostgreSQL the words go with it.
    run!(tx, sqlx::query(FORGET).bind(id))?;
    Ok(())
}

/// PostgreSQL's vector of the words: `'rain':1A,4D`. A word has letters, digits and marks alone, nothing to escape.
fn vector(entry: &Entry) -> String {
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    for (index, (_, weight)) in FIELDS.iter().enumerate() {
        for word in &entry.fields[index] {
            let places = places.entry(word).or_default();
            let comma = if places.is_empty() { "" } else { "," };
            let _ = write!(places, "{comma}{}{weight}", index + 1);
        }
    }
    let words = places.iter().map(|(word, places)| format!("'{word}':{places}"));
    words.collect::<Vec<_>>().join(" ")
}

/// That an entry of `search` has words as the text says that is bound at `place`.
fn matches(postgres: bool, place: usize) -> String {
    match postgres {
        true => {
            format!("search.id in (select id from search_word where words @@ ${place}::text::tsquery)")
        }
        false => format!("search.id in (select rowid from search_word where search_word match ${place})"),
    }
}

/// The text that [`matches()`] is bound to. Words are quoted, and have nothing in them that would end a quotation.
fn text(query: &Query, parts: usize, postgres: bool) -> String {
    let Some((last, words)) = query.words.split_last() else {
        // No words, which nothing has; SQLite takes an empty text for a fault.
        return if postgres { String::new() } else { "\"\"".into() };
    };
    if postgres {
        let weights: String = FIELDS[..parts].iter().map(|(_, weight)| weight).collect();
        let words = words.iter().map(|word| format!("'{word}':{weights}"));
        return words.chain([format!("'{last}':*{weights}")]).collect::<Vec<_>>().join(" & ");
    }
    let names: Vec<&str> = FIELDS[..parts].iter().map(|(name, _)| *name).collect();
    let words = words.iter().map(|word| format!("\"{word}\""));
    let all = words.chain([format!("\"{last}\"*")]).collect::<Vec<_>>().join(" AND ");
    format!("{{{}}} : ({all})", names.join(" "))
}

/// The condition of a list on its members, whose table has the name of their kind, and the text that is bound at
/// `place` in it.
pub(in crate::store) fn among(table: &str, query: &Query, postgres: bool, place: usize) -> (String, String) {
    let matches = matches(postgres, place);
    let condition = format!(
        "{table}.slug in (select search.slug from search where search.kind = '{table}' and {matches})"
    );
    (condition, text(query, FIELDS.len(), postgres))
}

/// How well such a member fits, and the texts that are bound from `place` on in it.
pub(in crate::store) fn fitness(
    table: &str,
    query: &Query,
    postgres: bool,
    place: usize,
) -> (String, Vec<String>) {
    let (rank, texts) = rank(query, postgres, place);
    let of_entry = format!("search.kind = '{table}' and search.slug = {table}.slug");
    (format!("(select {rank} from search where {of_entry})"), texts)
}

/// See [`Standing::rank`].
fn rank(query: &Query, postgres: bool, place: usize) -> (String, Vec<String>) {
    let mut rank = format!("case when search.title = ${place} then 1 else 0 end");
    let mut texts = vec![query.words.join(" ")];
    for parts in 1..FIELDS.len() {
        let _ = write!(rank, " + case when {} then 1 else 0 end", matches(postgres, place + texts.len()));
        texts.push(text(query, parts, postgres));
    }
    (format!("cast({rank} as bigint)"), texts)
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    rank: i64,
    kind: String,
    slug: String,
    name: String,
    summary: Option<String>,
    author: String,
    modified: i64,
}

impl Stored {
    fn read(self) -> Result<Found, Fault> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == self.kind);
        Ok(Found {
            kind: kind.ok_or_else(|| super::fault::unreadable("search.kind", &self.kind))?,
            slug: self.slug,
            title: self.name,
            summary: self.summary,
            author: self.author,
            modified: value::moment(self.modified)?,
            at: Standing { rank: self.rank, modified: self.modified, number: self.id },
        })
    }
}

/// What everybody may be shown of what fits, of everything without a query; and the texts that are bound in it.
fn found(query: Option<&Query>, postgres: bool) -> (String, Vec<String>) {
    let (rank, fits, texts) = match query {
        None => ("cast(0 as bigint)".to_string(), String::new(), Vec::new()),
        Some(query) => {
            let (rank, mut texts) = rank(query, postgres, 1);
            let fits = format!("\n   where {}", matches(postgres, texts.len() + 1));
            texts.push(text(query, FIELDS.len(), postgres));
            (rank, fits, texts)
        }
    };
    let hit = format!("select search.id, search.kind, search.slug, {rank} as rank\n    from search{fits}");
    (format!("\n    with hit as (\n  {hit}), found as ({PUBLIC})"), texts)
}

/// A page of what everybody may be shown of what fits, of everything without a query; best first.
///
/// Of the members before a place it is the last `limit`.
pub async fn page(
    conn: &mut Conn,
    query: Option<&Query>,
    side: Side,
    limit: i64,
) -> Result<Vec<Found>, Fault> {
    let (found, texts) = found(query, conn.is_postgres());
    let (place, direction, sign) = match side {
        Side::Start => (None, "desc", ""),
        Side::After(place) => (Some(place), "desc", "<"),
        Side::Before(place) => (Some(place), "asc", ">"),
    };
    let at = texts.len() + 1;
    let beyond = match place {
        None => String::new(),
        Some(_) => format!("\n   where (rank, modified, id) {sign} (${at}, ${}, ${})", at + 1, at + 2),
    };
    let last = if place.is_some() { at + 3 } else { at };
    let sql = format!(
        "{found}, page as (
  select *
    from found{beyond}
order by rank {direction}, modified {direction}, id {direction}
   limit ${last})
  select id, rank, kind, slug, name, author, modified,{SUMMARY}
    from page
order by rank desc, modified desc, id desc"
    );
    let rows: Vec<Stored> = on!(conn, db => {
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
        for text in &texts {
            query = query.bind(text);
        }
        if let Some(place) = place {
            query = query.bind(place.rank).bind(place.modified).bind(place.number);
        }
        query.bind(limit).fetch_all(db)
    })?;
    rows.into_iter().map(Stored::read).collect()
}

/// How many there are on all pages, at most `most`.
pub async fn count(conn: &mut Conn, query: Option<&Query>, most: i64) -> Result<i64, Fault> {
    let (found, texts) = found(query, conn.is_postgres());
    let limit = texts.len() + 1;
    let sql = format!("{found}\n  select count(*) from (select 1 from found limit ${limit}) as counted");
    Ok(on!(conn, db => {
        let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
        for text in &texts {
            query = query.bind(text);
        }
        query.bind(most).fetch_one(db)
    })?)
}

/// Adds what the index lacks; says how many things that were.
pub async fn catch_up(store: &Store) -> Result<usize, Fault> {
    let mut added = 0;
    loop {
        let mut conn = store.read().await?;
        let due: Vec<(String, String)> =
            on!(&mut conn, db => sqlx::query_as(DUE).bind(BATCH as i64).fetch_all(db))?;
        drop(conn);
        if due.is_empty() {
            return Ok(added);
        }
        let mut tx = store.write().await?;
        let mut some = 0;
        for (kind, slug) in &due {
            some += usize::from(add(&mut tx, kind, slug).await?);
        }
        tx.commit().await?;
        added += some;
        if some == 0 {
            return Ok(added);
        }
    }
}

/// Adds a thing as it is; false if it is gone meanwhile, or does not read back.
async fn add(tx: &mut Tx, kind: &str, slug: &str) -> Result<bool, Fault> {
    match current(tx, kind, slug).await {
        Ok((kind, revision, entry)) => {
            put(tx, kind, slug, revision, &entry).await?;
            tx.bump([Tag::list(kind)]);
            Ok(true)
        }
        Err(Fault::Missing | Fault::Gone) => Ok(false),
        Err(Fault::Broken(what)) => {
            tracing::warn!(kind, slug, what, "it is not found by searching");
            Ok(false)
        }
        Err(fault) => Err(fault),
    }
}

/// A thing's kind, how often it was changed, and its words.
async fn current(tx: &mut Tx, kind: &str, slug: &str) -> Result<(Kind, i64, Entry), Fault> {
    Ok(match kind {
        "dataset" => {
            let found = dataset::find(tx, slug).await?;
            (Kind::Dataset, found.revision, Entry::of_dataset(&found))
        }
        "model" => {
            let found = model::find(tx, slug).await?;
            (Kind::Model, found.revision, Entry::of_model(&found))
        }
        _ => {
            let found = article::find(tx, slug).await?;
            (Kind::Article, found.revision, Entry::of_article(&found))
        }
    })
}
