//! Room for answers that last as long as their readers like.

use crate::http::problem::Problem;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Seconds until there may be room for another.
const AGAIN_S: u64 = 10;

/// Room for so many at once.
#[derive(Debug)]
pub struct Room(Arc<Semaphore>);

impl Room {
    /// Room for `most`.
    pub fn of(most: usize) -> Room {
        Room(Arc::new(Semaphore::new(most)))
    }

    /// A place until it is dropped; 503 while all are taken.
    pub fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.0.clone().try_acquire_owned().map_err(|_| Problem::unavailable(AGAIN_S))
    }
}
