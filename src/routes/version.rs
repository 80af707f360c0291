//! Versions of models under version 2.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change, dataset, fault, included, model,
    number::number as spelt,
    once::{Once, Turn},
};
use crate::{
    auth::{
        May, Sight, Viewer,
        guard::{act::Create, thing},
    },
    domain::{
        fault::{Fault, quoted},
        model::Curves,
        version::{Model, Version},
    },
    http::{body::Body, problem::Problem},
    represent::{
        Document,
        link::Place,
        v2::{self, PageOf, model::Wanted},
    },
    store::{self, Handle},
};
use chrono::Utc;
use rocket::{get, post};

/// The version.
#[get("/models/<slug>/versions/<number>")]
pub async fn read(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let (model, version) = find(&ask.sight, &mut conn, slug, number).await?;
    let mut document = document(&ask, &mut conn, &model, &version).await?;
    included::name_of_model(&ask, &mut document, &model);
    let dataset = Place::Dataset(model.dataset.to_string());
    included::titles(&ask, &mut document, &mut conn, &[dataset]).await?;
    included::in_version(&ask, &mut document, &model, &version, &mut conn).await?;
    answer::read(&ask, document)
}

/// The document of a version.
pub async fn document(
    ask: &Ask<'_>,
    conn: &mut impl Handle,
    model: &Model,
    version: &Version,
) -> Result<Document, Problem> {
    let dataset = dataset::find(&ask.sight, conn, model.dataset.as_str()).await?;
    let revision = store::revision::find(conn, dataset.id, version.dataset_revision).await;
    Ok(v2::version::read(ask.base(), model, version, &revision.map_err(fault::store)?))
}

/// How it does on the rows held out, threshold by threshold.
#[get("/models/<slug>/versions/<number>/curves")]
pub async fn curves(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let (model, version, curves) = kept_curves(&ask.sight, &mut conn, slug, number).await?;
    answer::read(&ask, v2::evaluation::curves(ask.base(), &model, &version, &curves))
}

/// How it differs from another version; from the one before unless said.
#[get("/models/<slug>/versions/<number>/comparison")]
pub async fn comparison(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let (model, version) = find(&ask.sight, &mut conn, slug, number).await?;
    let query = ask.query()?;
    let with = query.iter().find(|(name, text)| name == "with" && !text.is_empty());
    let other = match with {
        Some((_, text)) => spelt(text),
        None if version.number == 1 => return Err(Problem::not_found("version before the first one")),
        None => Some(version.number - 1),
    };
    let other = other.ok_or_else(|| {
        let found = with.map(|(_, text)| quoted(text)).unwrap_or_default();
        fault::input(Fault::parameter("with", "the number of another version of the model", found).into())
    })?;
    let other = store::model::version(&mut conn, model.id, other).await.map_err(fault::store)?;
    answer::read(&ask, v2::evaluation::comparison(ask.base(), &model, &version, &other))
}

/// The model card.
#[get("/models/<slug>/versions/<number>/card")]
pub async fn card(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let (model, version) = find(&ask.sight, &mut conn, slug, number).await?;
    let dataset = dataset::find(&ask.sight, &mut conn, model.dataset.as_str()).await?;
    let revision = store::revision::find(&mut conn, dataset.id, version.dataset_revision).await;
    let revision = revision.map_err(fault::store)?;
    answer::read(&ask, v2::card::read(ask.base(), &model, &version, &revision))
}

/// A page of versions, newest first.
#[get("/models/<slug>/versions")]
pub async fn list(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask, slug).await?)
}

async fn listed(ask: &Ask<'_>, slug: &str) -> Result<Document, Problem> {
    let page = ask.page()?;
    let mut conn = ask.read().await?;
    let (model, _) = model::find(&ask.sight, &mut conn, slug).await?;
    let (offset, limit) = (page.offset() as i64, page.size as i64);
    let (versions, total) =
        store::model::versions(&mut conn, model.id, offset, limit).await.map_err(fault::store)?;
    let place = Place::Versions(slug.into());
    let page = PageOf::numbered(ask.base(), &place, &ask.url(), "", page, total);
    let mut document = v2::version::list(ask.base(), &model, &versions, &page);
    included::name_of_model(ask, &mut document, &model);
    Ok(document)
}

/// Another version: the model is trained again, with the newest revision and other settings if they
/// are sent; or weights that were learned elsewhere are taken in.
#[post("/models/<slug>/versions", data = "<body>")]
pub async fn create(slug: &str, may: May<Create, thing::Version>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, mut body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    let (_, current) = model::find(&ask.sight, &mut ask.read().await?, slug).await?;
    let empty = body.is_empty().await;
    if !empty {
        body.one_of(change::WHOLE)?;
    }
    answer::expected(&ask, listed(&ask, slug)).await?;
    let (wanted, named) = if empty {
        (None, "/dataset")
    } else {
        let sent = change::whole(&ask, body).await?;
        let value = v2::model::with_settings(&current.settings, sent);
        // A link to a revision names its dataset too.
        let named = if value["dataset"].is_null() { "/revision" } else { "/dataset" };
        (Some(v2::model::parse(ask.base(), &value).map_err(fault::input)?), named)
    };
    let mut conn = ask.read().await?;
    let (model, current) = model::find(&ask.sight, &mut conn, slug).await?;
    let dataset = dataset::find(&ask.sight, &mut conn, model.dataset.as_str()).await?;
    drop(conn);
    let wanted = wanted.unwrap_or_else(|| Wanted {
        slug: None,
        words: model.words.clone(),
        dataset: None,
        revision: None,
        settings: current.settings,
        weights: None,
    });
    if let Some(other) = wanted.dataset.as_ref().filter(|other| **other != model.dataset) {
        let expected = format!("the model's own dataset, `{}`", model.dataset);
        return Err(fault::input(Fault::at(named, expected, format!("`{other}`")).into()));
    }
    let (number, settings) = model::pinned(&ask, &dataset, &wanted).await?;
    let mut tx = once.write(&ask).await?;
    let (model, _) = model::find(&ask.sight, &mut tx, slug).await?;
    let work = model::training(&model, number, settings, wanted.weights);
    let job = store::job::enqueue(&mut tx, &work, &may.user, Utc::now()).await;
    let job = job.map_err(fault::store)?;
    once.commit(tx, &Place::Job(job.id.to_string())).await?;
    once.answered(model::queued(&ask, job, &dataset).await).await
}

/// A version of a model.
pub async fn find(
    sight: &Sight,
    conn: &mut impl Handle,
    slug: &str,
    number: &str,
) -> Result<(Model, Version), Problem> {
    let (model, current) = model::find(sight, conn, slug).await?;
    if number == current.number.to_string() {
        return Ok((model, current));
    }
    let absent = || Problem::not_found("such version of the model");
    let wanted = spelt(number).ok_or_else(absent)?;
    match store::model::version(conn, model.id, wanted).await {
        Err(store::Fault::Missing) => Err(absent()),
        found => Ok((model, found.map_err(fault::store)?)),
    }
}

/// A version of a model with its curves; 404 for one that has none.
pub async fn kept_curves(
    sight: &Sight,
    conn: &mut impl Handle,
    slug: &str,
    number: &str,
) -> Result<(Model, Version, Curves), Problem> {
    let (model, version) = find(sight, conn, slug, number).await?;
    let curves = store::model::curves(conn, model.id, version.number).await.map_err(fault::store)?;
    Ok((model, version, curves.ok_or_else(|| Problem::not_found("curves of this version"))?))
}
