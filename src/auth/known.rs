//! Whom credentials belong to, remembered: neither the database nor Argon2 is asked each time.
//!
//! Only successes, and no credentials: the key is their HMAC under a key that this process made and never
//! tells. What is remembered is out of date once the user, or one of their tokens, is changed: at once for
//! changes by this process, for others' as soon as their bump is heard, and in any case after five minutes.

use crate::{
    cache::{
        Cache,
        epoch::{Epoch, Mark},
        flight::{Flights, Turn},
    },
    domain::{Kind, tag::Tag, user::User},
};
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use quick_cache::sync;
use sha2::Sha256;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Credentials remembered at a time.
const MOST: usize = 10_000;
/// How long they are remembered, used or not.
const LONGEST: Duration = Duration::from_secs(300);
/// How long they are remembered unused.
const IDLE: Duration = Duration::from_secs(60);

/// What stands for credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

/// Whose credentials were good of late.
#[derive(Clone)]
pub struct Known(Arc<Inner>);

struct Inner {
    secret: Hmac<Sha256>,
    users: sync::Cache<Key, Arc<Remembered>>,
    cache: Arc<Cache>,
    judging: Flights,
}

struct Remembered {
    user: User,
    expires: Option<DateTime<Utc>>,
    since: Epoch,
    marks: Box<[Mark]>,
    at: Instant,
    /// Milliseconds from `at` to the last use.
    used_ms: AtomicU64,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("users", &self.0.users.len()).finish()
    }
}

impl Known {
    /// Nobody yet; changes are heard by `cache`'s clock. `secret` is random.
    pub fn new(secret: [u8; 64], cache: Arc<Cache>) -> Known {
        let secret = Hmac::new(&secret.into());
        Known(Arc::new(Inner { secret, users: sync::Cache::new(MOST), cache, judging: Flights::default() }))
    }

    /// What stands for credentials, given in parts: scheme, name, password.
    pub fn key(&self, parts: &[&str]) -> Key {
        let mut mac = self.0.secret.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Key(mac.finalize().into_bytes().into())
    }

    /// The moment before the database is asked about somebody.
    pub fn now(&self) -> Epoch {
        self.0.cache.now()
    }

    /// Whose credentials they are, and until when, if that is remembered and still true.
    pub fn user(&self, key: Key) -> Option<(User, Option<DateTime<Utc>>)> {
        let found = self.0.users.get(&key)?;
        let age = found.at.elapsed();
        let idle = age.saturating_sub(Duration::from_millis(found.used_ms.load(Ordering::Relaxed)));
        let ended = found.expires.is_some_and(|expires| expires <= Utc::now());
        if age > LONGEST || idle > IDLE || ended || self.0.cache.epochs().is_past(found.since, &found.marks) {
            self.0.users.remove(&key);
            return None;
        }
        found.used_ms.store(age.as_millis() as u64, Ordering::Relaxed);
        Some((found.user.clone(), found.expires))
    }

    /// Who finds out whose credentials they are: one at a time, for the others will know.
    pub fn turn(&self, key: Key) -> Turn {
        let Key([a, b, c, d, e, f, g, h, ..]) = key;
        self.0.judging.turn(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    /// Remembers whose credentials they are, as it was read after `since`, until they end.
    pub fn remember(&self, key: Key, user: &User, expires: Option<DateTime<Utc>>, since: Epoch) {
        let tag = Tag::item(Kind::User, user.id);
        let remembered = Remembered {
            user: user.clone(),
            expires,
            since,
            marks: self.0.cache.epochs().of(&[tag.as_str()]),
            at: Instant::now(),
            used_ms: AtomicU64::new(0),
        };
        self.0.users.insert(key, Arc::new(remembered));
    }
}
