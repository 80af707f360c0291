//! Messages: stored bytes with their media type.

use super::state::State;
use chrono::{DateTime, Utc};

/// A message; its bytes live in the blob store under `digest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Number in the database.
    pub id: i64,
    /// The media type that it was sent with.
    pub media_type: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub digest: String,
    /// Length in bytes.
    pub size: i64,
    /// File name, if it came with one.
    pub filename: Option<String>,
    /// Who sent it.
    pub author: String,
    /// When it came.
    pub created: DateTime<Utc>,
}

impl Message {
    /// The state: a message never changes.
    pub fn state(&self) -> State {
        State::of(["message", &self.id.to_string(), &self.media_type, &self.digest])
    }
}
