//! Revisions: immutable snapshots of a dataset.

use super::{column::Column, state::State};
use chrono::{DateTime, Utc};

/// A revision of a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// From 1.
    pub number: i64,
    /// The columns then.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: i64,
    /// SHA-256 of the CSV artifact, hexadecimal: the digest of the revision's content.
    pub digest: String,
    /// Length of the CSV artifact in bytes.
    pub size: i64,
    /// SHA-256 of the profile document, hexadecimal.
    pub profile: String,
    /// Why it was sealed.
    pub note: Option<String>,
    /// Who sealed it, by name.
    pub author: String,
    /// When.
    pub created: DateTime<Utc>,
}

impl Revision {
    /// The state: a revision never changes.
    pub fn state(&self) -> State {
        State::of(["revision", &self.number.to_string(), &self.digest])
    }
}
