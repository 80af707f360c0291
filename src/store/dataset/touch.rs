//! Counting the changes of a dataset's head.

use super::{bump, once};
use crate::{
    domain::{audit::Deed, dataset::Dataset},
    store::{Fault, Tx, run, sql},
};
use chrono::{DateTime, Utc};

sql! {
    COUNTED = "update dataset set rows = $2 where id = $1";

    TOUCH = "
  update dataset
     set rows = rows + $3, edits = edits + $6, modified = $4
   where id = $1 and storage = $2 and edits = coalesce($5, edits) and deleted is null";
}

/// Changes of a head's rows.
#[derive(Debug, Clone, Copy)]
pub struct Touch {
    dataset: i64,
    storage: i64,
    more: i64,
    changes: i64,
    now: DateTime<Utc>,
    /// Its changes so far, if there must not have been another.
    edits: Option<i64>,
}

impl Touch {
    fn of(dataset: &Dataset, more: i64, now: DateTime<Utc>) -> Touch {
        Touch { dataset: dataset.id, storage: dataset.storage, more, changes: 1, now, edits: None }
    }
}

/// Counts one change of the head's rows, which made it `more` rows longer, when the transaction ends: then
/// [`Fault::Changed`] if the dataset has another head.
pub fn touch(tx: &mut Tx, dataset: &Dataset, more: i64, now: DateTime<Utc>) {
    bump(tx, dataset.slug.as_str(), dataset.about.visibility);
    tx.touch(Touch::of(dataset, more, now));
}

/// The same, but [`Fault::Changed`] too if somebody else changed the head since `dataset` was read.
pub fn touch_alone(tx: &mut Tx, dataset: &Dataset, more: i64, now: DateTime<Utc>) {
    bump(tx, dataset.slug.as_str(), dataset.about.visibility);
    tx.touch(Touch { edits: Some(dataset.edits), ..Touch::of(dataset, more, now) });
}

/// The same at once, before rows are added: all who add some wait for each other from then on, so that their
/// numbers are in the order in which they can be read. Nobody who goes on from the last number misses one.
pub async fn lead(tx: &mut Tx, dataset: &Dataset, more: i64, now: DateTime<Utc>) -> Result<(), Fault> {
    bump(tx, dataset.slug.as_str(), dataset.about.visibility);
    tx.write_down().await?;
    count(tx, &Touch::of(dataset, more, now)).await
}

/// The same for several who add a row each: each of these is a change, and has a line of its own.
pub async fn lead_each(
    tx: &mut Tx,
    dataset: &Dataset,
    deeds: &[Deed],
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    bump(tx, dataset.slug.as_str(), dataset.about.visibility);
    tx.write_down_each(deeds).await?;
    let rows = deeds.len() as i64;
    count(tx, &Touch { changes: rows, ..Touch::of(dataset, rows, now) }).await
}

/// Notes how many rows a linked table had when it was looked at last.
pub async fn counted(tx: &mut Tx, dataset: &Dataset, rows: i64) -> Result<(), Fault> {
    run!(tx, sqlx::query(COUNTED).bind(dataset.id).bind(rows))?;
    Ok(())
}

/// Counts it.
pub(in crate::store) async fn count(tx: &mut Tx, touch: &Touch) -> Result<(), Fault> {
    let Touch { dataset, storage, more, changes, now, edits } = *touch;
    let now = now.timestamp_millis();
    let done = run!(
        tx,
        sqlx::query(TOUCH).bind(dataset).bind(storage).bind(more).bind(now).bind(edits).bind(changes)
    );
    once(done?)
}
