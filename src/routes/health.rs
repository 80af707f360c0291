//! Whether the process answers, and whether it can do its work: for operators and their probes.

use super::{answer::Answer, ask::Site};
use crate::{
    http::{media::Media, problem::Problem, reply::Reply},
    represent::{link::Place, policy::Subject},
};
use bytes::Bytes;
use rocket::{State, get};

/// The process answers.
#[get("/livez")]
pub fn live() -> Reply {
    fine()
}

/// The database and the blob store answer too.
#[get("/readyz")]
pub async fn ready(site: &State<Site>) -> Answer {
    answers(site).await.map(|()| fine())
}

/// Whether they answer.
pub async fn answers(site: &Site) -> Result<(), Problem> {
    let answers = site.works.store.answers().await.is_ok() && site.works.blobs.answers().await;
    if answers { Ok(()) } else { Err(Problem::unavailable(2)) }
}

/// Whether a path is where somebody asks how the server is.
pub fn is_asked(path: &str) -> bool {
    let places = [Place::Live, Place::Ready, Place::InferenceLive, Place::InferenceReady];
    places.iter().any(|place| place.pattern() == path)
}

fn fine() -> Reply {
    Reply::ok(Media::Text, Bytes::from_static(b"ok\n")).cached(Subject::Passing.cache_control())
}
