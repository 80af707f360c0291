//! Prefer (RFC 7240): what a client would like, and need not get.

use super::{
    field::{self, Backslash},
    reply::{Content, Reply, Success},
};
use ::http::{HeaderMap, HeaderName, header};
use bytes::Bytes;

/// What an answer says was honoured (§3).
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What a write answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// As little as possible.
    Minimal,
    /// The resource as it is now.
    Representation,
}

impl Return {
    /// The answer to a write, as it was preferred. Of the least there is left what says where the resource
    /// stands and which state it has.
    pub fn apply(self, mut reply: Reply) -> Reply {
        if self == Return::Minimal {
            // They describe content (RFC 9110 §8.3, §8.4, §8.7).
            for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LOCATION] {
                reply.headers.remove(name);
            }
            reply.content = Content::Whole(Bytes::new());
            if reply.status == Success::Ok.code() {
                reply.status = Success::NoContent.code();
            }
        }
        reply.with(APPLIED, self.as_str())
    }

    /// As it stands in `Preference-Applied`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Return::Minimal => "return=minimal",
            Return::Representation => "return=representation",
        }
    }
}

/// The preferences that mean something here; others are ignored, as §2 demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prefer {
    /// `return=minimal` or `return=representation`.
    pub answer: Option<Return>,
    /// `respond-async`: 202 at once rather than the finished thing later.
    pub respond_async: bool,
    /// `wait=10`: how long the client is ready to wait.
    pub wait_s: Option<u32>,
}

impl Prefer {
    /// The answer to what was done in the background, which says so.
    ///
    /// `wait` bounds the time from above (§4.3): an answer after less has kept to it.
    pub fn apply_waiting(self, mut reply: Reply) -> Reply {
        if self.respond_async {
            reply = reply.with(APPLIED, "respond-async");
        }
        match self.wait_s {
            Some(wait) => reply.with(APPLIED, &format!("wait={wait}")),
            None => reply,
        }
    }

    /// Reads Prefer over all its lines; of a preference that is given twice the first counts (§2).
    pub fn of(headers: &HeaderMap) -> Prefer {
        let (mut prefer, mut seen) = (Prefer::default(), Vec::new());
        for member in field::members(headers, &HeaderName::from_static("prefer"), Backslash::Escapes) {
            let Some((name, value)) = preference(member) else { continue };
            if seen.contains(&name) {
                continue;
            }
            match name.as_str() {
                "return" if value.eq_ignore_ascii_case("minimal") => prefer.answer = Some(Return::Minimal),
                "return" if value.eq_ignore_ascii_case("representation") => {
                    prefer.answer = Some(Return::Representation)
                }
                "respond-async" if value.is_empty() => prefer.respond_async = true,
                "wait" => prefer.wait_s = value.parse().ok(),
                _ => {}
            }
            seen.push(name);
        }
        prefer
    }
}

/// Lower-case name and value of `name = value; parameters`; the value may be absent or quoted.
fn preference(member: &str) -> Option<(String, String)> {
    let preference = field::split(member, ';', Backslash::Escapes).next()?;
    let (name, value) = preference.split_once('=').unwrap_or((preference, "\"\""));
    let (name, value) = (name.trim_end_matches([' ', '\t']), value.trim_start_matches([' ', '\t']));
    Some((field::is_token(name).then(|| name.to_ascii_lowercase())?, field::unquoted(value)?.into_owned()))
}
