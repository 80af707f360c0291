//! Conditional requests (RFC 9110 §13): whether a request applies to the state that a resource has now.
//!
//! All four fields and their order (§13.2.2) stand in [`Preconditions::evaluate`]; Range and If-Range,
//! its last step, in [`super::range`]. The caller keeps §13.2.1: preconditions count only where the
//! answer would be 2xx without them, and before the content is read. For a write this judgement is an
//! early answer only: the store compares the state again, in the statement that writes.

use super::{
    date,
    etag::{ETag, State, Tags},
};
use ::http::{HeaderMap, Method, header};

/// What a resource is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    state: State,
    tag: Option<ETag>,
    last_modified_ms: Option<i64>,
}

impl Current {
    /// A resource whose selected representation is known: for reads.
    pub fn representation(tag: ETag, last_modified_ms: Option<i64>) -> Current {
        Current { state: tag.state(), tag: Some(tag), last_modified_ms }
    }

    /// A resource of which only the state is known, because nothing was rendered: for writes.
    pub fn resource(state: State, last_modified_ms: Option<i64>) -> Current {
        Current { state, tag: None, last_modified_ms }
    }

    /// The state that If-Match is compared with.
    pub fn state(&self) -> State {
        self.state
    }

    /// The selected representation's tag, where it is known.
    pub fn tag(&self) -> Option<ETag> {
        self.tag
    }

    /// What to send in If-Match: the tag, or `"<state>"` where nothing was rendered.
    pub fn name(&self) -> String {
        self.tag.map_or_else(|| format!("\"{}\"", self.state), |tag| tag.to_string())
    }

    /// HTTP-date has no parts of a second: two changes in one second look like one.
    fn last_modified_s(&self) -> Option<i64> {
        self.last_modified_ms.map(|ms| ms.div_euclid(1000))
    }
}

/// What preconditions say about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They hold, or there are none: do what the method says.
    Proceed,
    /// 304: the client has the representation.
    NotModified,
    /// 412: the resource is not as the client believes; nothing may change.
    Failed,
}

/// The conditional fields of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preconditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
    if_modified_since_s: Option<i64>,
    if_unmodified_since_s: Option<i64>,
}

impl From<&HeaderMap> for Preconditions {
    fn from(headers: &HeaderMap) -> Preconditions {
        Preconditions {
            if_match: Tags::of(headers, &header::IF_MATCH),
            if_none_match: Tags::of(headers, &header::IF_NONE_MATCH),
            if_modified_since_s: date::seconds(headers, &header::IF_MODIFIED_SINCE),
            if_unmodified_since_s: date::seconds(headers, &header::IF_UNMODIFIED_SINCE),
        }
    }
}

impl Preconditions {
    /// Whether a write that these let through cannot overwrite what its client has not seen: If-Match,
    /// or `If-None-Match: *`. Without it the answer is 428 where the setting `require_if_match` is on.
    ///
    /// If-Unmodified-Since does not count: it cannot tell two writes in one second apart.
    pub fn guard_state(&self) -> bool {
        self.if_match.is_some() || self.if_none_match == Some(Tags::Any)
    }

    /// Whether any of them names a state: without one a POST need not look at its collection, which has no
    /// date.
    pub fn name_a_state(&self) -> bool {
        self.if_match.is_some() || self.if_none_match.is_some()
    }

    /// Whether there are any.
    pub fn is_any(&self) -> bool {
        self.name_a_state() || self.if_modified_since_s.is_some() || self.if_unmodified_since_s.is_some()
    }

    /// Evaluates all fields in the order of §13.2.2; `current` is `None` if there is no such resource.
    ///
    /// A malformed tag matches nothing. Where that alone would let a write through (If-None-Match), the
    /// write fails instead: its client wanted a guard. Malformed dates are ignored, as §13.1.3 demands.
    /// Methods that neither read nor change a representation (OPTIONS, TRACE, CONNECT) always proceed.
    pub fn evaluate(&self, method: &Method, current: Option<&Current>) -> Outcome {
        if [Method::OPTIONS, Method::TRACE, Method::CONNECT].contains(method) {
            return Outcome::Proceed;
        }
        if !self.is_as_expected(current) {
            return Outcome::Failed;
        }
        if [Method::GET, Method::HEAD].contains(method) {
            if self.is_known(current) { Outcome::NotModified } else { Outcome::Proceed }
        } else if self.is_unwanted(current) {
            Outcome::Failed
        } else {
            Outcome::Proceed
        }
    }

    /// Steps 1 and 2: If-Match, or else If-Unmodified-Since.
    fn is_as_expected(&self, current: Option<&Current>) -> bool {
        if let Some(tags) = &self.if_match {
            return current.is_some_and(|current| tags.name_strongly(current.state));
        }
        match (self.if_unmodified_since_s, current.and_then(Current::last_modified_s)) {
            (Some(since), Some(modified)) => modified <= since,
            _ => true,
        }
    }

    /// Steps 3 and 4 of a read: If-None-Match, or else If-Modified-Since, says the client has it.
    fn is_known(&self, current: Option<&Current>) -> bool {
        let Some(current) = current else { return false };
        if let Some(tags) = &self.if_none_match {
            return *tags == Tags::Any || current.tag.is_some_and(|tag| tags.contain(tag));
        }
        match (self.if_modified_since_s, current.last_modified_s()) {
            (Some(since), Some(modified)) => modified <= since,
            _ => false,
        }
    }

    /// Step 3 of a write: If-None-Match names what is there, in any representation of it.
    fn is_unwanted(&self, current: Option<&Current>) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| {
            tags.is_malformed() || current.is_some_and(|current| tags.name_weakly(current.state))
        })
    }
}
