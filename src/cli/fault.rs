//! Why a command failed, and its exit code.

use crate::{auth::password, blob, domain::fault as input, jobs, store};
use std::{fmt, process::ExitCode};

/// Faults of one input that are printed.
const SHOWN: usize = 10;

/// Why a command failed.
#[derive(Debug)]
pub struct Fault {
    code: u8,
    said: String,
}

impl Fault {
    /// 1: it did not work.
    pub fn failure(error: impl fmt::Display) -> Fault {
        Fault { code: 1, said: error.to_string() }
    }

    /// 2: it was called wrongly.
    pub fn usage(error: impl fmt::Display) -> Fault {
        Fault { code: 2, said: error.to_string() }
    }

    /// 3: there is no such thing.
    pub fn missing(what: impl fmt::Display) -> Fault {
        Fault { code: 3, said: format!("there is no {what}") }
    }

    /// 4: what was given is refused.
    pub fn refused(error: impl fmt::Display) -> Fault {
        Fault { code: 4, said: error.to_string() }
    }

    /// 5: it clashes with what is there.
    pub fn conflict(error: impl fmt::Display) -> Fault {
        Fault { code: 5, said: error.to_string() }
    }

    /// Whether it is about something that does not exist.
    pub fn is_missing(&self) -> bool {
        self.code == 3
    }

    /// The code of the process.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl From<store::Fault> for Fault {
    fn from(fault: store::Fault) -> Fault {
        use store::Fault::{
            Apart, Broken, Busy, Changed, Claimed, Full, Gone, InUse, Missing, ReadOnly, Retired, Taken,
            TooLong,
        };
        match &fault {
            Missing | Gone => Fault { code: 3, said: fault.to_string() },
            Changed | Taken | Retired | Claimed | InUse(_) => Fault::conflict(fault),
            TooLong(_) | ReadOnly | Apart(_) => Fault::refused(fault),
            Busy(_) | Full(_) | Broken(_) => Fault::failure(fault),
        }
    }
}

impl From<blob::Fault> for Fault {
    fn from(fault: blob::Fault) -> Fault {
        Fault::failure(fault)
    }
}

impl From<password::Fault> for Fault {
    fn from(fault: password::Fault) -> Fault {
        Fault::failure(fault)
    }
}

impl From<input::Faults> for Fault {
    fn from(faults: input::Faults) -> Fault {
        let mut lines: Vec<String> = faults.iter().take(SHOWN).map(ToString::to_string).collect();
        match faults.iter().count() {
            n if n >= input::MOST_FAULTS => lines.push("and many more".into()),
            n if n > SHOWN => lines.push(format!("and {} more", n - SHOWN)),
            _ => {}
        }
        Fault::refused(lines.join("\n  "))
    }
}

impl From<input::Fault> for Fault {
    fn from(fault: input::Fault) -> Fault {
        Fault::refused(fault)
    }
}

impl From<jobs::Fault> for Fault {
    fn from(fault: jobs::Fault) -> Fault {
        match fault {
            jobs::Fault::Input(faults) => faults.into(),
            jobs::Fault::Store(fault) => fault.into(),
            jobs::Fault::Blob(fault) => fault.into(),
            jobs::Fault::Refused(why) => Fault::refused(why),
            jobs::Fault::Stopped | jobs::Fault::GivenUp(_) | jobs::Fault::Broken(_) => Fault::failure(fault),
        }
    }
}
