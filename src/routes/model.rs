//! Models and their versions under version 2.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change::{self, Change},
    fault, included,
    listing::Asked,
    once::{Once, Turn},
    queued,
};
use crate::{
    auth::{
        May, Sight, Viewer,
        guard::{
            act::{Create, Delete, Patch},
            thing::Model,
        },
    },
    domain::{
        dataset::Dataset,
        fault::Fault,
        job::{Job, Training, Work},
        model::{Saved, Settings},
        revision::Revision,
        slug::Slug,
        version::{self, Version},
    },
    http::{body::Body, problem::Problem, reply::Success},
    jobs::{Works, artifact},
    learning::{self, adopt},
    represent::{
        Document,
        link::Place,
        v2::{self, model::Wanted},
    },
    store::{self, Handle, Tx},
};
use chrono::Utc;
use rocket::{delete, get, patch, post};
use tokio::task::spawn_blocking;

/// Wait for a small training that nobody asked to wait for, in seconds.
const SHORT_WAIT_S: u64 = 5;

/// The model.
#[get("/models/<slug>")]
pub async fn read(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let (model, current) = find(&ask.sight, &mut conn, slug).await?;
    let articles = written_about(&mut conn, slug).await?;
    let mut document = described(&ask, &model, &current, articles);
    included::name_of_model(&ask, &mut document, &model);
    let dataset = Place::Dataset(model.dataset.to_string());
    included::titles(&ask, &mut document, &mut conn, &[dataset]).await?;
    included::in_model(&ask, &mut document, &model, &current, &mut conn).await?;
    answer::read(&ask, document)
}

/// A page of models, newest first.
#[get("/models")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask).await?)
}

async fn listed(ask: &Ask<'_>) -> Result<Document, Problem> {
    let asked = Asked::of(ask, &Place::Models)?;
    let mut conn = ask.read().await?;
    let (models, total) = store::model::page(&mut conn, &asked.listing).await.map_err(fault::store)?;
    let with_versions = with_versions(&mut conn, models).await?;
    let page = asked.page_of(ask, &Place::Models, total);
    Ok(v2::model::list(ask.base(), &with_versions, &page))
}

/// Each model with its current version.
pub async fn with_versions(
    conn: &mut impl Handle,
    models: Vec<version::Model>,
) -> Result<Vec<(version::Model, Version)>, Problem> {
    let mut with_versions = Vec::with_capacity(models.len());
    for model in models {
        let current = store::model::version(conn, model.id, model.newest).await.map_err(fault::store)?;
        with_versions.push((model, current));
    }
    Ok(with_versions)
}

/// A new model: a training is queued, and waited for if it is small or the client prefers so.
#[post("/models", data = "<body>")]
pub async fn create(may: May<Create, Model>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    body.one_of(change::WHOLE)?;
    answer::expected(&ask, listed(&ask)).await?;
    let value = change::whole(&ask, body).await?;
    let mut wanted = v2::model::parse(ask.base(), &value).map_err(fault::input)?;
    let shown = v2::visibility::sent(&value).map_err(fault::input)?;
    let Some(source) = wanted.dataset.clone() else {
        let fault = Fault::at("/dataset", "the slug of a dataset, or a link to it or a revision", "nothing");
        return Err(fault::input(fault.into()));
    };
    let slug = wanted.slug.clone().unwrap_or_else(|| match wanted.words.headline.as_str() {
        "" => Slug::made("model", &format!("{source} {}", wanted.settings.target)),
        headline => Slug::made("model", headline),
    });
    let dataset = {
        let mut conn = ask.read().await?;
        self::source(&ask.sight, &mut conn, &source).await?
    };
    wanted.words.visibility = shown.unwrap_or(dataset.about.visibility);
    let (number, settings) = pinned(&ask, &dataset, &wanted).await?;
    let mut tx = once.write(&ask).await?;
    let model = store::model::insert(&mut tx, &slug, &wanted.words, dataset.id, &may.user.name, Utc::now())
        .await
        .map_err(|fault| super::article::taken(fault, &slug))?;
    v2::visibility::within(model.words.visibility, model.source.visibility).map_err(fault::input)?;
    let work = training(&model, number, settings, wanted.weights);
    let job = store::job::enqueue(&mut tx, &work, &may.user, Utc::now()).await;
    let job = job.map_err(fault::store)?;
    once.commit(tx, &Place::Job(job.id.to_string())).await?;
    once.answered(queued(&ask, job, &dataset).await).await
}

/// The model with other words.
#[patch("/models/<slug>", data = "<body>")]
pub async fn patch(slug: &str, _may: May<Patch, Model>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    body.one_of(change::PATCHES)?;
    judged(&ask, &mut ask.read().await?, slug).await?;
    let change = Change::of(&ask, body).await?;
    let mut tx = ask.write().await?;
    let (old, current) = judged(&ask, &mut tx, slug).await?;
    let value = change.apply(v2::model::members(&old))?;
    let sent = ["identifier", "name"].iter().find_map(|key| value.get(key)?.as_str());
    change::same_identifier(sent, slug)?;
    let mut words = v2::model::parse_words(&value, slug).map_err(fault::input)?;
    let shown = v2::visibility::sent(&value).map_err(fault::input)?;
    words.visibility = shown.unwrap_or(old.words.visibility);
    ask.sight.may_show(old.access(), words.visibility)?;
    v2::visibility::within(words.visibility, old.source.visibility).map_err(fault::input)?;
    let model = store::model::change(&mut tx, &old, &words, Utc::now()).await;
    let model = match model {
        Ok(model) => model,
        Err(fault) => return Err(raced(&ask, tx, fault, slug).await),
    };
    let articles = written_about(&mut tx, slug).await?;
    tx.commit().await.map_err(fault::store)?;
    answer::written(&ask, Success::Ok, described(&ask, &model, &current, articles))
}

/// No such model any more, and never again one of that name.
#[delete("/models/<slug>")]
pub async fn delete(slug: &str, _may: May<Delete, Model>, ask: Ask<'_>) -> Answer {
    let mut tx = ask.write().await?;
    let (old, _) = judged(&ask, &mut tx, slug).await?;
    if let Err(fault) = store::model::delete(&mut tx, &old, Utc::now()).await {
        return Err(raced(&ask, tx, fault, slug).await);
    }
    tx.commit().await.map_err(fault::store)?;
    Ok(answer::deleted())
}

/// The revision to learn from, and the settings, as far as its columns can tell; a small table is
/// looked at whole, so that what cannot be learned is refused before anything is queued.
pub async fn pinned(ask: &Ask<'_>, dataset: &Dataset, wanted: &Wanted) -> Result<(i64, Settings), Problem> {
    let revision = sealed(&mut ask.read().await?, dataset, wanted.revision).await?;
    let settings = match &wanted.weights {
        Some(weights) => adopt::resolve(&revision.columns, &wanted.settings, weights),
        None => learning::resolve(&revision.columns, &wanted.settings),
    };
    let settings = settings.map_err(fault::input)?;
    let works = ask.works();
    if is_small(works, revision.rows, revision.columns.len()) {
        let table = artifact::table(works, &revision, &revision.columns).await.map_err(fault::work)?;
        let (asked, weights) = (settings.clone(), wanted.weights.clone());
        let cells = works.settings.learning.cells;
        let checked = spawn_blocking(move || match weights {
            Some(weights) => adopt::validate(&table, &asked, &weights, cells),
            None => learning::validate(&table, &asked, cells),
        })
        .await;
        checked.map_err(|error| fault::broken(&error))?.map_err(fault::input)?;
    }
    Ok((revision.number, settings))
}

/// The revision of that number, or the newest.
pub async fn sealed(
    conn: &mut impl Handle,
    dataset: &Dataset,
    number: Option<i64>,
) -> Result<Revision, Problem> {
    match number {
        Some(number) => {
            let found = store::revision::live(conn, dataset.id, number).await;
            known(found, "/revision", &number.to_string())
        }
        None => {
            let newest = store::revision::newest(conn, dataset.id).await.map_err(fault::store)?;
            let expected = "a dataset with a sealed revision: POST to its `revisions` first";
            newest.ok_or_else(|| fault::input(Fault::at("/dataset", expected, "none").into()))
        }
    }
}

/// A training of a model on a pinned revision of its dataset; with weights, they are judged by it.
pub fn training(model: &version::Model, revision: i64, settings: Settings, weights: Option<Saved>) -> Work {
    let (model, dataset) = (model.slug.to_string(), model.dataset.to_string());
    Work::Train(Training { model, dataset, revision, settings, weights })
}

/// The dataset that the member `dataset` names; one that is not seen is none.
pub async fn source(sight: &Sight, conn: &mut impl Handle, slug: &Slug) -> Result<Dataset, Problem> {
    let found = match store::dataset::find(conn, slug.as_str()).await {
        Ok(found) if !sight.sees(found.access()) => Err(store::Fault::Missing),
        found => found,
    };
    known(found, "/dataset", slug.as_str())
}

/// Something that a member names; if there is none, the member is at fault, not the URL.
pub fn known<T>(found: Result<T, store::Fault>, pointer: &str, name: &str) -> Result<T, Problem> {
    found.map_err(|fault| match fault {
        store::Fault::Missing | store::Fault::Gone => {
            let found = crate::domain::fault::quoted(name);
            super::fault::input(Fault::at(pointer, "something that exists", found).into())
        }
        other => fault::store(other),
    })
}

/// The answer to a training that was queued: the job, waited for if it is small or the client prefers so.
pub async fn queued(ask: &Ask<'_>, job: Job, dataset: &Dataset) -> Answer {
    let small = is_small(ask.works(), dataset.rows, dataset.columns.len());
    let job = queued::waited(ask, job, if small { SHORT_WAIT_S } else { 0 }).await?;
    queued::accepted(ask, &job)
}

fn is_small(works: &Works, rows: i64, columns: usize) -> bool {
    let cells = usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(columns);
    cells <= works.settings.learning.wait_cells
}

/// Slugs and headlines of the articles about a model.
async fn written_about(conn: &mut impl Handle, slug: &str) -> Result<Vec<(String, String)>, Problem> {
    store::article::written_about(conn, "model", slug).await.map_err(fault::store)
}

/// The document of a model, with articles about it.
fn described(
    ask: &Ask<'_>,
    model: &version::Model,
    current: &Version,
    articles: Vec<(String, String)>,
) -> Document {
    let slugs: Vec<String> = articles.iter().map(|(slug, _)| slug.clone()).collect();
    let mut document = v2::model::read(ask.base(), model, current, &slugs);
    for (slug, headline) in articles {
        included::title(ask, &mut document, &Place::Article(slug), &headline);
    }
    document
}

/// The model and its newest version; 404 while it has none or is not seen, 410 if it was deleted.
pub async fn find(
    sight: &Sight,
    conn: &mut impl Handle,
    slug: &str,
) -> Result<(version::Model, Version), Problem> {
    let absent = || Problem::not_found("such model");
    let model = match store::model::known(conn, slug).await {
        // Who does not see the dataset does not see what was learned from it.
        Ok(model) if !sight.sees_all(&[model.access(), model.source]) => return Err(absent()),
        Ok(model) if model.deleted => return Err(Problem::gone("the model")),
        Ok(model) => model,
        Err(store::Fault::Missing) => return Err(absent()),
        Err(fault) => return Err(fault::store(fault)),
    };
    if model.newest == 0 {
        return Err(Problem::not_found("trained version of this model yet"));
    }
    let current = store::model::version(conn, model.id, model.newest).await.map_err(fault::store)?;
    Ok((model, current))
}

/// What it means that somebody else came first.
async fn raced(ask: &Ask<'_>, tx: Tx, fault: store::Fault, slug: &str) -> Problem {
    ask.lost(tx, fault, async |mut now| judged(ask, &mut now, slug).await).await
}

async fn judged(
    ask: &Ask<'_>,
    conn: &mut impl Handle,
    slug: &str,
) -> Result<(version::Model, Version), Problem> {
    let (model, current) = find(&ask.sight, conn, slug).await?;
    ask.judge(Some((&model.state, model.modified)))?;
    Ok((model, current))
}
