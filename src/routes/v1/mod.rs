//! Version 1: handlers, one file for each resource. That the version ends is said by
//! [`always`](super::always) on each of its answers; no handler repeats it.

pub mod article;
pub mod dataset;
pub mod echo;
pub mod entry;
pub mod hello;
pub mod message;
pub mod model;

use super::ask::Ask;
use crate::{
    http::{
        page::{Bounds, Window},
        problem::Problem,
    },
    represent::v1::Stretch,
};
use rocket::{Route, routes};

/// Members of a stretch.
const BOUNDS: Bounds = Bounds { default: 20, most: 100 };

/// The routes of version 1.
pub fn endpoints() -> Vec<Route> {
    routes![
        entry::entry,
        entry::context,
        article::read,
        article::list,
        dataset::read,
        dataset::list,
        dataset::rows,
        model::read,
        model::list,
        model::predict,
        message::read,
        message::list,
        message::create,
        hello::read,
        echo::read,
        echo::create,
        echo::replace,
        echo::patch,
        echo::delete,
    ]
}

/// The stretch of a collection that the query asks for: offset and limit.
fn window(ask: &Ask<'_>) -> Result<(i64, i64, Window), Problem> {
    let window = Window::parse_paged(&ask.query()?, BOUNDS).map_err(Problem::invalid_parameters)?;
    Ok((window.offset as i64, window.limit as i64, window))
}

fn stretch(ask: &Ask<'_>, window: Window, total: i64) -> Stretch {
    Stretch { requested: ask.url(), window, total: total.max(0) as u64 }
}
