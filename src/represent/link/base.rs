//! Where the server is reached.

use crate::represent::vocab;
use std::sync::OnceLock;

/// Where the server is reached, without trailing slash: what every link begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    url: String,
    /// Hashes of the documents that every other one refers to, which name the server: see [`vocab`].
    hashes: OnceLock<vocab::Hashes>,
}

impl Base {
    /// The base of a `public_url`.
    pub fn new(public_url: &str) -> Base {
        Base { url: public_url.trim_end_matches('/').to_string(), hashes: OnceLock::new() }
    }

    /// The absolute URL of a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        [&self.url, path].concat()
    }

    /// The path of an absolute URL of this server; `None` for others.
    pub fn path_of<'a>(&self, url: &'a str) -> Option<&'a str> {
        let rest = url.strip_prefix(&self.url)?;
        if rest.is_empty() { Some("/") } else { rest.starts_with('/').then_some(rest) }
    }

    /// Hashes of the context and of the vocabulary as they are here.
    pub fn hashes(&self) -> &vocab::Hashes {
        self.hashes.get_or_init(|| vocab::Hashes::of(self))
    }

    /// Path that the base itself has, without trailing slash: `` or `/data`.
    pub fn prefix(&self) -> &str {
        let after_scheme = self.url.find("://").map_or(0, |at| at + 3);
        self.url[after_scheme..].find('/').map_or("", |at| &self.url[after_scheme + at..])
    }
}
