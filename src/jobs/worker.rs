//! One job: claimed, kept alive while it is worked on, and ended, put off or given back.
//!
//! What is done for it stands in [`train`] and [`ordered`].

use super::{Fault, Progress, Works, background, ordered, predict, train};
use crate::{
    domain::job::{Failure, Job, Lane, Made, Trouble, Work},
    store::{
        self,
        job::{MOST_ATTEMPTS, MOST_POSTPONED},
    },
};
use chrono::{Duration as Span, Utc};
use futures::FutureExt;
use std::{
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// How long a worker may be silent before another takes its job.
const LEASE_S: i64 = 30;
/// How often it is heard, and hears that its job was called off.
const BEAT: Duration = Duration::from_secs(1);
/// How long it waits before it tells a database again that did not answer.
const AGAIN: Duration = Duration::from_secs(1);
/// Longest time that a job is put off, in seconds; the first time it is one, then twice as many each time.
const LONGEST_OFF_S: i64 = 60;

/// How a job ended, as far as this worker is concerned.
#[derive(Debug)]
pub enum Ended {
    /// It made something.
    Made(Made),
    /// It made nothing, and its owner is told why.
    Failed(Failure),
    /// It is no longer this worker's: cancelled, or taken by another.
    Lost,
    /// Given back: the server is going down.
    Released,
    /// Put off: database or blob store are away.
    Postponed,
}

/// Works on the oldest job of a lane that waits; `false` if there is none.
pub async fn next(works: &Works, lane: Lane, stop: &AtomicBool) -> Result<bool, Fault> {
    let now = Utc::now();
    let Some(job) = store::job::claim(&works.store, lane, now, now + Span::seconds(LEASE_S)).await? else {
        return Ok(false);
    };
    let ended = match worked(works, &job, stop).await {
        Ok(made) => Ok(Ended::Made(made)),
        Err(Fault::Stopped) if stop.load(Ordering::Relaxed) => {
            own(told(works, &job, &End::Back, stop).await, Ended::Released)
        }
        Err(Fault::Stopped) => Ok(Ended::Lost),
        Err(fault) => without(works, &job, fault, stop).await,
    };
    works.ended.notify_waiters();
    if let (Work::Import(import), Ok(Ended::Made(_) | Ended::Failed(_))) = (&job.work, &ended) {
        // What was sent is in the table by now, or never will be.
        if let Err(fault) = works.blobs.forget(&import.upload, job.created).await {
            tracing::warn!(job = job.id, %fault, "what was sent is left to the sweep");
        }
    }
    let work = job.work.name();
    match ended? {
        Ended::Failed(why) => {
            tracing::info!(job = job.id, work, trouble = why.trouble.name(), "job failed: {}", why.reason);
        }
        ended => tracing::info!(job = job.id, work, ?ended, "job ended"),
    }
    Ok(true)
}

/// What the job made; its row says so by then.
async fn worked(works: &Works, job: &Job, stop: &AtomicBool) -> Result<Made, Fault> {
    if job.attempt > MOST_ATTEMPTS {
        return Err(Fault::GivenUp(format!("given up after {MOST_ATTEMPTS} attempts that did not end")));
    }
    let progress = Progress::default();
    let work = async {
        match &job.work {
            // Who sent a table waits for it, and so does what holds a connection to the database for it.
            Work::Import(import) => ordered::import(works, job, import, &progress).await,
            Work::Train(training) => background::low(train::run(works, job, training, &progress)).await,
            Work::Seal(seal) => background::low(ordered::seal(works, job, seal, &progress)).await,
            Work::Predict(application) => {
                background::low(predict::run(works, job, application, &progress)).await
            }
        }
    };
    tokio::select! {
        // A panic must not end the worker: nobody would take the jobs that come after.
        done = AssertUnwindSafe(work).catch_unwind() => {
            done.unwrap_or_else(|_| Err(Fault::Broken("the work ended unexpectedly".into())))
        }
        never = kept_alive(works, job, &progress, stop) => never,
    }
}

/// Says again and again that the job is worked on and how far it is; stops it when it is nobody's any more.
async fn kept_alive(works: &Works, job: &Job, progress: &Progress, stop: &AtomicBool) -> ! {
    let mut beat = tokio::time::interval(BEAT);
    loop {
        beat.tick().await;
        if stop.load(Ordering::Relaxed) {
            progress.stop();
        }
        let lease = Utc::now() + Span::seconds(LEASE_S);
        match store::job::beat(&works.store, job, lease, progress.share(), progress.step()).await {
            Ok(()) => {}
            Err(store::Fault::Changed) => progress.stop(),
            // The work goes on: whether it is still this worker's is asked when it is published.
            Err(fault) => tracing::warn!(job = job.id, %fault, "a job's progress was not told"),
        }
    }
}

/// The end of a job that made nothing: for good, or for now.
async fn without(works: &Works, job: &Job, fault: Fault, stop: &AtomicBool) -> Result<Ended, Fault> {
    let why = match fault.failure() {
        Some(why) => {
            if why.trouble == Trouble::Internal {
                tracing::error!(job = job.id, %fault, "a job broke off");
            }
            why
        }
        None if job.postponed >= MOST_POSTPONED => {
            tracing::error!(job = job.id, %fault, "a job is given up");
            Failure::new(Trouble::Unavailable, "the database or the blob store was away for too long")
        }
        None => {
            tracing::warn!(job = job.id, %fault, "a job is put off");
            let seconds = 1_i64 << job.postponed.clamp(0, 10);
            let off = Span::seconds(seconds.min(LONGEST_OFF_S));
            return own(told(works, job, &End::Off(off), stop).await, Ended::Postponed);
        }
    };
    let told = told(works, job, &End::Failed(&why), stop).await;
    own(told, Ended::Failed(why))
}

/// What is told of a job that made nothing.
enum End<'a> {
    /// It failed.
    Failed(&'a Failure),
    /// It is put off for so long.
    Off(Span),
    /// It is given back.
    Back,
}

/// Tells the database until it hears, or the server goes down: then the lease will run out.
async fn told(works: &Works, job: &Job, end: &End<'_>, stop: &AtomicBool) -> Result<(), store::Fault> {
    loop {
        let (store, now) = (&works.store, Utc::now());
        let told = match end {
            End::Failed(why) => store::job::fail(store, job, why, now).await,
            End::Off(off) => store::job::postpone(store, job, now, now + *off).await,
            End::Back => store::job::release(store, job, now).await,
        };
        match told {
            Err(store::Fault::Busy(_)) if !stop.load(Ordering::Relaxed) => tokio::time::sleep(AGAIN).await,
            done => return done,
        }
    }
}

/// A job that another took or cancelled is lost, which is no fault.
fn own(done: Result<(), store::Fault>, ended: Ended) -> Result<Ended, Fault> {
    match done {
        Ok(()) => Ok(ended),
        Err(store::Fault::Changed) => Ok(Ended::Lost),
        Err(fault) => Err(fault.into()),
    }
}
