//! Cache-Control (RFC 9111 §5.2): of answers, the directives, always in one order; of requests, what
//! they say about stored answers.
//!
//! How long which resource stays fresh is `represent/policy.rs`. There is no `public`: beside explicit
//! freshness it adds nothing, and on an authorised answer it would hand one reader's bytes to all.

use super::field::{self, Backslash};
use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use std::fmt;

/// The directives of one answer; a private or unstorable one has none that speak to shared caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CacheControl {
    max_age_s: Option<u32>,
    s_maxage_s: Option<u32>,
    stale_while_revalidate_s: Option<u32>,
    stale_if_error_s: Option<u32>,
    private: bool,
    no_cache: bool,
    no_store: bool,
    immutable: bool,
}

/// Whether an answer with this field is for one reader, and no cache may give it to another.
pub fn is_for_one(text: &str) -> bool {
    text.split(',').any(|directive| matches!(directive.trim(), "private" | "no-store"))
}

impl CacheControl {
    /// Fresh in every cache for `max_age_s` seconds.
    pub const fn fresh(max_age_s: u32) -> CacheControl {
        CacheControl { max_age_s: Some(max_age_s), ..CacheControl::nothing() }
    }

    /// For one reader's own cache, asked about each time: `private, no-cache`.
    pub const fn private() -> CacheControl {
        CacheControl { private: true, no_cache: true, ..CacheControl::nothing() }
    }

    /// For one reader, and kept nowhere: `private, no-store`.
    pub const fn personal() -> CacheControl {
        CacheControl { private: true, no_store: true, ..CacheControl::nothing() }
    }

    /// Kept, and asked about each time: `no-cache`.
    pub const fn no_cache() -> CacheControl {
        CacheControl { no_cache: true, ..CacheControl::nothing() }
    }

    /// Kept nowhere: `no-store`.
    pub const fn no_store() -> CacheControl {
        CacheControl { no_store: true, ..CacheControl::nothing() }
    }

    /// Fresh in shared caches for this long instead.
    pub const fn shared(mut self, s_maxage_s: u32) -> CacheControl {
        self.s_maxage_s = Some(s_maxage_s);
        self
    }

    /// Once stale, served for so much longer while a cache asks again (RFC 5861 §3).
    pub const fn stale_while_revalidate(mut self, seconds: u32) -> CacheControl {
        self.stale_while_revalidate_s = Some(seconds);
        self
    }

    /// Once stale, served for so much longer while we answer with errors (RFC 5861 §4).
    pub const fn stale_if_error(mut self, seconds: u32) -> CacheControl {
        self.stale_if_error_s = Some(seconds);
        self
    }

    /// Never asked about again while fresh (RFC 8246): for URLs that name their content.
    pub const fn immutable(mut self) -> CacheControl {
        self.immutable = true;
        self
    }

    /// Whether a cache that serves several readers may keep the answer.
    pub const fn is_shareable(self) -> bool {
        !self.private && !self.no_store
    }

    /// How long, in seconds, a stale answer is better than an error (RFC 5861 §4).
    pub fn stale_if_error_s(self) -> u32 {
        self.stale_if_error_s.unwrap_or_default()
    }

    /// How long, in seconds, an answer may be given while nobody can be asked: as long as a shared cache
    /// would take it for fresh, or for better than an error (RFC 5861 §4), whichever is longer.
    pub fn outlasts_s(self) -> u32 {
        let fresh = self.s_maxage_s.or(self.max_age_s);
        fresh.max(self.stale_if_error_s).unwrap_or_default()
    }

    /// The `Cache-Control` field.
    pub fn value(self) -> HeaderValue {
        field::value(&self.to_string())
    }

    const fn nothing() -> CacheControl {
        CacheControl {
            max_age_s: None,
            s_maxage_s: None,
            stale_while_revalidate_s: None,
            stale_if_error_s: None,
            private: false,
            no_cache: false,
            no_store: false,
            immutable: false,
        }
    }
}

impl fmt::Display for CacheControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = |seconds: Option<u32>| seconds.filter(|_| self.is_shareable());
        let timed = [
            ("max-age", self.max_age_s.filter(|_| !self.no_store)),
            ("s-maxage", shared(self.s_maxage_s)),
            ("stale-while-revalidate", shared(self.stale_while_revalidate_s)),
            ("stale-if-error", shared(self.stale_if_error_s)),
        ];
        let plain = [
            ("private", self.private),
            ("no-cache", self.no_cache),
            ("no-store", self.no_store),
            ("immutable", self.immutable && !self.no_store),
        ];
        let timed = timed.iter().filter_map(|(name, s)| s.map(|s| format!("{name}={s}")));
        let plain = plain.iter().filter(|(_, said)| *said).map(|(name, _)| name.to_string());
        f.write_str(&timed.chain(plain).collect::<Vec<_>>().join(", "))
    }
}

/// What the request says about stored answers (RFC 9111 §5.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// A stored answer will do; `max-age` is no matter, since ours are never older than the resource.
    Use,
    /// `no-cache` (also as Pragma, §5.4): it must be made anew, and may then be kept.
    Renew,
    /// `no-store`: made anew, and not kept.
    Forgo,
}

impl Reuse {
    /// Reads Cache-Control, or Pragma where there is none.
    pub fn of(headers: &HeaderMap) -> Reuse {
        let members = |name: &HeaderName| {
            field::members(headers, name, Backslash::Escapes)
                .map(|member| member.split('=').next().unwrap_or_default().to_ascii_lowercase())
                .collect::<Vec<_>>()
        };
        let directives = match headers.contains_key(header::CACHE_CONTROL) {
            true => members(&header::CACHE_CONTROL),
            false if headers.contains_key(header::PRAGMA) => members(&header::PRAGMA),
            false => return Reuse::Use,
        };
        let says = |wanted: &str| directives.iter().any(|directive| directive == wanted);
        match (says("no-store"), says("no-cache")) {
            (true, _) => Reuse::Forgo,
            (false, true) => Reuse::Renew,
            (false, false) => Reuse::Use,
        }
    }
}
