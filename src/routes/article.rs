//! Articles under version 2.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change::{self, Change},
    fault, included,
    listing::Asked,
    once::{Once, Turn},
};
use crate::{
    auth::{
        May, Sight, Viewer,
        guard::{
            act::{Create, Delete, Patch, Replace},
            thing::Article,
        },
    },
    domain::{article as domain, fault::Fault, fault::quoted, slug::Slug},
    http::{body::Body, problem::Problem, reply::Success},
    represent::{Document, link::Place, v2},
    store::{self, Tx},
};
use chrono::Utc;
use rocket::{delete, get, patch, post, put};
use serde_json::{Map, Value};

/// The article.
#[get("/articles/<slug>")]
pub async fn read(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let article = find(&ask.sight, &mut conn, slug).await?;
    let mut document = v2::article::read(ask.base(), &article);
    let about = article.draft.about.iter().filter_map(|about| match about {
        domain::About::Dataset(slug) => Some(Place::Dataset(slug.to_string())),
        domain::About::Model(slug) => Some(Place::Model(slug.to_string())),
        domain::About::Other(_) => None,
    });
    included::titles(&ask, &mut document, &mut conn, &about.collect::<Vec<_>>()).await?;
    answer::read(&ask, document)
}

/// A page of articles, newest first.
#[get("/articles")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask).await?)
}

async fn listed(ask: &Ask<'_>) -> Result<Document, Problem> {
    let asked = Asked::of(ask, &Place::Articles)?;
    let (articles, total) =
        store::article::page(&mut ask.read().await?, &asked.listing).await.map_err(fault::store)?;
    let page = asked.page_of(ask, &Place::Articles, total);
    Ok(v2::article::list(ask.base(), &articles, &page))
}

/// A new article; its identifier is made from the headline unless the writer chose one.
#[post("/articles", data = "<body>")]
pub async fn create(may: May<Create, Article>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    body.one_of(change::WHOLE)?;
    answer::expected(&ask, listed(&ask)).await?;
    let value = change::whole(&ask, body).await?;
    let (slug, draft) = v2::article::parse(ask.base(), &value).map_err(fault::input)?;
    let slug = slug.unwrap_or_else(|| Slug::made("article", &draft.headline));
    let mut tx = once.write(&ask).await?;
    let article = store::article::insert(&mut tx, &slug, &draft, &may.user.name, Utc::now())
        .await
        .map_err(|fault| taken(fault, &slug))?;
    once.commit(tx, &Place::Article(slug.to_string())).await?;
    // It may be the writer's alone.
    ask.sight.sees(article.access());
    let document = v2::article::read(ask.base(), &article);
    once.answered(answer::written(&ask, Success::Created, document)).await
}

/// The article with other content, or a new one of that name.
#[put("/articles/<slug>", data = "<body>")]
pub async fn replace(slug: &str, may: May<Replace, Article>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    body.one_of(change::WHOLE)?;
    let name: Slug = slug.parse().map_err(|()| no_slug(slug))?;
    judged(&ask, &mut ask.read().await?, slug).await?;
    let value = change::whole(&ask, body).await?;
    let (sent, mut draft) = v2::article::parse(ask.base(), &value).map_err(fault::input)?;
    change::same_identifier(sent.as_ref().map(Slug::as_str), slug)?;
    let mut tx = ask.write().await?;
    let (status, article) = match judged(&ask, &mut tx, slug).await? {
        Some(old) => {
            show(&ask, &old, &value, &mut draft)?;
            tx.turns(Some(&old.state), None);
            let new = store::article::replace(&mut tx, slug, old.revision, &draft, Utc::now()).await;
            (Success::Ok, new)
        }
        None => {
            let new = store::article::insert(&mut tx, &name, &draft, &may.user.name, Utc::now()).await;
            (Success::Created, new)
        }
    };
    let article = match article {
        Ok(article) => article,
        Err(fault) => return Err(raced(&ask, tx, fault, slug).await),
    };
    tx.commit().await.map_err(fault::store)?;
    ask.sight.sees(article.access());
    answer::replaced(&ask, status, v2::article::read(ask.base(), &article))
}

/// The article with some members changed.
#[patch("/articles/<slug>", data = "<body>")]
pub async fn patch(slug: &str, _may: May<Patch, Article>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    body.one_of(change::PATCHES)?;
    existing(&ask, &mut ask.read().await?, slug).await?;
    let change = Change::of(&ask, body).await?;
    let mut tx: Tx = ask.write().await?;
    let old = existing(&ask, &mut tx, slug).await?;
    tx.turns(Some(&old.state), None);
    let members = v2::article::members(ask.base(), &old.draft);
    let members: Map<String, Value> = members.into_iter().map(|(key, value)| (key.into(), value)).collect();
    let value = change.apply(Value::Object(members))?;
    let (sent, mut draft) = v2::article::parse(ask.base(), &value).map_err(fault::input)?;
    show(&ask, &old, &value, &mut draft)?;
    change::same_identifier(sent.as_ref().map(Slug::as_str), slug)?;
    let article = match store::article::replace(&mut tx, slug, old.revision, &draft, Utc::now()).await {
        Ok(article) => article,
        Err(fault) => return Err(raced(&ask, tx, fault, slug).await),
    };
    tx.commit().await.map_err(fault::store)?;
    answer::written(&ask, Success::Ok, v2::article::read(ask.base(), &article))
}

/// No article of that name any more.
#[delete("/articles/<slug>")]
pub async fn delete(slug: &str, _may: May<Delete, Article>, ask: Ask<'_>) -> Answer {
    let mut tx = ask.write().await?;
    let old = existing(&ask, &mut tx, slug).await?;
    if let Err(fault) = store::article::delete(&mut tx, slug, old.revision).await {
        return Err(raced(&ask, tx, fault, slug).await);
    }
    tx.commit().await.map_err(fault::store)?;
    Ok(answer::deleted())
}

/// Who sees the article from now on: who saw it before, unless something else was sent. 403 to those who may not say.
fn show(
    ask: &Ask<'_>,
    old: &domain::Article,
    value: &Value,
    draft: &mut domain::Draft,
) -> Result<(), Problem> {
    let sent = v2::visibility::sent(value).map_err(fault::input)?;
    draft.visibility = sent.unwrap_or(old.draft.visibility);
    ask.sight.may_show(old.access(), draft.visibility)
}

/// The article of that name.
pub async fn find(
    sight: &Sight,
    conn: &mut impl store::Handle,
    slug: &str,
) -> Result<domain::Article, Problem> {
    seen(sight, conn, slug).await?.ok_or_else(|| fault::store(store::Fault::Missing))
}

/// The same; nothing if there is none.
async fn seen(sight: &Sight, conn: &mut impl store::Handle, slug: &str) -> Result<Found, Problem> {
    match store::article::find(conn, slug).await {
        Ok(article) => Ok(Some(article).filter(|article| sight.sees(article.access()))),
        Err(store::Fault::Missing) => Ok(None),
        Err(fault) => Err(fault::store(fault)),
    }
}

type Found = Option<domain::Article>;

/// What it means that somebody else came first.
async fn raced(ask: &Ask<'_>, tx: Tx, fault: store::Fault, slug: &str) -> Problem {
    ask.lost(tx, fault, async |mut now| judged(ask, &mut now, slug).await).await
}

/// The article if there is one, once the preconditions hold for it, or for its absence.
async fn judged(ask: &Ask<'_>, conn: &mut impl store::Handle, slug: &str) -> Result<Found, Problem> {
    let found = seen(&ask.sight, conn, slug).await?;
    ask.judge(found.as_ref().map(|article| (&article.state, article.modified)))?;
    Ok(found)
}

/// The article, once the preconditions hold for it; 404 if there is none, whatever they say.
async fn existing(
    ask: &Ask<'_>,
    conn: &mut impl store::Handle,
    slug: &str,
) -> Result<domain::Article, Problem> {
    let article = find(&ask.sight, conn, slug).await?;
    ask.judge(Some((&article.state, article.modified)))?;
    Ok(article)
}

/// A name that is taken, told with the name.
pub fn taken(fault: store::Fault, slug: &Slug) -> Problem {
    match fault {
        store::Fault::Taken => Problem::taken(format!("`{slug}`; send another `identifier`")),
        store::Fault::Retired => Problem::identifier_retired(format!("`{slug}`")),
        other => fault::store(other),
    }
}

/// A name in a URL that no article can have.
fn no_slug(name: &str) -> Problem {
    let expected = "lower-case letters, digits and single hyphens";
    fault::input(Fault::at("/identifier", expected, quoted(name)).into())
}
