//! Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the key of a request that is to be done
//! once however often it comes, and the fingerprint that tells whether another request with it is the same.
//!
//! What was done under a key is remembered elsewhere; nothing here keeps anything.

use super::{
    field,
    media::{Media, MediaType},
    problem::{Problem, kind},
};
use ::http::{HeaderMap, HeaderName, header};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write,
    sync::{Arc, Mutex},
};

/// Characters of a key.
const LONGEST: usize = 255;

/// Seconds after which it is worth asking again for what is at work.
const RETRY_AFTER_S: u64 = 1;

/// What an answer carries that is the first one once more: the name that clients know from elsewhere.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A key, chosen by the client, best a UUID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key of a request, if it has one; 400 if it is malformed.
    ///
    /// The draft demands a string in double quotes (RFC 8941 §3.3.3). Without them it is read too, since
    /// that is how most clients send it.
    pub fn of(headers: &HeaderMap) -> Result<Option<Key>, Problem> {
        let lines: Vec<&str> = field::lines(headers, &HeaderName::from_static("idempotency-key")).collect();
        let found = match lines.as_slice() {
            [] => return Ok(None),
            [line] => match text(line.trim_matches([' ', '\t'])) {
                Some(key) if (1..=LONGEST).contains(&key.len()) => return Ok(Some(Key(key))),
                Some(key) => format!("{} characters", key.len()),
                None => format!("{line:?}"),
            },
            several => format!("{} lines", several.len()),
        };
        let expected = format!("one line with a string of 1 to {LONGEST} characters");
        Err(Problem::malformed(format!("idempotency-key: expected {expected}, found {found}")))
    }

    /// What the key is known by: its SHA-256, hexadecimal. The key itself need not be kept.
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(&self.0))
    }
}

/// The text of a string in double quotes, whose parameters are ignored, or of a bare one.
fn text(line: &str) -> Option<String> {
    let Some(quoted) = line.strip_prefix('"') else {
        let bare = line.bytes().all(|b| b.is_ascii_graphic() && !b"\",;\\".contains(&b));
        return bare.then(|| line.to_string());
    };
    let (mut text, mut rest) = (String::new(), quoted.chars());
    loop {
        match rest.next()? {
            '"' => break,
            '\\' => text.push(rest.next().filter(|c| ['"', '\\'].contains(c))?),
            c => text.push(Some(c).filter(|c| *c == ' ' || c.is_ascii_graphic())?),
        }
    }
    let rest = rest.as_str().trim_start_matches(' ');
    (rest.is_empty() || rest.starts_with(';')).then_some(text)
}

/// Sees the content of a request go by and makes a fingerprint of it.
///
/// Query and media type belong to it. A form is told by its parts: a client that sends it again may well
/// put another boundary between them. Keyed with the key, which is kept nowhere: nobody can try passwords
/// on what is kept.
#[derive(Clone)]
pub struct Witness(Arc<Mutex<Hmac<Sha256>>>);

impl Witness {
    /// Of a request with this key, nothing of whose content has been seen.
    pub fn of(key: &Key, query: Option<&str>, headers: &HeaderMap) -> Option<Witness> {
        // HMAC takes a key of any length.
        let witness = Witness(Arc::new(Mutex::new(Hmac::new_from_slice(key.0.as_bytes()).ok()?)));
        let media = match MediaType::of(headers) {
            Ok(Some(named)) if named.media() == Some(Media::FormData) => named.essence().to_string(),
            Ok(named) => named.map_or_else(String::new, |named| named.to_string()),
            Err(malformed) => malformed.to_string(),
        };
        witness.word(query.unwrap_or_default());
        witness.word(&media);
        for coding in field::lines(headers, &header::CONTENT_ENCODING) {
            witness.word(coding);
        }
        Some(witness)
    }

    /// Sees a piece of the content, or of a part of it.
    pub fn piece(&self, bytes: &[u8]) {
        if let Ok(mut seen) = self.0.lock() {
            seen.update(bytes);
        }
    }

    /// Sees a part of a form begin or, with the number of bytes that it had, end.
    pub fn word(&self, word: &str) {
        self.piece(&(word.len() as u64).to_be_bytes());
        self.piece(word.as_bytes());
    }

    /// The fingerprint of what was seen so far, hexadecimal.
    pub fn fingerprint(&self) -> String {
        self.0.lock().map(|seen| hex(&seen.clone().finalize().into_bytes())).unwrap_or_default()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // A string takes whatever is written.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// 422: the key was used for another request.
pub fn reused() -> Problem {
    let detail =
        "expected the request that the key was first sent with, found another content, media type or query";
    Problem::new(&kind::KEY_REUSED, detail)
}

/// 409: the first request with the key is at work.
pub fn at_work() -> Problem {
    let detail = "expected the first request with this key to have been answered, found it at work";
    Problem::new(&kind::AT_WORK, detail).with_field(header::RETRY_AFTER, &RETRY_AFTER_S.to_string())
}

/// 409: what the key was for is done, but its answer is not kept; `location` is where it stands.
pub fn done(location: Option<&str>) -> Problem {
    let detail = "expected a key that was not used, found one whose request was done; its answer is not kept";
    let problem = Problem::new(&kind::ALREADY_DONE, detail);
    match location {
        Some(location) => problem.with_field(header::LOCATION, location),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::http::HeaderValue;

    fn key(lines: &[&str]) -> Result<Option<String>, Problem> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("idempotency-key", HeaderValue::from_str(line).expect("a value"));
        }
        Key::of(&headers).map(|key| key.map(|key| key.0))
    }

    #[test]
    fn a_string_is_a_key_with_quotes_and_without() {
        let longest = "x".repeat(255);
        for (line, text) in [
            ("\"a b\"", "a b"),
            ("\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
            ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
            (" AbC+/= ", "AbC+/="),
            ("\"a\\\"b\\\\\"", "a\"b\\"),
            ("\"a\"; b=c", "a"),
            (&longest, &longest),
        ] {
            assert_eq!(key(&[line]).ok().flatten().as_deref(), Some(text), "{line}");
        }
        assert_eq!(key(&[]).ok(), Some(None));
    }

    #[test]
    fn what_is_no_string_or_too_long_is_no_key() {
        let (long, quoted) = ("x".repeat(256), format!("\"{}\"", "x".repeat(256)));
        for line in [
            "", "\"\"", "\"", "\"a", "a\"", "a b", "a,b", "a;b", "\"a\\b\"", "\"a\" b", "\u{e9}", &long,
            &quoted,
        ] {
            assert!(key(&[line]).is_err(), "{line}");
        }
        assert!(key(&["a", "a"]).is_err());
    }

    #[test]
    fn a_fingerprint_changes_with_the_content_the_media_type_the_query_and_the_key() {
        let of = |key: &str, query: Option<&str>, media: &'static str, content: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
            let witness = Witness::of(&Key(key.into()), query, &headers).expect("a witness");
            witness.piece(content);
            witness.fingerprint()
        };
        let first = of("k", None, "a/b", b"x");
        assert_eq!(first, of("k", None, "A/B", b"x"));
        for other in [
            of("l", None, "a/b", b"x"),
            of("k", Some("x"), "a/b", b"x"),
            of("k", None, "a/c", b"x"),
            of("k", None, "a/b; c=d", b"x"),
            of("k", None, "a/b", b"y"),
            of("k", None, "a/b", b""),
        ] {
            assert_ne!(first, other);
        }
    }
}
