//! Lines of a table as texts, for whoever knows by himself what a cell means.

use super::{
    Failure, Options,
    dialect::{self, Input},
    guess::clean,
    records::{Cells, Record, Records},
};
use crate::domain::fault::{At, Fault};
use std::io::Read;

/// The lines below the header.
#[derive(Debug)]
pub struct Lines<R> {
    records: Records<Input<R>>,
    record: Record,
    cells: usize,
}

/// One line.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a>(Cells<'a>);

impl<R: Read> Lines<R> {
    /// The headers, and what is below them; the delimiter is found out unless given.
    pub fn open(reader: R, delimiter: Option<char>) -> Result<(Vec<String>, Lines<R>), Failure> {
        let (_, mut records) = dialect::open(reader, &Options { delimiter, ..Options::default() })?;
        let mut record = Record::default();
        if !records.read(&mut record)? {
            return Err(Fault::new(At::Whole, "a header line", "an empty file").into());
        }
        let headers: Vec<String> = record.cells()?.iter().map(|header| clean(header).to_string()).collect();
        let cells = headers.len();
        Ok((headers, Lines { records, record, cells }))
    }

    /// Reads the next line; `false` after the last one.
    pub fn read(&mut self) -> Result<bool, Failure> {
        self.records.read(&mut self.record)
    }

    /// The line that was read, if it has as many cells as the header.
    pub fn line(&self) -> Result<Line<'_>, Fault> {
        Ok(Line(self.record.cells()?.exactly(self.cells)?))
    }
}

impl<'a> Line<'a> {
    /// Its number in the file, from 1.
    pub fn number(self) -> u64 {
        self.0.line()
    }

    /// Its cells.
    pub fn cells(self) -> impl Iterator<Item = &'a str> {
        self.0.iter()
    }
}
