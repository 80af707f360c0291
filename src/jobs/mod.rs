//! Work that takes longer than a request, and what it needs: store, blobs, settings.
//!
//! `import` (its rows by `fill`) and `seal` make revisions, whose files `artifact` writes; `train` makes versions of
//! models, `predict` a dataset of what one says of another; `worker` does each as a job, and `runner` has the workers.
//! `withdraw` takes revisions back, `export` gives the rows of a head as one file.
//! `link` makes a dataset of a table that others write. `invalidate` keeps the cache true whoever writes, `purge`
//! tells the proxies in front, `tally` counts who calls what, `sweep` deletes bytes that nothing refers to and looks
//! after the index of searches, `audit` chains what was noted.
//! Handlers and the command line call the same functions.

pub mod append;
pub mod artifact;
pub mod audit;
pub(in crate::jobs) mod background;
pub mod export;
pub mod fault;
mod fill;
pub mod import;
pub mod invalidate;
pub mod link;
pub mod ordered;
pub mod predict;
pub mod progress;
pub mod purge;
pub mod runner;
pub mod seal;
pub mod sweep;
pub mod tally;
pub mod train;
pub mod withdraw;
pub mod worker;

pub use fault::Fault;
pub use progress::Progress;

use crate::{blob::Blobs, config::Settings, domain::job::Lane, store::Store};
use std::sync::Arc;
use tally::Tally;
use tokio::sync::{Notify, Semaphore};

/// Who waits for jobs to be queued, lane by lane.
#[derive(Debug, Default)]
pub struct Queued {
    learning: Notify,
    tables: Notify,
}

impl Queued {
    /// Those of a lane.
    pub fn of(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Learning => &self.learning,
            Lane::Tables => &self.tables,
        }
    }
}

/// Tables that are filled at once.
const MOST_FILLING: usize = 2;

/// What work is done with.
#[derive(Debug, Clone)]
pub struct Works {
    /// The database.
    pub store: Store,
    /// The bytes.
    pub blobs: Blobs,
    /// The settings.
    pub settings: Arc<Settings>,
    /// Told when a job was queued.
    pub queued: Arc<Queued>,
    /// Told when a job ended.
    pub ended: Arc<Notify>,
    /// Whose turn it is to profile a table.
    pub profiling: Arc<Semaphore>,
    /// Whose turn it is to fill a table: each holds a connection to the database.
    pub filling: Arc<Semaphore>,
    /// Whose turn it is to compare revisions.
    pub comparing: Arc<Semaphore>,
    /// Requests that were counted.
    pub tally: Arc<Tally>,
}

impl Works {
    /// The works over an open database.
    pub async fn open(store: Store, settings: &Settings) -> Result<Works, crate::blob::Fault> {
        Ok(Works {
            blobs: Blobs::open(settings, &store).await?,
            store,
            settings: Arc::new(settings.clone()),
            queued: Arc::default(),
            ended: Arc::default(),
            profiling: Arc::new(Semaphore::new(1)),
            filling: Arc::new(Semaphore::new(MOST_FILLING)),
            comparing: Arc::new(Semaphore::new(1)),
            tally: Arc::default(),
        })
    }
}
