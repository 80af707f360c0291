//! Why bytes could not be read or kept.

use crate::store;
use std::{error::Error, fmt, io};

/// Why bytes could not be read or kept.
#[derive(Debug)]
pub enum Fault {
    /// There is no blob of that name.
    Missing,
    /// They do not fit into the quota, `blobs.quota_bytes`.
    Quota,
    /// The disk is full, or would leave less free than `blobs.free_bytes`.
    Full(String),
    /// The database did not note them.
    Store(store::Fault),
    /// The disk or the object store did not do it.
    Broken(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing => f.write_str("there is no such blob"),
            Fault::Quota => f.write_str("the quota of the blob store (blobs.quota_bytes) is used up"),
            Fault::Full(what) => write!(f, "the disk is full: {what}"),
            Fault::Store(fault) => write!(f, "{fault}"),
            Fault::Broken(what) => write!(f, "the blob store: {what}"),
        }
    }
}

impl Error for Fault {}

impl From<store::Fault> for Fault {
    fn from(fault: store::Fault) -> Fault {
        Fault::Store(fault)
    }
}

impl From<object_store::Error> for Fault {
    fn from(error: object_store::Error) -> Fault {
        match error {
            object_store::Error::NotFound { .. } => Fault::Missing,
            other => of(&other),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        of(&error)
    }
}

/// A full disk wherever in the chain it stands: writers of tables wrap what the file said.
fn of(error: &(dyn Error + 'static)) -> Fault {
    let mut next = Some(error);
    while let Some(link) = next {
        let found = link.downcast_ref::<io::Error>();
        match found.map(io::Error::kind) {
            Some(io::ErrorKind::StorageFull) => return Fault::Full(error.to_string()),
            Some(io::ErrorKind::QuotaExceeded) => return Fault::Quota,
            _ => {}
        }
        next = within(link);
    }
    Fault::Broken(error.to_string())
}

/// The error that another one wraps.
fn within<'e>(link: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    // As a source it would name that one's own source, not that one.
    if let Some(inner) = link.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return Some(inner);
    }
    // It has an error of the file that it wrote, and does not call it its source.
    match link.downcast_ref::<csv::Error>().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(inner)) => Some(inner),
        _ => link.source(),
    }
}
