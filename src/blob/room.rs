//! Room for bytes: what the quota and the disk still take.

use super::Fault;
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Bytes after which a spool asks again what is free: the question costs a microsecond.
const BETWEEN: u64 = 1 << 20;

/// What one file on its way in may take.
#[derive(Debug, Clone)]
pub struct Room {
    folder: Arc<PathBuf>,
    /// Bytes that stay free.
    reserve: u64,
    /// Bytes that the quota leaves.
    quota: Option<u64>,
    /// Bytes up to which the disk was asked.
    asked: u64,
}

impl Room {
    /// Room in a folder.
    pub fn new(folder: &Path, reserve: u64) -> Room {
        Room { folder: Arc::new(folder.to_path_buf()), reserve, quota: None, asked: 0 }
    }

    /// The same where a quota leaves so many bytes.
    pub fn within(&self, quota: Option<u64>) -> Room {
        Room { quota, ..self.clone() }
    }

    /// Whether so many bytes more can be written here.
    pub fn fits(&self, bytes: u64) -> Result<(), Fault> {
        if self.quota.is_some_and(|quota| bytes > quota) {
            return Err(Fault::Quota);
        }
        let found = rustix::fs::statvfs(&*self.folder).map_err(io::Error::from)?;
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        if free < bytes.saturating_add(self.reserve) {
            let wanted = format!("{bytes} bytes and {} that stay free", self.reserve);
            return Err(Fault::Full(format!("expected room for {wanted}, found {free}")));
        }
        Ok(())
    }

    /// Whether a file that has `written` bytes may have `more`.
    pub fn take(&mut self, written: u64, more: u64) -> io::Result<()> {
        if self.quota.is_some_and(|quota| written.saturating_add(more) > quota) {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        if written.saturating_add(more) > self.asked {
            self.fits(0).map_err(|fault| match fault {
                Fault::Full(what) => io::Error::new(io::ErrorKind::StorageFull, what),
                other => io::Error::other(other),
            })?;
            self.asked = written.saturating_add(more).saturating_add(BETWEEN);
        }
        Ok(())
    }
}
