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
pub fn entry(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v1::entry::entry(ask.base()))
}

/// The JSON-LD context.
#[get("/context")]
pub fn context(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v1::entry::context(ask.base()))
}
