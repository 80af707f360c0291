//! Revisions: immutable snapshots of a dataset.

use super::{column::Column, state::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A file of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// SHA-256 of its bytes, hexadecimal.
    pub digest: String,
    /// Length in bytes.
    pub size: i64,
}

/// What a revision was predicted from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// The dataset whose rows were predicted.
    pub dataset: String,
    /// Its revision.
    pub revision: i64,
    /// The model that predicted them.
    pub model: String,
    /// Its version.
    pub version: i64,
}

/// A revision of a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// From 1.
    pub number: i64,
    /// The columns then.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: i64,
    /// The CSV file, whose digest is the content's.
    pub csv: File,
    /// The Parquet file; those that were sealed before there was any have none.
    pub parquet: Option<File>,
    /// SHA-256 of the profile document, hexadecimal.
    pub profile: String,
    /// Why it was sealed.
    pub note: Option<String>,
    /// Who sealed it, by name.
    pub author: String,
    /// When.
    pub created: DateTime<Utc>,
    /// What it was predicted from, if it was.
    pub derived: Option<Derived>,
    /// When its content was taken back, as personal data has to be: its files are gone since.
    pub withdrawn: Option<DateTime<Utc>>,
}

impl Revision {
    /// The state: a revision never changes.
    pub fn state(&self) -> State {
        State::of(["revision", &self.number.to_string(), &self.csv.digest])
    }
}
