//! The representation cache: answers to GET that are public, kept in memory while nothing that they
//! depend on has changed. On a hit, or a 304, the database is not asked.
//!
//! Plain `http` types, no Rocket. An answer is kept under its URL as it came, its media type and the
//! codings that its client takes, with its tags and the moment when its making began ([`epoch`]); it is
//! out of date once one of the tags was bumped after that moment. So an old reader can never keep old
//! bytes after a write, and nothing has to be searched and deleted when a tag is bumped: outdated
//! answers stay, for when the database is away, until newer ones push them out ([`page`]).
//! Of many who ask for one thing that is not there, one makes it ([`flight`]).
//!
//! Nobody knows by himself what other processes write: `jobs/invalidate.rs` reads their bumps and says
//! with [`Cache::heard`] that none is missing. Before it said so once, nothing is kept.

pub mod epoch;
pub mod flight;
pub mod page;

use crate::http::{
    coding::Acceptable,
    stored::{Given, Stored, Variant},
};
use epoch::{Epoch, Epochs, Mark};
use flight::{Flights, Turn};
use http::{HeaderMap, Method, header};
use page::{Entry, Offer, Outlasts, Page};
use quick_cache::{Weighter, sync};
use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// What an answer weighs on average, in bytes: only to make room for the index.
const TYPICAL: usize = 4096;
/// The largest answer that is kept, as a share of the whole.
const LARGEST: usize = 8;
/// How long it may have been since bumps were heard without anybody minding.
const DEAF: Duration = Duration::from_secs(2);

/// An answer that is being kept.
pub struct Keeping<'k> {
    /// Path and query as they came.
    pub target: &'k str,
    /// The media types among which was negotiated.
    pub offer: Offer,
    /// Which of them this is.
    pub variant: Variant,
    /// When its making began: [`Cache::now`] before anything was read.
    pub since: Epoch,
    /// What it depends on.
    pub tags: &'k [&'k str],
    /// For how long it is given while nobody can be asked.
    pub outlasts: Outlasts,
    /// As what its requests are counted, if they are.
    pub counted: Option<usize>,
}

/// Answers in memory, at most so many bytes.
pub struct Cache {
    pages: sync::Cache<Box<str>, Arc<Page>, ByBytes>,
    epochs: Epochs,
    flights: Flights,
    largest: usize,
    started: Instant,
    /// Milliseconds from `started` to when bumps were heard last, plus one; 0 for never.
    heard_ms: AtomicU64,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Box<str>, Arc<Page>> for ByBytes {
    fn weight(&self, target: &Box<str>, page: &Arc<Page>) -> u64 {
        (target.len() + page.size()) as u64
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("pages", &self.pages.len()).field("bytes", &self.bytes()).finish()
    }
}

impl Cache {
    /// A cache of at most `bytes`; of 0 it keeps nothing.
    pub fn new(bytes: u64) -> Cache {
        let items = usize::try_from(bytes).unwrap_or(usize::MAX) / TYPICAL;
        Cache {
            pages: sync::Cache::with_weighter(items.max(16), bytes, ByBytes),
            epochs: Epochs::default(),
            flights: Flights::default(),
            largest: usize::try_from(bytes).unwrap_or(usize::MAX) / LARGEST,
            started: Instant::now(),
            heard_ms: AtomicU64::new(0),
        }
    }

    /// The answer to a GET or HEAD, if it is kept and up to date: a function of the request's head alone.
    pub fn look_up(&self, method: &Method, target: &str, headers: &HeaderMap) -> Option<(Arc<Entry>, Given)> {
        let entry = self.kept(target, headers).filter(|entry| self.is_fresh(entry))?;
        let given = entry.stored.given(method, headers)?;
        Some((entry, given))
    }

    /// The answer as it was kept last, up to date or not, while that is better than an error: not once `hidden` was
    /// bumped, the tag of what is not for all to see any more.
    pub fn rather_than_an_error(
        &self,
        method: &Method,
        target: &str,
        headers: &HeaderMap,
        hidden: &str,
    ) -> Option<(Arc<Entry>, Given)> {
        let entry = self.kept(target, headers)?;
        // Counted from when it was made: it became out of date at some time after that.
        if !self.is_fresh(&entry)
            && (entry.made.elapsed() > entry.outlasts.error || self.is_hidden(&entry, hidden))
        {
            return None;
        }
        let given = entry.stored.given(method, headers)?;
        Some((entry, given))
    }

    /// Keeps an answer, unless something that it depends on was changed while it was made.
    pub fn keep(&self, keeping: &Keeping<'_>, stored: Stored) -> bool {
        if stored.size() > self.largest || self.heard_ms.load(Ordering::Relaxed) == 0 {
            return false;
        }
        let Keeping { target, offer, variant, since, tags, outlasts, counted } = *keeping;
        let entry = Entry::new(variant, stored, self.epochs.of(tags), since, outlasts).counted_as(counted);
        if entry.is_outdated(&self.epochs) {
            return false;
        }
        let old = self.pages.get(target);
        let page = Page::with(old.as_deref().filter(|old| old.offer == offer), offer, entry);
        self.pages.insert(target.into(), Arc::new(page));
        true
    }

    /// The moment before whatever is read from now on.
    pub fn now(&self) -> Epoch {
        self.epochs.now()
    }

    /// Answers that depend on these tags are out of date.
    pub fn bump<'t>(&self, tags: impl IntoIterator<Item = &'t str>) {
        self.epochs.bump(tags);
    }

    /// Every answer is out of date: nobody knows what was changed.
    pub fn bump_all(&self) {
        self.epochs.bump_all();
    }

    /// Every bump so far was heard, from whichever process.
    pub fn heard(&self) {
        self.heard_ms.store(self.elapsed_ms() + 1, Ordering::Relaxed);
    }

    /// Whether this request should make the answer or wait for another that is at it.
    pub fn turn(&self, target: &str, headers: &HeaderMap) -> Turn {
        let mut hasher = DefaultHasher::new();
        target.hash(&mut hasher);
        match self.pages.get(target).and_then(|page| wanted(&page, headers)) {
            Some(variant) => variant.hash(&mut hasher),
            // Of a URL that nobody knows yet, only equal spellings are known to want the same.
            None => {
                for name in [header::ACCEPT, header::ACCEPT_ENCODING] {
                    headers.get_all(&name).iter().for_each(|line| line.as_bytes().hash(&mut hasher));
                }
            }
        }
        self.flights.turn(hasher.finish())
    }

    /// Whether something is kept of a URL, so that it is known to be public.
    pub fn knows(&self, target: &str) -> bool {
        self.pages.get(target).is_some()
    }

    /// Bytes kept, about.
    pub fn bytes(&self) -> u64 {
        self.pages.weight()
    }

    /// Whether what was read after `since`, and depends on tags with these marks, is still so: nothing of it was
    /// bumped, and bumps were heard of late.
    pub fn is_still_so(&self, since: Epoch, marks: &[Mark]) -> bool {
        let has_heard = self.heard_ms.load(Ordering::Relaxed) > 0;
        has_heard && self.silence() <= DEAF && !self.epochs.is_past(since, marks)
    }

    /// The clock by which other things of this process are kept under tags.
    pub fn epochs(&self) -> &Epochs {
        &self.epochs
    }

    fn kept(&self, target: &str, headers: &HeaderMap) -> Option<Arc<Entry>> {
        let page = self.pages.get(target)?;
        page.entry(wanted(&page, headers)?)
    }

    /// Whether it is out of date, and the tag was bumped since it was begun by which things are hidden: perhaps
    /// what it shows.
    fn is_hidden(&self, entry: &Entry, hidden: &str) -> bool {
        entry.is_outdated(&self.epochs) && entry.is_from_before(&self.epochs, &self.epochs.of(&[hidden]))
    }

    /// Whether nothing that it depends on was bumped; where no bumps were heard of late, for as long as it
    /// may be given without asking.
    fn is_fresh(&self, entry: &Entry) -> bool {
        !entry.is_outdated(&self.epochs) && self.silence() <= DEAF.max(entry.outlasts.silence)
    }

    /// How long bumps were not heard.
    fn silence(&self) -> Duration {
        let heard = self.heard_ms.load(Ordering::Relaxed).saturating_sub(1);
        Duration::from_millis(self.elapsed_ms().saturating_sub(heard))
    }

    fn elapsed_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }
}

/// Which representation a request wants of a page; `None` if none would do (406).
fn wanted(page: &Page, headers: &HeaderMap) -> Option<Variant> {
    let media = page.offer.negotiated(headers)?;
    Some(Variant { media, wish: Acceptable::of(headers).wish()? })
}
