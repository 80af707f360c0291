//! The Open Inference Protocol, for clients that know nothing else of us; its metadata are our documents.

use super::{
    answer::{self, Answer},
    ask::{Ask, Site},
    fault, health, loaded,
    loaded::Loaded,
    prediction,
};
use crate::{
    auth::Viewer,
    domain::{
        fault::Faults,
        model::{Feature, Seen},
        prediction::Place as Stood,
    },
    http::{
        body::Body,
        field,
        media::Media,
        problem::{Problem, kind},
        reply::Reply,
    },
    learning::{Batch, Said},
    represent::{
        class::TENSORS,
        inference::{self, Answered, Answers, Datum, Inference, JSON_LENGTH},
        link::Place,
        policy::Subject,
    },
};
use bytes::Bytes;
use chrono::NaiveDate;
use http::HeaderName;
use rocket::{State, get, post};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::{sync::Semaphore, task::spawn_blocking};

/// Requests that are worked on at a time: each has tensors of up to 100 MB in memory.
const MOST_AT_WORK: usize = 4;

static ROOM: Semaphore = Semaphore::const_new(MOST_AT_WORK);

/// The server answers.
#[get("/health/live")]
pub fn live(_viewer: Viewer, _ask: Ask<'_>) -> Answer {
    Ok(said(&json!({"live": true})))
}

/// It can do its work.
#[get("/health/ready")]
pub async fn ready(site: &State<Site>, _viewer: Viewer, _ask: Ask<'_>) -> Answer {
    health::answers(site).await.map(|()| said(&json!({"ready": true})))
}

/// The model can predict.
#[get("/models/<slug>/ready")]
pub async fn model_ready(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = loaded::current(&ask, slug).await?;
    Ok(said(&json!({"name": found.model.slug.as_str(), "ready": true})))
}

/// The version can.
#[get("/models/<slug>/versions/<number>/ready")]
pub async fn version_ready(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = loaded::numbered(&ask, slug, number).await?;
    let version = found.version.number.to_string();
    Ok(said(&json!({"name": found.model.slug.as_str(), "version": version, "ready": true})))
}

/// What the newest version says.
#[post("/models/<slug>/infer", data = "<body>")]
pub async fn infer(slug: &str, _viewer: Viewer, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let found = loaded::current(&ask, slug).await?;
    inferred(&ask, found, body).await
}

/// What a version says.
#[post("/models/<slug>/versions/<number>/infer", data = "<body>")]
pub async fn version_infer(
    slug: &str,
    number: &str,
    _viewer: Viewer,
    ask: Ask<'_>,
    body: Body<'_>,
) -> Answer {
    let found = loaded::numbered(&ask, slug, number).await?;
    inferred(&ask, found, body).await
}

fn said(value: &Value) -> Reply {
    let text = Bytes::from(format!("{value}\n"));
    Reply::ok(Media::Json, text).cached(Subject::Passing.cache_control())
}

async fn inferred(ask: &Ask<'_>, found: Arc<Loaded>, body: Body<'_>) -> Answer {
    // Clients of the protocol name none.
    if body.media_type()?.is_some() {
        body.one_of(TENSORS)?;
    }
    let place = Place::Predictions(found.model.slug.to_string(), found.version.number.to_string());
    answer::expected(ask, async { Ok(prediction::listed(ask, &place, &found)) }).await?;
    let json = json_length(ask)?;
    let body = body.bytes(ask.works().settings.bodies.inference_bytes).await?;
    let room = ROOM.acquire().await.map_err(|error| fault::broken(&error))?;
    let work = move || {
        // Kept where the client is gone and the work is not.
        let _room = room;
        answers(&found, &body, json)
    };
    let answered = spawn_blocking(work).await.map_err(|error| fault::broken(&error))??;
    let media = if answered.json.is_some() { Media::OctetStream } else { Media::Json };
    let reply = Reply::ok(media, answered.body.into()).cached(Subject::Passing.cache_control());
    Ok(match answered.json {
        Some(length) => reply.with(HeaderName::from_static(JSON_LENGTH), &length.to_string()),
        None => reply,
    })
}

/// How many bytes of the body are JSON, if not all are.
fn json_length(ask: &Ask<'_>) -> Result<Option<usize>, Problem> {
    let name = HeaderName::from_static(JSON_LENGTH);
    let lines: Vec<&str> = field::lines(&ask.head.headers, &name).collect();
    match lines.as_slice() {
        [] => Ok(None),
        [line] => line.trim().parse().map(Some).map_err(|_| {
            Problem::malformed(format!("{JSON_LENGTH}: expected a number of bytes, found {line:?}"))
        }),
        _ => Err(Problem::malformed(format!("{JSON_LENGTH}: expected one line, found several"))),
    }
}

fn answers(found: &Loaded, body: &[u8], json: Option<usize>) -> Result<Answered, Problem> {
    let fitted = &found.version.fitted;
    let inference = inference::read(fitted, body, json).map_err(Problem::malformed)?;
    let (mut batch, mut answers) = (Batch::new(fitted), Answers::default());
    for row in 0..inference.rows {
        let at = || Stood::Row(row as u64 + 1);
        batch.begin();
        for (place, feature) in fitted.features.iter().enumerate() {
            batch.give_to(place, meant(feature, &inference, row, place), &at);
        }
        if let Some(told) = batch.tell(&at) {
            answers.labels.push(told.class);
            answers.probabilities.extend_from_slice(told.probabilities);
            answers.contributions.extend(told.contributions());
        }
        if batch.is_hopeless() {
            break;
        }
    }
    Faults::unless(batch.faults, ()).map_err(|faults| {
        Problem::new(&kind::UNPROCESSABLE, faults.to_string()).with_errors(fault::entries(&faults))
    })?;
    let (model, version) = (found.model.slug.as_str(), found.version.number);
    Ok(answers.answered(fitted, &inference, model, version))
}

/// What an element of a tensor means for a feature: truth values may be 0 and 1, days numbers of them.
fn meant<'i>(feature: &Feature, inference: &'i Inference, row: usize, place: usize) -> Said<'i> {
    let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 1e9).then_some(number as i64);
    let datum = inference.datum(row, place);
    let integer = match datum {
        Datum::Integer(value) => Some(*value),
        Datum::Number(value) => whole(*value),
        _ => None,
    };
    match (&feature.seen, datum, integer) {
        (Seen::Boolean { .. }, _, Some(value @ (0 | 1))) => Said::Boolean(value == 1),
        (Seen::Date { .. }, _, Some(days)) => {
            let day = i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days);
            day.map_or(Said::Integer(days), Said::Date)
        }
        (_, Datum::Missing, _) => Said::Missing,
        (_, Datum::Boolean(value), _) => Said::Boolean(*value),
        (_, Datum::Integer(value), _) => Said::Integer(*value),
        (_, Datum::Number(value), _) => Said::Number(*value),
        (_, Datum::Text(text), _) => Said::Spelt(text),
    }
}
