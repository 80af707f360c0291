//! Digest fields (RFC 9530): the bytes of a representation, checkable by whoever stored it.
//! Entity tags, which name bytes but do not prove them, stand in [`super::etag`].

use super::field;
use ::http::HeaderValue;
use base64::{Engine, engine::general_purpose::STANDARD};

/// `Repr-Digest` or `Content-Digest`: `sha-256=:` base64 of the digest `:`.
pub fn value(sha256: &[u8; 32]) -> HeaderValue {
    field::value(&format!("sha-256=:{}:", STANDARD.encode(sha256)))
}
