//! What describes the API to programs: OpenAPI, the catalogue of APIs.

use super::{
    answer::{self, Answer},
    ask::Ask,
};
use crate::{
    auth::Viewer,
    http::{media::Media, problem::Problem},
    represent::{openapi::Version, v2},
};
use rocket::{
    Request, get,
    request::{FromRequest, Outcome},
};

/// A request for a description, which is JSON.
pub struct Described<'r>(Ask<'r>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Described<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Described<'r>, ()> {
        Ask::offering(request, &[Media::Json]).map(Described)
    }
}

/// A request for links by what they lead from.
pub struct Linked<'r>(Ask<'r>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Linked<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Linked<'r>, ()> {
        Ask::offering(request, &[Media::LinkSet, Media::Json]).map(Linked)
    }
}

/// The OpenAPI description of a version.
#[get("/openapi/<version>")]
pub fn openapi(version: &str, _viewer: Viewer, described: Described<'_>) -> Answer {
    let Described(ask) = described;
    answer::read(&ask, v2::entry::openapi(ask.base(), self::version(version)?))
}

/// The version of that name.
pub fn version(name: &str) -> Result<Version, Problem> {
    Version::named(name).ok_or_else(|| Problem::not_found("such version"))
}

/// Which APIs there are.
#[get("/.well-known/api-catalog")]
pub fn catalog(_viewer: Viewer, linked: Linked<'_>) -> Answer {
    let Linked(ask) = linked;
    answer::read(&ask, v2::entry::catalog(ask.base()))
}
