//! Why work was not done.

use crate::{blob, domain::fault::Faults, store, table};
use std::fmt;

/// Why work was not done.
#[derive(Debug)]
pub enum Fault {
    /// Something is wrong with the input.
    Input(Faults),
    /// The database did not do it.
    Store(store::Fault),
    /// The disk or the blob store did not do it.
    Blob(blob::Fault),
    /// It was called off.
    Stopped,
    /// Ours: a thread that ended, a document that does not read back.
    Broken(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Input(faults) => write!(f, "{faults}"),
            Fault::Store(fault) => write!(f, "{fault}"),
            Fault::Blob(fault) => write!(f, "{fault}"),
            Fault::Stopped => f.write_str("it was called off"),
            Fault::Broken(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Fault {}

impl From<Faults> for Fault {
    fn from(faults: Faults) -> Fault {
        Fault::Input(faults)
    }
}

impl From<store::Fault> for Fault {
    fn from(fault: store::Fault) -> Fault {
        Fault::Store(fault)
    }
}

impl From<blob::Fault> for Fault {
    fn from(fault: blob::Fault) -> Fault {
        Fault::Blob(fault)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        Fault::Blob(error.into())
    }
}

impl From<table::Failure> for Fault {
    fn from(failure: table::Failure) -> Fault {
        match failure {
            table::Failure::Faults(faults) => Fault::Input(faults),
            table::Failure::Io(error) => error.into(),
        }
    }
}

impl From<tokio::task::JoinError> for Fault {
    fn from(error: tokio::task::JoinError) -> Fault {
        Fault::Broken(error.to_string())
    }
}
