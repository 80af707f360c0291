//! A greeting, the first thing that a tutorial asks for.

use crate::{
    auth::Viewer,
    domain::fault::{Fault, quoted},
    http::{media::Media, query},
    represent::v1,
    routes::{
        answer::{self, Answer},
        ask::Ask,
        fault,
    },
};
use rocket::{
    Request, get,
    request::{FromRequest, Outcome},
};

/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// The media types of a document that says one thing: plain text too.
pub const SPOKEN: &[Media] = &[Media::JsonLd, Media::Json, Media::Html, Media::Text, Media::V1Json];

/// A request for a document that says one thing.
pub struct Spoken<'r>(pub Ask<'r>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Spoken<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Spoken<'r>, ()> {
        Ask::offering(request, SPOKEN).map(Spoken)
    }
}

/// A greeting of whom the query names.
#[get("/hello")]
pub fn read(_viewer: Viewer, spoken: Spoken<'_>) -> Answer {
    let Spoken(ask) = spoken;
    let pairs = ask.query()?;
    let name = query::first(&pairs, "name").filter(|name| !name.is_empty());
    if let Some(name) = name.filter(|name| name.chars().count() > LONGEST_NAME) {
        let expected = format!("at most {LONGEST_NAME} characters");
        return Err(fault::input(Fault::parameter("name", expected, quoted(name)).into()));
    }
    answer::read(&ask, v1::entry::hello(ask.base(), name))
}
