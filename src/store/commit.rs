//! The end of a transaction: what it changed is told, and it waits until it is durable.

use super::{
    Fault, Open, Tx, audit,
    bump::{self, Bump},
    dataset::{self, Touch},
    durable::Log,
    flush::{Flush, Opened},
};
use crate::domain::{audit::Deed, state::State, tag::Tag, visibility::Visibility};
use std::sync::Arc;

/// How the commits of a database become durable, many at once.
#[derive(Debug, Clone)]
pub(in crate::store) enum Commits {
    /// By a sync of its log.
    Sqlite(Arc<Log>),
    /// By a message in its log.
    Postgres(Flush),
}

/// Changes that are committed, and may not be on the disk yet.
#[must_use = "nobody may be told of them before they are durable"]
pub(in crate::store) struct Committed {
    commits: Commits,
    opened: Opened,
}

impl Committed {
    /// Waits until they are.
    pub(in crate::store) async fn durable(self) -> Result<(), Fault> {
        match self.commits {
            Commits::Sqlite(log) => log.durable().await,
            // It waited for the disk itself.
            Commits::Postgres(_) if self.opened == 0 => Ok(()),
            Commits::Postgres(flush) => flush.durable(self.opened).await,
        }
    }
}

impl Tx {
    /// Notes that representations which depend on these tags are out of date once this is committed.
    pub fn bump(&mut self, tags: impl IntoIterator<Item = Tag>) {
        for tag in tags {
            let known = self.tags.contains(&tag) || self.bumps.iter().any(|bump| bump.tags.contains(&tag));
            if !known {
                self.tags.push(tag);
            }
        }
    }

    /// The same for a thing that is seen by so many. Of a private one nobody keeps a representation, and its name
    /// is told to no cache: it is noted with the deed alone.
    pub fn bump_seen(&mut self, visibility: Visibility, tags: impl IntoIterator<Item = Tag>) {
        match visibility {
            Visibility::Private => self.quiet.extend(tags),
            Visibility::Unlisted | Visibility::Public => self.bump(tags),
        }
    }

    /// Says whose deed it is: it is noted with what was changed, if anything was.
    pub fn by(&mut self, deed: Deed) {
        self.note.deed = deed;
    }

    /// Notes something that is done of which no representation that anybody keeps depends.
    pub fn tell(&mut self, what: Tag) {
        self.note.told.push(what);
    }

    /// Says in which states the one thing is that this changes: the first one before, the last one after.
    pub fn turns(&mut self, before: Option<&State>, after: Option<&State>) {
        self.note.before = self.note.before.take().or_else(|| before.cloned());
        self.note.after = after.cloned();
    }

    /// Notes that the head of a dataset was changed, which is counted at the end: all who write its rows
    /// wait for each other from then on.
    pub(in crate::store) fn touch(&mut self, touch: Touch) {
        self.touched.push(touch);
    }

    /// Makes the changes durable, and tells those in this process who keep representations.
    ///
    /// [`Fault::Changed`] if a head whose rows it wrote is no longer its dataset's.
    pub async fn commit(self) -> Result<(), Fault> {
        self.commit_at_first().await?.durable().await
    }

    /// The first half of [`Tx::commit`]: others see the changes and go on from them, and nobody is told yet that they
    /// are there for good.
    pub(in crate::store) async fn commit_at_first(self) -> Result<Committed, Fault> {
        let committed = Committed { commits: self.store.commits.clone(), opened: self.opened };
        self.end().await?;
        Ok(committed)
    }

    /// Commits what nobody is told of yet: it is durable once a later [`Tx::commit`] is, and a power cut
    /// before may undo it.
    pub async fn commit_lazily(self) -> Result<(), Fault> {
        self.end().await
    }

    /// Writes down what was changed so far, and by whom: before it takes a lock that many wait for.
    pub(in crate::store) async fn write_down(&mut self) -> Result<(), Fault> {
        let (tags, changed) = self.changed();
        let note = self.note.clone();
        audit::note(self, &note, &changed).await?;
        self.write_bump(tags).await
    }

    /// The same where several did it, each all of it: each has a line.
    pub(in crate::store) async fn write_down_each(&mut self, deeds: &[Deed]) -> Result<(), Fault> {
        let (tags, changed) = self.changed();
        audit::note_each(self, deeds, &changed).await?;
        self.write_bump(tags).await
    }

    /// Tags of what was changed and is not written down yet; and all of them as text, with those that nobody keeps.
    fn changed(&mut self) -> (Vec<Tag>, String) {
        let tags = std::mem::take(&mut self.tags);
        let told = std::mem::take(&mut self.note.told);
        let quiet = std::mem::take(&mut self.quiet);
        self.noted = true;
        let changed = tags.iter().chain(&quiet).chain(&told).map(Tag::as_str).collect::<Vec<_>>().join(" ");
        (tags, changed)
    }

    async fn write_bump(&mut self, tags: Vec<Tag>) -> Result<(), Fault> {
        if !tags.is_empty() {
            let id = bump::insert(self, &tags).await?;
            self.bumps.push(Bump { id, tags });
        }
        Ok(())
    }

    async fn end(mut self) -> Result<(), Fault> {
        let more = !self.tags.is_empty() || !self.quiet.is_empty() || !self.note.told.is_empty();
        if more || (!self.noted && self.note.has_states()) {
            self.write_down().await?;
        }
        for touch in std::mem::take(&mut self.touched) {
            dataset::count(&mut self, &touch).await?;
        }
        match self.open {
            Open::Sqlite(tx) => tx.commit().await?,
            Open::Postgres(tx) => tx.commit().await?,
        }
        // Now, whether or not it becomes durable: readers of the database see it.
        self.store.outdate_replica();
        for bump in &self.bumps {
            self.store.heard.tell(bump);
        }
        Ok(())
    }
}
