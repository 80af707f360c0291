//! Spool files: bytes on their way in, hashed as they come.

use super::{Kept, room::Room};
use sha2::{Digest, Sha256};
use std::{
    fs::{File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::NamedTempFile;

/// How old a spool file is when its process must have locked it, if it lives.
const LOCKED: Duration = Duration::from_secs(10);
/// How old one is when it belongs to a process that was killed, where files cannot be locked.
const LEFTOVER: Duration = Duration::from_secs(6 * 3600);

/// Removes the spool files of processes that were killed; what cannot be removed now is later.
pub(in crate::blob) fn clear(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|data| data.modified());
        let Some(age) = modified.ok().and_then(|at| at.elapsed().ok()) else { continue };
        let left = match File::open(entry.path()).map(|file| file.try_lock()) {
            Ok(Ok(())) => age > LOCKED,
            Ok(Err(TryLockError::WouldBlock)) => false,
            Ok(Err(TryLockError::Error(_))) | Err(_) => age > LEFTOVER,
        };
        if left {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A file that exists as long as this does.
#[derive(Debug)]
pub struct Spool {
    file: NamedTempFile,
    digest: Sha256,
    size: u64,
    room: Room,
}

impl Spool {
    /// One that only this process's user may read.
    pub(in crate::blob) fn new(folder: &Path, room: Room) -> io::Result<Spool> {
        Spool::over(NamedTempFile::new_in(folder)?, room)
    }

    /// One that may become a blob as it is: who may read it says the process's umask, as of any other file.
    pub(in crate::blob) fn to_keep(folder: &Path, room: Room) -> io::Result<Spool> {
        Spool::over(open_to_umask().tempfile_in(folder)?, room)
    }

    fn over(file: NamedTempFile, room: Room) -> io::Result<Spool> {
        // For `clear`; where files cannot be locked it goes by age.
        let _ = file.as_file().try_lock();
        Ok(Spool { file, digest: Sha256::new(), size: 0, room })
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes so far, read from the beginning; reading does not disturb writing.
    pub fn reader(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// Gives the disk its room back; who still reads the bytes comes to an early end.
    pub fn cut_off(&self) -> io::Result<()> {
        self.file.as_file().set_len(0)
    }

    /// Waits until the bytes so far are on the disk.
    pub(in crate::blob) fn sync(&self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// The file, and the name and length of its bytes.
    pub(in crate::blob) fn finished(self) -> (NamedTempFile, Kept) {
        (self.file, Kept { digest: super::hexadecimal(self.digest), size: self.size })
    }
}

#[cfg(unix)]
fn open_to_umask() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn open_to_umask() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

/// Bytes that are all here, read from the beginning as often as one likes.
#[derive(Debug)]
pub enum Readable {
    /// In a spool file.
    Spooled(Spool),
    /// In a file of the store's own, as long as something refers to it.
    Kept {
        /// Where.
        path: PathBuf,
        /// How many.
        size: u64,
    },
}

impl Readable {
    /// How many bytes.
    pub fn size(&self) -> u64 {
        match self {
            Readable::Spooled(spool) => spool.size(),
            Readable::Kept { size, .. } => *size,
        }
    }

    /// The bytes, from the first.
    pub fn reader(&self) -> io::Result<File> {
        match self {
            Readable::Spooled(spool) => spool.reader(),
            Readable::Kept { path, .. } => File::open(path),
        }
    }
}

impl From<Spool> for Readable {
    fn from(spool: Spool) -> Readable {
        Readable::Spooled(spool)
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.room.take(self.size, bytes.len() as u64)?;
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
