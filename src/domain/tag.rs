//! Tags: what a representation depends on, by name.
//!
//! A write names the tags of what it changed; whoever keeps a representation forgets those that have
//! one of them. `store` says which write changes what, `represent/policy.rs` what an answer depends on.

use super::Kind;
use std::fmt;

/// The name of something that representations depend on: `article:rain`, `list:articles`.
///
/// Letters, digits, `:`, `-` and `_` alone: tags stand beside each other in fields, separated by spaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(String);

impl Tag {
    /// The entry points: they change with a release.
    pub fn entry() -> Tag {
        Tag("entry".into())
    }

    /// Contexts, vocabulary, documentation: they change with a release.
    pub fn schema() -> Tag {
        Tag("schema".into())
    }

    /// Every page of the collection of all things of a kind.
    pub fn list(kind: Kind) -> Tag {
        Tag(format!("list:{}s", kind.name()))
    }

    /// Something that was seen is seen no longer by all who saw it: what is out of date is not even better than
    /// an error.
    pub fn hidden() -> Tag {
        Tag("hidden".into())
    }

    /// One thing, and whatever belongs to it: rows and revisions of a dataset, versions of a model.
    pub fn item(kind: Kind, name: impl fmt::Display) -> Tag {
        Tag(format!("{}:{name}", kind.name()))
    }

    /// A session of a browser: a line of what was done names it.
    pub fn session(id: i64) -> Tag {
        Tag(format!("session:{id}"))
    }

    /// A sign-in that was refused: as somebody, or as nobody known. Never the text that was typed, which may be
    /// a password.
    pub fn refused(name: Option<&str>) -> Tag {
        Tag(format!("refused:{}", name.unwrap_or("nobody")))
    }

    /// A tag as it was written; `None` for text that is none.
    pub fn parse(text: &str) -> Option<Tag> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
        (!text.is_empty() && text.chars().all(fine)).then(|| Tag(text.into()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
