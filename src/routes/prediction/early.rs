//! A prediction whose model is in memory, before all routes: who asks a model a thousand times a second waits for no
//! guard that has nothing to guard. What is said is what [`read`](super::read) says.

use super::{loaded, said};
use crate::{
    auth::Sight,
    http::{head::Head, media::Media, reply::Reply},
    represent::{format::offer, link::Place},
    routes::ask::{Ask, Site},
};
use rocket::Request;

/// The end of the path of every prediction.
const END: &str = "/prediction";

/// The answer to who shows no credentials, if there is nothing to read or to refuse for it.
pub fn answered(request: &Request<'_>, site: &Site) -> Option<Reply> {
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
    said(&ask, &*loaded::in_memory(&ask, slug, number)?).ok()
}
