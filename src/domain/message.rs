//! Messages: stored bytes with their media type.

use super::state::State;
use chrono::{DateTime, Utc};

/// Bytes of a file name: what file systems take.
const LONGEST_NAME: usize = 255;

/// A message; its bytes live in the blob store under `digest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Number in the database; 0 until it is kept.
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

/// The name of a file as it may be offered for saving; `None` if nothing of it is left.
///
/// Only what stands after the last slash or backslash: a sender must not choose the folder (RFC 7578
/// §4.2). Without control characters, and without those that turn the reading direction, by which
/// `exe.txt` shows as `txt.exe`. At most 255 bytes.
pub fn filename(sent: &str) -> Option<String> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let turning =
        |c: char| matches!(c, '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let name: String = last.chars().filter(|c| !c.is_control() && !turning(*c)).collect();
    let name = name.trim();
    let name = &name[..name.floor_char_boundary(LONGEST_NAME)];
    (!matches!(name, "" | "." | "..")).then(|| name.to_string())
}
