//! Slugs: how a thing is named in its URL.

use super::fault::{Fault, quoted};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Characters of a slug.
pub const LONGEST: usize = 100;

/// `[a-z0-9]([a-z0-9-]*[a-z0-9])?`, at most 100 characters; no dot, since `rain.csv` names a format.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slug(String);

impl Slug {
    /// A slug from a title: `A cold April!` gives `a-cold-april`.
    ///
    /// `None` if the title has no Latin letter or digit.
    pub fn from_title(title: &str) -> Option<Slug> {
        let mut slug = String::new();
        for c in title.nfkd().filter(|c| !is_combining_mark(*c)) {
            let c = c.to_ascii_lowercase();
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(LONGEST);
        let slug = slug.trim_end_matches('-');
        (!slug.is_empty()).then(|| Slug(slug.to_string()))
    }

    /// A slug from a title, or from its SHA-256 if no letter of it can stand in one: `article-90b1d2c4e5f6`.
    pub fn made(kind: &str, title: &str) -> Slug {
        Slug::from_title(title).unwrap_or_else(|| {
            let digest = Sha256::digest(title.as_bytes());
            let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            Slug(format!("{kind}-{hex}"))
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slug that a member of a document gives.
    pub fn at(pointer: &str, text: &str) -> Result<Slug, Fault> {
        text.parse().map_err(|()| {
            Fault::at(pointer, "lower-case letters, digits and single hyphens (at most 100)", quoted(text))
        })
    }
}

impl FromStr for Slug {
    type Err = ();

    fn from_str(text: &str) -> Result<Slug, ()> {
        let fine = !text.is_empty()
            && text.len() <= LONGEST
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !text.contains("--");
        if fine { Ok(Slug(text.to_string())) } else { Err(()) }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
