//! From a table file to a dataset's head and a sealed revision.
//!
//! Rows go to a table that nobody reads yet (see `fill`); one more transaction publishes it. Whatever fails before
//! leaves nothing behind but that table, which is dropped.

use super::{
    Fault, Progress, Works,
    artifact::{self, Artifacts},
    fill::{self, Filled, Took, millis},
    ordered, seal,
};
use crate::{
    blob::Readable,
    domain::{
        audit::Deed,
        column::{Column, Remarks, fit_a_row, same},
        dataset::{About, Dataset},
        fault::{Fault as InputFault, Faults},
        job::{Job, Made},
        revision::{Derived, Revision},
        slug::Slug,
        user::User,
    },
    represent::link::Place,
    store::{
        self, Tx,
        idempotency::{self, Claim},
        rows,
    },
    table::{Options, source::Format},
};
use chrono::Utc;
use std::time::Instant;

/// What a table file is to become.
#[derive(Debug, Clone)]
pub enum Target {
    /// A new dataset.
    New {
        /// Its name in URLs.
        slug: Slug,
        /// What its publisher says about it.
        about: About,
        /// And about its columns.
        remarks: Box<Remarks>,
    },
    /// The next revision of a dataset; its columns keep their units and descriptions, and their types where every
    /// cell fits.
    Next {
        /// The dataset as it is.
        dataset: Box<Dataset>,
        /// What else is said about its columns now.
        remarks: Box<Remarks>,
    },
}

impl Target {
    /// Says of inferred columns what is known about them.
    pub(in crate::jobs) fn describe(&self, columns: &mut [Column]) -> Result<(), Faults> {
        let (old, remarks) = match self {
            Target::New { remarks, .. } => (&[][..], remarks),
            Target::Next { dataset, remarks } => (&dataset.columns[..], remarks),
        };
        for column in columns.iter_mut() {
            if let Some(old) = same(old, &column.name, &column.identifier) {
                column.unit.clone_from(&old.unit);
                column.description.clone_from(&old.description);
                column.indexed = old.indexed;
            }
        }
        remarks.describe(columns)
    }
}

/// For whom something is made.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Its author.
    pub author: &'a User,
    /// What the author says about this revision.
    pub note: Option<String>,
    /// The key under which it is made once.
    pub claim: Option<&'a Claim>,
    /// The job that it is made by, which ends with it.
    pub job: Option<&'a Job>,
    /// The request that it is made by; none if a job makes it, or the operator at the terminal.
    pub deed: Option<Deed>,
    /// What it was predicted from.
    pub derived: Option<Derived>,
}

impl<'a> Order<'a> {
    /// An author's, who says nothing about it.
    pub fn of(author: &'a User) -> Order<'a> {
        Order { author, note: None, claim: None, job: None, deed: None, derived: None }
    }

    /// Begins a transaction that publishes: its first statement. It is noted as the job's or the request's.
    pub(in crate::jobs) async fn begin(&self, tx: &mut Tx) -> Result<(), Fault> {
        if let Some(deed) = self.job.map(ordered::deed).or_else(|| self.deed.clone()) {
            tx.by(deed);
        }
        Ok(idempotency::claim(tx, self.claim).await?)
    }

    /// Ends a transaction that publishes: says what stands where now. [`Fault::Stopped`] if the job was called
    /// off, or is another worker's by now.
    pub(in crate::jobs) async fn end(&self, tx: &mut Tx, place: &Place, made: &Made) -> Result<(), Fault> {
        idempotency::made(tx, self.claim, &place.path()).await?;
        let Some(job) = self.job else { return Ok(()) };
        match store::job::succeed(tx, job, made, Utc::now()).await {
            Err(store::Fault::Changed) => Err(Fault::Stopped),
            done => Ok(done?),
        }
    }
}

/// A dataset and the revision that its content is.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The dataset as it is now.
    pub dataset: Dataset,
    /// The revision.
    pub revision: Revision,
    /// Whether the revision is new, or had this content before.
    pub fresh: bool,
}

/// A table file, and how to read it.
#[derive(Debug)]
pub struct Source {
    /// Its bytes.
    pub file: Readable,
    /// Its format.
    pub format: Format,
    /// What is known of its columns.
    pub options: Options,
}

/// Imports a table file. One that is stopped leaves nothing behind.
pub async fn import(
    works: &Works,
    mut source: Source,
    target: Target,
    order: Order<'_>,
    progress: &Progress,
) -> Result<Imported, Fault> {
    match &target {
        Target::New { slug, .. } => {
            store::dataset::free(&mut works.store.read().await?, slug.as_str()).await?;
        }
        Target::Next { dataset, .. } if dataset.is_linked() => return Err(store::Fault::ReadOnly.into()),
        Target::Next { dataset, .. } => source.options.before.clone_from(&dataset.columns),
    }
    let filled = fill::fill(works, source, &target, progress).await?;
    let storage = filled.storage;
    let done = finish(works, filled, target, order, progress).await;
    if done.is_err() {
        fill::discard(works, storage).await;
    }
    done
}

async fn finish(
    works: &Works,
    filled: Filled,
    target: Target,
    order: Order<'_>,
    progress: &Progress,
) -> Result<Imported, Fault> {
    let Filled { storage, columns, written, took } = filled;
    index(works, storage, &columns).await?;
    let began = Instant::now();
    let artifacts = artifact::keep(works, written).await?;
    let Took { infer_ms, rows_ms, files_ms } = took;
    let (rows, profile_ms) = (artifacts.rows, millis(began));
    tracing::info!(rows, infer_ms, rows_ms, files_ms, profile_ms, "import");
    progress.check()?;
    publish(works, target, Parts { storage, columns, artifacts }, order).await
}

/// What an import made, before anybody can see it.
struct Parts {
    storage: i64,
    columns: Vec<Column>,
    artifacts: Artifacts,
}

/// Before it is published: nobody reads or writes the table meanwhile.
async fn index(works: &Works, storage: i64, columns: &[Column]) -> Result<(), Fault> {
    let mut tx = works.store.write().await?;
    rows::index(&mut tx, storage, columns).await?;
    Ok(tx.commit_lazily().await?)
}

async fn publish(works: &Works, target: Target, parts: Parts, order: Order<'_>) -> Result<Imported, Fault> {
    let now = Utc::now();
    let mut tx = works.store.write().await?;
    rows::all_there(&mut tx, parts.storage, parts.artifacts.rows).await?;
    order.begin(&mut tx).await?;
    let head = (parts.storage, &parts.columns[..], parts.artifacts.rows);
    let dataset = match &target {
        Target::New { slug, about, .. } => {
            store::dataset::insert(&mut tx, slug, about, head, &order.author.name, now).await?
        }
        Target::Next { dataset: old, .. } => {
            let old = store::dataset::find(&mut tx, old.slug.as_str()).await?;
            store::dataset::swap(&mut tx, &old, head, now).await?
        }
    };
    let snapshot = seal::Snapshot {
        storage: parts.storage,
        columns: parts.columns,
        edits: dataset.edits,
        artifacts: parts.artifacts,
    };
    let (revision, fresh) = seal::record(&mut tx, &dataset, snapshot, &order, now).await?;
    let dataset = store::dataset::find(&mut tx, dataset.slug.as_str()).await?;
    let place = match target {
        Target::New { slug, .. } => Place::Dataset(slug.to_string()),
        Target::Next { .. } => Place::Revision(dataset.slug.to_string(), revision.number.to_string()),
    };
    order.end(&mut tx, &place, &Made::Revision { number: revision.number, fresh }).await?;
    tx.commit().await?;
    Ok(Imported { dataset, revision, fresh })
}

/// An empty dataset with these columns.
pub async fn empty(
    works: &Works,
    slug: &Slug,
    about: &About,
    columns: &[Column],
    order: Order<'_>,
) -> Result<Dataset, Fault> {
    if columns.is_empty() {
        return Err(Fault::Input(InputFault::at("/columns", "at least one column", "none").into()));
    }
    fit_a_row(columns).map_err(Faults::from)?;
    let now = Utc::now();
    let mut tx = works.store.write().await?;
    order.begin(&mut tx).await?;
    store::dataset::free(&mut tx, slug.as_str()).await?;
    let storage = rows::create(&mut tx, columns, now).await?;
    rows::index(&mut tx, storage, columns).await?;
    let author = &order.author.name;
    let dataset = store::dataset::insert(&mut tx, slug, about, (storage, columns, 0), author, now).await?;
    idempotency::made(&mut tx, order.claim, &Place::Dataset(slug.to_string()).path()).await?;
    tx.commit().await?;
    Ok(dataset)
}
