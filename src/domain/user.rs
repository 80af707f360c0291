//! Users: who publishes, edits and reads.

use super::{
    fault::{Fault, quoted},
    permission::Role,
    state::State,
};
use chrono::{DateTime, Utc};

/// Somebody with a name and a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number in the database, never reused.
    pub id: i64,
    /// Name, unique: `[a-z0-9][a-z0-9_-]{0,63}`.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// A disabled user's credentials are refused.
    pub disabled: bool,
    /// When they were added.
    pub created: DateTime<Utc>,
    /// Counts the changes.
    pub revision: i64,
}

impl User {
    /// The state of the user's document.
    pub fn state(&self) -> State {
        State::of(["user", &self.name, self.role.name(), if self.disabled { "disabled" } else { "enabled" }])
    }
}

/// A user's name if it is one; `pointer` says where it stood.
pub fn name_at(pointer: &str, text: &str) -> Result<String, Fault> {
    let fine = !text.is_empty()
        && text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c));
    if fine {
        return Ok(text.to_string());
    }
    Err(Fault::at(
        pointer,
        "a name of 1 to 64 lower-case letters, digits, hyphens, underscores",
        quoted(text),
    ))
}
