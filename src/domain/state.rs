//! The state of a resource, named by its content.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::fmt;

/// 16 base64url characters of the SHA-256 of a resource's canonical content.
///
/// The same content has the same state in every version, format and replica; it is the first half
/// of the resource's entity tags and is kept with its row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State(String);

impl State {
    /// The state of content given as parts in a fixed order.
    ///
    /// Each part is hashed with its length, so that `ab, c` and `a, bc` differ.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> State {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        State(URL_SAFE_NO_PAD.encode(&digest.finalize()[..12]))
    }

    /// A part that may be absent: an absent text and an empty one are two contents.
    pub fn maybe(text: Option<&str>) -> [&str; 2] {
        text.map_or(["", ""], |text| ["+", text])
    }

    /// A state as the store kept it.
    pub fn stored(text: String) -> State {
        State(text)
    }

    /// The 16 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
