//! Who sees a thing: everybody, those who know its address, or its owner alone.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Who sees a thing, each including the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Its owner, and administrators: to others it is not there.
    Private,
    /// Everybody who knows its address: no list, link or search of ours leads to it.
    Unlisted,
    /// Everybody.
    #[default]
    Public,
}

impl Visibility {
    /// Each, the most visible first.
    pub const ALL: [Visibility; 3] = [Visibility::Public, Visibility::Unlisted, Visibility::Private];

    /// The name used in documents and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Unlisted => "unlisted",
            Visibility::Private => "private",
        }
    }

    /// What it adds to the state of a thing: nothing of what is public, whose states are what they were before
    /// there was anything else.
    pub fn part(self) -> Option<&'static str> {
        (self != Visibility::Public).then(|| self.name())
    }
}

impl fmt::Display for Visibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Visibility {
    type Err = ();

    fn from_str(name: &str) -> Result<Visibility, ()> {
        Visibility::ALL.into_iter().find(|one| one.name() == name).ok_or(())
    }
}
