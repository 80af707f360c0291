//! When a commit on SQLite is durable: one sync of its log for all that ended before the sync began.
//!
//! With `synchronous=normal` SQLite writes a commit to its log, the `-wal` file, and leaves it to the system
//! when that reaches the disk. A writer here is answered after [`Log::durable`], never before; a reader may see
//! its row some milliseconds earlier. What has left the log was synced by SQLite's checkpoint, before and after
//! it was copied.

use super::Fault;
use std::{
    fmt,
    fs::File,
    io::{self, ErrorKind},
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::{sync::Mutex, task::spawn_blocking};

/// Writes what the log has to the disk.
type Sync = dyn Fn() -> io::Result<()> + Send + std::marker::Sync;

/// SQLite's log.
pub(in crate::store) struct Log {
    sync: std::sync::Arc<Sync>,
    /// Commits that ended.
    ended: AtomicU64,
    synced: Mutex<Synced>,
}

/// How far the log is on the disk.
#[derive(Default)]
struct Synced {
    /// Commits that are.
    upto: u64,
    /// Why nothing more can be said to be.
    failed: Option<String>,
}

impl Log {
    /// The log of the database in that file.
    pub(in crate::store) fn of(database: &std::path::Path) -> io::Result<Log> {
        // SQLite's log is beside the file itself, not beside a link to it.
        let database = database.canonicalize()?;
        let mut name = database.as_os_str().to_owned();
        name.push("-wal");
        let log = PathBuf::from(name);
        // The names of both files, which may be new.
        if let Some(folder) = database.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Log::synced_by(move || sync(&log)))
    }

    fn synced_by(sync: impl Fn() -> io::Result<()> + Send + std::marker::Sync + 'static) -> Log {
        Log { sync: std::sync::Arc::new(sync), ended: AtomicU64::new(0), synced: Mutex::default() }
    }

    /// Waits until every commit that has ended is on the disk.
    ///
    /// Whoever comes first syncs for all; who comes meanwhile is served by the next. After a sync that failed
    /// nothing is said to be durable any more: the system may have dropped what it could not write, and would
    /// report a later sync as done.
    pub(in crate::store) async fn durable(&self) -> Result<(), Fault> {
        let mine = self.ended.fetch_add(1, Ordering::SeqCst) + 1;
        let mut synced = self.synced.lock().await;
        if let Some(failed) = &synced.failed {
            return Err(broken(failed));
        }
        if synced.upto >= mine {
            return Ok(());
        }
        let upto = self.ended.load(Ordering::SeqCst);
        let sync = self.sync.clone();
        let done = spawn_blocking(move || sync()).await.map_err(io::Error::other).flatten();
        match done {
            Ok(()) => synced.upto = upto,
            // Nothing was tried: whoever comes next syncs this commit too.
            Err(error) if error.kind() == ErrorKind::ResourceBusy => {
                return Err(Fault::Broken(format!("its log cannot be opened: {error}")));
            }
            Err(error) => {
                let failed = synced.failed.insert(error.to_string());
                return Err(broken(failed));
            }
        }
        Ok(())
    }
}

fn broken(why: &str) -> Fault {
    Fault::Broken(format!("its log cannot be synced until the server is started anew: {why}"))
}

/// Opened anew each time: SQLite makes and removes the file, and locks others than this one.
fn sync(log: &std::path::Path) -> io::Result<()> {
    match File::open(log) {
        Ok(file) => file.sync_data(),
        // All of it was copied into the database, and synced there.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io::Error::new(ErrorKind::ResourceBusy, error)),
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, atomic::AtomicUsize, mpsc};

    /// A log whose syncs wait to be let through, and say when they begin.
    fn held() -> (Arc<Log>, Arc<AtomicUsize>, mpsc::Receiver<()>, mpsc::SyncSender<io::Result<()>>) {
        let (begun, begins) = mpsc::channel();
        let (let_through, through) = mpsc::sync_channel(64);
        let (syncs, through) = (Arc::new(AtomicUsize::new(0)), std::sync::Mutex::new(through));
        let counted = syncs.clone();
        let log = Log::synced_by(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            begun.send(()).map_err(io::Error::other)?;
            through.lock().map_err(|_| io::Error::other("poisoned"))?.recv().map_err(io::Error::other)?
        });
        (Arc::new(log), syncs, begins, let_through)
    }

    fn writer(log: &Arc<Log>) -> tokio::task::JoinHandle<Result<(), Fault>> {
        let log = log.clone();
        tokio::spawn(async move { log.durable().await })
    }

    /// Until so many commits have ended.
    async fn ended(log: &Log, commits: u64) {
        while log.ended.load(Ordering::SeqCst) < commits {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn no_writer_goes_on_before_a_sync_that_began_after_its_commit_has_ended() {
        let (log, syncs, begins, let_through) = held();
        let first = writer(&log);
        ended(&log, 1).await;
        let _begins = spawn_blocking(move || begins.recv().map(|()| begins)).await.unwrap().unwrap();

        // Its commit ends while the first one's sync runs, which may have missed it.
        let second = writer(&log);
        ended(&log, 2).await;
        assert!(!first.is_finished() && !second.is_finished());
        let_through.send(Ok(())).unwrap();
        first.await.unwrap().unwrap();
        assert!(!second.is_finished());

        let_through.send(Ok(())).unwrap();
        second.await.unwrap().unwrap();
        assert_eq!(syncs.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn one_sync_serves_all_commits_that_ended_before_it() {
        let (log, syncs, _begins, let_through) = held();
        let first = writer(&log);
        ended(&log, 1).await;
        let others: Vec<_> = (0..50).map(|_| writer(&log)).collect();
        ended(&log, 51).await;

        for _ in 0..2 {
            let_through.send(Ok(())).unwrap();
        }
        for writer in others.into_iter().chain([first]) {
            writer.await.unwrap().unwrap();
        }
        assert_eq!(syncs.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn after_a_failed_sync_nothing_is_acknowledged_any_more() {
        let (log, syncs, _begins, let_through) = held();
        let_through.send(Err(io::Error::other("no disk"))).unwrap();
        let_through.send(Ok(())).unwrap();

        for _ in 0..2 {
            let fault = writer(&log).await.unwrap().unwrap_err();
            assert!(fault.to_string().contains("no disk"), "{fault}");
        }
        assert_eq!(syncs.load(Ordering::SeqCst), 1);
    }
}
