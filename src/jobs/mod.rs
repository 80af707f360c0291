//! Work that takes longer than a request, and what it needs: store, blobs, settings.
//!
//! `import` and `seal` make revisions, `train` makes versions of models; `worker` does each as a job, and
//! `runner` has the workers.
//! `invalidate` keeps the cache true whoever writes, `purge` tells the proxies in front, `tally` counts
//! who calls what.
//! Handlers and the command line call the same functions.

pub mod fault;
pub mod import;
pub mod invalidate;
pub mod ordered;
pub mod profile;
pub mod progress;
pub mod purge;
pub mod runner;
pub mod seal;
pub mod tally;
pub mod train;
pub mod worker;

pub use fault::Fault;
pub use progress::Progress;

use crate::{blob::Blobs, config::Settings, domain::job::Lane, store::Store};
use std::sync::Arc;
use tally::Tally;
use tokio::sync::Notify;

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
    /// Requests that were counted.
    pub tally: Arc<Tally>,
}

impl Works {
    /// The works over an open database.
    pub fn open(store: Store, settings: &Settings) -> Result<Works, crate::blob::Fault> {
        Ok(Works {
            store,
            blobs: Blobs::open(&settings.data_dir)?,
            settings: Arc::new(settings.clone()),
            queued: Arc::default(),
            ended: Arc::default(),
            tally: Arc::default(),
        })
    }
}
