//! A head as it is at one moment, whatever is written meanwhile.

use super::Direct;
use crate::store::{Fault, Handle, Open, Pools, Raw, Store, Tx};

/// Reads a dataset and its rows as of the moment when it was made; it may block, even where it says that it waits.
pub enum Snapshot {
    /// SQLite's, which reads on whatever thread asks.
    Sqlite(Direct),
    /// A transaction of PostgreSQL's.
    Postgres(Box<Tx>),
}

/// What everybody has written by now.
pub async fn snapshot(store: &Store) -> Result<Snapshot, Fault> {
    const READ: &str = "begin isolation level repeatable read, read only";
    Ok(match store.pools() {
        Pools::Sqlite { rows, .. } => Snapshot::Sqlite(rows.snapshot()?),
        Pools::Postgres(pool) => {
            Snapshot::Postgres(Box::new(store.transaction(Open::Postgres(pool.begin_with(READ).await?))))
        }
    })
}

impl Handle for Snapshot {
    async fn raw(&mut self) -> Result<Raw<'_>, sqlx::Error> {
        match self {
            Snapshot::Sqlite(_) => Err(sqlx::Error::Configuration("datasets and rows alone are read".into())),
            Snapshot::Postgres(tx) => tx.raw().await,
        }
    }

    fn is_postgres(&self) -> bool {
        matches!(self, Snapshot::Postgres(_))
    }

    fn direct(&self) -> Option<&Direct> {
        match self {
            Snapshot::Sqlite(rows) => Some(rows),
            Snapshot::Postgres(_) => None,
        }
    }
}
