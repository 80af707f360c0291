//! How far a piece of work is, and whether it is still wanted.
//!
//! Who works tells and checks; who watches reads the share and may stop it. Neither waits for the other.

use super::Fault;
use crate::domain::job::Step;
use std::{
    io::{self, Read},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// Parts of a whole in which shares are kept: atomics hold integers.
const WHOLE: f64 = 1e6;

/// How far a piece of work is, shared by who works and who watches.
#[derive(Debug, Clone)]
pub struct Progress {
    shared: Arc<Shared>,
    /// The part of the whole that this stands for.
    from: f64,
    to: f64,
}

#[derive(Debug, Default)]
struct Shared {
    done: AtomicU64,
    stopped: AtomicBool,
    step: Mutex<Option<Step>>,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress { shared: Arc::default(), from: 0.0, to: 1.0 }
    }
}

impl Progress {
    /// A step of this work, from one share of it to another, whose own shares run from 0 to 1.
    pub fn part(&self, from: f64, to: f64) -> Progress {
        let at = |share: f64| self.from + (self.to - self.from) * share;
        Progress { shared: self.shared.clone(), from: at(from), to: at(to) }
    }

    /// Says that so much of so much is done; what was said to be done stays so.
    pub fn tell(&self, done: u64, total: u64) {
        let share = if total == 0 { 1.0 } else { (done as f64 / total as f64).min(1.0) };
        let done = (self.from + (self.to - self.from) * share) * WHOLE;
        self.shared.done.fetch_max(done as u64, Ordering::Relaxed);
    }

    /// Says how far a training is.
    pub fn note(&self, step: Step) {
        *self.shared.step.lock().unwrap_or_else(PoisonError::into_inner) = Some(step);
    }

    /// What was last said of it.
    pub fn step(&self) -> Option<Step> {
        *self.shared.step.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Share of the whole work that is done, 0..=1.
    pub fn share(&self) -> f64 {
        self.shared.done.load(Ordering::Relaxed) as f64 / WHOLE
    }

    /// Asks whoever works to stop.
    pub fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.shared.stopped.load(Ordering::Relaxed)
    }

    /// [`Fault::Stopped`] if the work was asked to stop.
    pub fn check(&self) -> Result<(), Fault> {
        if self.is_stopped() { Err(Fault::Stopped) } else { Ok(()) }
    }

    /// A reader that tells how much of `total` bytes was read, and breaks off when asked to stop.
    ///
    /// Its fault then is an [`io::Error`]: [`check`](Progress::check) before telling anybody of it.
    pub fn reading<R: Read>(&self, source: R, total: u64) -> Reading<R> {
        Reading { source, progress: self.clone(), done: 0, total }
    }
}

/// A reader whose progress is told; see [`Progress::reading`].
#[derive(Debug)]
pub struct Reading<R> {
    source: R,
    progress: Progress,
    done: u64,
    total: u64,
}

impl<R: Read> Read for Reading<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.progress.is_stopped() {
            return Err(io::Error::other("the reading was called off"));
        }
        let read = self.source.read(buffer)?;
        self.done += read as u64;
        self.progress.tell(self.done, self.total);
        Ok(read)
    }
}
