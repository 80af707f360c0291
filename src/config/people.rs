//! Settings about people: how passwords are checked, how long browsers stay signed in, how much one may ask for.

use rocket::figment::Profile;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// KiB of memory and passes that are advised (OWASP's Password Storage Cheat Sheet, Argon2id).
const LEAST: (usize, usize) = (19 * 1024, 2);

/// How passwords are checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Passwords {
    /// Characters; at least 8.
    pub min_password_length: usize,
    /// Argon2id memory in KiB; at least 19,456 in the release profile.
    pub memory_kib: u32,
    /// Argon2id passes; at least 2 in the release profile.
    pub passes: u32,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { min_password_length: 15, memory_kib: 19 * 1024, passes: 2 }
    }
}

impl Passwords {
    /// What is wrong with them. In earnest, in the release profile, a hash costs at least what is advised today.
    pub fn check(&self, profile: &Profile) -> Result<(), String> {
        let (memory_kib, passes) = if *profile == rocket::Config::RELEASE_PROFILE { LEAST } else { (8, 1) };
        let bounds = [
            ("min_password_length", self.min_password_length, 8),
            ("memory_kib", self.memory_kib as usize, memory_kib),
            ("passes", self.passes as usize, passes),
        ];
        match bounds.into_iter().find(|(_, found, least)| found < least) {
            Some((name, found, least)) => {
                Err(format!("passwords.{name}: expected at least {least}, found {found}"))
            }
            None => Ok(()),
        }
    }
}

/// How long browsers stay signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Sessions {
    /// Seconds after which a session ends that nobody used.
    pub idle_s: u32,
    /// Seconds after which it ends in any case.
    pub life_s: u32,
    /// Seconds after which one ends that somebody chose to keep, used or not.
    pub kept_s: u32,
}

impl Default for Sessions {
    fn default() -> Sessions {
        Sessions { idle_s: 12 * 3600, life_s: 7 * 86_400, kept_s: 30 * 86_400 }
    }
}

/// Where clients come from, and how often they may guess at passwords.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Clients {
    /// Whether they are held up who guess at passwords.
    pub limited: bool,
    /// Addresses of proxies whose `X-Forwarded-For` says where a request comes from.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Clients {
    fn default() -> Clients {
        Clients { limited: true, trusted_proxies: Vec::new() }
    }
}
