//! Many rows for a dataset's head, all or none.
//!
//! Two passes over the spool file: first whether each row fits, then all of them in one transaction, so that
//! others see all at once and other writers wait for the second pass alone.

use super::{Fault, Works, import::Source};
use crate::{
    domain::{
        audit::Deed,
        column::{Cell, Column, MOST_INDEXED_BYTES},
        dataset::Dataset,
        fault::{At, Fault as InputFault, Faults, MOST_FAULTS},
    },
    store::{
        self, Tx,
        idempotency::{self, Claim},
        rows,
    },
    table::source,
};
use chrono::Utc;
use std::sync::Arc;
use tokio::{sync::mpsc, task::spawn_blocking};

/// Cells that are kept ready for the database.
const BATCH_CELLS: usize = 20_000;
/// Batches read ahead of the database.
const AHEAD: usize = 2;

/// Rows that were appended, in a transaction that is not committed yet.
pub struct Appended {
    /// The transaction.
    pub tx: Tx,
    /// The dataset as it was before.
    pub dataset: Dataset,
    /// Number of the first row.
    pub first: i64,
    /// How many there are.
    pub rows: i64,
}

/// Appends the rows of a file, whose columns stand in any order.
///
/// [`store::Fault::Changed`] if the dataset got other columns meanwhile.
pub async fn append(
    works: &Works,
    dataset: Dataset,
    source: Source,
    claim: Option<&Claim>,
    deed: Option<Deed>,
) -> Result<Appended, Fault> {
    let columns: Arc<[Column]> = dataset.columns.clone().into();
    let source = Arc::new(source);
    let (file, known) = (source.clone(), columns.clone());
    let rows = spawn_blocking(move || check(&file, &known)).await??;
    let mut tx = works.store.write().await?;
    if let Some(deed) = deed {
        tx.by(deed);
    }
    idempotency::claim(&mut tx, claim).await?;
    let now = store::dataset::find(&mut tx, dataset.slug.as_str()).await?;
    if (now.storage, &now.columns) != (dataset.storage, &dataset.columns) {
        return Err(store::Fault::Changed.into());
    }
    store::dataset::lead(&mut tx, &now, rows, Utc::now()).await?;
    let (send, mut receive) = mpsc::channel(AHEAD);
    let known = columns.clone();
    let reading = spawn_blocking(move || read(&source, &known, &send));
    while let Some(batch) = receive.recv().await {
        let batch: Vec<Vec<Cell>> = batch;
        rows::append(&mut tx, now.storage, &columns, &batch).await?;
    }
    reading.await??;
    let first = rows::last(&mut tx, now.storage).await? - rows + 1;
    Ok(Appended { tx, dataset: now, first, rows })
}

/// How many rows the file has, if each of them fits.
fn check(source: &Source, columns: &[Column]) -> Result<i64, Fault> {
    let (mut rows, mut faults) = (0_i64, Vec::new());
    source::admit(source.file.reader()?, source.format)?;
    each(source, columns, |cells| {
        rows += 1;
        if faults.len() < MOST_FAULTS {
            faults.extend(unfit(columns, &cells, rows));
        }
        Ok(())
    })?;
    if rows == 0 {
        faults.push(InputFault::new(At::Whole, "at least one row", "none"));
    }
    Ok(Faults::unless(faults, rows)?)
}

/// What a table takes and this dataset does not.
fn unfit(columns: &[Column], cells: &[Cell], row: i64) -> Vec<InputFault> {
    let at = |column: &Column| At::Row { row: row.unsigned_abs(), column: column.name.clone() };
    let unfit = |(column, cell): (&Column, &Cell)| match cell {
        Cell::Missing if !column.nullable => {
            Some(InputFault::new(at(column), column.kind.expected(), "nothing"))
        }
        Cell::Text(text) if column.indexed && text.len() > MOST_INDEXED_BYTES => {
            let expected = format!("text of at most {MOST_INDEXED_BYTES} bytes in a column with an index");
            Some(InputFault::new(at(column), expected, format!("{} bytes", text.len())))
        }
        _ => None,
    };
    columns.iter().zip(cells).filter_map(unfit).collect()
}

fn read(source: &Source, columns: &[Column], send: &mpsc::Sender<Vec<Vec<Cell>>>) -> Result<(), Fault> {
    // The receiver is gone when the database failed: its fault is told, not this one.
    let gone = |_| Fault::Broken("the append was given up".into());
    let most = (BATCH_CELLS / columns.len().max(1)).max(1);
    let mut batch = Vec::with_capacity(most);
    each(source, columns, |cells| {
        batch.push(cells);
        if batch.len() == most {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(most));
            send.blocking_send(full).map_err(gone)?;
        }
        Ok(())
    })?;
    if batch.is_empty() { Ok(()) } else { send.blocking_send(batch).map_err(gone) }
}

/// Each row of the file, as it will be kept.
fn each(
    source: &Source,
    columns: &[Column],
    mut take: impl FnMut(Vec<Cell>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let Source { file, format, options } = source;
    source::try_each_known::<Fault>(file.reader()?, *format, columns, options, |cells| {
        take(cells.into_iter().map(Cell::kept).collect())
    })
}
