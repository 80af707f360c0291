//! What it means to HTTP that a job came to nothing.

use crate::{
    domain::{
        fault::{At, Fault},
        job::{Failure, Trouble},
    },
    http::problem::{
        self, Entry, Problem,
        kind::{self, Kind},
    },
};

/// The problem that a failure is.
pub fn problem(failure: &Failure) -> Problem {
    Problem::new(kind(failure.trouble), failure.reason.clone()).with_errors(entries(&failure.faults))
}

fn kind(trouble: Trouble) -> &'static Kind {
    match trouble {
        Trouble::Training => &kind::TRAINING_FAILED,
        Trouble::Input => &kind::UNPROCESSABLE,
        Trouble::Taken => &kind::TAKEN,
        Trouble::Retired => &kind::IDENTIFIER_RETIRED,
        Trouble::Gone => &kind::GONE,
        Trouble::NoRoom => &kind::INSUFFICIENT_STORAGE,
        Trouble::Unavailable => &kind::UNAVAILABLE,
        Trouble::Internal => &kind::INTERNAL,
    }
}

/// Faults as members of a problem's `errors`.
pub fn entries<'a>(faults: impl IntoIterator<Item = &'a Fault>) -> Vec<Entry> {
    faults.into_iter().map(|fault| Entry::new(at(&fault.at), &fault.expected, &fault.found)).collect()
}

fn at(at: &At) -> problem::At {
    match at.clone() {
        At::Whole => problem::At::Whole,
        At::Pointer(pointer) => problem::At::Pointer(pointer),
        At::Parameter(name) => problem::At::Parameter(name),
        At::Cell { line, column } => problem::At::Cell { line, column },
        At::Row { row, column } => problem::At::Row { row, column },
        At::Line(line) => problem::At::Line(line),
        At::Column(column) => problem::At::Column(column),
    }
}
