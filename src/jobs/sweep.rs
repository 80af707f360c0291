//! Every so often: sweeping the blob store, and adding to the index what older servers beside this one wrote.

use super::Works;
use crate::{
    blob::sweep::{Listing, Swept},
    store::search,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How often what is noted is swept.
const EVERY: Duration = Duration::from_secs(3600);
/// Every so many times the store is asked what there is, which costs a request for each 1,000 objects.
const LISTED: u32 = 24;

/// Sweeps until `stop`, first a while after the start: several servers that start at once have other work.
pub async fn run(works: Works, stop: Arc<AtomicBool>) {
    for turn in 0_u32.. {
        tokio::time::sleep(if turn == 0 { EVERY / 60 } else { EVERY }).await;
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let listing = if turn % LISTED == 0 { Listing::Whole } else { Listing::Noted };
        match works.blobs.sweep(listing).await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(swept) => tracing::info!(?swept, "swept the blob store"),
            Err(fault) => tracing::warn!(%fault, "the blob store was not swept"),
        }
        match search::catch_up(&works.store).await {
            Ok(0) => {}
            Ok(added) => tracing::info!(added, "added to what can be searched"),
            Err(fault) => tracing::warn!(%fault, "the index of searches was not looked after"),
        }
    }
}
