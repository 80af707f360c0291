//! Usage: who called which route of which version, by day.

use chrono::{DateTime, Utc};
use std::fmt;

/// Who called, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// Nobody known.
    Anonymous,
    /// The user of that name.
    User(String),
    /// Users beyond as many as are counted one by one.
    Others,
}

/// Names that no user can have.
const ANONYMOUS: &str = "(anonymous)";
const OTHERS: &str = "(others)";

impl Principal {
    /// The principal of that name.
    pub fn named(name: &str) -> Principal {
        match name {
            ANONYMOUS => Principal::Anonymous,
            OTHERS => Principal::Others,
            user => Principal::User(user.into()),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Principal::Anonymous => ANONYMOUS,
            Principal::User(name) => name,
            Principal::Others => OTHERS,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How often somebody called a route on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// First moment of the day, UTC.
    pub day: DateTime<Utc>,
    /// Pattern of the URL.
    pub route: String,
    /// `v1` or `v2`.
    pub version: String,
    /// Who called.
    pub principal: Principal,
    /// How many requests there were.
    pub requests: i64,
}

/// Which usage is wanted; `None` for any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Of these versions.
    pub versions: Option<Vec<&'static str>>,
    /// Of that route.
    pub route: Option<String>,
    /// By that principal.
    pub principal: Option<String>,
    /// From that day on.
    pub from: Option<DateTime<Utc>>,
    /// Until that day, itself included.
    pub to: Option<DateTime<Utc>>,
}
