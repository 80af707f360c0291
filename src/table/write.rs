//! The canonical spelling of a table, and its digest.
//!
//! A header line with the columns' names, commas, LF, quotes only where RFC 4180 needs them, cells as
//! [`Cell`]'s `Display` spells them. Equal rows give equal bytes: a revision's digest rests on it.

use crate::domain::column::{Cell, Column};
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};

/// Writes a table row by row.
pub struct Writer<W: Write> {
    csv: csv::Writer<W>,
    spelling: String,
}

impl<W: Write> Writer<W> {
    /// Writes the header line.
    pub fn new(output: W, columns: &[Column]) -> io::Result<Writer<W>> {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(output);
        csv.write_record(columns.iter().map(|column| column.name.as_str()))?;
        Ok(Writer { csv, spelling: String::new() })
    }

    /// Writes a row, which must have as many cells as there are columns.
    pub fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        for cell in row {
            if let Cell::Text(text) = cell {
                self.csv.write_field(text)?;
                continue;
            }
            self.spelling.clear();
            // Formatting into a `String` has no error of its own.
            let _ = std::fmt::Write::write_fmt(&mut self.spelling, format_args!("{cell}"));
            self.csv.write_field(&self.spelling)?;
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    /// Flushes and gives the output back.
    pub fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(|error| io::Error::new(error.error().kind(), error.to_string()))
    }
}

/// Passes bytes on, counts and digests them.
pub struct Digesting<W> {
    output: W,
    sha256: Sha256,
    size_bytes: u64,
}

/// What went through a [`Digesting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// How many they were.
    pub size_bytes: u64,
}

impl<W> Digesting<W> {
    /// Nothing digested yet.
    pub fn new(output: W) -> Digesting<W> {
        Digesting { output, sha256: Sha256::new(), size_bytes: 0 }
    }

    /// The output, and the digest of what it took.
    pub fn finish(self) -> (W, Digest) {
        (self.output, Digest { sha256: self.sha256.finalize().into(), size_bytes: self.size_bytes })
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.output.write(bytes)?;
        self.sha256.update(bytes.get(..taken).unwrap_or(bytes));
        self.size_bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
