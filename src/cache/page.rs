//! What is kept of one URL: its representations, by media type and coding.

use super::epoch::{Epoch, Epochs, Mark};
use crate::http::{
    media::Media,
    negotiate,
    stored::{Stored, Variant},
};
use http::HeaderMap;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Representations of one URL: ten media types of rows times five kinds of codings, with room.
const MOST: usize = 64;

/// The media types among which is negotiated at a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// One: the URL names it.
    Named(Media),
    /// These, first choice first.
    Among(&'static [Media]),
}

impl Offer {
    /// The media type that a request gets; `None` if none of them suits (406).
    pub fn negotiated(self, headers: &HeaderMap) -> Option<Media> {
        match self {
            Offer::Named(media) => Some(media),
            Offer::Among(offered) => negotiate::media_or_only(headers, offered),
        }
    }
}

/// For how long an answer is given while nobody can be asked.
#[derive(Debug, Clone, Copy)]
pub struct Outlasts {
    /// While it is not known to be out of date.
    pub silence: Duration,
    /// Once it is: for so long it is better than an error.
    pub error: Duration,
}

/// One representation.
#[derive(Debug)]
pub struct Entry {
    /// The answer.
    pub stored: Stored,
    /// For how long it is given while nobody can be asked.
    pub outlasts: Outlasts,
    /// When it was made.
    pub made: Instant,
    /// As what its requests are counted, if they are.
    pub counted: Option<usize>,
    variant: Variant,
    marks: Box<[Mark]>,
    since: Epoch,
}

impl Entry {
    /// An answer that was begun at `since` and depends on the tags with these marks.
    pub fn new(
        variant: Variant,
        stored: Stored,
        marks: Box<[Mark]>,
        since: Epoch,
        outlasts: Outlasts,
    ) -> Entry {
        Entry { stored, outlasts, made: Instant::now(), counted: None, variant, marks, since }
    }

    /// The same, its requests counted so.
    pub fn counted_as(self, counted: Option<usize>) -> Entry {
        Entry { counted, ..self }
    }

    /// Whether something that it depends on was changed since.
    pub fn is_outdated(&self, epochs: &Epochs) -> bool {
        epochs.is_past(self.since, &self.marks)
    }

    /// Whether one of these marks was set since it was begun.
    pub fn is_from_before(&self, epochs: &Epochs, marks: &[Mark]) -> bool {
        epochs.is_past(self.since, marks)
    }
}

/// The representations of one URL.
#[derive(Debug)]
pub struct Page {
    /// What they were negotiated among.
    pub offer: Offer,
    entries: Vec<Arc<Entry>>,
}

impl Page {
    /// An old page with one more entry, which takes the place of the one with its variant.
    pub fn with(old: Option<&Page>, offer: Offer, entry: Entry) -> Page {
        let others = old.into_iter().flat_map(|page| &page.entries);
        let others = others.filter(|other| other.variant != entry.variant).take(MOST - 1);
        let mut entries: Vec<Arc<Entry>> = others.cloned().collect();
        entries.insert(0, Arc::new(entry));
        Page { offer, entries }
    }

    /// The entry of a variant.
    pub fn entry(&self, variant: Variant) -> Option<Arc<Entry>> {
        self.entries.iter().find(|entry| entry.variant == variant).cloned()
    }

    /// Bytes that it takes in memory, about.
    pub fn size(&self) -> usize {
        self.entries.iter().map(|entry| entry.stored.size() + size_of::<Entry>() + 64).sum()
    }
}
