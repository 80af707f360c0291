//! Invalidation: what was written, by whichever process, makes kept answers out of date.
//!
//! This process's own commits are told to the cache before their writers are answered: a writer reads
//! what he wrote. Other processes' are read from the store's bumps as they come.

use super::{Fault, Works, purge::Purges};
use crate::{
    cache::Cache,
    domain::tag::Tag,
    store::{
        Store,
        bump::{self, Bump, News, Tail},
    },
};
use chrono::{Duration as Span, Utc};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, task::JoinHandle};

/// How long to wait before a database that does not answer is asked again.
const PAUSE: Duration = Duration::from_millis(200);
/// Other processes are told at most so often: one notification then stands for many commits.
const BETWEEN: Duration = Duration::from_millis(10);
/// After so long nobody tells the proxies any more.
const OUTBOX: Span = Span::days(1);

/// Numbers of this process's own bumps that its tail has not come by yet.
type Own = Arc<Mutex<BTreeSet<i64>>>;

/// Keeps the cache true until `stop`; hands this process's own bumps to `purges`.
pub fn start(
    works: &Works,
    cache: Arc<Cache>,
    purges: Option<Purges>,
    stop: &Arc<AtomicBool>,
) -> JoinHandle<()> {
    let (own, wake) = (Own::default(), Arc::new(Notify::new()));
    let hear = {
        let (cache, own, wake) = (cache.clone(), own.clone(), wake.clone());
        move |bump: &Bump| {
            cache.bump(bump.tags.iter().map(Tag::as_str));
            own.lock().unwrap_or_else(PoisonError::into_inner).insert(bump.id);
            wake.notify_one();
            if let Some(purges) = &purges {
                purges.push(bump.clone());
            }
        }
    };
    works.store.on_bump(hear);
    tokio::spawn(announcer(works.store.clone(), wake));
    tokio::spawn(follower(works.store.clone(), cache, own, stop.clone()))
}

/// Reads the bumps as they come.
async fn follower(store: Store, cache: Arc<Cache>, own: Own, stop: Arc<AtomicBool>) {
    let mut tail = None;
    let mut silent = false;
    while !stop.load(Ordering::Relaxed) {
        let news = match &mut tail {
            None => Tail::begin(&store).await.map(|begun| {
                tail = Some(begun);
                News::Lost
            }),
            Some(tail) => tail.next().await,
        };
        match news {
            Ok(News::Bumps(bumps)) => others(&bumps, &own, &cache),
            Ok(News::Lost) => cache.bump_all(),
            Err(fault) => {
                if !silent {
                    tracing::warn!(%fault, "what other processes write is not heard");
                }
                silent = true;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        }
        if silent {
            tracing::info!("what other processes write is heard again");
            silent = false;
        }
        cache.heard();
    }
}

/// Tells the cache of bumps that it does not know of yet.
fn others(bumps: &[Bump], own: &Own, cache: &Cache) {
    let Some(last) = bumps.iter().map(|bump| bump.id).max() else { return };
    let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
    for bump in bumps {
        if !own.remove(&bump.id) {
            cache.bump(bump.tags.iter().map(Tag::as_str));
        }
    }
    // What came by before its commit was told is told twice, which costs one rendering.
    *own = own.split_off(&last.saturating_add(1));
}

/// Tells other processes that there is something to read.
async fn announcer(store: Store, wake: Arc<Notify>) {
    loop {
        wake.notified().await;
        if let Err(fault) = bump::notify(&store).await {
            // They read within half a second anyway.
            tracing::debug!(%fault, "other processes were not notified");
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

/// Deletes bumps that every process and every proxy knows of, and those that no proxy wants any more.
pub async fn forget(works: &Works) -> Result<(), Fault> {
    let now = Utc::now();
    let known = now - bump::KEPT;
    let any = if works.settings.cache.proxies.is_empty() { known } else { now - OUTBOX };
    let gone = bump::forget(&works.store, known, any).await?;
    if gone > 0 {
        tracing::debug!(gone, "old bumps deleted");
    }
    Ok(())
}
