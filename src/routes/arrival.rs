//! When a request came, and what it is called in the log and in its answer.

use crate::{auth::rates::Charge, http::head};
use rocket::Request;
use std::{
    sync::{
        LazyLock, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

/// When a request came, its name, and what it cost.
#[derive(Debug)]
pub struct Arrival {
    /// When it came.
    pub at: Instant,
    /// Its name, in `X-Request-Id` and in every line of the log about it.
    pub id: String,
    /// What it took from what its client may ask for, if that is counted.
    pub charge: OnceLock<Charge>,
}

impl Arrival {
    /// The arrival of a request; the same each time it is asked for.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Arrival {
        request.local_cache(|| Arrival { at: Instant::now(), id: fresh(), charge: OnceLock::new() })
    }

    /// Writes the line of the access log.
    pub fn log(&self, request: &Request<'_>, status: u16) {
        let (method, path) = head::line(request);
        let us = self.at.elapsed().as_micros() as u64;
        tracing::info!(target: "almanac::access", id = self.id, %method, path, status, us);
    }
}

/// A name that no other request has: of this process, which is random, and a number.
///
/// Not random as a whole: that is a call of the system for each request.
fn fresh() -> String {
    static PROCESS: LazyLock<u32> = LazyLock::new(|| {
        let mut bytes = [0; 4];
        // Without randomness names repeat, but requests are answered.
        let _ = getrandom::fill(&mut bytes);
        u32::from_be_bytes(bytes)
    });
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{:08x}{:08x}", *PROCESS, NUMBER.fetch_add(1, Ordering::Relaxed))
}
