//! The chain of what was noted: each line gets the hash of the one before, some seconds after it was written.

use super::Works;
use crate::store;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How often lines are chained.
const EVERY: Duration = Duration::from_secs(10);

/// Chains until the server ends.
pub(in crate::jobs) async fn run(works: Works, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(EVERY).await;
        if let Err(fault) = whole(&works).await {
            tracing::warn!(%fault, "what was noted was not chained");
        }
    }
}

/// Chains all that is there now.
pub async fn whole(works: &Works) -> Result<(), store::Fault> {
    while store::audit::chain(&works.store).await? > 0 {}
    Ok(())
}
