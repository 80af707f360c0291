//! A greeting, the first thing that a tutorial asks for.

use crate::{
    auth::Viewer,
    domain::fault::{Fault, quoted},
    http::query,
    represent::v1,
    routes::{
        answer::{self, Answer},
        ask::Ask,
        fault,
    },
};
use rocket::get;

/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// A greeting of whom the query names.
#[get("/hello")]
pub fn read(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    let pairs = ask.query()?;
    let name = query::first(&pairs, "name").filter(|name| !name.is_empty());
    if let Some(name) = name.filter(|name| name.chars().count() > LONGEST_NAME) {
        let expected = format!("at most {LONGEST_NAME} characters");
        return Err(fault::input(Fault::parameter("name", expected, quoted(name)).into()));
    }
    answer::read(&ask, v1::entry::hello(ask.base(), name))
}
