//! From a table file to a dataset's head and a sealed revision.
//!
//! Two passes over the spool file: types first, then cells. Rows go to a table that nobody reads yet, in
//! transactions short enough not to hold up other writers; one more transaction publishes it. Whatever
//! fails before leaves nothing behind but that table, which is dropped.

use super::{
    Fault, Progress, Works,
    artifact::{self, Artifacts, Written},
    background, ordered, seal,
};
use crate::{
    blob::Spool,
    domain::{
        audit::Deed,
        column::{Cell, Column, Remarks, fit_a_row},
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
    table::{
        Options,
        infer::Schema,
        source::{self, Format},
    },
};
use chrono::Utc;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Cells of one transaction: so few that other writers hardly wait.
const BATCH_CELLS: usize = 40_000;
/// Bytes of texts of one transaction.
const BATCH_BYTES: usize = 4 << 20;
/// Batches read ahead of the database, and of the files.
const AHEAD: usize = 2;

/// Rows on their way to the database and to the files.
type Batch = Arc<Vec<Vec<Cell>>>;

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
    /// The next revision of a dataset; its columns keep their units and descriptions.
    Next(Box<Dataset>),
}

impl Target {
    /// Says of inferred columns what is known about them.
    fn describe(&self, columns: &mut [Column]) -> Result<(), Faults> {
        let old = match self {
            Target::New { remarks, .. } => return remarks.describe(columns),
            Target::Next(old) => old,
        };
        for column in columns {
            if let Some(old) = old.columns.iter().find(|old| old.identifier == column.identifier) {
                column.unit.clone_from(&old.unit);
                column.description.clone_from(&old.description);
                column.indexed = old.indexed;
            }
        }
        Ok(())
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
    pub file: Spool,
    /// Its format.
    pub format: Format,
    /// What is known of its columns.
    pub options: Options,
}

/// When it is tried again to drop a table, which doubles up to the other.
const DROPPED_AGAIN: Duration = Duration::from_millis(250);
const DROPPED_AGAIN_AT_MOST: Duration = Duration::from_secs(60);

/// Share of an import until the types are known, and until the rows are in the table; the rest profiles.
const READ: f64 = 0.3;
const LOADED: f64 = 0.85;

/// Imports a table file. One that is stopped leaves nothing behind.
pub async fn import(
    works: &Works,
    source: Source,
    target: Target,
    order: Order<'_>,
    progress: &Progress,
) -> Result<Imported, Fault> {
    match &target {
        Target::New { slug, .. } => {
            store::dataset::free(&mut works.store.read().await?, slug.as_str()).await?;
        }
        Target::Next(old) if old.is_linked() => return Err(store::Fault::ReadOnly.into()),
        Target::Next(_) => {}
    }
    let began = Instant::now();
    let reading = progress.part(0.0, READ);
    let (source, mut schema) = background::run(move || {
        let Source { file, format, options } = &source;
        let schema =
            source::infer(file.reader()?, *format, options, |reader| reading.reading(reader, file.size()));
        reading.check()?;
        Ok::<_, Fault>((source, schema?))
    })
    .await??;
    fit_a_row(&schema.columns).map_err(Faults::from)?;
    target.describe(&mut schema.columns)?;
    let took = Took { infer_ms: millis(began), ..Took::default() };
    let storage = reserve(works, &schema.columns).await?;
    let done = fill(works, (source, schema, took), (storage, target), order, progress).await;
    if done.is_err() {
        discard(works, storage).await;
    }
    done
}

async fn fill(
    works: &Works,
    (source, schema, mut took): (Source, Schema, Took),
    (storage, target): (i64, Target),
    order: Order<'_>,
    progress: &Progress,
) -> Result<Imported, Fault> {
    let columns = schema.columns.clone();
    let written = load(works, (source, schema), storage, &progress.part(READ, LOADED), &mut took).await?;
    index(works, storage, &columns).await?;
    let began = Instant::now();
    let artifacts = artifact::keep(works, written).await?;
    let Took { infer_ms, rows_ms, files_ms } = took;
    let (rows, profile_ms) = (artifacts.rows, millis(began));
    tracing::info!(rows, infer_ms, rows_ms, files_ms, profile_ms, "import");
    progress.check()?;
    publish(works, target, Parts { storage, columns, artifacts }, order).await
}

/// How long the steps of an import took, for the log.
#[derive(Debug, Default)]
struct Took {
    /// Until the types were known.
    infer_ms: u64,
    /// From then on until the rows were in the table.
    rows_ms: u64,
    /// Until the files were written too, which is done at the same time.
    files_ms: u64,
}

/// What an import made, before anybody can see it.
struct Parts {
    storage: i64,
    columns: Vec<Column>,
    artifacts: Artifacts,
}

async fn reserve(works: &Works, columns: &[Column]) -> Result<i64, Fault> {
    let mut tx = works.store.write().await?;
    let storage = rows::create(&mut tx, columns, Utc::now()).await?;
    tx.commit().await?;
    Ok(storage)
}

/// Second pass: rows into the table, and at the same time the same cells, spelt canonically, into the files.
async fn load(
    works: &Works,
    (source, schema): (Source, Schema),
    storage: i64,
    progress: &Progress,
    took: &mut Took,
) -> Result<Written, Fault> {
    let (columns, total) = (schema.columns.clone(), schema.rows);
    let files = artifact::Writer::new(works, &columns).await?;
    let (to_rows, mut for_rows) = mpsc::channel(AHEAD);
    let (to_files, for_files) = mpsc::channel(AHEAD);
    let reading = background::start(move || read(&source, &schema, &to_rows, &to_files))?;
    let writing = background::start(move || write(files, for_files))?;
    let (began, mut done) = (Instant::now(), 0_u64);
    let _turn = works.filling.acquire().await.map_err(|error| Fault::Broken(error.to_string()))?;
    let mut filling = rows::Filling::begin(&works.store, storage, &columns).await?;
    while let Some(batch) = for_rows.recv().await {
        let batch: Batch = batch;
        progress.check()?;
        filling.send(&batch).await?;
        done += batch.len() as u64;
        progress.tell(done, total);
    }
    filling.end().await?;
    took.rows_ms = millis(began);
    // Of two faults the writer's: that it is gone is all that the reader knows then.
    let (read, written) = (background::end(reading).await?, background::end(writing).await?);
    let written = written?;
    read?;
    took.files_ms = millis(began);
    Ok(written)
}

fn millis(began: Instant) -> u64 {
    began.elapsed().as_millis() as u64
}

fn read(
    source: &Source,
    schema: &Schema,
    to_rows: &mpsc::Sender<Batch>,
    to_files: &mpsc::Sender<Batch>,
) -> Result<(), Fault> {
    // A receiver is gone when it failed: its fault is told, not this one.
    let gone = |_| Fault::Broken("the import was given up".into());
    let send = |batch: Vec<Vec<Cell>>| {
        let batch = Arc::new(batch);
        to_rows.blocking_send(batch.clone()).map_err(gone)?;
        to_files.blocking_send(batch).map_err(gone)
    };
    let most = (BATCH_CELLS / schema.columns.len().max(1)).max(1);
    let (mut batch, mut bytes) = (Vec::with_capacity(most), 0);
    let Source { file, format, options } = source;
    source::try_each::<Fault>(file.reader()?, *format, schema, options, |cells| {
        let cells: Vec<Cell> = cells.into_iter().map(Cell::kept).collect();
        bytes +=
            cells.iter().map(|cell| if let Cell::Text(text) = cell { text.len() } else { 0 }).sum::<usize>();
        batch.push(cells);
        if batch.len() == most || bytes >= BATCH_BYTES {
            bytes = 0;
            send(std::mem::replace(&mut batch, Vec::with_capacity(most)))?;
        }
        Ok(())
    })?;
    if batch.is_empty() { Ok(()) } else { send(batch) }
}

fn write(mut files: artifact::Writer, mut batches: mpsc::Receiver<Batch>) -> Result<Written, Fault> {
    while let Some(batch) = batches.blocking_recv() {
        for row in batch.iter() {
            files.write(row)?;
        }
    }
    files.finish()
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
        Target::Next(old) => {
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
        Target::Next(_) => Place::Revision(dataset.slug.to_string(), revision.number.to_string()),
    };
    order.end(&mut tx, &place, &Made::Revision { number: revision.number, fresh }).await?;
    tx.commit().await?;
    Ok(Imported { dataset, revision, fresh })
}

/// Drops the table of an import that failed; if that fails too, once it can: on a full disk nothing is dropped either.
async fn discard(works: &Works, storage: i64) {
    // Unless it was published: a commit may be done whose end nobody told us.
    let Err(fault) = rows::abandon(&works.store, storage).await else { return };
    tracing::warn!(%fault, storage, "the table of a failed import is not dropped yet");
    let store = works.store.clone();
    // If the server ends before that, its next one's sweeper does it.
    tokio::spawn(async move {
        let mut wait = DROPPED_AGAIN;
        while let Err(fault) = rows::abandon(&store, storage).await {
            tracing::debug!(%fault, storage, "the table of a failed import is still not dropped");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(DROPPED_AGAIN_AT_MOST);
        }
    });
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
