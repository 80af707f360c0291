//! What describes the API: OpenAPI and the catalogue of APIs to programs, the reference to people.

use super::{
    always,
    answer::{self, Answer},
    ask::Ask,
    entry,
};
use crate::{
    auth::Viewer,
    http::{
        coding::Coding,
        etag::{ETag, State},
        media::Media,
        negotiate::VARY,
        precondition::{Current, Outcome},
        problem::Problem,
        reply::Reply,
    },
    page,
    represent::{link::Place, openapi::Version, policy::Subject, v2},
};
use http::header;
use rocket::get;

/// The OpenAPI description of a version.
#[get("/openapi/<version>")]
pub fn openapi(version: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::openapi(ask.base(), self::version(version)?))
}

/// The API for people: leads to the newest version's reference.
#[get("/docs")]
pub fn references(_viewer: Viewer, ask: Ask<'_>) -> Reply {
    let url = Place::Reference(Version::Two.name().into()).url(ask.base());
    answer::kept_as(Reply::temporary_redirect(&url), &Subject::Schema).with(header::VARY, VARY)
}

/// The API of a version for people.
#[get("/docs/<version>")]
pub fn reference(version: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let version = self::version(version)?;
    let content = page::reference(ask.base(), version);
    let state = State::of(&content);
    let (coding, content) = ask.wish.encode(content).ok_or_else(Problem::coding_not_acceptable)?;
    let current = Current::representation(ETag::of(state, &content), None);
    let mut reply = Reply::ok(Media::Html, content)
        .with(header::CONTENT_SECURITY_POLICY, always::SCRIPTED)
        .with(header::ETAG, &current.name())
        .with(header::VARY, VARY);
    if coding != Coding::Identity {
        reply = reply.with(header::CONTENT_ENCODING, coding.as_str());
    }
    let reply = answer::kept_as(reply, &Subject::Schema);
    match ask.head.preconditions().evaluate(&ask.head.method, Some(&current)) {
        Outcome::Proceed => Ok(reply),
        Outcome::NotModified => Ok(Reply::not_modified(reply.headers)),
        Outcome::Failed => Err(Problem::precondition_failed(Some(&current))),
    }
}

/// The version of that name.
pub fn version(name: &str) -> Result<Version, Problem> {
    Version::named(name).ok_or_else(|| Problem::not_found("such version"))
}

/// Which APIs there are.
#[get("/.well-known/api-catalog")]
pub fn catalog(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::catalog(ask.base(), entry::versions(&ask)))
}
