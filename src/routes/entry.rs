//! Front door, entry point, context, documentation, vocabulary, problem types, style sheet.

use super::{
    answer::{self, Answer},
    ask::Ask,
    content::Canonical,
};
use crate::{
    auth::Viewer,
    http::{
        etag::{ETag, State},
        head::Head,
        media::Media,
        precondition::{Current, Outcome},
        problem::Problem,
        reply::Reply,
    },
    represent::{policy::Subject, v2},
};
use bytes::Bytes;
use rocket::get;

/// The front door.
#[get("/")]
pub fn root(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::root(ask.base()))
}

/// The vocabulary.
#[get("/vocab")]
pub fn vocabulary(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::vocabulary(ask.base()))
}

/// Every type of problem.
#[get("/problems")]
pub fn problems(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::problems(ask.base()))
}

/// One type of problem.
#[get("/problems/<name>")]
pub fn problem(name: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let document = v2::entry::problem(ask.base(), name);
    answer::read(&ask, document.ok_or_else(|| Problem::not_found("such type of problem"))?)
}

/// A file that pages need.
#[get("/static/<file>")]
pub fn file(file: &str, _spelt: Canonical, head: Head) -> Answer {
    let content = match file {
        "almanac.css" => Bytes::from_static(include_bytes!("../../static/almanac.css")),
        _ => return Err(Problem::not_found("such file")),
    };
    let tag = ETag::of(State::of(&content), &content);
    let current = Current::representation(tag, None);
    let reply = Reply::ok(Media::Css, content)
        .with(http::header::ETAG, &tag.to_string())
        .cached(Subject::Schema.cache_control());
    match head.preconditions().evaluate(&head.method, Some(&current)) {
        Outcome::Proceed => Ok(reply),
        Outcome::NotModified => Ok(Reply::not_modified(reply.headers)),
        Outcome::Failed => Err(Problem::precondition_failed(Some(&current))),
    }
}

/// The entry point of version 2.
#[get("/")]
pub fn entry(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::entry(ask.base()))
}

/// The JSON-LD context of version 2.
#[get("/context")]
pub fn context(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::context(ask.base()))
}

/// The Hydra documentation of version 2.
#[get("/doc")]
pub fn documentation(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::documentation(ask.base()))
}
