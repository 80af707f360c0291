//! Epochs: when each tag was bumped last, by a clock of this process that counts bumps.
//!
//! Whoever makes something reads the clock before he reads anything else ([`Epochs::now`]). What he made
//! is up to date while none of its tags has a later epoch. The clock goes on before a tag gets its epoch:
//! a maker who sees the new clock reads after the change was committed.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Tags remembered; beyond that those that nothing depends on are forgotten.
const MOST: usize = 50_000;

/// A moment of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(u64);

/// When a tag was bumped last.
#[derive(Debug, Clone)]
pub struct Mark(Arc<AtomicU64>);

/// The clock and the tags.
#[derive(Debug, Default)]
pub struct Epochs {
    clock: AtomicU64,
    /// What is from before is out of date, whatever its tags.
    floor: AtomicU64,
    tags: Mutex<Tags>,
}

#[derive(Debug, Default)]
struct Tags {
    known: HashMap<Box<str>, Mark>,
    /// The latest epoch of a tag that was forgotten.
    forgotten: u64,
}

impl Epochs {
    /// The moment before whatever is read from now on.
    pub fn now(&self) -> Epoch {
        Epoch(self.clock.load(Ordering::SeqCst))
    }

    /// These tags are bumped.
    pub fn bump<'t>(&self, tags: impl IntoIterator<Item = &'t str>) {
        let mut all = self.all();
        let epoch = self.clock.fetch_add(1, Ordering::SeqCst) + 1;
        for tag in tags {
            all.mark(tag).0.store(epoch, Ordering::SeqCst);
        }
        all.tidy();
    }

    /// Every tag is bumped.
    pub fn bump_all(&self) {
        let epoch = self.clock.fetch_add(1, Ordering::SeqCst) + 1;
        self.floor.store(epoch, Ordering::SeqCst);
    }

    /// The marks of these tags, to be held by what depends on them.
    pub fn of(&self, tags: &[&str]) -> Box<[Mark]> {
        let mut all = self.all();
        tags.iter().map(|tag| all.mark(tag)).collect()
    }

    /// Whether what was made since then, with these marks, is out of date.
    pub fn is_past(&self, since: Epoch, marks: &[Mark]) -> bool {
        self.floor.load(Ordering::SeqCst) > since.0
            || marks.iter().any(|mark| mark.0.load(Ordering::SeqCst) > since.0)
    }

    fn all(&self) -> MutexGuard<'_, Tags> {
        // Nothing panics while it holds the lock; were it so, the marks would still be true.
        self.tags.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tags {
    fn mark(&mut self, tag: &str) -> Mark {
        if let Some(mark) = self.known.get(tag) {
            return mark.clone();
        }
        let mark = Mark(Arc::new(AtomicU64::new(self.forgotten)));
        self.known.insert(tag.into(), mark.clone());
        mark
    }

    fn tidy(&mut self) {
        if self.known.len() <= MOST {
            return;
        }
        let mut forgotten = self.forgotten;
        self.known.retain(|_, mark| {
            let held = Arc::strong_count(&mark.0) > 1;
            if !held {
                forgotten = forgotten.max(mark.0.load(Ordering::SeqCst));
            }
            held
        });
        self.forgotten = forgotten;
    }
}
