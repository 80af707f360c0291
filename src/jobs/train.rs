//! One training: from a claimed job to a version of its model, or to the reason why there is none.

use super::{Fault, Progress, Works, profile};
use crate::{
    domain::{
        job::Job,
        model::Settings,
        version::{Model, Version},
    },
    learning::{self, Bounds, Outcome, Refusal, Step, Stop, Watch},
    store,
    table::columnar::Table,
};
use chrono::{Duration as Span, Utc};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// How long a worker may be silent before another takes its job.
pub const LEASE_S: i64 = 30;
/// How often it is heard.
const BEAT: Duration = Duration::from_secs(2);

/// How a job ended, as far as this worker is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The version is published.
    Version(i64),
    /// There is none, and the owner is told why.
    Failed(String),
    /// It is no longer this worker's: cancelled, or taken by another.
    Lost,
    /// Given back: the server is going down.
    Released,
}

/// Trains, and keeps what came out, or the reason why nothing did.
pub async fn run(works: &Works, job: &Job, settings: Settings, stop: &AtomicBool) -> Result<Ended, Fault> {
    if job.attempt > store::job::MOST_ATTEMPTS {
        let reason = format!("given up after {} attempts that did not end", store::job::MOST_ATTEMPTS);
        return failed(works, job, reason).await;
    }
    let (model, table) = source(works, job).await?;
    let ended = match learned(works, job, table, settings.clone(), stop).await? {
        Learned::Outcome(outcome) => publish(works, job, &model, settings, *outcome).await,
        Learned::Refused(reason) => failed(works, job, reason).await,
        Learned::Stopped if stop.load(Ordering::Relaxed) => {
            own(store::job::release(&works.store, job, Utc::now()).await, Ended::Released)
        }
        Learned::Stopped => Ok(Ended::Lost),
    };
    works.ended.notify_waiters();
    ended
}

/// Ends the job without a version.
pub async fn failed(works: &Works, job: &Job, reason: String) -> Result<Ended, Fault> {
    let ended = store::job::fail(&works.store, job, &reason, Utc::now()).await;
    works.ended.notify_waiters();
    own(ended, Ended::Failed(reason))
}

/// A job that another took or cancelled is lost, which is no fault.
fn own(done: Result<(), store::Fault>, ended: Ended) -> Result<Ended, Fault> {
    match done {
        Ok(()) => Ok(ended),
        Err(store::Fault::Changed) => Ok(Ended::Lost),
        Err(fault) => Err(fault.into()),
    }
}

/// The model, and the table of the pinned revision.
async fn source(works: &Works, job: &Job) -> Result<(Model, Table), Fault> {
    let mut conn = works.store.read().await?;
    let model = store::model::find(&mut conn, &job.training.model).await?;
    let dataset = store::dataset::find(&mut conn, &job.training.dataset).await?;
    let revision = store::revision::find(&mut conn, dataset.id, job.training.revision).await?;
    drop(conn);
    // Units and descriptions may have been added since the revision was sealed.
    let mut columns = revision.columns;
    for column in &mut columns {
        if let Some(now) = dataset.columns.iter().find(|now| now.identifier == column.identifier) {
            column.unit.clone_from(&now.unit);
        }
    }
    let table = profile::table(works, &revision.digest, &columns).await?;
    Ok((model, table))
}

enum Learned {
    Outcome(Box<Outcome>),
    Refused(String),
    Stopped,
}

/// The training thread's end.
struct Told(Progress);

/// Of how many parts a training tells.
const PARTS: u64 = 1_000_000;

impl Watch for Told {
    fn step(&mut self, step: &Step) {
        // Nobody knows how many iterations there will be; half of what is left is done by each ten.
        let left = 0.5_f64.powf(step.iteration as f64 / 10.0);
        self.0.tell(((1.0 - left) * PARTS as f64) as u64, PARTS);
    }

    fn cancelled(&self) -> bool {
        self.0.is_stopped()
    }
}

/// Learns on a thread of its own, so that requests are never slowed; beats until it is done.
async fn learned(
    works: &Works,
    job: &Job,
    table: Table,
    settings: Settings,
    stop: &AtomicBool,
) -> Result<Learned, Fault> {
    let progress = Progress::default();
    let (send, mut receive) = oneshot::channel();
    let (told, limits) = (progress.clone(), works.settings.learning.clone());
    let thread = std::thread::Builder::new().name("training".into());
    thread.spawn(move || {
        let deadline = Instant::now() + Duration::from_secs(limits.deadline_s);
        let bounds = Bounds { cells: limits.cells, deadline };
        // Nobody listens any more when the server went down: that is no fault.
        let _ = send.send(learning::train(&table, &settings, &bounds, &mut Told(told)));
    })?;
    let mut beat = tokio::time::interval(BEAT);
    loop {
        tokio::select! {
            done = &mut receive => {
                return Ok(match done {
                    Ok(Ok(outcome)) => Learned::Outcome(Box::new(outcome)),
                    Ok(Err(Refusal::Stopped(Stop::Cancelled))) => Learned::Stopped,
                    Ok(Err(refusal)) => Learned::Refused(refusal.to_string()),
                    Err(_) => Learned::Refused("the training ended unexpectedly".into()),
                });
            }
            _ = beat.tick() => {
                let lease = Utc::now() + Span::seconds(LEASE_S);
                let beaten = store::job::beat(&works.store, job, lease, progress.share()).await;
                if stop.load(Ordering::Relaxed) || matches!(beaten, Err(store::Fault::Changed)) {
                    progress.stop();
                }
            }
        }
    }
}

/// Keeps the version and ends the job, in one transaction.
async fn publish(
    works: &Works,
    job: &Job,
    model: &Model,
    settings: Settings,
    outcome: Outcome,
) -> Result<Ended, Fault> {
    let now = Utc::now();
    let mut tx = works.store.write().await?;
    let model = match store::model::find(&mut tx, model.slug.as_str()).await {
        Err(store::Fault::Gone | store::Fault::Missing) => {
            drop(tx);
            return failed(works, job, "the model was deleted".into()).await;
        }
        found => found?,
    };
    let version = Version {
        number: model.newest + 1,
        dataset_revision: job.training.revision,
        settings,
        fitted: outcome.fitted,
        scores: outcome.scores,
        author: job.owner.clone(),
        created: now,
    };
    store::model::finish(&mut tx, &model, &version).await?;
    match store::job::succeed(&mut tx, job, version.number, now).await {
        Err(store::Fault::Changed) => return Ok(Ended::Lost),
        done => done?,
    }
    tx.commit().await?;
    Ok(Ended::Version(version.number))
}
