//! What can go wrong with a statement, as far as its caller can tell the difference.

use std::{fmt, io};

/// Why the store did not do what was asked.
#[derive(Debug)]
pub enum Fault {
    /// There is no such thing.
    Missing,
    /// There was one; it was deleted on purpose and its name is not used again.
    Gone,
    /// Somebody else changed it in the meantime.
    Changed,
    /// The name is taken.
    Taken,
    /// The name belonged to something deleted and is not used again.
    Retired,
    /// Another request with this Idempotency-Key was done, or is at work.
    Claimed,
    /// Something else depends on it: the paths-to-be of what does, `(kind, slug)`.
    InUse(Vec<(crate::domain::Kind, String)>),
    /// Its rows are those of a table that others write: here they are only read.
    ReadOnly,
    /// The table that it is linked to is gone, or is not as it was: what the database says.
    Apart(String),
    /// The column at that place has texts that are too long for an index.
    TooLong(usize),
    /// No connection in time, or the database is locked or gone: worth another try.
    Busy(sqlx::Error),
    /// The database's disk is full.
    Full(sqlx::Error),
    /// A statement failed, or a row does not read back: a fault of ours.
    Broken(String),
}

impl Fault {
    /// The same, for another whom it concerns.
    pub(in crate::store) fn again(&self) -> Fault {
        let same = |error: &sqlx::Error| sqlx::Error::Io(io::Error::other(error.to_string()));
        match self {
            Fault::Changed => Fault::Changed,
            Fault::Busy(error) => Fault::Busy(same(error)),
            Fault::Full(error) => Fault::Full(same(error)),
            other => Fault::Broken(other.to_string()),
        }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Fault {
        use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Tls, WorkerCrashed};
        match &error {
            Database(inner) if inner.is_unique_violation() => Fault::Taken,
            // PostgreSQL has no U+0000 in text, as input is checked for: a name with it is nobody's.
            Database(inner) if inner.code().as_deref() == Some("22021") => Fault::Missing,
            Database(inner) if is_full(inner.code().as_deref()) => Fault::Full(error),
            Database(inner) if is_transient(inner.code().as_deref()) => Fault::Busy(error),
            Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed => Fault::Busy(error),
            _ => Fault::Broken(error.to_string()),
        }
    }
}

/// SQLite: full (13), and the memory that its processes share, on the same disk, could not be enlarged (4874).
/// PostgreSQL: disk_full.
fn is_full(code: Option<&str>) -> bool {
    matches!(code, Some("13" | "4874" | "53100"))
}

/// SQLite: busy (5), locked (6), read-only (8), I/O (10), cannot open (14), with their
/// extended codes. PostgreSQL: classes 08 (connection), 53 (resources), 57P (shutting down), 40
/// (serialisation), 25006 (read-only transaction).
fn is_transient(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if code.len() == 5 {
        return ["08", "53", "57P", "40", "25006"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|n| matches!(n & 0xff, 5 | 6 | 8 | 10 | 14))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing => f.write_str("there is no such thing"),
            Fault::Gone => f.write_str("it was deleted"),
            Fault::Changed => f.write_str("somebody else changed it in the meantime"),
            Fault::Taken => f.write_str("the name is taken"),
            Fault::Retired => f.write_str("the name belonged to something deleted and is not used again"),
            Fault::Claimed => f.write_str("another request with this key was done or is at work"),
            Fault::InUse(by) => {
                let by: Vec<String> =
                    by.iter().map(|(kind, slug)| format!("{} {slug}", kind.name())).collect();
                write!(f, "in use by {}", by.join(", "))
            }
            Fault::ReadOnly => f.write_str("its rows are those of a linked table, and are only read here"),
            Fault::Apart(what) => write!(f, "the linked table is not as it was when it was linked: {what}"),
            Fault::TooLong(place) => write!(f, "column {place} has texts too long for an index"),
            Fault::Busy(error) => write!(f, "the database did not answer: {error}"),
            Fault::Full(error) => write!(f, "the disk of the database is full: {error}"),
            Fault::Broken(what) => write!(f, "the database: {what}"),
        }
    }
}

impl std::error::Error for Fault {}

/// A stored text that does not read back.
pub(in crate::store) fn unreadable(what: &str, text: &str) -> Fault {
    Fault::Broken(format!("{what} does not read back: {text:?}"))
}
