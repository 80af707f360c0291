//! Rows that several add to one dataset at the same time: one transaction for all that wait.
//!
//! All who add rows of a dataset wait for each other, from the count of the rows to the commit (see
//! [`dataset::lead`]): alone, each of them for as long as all statements of the others take. So those of one process
//! wait here, and whoever leads takes all that do along, again and again until nobody does. It is a task of its own:
//! a client that goes away while it waits takes nobody's row with it.
//!
//! What goes wrong before the commit is nobody's answer: each is sent on alone, to hear what concerns it.

use super::insert_each;
use crate::{
    domain::{
        access::Access,
        audit::Deed,
        column::Cell,
        dataset::{Dataset, Row},
    },
    store::{Fault, Store, Tx, commit::Committed, dataset},
};
use chrono::Utc;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Rows of one transaction: others who write the dataset wait for so long.
const MOST: usize = 128;

/// Makes cells for a dataset of what was sent.
pub type Fit<E> = dyn FnOnce(&Dataset) -> Result<Vec<Cell>, E> + Send;

/// A row that somebody wants to add.
pub struct Wanted<E> {
    /// Whose deed it is.
    pub deed: Deed,
    /// Whether they see the dataset.
    pub sees: Box<dyn FnOnce(Access) -> bool + Send>,
    /// The cells, by the dataset's columns; or why there are none.
    pub cells: Box<Fit<E>>,
}

/// What became of it.
pub enum Ended<E> {
    /// It is there, and durable.
    Added(Arc<Dataset>, Row),
    /// It was no row of that dataset.
    Refused(E),
    /// It was not committed, or nobody can say whether it is durable.
    Failed(Fault),
    /// Nothing was done; alone it may be, or it will be said why not.
    Alone,
}

/// Those who wait to add a row: by the dataset's name, and by user, so that nobody can tell by the time that it takes
/// whether somebody else writes something that is hidden from them.
type Queues<E> = HashMap<(String, i64), Vec<Waiting<E>>>;

/// Where they meet, in one process.
pub struct Together<E>(Arc<Mutex<Queues<E>>>);

struct Waiting<E> {
    wanted: Wanted<E>,
    place: Place<E>,
}

/// Who waits for an answer; dropped without one they are sent on alone.
struct Place<E>(Option<oneshot::Sender<Ended<E>>>);

/// A row that fits, and who waits for it.
struct Fitting<E> {
    deed: Deed,
    cells: Vec<Cell>,
    place: Place<E>,
}

impl<E: Send + 'static> Together<E> {
    /// Adds a row to the dataset of that name, with all that others of that user add meanwhile.
    pub async fn add(&self, store: &Store, slug: &str, user: i64, wanted: Wanted<E>) -> Ended<E> {
        let (sender, ended) = oneshot::channel();
        let key = (slug.to_string(), user);
        if self.join(&key, Waiting { wanted, place: Place(Some(sender)) }) {
            tokio::spawn(Lead { queues: self.0.clone(), key }.run(store.clone()));
        }
        let lost = |_| Ended::Failed(Fault::Broken("whoever wrote for several gave up".into()));
        ended.await.unwrap_or_else(lost)
    }

    /// Whether somebody has to lead now.
    fn join(&self, key: &(String, i64), waiting: Waiting<E>) -> bool {
        let mut queues = lock(&self.0);
        match queues.get_mut(key) {
            Some(queue) => {
                queue.push(waiting);
                false
            }
            None => queues.insert(key.clone(), vec![waiting]).is_none(),
        }
    }
}

/// Whoever adds the rows of one queue, until it is empty.
struct Lead<E> {
    queues: Arc<Mutex<Queues<E>>>,
    key: (String, i64),
}

impl<E: Send + 'static> Lead<E> {
    async fn run(self, store: Store) {
        while let Some(group) = self.next() {
            add_all(&store, &self.key.0, group).await;
        }
    }

    /// Those who wait; without any the queue is taken away.
    fn next(&self) -> Option<Vec<Waiting<E>>> {
        let mut queues = lock(&self.queues);
        let queue = queues.get_mut(&self.key)?;
        if queue.is_empty() {
            queues.remove(&self.key);
            return None;
        }
        let most = queue.len().min(MOST);
        Some(queue.drain(..most).collect())
    }
}

impl<E> Drop for Lead<E> {
    fn drop(&mut self) {
        // It ended in the middle: the next one leads again. Otherwise the queue is another's already, or nobody's.
        if std::thread::panicking() {
            lock(&self.queues).remove(&self.key);
        }
    }
}

/// A poisoned list of who waits is a list of who waits.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds the rows of a group and has each told what became of its own, once that is known for good: the next group need
/// not wait for the disk.
async fn add_all<E: Send + 'static>(store: &Store, slug: &str, group: Vec<Waiting<E>>) {
    let mut tx = match store.write().await {
        Ok(tx) => tx,
        // They have waited for a connection as long as they would alone.
        Err(Fault::Busy(error @ (sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed))) => {
            let fault = Fault::Busy(error);
            return group.into_iter().for_each(|one| one.place.tell(Ended::Failed(fault.again())));
        }
        Err(_) => return,
    };
    let (dataset, rows, numbers) = match added(&mut tx, slug, group).await {
        Ok(added) => added,
        Err(fault) => return tracing::debug!(%fault, slug, "each of several adds its row alone"),
    };
    if rows.is_empty() {
        return;
    }
    let row = |(Fitting { cells, place, .. }, id)| (place.hold(), Row { id, cells, revision: 1 });
    let rows = rows.into_iter().zip(numbers).map(row).collect();
    let committed = tx.commit_at_first().await;
    tokio::spawn(tell(committed, dataset, rows));
}

/// Tells each of a group that its row is there, as soon as it is for good.
async fn tell<E>(
    committed: Result<Committed, Fault>,
    dataset: Dataset,
    rows: Vec<(Option<oneshot::Sender<Ended<E>>>, Row)>,
) {
    let done = match committed {
        Ok(committed) => committed.durable().await,
        Err(fault) => Err(fault),
    };
    let dataset = Arc::new(dataset);
    for (place, row) in rows {
        let ended = match &done {
            Ok(()) => Ended::Added(dataset.clone(), row),
            Err(fault) => Ended::Failed(fault.again()),
        };
        // Who has gone hears nothing.
        let _ = place.map(|place| place.send(ended));
    }
}

/// The dataset, the rows that fit, and their numbers.
async fn added<E>(
    tx: &mut Tx,
    slug: &str,
    group: Vec<Waiting<E>>,
) -> Result<(Dataset, Vec<Fitting<E>>, Vec<i64>), Fault> {
    let mut seeing = Vec::with_capacity(group.len());
    let sees = |access: Access| {
        for Waiting { wanted: Wanted { deed, sees, cells }, place } in group {
            if sees(access) {
                seeing.push((deed, cells, place));
            }
        }
        !seeing.is_empty()
    };
    let dataset = dataset::seen(tx, slug, sees).await?;
    if dataset.deleted {
        return Err(Fault::Gone);
    }
    super::writable(dataset.storage)?;
    let mut fitting = Vec::with_capacity(seeing.len());
    for (deed, cells, place) in seeing {
        match cells(&dataset) {
            Ok(cells) => fitting.push(Fitting { deed, cells, place }),
            Err(refusal) => place.tell(Ended::Refused(refusal)),
        }
    }
    if fitting.is_empty() {
        return Ok((dataset, fitting, Vec::new()));
    }
    let deeds: Vec<Deed> = fitting.iter().map(|row| row.deed.clone()).collect();
    dataset::lead_each(tx, &dataset, &deeds, Utc::now()).await?;
    let rows: Vec<&[Cell]> = fitting.iter().map(|row| row.cells.as_slice()).collect();
    let numbers = insert_each(tx, dataset.storage, &dataset.columns, &rows).await?;
    if numbers.len() != fitting.len() {
        return Err(Fault::Broken(format!("expected {} numbers, found {}", fitting.len(), numbers.len())));
    }
    Ok((dataset, fitting, numbers))
}

impl<E> Place<E> {
    fn tell(mut self, ended: Ended<E>) {
        let _ = self.0.take().map(|place| place.send(ended));
    }

    /// From now on it is not sent on: what is done may not be done again.
    fn hold(mut self) -> Option<oneshot::Sender<Ended<E>>> {
        self.0.take()
    }
}

impl<E> Drop for Place<E> {
    fn drop(&mut self) {
        let _ = self.0.take().map(|place| place.send(Ended::Alone));
    }
}

impl<E> Default for Together<E> {
    fn default() -> Together<E> {
        Together(Arc::default())
    }
}

impl<E> fmt::Debug for Together<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Together")
    }
}
