//! When a request came, and what it is called in the log and in its answer.

use rocket::Request;
use std::time::Instant;

/// When a request came, and its name.
#[derive(Debug)]
pub struct Arrival {
    /// When it came.
    pub at: Instant,
    /// Its name, in `X-Request-Id` and in every line of the log about it.
    pub id: String,
}

impl Arrival {
    /// The arrival of a request; the same each time it is asked for.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Arrival {
        request.local_cache(|| Arrival { at: Instant::now(), id: fresh() })
    }
}

fn fresh() -> String {
    let mut bytes = [0; 8];
    // Without randomness names repeat, but requests are answered.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
