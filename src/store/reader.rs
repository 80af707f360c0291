//! Who reads an SQLite database: bounded in number, each with a connection only once it needs one.
//!
//! Rows, and what is found by a key, are read by [`Direct`] without one: what the pool does to a connection
//! that comes back costs as much as such an answer.

use super::rows::Direct;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Those that may read at once.
#[derive(Debug, Clone)]
pub struct Readers {
    pool: SqlitePool,
    rows: Direct,
    permits: Arc<Semaphore>,
    patience: Duration,
}

impl Readers {
    /// At most `most` at once, each waiting its turn for at most `patience`.
    pub(in crate::store) fn new(pool: SqlitePool, rows: Direct, most: u32, patience: Duration) -> Readers {
        Readers { pool, rows, permits: Arc::new(Semaphore::new(most as usize)), patience }
    }

    /// One more, once there is room for it.
    pub(in crate::store) async fn next(&self) -> Result<Reader, sqlx::Error> {
        if self.pool.is_closed() {
            return Err(sqlx::Error::PoolClosed);
        }
        let turn = timeout(self.patience, self.permits.clone().acquire_owned()).await;
        let permit = turn.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        Ok(Reader { pool: self.pool.clone(), rows: self.rows.clone(), conn: None, _permit: permit })
    }
}

/// One that reads.
pub struct Reader {
    pool: SqlitePool,
    rows: Direct,
    conn: Option<PoolConnection<Sqlite>>,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    /// How it reads rows.
    pub(in crate::store) fn rows(&self) -> &Direct {
        &self.rows
    }

    /// Its connection, the same each time.
    pub(in crate::store) async fn conn(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        if self.conn.is_none() {
            self.conn = Some(self.pool.acquire().await?);
        }
        self.conn.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}
