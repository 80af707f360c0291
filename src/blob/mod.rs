//! Bytes named by their SHA-256: artifacts, profiles, the contents of messages.
//!
//! Bytes arrive in a [`Spool`] under `data_dir/incoming`, hashed on the way; [`Blobs::keep`] makes them
//! a blob in one atomic step. A blob never changes, so it can be read by anybody at any time.
//! Nothing here knows what a blob means.

pub mod spool;

pub use spool::Spool;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, local::LocalFileSystem, path::Path,
};
use std::{fmt, io::Write, ops::Range, path::PathBuf, sync::Arc, time::Duration};
use tokio::io::AsyncReadExt;

/// Bytes of one part of a multipart upload, and the largest blob that is put in one piece.
const PART: usize = 8 << 20;

/// Why bytes could not be read or kept.
#[derive(Debug)]
pub enum Fault {
    /// There is no blob of that name.
    Missing,
    /// The disk or the object store did not do it.
    Broken(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing => f.write_str("there is no such blob"),
            Fault::Broken(what) => write!(f, "the blob store: {what}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<object_store::Error> for Fault {
    fn from(error: object_store::Error) -> Fault {
        match error {
            object_store::Error::NotFound { .. } => Fault::Missing,
            other => Fault::Broken(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        Fault::Broken(error.to_string())
    }
}

/// The store of all blobs.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    incoming: PathBuf,
}

/// The name and length of a kept blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// Length in bytes.
    pub size: u64,
}

impl Blobs {
    /// The blobs under a data folder; makes the folders that it needs.
    pub fn open(data_dir: &std::path::Path) -> Result<Blobs, Fault> {
        let (blobs, incoming) = (data_dir.join("blobs"), data_dir.join("incoming"));
        std::fs::create_dir_all(&blobs)?;
        std::fs::create_dir_all(&incoming)?;
        sweep(&incoming);
        // Synced: a revision must not be acknowledged while its bytes are only in the page cache.
        let store = LocalFileSystem::new_with_prefix(blobs)?.with_fsync(true);
        Ok(Blobs { store: Arc::new(store), incoming })
    }

    /// An empty spool file, gone when it is dropped.
    pub async fn spool(&self) -> Result<Spool, Fault> {
        Ok(Spool::new(&self.incoming)?)
    }

    /// Makes the bytes of a spool file a blob; one that is there already is success.
    pub async fn keep(&self, spool: Spool) -> Result<Kept, Fault> {
        let (mut file, kept) = spool.finished().await?;
        let path = path(&kept.digest);
        if kept.size as usize <= PART {
            let mut bytes = Vec::with_capacity(kept.size as usize);
            file.read_to_end(&mut bytes).await?;
            self.put(&path, Bytes::from(bytes)).await?;
            return Ok(kept);
        }
        let mut upload = self.store.put_multipart(&path).await?;
        loop {
            let mut part = Vec::with_capacity(PART);
            (&mut file).take(PART as u64).read_to_end(&mut part).await?;
            if part.is_empty() {
                break;
            }
            upload.put_part(PutPayload::from(part)).await?;
        }
        upload.complete().await?;
        Ok(kept)
    }

    async fn put(&self, path: &Path, bytes: Bytes) -> Result<(), Fault> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(path, PutPayload::from(bytes), options).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A whole blob in memory: for documents, not for tables.
    pub async fn read(&self, digest: &str) -> Result<Bytes, Fault> {
        Ok(self.store.get(&path(digest)).await?.bytes().await?)
    }

    /// A whole blob as a spool file, wherever it lies.
    pub async fn fetch(&self, digest: &str) -> Result<Spool, Fault> {
        let (mut chunks, mut spool) = (self.stream(digest, None).await?, self.spool().await?);
        while let Some(chunk) = chunks.try_next().await? {
            spool.write_all(&chunk)?;
        }
        Ok(spool)
    }

    /// The length of a blob in bytes.
    pub async fn size(&self, digest: &str) -> Result<u64, Fault> {
        Ok(self.store.head(&path(digest)).await?.size)
    }

    /// A blob, or a range of its bytes, as a stream of chunks.
    pub async fn stream(
        &self,
        digest: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, Fault>>, Fault> {
        let options = object_store::GetOptions { range: range.map(Into::into), ..Default::default() };
        let found = self.store.get_opts(&path(digest), options).await?;
        Ok(found.into_stream().map(|chunk| chunk.map_err(Fault::from)).boxed())
    }
}

/// How old a spool file is when it belongs to a process that was killed.
const LEFTOVER: Duration = Duration::from_secs(6 * 3600);

/// Removes the spool files of processes that were killed; what cannot be removed now is later.
fn sweep(incoming: &std::path::Path) {
    for entry in std::fs::read_dir(incoming).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|data| data.modified());
        if modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFTOVER)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Two characters of the digest as a folder: no folder with a million files.
fn path(digest: &str) -> Path {
    let (folder, _) = digest.split_at_checked(2).unwrap_or((digest, ""));
    Path::from_iter([folder, digest])
}
