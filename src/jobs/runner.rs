//! The runner: the workers of this process, as many in each lane as the settings say, and what else goes on
//! in the background.

use super::{Works, audit, invalidate, purge, sweep, tally, worker};
use crate::{
    cache::Cache,
    domain::job::Lane,
    store::{self, idempotency::KEPT},
};
use chrono::Utc;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, task::JoinHandle, time::timeout};

/// How long an idle worker waits before it looks again: for jobs that another process queued.
const IDLE: Duration = Duration::from_secs(1);
/// How often leftovers are looked for.
const SWEEP: Duration = Duration::from_secs(300);

/// The workers of this process.
#[derive(Debug, Default)]
pub struct Runner {
    stop: Arc<AtomicBool>,
    wake: Arc<Notify>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl Runner {
    /// Starts the workers; keeps the cache true and the proxies told; drops what killed imports left.
    pub fn start(&self, works: Works, cache: Arc<Cache>) {
        let Ok(mut workers) = self.workers.lock() else { return };
        let purges = purge::start(&works, &self.stop);
        workers.push(invalidate::start(&works, cache, purges, &self.stop));
        let settings = &works.settings;
        for (lane, count) in
            [(Lane::Learning, settings.learning.workers), (Lane::Tables, settings.import.workers)]
        {
            for _ in 0..count {
                let (stop, wake) = (self.stop.clone(), self.wake.clone());
                workers.push(tokio::spawn(work(works.clone(), lane, stop, wake)));
            }
        }
        // Not waited for when the server ends.
        tokio::spawn(tally::run(works.clone(), self.stop.clone()));
        tokio::spawn(sweep::run(works.clone(), self.stop.clone()));
        tokio::spawn(audit::run(works.clone(), self.stop.clone()));
        tokio::spawn(sweeper(works, self.stop.clone()));
    }

    /// Gives running jobs back and waits for the workers.
    pub async fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let workers =
            self.workers.lock().map(|mut workers| std::mem::take(&mut *workers)).unwrap_or_default();
        self.wake.notify_waiters();
        for worker in workers {
            // Longer than a beat: that is when a job hears of it.
            let _ = timeout(Duration::from_secs(10), worker).await;
        }
    }
}

/// Drops what killed imports left, bumps that every process has read, what was done under keys long ago and
/// usage of long ago, now and every so often.
async fn sweeper(works: Works, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        if let Err(fault) = invalidate::forget(&works).await {
            tracing::warn!(%fault, "old bumps were not deleted");
        }
        match store::rows::drop_leftovers(&works.store, Utc::now() - store::rows::LEFTOVER).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "dropped the tables of imports that were cut off"),
            Err(fault) => tracing::warn!(%fault, "leftovers of imports were not dropped"),
        }
        if let Err(fault) = store::idempotency::sweep(&works.store, Utc::now() - KEPT).await {
            tracing::warn!(%fault, "keys of requests were not forgotten");
        }
        if let Err(fault) = tally::forget(&works).await {
            tracing::warn!(%fault, "old usage was not deleted");
        }
        tokio::time::sleep(SWEEP).await;
    }
}

async fn work(works: Works, lane: Lane, stop: Arc<AtomicBool>, wake: Arc<Notify>) {
    while !stop.load(Ordering::Relaxed) {
        match worker::next(&works, lane, &stop).await {
            Ok(true) => {}
            Ok(false) => {
                // Listening before looking: a stop between the two would be heard by nobody.
                let woken = wake.notified();
                tokio::pin!(woken);
                woken.as_mut().enable();
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                tokio::select! {
                    () = works.queued.of(lane).notified() => {}
                    () = woken => {}
                    () = tokio::time::sleep(IDLE) => {}
                }
            }
            Err(fault) => {
                tracing::error!(%fault, "a worker could not go on");
                tokio::time::sleep(IDLE).await;
            }
        }
    }
}
