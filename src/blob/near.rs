//! Copies of blobs that lie elsewhere, as files here: a page of a revision's rows would fetch the whole file.
//!
//! They are spool files, gone with the process; those that nobody read for a while go earlier.

use super::{Fault, Spool};
use std::{
    collections::HashMap,
    fs::File,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::OnceCell;

/// How long a copy stays that nobody reads.
const IDLE: Duration = Duration::from_secs(600);

/// The copies.
#[derive(Debug)]
pub(in crate::blob) struct Near {
    /// Bytes of all of them together, once they are whole.
    most: u64,
    copies: Mutex<HashMap<String, Held>>,
}

#[derive(Debug, Clone)]
struct Held {
    /// Whoever comes while it is fetched waits for it.
    file: Arc<OnceCell<Spool>>,
    read: Instant,
}

impl Held {
    fn size(&self) -> u64 {
        self.file.get().map_or(0, Spool::size)
    }
}

impl Near {
    /// None yet, of so many bytes at most.
    pub(in crate::blob) fn new(most: u64) -> Near {
        Near { most, copies: Mutex::default() }
    }

    /// The copy of a blob, made by `fetch` if there is none.
    pub(in crate::blob) async fn file(
        &self,
        digest: &str,
        fetch: impl Future<Output = Result<Spool, Fault>>,
    ) -> Result<File, Fault> {
        let cell = {
            let mut copies = self.copies();
            let copy = copies
                .entry(digest.into())
                .or_insert_with(|| Held { file: Arc::default(), read: Instant::now() });
            copy.read = Instant::now();
            copy.file.clone()
        };
        let fetched = cell.get_or_try_init(|| fetch).await.and_then(|spool| Ok(spool.reader()?));
        if fetched.is_err() {
            self.forget(digest);
        }
        self.shrink();
        fetched
    }

    /// Drops a copy: of what is deleted.
    pub(in crate::blob) fn forget(&self, digest: &str) {
        self.copies().remove(digest);
    }

    /// Drops those that nobody read for a while.
    pub(in crate::blob) fn sweep(&self) {
        self.copies().retain(|_, copy| copy.read.elapsed() < IDLE);
    }

    /// Drops those that were read longest ago, until the rest fits.
    fn shrink(&self) {
        let mut copies = self.copies();
        let mut bytes: u64 = copies.values().map(Held::size).sum();
        while bytes > self.most {
            let whole = copies.iter().filter(|(_, copy)| copy.file.initialized());
            let Some(oldest) = whole.min_by_key(|(_, copy)| copy.read).map(|(digest, _)| digest.clone())
            else {
                return;
            };
            bytes -= copies.remove(&oldest).map_or(0, |copy| copy.size());
        }
    }

    fn copies(&self) -> std::sync::MutexGuard<'_, HashMap<String, Held>> {
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
mod tests {
    use super::{super::room::Room, *};
    use std::{
        io::{Read, Write},
        sync::atomic::{AtomicUsize, Ordering},
    };

    async fn read(near: &Near, digest: &str, fetched: &AtomicUsize, folder: &std::path::Path) -> String {
        let fetch = async {
            fetched.fetch_add(1, Ordering::SeqCst);
            let mut spool = Spool::new(folder, Room::new(folder, 0)).unwrap();
            spool.write_all(digest.as_bytes()).unwrap();
            Ok(spool)
        };
        let mut text = String::new();
        near.file(digest, fetch).await.unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[tokio::test]
    async fn a_blob_is_fetched_once_however_often_it_is_read() {
        let (folder, fetched) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        let near = Near::new(1_000);

        let reads = (0..20).map(|_| read(&near, "one", &fetched, folder.path()));
        let texts = futures::future::join_all(reads).await;

        assert!(texts.iter().all(|text| text == "one"));
        assert_eq!(fetched.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn the_copy_that_was_read_longest_ago_makes_room_for_another() {
        let (folder, fetched) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        let near = Near::new(8);
        for digest in ["aaa", "bbb", "aaa", "ccc", "aaa"] {
            assert_eq!(read(&near, digest, &fetched, folder.path()).await, digest);
        }
        assert_eq!(fetched.load(Ordering::SeqCst), 3);

        assert_eq!(read(&near, "bbb", &fetched, folder.path()).await, "bbb");
        assert_eq!(read(&near, "larger than all", &fetched, folder.path()).await, "larger than all");

        assert_eq!(fetched.load(Ordering::SeqCst), 5);
        assert!(near.copies().is_empty());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_could_not_be_fetched_is_tried_again_and_what_is_deleted_forgotten() {
        let (folder, fetched) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        let near = Near::new(1_000);

        let failed = near.file("one", async { Err(Fault::Broken("away".into())) }).await;

        assert!(failed.is_err());
        assert_eq!(read(&near, "one", &fetched, folder.path()).await, "one");
        near.forget("one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(read(&near, "one", &fetched, folder.path()).await, "one");
        assert_eq!(fetched.load(Ordering::SeqCst), 2);
    }
}
