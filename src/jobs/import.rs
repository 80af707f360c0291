//! From a table file to a dataset's head and a sealed revision.
//!
//! Two passes over the spool file: types first, then cells. Rows go to a table that nobody reads yet, in
//! transactions short enough not to hold up other writers; one more transaction publishes it. Whatever
//! fails before leaves nothing behind but that table, which is dropped.

use super::{Fault, Progress, Works, profile, seal};
use crate::{
    blob::{Kept, Spool},
    domain::{
        column::{Cell, Column, fit_a_row},
        dataset::{About, Dataset},
        fault::{Fault as InputFault, Faults},
        job::{Job, Made},
        revision::Revision,
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
        infer::{Schema, infer},
        read::Rows,
        write::Writer,
    },
};
use chrono::Utc;
use std::{collections::BTreeMap, io::BufReader};
use tokio::{sync::mpsc, task::spawn_blocking};

/// Rows of one transaction.
const BATCH: usize = 2_000;
/// Batches read ahead of the database.
const AHEAD: usize = 4;

/// What a table file is to become.
#[derive(Debug, Clone)]
pub enum Target {
    /// A new dataset.
    New {
        /// Its name in URLs.
        slug: Slug,
        /// What its publisher says about it.
        about: About,
        /// Units of columns, by identifier.
        units: BTreeMap<String, String>,
    },
    /// The next revision of a dataset; its columns keep their units and descriptions.
    Next(Box<Dataset>),
}

impl Target {
    /// Says of inferred columns what is known about them.
    fn describe(&self, columns: &mut [Column]) {
        for column in columns {
            match self {
                Target::New { units, .. } => column.unit = units.get(&column.identifier).cloned(),
                Target::Next(old) => {
                    if let Some(old) = old.columns.iter().find(|old| old.identifier == column.identifier) {
                        column.unit.clone_from(&old.unit);
                        column.description.clone_from(&old.description);
                    }
                }
            }
        }
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
}

impl<'a> Order<'a> {
    /// An author's, who says nothing about it.
    pub fn of(author: &'a User) -> Order<'a> {
        Order { author, note: None, claim: None, job: None }
    }

    /// Begins a transaction that publishes: its first statement.
    pub(in crate::jobs) async fn begin(&self, tx: &mut Tx) -> Result<(), Fault> {
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

/// Share of an import until the types are known, and until the rows are in the table; the rest profiles.
const READ: f64 = 0.3;
const LOADED: f64 = 0.85;

/// Imports a table file. One that is stopped leaves nothing behind.
pub async fn import(
    works: &Works,
    file: Spool,
    target: Target,
    options: Options,
    order: Order<'_>,
    progress: &Progress,
) -> Result<Imported, Fault> {
    if let Target::New { slug, .. } = &target {
        store::dataset::free(&mut works.store.read().await?, slug.as_str()).await?;
    }
    let reading = progress.part(0.0, READ);
    let (file, options, mut schema) = spawn_blocking(move || {
        let schema = infer(BufReader::new(reading.reading(file.reader()?, file.size())), &options);
        reading.check()?;
        Ok::<_, Fault>((file, options, schema?))
    })
    .await??;
    fit_a_row(&schema.columns).map_err(Faults::from)?;
    target.describe(&mut schema.columns);
    let columns = schema.columns.clone();
    let storage = reserve(works, &columns).await?;
    let loaded = load(works, file, options, schema, storage, &progress.part(READ, LOADED)).await;
    let done = match loaded {
        Ok((rows, artifact)) => {
            let profile = profile::keep(works, &artifact, &columns).await;
            match profile.and_then(|profile| progress.check().map(|()| profile)) {
                Ok(profile) => {
                    publish(works, target, Parts { storage, columns, rows, artifact, profile }, order).await
                }
                Err(fault) => Err(fault),
            }
        }
        Err(fault) => Err(fault),
    };
    if done.is_err() {
        discard(works, storage).await;
    }
    done
}

/// What an import made, before anybody can see it.
struct Parts {
    storage: i64,
    columns: Vec<Column>,
    rows: i64,
    artifact: Kept,
    profile: String,
}

async fn reserve(works: &Works, columns: &[Column]) -> Result<i64, Fault> {
    let mut tx = works.store.write().await?;
    let storage = rows::create(&mut tx, columns, Utc::now()).await?;
    tx.commit().await?;
    Ok(storage)
}

/// Second pass: rows into the table, the same cells spelt canonically into the artifact.
async fn load(
    works: &Works,
    file: Spool,
    options: Options,
    schema: Schema,
    storage: i64,
    progress: &Progress,
) -> Result<(i64, Kept), Fault> {
    let (columns, total) = (schema.columns.clone(), schema.rows);
    let spool = works.blobs.spool().await?;
    let (send, mut receive) = mpsc::channel(AHEAD);
    let reading = spawn_blocking(move || read(&file, &options, &schema, spool, &send));
    let mut done = 0_u64;
    while let Some(batch) = receive.recv().await {
        let batch: Vec<Vec<Cell>> = batch;
        progress.check()?;
        let mut tx = works.store.write().await?;
        rows::append(&mut tx, storage, &columns, &batch).await?;
        tx.commit().await?;
        done += batch.len() as u64;
        progress.tell(done, total);
    }
    let artifact = reading.await??;
    Ok((done as i64, works.blobs.keep(artifact).await?))
}

fn read(
    file: &Spool,
    options: &Options,
    schema: &Schema,
    spool: Spool,
    send: &mpsc::Sender<Vec<Vec<Cell>>>,
) -> Result<Spool, Fault> {
    let mut writer = Writer::new(spool, &schema.columns)?;
    let mut batch = Vec::with_capacity(BATCH);
    // The receiver is gone when the database failed: its fault is told, not this one.
    let gone = || Fault::Broken("the import was given up".into());
    let rows = Rows::new(BufReader::new(file.reader()?), schema, options)?;
    rows.try_each(|cells| {
        let cells: Vec<Cell> = cells.into_iter().map(Cell::kept).collect();
        writer.write(&cells)?;
        batch.push(cells);
        if batch.len() == BATCH {
            send.blocking_send(std::mem::take(&mut batch)).map_err(|_| gone())?;
        }
        Ok::<(), Fault>(())
    })?;
    if !batch.is_empty() {
        send.blocking_send(batch).map_err(|_| gone())?;
    }
    Ok(writer.finish()?)
}

async fn publish(works: &Works, target: Target, parts: Parts, order: Order<'_>) -> Result<Imported, Fault> {
    let now = Utc::now();
    let mut tx = works.store.write().await?;
    order.begin(&mut tx).await?;
    let head = (parts.storage, &parts.columns[..], parts.rows);
    let dataset = match &target {
        Target::New { slug, about, .. } => {
            store::dataset::insert(&mut tx, slug, about, head, &order.author.name, now).await?
        }
        Target::Next(old) => {
            let old = store::dataset::find(&mut tx, old.slug.as_str()).await?;
            let new = store::dataset::swap(&mut tx, &old, head, now).await?;
            rows::drop_table(&mut tx, old.storage).await?;
            new
        }
    };
    let snapshot = seal::Snapshot {
        columns: parts.columns.clone(),
        rows: parts.rows,
        edits: dataset.edits,
        artifact: parts.artifact,
        profile: parts.profile,
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

/// Drops the table of an import that failed; if that fails too, the next start drops it.
async fn discard(works: &Works, storage: i64) {
    let dropped = async {
        let mut tx = works.store.write().await?;
        rows::drop_table(&mut tx, storage).await?;
        tx.commit().await
    };
    if let Err(fault) = dropped.await {
        tracing::warn!(%fault, storage, "the table of a failed import was not dropped");
    }
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
    idempotency::claim(&mut tx, order.claim).await?;
    store::dataset::free(&mut tx, slug.as_str()).await?;
    let storage = rows::create(&mut tx, columns, now).await?;
    let author = &order.author.name;
    let dataset = store::dataset::insert(&mut tx, slug, about, (storage, columns, 0), author, now).await?;
    idempotency::made(&mut tx, order.claim, &Place::Dataset(slug.to_string()).path()).await?;
    tx.commit().await?;
    Ok(dataset)
}
