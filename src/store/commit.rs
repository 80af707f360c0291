//! The end of a transaction: what it changed is told, and it waits until it is durable.

use super::{
    Fault, Handle, Open, Raw, Tx, audit,
    bump::{self, Bump},
};
use crate::domain::{audit::Deed, state::State, tag::Tag};

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

    /// Says whose deed it is: it is noted with what was changed, if anything was.
    pub fn by(mut self, deed: Deed) -> Tx {
        self.note.deed = deed;
        self
    }

    /// Says in which states the one thing is that this changes: the first one before, the last one after.
    pub fn turns(&mut self, before: Option<&State>, after: Option<&State>) {
        self.note.before = self.note.before.take().or_else(|| before.cloned());
        self.note.after = after.cloned();
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

    /// Notes what was changed, by whom.
    async fn write_down(&mut self, tags: &[Tag]) -> Result<(), Fault> {
        let changed = tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(" ");
        let note = self.note.clone();
        audit::note(self, &note, &changed).await
    }

    async fn end(mut self) -> Result<(), Fault> {
        let tags = std::mem::take(&mut self.tags);
        if !tags.is_empty() || self.note.has_states() {
            self.write_down(&tags).await?;
        }
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
