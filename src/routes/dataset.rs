//! Datasets under version 2.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change::{self, Change},
    fault, included,
    listing::Asked,
    once::{Once, Turn},
    queued,
    upload::{self, Upload},
};
use crate::{
    auth::{
        May, Sight, Viewer,
        guard::{
            act::{Create, Delete, Patch},
            thing::Dataset,
        },
    },
    domain::{Kind, dataset, job::New, slug::Slug, user::User},
    http::{body::Body, media::Media, problem::Problem, reply::Success},
    jobs::import::{self, Order},
    represent::{
        Document,
        link::Place,
        v2::{self, dataset::Neighbours},
    },
    store::{self, Conn, Handle, Tx, rows},
};
use chrono::Utc;
use rocket::{delete, get, patch, post};
use serde_json::{Map, Value};

/// The dataset.
#[get("/datasets/<slug>")]
pub async fn read(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let dataset = find(&ask.sight, &mut conn, slug).await?;
    let mut document = described(&ask, &mut conn, &dataset).await?;
    included::in_dataset(&ask, &mut document, &dataset, &mut conn).await?;
    answer::read(&ask, document)
}

/// A page of datasets, newest first.
#[get("/datasets")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask).await?)
}

async fn listed(ask: &Ask<'_>) -> Result<Document, Problem> {
    let asked = Asked::of(ask, &Place::Datasets)?;
    let (datasets, total) =
        store::dataset::page(&mut ask.read().await?, &asked.listing).await.map_err(fault::store)?;
    let page = asked.page_of(ask, &Place::Datasets, total);
    Ok(v2::dataset::list(ask.base(), &datasets, &page))
}

/// The context of the dataset's rows.
#[get("/datasets/<slug>/columns")]
pub async fn columns(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let dataset = find(&ask.sight, &mut ask.read().await?, slug).await?;
    answer::read(&ask, v2::dataset::context(ask.base(), &dataset))
}

/// A new dataset: a table as body, a form with a table, or JSON that names the columns.
#[post("/datasets", data = "<body>")]
pub async fn create(may: May<Create, Dataset>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, mut body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    let taken: Vec<Media> = [change::WHOLE, upload::TABLES].concat();
    let media = body.one_of(&taken)?;
    answer::expected(&ask, listed(&ask)).await?;
    let slug = match upload::is_table(&mut body, media).await {
        false => {
            let value = change::whole(&ask, body).await?;
            let wanted = v2::dataset::parse(&value).map_err(fault::input)?;
            let columns = wanted.columns.unwrap_or_default();
            let columns = v2::dataset::new_columns(&columns).map_err(fault::input)?;
            let slug = slug_of(wanted.slug, &wanted.about.name);
            let claim = once.claim();
            let order = Order { claim: claim.as_ref(), deed: ask.deed(), ..Order::of(&may.user) };
            let made = import::empty(ask.works(), &slug, &wanted.about, &columns, order).await;
            made.map_err(|fault| taken_slug(fault, &slug))?.slug
        }
        true => {
            let upload = upload::receive(&ask, body).await?;
            let (slug, about) = upload.description()?;
            let slug = slug_of(slug, &about.name);
            let remarks = upload.remarks();
            if upload.is_large(&ask) || queued::is_preferred(&ask) {
                let answer = later(&ask, &once, upload, slug, New { about, remarks }, &may.user).await;
                return once.answered(answer).await;
            }
            let target = import::Target::New { slug: slug.clone(), about, remarks: Box::new(remarks) };
            let made = upload.import(&ask, &once, target, &may.user).await;
            made.map_err(|fault| taken_slug(fault, &slug))?.dataset.slug
        }
    };
    once.answered(answer::written(&ask, Success::Created, document(&ask, slug.as_str()).await?)).await
}

/// The answer to a table that becomes a dataset by a job: the job, or the dataset if that was waited for.
async fn later(ask: &Ask<'_>, once: &Once, upload: Upload, slug: Slug, new: New, author: &User) -> Answer {
    let free = store::dataset::free(&mut ask.read().await?, slug.as_str()).await;
    free.map_err(|fault| super::article::taken(fault, &slug))?;
    let job = upload.queue(ask, once, &slug, Some(new), author).await?;
    match queued::revision(ask, job).await? {
        Ok(_) => {
            let made = answer::written(ask, Success::Created, document(ask, slug.as_str()).await?)?;
            Ok(queued::preferred(ask, made))
        }
        Err(job) => queued::accepted(ask, &job),
    }
}

/// The dataset with other words, units or descriptions.
#[patch("/datasets/<slug>", data = "<body>")]
pub async fn patch(slug: &str, _may: May<Patch, Dataset>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    body.one_of(change::PATCHES)?;
    judged(&ask, &mut ask.read().await?, slug).await?;
    let change = Change::of(&ask, body).await?;
    let mut tx = ask.write().await?;
    let old = judged(&ask, &mut tx, slug).await?;
    let members = v2::dataset::members(&old);
    let members: Map<String, Value> = members.into_iter().map(|(key, value)| (key.into(), value)).collect();
    let value = change.apply(Value::Object(members))?;
    let mut wanted = v2::dataset::parse(&value).map_err(fault::input)?;
    let shown = v2::visibility::sent(&value).map_err(fault::input)?;
    wanted.about.visibility = shown.unwrap_or(old.about.visibility);
    ask.sight.may_show(old.access(), wanted.about.visibility)?;
    change::same_identifier(wanted.slug.as_ref().map(Slug::as_str), slug)?;
    let columns = v2::dataset::described(&old.columns, &wanted.columns.unwrap_or_default());
    let columns = columns.map_err(fault::input)?;
    let changed = store::dataset::change(&mut tx, &old, &wanted.about, &columns, Utc::now()).await;
    match changed {
        Ok(_) => {}
        Err(store::Fault::InUse(models)) => return Err(seen_by_more(&models)),
        Err(fault) => return Err(raced(&ask, tx, fault, slug).await),
    }
    if columns.iter().map(|one| one.indexed).ne(old.columns.iter().map(|one| one.indexed)) {
        rows::reindex(&mut tx, old.storage, &old.columns, &columns).await.map_err(fault::store)?;
    }
    tx.commit().await.map_err(fault::store)?;
    answer::written(&ask, Success::Ok, document(&ask, slug).await?)
}

/// No such dataset any more, and never again one of that name.
#[delete("/datasets/<slug>")]
pub async fn delete(slug: &str, _may: May<Delete, Dataset>, ask: Ask<'_>) -> Answer {
    let mut tx = ask.write().await?;
    let old = judged(&ask, &mut tx, slug).await?;
    if let Err(fault) = store::dataset::delete(&mut tx, &old, Utc::now()).await {
        return Err(raced(&ask, tx, fault, slug).await);
    }
    tx.commit().await.map_err(fault::store)?;
    Ok(answer::deleted())
}

/// The dataset of that name; 404 if there is none that is seen, 410 if it was deleted.
pub async fn find(sight: &Sight, conn: &mut impl Handle, slug: &str) -> Result<dataset::Dataset, Problem> {
    match store::dataset::seen(conn, slug, |access| sight.sees(access)).await {
        Ok(found) if found.deleted => Err(Problem::gone("the dataset")),
        Ok(found) => Ok(found),
        Err(store::Fault::Missing) => Err(absent()),
        Err(fault) => Err(fault::store(fault)),
    }
}

/// Why fewer cannot see a dataset: a model tells what it learned from.
fn seen_by_more(models: &[(Kind, String)]) -> Problem {
    let models: Vec<String> = models.iter().map(|(_, slug)| format!("`{slug}`")).collect();
    let found = if models.is_empty() { "one that is".to_string() } else { models.join(", ") };
    Problem::in_use(format!(
        "/visibility: expected no model that is more visible than its dataset, found {found}"
    ))
}

fn absent() -> Problem {
    Problem::not_found("such dataset")
}

/// Whether nothing keeps the dataset from being deleted.
pub async fn is_free(conn: &mut impl Handle, found: &dataset::Dataset) -> Result<bool, Problem> {
    let dependents = store::dataset::dependents(conn, found).await.map_err(fault::store)?;
    Ok(!dependents.iter().any(|(_, model)| store::dataset::keeps(model)))
}

/// What it means that somebody else came first.
async fn raced(ask: &Ask<'_>, tx: Tx, fault: store::Fault, slug: &str) -> Problem {
    ask.lost(tx, fault, async |mut now| judged(ask, &mut now, slug).await).await
}

async fn judged(ask: &Ask<'_>, conn: &mut impl Handle, slug: &str) -> Result<dataset::Dataset, Problem> {
    let found = find(&ask.sight, conn, slug).await?;
    ask.judge(Some((&found.state, found.modified)))?;
    Ok(found)
}

async fn document(ask: &Ask<'_>, slug: &str) -> Result<Document, Problem> {
    let mut conn = ask.read().await?;
    let dataset = find(&ask.sight, &mut conn, slug).await?;
    described(ask, &mut conn, &dataset).await
}

async fn described(ask: &Ask<'_>, conn: &mut Conn, dataset: &dataset::Dataset) -> Result<Document, Problem> {
    let slug = dataset.slug.as_str();
    let newest = store::revision::newest(conn, dataset.id).await.map_err(fault::store)?;
    let models = store::dataset::models(conn, slug).await.map_err(fault::store)?;
    let articles = store::article::written_about(conn, "dataset", slug).await.map_err(fault::store)?;
    let slugs = |found: &[(String, String)]| found.iter().map(|(slug, _)| slug.clone()).collect();
    let neighbours = Neighbours { newest, models: slugs(&models), articles: slugs(&articles) };
    let mut document = v2::dataset::read(ask.base(), dataset, &neighbours);
    for (slug, headline) in models {
        included::title(ask, &mut document, &Place::Model(slug), &headline);
    }
    for (slug, headline) in articles {
        included::title(ask, &mut document, &Place::Article(slug), &headline);
    }
    Ok(document)
}

fn slug_of(chosen: Option<Slug>, name: &str) -> Slug {
    chosen.unwrap_or_else(|| Slug::made("dataset", name))
}

fn taken_slug(fault: crate::jobs::Fault, slug: &Slug) -> Problem {
    match fault {
        crate::jobs::Fault::Store(fault) => super::article::taken(fault, slug),
        other => fault::work(other),
    }
}
