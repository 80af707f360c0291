//! Handlers, one file for each resource: read, list, create, replace, patch, delete, in that order.
//!
//! [`endpoints`] is the one list of what is mounted where. A handler parses, asks the store, and gives
//! a document to [`answer`]; it chooses no status, no header and no URL itself.

pub mod always;
pub mod answer;
pub mod article;
pub mod ask;
pub mod catcher;
pub mod change;
pub mod cursor;
pub mod dataset;
pub mod entry;
pub mod fault;
pub mod health;
pub mod model;
pub mod prediction;
pub mod revision;
pub mod row;
pub mod upload;
pub mod version;

use crate::{
    http::head::Head,
    represent::link::{Base, Place},
};
use rocket::{Route, routes};

/// What is mounted: the path in front, and the routes below it.
pub fn endpoints() -> Vec<(&'static str, Vec<Route>)> {
    vec![
        (
            "/",
            routes![
                entry::root,
                entry::vocabulary,
                entry::problems,
                entry::problem,
                entry::file,
                health::live,
                health::ready
            ],
        ),
        (
            Place::Entry.pattern(),
            routes![
                entry::entry,
                entry::context,
                entry::documentation,
                article::read,
                article::list,
                article::create,
                article::replace,
                article::patch,
                article::delete,
                dataset::read,
                dataset::list,
                dataset::columns,
                dataset::create,
                dataset::patch,
                dataset::delete,
                row::read,
                row::list,
                row::create,
                row::replace,
                row::patch,
                row::delete,
                revision::read,
                revision::list,
                revision::create,
                revision::artifact,
                model::read,
                model::list,
                model::create,
                model::patch,
                model::delete,
                version::read,
                version::list,
                version::create,
                prediction::read,
                prediction::current,
                prediction::list_current,
                prediction::list,
                prediction::create_current,
                prediction::create,
            ],
        ),
    ]
}

/// The one spelling of a path, if this is another: no empty segment, no slash at the end.
pub fn canonical(path: &str) -> Option<String> {
    if path == "/" || !(path.contains("//") || path.ends_with('/')) {
        return None;
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    Some(format!("/{}", segments.join("/")))
}

/// The absolute URL of a request at another path.
pub fn elsewhere(base: &Base, head: &Head, path: &str) -> String {
    match &head.query {
        Some(query) => base.join(&format!("{path}?{query}")),
        None => base.join(path),
    }
}

/// A name for a request that finds it in the log.
pub fn request_id() -> String {
    let mut bytes = [0; 8];
    // Without randomness ids repeat, but requests are answered.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
