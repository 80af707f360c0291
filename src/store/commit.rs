//! The end of a transaction: what it changed is told, and it waits until it is durable.

use super::{
    Fault, Handle, Open, Raw, Tx,
    bump::{self, Bump},
};
use crate::domain::tag::Tag;

/// PostgreSQL's commits that wait for no disk; a later one that does makes them durable too.
const LAZILY: &str = "set local synchronous_commit to off";

impl Tx {
    /// Notes that representations which depend on these tags are out of date once this is committed.
    pub fn bump(&mut self, tags: impl IntoIterator<Item = Tag>) {
        for tag in tags {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
    }

    /// Makes the changes durable, and tells those in this process who keep representations.
    pub async fn commit(self) -> Result<(), Fault> {
        let log = self.store.log.clone();
        self.end().await?;
        match log {
            Some(log) => log.durable().await,
            None => Ok(()),
        }
    }

    /// Commits what nobody is told of yet: it is durable once a later [`Tx::commit`] is, and a power cut
    /// before may undo it.
    pub async fn commit_lazily(mut self) -> Result<(), Fault> {
        if let Raw::Postgres(db) = self.raw() {
            sqlx::query(LAZILY).execute(db).await?;
        }
        self.end().await
    }

    async fn end(mut self) -> Result<(), Fault> {
        let tags = std::mem::take(&mut self.tags);
        let bump = match tags.is_empty() {
            true => None,
            false => Some(Bump { id: bump::insert(&mut self, &tags).await?, tags }),
        };
        match self.open {
            Open::Sqlite(tx) => tx.commit().await?,
            Open::Postgres(tx) => tx.commit().await?,
        }
        // Now, whether or not it becomes durable: readers of the database see it.
        self.store.outdate_replica();
        if let Some(bump) = bump {
            self.store.heard.tell(&bump);
        }
        Ok(())
    }
}
