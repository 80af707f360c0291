//! Tables: from a stream of CSV to typed columns, and back.
//!
//! An import reads its spooled file twice and never holds more than one line of it:
//! [`infer`](infer::infer) finds the dialect, the headers and the types from all rows and lists every
//! fault; [`Rows`](read::Rows) then gives typed cells for the database and for the canonical artifact
//! that [`Writer`](write::Writer) spells. Of a large one [`Beginning`](infer::Beginning) does the first and gives
//! the cells for the database at once. Training reads that artifact into a
//! [`Table`](columnar::Table), columns in memory; [`profile`](profile::profile) summarises one.
//!
//! - [`dialect`]: the delimiter, and what is not CSV at all. `records`: bytes to lines of cells.
//! - [`cell`]: one cell's text to its value; also for query values and command-line arguments.
//! - [`filter`]: conditions on rows as a query spells them.
//!
//! Nothing here knows HTTP, SQL or a folder: readers and writers are handed in.
//!
//! **Missing cells.** On import a cell is missing if it is empty, quoted or not, or one of
//! [`Options::missing`] after trimming. In the artifact only the empty cell is missing, so the text
//! `NA` survives there. There is no empty text: [`Cell::Text`](crate::domain::column::Cell) of
//! nothing is written as, and read back as, a missing cell.

pub mod cell;
pub mod columnar;
pub mod compare;
pub mod dialect;
pub mod filter;
pub mod guess;
pub mod header;
pub mod histogram;
pub mod infer;
pub mod json;
pub mod lines;
pub mod parquet;
pub mod profile;
pub mod read;
mod records;
mod sketch;
pub mod source;
pub mod write;

use crate::domain::{
    column::{Column, ColumnType, same},
    fault::{Fault, Faults},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, io};

/// How a table that somebody sent is to be understood.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Options {
    /// The delimiter; without one it is found out.
    pub delimiter: Option<char>,
    /// What stands around cells; a quotation mark unless said.
    #[serde(default)]
    pub quote: Option<char>,
    /// What stands before a character of a cell that is to mean itself, besides the doubled quote.
    #[serde(default)]
    pub escape: Option<char>,
    /// Whether the first line is a row, and columns are named by their places.
    #[serde(default)]
    pub headless: bool,
    /// Spellings of a missing cell, compared after trimming. The empty cell always is one.
    pub missing: Vec<String>,
    /// Further spellings of one in a column, by header or identifier.
    #[serde(default)]
    pub missing_of: BTreeMap<String, Vec<String>>,
    /// Types given beforehand, by header or identifier; the others are inferred.
    pub types: BTreeMap<String, ColumnType>,
    /// Columns of the table before this one: they stay what they were where every cell fits that.
    #[serde(skip)]
    pub before: Vec<Column>,
}

impl Default for Options {
    /// Everything found out; empty, `NA`, `NaN` and `null` are missing.
    fn default() -> Options {
        let missing = ["", "NA", "NaN", "null"].map(String::from).to_vec();
        Options {
            delimiter: None,
            quote: None,
            escape: None,
            headless: false,
            missing,
            missing_of: BTreeMap::new(),
            types: BTreeMap::new(),
            before: Vec::new(),
        }
    }
}

impl Options {
    /// How our own artifact is spelt: commas, and only the empty cell is missing.
    pub fn canonical() -> Options {
        Options { delimiter: Some(','), missing: Vec::new(), ..Options::default() }
    }

    /// Whether a cell with this text is missing in whatever column.
    pub fn is_missing(&self, text: &str) -> bool {
        text.is_empty() || is_one_of(&self.missing, text)
    }

    /// The column before this one.
    fn known(&self, header: &str, identifier: &str) -> Option<&Column> {
        same(&self.before, header, identifier)
    }

    /// What spells a missing cell in one column besides.
    fn missing_in(&self, header: &str, identifier: &str) -> &[String] {
        let own = self.missing_of.get(header).or_else(|| self.missing_of.get(identifier));
        own.map_or(&[], Vec::as_slice)
    }
}

fn is_one_of(spellings: &[String], text: &str) -> bool {
    if spellings.is_empty() {
        return false;
    }
    let text = text.trim();
    spellings.iter().any(|spelling| spelling == text)
}

/// Why a table was not read.
#[derive(Debug)]
pub enum Failure {
    /// The table is wrong; its sender can mend it.
    Faults(Faults),
    /// The reader broke; the table may be fine.
    Io(io::Error),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Faults(fault.into())
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Failure {
        Failure::Faults(faults)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Faults(faults) => faults.fmt(f),
            Failure::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}
