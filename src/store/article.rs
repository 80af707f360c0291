//! Articles in the database.

use super::{
    Conn, Fault, Handle, Tx,
    fault::unreadable,
    listing::{Field, Listed, Listing},
    on, run, search, sql, value,
};
use crate::domain::{
    Kind,
    article::{About, Article, Draft},
    search::Entry,
    slug::Slug,
    state::State,
    tag::Tag,
    visibility::Visibility,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

sql! {
    FIND = "
  select article.id, article.slug, article.headline, article.summary, article.keywords, article.author,
         article.owner_id, article.visibility,
         case when coalesce(about.position, 0) = 0 then article.body else '' end as body,
         article.created, article.modified, article.revision, article.state,
         about.kind, about.target
    from article
    left join article_about as about on about.article_id = article.id
   where article.slug = $1
order by about.position";

    PAGE = "
  select id, slug, headline, body, summary, keywords, author, owner_id, visibility,
         created, modified, revision, state
    from article
   where true";

    COUNT = "select count(*) from article where true";

    INSERT = "
  insert into article (slug, headline, body, summary, keywords, author, created, modified, state,
                       visibility, owner_id)
  values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, (select id from users where users.name = $6))
returning id";

    REPLACE = "
  update article
     set headline = $3, body = $4, summary = $5, keywords = $6, modified = $7, state = $8,
         visibility = $9, revision = revision + 1
   where slug = $1 and revision = $2
returning id";

    DELETE = "delete from article where slug = $1 and revision = $2";

    VISIBILITY = "select visibility from article where slug = $1 and revision = $2";

    ABOUT = "select kind, target from article_about where article_id = $1 order by position";

    FORGET_ABOUT = "delete from article_about where article_id = $1";

    INSERT_ABOUT = "
  insert into article_about (article_id, position, kind, target)
  values ($1, $2, $3, $4)";

    WRITTEN_ABOUT = "
  select distinct article.slug, article.headline
    from article
    join article_about on article_about.article_id = article.id
   where article_about.kind = $1 and article_about.target = $2 and article.visibility = 'public'
order by article.slug
   limit 100";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    slug: String,
    headline: String,
    body: String,
    summary: Option<String>,
    keywords: String,
    author: String,
    owner_id: Option<i64>,
    visibility: String,
    created: i64,
    modified: i64,
    revision: i64,
    state: String,
}

/// An article beside one of the things that it is about, if there is any.
#[derive(sqlx::FromRow)]
struct Linked {
    #[sqlx(flatten)]
    article: Stored,
    #[sqlx(flatten)]
    link: Link,
}

#[derive(sqlx::FromRow)]
struct Link {
    kind: Option<String>,
    target: Option<String>,
}

impl Stored {
    fn read(self, about: Vec<About>) -> Result<Article, Fault> {
        Ok(Article {
            slug: self.slug.parse().map_err(|()| unreadable("article.slug", &self.slug))?,
            draft: Draft {
                headline: self.headline,
                body: self.body,
                summary: self.summary,
                keywords: value::list(&self.keywords)?,
                about,
                visibility: value::visibility("article.visibility", &self.visibility)?,
            },
            author: self.author,
            owner: self.owner_id,
            created: value::moment(self.created)?,
            modified: value::moment(self.modified)?,
            revision: self.revision,
            state: State::stored(self.state),
        })
    }
}

/// The article of that name.
pub async fn find(conn: &mut impl Handle, slug: &str) -> Result<Article, Fault> {
    // One statement, since a second one costs as much as the first; the text comes with the first row alone.
    let rows: Vec<Linked> = on!(conn, db => sqlx::query_as(FIND).bind(slug).fetch_all(db))?;
    let mut rows = rows.into_iter();
    let first = rows.next().ok_or(Fault::Missing)?;
    let links = std::iter::once(first.link).chain(rows.map(|row| row.link));
    let about = links.filter_map(|link| Some(read_about(&link.kind?, link.target?)));
    let about = about.collect::<Result<_, _>>()?;
    first.article.read(about)
}

async fn about(conn: &mut impl Handle, id: i64) -> Result<Vec<About>, Fault> {
    let about: Vec<(String, String)> = on!(conn, db => sqlx::query_as(ABOUT).bind(id).fetch_all(db))?;
    about.into_iter().map(|(kind, target)| read_about(&kind, target)).collect()
}

/// What a written article changes: itself, the lists, and what it is about, which names its articles.
fn bump(tx: &mut Tx, slug: &str, about: &[About], visibility: Visibility) {
    tx.bump_seen(visibility, [Tag::item(Kind::Article, slug), Tag::list(Kind::Article)]);
    let named = about.iter().filter_map(|about| match about {
        About::Dataset(slug) => Some(Tag::item(Kind::Dataset, slug)),
        About::Model(slug) => Some(Tag::item(Kind::Model, slug)),
        About::Other(_) => None,
    });
    tx.bump_seen(visibility, named);
}

/// What articles can be listed by.
const LISTED: Listed = Listed {
    table: "article",
    fields: &[
        Field::Text("headline", "headline"),
        Field::Text("author", "author"),
        Field::Number("datePublished", "created"),
        Field::Number("dateModified", "modified"),
    ],
    page: PAGE,
    count: COUNT,
    with: None,
};

/// The articles that a listing asks for, and how many there are on all its pages.
pub async fn page(conn: &mut Conn, listing: &Listing) -> Result<(Vec<Article>, i64), Fault> {
    let (rows, total): (Vec<Stored>, _) = listing.read(conn, &LISTED).await?;
    let mut by_article = about_each(conn, &rows).await?;
    let articles = rows.into_iter().map(|row| {
        let about = by_article.remove(&row.id).unwrap_or_default();
        row.read(about)
    });
    Ok((articles.collect::<Result<_, _>>()?, total))
}

/// What each of these articles is about.
async fn about_each(conn: &mut Conn, rows: &[Stored]) -> Result<BTreeMap<i64, Vec<About>>, Fault> {
    let mut by_article: BTreeMap<i64, Vec<About>> = BTreeMap::new();
    if rows.is_empty() {
        return Ok(by_article);
    }
    let places: Vec<String> = (1..=rows.len()).map(|at| format!("${at}")).collect();
    let text = format!(
        "select article_id, kind, target from article_about where article_id in ({}) order by article_id, position",
        places.join(", ")
    );
    let about: Vec<(i64, String, String)> = on!(conn, db => {
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(text));
        for row in rows {
            query = query.bind(row.id);
        }
        query.fetch_all(db)
    })?;
    for (id, kind, target) in about {
        by_article.entry(id).or_default().push(read_about(&kind, target)?);
    }
    Ok(by_article)
}

/// Slug and headline of the articles about a dataset (`dataset`) or model (`model`), at most 100.
pub async fn written_about(
    conn: &mut impl Handle,
    kind: &str,
    slug: &str,
) -> Result<Vec<(String, String)>, Fault> {
    Ok(on!(conn, db => sqlx::query_as(WRITTEN_ABOUT).bind(kind).bind(slug).fetch_all(db))?)
}

/// A new article; [`Fault::Taken`] if the name is in use.
pub async fn insert(
    tx: &mut Tx,
    slug: &Slug,
    draft: &Draft,
    author: &str,
    now: DateTime<Utc>,
) -> Result<Article, Fault> {
    let id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(slug.as_str()).bind(&draft.headline).bind(&draft.body).bind(&draft.summary)
        .bind(value::text(&draft.keywords)).bind(author).bind(now.timestamp_millis())
        .bind(draft.state().as_str()).bind(draft.visibility.name())
        .fetch_one(db))?;
    write_about(tx, id, &draft.about).await?;
    tx.turns(None, Some(&draft.state()));
    bump(tx, slug.as_str(), &draft.about, draft.visibility);
    written(tx, slug.as_str()).await
}

/// Replaces the content if `revision` is still the article's; else [`Fault::Changed`].
pub async fn replace(
    tx: &mut Tx,
    slug: &str,
    revision: i64,
    draft: &Draft,
    now: DateTime<Utc>,
) -> Result<Article, Fault> {
    let before: Option<String> =
        on!(tx, db => sqlx::query_scalar(VISIBILITY).bind(slug).bind(revision).fetch_optional(db))?;
    let before = value::visibility("article.visibility", &before.ok_or(Fault::Changed)?)?;
    let id: Option<i64> = on!(tx, db => sqlx::query_scalar(REPLACE)
        .bind(slug).bind(revision).bind(&draft.headline).bind(&draft.body).bind(&draft.summary)
        .bind(value::text(&draft.keywords)).bind(now.timestamp_millis()).bind(draft.state().as_str())
        .bind(draft.visibility.name())
        .fetch_optional(db))?;
    let id = id.ok_or(Fault::Changed)?;
    let old = about(tx, id).await?;
    run!(tx, sqlx::query(FORGET_ABOUT).bind(id))?;
    write_about(tx, id, &draft.about).await?;
    tx.turns(None, Some(&draft.state()));
    let most = before.max(draft.visibility);
    bump(tx, slug, &old, most);
    bump(tx, slug, &draft.about, most);
    if draft.visibility < before {
        tx.bump([Tag::hidden()]);
    }
    written(tx, slug).await
}

/// The article as it was written, found from now on by its words.
async fn written(tx: &mut Tx, slug: &str) -> Result<Article, Fault> {
    let article = find(tx, slug).await?;
    search::put(tx, Kind::Article, slug, article.revision, &Entry::of_article(&article)).await?;
    Ok(article)
}

/// Deletes the article if `revision` is still its; else [`Fault::Changed`].
pub async fn delete(tx: &mut Tx, slug: &str, revision: i64) -> Result<(), Fault> {
    let old = match find(tx, slug).await {
        Err(Fault::Missing) => return Err(Fault::Changed),
        found => found?,
    };
    let gone = run!(tx, sqlx::query(DELETE).bind(slug).bind(revision))?;
    tx.turns(Some(&old.state), None);
    bump(tx, slug, &old.draft.about, old.draft.visibility);
    search::forget(tx, Kind::Article, slug).await?;
    if gone == 1 { Ok(()) } else { Err(Fault::Changed) }
}

async fn write_about(tx: &mut Tx, id: i64, about: &[About]) -> Result<(), Fault> {
    for (position, about) in (0_i64..).zip(about) {
        let (kind, target) = match about {
            About::Dataset(slug) => ("dataset", slug.as_str()),
            About::Model(slug) => ("model", slug.as_str()),
            About::Other(iri) => ("other", iri.as_str()),
        };
        run!(tx, sqlx::query(INSERT_ABOUT).bind(id).bind(position).bind(kind).bind(target))?;
    }
    Ok(())
}

fn read_about(kind: &str, target: String) -> Result<About, Fault> {
    let slug = || target.parse().map_err(|()| unreadable("article_about.target", &target));
    Ok(match kind {
        "dataset" => About::Dataset(slug()?),
        "model" => About::Model(slug()?),
        _ => About::Other(target),
    })
}
