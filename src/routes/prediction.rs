//! Predictions under version 2, and what version 1 shares of them.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change, fault, included, model, version,
};
use crate::{
    auth::Viewer,
    domain::{
        fault::Fault,
        model::Fitted,
        prediction::{Asked, Given, Place as Stood, Prediction},
        version::{Model, Version},
    },
    http::{
        body::Body,
        media::Media,
        problem::Problem,
        reply::{Reply, Success},
    },
    learning::{Input, Refused, predict},
    represent::{Document, input::kind, link::Place, policy::Subject, v2},
};
use http::header;
use rocket::{get, post};
use serde_json::Value;

/// Rows of one request.
const MOST_ROWS: usize = 10_000;

/// A prediction on a version: a pure function of its URL.
#[get("/models/<slug>/versions/<number>/prediction")]
pub async fn read(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let (model, version) = version::find(&ask.sight, &mut conn, slug, number).await?;
    let asked = Asked { values: texts(ask.query()?), place: Stood::Parameters };
    let prediction = of(&version.fitted, &asked)?;
    let query = v2::prediction::query(&prediction);
    if ask.head.query.as_deref().unwrap_or_default() != query {
        // One URL for one question: order of features and spelling of numbers would split caches.
        // Of what was asked for without a version the one that was given.
        let path = if ask.head.vendor.is_some() { ask.head.routed() } else { &ask.head.path };
        let url = ask.base().join(&format!("{path}?{query}"));
        let subject = Subject::Prediction { slug: slug.into() };
        return Ok(answer::kept_as(Reply::permanent_redirect(&url), &subject));
    }
    let mut document = v2::prediction::read(ask.base(), &model, version.number, &prediction);
    included::in_model(&ask, &mut document, &model, &version, &mut conn).await?;
    answer::read(&ask, document)
}

/// A prediction on the current version: leads to the version's own URL.
#[get("/models/<slug>/prediction")]
pub async fn current(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (_, version) = model::find(&ask.sight, &mut ask.read().await?, slug).await?;
    let mut url = Place::Prediction(slug.into(), version.number.to_string()).url(ask.base());
    if let Some(suffix) = ask.head.suffix.and_then(Media::suffix) {
        url = format!("{url}.{suffix}");
    }
    if let Some(query) = &ask.head.query {
        url = format!("{url}?{query}");
    }
    let subject = Subject::Item { kind: crate::domain::Kind::Model, slug: slug.into() };
    Ok(answer::kept_as(Reply::temporary_redirect(&url), &subject))
}

/// How to predict with the current version.
#[get("/models/<slug>/predictions")]
pub async fn list_current(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = model::find(&ask.sight, &mut ask.read().await?, slug).await?;
    answer::read(&ask, listed(&ask, &Place::CurrentPredictions(slug.into()), &found))
}

/// How to predict with a version.
#[get("/models/<slug>/versions/<number>/predictions")]
pub async fn list(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = version::find(&ask.sight, &mut ask.read().await?, slug, number).await?;
    answer::read(&ask, listed(&ask, &Place::Predictions(slug.into(), number.into()), &found))
}

fn listed(ask: &Ask<'_>, place: &Place, (model, version): &(Model, Version)) -> Document {
    v2::prediction::collection(ask.base(), place, model, version.number, &version.fitted)
}

/// Predictions of the current version, of one object or a list of them.
#[post("/models/<slug>/predictions", data = "<body>")]
pub async fn create_current(slug: &str, _viewer: Viewer, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let found = model::find(&ask.sight, &mut ask.read().await?, slug).await?;
    created(&ask, Place::CurrentPredictions(slug.into()), &found, body).await
}

/// Predictions of a version, of one object or a list of them.
#[post("/models/<slug>/versions/<number>/predictions", data = "<body>")]
pub async fn create(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let found = version::find(&ask.sight, &mut ask.read().await?, slug, number).await?;
    created(&ask, Place::Predictions(slug.into(), number.into()), &found, body).await
}

async fn created(ask: &Ask<'_>, place: Place, found: &(Model, Version), body: Body<'_>) -> Answer {
    body.one_of(change::WHOLE)?;
    answer::expected(ask, async { Ok(listed(ask, &place, found)) }).await?;
    let (model, version) = found;
    let value = change::whole(ask, body).await?;
    let Value::Array(rows) = &value else {
        let asked = asked("", &value)?;
        let prediction = of(&version.fitted, &asked)?;
        let document = v2::prediction::read(ask.base(), model, version.number, &prediction);
        return one(ask, document);
    };
    if rows.is_empty() || rows.len() > MOST_ROWS {
        let fault = Fault::at("", format!("1 to {MOST_ROWS} rows"), format!("{}", rows.len()));
        return Err(fault::input(fault.into()));
    }
    let predictions = rows
        .iter()
        .enumerate()
        .map(|(index, row)| of(&version.fitted, &asked(&format!("/{index}"), row)?))
        .collect::<Result<Vec<Prediction>, Problem>>()?;
    let document = v2::prediction::many(ask.base(), &place, model, version.number, &predictions);
    answer::said(ask, Success::Ok, document)
}

/// The answer to one: 201 with the URL that gives the same by GET.
fn one(ask: &Ask<'_>, document: Document) -> Answer {
    let mut reply = answer::said(ask, Success::Created, document)?;
    if let Some(location) = reply.headers.get(header::LOCATION).cloned() {
        reply.headers.insert(header::CONTENT_LOCATION, location);
    }
    Ok(reply)
}

/// Text values, in the order of a query or path.
pub fn texts(pairs: Vec<(String, String)>) -> Vec<(String, Given)> {
    pairs.into_iter().map(|(name, text)| (name, Given::Text(text))).collect()
}

fn asked(pointer: &str, value: &Value) -> Result<Asked, Problem> {
    v2::prediction::asked(pointer, value).ok_or_else(|| {
        let fault = Fault::at(pointer, "an object with a member for each feature", kind(value));
        fault::input(fault.into())
    })
}

/// What a model says; 400 for what does not read, 422 for what the model does not take.
pub fn of(fitted: &Fitted, asked: &Asked) -> Result<Prediction, Problem> {
    match Input::read(fitted, asked) {
        Ok(input) => Ok(predict(fitted, &input)),
        Err(Refused::Unfit(faults)) => Err(Problem::unprocessable(fault::entries(&faults))),
        Err(Refused::Malformed(faults)) => Err(Problem::invalid_parameters(fault::entries(&faults))),
    }
}
