//! What describes the API: OpenAPI and the catalogue of APIs to programs, the reference to people.

use super::{
    always,
    answer::{self, Answer},
    ask::Ask,
    entry,
};
use crate::{
    auth::Viewer,
    http::{negotiate::VARY, problem::Problem, reply::Reply},
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
    let answer = answer::bytes(&ask, content, &Subject::Schema)?;
    Ok(answer.with(header::CONTENT_SECURITY_POLICY, always::SCRIPTED))
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
