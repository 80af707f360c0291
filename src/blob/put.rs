//! Bytes into the store: moved there where it is a folder of the same disk; else in one piece, or in parts of which
//! nothing stays if they are not all there.

use super::{Fault, Kept, path};
use bytes::Bytes;
use object_store::{
    MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, path::Path,
};
use std::{
    fs::File,
    io::{self, ErrorKind},
    path::PathBuf,
};
use tempfile::NamedTempFile;
use tokio::{io::AsyncReadExt, task::spawn_blocking};

/// Bytes of one part, and the largest blob that is put in one piece: as much is held in memory.
const PART: usize = 8 << 20;

/// Moves a file to where [`put`] would copy its bytes; gives it back where that is another disk.
pub async fn moved(
    file: NamedTempFile,
    folder: &std::path::Path,
    kept: &Kept,
) -> Result<Option<NamedTempFile>, Fault> {
    let (to, size) = (folder.join(path(&kept.digest).as_ref()), kept.size);
    let moved = spawn_blocking(move || {
        let shelf = to.parent().map(PathBuf::from).unwrap_or_default();
        let there = std::fs::metadata(&to).is_ok_and(|found| found.len() == size);
        if !there {
            // As `place` has the store do.
            file.as_file().sync_all()?;
            std::fs::create_dir_all(&shelf)?;
            match file.persist(&to) {
                Err(error) if error.error.kind() == ErrorKind::CrossesDevices => return Ok(Some(error.file)),
                persisted => persisted?,
            };
        }
        // Of who moved it before us the names may still be in the page cache.
        for folder in shelf.ancestors().take(2) {
            sync_folder(folder)?;
        }
        Ok::<_, io::Error>(None)
    });
    Ok(moved.await.map_err(io::Error::other)??)
}

#[cfg(unix)]
fn sync_folder(folder: &std::path::Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Not elsewhere: Windows opens no folder as a file.
#[cfg(not(unix))]
fn sync_folder(_: &std::path::Path) -> io::Result<()> {
    Ok(())
}

/// Puts a file's bytes, unless they are there.
pub async fn put(store: &dyn ObjectStore, file: &NamedTempFile, kept: &Kept) -> Result<(), Fault> {
    let mut file = tokio::fs::File::from_std(file.reopen()?);
    let path = path(&kept.digest);
    if kept.size > PART as u64 {
        if is_whole(store, &path, kept.size).await? {
            return Ok(());
        }
        return in_parts(store, &path, &mut file).await;
    }
    let mut bytes = Vec::with_capacity(kept.size as usize);
    file.read_to_end(&mut bytes).await?;
    let payload = PutPayload::from(Bytes::from(bytes));
    let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match store.put_opts(&path, payload.clone(), create).await {
        // S3 says so too while somebody else is at it, who may yet fail.
        Err(object_store::Error::AlreadyExists { .. }) => {
            if !is_whole(store, &path, kept.size).await? {
                store.put(&path, payload).await?;
            }
            Ok(())
        }
        put => Ok(put.map(drop)?),
    }
}

/// Whether it is there in its full length.
async fn is_whole(store: &dyn ObjectStore, path: &Path, size: u64) -> Result<bool, Fault> {
    match store.head(path).await {
        Ok(found) => Ok(found.size == size),
        Err(object_store::Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn in_parts(store: &dyn ObjectStore, path: &Path, file: &mut tokio::fs::File) -> Result<(), Fault> {
    let mut parts = Parts(Some(store.put_multipart(path).await?));
    let sent = parts.send(file).await;
    if sent.is_err() {
        parts.abort().await;
    }
    sent
}

/// An upload in parts: completed, or aborted even if whoever sends it is gone.
struct Parts(Option<Box<dyn MultipartUpload>>);

impl Parts {
    async fn send(&mut self, file: &mut tokio::fs::File) -> Result<(), Fault> {
        let Some(upload) = &mut self.0 else { return Ok(()) };
        loop {
            let mut part = Vec::with_capacity(PART);
            (&mut *file).take(PART as u64).read_to_end(&mut part).await?;
            if part.is_empty() {
                break;
            }
            upload.put_part(PutPayload::from(part)).await?;
        }
        upload.complete().await?;
        self.0 = None;
        Ok(())
    }

    async fn abort(&mut self) {
        if let Some(upload) = self.0.take() {
            given_up(upload).await;
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let (Some(upload), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(given_up(upload));
        }
    }
}

async fn given_up(mut upload: Box<dyn MultipartUpload>) {
    if let Err(error) = upload.abort().await {
        tracing::warn!(%error, "parts of an upload that failed stay in the blob store");
    }
}
