//! A read replica: a PostgreSQL that follows the primary by physical replication, and reads for it.
//!
//! It is read only once it has replayed what this process knows was written: its own commits, and those
//! of others that it was told of ([`super::bump`]). Until then, and while it is away, the primary is read.
//!
//! By positions in the log and not by numbers of bumps, which are no order of commits: that the newest
//! number is there says nothing of the one before. The primary is asked where its log ends after a bump
//! was told; once the replica is past that, so it is past every commit told before.

use super::Fault;
use sqlx::{PgPool, Postgres, pool::PoolConnection};
use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// Where the primary's log ends, in bytes.
const WRITTEN: &str = "select (pg_current_wal_insert_lsn() - '0/0')::bigint";
/// Up to where the replica has followed; null where it is none.
const REPLAYED: &str = "select (pg_last_wal_replay_lsn() - '0/0')::bigint";

/// How soon a replica that is behind is asked again; then ever more seldom, up to [`AWAY`].
const LOOK: Duration = Duration::from_millis(10);
/// How often one that is away is.
const AWAY: Duration = Duration::from_secs(1);

/// A read replica and how far it is.
#[derive(Debug, Clone)]
pub(in crate::store) struct Replica(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    primary: PgPool,
    /// How often this process was told of commits; from 1, so that at first the replica is behind.
    told: AtomicU64,
    /// How many of these it has replayed for certain.
    replayed: AtomicU64,
    away: AtomicBool,
    wake: Notify,
}

impl Replica {
    /// A replica of `primary`; it is asked for the first time when it is to be read.
    pub(in crate::store) fn new(pool: PgPool, primary: PgPool) -> Replica {
        let inner = Arc::new(Inner {
            pool,
            primary,
            told: AtomicU64::new(1),
            replayed: AtomicU64::new(0),
            away: AtomicBool::new(false),
            wake: Notify::new(),
        });
        inner.wake.notify_one();
        tokio::spawn(follow(Arc::downgrade(&inner)));
        Replica(inner)
    }

    /// Notes that something was committed. Before anybody acts on it.
    pub(in crate::store) fn tell(&self) {
        self.0.told.fetch_add(1, Ordering::SeqCst);
        self.0.wake.notify_one();
    }

    /// A connection to it, if it has all that this process was told of.
    pub(in crate::store) async fn conn(&self) -> Option<PoolConnection<Postgres>> {
        let inner = &self.0;
        if inner.replayed.load(Ordering::SeqCst) < inner.told.load(Ordering::SeqCst) {
            return None;
        }
        match inner.pool.acquire().await {
            Ok(conn) => Some(conn),
            Err(error) => {
                inner.lost(&error.into());
                self.tell();
                None
            }
        }
    }

    /// Waits until every connection is back and closes them.
    pub(in crate::store) async fn close(&self) {
        self.0.pool.close().await;
    }
}

impl Inner {
    /// Waits until the replica has what was told so far.
    async fn caught_up(&self) -> Result<(), Fault> {
        let told = self.told.load(Ordering::SeqCst);
        let written: i64 = sqlx::query_scalar(WRITTEN).fetch_one(&self.primary).await?;
        let mut pause = LOOK;
        loop {
            let replayed: Option<i64> = sqlx::query_scalar(REPLAYED).fetch_one(&self.pool).await?;
            match replayed {
                None => return Err(Fault::Broken("read_url: expected a server that follows another".into())),
                Some(replayed) if replayed >= written => break,
                Some(_) => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(AWAY);
        }
        self.replayed.store(told, Ordering::SeqCst);
        Ok(())
    }

    fn lost(&self, fault: &Fault) {
        if !self.away.swap(true, Ordering::SeqCst) {
            tracing::warn!(%fault, "the read replica is away: the primary is read");
        }
    }

    fn is_behind(&self) -> bool {
        self.replayed.load(Ordering::SeqCst) < self.told.load(Ordering::SeqCst)
    }
}

/// Keeps up with what is told, for as long as somebody reads the replica.
async fn follow(inner: Weak<Inner>) {
    while let Some(inner) = inner.upgrade() {
        if inner.pool.is_closed() {
            return;
        }
        if !inner.is_behind() {
            // Not for ever: the last reader may be gone meanwhile.
            let _ = tokio::time::timeout(AWAY, inner.wake.notified()).await;
            continue;
        }
        match inner.caught_up().await {
            Ok(()) => {
                if inner.away.swap(false, Ordering::SeqCst) {
                    tracing::info!("the read replica is read again");
                }
            }
            Err(fault) => {
                inner.lost(&fault);
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}
