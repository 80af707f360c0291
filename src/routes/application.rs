//! Datasets whose rows a version is to predict, under version 2.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change, fault, loaded, model,
    once::{Once, Turn},
    queued,
};
use crate::{
    auth::{
        May, Viewer,
        guard::{act::Create, thing},
    },
    domain::{
        dataset::About,
        fault::{Fault, quoted},
        job::{self, Work},
        model::Fitted,
        revision::{Derived, Revision},
        slug::Slug,
    },
    http::body::Body,
    jobs::predict,
    represent::v2::{self, application::Wanted},
    store,
};
use rocket::{get, post};

/// How to have a dataset predicted.
#[get("/models/<slug>/versions/<number>/applications")]
pub async fn list(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = loaded::numbered(&ask, slug, number).await?;
    answer::read(&ask, v2::application::collection(ask.base(), &found.model, found.version.number))
}

/// A new dataset of what the version says of each row of another: a job.
#[post("/models/<slug>/versions/<number>/applications", data = "<body>")]
pub async fn create(
    slug: &str,
    number: &str,
    may: May<Create, thing::Dataset>,
    ask: Ask<'_>,
    body: Body<'_>,
) -> Answer {
    let (once, body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    body.one_of(change::WHOLE)?;
    let found = loaded::numbered(&ask, slug, number).await?;
    let collection =
        async { Ok(v2::application::collection(ask.base(), &found.model, found.version.number)) };
    answer::expected(&ask, collection).await?;
    let value = change::whole(&ask, body).await?;
    let wanted = v2::application::parse(ask.base(), &value).map_err(fault::input)?;
    let application = application(&ask, &found, wanted).await?;
    let job = queued::queue(&ask, &once, &Work::Predict(application), &may.user).await?;
    let job = queued::waited(&ask, job, 0).await?;
    once.answered(queued::accepted(&ask, &job)).await
}

/// That the column exists, and may stand beside what is told of each row.
fn key(revision: &Revision, fitted: &Fitted, identifier: &str) -> Result<(), Fault> {
    let columns = &revision.columns;
    let (expected, found) = match columns.iter().find(|column| column.identifier == identifier) {
        None => ("a column of the dataset, by identifier", identifier),
        Some(column) if predict::headers(fitted).iter().any(|header| header == column.name.trim()) => {
            ("a column whose header is none of the result's own", column.name.as_str())
        }
        Some(_) => return Ok(()),
    };
    Err(Fault::at("/keyColumn", expected, quoted(found)))
}

async fn application(
    ask: &Ask<'_>,
    found: &loaded::Loaded,
    wanted: Wanted,
) -> Result<job::Application, crate::http::problem::Problem> {
    let (slug, version) = (found.model.slug.to_string(), found.version.number);
    let mut conn = ask.read().await?;
    let dataset = model::source(&ask.sight, &mut conn, &wanted.dataset).await?;
    let revision = model::sealed(&mut conn, &dataset, wanted.revision).await?;
    if let Some(identifier) = &wanted.key {
        key(&revision, &found.version.fitted, identifier).map_err(|fault| fault::input(fault.into()))?;
    }
    let name =
        wanted.name.unwrap_or_else(|| format!("{} of {}", found.model.words.headline, dataset.about.name));
    let new = wanted.slug.unwrap_or_else(|| Slug::made("dataset", &name));
    store::dataset::free(&mut conn, new.as_str())
        .await
        .map_err(|fault| super::article::taken(fault, &new))?;
    let of = Derived { dataset: dataset.slug.to_string(), revision: revision.number, model: slug, version };
    let about = About {
        description: Some(format!(
            "What version {version} of the model `{}` says of each row of revision {} of `{}`.",
            of.model, of.revision, of.dataset
        )),
        license: dataset.about.license.clone(),
        name,
        // It tells of both.
        visibility: found.model.words.visibility.min(dataset.about.visibility),
        ..About::default()
    };
    Ok(job::Application { dataset: new.to_string(), about, of, key: wanted.key })
}
