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
    time::{Duration, Instant},
};
use tokio::{sync::oneshot, time::timeout};

/// Rows of one transaction: others who write the dataset wait for so long.
const MOST: usize = 128;
/// How long a group may take until those behind it no longer wait for it: its connection may lead nowhere.
const PATIENCE: Duration = Duration::from_secs(5);

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
type Queues<E> = HashMap<(String, i64), Queue<E>>;

struct Queue<E> {
    waiting: Vec<Waiting<E>>,
    /// When somebody began to lead, or took a group along.
    moved: Instant,
}

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
        let (sender, mut ended) = oneshot::channel();
        let key = (slug.to_string(), user);
        let mut leads = self.join(&key, Waiting { wanted, place: Place(Some(sender)) });
        loop {
            if leads {
                tokio::spawn(Lead { queues: self.0.clone(), key: key.clone() }.run(store.clone()));
            }
            match timeout(PATIENCE, &mut ended).await {
                Ok(Ok(ended)) => return ended,
                Ok(Err(_)) => {
                    return Ended::Failed(Fault::Broken("whoever wrote for several gave up".into()));
                }
                Err(_) => leads = self.is_stuck(&key, PATIENCE),
            }
        }
    }

    /// Whether somebody has to lead now.
    fn join(&self, key: &(String, i64), waiting: Waiting<E>) -> bool {
        let mut queues = lock(&self.0);
        match queues.get_mut(key) {
            Some(queue) => {
                queue.waiting.push(waiting);
                false
            }
            None => {
                let queue = Queue { waiting: vec![waiting], moved: Instant::now() };
                queues.insert(key.clone(), queue).is_none()
            }
        }
    }

    /// Whether nobody of a queue was taken along for so long: then another has to lead, beside whoever does. The
    /// database has them wait for each other, if they need to.
    fn is_stuck(&self, key: &(String, i64), patience: Duration) -> bool {
        let mut queues = lock(&self.0);
        let Some(queue) = queues.get_mut(key) else { return false };
        let stuck = !queue.waiting.is_empty() && queue.moved.elapsed() >= patience;
        if stuck {
            queue.moved = Instant::now();
        }
        stuck
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
        if queue.waiting.is_empty() {
            queues.remove(&self.key);
            return None;
        }
        queue.moved = Instant::now();
        let most = queue.waiting.len().min(MOST);
        Some(queue.waiting.drain(..most).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> (Waiting<()>, oneshot::Receiver<Ended<()>>) {
        let (sender, ended) = oneshot::channel();
        let cells: Box<Fit<()>> = Box::new(|_| Ok(Vec::new()));
        let wanted = Wanted { deed: Deed::own(), sees: Box::new(|_| true), cells };
        (Waiting { wanted, place: Place(Some(sender)) }, ended)
    }

    #[test]
    fn one_leads_and_those_behind_a_leader_who_is_stuck_are_led_by_another() {
        let (together, key) = (Together::default(), ("penguins".to_string(), 1));
        let join = || {
            let (waiting, ended) = waiting();
            (together.join(&key, waiting), ended)
        };
        let lead = Lead { queues: together.0.clone(), key: key.clone() };

        assert!(join().0 && !join().0);
        assert_eq!(lead.next().map(|group| group.len()), Some(2));
        assert!(!together.is_stuck(&key, Duration::ZERO), "nobody waits for it");
        assert!(!join().0);
        assert!(!together.is_stuck(&key, PATIENCE), "it may end soon");
        assert!(together.is_stuck(&key, Duration::ZERO));
        assert!(!together.is_stuck(&key, PATIENCE), "one more is enough");
        let another = Lead { queues: together.0.clone(), key: key.clone() };
        assert_eq!(another.next().map(|group| group.len()), Some(1));
        assert!(another.next().is_none() && lead.next().is_none());
        assert!(join().0, "where nobody leads the next one does");
    }

    #[test]
    fn whoever_is_dropped_before_anything_is_done_goes_on_alone() {
        let (waiting, mut ended) = waiting();
        drop(waiting);
        assert!(matches!(ended.try_recv(), Ok(Ended::Alone)));
    }

    #[test]
    fn whoever_is_dropped_later_is_not_sent_on() {
        let (waiting, mut ended) = waiting();
        drop(waiting.place.hold());
        assert!(ended.try_recv().is_err());
    }
}
