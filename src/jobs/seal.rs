//! From a dataset's head to a revision.

use super::{
    Fault, Progress, Works,
    artifact::{self, Artifacts, Written},
    background,
    import::{Imported, Order},
};
use crate::{
    domain::{
        column::Column,
        dataset::{Dataset, Row},
        job::Made,
        revision::Revision,
    },
    represent::link::Place,
    store::{self, Tx, rows},
};
use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

/// Share of a sealing until the rows are read; the rest profiles.
const READ: f64 = 0.7;
/// Rows read at a time: few, since others are let go first between two ranges, and PostgreSQL's process has
/// everybody's rank while it reads one.
const RANGE: i64 = 250;
/// Ranges read ahead of the files.
const AHEAD: usize = 2;
/// Rows after which others are let go first.
const SOME: usize = 50;

/// The content of a revision to be.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Number of the table that it was read from.
    pub storage: i64,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Changes of the head that it holds.
    pub edits: i64,
    /// Its files.
    pub artifacts: Artifacts,
}

/// Seals the head as it is at this moment.
///
/// Content that the newest revision has already makes no new one: that revision is given.
/// A sealing that is stopped leaves nothing behind.
pub async fn seal(
    works: &Works,
    slug: &str,
    order: Order<'_>,
    progress: &Progress,
) -> Result<Imported, Fault> {
    let snapshot = snapshot(works, slug, progress).await?;
    progress.check()?;
    let now = Utc::now();
    let mut tx = works.store.write().await?;
    order.begin(&mut tx).await?;
    let dataset = store::dataset::find(&mut tx, slug).await?;
    if dataset.storage != snapshot.storage {
        // A table came in meanwhile and sealed itself: these rows are the head no more.
        return Err(store::Fault::Changed.into());
    }
    let (revision, fresh) = record(&mut tx, &dataset, snapshot, &order, now).await?;
    if dataset.is_linked() {
        store::dataset::counted(&mut tx, &dataset, revision.rows).await?;
    }
    let dataset = store::dataset::find(&mut tx, slug).await?;
    let place = Place::Revision(slug.into(), revision.number.to_string());
    order.end(&mut tx, &place, &Made::Revision { number: revision.number, fresh }).await?;
    tx.commit().await?;
    Ok(Imported { dataset, revision, fresh })
}

/// Writes the head's rows as files, all from one moment, whatever is written meanwhile.
async fn snapshot(works: &Works, slug: &str, progress: &Progress) -> Result<Snapshot, Fault> {
    // The lowest rank is for reading and writing rows alone: others wait for who writes to the database, or keeps a
    // file. And what a thread of that rank starts has its rank, a thread of tokio's too.
    let (reading, spools) = (rows::snapshot(&works.store).await?, artifact::spools(works).await?);
    let (slug, progress) = (slug.to_owned(), progress.part(0.0, READ));
    let (dataset, written) = background::drive(copied(reading, slug, spools, progress)).await??;
    let artifacts = artifact::keep(works, written).await?;
    Ok(Snapshot { storage: dataset.storage, columns: dataset.columns, edits: dataset.edits, artifacts })
}

async fn copied(
    mut reading: rows::Snapshot,
    slug: String,
    spools: artifact::Spools,
    progress: Progress,
) -> Result<(Dataset, Written), Fault> {
    let dataset = store::dataset::find(&mut reading, &slug).await?;
    if dataset.is_linked() && !rows::keys(&mut reading, dataset.storage).await?.are_unique() {
        return Err(store::Fault::Apart("its key is not another one in each row".into()).into());
    }
    let files = artifact::Writer::over(spools, &dataset.columns)?;
    let (send, mut receive) = mpsc::channel(AHEAD);
    let writing = background::start(move || write(files, &mut receive))?;
    read(reading, &dataset, send, progress).await?;
    Ok((dataset, background::end(writing).await??))
}

/// Hands the rows on, range by range.
async fn read(
    mut reading: rows::Snapshot,
    dataset: &Dataset,
    send: mpsc::Sender<Vec<Row>>,
    progress: Progress,
) -> Result<(), Fault> {
    let (mut after, mut count) = (rows::first(dataset.storage), 0);
    loop {
        progress.check()?;
        let range = rows::after(&mut reading, dataset.storage, &dataset.columns, after, RANGE).await?;
        let Some(last) = range.last() else { return Ok(()) };
        after = last.id;
        count += range.len() as u64;
        // Nobody takes it when writing failed: its fault is told instead.
        if send.send(range).await.is_err() {
            return Ok(());
        }
        progress.tell(count, dataset.rows as u64);
        background::give_way();
    }
}

fn write(mut files: artifact::Writer, ranges: &mut mpsc::Receiver<Vec<Row>>) -> Result<Written, Fault> {
    while let Some(range) = ranges.blocking_recv() {
        for some in range.chunks(SOME) {
            some.iter().try_for_each(|row| files.write(&row.cells))?;
            background::give_way();
        }
    }
    files.finish()
}

/// Keeps a snapshot as the next revision, unless one has the same content; says whether it is new.
pub async fn record(
    tx: &mut Tx,
    dataset: &Dataset,
    snapshot: Snapshot,
    order: &Order<'_>,
    now: DateTime<Utc>,
) -> Result<(Revision, bool), Fault> {
    let revision = Revision {
        number: dataset.newest + 1,
        columns: snapshot.columns,
        rows: snapshot.artifacts.rows,
        csv: snapshot.artifacts.csv,
        parquet: Some(snapshot.artifacts.parquet),
        profile: snapshot.artifacts.profile,
        note: order.note.clone(),
        author: order.author.name.clone(),
        created: now,
        derived: order.derived.clone(),
        withdrawn: None,
    };
    // Only the newest: content that an older one has is a step of its own in the dataset's history.
    let same = store::revision::same(tx, dataset.id, &revision).await?;
    if let Some(same) = same.filter(|same| same.number == dataset.newest) {
        store::dataset::mark_sealed(tx, dataset, snapshot.edits).await?;
        return Ok((same, false));
    }
    store::revision::insert(tx, dataset.id, &revision).await.map_err(|fault| match fault {
        // Another sealed at the same time and has the number.
        store::Fault::Taken => store::Fault::Changed,
        other => other,
    })?;
    store::dataset::seal(tx, dataset, revision.number, snapshot.edits, now).await?;
    Ok((revision, true))
}
