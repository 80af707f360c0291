//! Why work was not done.

use crate::{
    blob,
    domain::{
        fault::Faults,
        job::{Failure, Trouble},
    },
    store, table,
};
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
    /// It cannot be learned from: why.
    Refused(String),
    /// It was called off.
    Stopped,
    /// It was begun too often: how often.
    GivenUp(String),
    /// Ours: a thread that ended, a document that does not read back.
    Broken(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Input(faults) => write!(f, "{faults}"),
            Fault::Store(fault) => write!(f, "{fault}"),
            Fault::Blob(fault) => write!(f, "{fault}"),
            Fault::Refused(what) | Fault::GivenUp(what) => f.write_str(what),
            Fault::Stopped => f.write_str("it was called off"),
            Fault::Broken(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// Why a job with this fault came to nothing; `None` if it is worth another try later.
    pub fn failure(&self) -> Option<Failure> {
        let said = |trouble| Some(Failure::new(trouble, self.to_string()));
        match self {
            Fault::Input(faults) => Some(Failure {
                trouble: Trouble::Input,
                reason: faults.to_string(),
                faults: faults.iter().cloned().collect(),
            }),
            Fault::Refused(_) => said(Trouble::Training),
            Fault::Store(store::Fault::Taken) => said(Trouble::Taken),
            Fault::Store(store::Fault::Retired) => said(Trouble::Retired),
            Fault::Store(store::Fault::Gone | store::Fault::Missing) => {
                Some(Failure::new(Trouble::Gone, "what it works on was deleted"))
            }
            // Somebody wrote at the same time; or the store is away.
            Fault::Store(store::Fault::Busy(_) | store::Fault::Changed) => None,
            Fault::Blob(blob::Fault::Broken(_) | blob::Fault::Store(store::Fault::Busy(_))) => None,
            Fault::Stopped => None,
            Fault::Store(store::Fault::Full(_)) | Fault::Blob(blob::Fault::Full(_) | blob::Fault::Quota) => {
                Some(Failure::new(Trouble::NoRoom, "the server has no room for it"))
            }
            Fault::Store(store::Fault::TooLong(_) | store::Fault::ReadOnly | store::Fault::Apart(_)) => {
                said(Trouble::Input)
            }
            Fault::GivenUp(_) => said(Trouble::Internal),
            Fault::Store(_) | Fault::Blob(_) | Fault::Broken(_) => {
                Some(Failure::new(Trouble::Internal, "the server has a fault of its own; see its log"))
            }
        }
    }
}

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
