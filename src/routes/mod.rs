//! Handlers, one file for each resource: read, list, create, replace, patch, delete, in that order.
//!
//! [`endpoints`] is the one list of what is mounted where. A handler parses, asks the store, and gives
//! a document to [`answer`]; it chooses no status, no header and no URL itself.

pub mod account;
pub mod always;
pub mod answer;
pub mod application;
pub mod arrival;
pub mod article;
pub mod ask;
pub mod audit;
pub mod catcher;
pub mod change;
pub mod content;
pub mod crawler;
pub mod cursor;
pub mod dataset;
pub mod description;
pub mod edit;
pub mod entry;
pub mod export;
pub mod fault;
pub mod health;
pub mod hit;
pub mod included;
pub mod inference;
pub mod job;
pub mod listing;
pub mod load;
pub mod loaded;
pub mod me;
pub mod message;
pub mod model;
pub mod number;
pub mod once;
pub mod options;
pub mod people;
pub mod prediction;
pub mod queued;
pub mod rate;
pub mod record;
pub mod refused;
pub mod revision;
pub mod room;
pub mod row;
pub mod search;
pub mod selection;
pub mod sign;
pub mod standing;
pub mod unversioned;
pub mod upload;
pub mod usage;
pub mod user;
pub mod v1;
pub mod version;
pub mod version_file;
pub mod watch;

use crate::{
    http::head::Head,
    represent::link::{Base, Place},
};
use rocket::{Route, routes};

/// What is mounted: the path in front, and the routes below it.
pub fn endpoints() -> Vec<(&'static str, Vec<Route>)> {
    let version_2 = [articles(), tables(), models(), people()].concat();
    vec![
        ("/", hit::routes()),
        ("/", front()),
        ("/", private()),
        (Place::Entry.pattern(), version_2),
        (Place::V1.pattern(), v1::endpoints()),
    ]
}

fn front() -> Vec<Route> {
    routes![
        entry::root,
        entry::vocabulary,
        entry::vocabulary_of,
        entry::problems,
        entry::problem,
        entry::file,
        entry::icon,
        description::openapi,
        description::catalog,
        crawler::robots,
        crawler::sitemap,
        description::references,
        description::reference,
        health::live,
        health::ready
    ]
}

/// Pages of who is signed in.
fn private() -> Vec<Route> {
    routes![
        sign::read,
        sign::create,
        sign::delete,
        account::read,
        account::password,
        account::replace_password,
        account::list_sessions,
        account::end_sessions,
        account::list_tokens,
        account::change_tokens,
        people::list,
        people::create,
        people::read,
        people::change,
        edit::read,
        edit::save,
        edit::table::read,
        edit::table::save,
        audit::list
    ]
}

/// The entry point of version 2, searching, and articles.
fn articles() -> Vec<Route> {
    routes![
        entry::entry,
        entry::context,
        entry::context_of,
        entry::documentation,
        search::list,
        article::read,
        article::list,
        article::create,
        article::replace,
        article::patch,
        article::delete
    ]
}

/// Datasets, their rows and revisions.
fn tables() -> Vec<Route> {
    routes![
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
        row::many::patch,
        export::read,
        row::delete,
        revision::read,
        revision::list,
        revision::create,
        revision::artifact,
        record::list,
        record::comparison
    ]
}

/// Models, their versions, what they say, and the jobs that train them.
fn models() -> Vec<Route> {
    routes![
        model::read,
        model::list,
        model::create,
        model::patch,
        model::delete,
        version::read,
        version::card,
        version::curves,
        version::comparison,
        version::list,
        version::create,
        prediction::read,
        prediction::current,
        prediction::list_current,
        prediction::list,
        prediction::create_current,
        prediction::create,
        application::list,
        application::create,
        version_file::graph,
        version_file::coefficients,
        inference::live,
        inference::ready,
        inference::model_ready,
        inference::version_ready,
        inference::infer,
        inference::version_infer,
        job::read,
        job::list,
        job::delete
    ]
}

/// Messages, and the people who leave them.
fn people() -> Vec<Route> {
    routes![
        message::read,
        message::content,
        message::list,
        message::create,
        message::delete,
        user::read,
        user::list,
        user::create,
        user::patch,
        user::delete,
        usage::list,
        me::read,
        me::token,
        me::tokens,
        me::create,
        me::delete
    ]
}

/// The one spelling of a path, if this is another: no empty segment, no slash at the end.
///
/// Among the features of a prediction under version 1 an empty segment behind a name is a missing value.
pub fn canonical(path: &str) -> Option<String> {
    if path == "/" || !(path.contains("//") || path.ends_with('/')) {
        return None;
    }
    let (mut spelt, mut within, mut named) = (String::with_capacity(path.len()), false, false);
    for segment in path.split('/') {
        if segment.is_empty() && !named {
            continue;
        }
        spelt.push('/');
        spelt.push_str(segment);
        named = within && !named;
        within = within || Place::is_before_features(&spelt);
    }
    if spelt.is_empty() {
        spelt.push('/');
    }
    (spelt != path).then_some(spelt)
}

/// The absolute URL of a request at another path.
pub fn elsewhere(base: &Base, head: &Head, path: &str) -> String {
    match &head.query {
        Some(query) => base.join(&format!("{path}?{query}")),
        None => base.join(path),
    }
}
