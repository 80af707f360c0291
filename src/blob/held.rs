//! Bytes that are needed for one answer: in memory while they are few, then in a spool file.

use super::{Fault, Spool, room::Room};
use bytes::Bytes;
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// Bytes in memory, at most.
const FEW: usize = 8 << 20;

/// Bytes that are being written.
#[derive(Debug)]
pub struct Held {
    few: Vec<u8>,
    many: Option<Spool>,
    folder: PathBuf,
    room: Room,
}

/// Bytes that were written.
#[derive(Debug)]
pub enum Written {
    /// Few.
    Few(Bytes),
    /// Many: a file that exists as long as this does.
    Many(Spool),
}

impl Held {
    pub(in crate::blob) fn new(folder: PathBuf, room: Room) -> Held {
        Held { few: Vec::new(), many: None, folder, room }
    }

    /// All of them.
    pub fn written(mut self) -> Result<Written, Fault> {
        match self.many.take() {
            None => Ok(Written::Few(self.few.into())),
            Some(mut spool) => {
                spool.flush()?;
                Ok(Written::Many(spool))
            }
        }
    }
}

impl Written {
    /// How many they are.
    pub fn size(&self) -> u64 {
        match self {
            Written::Few(bytes) => bytes.len() as u64,
            Written::Many(spool) => spool.size(),
        }
    }
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(spool) = &mut self.many {
            return spool.write(bytes);
        }
        if self.few.len() + bytes.len() <= FEW {
            self.few.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        let mut spool = Spool::new(&self.folder, self.room.clone())?;
        spool.write_all(&std::mem::take(&mut self.few))?;
        self.many.insert(spool).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.many.as_mut().map_or(Ok(()), Spool::flush)
    }
}
