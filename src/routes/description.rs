//! What describes the API to programs: OpenAPI, the catalogue of APIs.

use super::{
    answer::{self, Answer},
    ask::Ask,
};
use crate::{
    auth::Viewer,
    http::problem::Problem,
    represent::{openapi::Version, v2},
};
use rocket::get;

/// The OpenAPI description of a version.
#[get("/openapi/<version>")]
pub fn openapi(version: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::openapi(ask.base(), self::version(version)?))
}

/// The version of that name.
pub fn version(name: &str) -> Result<Version, Problem> {
    Version::named(name).ok_or_else(|| Problem::not_found("such version"))
}

/// Which APIs there are.
#[get("/.well-known/api-catalog")]
pub fn catalog(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::catalog(ask.base()))
}
