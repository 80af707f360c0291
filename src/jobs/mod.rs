//! Work that takes longer than a request, and what it needs: store, blobs, settings.
//!
//! `import` and `seal` make revisions, whose files `artifact` writes; `train` makes versions of models, `runner` claims queued jobs.
//! `invalidate` keeps the cache true whoever writes, `purge` tells the proxies in front, `tally` counts
//! who calls what, `sweep` deletes bytes that nothing refers to.
//! Handlers and the command line call the same functions.

pub mod artifact;
pub mod fault;
pub mod import;
pub mod invalidate;
pub mod progress;
pub mod purge;
pub mod runner;
pub mod seal;
pub mod sweep;
pub mod tally;
pub mod train;
pub mod withdraw;

pub use fault::Fault;
pub use progress::Progress;

use crate::{blob::Blobs, config::Settings, store::Store};
use std::sync::Arc;
use tally::Tally;
use tokio::sync::{Notify, Semaphore};

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
    pub queued: Arc<Notify>,
    /// Told when a job ended.
    pub ended: Arc<Notify>,
    /// Whose turn it is to profile a table.
    pub profiling: Arc<Semaphore>,
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
            tally: Arc::default(),
        })
    }
}
