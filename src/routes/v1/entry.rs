//! Entry point and context of version 1.

use crate::{
    auth::Viewer,
    represent::v1,
    routes::{
        answer::{self, Answer},
        ask::Ask,
    },
};
use rocket::get;

/// The entry point.
#[get("/")]
pub fn entry(ask: Ask<'_>, _viewer: Viewer) -> Answer {
    answer::read(&ask, v1::entry::entry(ask.base()))
}

/// The JSON-LD context.
#[get("/context")]
pub fn context(ask: Ask<'_>, _viewer: Viewer) -> Answer {
    answer::read(&ask, v1::entry::context(ask.base()))
}
