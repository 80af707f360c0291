//! One training: from a claimed job to a version of its model, or to the reason why there is none.

use super::{Fault, Progress, Works, artifact, background, ordered};
use crate::{
    domain::{
        job::{self, Job, Made, Training},
        model::{Saved, Settings},
        version::{Model, Version},
    },
    learning::{self, Bounds, Outcome, Refusal, Step, Stop, Watch, adopt},
    store,
    table::columnar::Table,
};
use chrono::Utc;
use std::time::{Duration, Instant};

/// Trains, and keeps what came out. The version and the end of the job are one transaction.
pub async fn run(works: &Works, job: &Job, training: &Training, progress: &Progress) -> Result<Made, Fault> {
    let (model, table) = source(works, training).await?;
    let (settings, weights) = (training.settings.clone(), training.weights.clone());
    let outcome = learned(works, table, settings, weights, progress).await?;
    publish(works, job, training, &model, outcome).await
}

/// The model, and the table of the pinned revision.
async fn source(works: &Works, training: &Training) -> Result<(Model, Table), Fault> {
    let mut conn = works.store.read().await?;
    let model = store::model::find(&mut conn, &training.model).await?;
    let dataset = store::dataset::find(&mut conn, &training.dataset).await?;
    let revision = store::revision::live(&mut conn, dataset.id, training.revision).await?;
    drop(conn);
    // Units and descriptions may have been added since the revision was sealed.
    let mut columns = revision.columns.clone();
    for column in &mut columns {
        if let Some(now) = dataset.columns.iter().find(|now| now.identifier == column.identifier) {
            column.unit.clone_from(&now.unit);
        }
    }
    let table = artifact::table(works, &revision, &columns).await?;
    Ok((model, table))
}

/// The training thread's end.
struct Told(Progress);

/// Of how many parts a training tells.
const PARTS: u64 = 1_000_000;

impl Watch for Told {
    fn step(&mut self, step: &Step) {
        // Nobody knows how many iterations there will be; half of what is left is done by each ten.
        let left = 0.5_f64.powf(step.iteration as f64 / 10.0);
        let share = (step.part as f64 + 1.0 - left) / step.parts as f64;
        self.0.tell((share * PARTS as f64) as u64, PARTS);
        let Step { part, parts, iteration, objective, max_gradient } = *step;
        self.0.note(job::Step { part: part + 1, parts, iteration, objective, max_gradient });
    }

    fn cancelled(&self) -> bool {
        self.0.is_stopped()
    }
}

/// Learns, or judges what was learned elsewhere, on a thread of its own, so that requests are never slowed.
async fn learned(
    works: &Works,
    table: Table,
    settings: Settings,
    weights: Option<Saved>,
    progress: &Progress,
) -> Result<Outcome, Fault> {
    let (told, limits) = (progress.clone(), works.settings.learning.clone());
    let learned = background::run(move || {
        let deadline = Instant::now() + Duration::from_secs(limits.deadline_s);
        let bounds = Bounds { cells: limits.cells, deadline };
        match weights {
            Some(weights) => adopt::adopt(&table, &settings, &weights, &bounds, &mut Told(told)),
            None => learning::train(&table, &settings, &bounds, &mut Told(told)),
        }
    });
    learned.await?.map_err(|refusal| match refusal {
        Refusal::Stopped(Stop::Cancelled) => Fault::Stopped,
        refusal => Fault::Refused(refusal.to_string()),
    })
}

/// Keeps the version and ends the job, in one transaction.
async fn publish(
    works: &Works,
    job: &Job,
    training: &Training,
    model: &Model,
    outcome: Outcome,
) -> Result<Made, Fault> {
    let now = Utc::now();
    let mut tx = works.store.write().await?;
    tx.by(ordered::deed(job));
    let model = match store::model::find(&mut tx, model.slug.as_str()).await {
        Err(store::Fault::Gone | store::Fault::Missing) => {
            return Err(Fault::Refused("the model was deleted".into()));
        }
        found => found?,
    };
    let version = Version {
        number: model.newest + 1,
        dataset_revision: training.revision,
        settings: Settings { c: outcome.c, ..training.settings.clone() },
        fitted: outcome.fitted,
        scores: outcome.scores,
        author: job.owner.clone(),
        created: now,
    };
    store::model::finish(&mut tx, &model, &version).await?;
    store::model::keep_curves(&mut tx, model.id, version.number, &outcome.curves).await?;
    let made = Made::Version(version.number);
    match store::job::succeed(&mut tx, job, &made, now).await {
        Err(store::Fault::Changed) => return Err(Fault::Stopped),
        done => done?,
    }
    tx.commit().await?;
    Ok(made)
}
