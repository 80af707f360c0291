//! A prediction whose model is in memory, before all routes: who asks a model a thousand times a second waits for no
//! guard that has nothing to guard. What is said is what [`read`](super::read) says.

use super::{asked_for, elsewhere, mould};
use crate::{
    auth::Sight,
    http::{
        head::Head,
        media::Media,
        reply::Reply,
        stored::{Given, Stored},
    },
    represent::{format::offer, link::Place, v2},
    routes::{
        answer,
        ask::{Ask, Site},
        loaded,
    },
};
use rocket::Request;

/// The end of the path of every prediction.
const END: &str = "/prediction";

/// The answer.
pub enum Said {
    /// As an answer that is kept is given again.
    Cast(Stored, Given),
    /// As any other.
    Whole(Reply),
}

/// The answer to who shows no credentials, if there is nothing to read or to refuse for it.
pub fn answered(request: &Request<'_>, site: &Site) -> Option<Said> {
    let path = request.uri().path().as_str();
    if !path.ends_with(END) || crate::routes::canonical(path).is_some() {
        return None;
    }
    let place = Place::parse(path)?;
    let Place::Prediction(slug, number) = &place else { return None };
    let ask = Ask::negotiated(Head::of(request), Sight::of_nobody(), site, offer::at(&place)).ok()?;
    // Its page shows what stands in the database.
    if ask.media == Media::Html {
        return None;
    }
    let found = loaded::in_memory(&ask, slug, number)?;
    let (prediction, query) = asked_for(&ask, &found).ok()?;
    if let Some(reply) = elsewhere(&ask, &found.model, &query) {
        return Some(Said::Whole(reply));
    }
    if let Some(stored) = mould::cast(&ask, &found, &prediction, &query)
        && let Some(given) = stored.given(&ask.head.method, &ask.head.headers)
    {
        return Some(Said::Cast(stored, given));
    }
    let document = v2::prediction::read(ask.base(), &found.model, found.version.number, &prediction);
    answer::read(&ask, document).ok().map(Said::Whole)
}
