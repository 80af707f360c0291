//! Bytes named by their SHA-256: artifacts, profiles, the contents of messages.
//!
//! Bytes arrive in a [`Spool`] under `data_dir/incoming`, hashed on the way; [`Blobs::keep`] makes them
//! a blob in one atomic step. A blob never changes, so it can be read by anybody at any time. Where blobs
//! are says `place`, how many there may be `room`; what nothing refers to any more goes by [`sweep`].
//! Nothing here knows what a blob means.

pub mod check;
pub mod fault;
pub mod held;
mod near;
mod place;
mod put;
mod room;
pub mod spool;
pub mod sweep;
mod verify;

pub use fault::Fault;
pub use held::{Held, Written};
pub use spool::{Readable, Spool};

use crate::{
    config::{self, Settings},
    store::{self, Store},
};
use bytes::Bytes;
use chrono::Utc;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use near::Near;
use object_store::{GetResultPayload, ObjectStore, ObjectStoreExt, path::Path};
use room::Room;
use sha2::{Digest, Sha256};
use std::{
    fmt,
    fs::File,
    io::{self, Write},
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How long it is believed that the store answers, or does not.
const BELIEVED: Duration = Duration::from_secs(2);

/// The store of all blobs.
#[derive(Clone)]
pub struct Blobs {
    objects: Arc<dyn ObjectStore>,
    /// Where it is noted which there are.
    rows: Store,
    settings: Arc<config::Blobs>,
    /// The folder that they are in, if it is one of this machine.
    folder: Option<PathBuf>,
    /// Whether it is on the disk of the spool files.
    beside: bool,
    incoming: PathBuf,
    room: Room,
    near: Arc<Near>,
    probed: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the store itself, which has been given credentials.
        f.debug_struct("Blobs").field("settings", &self.settings).finish_non_exhaustive()
    }
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
    /// The blobs that the settings name, once they answer; makes the folders that it needs.
    pub async fn open(settings: &Settings, rows: &Store) -> Result<Blobs, Fault> {
        let incoming = settings.data_dir.join("incoming");
        std::fs::create_dir_all(&incoming)?;
        spool::clear(&incoming);
        let (objects, folder) = place::open(settings)?;
        place::probe(&*objects).await.map_err(|fault| {
            let url = settings.blobs.url.as_deref().unwrap_or("a folder");
            Fault::Broken(format!("{url} does not answer ({fault})"))
        })?;
        Ok(Blobs {
            objects,
            rows: rows.clone(),
            settings: Arc::new(settings.blobs.clone()),
            beside: folder.as_ref().is_some_and(|folder| place::are_on_one_disk(folder, &incoming)),
            folder,
            room: Room::new(&incoming, settings.blobs.free_bytes),
            incoming,
            near: Arc::new(Near::new(settings.blobs.near_bytes)),
            probed: Arc::default(),
        })
    }

    /// Whether the store answers, or did a moment ago.
    pub async fn answers(&self) -> bool {
        let mut probed = self.probed.lock().await;
        if let Some((at, answered)) = *probed
            && at.elapsed() < BELIEVED
        {
            return answered;
        }
        let answered = place::probe(&*self.objects).await.is_ok();
        *probed = Some((Instant::now(), answered));
        answered
    }

    /// An empty spool file, gone when it is dropped.
    pub async fn spool(&self) -> Result<Spool, Fault> {
        self.spool_for(0).await
    }

    /// The same for so many bytes, of which it is known now whether there is room for them.
    pub async fn spool_for(&self, bytes: u64) -> Result<Spool, Fault> {
        let quota = match self.quota() {
            Some(quota) => Some((quota - store::blob::total(&self.rows).await?).max(0).unsigned_abs()),
            None => None,
        };
        let room = self.room.within(quota);
        room.fits(bytes)?;
        Ok(Spool::to_keep(&self.incoming, room)?)
    }

    /// Nothing yet, for what is needed while a request is answered: out of the quota.
    pub fn held(&self) -> Held {
        Held::new(self.incoming.clone(), self.room.within(None))
    }

    fn quota(&self) -> Option<i64> {
        let quota = i64::try_from(self.settings.quota_bytes).unwrap_or(i64::MAX);
        (quota > 0).then_some(quota)
    }

    /// Makes the bytes of a spool file a blob; one that is there already is success.
    ///
    /// It writes to the database: never within a transaction, which would wait for itself on SQLite.
    pub async fn keep(&self, spool: Spool) -> Result<Kept, Fault> {
        let (file, kept) = spool.finished();
        let size = i64::try_from(kept.size).unwrap_or(i64::MAX);
        // Before the bytes: from here on the sweep lets them be.
        if !store::blob::touch(&self.rows, &kept.digest, size, self.quota(), Utc::now()).await? {
            return Err(Fault::Quota);
        }
        let copied = match &self.folder {
            Some(folder) if self.beside => put::moved(file, folder, &kept).await?,
            _ => Some(file),
        };
        if let Some(file) = copied {
            put::put(&*self.objects, &file, &kept).await?;
        }
        Ok(kept)
    }

    /// Waits until the bytes of a spool file are on the disk, if [`keep`](Blobs::keep) will: for who would rather wait
    /// here.
    pub fn settle(&self, spool: &Spool) -> io::Result<()> {
        if self.beside { spool.sync() } else { Ok(()) }
    }

    /// A whole blob in memory: for documents, not for tables.
    pub async fn read(&self, digest: &str) -> Result<Bytes, Fault> {
        let bytes = self.objects.get(&path(digest)).await?.bytes().await?;
        if self.settings.verify {
            verify::is(Sha256::new_with_prefix(&bytes), digest)?;
        }
        Ok(bytes)
    }

    /// A whole blob as a spool file, wherever it lies.
    pub async fn fetch(&self, digest: &str) -> Result<Spool, Fault> {
        // Out of the quota: these bytes are counted already.
        let mut spool = Spool::new(&self.incoming, self.room.within(None))?;
        let mut chunks = self.stream(digest, None).await?;
        while let Some(chunk) = chunks.try_next().await? {
            spool.write_all(&chunk)?;
        }
        Ok(spool)
    }

    /// A whole blob to be read more than once: the store's own file, or a copy of it here, which is compared with its
    /// name where that is asked for.
    pub async fn readable(&self, digest: &str) -> Result<Readable, Fault> {
        if self.folder.is_some() && !self.settings.verify {
            let found = self.objects.get(&path(digest)).await?;
            let size = found.meta.size;
            if let GetResultPayload::File(_, path) = found.payload {
                return Ok(Readable::Kept { path, size });
            }
        }
        Ok(self.fetch(digest).await?.into())
    }

    /// The length of a blob in bytes.
    pub async fn size(&self, digest: &str) -> Result<u64, Fault> {
        Ok(self.objects.head(&path(digest)).await?.size)
    }

    /// A whole blob as a file to be read from any place: the store's own, or a copy of it here, which is
    /// compared with its name where that is asked for. Of what lies in a bucket the copy is kept for the next reader.
    pub async fn file(&self, digest: &str) -> Result<File, Fault> {
        if self.folder.is_some()
            && !self.settings.verify
            && let GetResultPayload::File(file, _) = self.objects.get(&path(digest)).await?.payload
        {
            return Ok(file);
        }
        if self.folder.is_some() {
            return Ok(self.fetch(digest).await?.reader()?);
        }
        self.near.file(digest, self.fetch(digest)).await
    }

    /// A blob, or a range of its bytes, as a stream of chunks.
    pub async fn stream(
        &self,
        digest: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, Fault>>, Fault> {
        let whole = range.is_none();
        let chunks = self.chunks(digest, range).await?;
        Ok(if whole && self.settings.verify { verify::checked(chunks, digest) } else { chunks })
    }

    /// The same, whatever its bytes are.
    async fn chunks(
        &self,
        digest: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, Fault>>, Fault> {
        let options = object_store::GetOptions { range: range.map(Into::into), ..Default::default() };
        let found = self.objects.get_opts(&path(digest), options).await?;
        Ok(found.into_stream().map(|chunk| chunk.map_err(Fault::from)).boxed())
    }
}

/// Two characters of the digest as a folder: no folder with a million files.
fn path(digest: &str) -> Path {
    let (folder, _) = digest.split_at_checked(2).unwrap_or((digest, ""));
    Path::from_iter([folder, digest])
}

/// The digest that a path names, if it is one of ours.
fn named(path: &Path) -> Option<&str> {
    let digest = path.filename()?;
    let fine = digest.len() == 64 && digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (fine && *path == self::path(digest)).then_some(digest)
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
