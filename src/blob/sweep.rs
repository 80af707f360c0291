//! Sweeping: bytes that nothing refers to any more are deleted.
//!
//! First they are marked, if they were kept last long enough ago: who keeps bytes refers to them soon.
//! Later, those that are still marked are deleted, row and bytes in one transaction; keeping them again
//! takes the mark away, or waits and puts them anew ([`store::blob`]). Several servers may sweep at once.

use super::{Blobs, Fault, named, path, spool};
use crate::store;
use chrono::{DateTime, Duration, Utc};
use futures::StreamExt;
use object_store::ObjectStoreExt;

/// Objects that are noted at a time.
const SOME: usize = 500;
/// The longest time between mark and deletion.
const BETWEEN_S: u64 = 3600;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Objects of which there was no note.
    pub found: u64,
    /// Blobs that were marked.
    pub marked: u64,
    /// Blobs that were deleted.
    pub deleted: u64,
    /// Their bytes.
    pub deleted_bytes: u64,
}

/// Whether the store is asked what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Objects are found that nobody noted: of earlier versions, or of a process that was killed.
    Whole,
    /// Only what is noted is swept.
    Noted,
}

impl Blobs {
    /// Marks and deletes what nothing refers to, and what uploads to killed processes left.
    pub async fn sweep(&self, listing: Listing) -> Result<Swept, Fault> {
        spool::clear(&self.incoming);
        self.near.sweep();
        let mut swept = Swept::default();
        if listing == Listing::Whole {
            swept.found = self.adopt().await?;
        }
        let span = |s: u64| Duration::seconds(i64::try_from(s).unwrap_or(i64::MAX / 1000));
        let grace = self.settings.grace_s;
        let now = Utc::now();
        // From a moment later, so that a grace of nothing is none.
        let before = |s: u64| now + Duration::milliseconds(1) - span(s);
        swept.marked = store::blob::doom(&self.rows, before(grace), now).await?;
        let before = before(grace.min(BETWEEN_S));
        loop {
            let doomed = store::blob::doomed(&self.rows, before).await?;
            let mut deleted = 0;
            for digest in &doomed {
                let delete = async || self.delete(digest).await;
                if let Some(size) = store::blob::remove(&self.rows, digest, before, delete).await? {
                    deleted += 1;
                    swept.deleted_bytes += size.unsigned_abs();
                }
            }
            swept.deleted += deleted;
            if deleted == 0 {
                return Ok(swept);
            }
        }
    }

    /// Deletes a blob now, unless something refers to it or it was kept again since; says whether it is gone.
    ///
    /// Who keeps bytes refers to them a moment later: what was kept again is left to the sweep.
    pub async fn forget(&self, digest: &str, since: DateTime<Utc>) -> Result<bool, Fault> {
        let now = Utc::now();
        store::blob::forget(&self.rows, digest, since, now).await?;
        let delete = async || self.delete(digest).await;
        Ok(store::blob::remove(&self.rows, digest, now, delete).await?.is_some())
    }

    async fn delete(&self, digest: &str) -> Result<(), Fault> {
        self.near.forget(digest);
        match self.objects.delete(&path(digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes what is in the store and was not noted; gives its number.
    async fn adopt(&self) -> Result<u64, Fault> {
        let mut objects = self.objects.list(None).chunks(SOME);
        let mut news = 0;
        while let Some(some) = objects.next().await {
            let mut found = Vec::with_capacity(some.len());
            for object in some {
                let object = object?;
                if let Some(digest) = named(&object.location) {
                    found.push((digest.to_string(), i64::try_from(object.size).unwrap_or(i64::MAX)));
                }
            }
            news += store::blob::adopt(&self.rows, &found, Utc::now()).await?;
        }
        Ok(news)
    }
}
