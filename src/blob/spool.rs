//! Spool files: bytes on their way in, hashed as they come.

use super::{Fault, Kept, room::Room};
use sha2::{Digest, Sha256};
use std::{fs::File, io, io::Seek, io::Write, path::Path};
use tempfile::NamedTempFile;

/// A file that exists as long as this does.
#[derive(Debug)]
pub struct Spool {
    file: NamedTempFile,
    digest: Sha256,
    size: u64,
    room: Room,
}

impl Spool {
    pub(in crate::blob) fn new(folder: &Path, room: Room) -> io::Result<Spool> {
        Ok(Spool { file: NamedTempFile::new_in(folder)?, digest: Sha256::new(), size: 0, room })
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes so far, read from the beginning; reading does not disturb writing.
    pub fn reader(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// The file at its beginning, and the name and length of its bytes.
    pub(in crate::blob) async fn finished(mut self) -> Result<(tokio::fs::File, Kept), Fault> {
        self.file.as_file_mut().flush()?;
        let mut file = self.file.reopen()?;
        file.rewind()?;
        let digest = super::hexadecimal(self.digest);
        Ok((tokio::fs::File::from_std(file), Kept { digest, size: self.size }))
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
