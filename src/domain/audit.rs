//! What was changed, by whom: lines that are only ever added, each with the hash of the one before.

use chrono::{DateTime, Utc};

/// Who does what, as a transaction notes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// A user's name.
    pub actor: String,
    /// The method of a request, or what else was done.
    pub action: String,
    /// The path that it came to.
    pub resource: String,
    /// The request's id.
    pub request: String,
}

impl Deed {
    /// Of the server itself, or of its operator at the terminal.
    pub fn own() -> Deed {
        Deed {
            actor: "almanac".into(),
            action: String::new(),
            resource: String::new(),
            request: String::new(),
        }
    }
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Number in the database.
    pub id: i64,
    /// When.
    pub created: DateTime<Utc>,
    /// Who did what.
    pub deed: Deed,
    /// The tags of what was changed, separated by spaces.
    pub changed: String,
    /// State before, where one thing has one.
    pub before: Option<String>,
    /// State after.
    pub after: Option<String>,
    /// Place in the chain, from 1, and hash; none in the first seconds.
    pub link: Option<(i64, String)>,
}

impl Line {
    /// What a hash is made from, beside the hash of the line before: each part with its length, so that none can be
    /// taken for another.
    pub fn content(&self, place: i64, previous: &str) -> String {
        let Deed { actor, action, resource, request } = &self.deed;
        let (place, id, created) =
            (place.to_string(), self.id.to_string(), self.created.timestamp_millis().to_string());
        let none = String::new();
        let (before, after) = (self.before.as_ref().unwrap_or(&none), self.after.as_ref().unwrap_or(&none));
        let parts =
            [previous, &place, &id, &created, actor, action, resource, &self.changed, before, after, request];
        parts.iter().map(|part| format!("{}:{part}\n", part.len())).collect()
    }
}
