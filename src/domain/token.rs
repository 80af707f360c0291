//! Tokens: credentials that programs carry (`alm_…`).

use super::{permission::Role, state::State};
use chrono::{DateTime, Utc};

/// A token as the store knows it: never its text, which is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Number in the database.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The owner's name.
    pub owner: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// From when on it is refused.
    pub expires: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked: Option<DateTime<Utc>>,
    /// What it may do at most; `None`: all that its owner may.
    pub scope: Option<Role>,
    /// When it was used last, to the hour.
    pub used: Option<DateTime<Utc>>,
}

impl Token {
    /// The state of the token's document.
    pub fn state(&self) -> State {
        State::of([
            "token",
            &self.id.to_string(),
            &self.name,
            if self.revoked.is_some() { "revoked" } else { "live" },
        ])
    }
}
