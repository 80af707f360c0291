//! What faults of the layers below mean to a client.
//!
//! A fault of input says everything; a fault of ours says nothing but an id, and goes to the log.

use crate::{
    auth::password,
    blob,
    domain::{
        column::MOST_INDEXED_BYTES,
        fault::{At, Fault, Faults},
    },
    http::{
        idempotency,
        problem::{self, Entry, Problem},
    },
    jobs,
    represent::failure,
    store,
};

/// Input that could be read but is wrong: 422; a query parameter: 400.
pub fn input(faults: Faults) -> Problem {
    match faults.first().at {
        At::Parameter(_) => Problem::invalid_parameters(entries(&faults)),
        _ => Problem::unprocessable(entries(&faults)),
    }
}

/// Faults as members of a problem's `errors`.
pub fn entries(faults: &Faults) -> Vec<Entry> {
    failure::entries(faults.iter())
}

/// A fault of the store. Busy is 503, never 404; broken is 500.
pub fn store(fault: store::Fault) -> Problem {
    match fault {
        store::Fault::Missing => Problem::not_found("such resource"),
        store::Fault::Gone => Problem::gone("the resource"),
        store::Fault::Changed => Problem::new(
            &problem::kind::CHANGED,
            "expected the resource as it was a moment ago, found it changed",
        ),
        store::Fault::Taken => Problem::taken("one that is taken"),
        store::Fault::Claimed => idempotency::at_work(),
        store::Fault::Retired => Problem::identifier_retired("one of something deleted"),
        store::Fault::InUse(by) => {
            if by.is_empty() {
                return Problem::in_use("expected nothing that depends on it, found what not everybody sees");
            }
            let by: Vec<String> = by.iter().map(|(kind, slug)| format!("{} `{slug}`", kind.name())).collect();
            Problem::in_use(format!("expected nothing that depends on it, found {}", by.join(", ")))
        }
        store::Fault::ReadOnly => Problem::new(
            &problem::kind::READ_ONLY,
            "expected a dataset with rows of its own, found one whose rows are those of a linked table",
        ),
        store::Fault::Apart(what) => Problem::new(
            &problem::kind::SOURCE_CHANGED,
            "expected the linked table as it was when it was linked, found it gone or changed",
        )
        .with_cause(what),
        store::Fault::TooLong(place) => {
            let expected = format!("a column whose texts have at most {MOST_INDEXED_BYTES} bytes");
            input(Fault::at(format!("/columns/{place}/indexed"), expected, "one with a longer text").into())
        }
        store::Fault::Busy(error) => {
            Problem::unavailable(2).with_cause(format!("the database did not answer: {error}"))
        }
        store::Fault::Full(error) => Problem::disk_full().with_cause(format!("the database: {error}")),
        store::Fault::Broken(what) => broken(&what),
    }
}

/// A fault of the blob store.
pub fn blob(fault: blob::Fault) -> Problem {
    match fault {
        blob::Fault::Missing => broken(&"a blob that the database names is missing"),
        blob::Fault::Quota => Problem::insufficient_storage(),
        blob::Fault::Full(what) => Problem::disk_full().with_cause(what),
        blob::Fault::Store(fault) => store(fault),
        blob::Fault::Broken(error) => {
            Problem::unavailable(10).with_cause(format!("the blob store did not answer: {error}"))
        }
    }
}

/// A fault of work.
pub fn work(fault: jobs::Fault) -> Problem {
    match fault {
        jobs::Fault::Input(faults) => input(faults),
        jobs::Fault::Store(fault) => store(fault),
        jobs::Fault::Blob(fault) => blob(fault),
        // Nobody stops what is done while its client waits, but the server, which goes down.
        jobs::Fault::Stopped => Problem::unavailable(2).with_cause("the work was called off"),
        jobs::Fault::Refused(why) => Problem::new(&problem::kind::TRAINING_FAILED, why),
        jobs::Fault::Broken(what) | jobs::Fault::GivenUp(what) => broken(&what),
    }
}

/// A fault of hashing.
pub fn password(fault: password::Fault) -> Problem {
    match fault {
        password::Fault::Busy => Problem::unavailable(1),
        password::Fault::Broken(what) => broken(&what),
    }
}

/// A fault of ours: 500, and the reason in the log beside the request's id.
pub fn broken(what: &dyn std::fmt::Display) -> Problem {
    Problem::internal().with_cause(what.to_string())
}
