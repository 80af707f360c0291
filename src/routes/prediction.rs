//! Predictions under version 2, and what version 1 shares of them.

pub mod early;
mod json;
pub mod many;
pub mod mould;
mod rows;

use super::{
    answer::{self, Answer},
    ask::Ask,
    change, fault, included,
    loaded::{self, Loaded},
    refused,
};
use crate::{
    auth::Viewer,
    blob::Written,
    domain::{
        fault::Fault,
        model::Fitted,
        prediction::{Asked, Given, Place as Stood, Prediction},
        version::Model,
    },
    http::{
        body::Body,
        media::Media,
        problem::Problem,
        reply::{Reply, Success},
    },
    learning::{Input, Refused, predict},
    represent::{
        Document,
        class::{FEATURES, WHOLE},
        input::kind,
        link::Place,
        policy::Subject,
        v2,
    },
};
use http::header;
use rocket::{get, post};
use serde_json::{Value, json};
use std::sync::Arc;

/// Formats of rows alone, in which one prediction is a row as in a table of many.
const ROWS: [Media; 2] = [Media::Csv, Media::Ndjson];

/// A prediction on a version: a pure function of its URL.
#[get("/models/<slug>/versions/<number>/prediction")]
pub async fn read(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = loaded::numbered(&ask, slug, number).await?;
    let Loaded { model, version, .. } = &*found;
    let (prediction, query) = match asked_for(&ask, &found) {
        Err(problem) if refused::is_for_people(&ask, &problem) => {
            let form = listed(&ask, &Place::Predictions(slug.into(), number.into()), &found);
            return Err(refused::with_form(&ask, &form, problem));
        }
        asked => asked?,
    };
    if let Some(reply) = elsewhere(&ask, model, &query) {
        return Ok(reply);
    }
    let mut document = v2::prediction::read(ask.base(), model, version.number, &prediction);
    if !included::are_wanted(&ask) {
        return answer::read(&ask, document);
    }
    included::in_model(&ask, &mut document, model, version, &mut ask.read().await?).await?;
    answer::read(&ask, document)
}

/// The prediction that a query asks for, and its one spelling.
fn asked_for(ask: &Ask<'_>, found: &Loaded) -> Result<(Prediction, String), Problem> {
    let asked = Asked { values: texts(ask.query()?), place: Stood::Parameters };
    let prediction = of(&found.version.fitted, &asked)?;
    let query = v2::prediction::query(&prediction);
    Ok((prediction, query))
}

/// Where it stands, if that is another URL: there is one for one question, since order of features and spelling of
/// numbers would split caches.
fn elsewhere(ask: &Ask<'_>, model: &Model, query: &str) -> Option<Reply> {
    if ask.head.query.as_deref().unwrap_or_default() == query {
        return None;
    }
    // Of what was asked for without a version the one that was given.
    let path = if ask.head.vendor.is_some() { ask.head.routed() } else { &ask.head.path };
    let url = ask.base().join(&format!("{path}?{query}"));
    let subject = Subject::Prediction { slug: model.slug.to_string() };
    Some(answer::kept_as(Reply::permanent_redirect(&url), &subject))
}

/// A prediction on the current version: leads to the version's own URL.
#[get("/models/<slug>/prediction")]
pub async fn current(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = loaded::current(&ask, slug).await?;
    let mut url = Place::Prediction(slug.into(), found.version.number.to_string()).url(ask.base());
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
    let found = loaded::current(&ask, slug).await?;
    answer::read(&ask, listed(&ask, &Place::CurrentPredictions(slug.into()), &found))
}

/// How to predict with a version.
#[get("/models/<slug>/versions/<number>/predictions")]
pub async fn list(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = loaded::numbered(&ask, slug, number).await?;
    answer::read(&ask, listed(&ask, &Place::Predictions(slug.into(), number.into()), &found))
}

/// How to predict with a version, at that place.
pub fn listed(ask: &Ask<'_>, place: &Place, found: &Loaded) -> Document {
    v2::prediction::collection(ask.base(), place, &found.model, found.version.number, &found.version.fitted)
}

/// Predictions of the current version: of one object, or of many rows in any format.
#[post("/models/<slug>/predictions", data = "<body>")]
pub async fn create_current(slug: &str, _viewer: Viewer, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let found = loaded::current(&ask, slug).await?;
    created(&ask, Place::CurrentPredictions(slug.into()), found, body).await
}

/// Predictions of a version: of one object, or of many rows in any format.
#[post("/models/<slug>/versions/<number>/predictions", data = "<body>")]
pub async fn create(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let found = loaded::numbered(&ask, slug, number).await?;
    created(&ask, Place::Predictions(slug.into(), number.into()), found, body).await
}

async fn created(ask: &Ask<'_>, place: Place, found: Arc<Loaded>, mut body: Body<'_>) -> Answer {
    let media = body.one_of(FEATURES)?;
    answer::expected(ask, async { Ok(listed(ask, &place, &found)) }).await?;
    let form = many::form(media, body.media_type()?.as_ref());
    let many = !WHOLE.contains(&media) || (media != Media::JsonLd && body.is_array().await);
    let rows = if many {
        many::held(ask, body).await?
    } else {
        let value = change::whole(ask, body).await?;
        if !value.is_array() {
            return one(ask, place, found, &value).await;
        }
        // In our own keys by now.
        Written::Few(value.to_string().into())
    };
    many::answered(ask, many::Asked { place, loaded: found, form, rows }).await
}

/// The answer to one object.
async fn one(ask: &Ask<'_>, place: Place, found: Arc<Loaded>, value: &Value) -> Answer {
    let prediction = of(&found.version.fitted, &asked("", value)?)?;
    let document = v2::prediction::read(ask.base(), &found.model, found.version.number, &prediction);
    if !ROWS.contains(&ask.media) {
        return made(ask, document);
    }
    let rows = Written::Few(json!([value]).to_string().into());
    let url = document.id().to_string();
    let mut reply =
        many::answered(ask, many::Asked { place, loaded: found, form: rows::Form::Array, rows }).await?;
    reply.status = Success::Created.code();
    Ok(reply.with(header::LOCATION, &url))
}

/// The answer to one: 201 with the URL that gives the same by GET.
fn made(ask: &Ask<'_>, document: Document) -> Answer {
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
