//! Faults: what is wrong with somebody's input, and where.
//!
//! A fault says what was expected, what came and the place. It knows no status code: the HTTP
//! meaning is given in `http/problem.rs`, the exit code in `cli`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Faults listed in one answer; a table with a million wrong cells does not give a million faults.
pub const MOST_FAULTS: usize = 100;

/// Characters of the input quoted in a fault.
const QUOTED: usize = 60;

/// Where a fault stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum At {
    /// The input as a whole.
    Whole,
    /// A JSON pointer (RFC 6901) into the document that was sent.
    Pointer(String),
    /// A query parameter, by name.
    Parameter(String),
    /// A cell of a table: line (from 1, the header's line included) and column header.
    Cell {
        /// Line in the file, from 1.
        line: u64,
        /// The column's header.
        column: String,
    },
    /// A cell of a table that has no lines: row (from 1) and column header.
    Row {
        /// Row of the table, from 1.
        row: u64,
        /// The column's header.
        column: String,
    },
    /// A whole line of a table, from 1.
    Line(u64),
    /// A column of a table, by header or identifier.
    Column(String),
}

/// One thing that is wrong with input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where it stands.
    pub at: At,
    /// What was expected: `a number`.
    pub expected: String,
    /// What came: `"wet"`.
    pub found: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(at: At, expected: impl Into<String>, found: impl Into<String>) -> Fault {
        Fault { at, expected: expected.into(), found: found.into() }
    }

    /// A fault in the member that a JSON pointer names.
    pub fn at(pointer: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Fault {
        Fault::new(At::Pointer(pointer.into()), expected, found)
    }

    /// A fault in a query parameter.
    pub fn parameter(
        name: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Fault {
        Fault::new(At::Parameter(name.into()), expected, found)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::Whole => {}
            At::Pointer(pointer) => write!(f, "`{pointer}`: ")?,
            At::Parameter(name) => write!(f, "parameter `{name}`: ")?,
            At::Cell { line, column } => write!(f, "column `{column}`, line {line}: ")?,
            At::Row { row, column } => write!(f, "column `{column}`, row {row}: ")?,
            At::Line(line) => write!(f, "line {line}: ")?,
            At::Column(column) => write!(f, "column `{column}`: ")?,
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Fault {}

/// A name as a step of a JSON pointer (RFC 6901 §3).
pub fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Text as it stands in a message: quoted, control characters escaped, at most 60 characters.
pub fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

/// Several faults, never empty, at most [`MOST_FAULTS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The faults, in the order of the input.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }

    /// The first of them.
    pub fn first(&self) -> &Fault {
        &self.0[0]
    }

    /// `value` if nothing was wrong, else the first [`MOST_FAULTS`] faults.
    pub fn unless<T>(mut faults: Vec<Fault>, value: T) -> Result<T, Faults> {
        if faults.is_empty() {
            return Ok(value);
        }
        faults.truncate(MOST_FAULTS);
        Err(Faults(faults))
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first())?;
        match self.0.len() {
            1 => Ok(()),
            n => write!(f, " (and {} more)", n - 1),
        }
    }
}

impl std::error::Error for Faults {}
