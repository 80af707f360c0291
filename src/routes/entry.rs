//! Front door, entry point, context, documentation, vocabulary, problem types, style sheet.

use super::{
    answer::{self, Answer},
    ask::{Ask, Site},
    content::Canonical,
    included,
};
use crate::{
    auth::Viewer,
    http::{
        coding::{Acceptable, Coding},
        head::Head,
        negotiate::VARY_CODING,
        precondition::{Current, Outcome},
        problem::Problem,
        reply::Reply,
    },
    represent::{asset, link::Place, policy::Subject, v2},
};
use chrono::Utc;
use http::header;
use rocket::{State, get};

/// The front door.
#[get("/")]
pub async fn root(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut document = v2::entry::root(ask.base(), versions(&ask));
    included::in_front(&ask, &mut document).await?;
    answer::read(&ask, document)
}

/// The entry points of the versions that have not ended.
pub fn versions(ask: &Ask<'_>) -> &'static [Place] {
    match ask.works().settings.v1.has_ended(Utc::now()) {
        true => &[Place::Entry],
        false => &[Place::Entry, Place::V1],
    }
}

/// The vocabulary.
#[get("/vocab")]
pub fn vocabulary(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::vocabulary(ask.base()))
}

/// The vocabulary of one release.
#[get("/vocab/<hash>")]
pub fn vocabulary_of(hash: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    if *hash != *ask.base().hashes().vocabulary {
        return Ok(elsewhere(&Place::Vocabulary, &ask));
    }
    let mut document = v2::entry::vocabulary(ask.base());
    document.subject = Subject::Asset;
    // RFC 5829 §3.2.
    document.link("latest-version", Place::Vocabulary.url(ask.base()));
    answer::read(&ask, document)
}

/// Of another release: a document that was kept somewhere still names it, and what it needs is here still.
fn elsewhere(place: &Place, ask: &Ask<'_>) -> Reply {
    Reply::temporary_redirect(&place.url(ask.base())).cached(Subject::Passing.cache_control())
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
    answer::read(&ask, document.ok_or_else(no_problem)?)
}

/// There is no such type of problem.
pub fn no_problem() -> Problem {
    Problem::not_found("such type of problem")
}

/// A file that pages need.
#[get("/static/<file>")]
pub fn file(file: &str, _spelt: Canonical, head: Head, site: &State<Site>) -> Answer {
    let asset = asset::find(file).ok_or_else(|| Problem::not_found("such file"))?;
    if file != asset.name && file != asset.hashed {
        // Of another release: a page that was kept somewhere still names it.
        let url = Place::Static(asset.hashed.clone()).url(site.base());
        return Ok(Reply::temporary_redirect(&url).cached(Subject::Passing.cache_control()));
    }
    let encoded = asset.encoded(Acceptable::of(&head.headers));
    let (coding, content, tag) = encoded.ok_or_else(Problem::coding_not_acceptable)?;
    let current = Current::representation(tag, None);
    let subject = asset.subject(file);
    let reply =
        Reply::ok(asset.media, content).with(header::ETAG, &tag.to_string()).with(header::VARY, VARY_CODING);
    let mut reply = answer::kept_as(reply, &subject);
    if coding != Coding::Identity.as_str() {
        reply = reply.with(header::CONTENT_ENCODING, coding);
    }
    match head.preconditions().evaluate(&head.method, Some(&current)) {
        Outcome::Proceed => Ok(reply),
        Outcome::NotModified => Ok(Reply::not_modified(reply.headers)),
        Outcome::Failed => Err(Problem::precondition_failed(Some(&current))),
    }
}

/// The icon.
#[get("/favicon.ico")]
pub fn icon(spelt: Canonical, head: Head, site: &State<Site>) -> Answer {
    file(asset::ICON, spelt, head, site)
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

/// The same of one release: what documents name.
#[get("/context/<hash>")]
pub fn context_of(hash: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    if *hash != *ask.base().hashes().context {
        return Ok(elsewhere(&Place::Context, &ask));
    }
    let mut document = v2::entry::context(ask.base());
    document.subject = Subject::Asset;
    document.link("latest-version", Place::Context.url(ask.base()));
    answer::read(&ask, document)
}

/// The Hydra documentation of version 2.
#[get("/doc")]
pub fn documentation(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::entry::documentation(ask.base()))
}
