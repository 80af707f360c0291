//! Sessions: somebody who signed in with a browser.

use chrono::{DateTime, Utc};

/// Characters kept of what a browser calls itself.
const LONGEST_AGENT: usize = 200;

/// A session as the store knows it: never what its cookie holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Number in the database.
    pub id: i64,
    /// What the browser called itself at sign-in.
    pub agent: String,
    /// Whether its cookie outlives the browser.
    pub kept: bool,
    /// When its user signed in.
    pub created: DateTime<Utc>,
    /// When it was used last, to the minute.
    pub used: DateTime<Utc>,
    /// From when on it is refused, however lately it was used.
    pub expires: DateTime<Utc>,
}

/// What a browser calls itself, as much as is kept of it.
pub fn agent(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect()
}
