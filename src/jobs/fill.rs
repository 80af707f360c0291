//! A table file into a table that nobody reads yet, and into the files of a revision.
//!
//! Of a large file the rows go in while its types are found out: its beginning suggests them. If they turn out
//! otherwise, all is begun anew, types first. Rows go in by transactions short enough not to hold up other writers.
//! Whatever fails leaves nothing behind but that table, which is dropped.

use super::{
    Fault, Progress, Works,
    artifact::{self, Written},
    background,
    import::{Source, Target},
};
use crate::{
    domain::{
        column::{Cell, Column, fit_a_row},
        fault::Faults,
    },
    store::rows,
    table::{
        infer::{Beginning, Begun, Schema},
        source,
    },
};
use chrono::Utc;
use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    join,
    sync::{mpsc, oneshot},
};

/// Bytes of a table that suggest its types.
const BEGINNING: u64 = 2 << 20;
/// Cells of one transaction: so few that other writers hardly wait.
const BATCH_CELLS: usize = 40_000;
/// Bytes of texts of one transaction.
const BATCH_BYTES: usize = 4 << 20;
/// Batches read ahead of the database, and of the files.
const AHEAD: usize = 2;

/// When it is tried again to drop a table, which doubles up to the other.
const DROPPED_AGAIN: Duration = Duration::from_millis(250);
const DROPPED_AGAIN_AT_MOST: Duration = Duration::from_secs(60);

/// Share of an import until the types are known if they are found out first.
const INFERRED: f64 = 0.3;
/// Until the rows are in the table, if that is done meanwhile.
const FOLLOWED: f64 = 0.5;
/// Until the files are written, too; the rest profiles.
const WRITTEN: f64 = 0.85;

/// Rows on their way to the database and to the files.
type Batch = Arc<Vec<Vec<Cell>>>;

/// Who reads the source, and what it says at its end.
type Reader<T> = oneshot::Receiver<Result<Option<T>, Fault>>;

/// A table that nobody reads yet, and the files of the same rows.
pub(in crate::jobs) struct Filled {
    /// The table's number.
    pub storage: i64,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The files.
    pub written: Written,
    /// How long it took.
    pub took: Took,
}

/// How long the steps of an import took, for the log.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::jobs) struct Took {
    /// Until it was known how to read the rows.
    pub infer_ms: u64,
    /// From then on until they were in the table.
    pub rows_ms: u64,
    /// From then on until the files were written.
    pub files_ms: u64,
}

/// Milliseconds since then.
pub(in crate::jobs) fn millis(began: Instant) -> u64 {
    began.elapsed().as_millis() as u64
}

/// Fills a new table; one that fails leaves nothing behind.
pub(in crate::jobs) async fn fill(
    works: &Works,
    source: Source,
    target: &Target,
    progress: &Progress,
) -> Result<Filled, Fault> {
    let (source, began) = (Arc::new(source), Instant::now());
    let schema = match begin(&source, BEGINNING, progress).await? {
        Begun::Whole(schema) => schema,
        Begun::Part(beginning) => {
            let took = Took { infer_ms: millis(began), ..Took::default() };
            if let Some(filled) = attempt(works, &source, beginning, target, progress, took).await? {
                return Ok(filled);
            }
            begin(&source, u64::MAX, progress).await?.schema()
        }
    };
    let columns = described(target, &schema.columns)?;
    let took = Took { infer_ms: millis(began), ..Took::default() };
    let storage = reserve(works, &columns).await?;
    let schema = Schema { columns, ..schema };
    let done = load(works, &source, schema, storage, progress, took).await;
    kept(works, storage, done).await
}

/// The schema of a source, or what the beginning of one suggests that has more bytes than so many.
async fn begin(source: &Arc<Source>, most_bytes: u64, progress: &Progress) -> Result<Begun, Fault> {
    let (source, progress) = (source.clone(), progress.part(0.0, INFERRED));
    background::run(move || {
        let Source { file, format, options } = &*source;
        let reading = |reader| progress.reading(reader, file.size());
        let begun = source::begin(file.reader()?, *format, options, most_bytes, reading);
        progress.check()?;
        Ok(begun?)
    })
    .await?
}

/// The columns with what is known about them, if rows of them are kept.
fn described(target: &Target, columns: &[Column]) -> Result<Vec<Column>, Fault> {
    let mut columns = columns.to_vec();
    fit_a_row(&columns).map_err(Faults::from)?;
    target.describe(&mut columns)?;
    Ok(columns)
}

async fn reserve(works: &Works, columns: &[Column]) -> Result<i64, Fault> {
    let mut tx = works.store.write().await?;
    let storage = rows::create(&mut tx, columns, Utc::now()).await?;
    tx.commit().await?;
    Ok(storage)
}

/// What became of a table, which is dropped if that is nothing.
async fn kept<T>(works: &Works, storage: i64, done: Result<T, Fault>) -> Result<T, Fault> {
    if done.is_err() {
        discard(works, storage).await;
    }
    done
}

/// Fills a table by what the beginning of its source suggests: none if the rest is not like it.
async fn attempt(
    works: &Works,
    source: &Arc<Source>,
    beginning: Beginning,
    target: &Target,
    progress: &Progress,
    took: Took,
) -> Result<Option<Filled>, Fault> {
    // What is wrong with the columns is told once it is known that no cell is.
    let Ok(columns) = described(target, beginning.columns()) else { return Ok(None) };
    let storage = reserve(works, &columns).await?;
    let done = follow(works, source, beginning, (storage, columns), progress, took).await;
    let filled = kept(works, storage, done).await?;
    if filled.is_none() {
        discard(works, storage).await;
    }
    Ok(filled)
}

/// The rows first, then the files: together they would share the processor, and it is the rows that others wait for.
async fn follow(
    works: &Works,
    source: &Arc<Source>,
    beginning: Beginning,
    (storage, columns): (i64, Vec<Column>),
    progress: &Progress,
    mut took: Took,
) -> Result<Option<Filled>, Fault> {
    let began = Instant::now();
    let (to_rows, for_rows) = mpsc::channel(AHEAD);
    let (file, reading) = (source.clone(), progress.part(0.0, FOLLOWED));
    let reader = background::start(move || {
        let mut batches = Batches::of(beginning.columns(), vec![to_rows]);
        let Source { file, options, .. } = &*file;
        let bytes = reading.reading(file.reader()?, file.size());
        let schema = beginning.follow::<_, Fault>(bytes, options, |row| batches.push(row));
        reading.check()?;
        let schema = schema?;
        batches.end()?;
        Ok(schema)
    })?;
    let to = (storage, &columns[..]);
    let Some((schema, filling)) = rows(works, to, for_rows, reader, |_| progress.check()).await? else {
        return Ok(None);
    };
    took.rows_ms = millis(began);
    // A category may have turned out to be text, and a cell to be missing.
    let found = schema.columns.iter().map(|column| (column.kind, column.nullable));
    let columns: Vec<Column> = columns
        .into_iter()
        .zip(found)
        .map(|(column, (kind, nullable))| Column { kind, nullable, ..column })
        .collect();
    let schema = Schema { columns: columns.clone(), ..schema };
    let progress = progress.part(FOLLOWED, WRITTEN);
    let (written, keyed) = join!(files(works, source, schema, &progress), filling.key());
    keyed?;
    took.files_ms = millis(began) - took.rows_ms;
    Ok(Some(Filled { storage, columns, written: written?, took }))
}

/// The files alone.
async fn files(
    works: &Works,
    source: &Arc<Source>,
    schema: Schema,
    progress: &Progress,
) -> Result<Written, Fault> {
    let files = artifact::Writer::new(works, &schema.columns).await?;
    let (to_files, for_files) = mpsc::channel(AHEAD);
    let told = counted(progress.clone(), schema.rows);
    let writer = background::start(move || write(files, for_files, told))?;
    let read = background::end(read(source, schema, vec![to_files])?).await?;
    both(writer, read).await
}

/// Rows into the table, and at the same time the same cells into the files.
async fn load(
    works: &Works,
    source: &Arc<Source>,
    schema: Schema,
    storage: i64,
    progress: &Progress,
    mut took: Took,
) -> Result<Filled, Fault> {
    let (began, columns) = (Instant::now(), schema.columns.clone());
    let files = artifact::Writer::new(works, &columns).await?;
    let (to_rows, for_rows) = mpsc::channel(AHEAD);
    let (to_files, for_files) = mpsc::channel(AHEAD);
    let told = counted(progress.part(INFERRED, WRITTEN), schema.rows);
    let writer = background::start(move || write(files, for_files, |_| Ok(())))?;
    let reader = read(source, schema, vec![to_rows, to_files])?;
    let filled = rows(works, (storage, &columns), for_rows, reader, told).await;
    took.rows_ms = millis(began);
    let keyed = async {
        match filled {
            Ok(Some((_, filling))) => Ok(filling.key().await?),
            Ok(None) => Ok(()),
            Err(fault) => Err(fault),
        }
    };
    let written = both(writer, keyed.await).await?;
    took.files_ms = millis(began) - took.rows_ms;
    Ok(Filled { storage, columns, written, took })
}

/// What the writer of the files made. Of two faults it is the writer's: that it is gone is all that the others know
/// then.
async fn both<T>(
    writer: oneshot::Receiver<Result<Written, Fault>>,
    others: Result<T, Fault>,
) -> Result<Written, Fault> {
    let written = background::end(writer).await??;
    others.map(|_| written)
}

/// Rows into the table as they come; what their reader says at its end, if that is something.
async fn rows<T>(
    works: &Works,
    (storage, columns): (i64, &[Column]),
    mut batches: mpsc::Receiver<Batch>,
    reader: Reader<T>,
    mut told: impl FnMut(usize) -> Result<(), Fault>,
) -> Result<Option<(T, rows::Filling)>, Fault> {
    let _turn = works.filling.acquire().await.map_err(|error| Fault::Broken(error.to_string()))?;
    let mut filling = rows::Filling::begin(&works.store, storage, columns).await?;
    while let Some(batch) = batches.recv().await {
        told(batch.len())?;
        filling.send(&batch).await?;
    }
    match background::end(reader).await?? {
        Some(read) => {
            filling.end().await?;
            Ok(Some((read, filling)))
        }
        None => {
            filling.give_up().await?;
            Ok(None)
        }
    }
}

/// Tells how many of all rows are done, as long as nobody calls it off.
fn counted(progress: Progress, total: u64) -> impl FnMut(usize) -> Result<(), Fault> {
    let mut done = 0;
    move |rows| {
        progress.check()?;
        done += rows as u64;
        progress.tell(done, total);
        Ok(())
    }
}

/// Reads a source of a known schema.
fn read(source: &Arc<Source>, schema: Schema, to: Vec<mpsc::Sender<Batch>>) -> io::Result<Reader<()>> {
    let source = source.clone();
    background::start(move || {
        let mut batches = Batches::of(&schema.columns, to);
        let Source { file, format, options } = &*source;
        let take = |row| batches.push(row);
        source::try_each::<Fault>(file.reader()?, *format, &schema, options, take)?;
        batches.end().map(Some)
    })
}

/// Rows as they are read, put together and sent; blocks.
struct Batches {
    to: Vec<mpsc::Sender<Batch>>,
    most: usize,
    rows: Vec<Vec<Cell>>,
    bytes: usize,
}

impl Batches {
    fn of(columns: &[Column], to: Vec<mpsc::Sender<Batch>>) -> Batches {
        let most = (BATCH_CELLS / columns.len().max(1)).max(1);
        Batches { to, most, rows: Vec::with_capacity(most), bytes: 0 }
    }

    fn push(&mut self, cells: Vec<Cell>) -> Result<(), Fault> {
        let cells: Vec<Cell> = cells.into_iter().map(Cell::kept).collect();
        let bytes = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
        self.bytes += cells.iter().map(bytes).sum::<usize>();
        self.rows.push(cells);
        if self.rows.len() < self.most && self.bytes < BATCH_BYTES { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<(), Fault> {
        self.bytes = 0;
        let batch = Arc::new(std::mem::replace(&mut self.rows, Vec::with_capacity(self.most)));
        // A receiver is gone when it failed: its fault is told, not this one.
        let gone = |_| Fault::Broken("the import was given up".into());
        self.to.iter().try_for_each(|to| to.blocking_send(batch.clone()).map_err(gone))
    }

    fn end(mut self) -> Result<(), Fault> {
        if self.rows.is_empty() { Ok(()) } else { self.send() }
    }
}

fn write(
    mut files: artifact::Writer,
    mut batches: mpsc::Receiver<Batch>,
    mut told: impl FnMut(usize) -> Result<(), Fault>,
) -> Result<Written, Fault> {
    while let Some(batch) = batches.blocking_recv() {
        told(batch.len())?;
        for row in batch.iter() {
            files.write(row)?;
        }
    }
    files.finish()
}

/// Drops the table of an import that failed; if that fails too, once it can: on a full disk nothing is dropped either.
pub(in crate::jobs) async fn discard(works: &Works, storage: i64) {
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
