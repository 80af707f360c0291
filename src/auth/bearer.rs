//! Bearer tokens (RFC 6750): `alm_`, 30 base62 characters, 6 that check them.
//!
//! The check makes a mistyped or cut token known without asking the database, and lets secret
//! scanners find leaked ones.

use super::password::Fault;
use sha2::{Digest, Sha256};

const PREFIX: &str = "alm_";
const RANDOM: usize = 30;
const CHECK: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new token: 178 bits from the system's random source.
pub fn fresh() -> Result<String, Fault> {
    let random = random_text(RANDOM)?;
    Ok(format!("{PREFIX}{random}{}", check(&random)))
}

/// Random base62 characters.
pub fn random_text(length: usize) -> Result<String, Fault> {
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        getrandom::fill(&mut bytes).map_err(|error| Fault::Broken(error.to_string()))?;
        // 248 = 4 × 62: bytes above would make some characters likelier than others.
        let fair = bytes.iter().filter(|byte| **byte < 248).map(|byte| BASE62[(byte % 62) as usize] as char);
        text.extend(fair.take(length - text.len()));
    }
    Ok(text)
}

/// SHA-256 of a token's text, hexadecimal; `None` if it is not a whole token of ours.
pub fn digest(token: &str) -> Option<String> {
    let rest = token.strip_prefix(PREFIX)?;
    let (random, found) = rest.split_at_checked(RANDOM)?;
    if !rest.is_ascii() || found != check(random) {
        return None;
    }
    Some(Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// CRC-32 of the random part in base62.
fn check(random: &str) -> String {
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut digits = [b'0'; CHECK];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|digit| *digit as char).collect()
}
