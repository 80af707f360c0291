//! Cache-Control of answers (RFC 9111 §5.2.2): the directives, always in one order.
//!
//! How long which resource stays fresh is `represent/policy.rs`. There is no `public`: beside explicit
//! freshness it adds nothing, and on an authorised answer it would hand one reader's bytes to all.

use super::field;
use ::http::HeaderValue;
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

impl CacheControl {
    /// Fresh in every cache for `max_age_s` seconds.
    pub const fn fresh(max_age_s: u32) -> CacheControl {
        CacheControl { max_age_s: Some(max_age_s), ..CacheControl::nothing() }
    }

    /// For one reader's own cache, asked about each time: `private, no-cache`.
    pub const fn private() -> CacheControl {
        CacheControl { private: true, no_cache: true, ..CacheControl::nothing() }
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
