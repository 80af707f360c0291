//! Versions of models as files for other programs: an ONNX graph, weights as JSON. Never a pickle: who loads
//! one runs what is in it.

use super::{
    answer::{self, Answer},
    ask::Ask,
    fault, loaded,
    loaded::Loaded,
};
use crate::{
    auth::Viewer,
    domain::{Kind, model::Saved},
    http::{
        disposition,
        etag::{ETag, State},
        link_header::Link,
        media::Media,
        precondition::{Current, Outcome},
        problem::Problem,
        reply::Reply,
    },
    learning::onnx,
    represent::{link::Place, policy::Subject},
};
use bytes::Bytes;
use http::header;
use rocket::get;

/// The graph of a version.
#[get("/models/<slug>/versions/<number>/onnx")]
pub async fn graph(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = loaded::numbered(&ask, slug, number).await?;
    let bytes = onnx(&found.version.fitted, slug, found.version.number);
    file(&ask, &found, Media::Onnx, "onnx", bytes.into())
}

/// Its weights.
#[get("/models/<slug>/versions/<number>/coefficients")]
pub async fn coefficients(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = loaded::numbered(&ask, slug, number).await?;
    let text =
        serde_json::to_vec(&Saved::of(&found.version.fitted)).map_err(|error| fault::broken(&error))?;
    file(&ask, &found, Media::Json, "json", text.into())
}

fn file(ask: &Ask<'_>, found: &Loaded, media: Media, ending: &str, content: Bytes) -> Answer {
    let (slug, number) = (found.model.slug.to_string(), found.version.number.to_string());
    let tag = ETag::of(State::stored(found.version.state(&slug).as_str()), &content);
    let about = Place::Version(slug.clone(), number.clone()).url(ask.base());
    let name = format!("{slug}-{number}.{ending}");
    let mut reply = Reply::ok(media, content)
        .with(header::ETAG, &tag.to_string())
        .with(header::LINK, &Link::new(about, "describedby").to_string());
    reply.headers.insert(header::CONTENT_DISPOSITION, disposition::attachment(Some(name.as_str())));
    let modified = found.version.created.timestamp_millis();
    reply.headers.insert(header::LAST_MODIFIED, crate::http::date::value(modified));
    let reply = answer::kept_as(reply, &Subject::Fixed { kind: Kind::Model, slug });
    let current = Current::representation(tag, Some(modified));
    match ask.head.preconditions().evaluate(&ask.head.method, Some(&current)) {
        Outcome::Proceed => Ok(reply),
        Outcome::NotModified => Ok(Reply::not_modified(reply.headers)),
        Outcome::Failed => Err(Problem::precondition_failed(Some(&current))),
    }
}
