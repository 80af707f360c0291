//! Stored answers (RFC 9111 §3): a 200 with all its fields, given again to whoever asks the same.
//! Who keeps them and for how long is decided in `cache/`; only what one request gets of one answer is here.

use super::{
    coding::Wish,
    etag::ETag,
    media::Media,
    precondition::{Current, Outcome, Preconditions},
};
use ::http::{HeaderMap, HeaderName, Method, header};
use bytes::Bytes;
use std::sync::Arc;

/// Fields that speak of the content, which a 304 does not have (RFC 9110 §15.4.5).
pub const OF_CONTENT: [HeaderName; 3] =
    [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LENGTH];

/// A 200 to a GET, complete.
#[derive(Debug, Clone)]
pub struct Stored {
    tag: ETag,
    last_modified_ms: Option<i64>,
    /// Those that a 304 has too first.
    fields: Box<[(HeaderName, Arc<str>)]>,
    shared: usize,
    content: Bytes,
}

/// What a request gets of a stored answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// 200.
    Whole,
    /// 304.
    NotModified,
}

impl Stored {
    /// An answer as it was sent first: its tag, when the resource changed last, its fields and content.
    pub fn new(tag: ETag, last_modified_ms: Option<i64>, fields: &HeaderMap, content: &[u8]) -> Stored {
        let text = |name: &HeaderName| OF_CONTENT.contains(name);
        let lines = |wanted: bool| fields.iter().filter(move |(name, _)| text(name) == wanted);
        let line = |(name, value): (&HeaderName, &::http::HeaderValue)| {
            // Ours are printable ASCII (`field::value`).
            (name.clone(), Arc::from(String::from_utf8_lossy(value.as_bytes())))
        };
        let mut all: Vec<(HeaderName, Arc<str>)> = lines(false).map(line).collect();
        let shared = all.len();
        all.extend(lines(true).map(line));
        // A copy of its own: a buffer that grew while it was written may be twice as large as what is in it.
        let content = Bytes::copy_from_slice(content);
        Stored { tag, last_modified_ms, fields: all.into(), shared, content }
    }

    /// Another answer with the same fields, in their order, but for their values.
    pub fn recast(&self, tag: ETag, values: impl Iterator<Item = Arc<str>>, content: Bytes) -> Stored {
        let names = self.fields.iter().map(|(name, _)| name.clone());
        Stored { tag, fields: names.zip(values).collect(), content, ..*self }
    }

    /// The same, its content a copy of its own: see [`Stored::new`].
    pub fn copied(&self) -> Stored {
        Stored { content: Bytes::copy_from_slice(&self.content), ..self.clone() }
    }

    /// The same without its content.
    pub fn bare(self) -> Stored {
        Stored { content: Bytes::new(), ..self }
    }

    /// Its field lines.
    pub fn lines(&self) -> &[(HeaderName, Arc<str>)] {
        &self.fields
    }

    /// What a GET or HEAD with these fields gets of it; `None` for what is neither 200 nor 304 (412).
    pub fn given(&self, method: &Method, headers: &HeaderMap) -> Option<Given> {
        if !is_conditional(headers) {
            return Some(Given::Whole);
        }
        let current = Current::representation(self.tag, self.last_modified_ms);
        match Preconditions::from(headers).evaluate(method, Some(&current)) {
            Outcome::Proceed => Some(Given::Whole),
            Outcome::NotModified => Some(Given::NotModified),
            Outcome::Failed => None,
        }
    }

    /// The field lines of that answer.
    pub fn fields(&self, given: Given) -> impl Iterator<Item = (&str, &str)> {
        let count = match given {
            Given::Whole => self.fields.len(),
            Given::NotModified => self.shared,
        };
        self.fields[..count].iter().map(|(name, value)| (name.as_str(), &**value))
    }

    /// The content of that answer.
    pub fn content(&self, given: Given) -> Bytes {
        match given {
            Given::Whole => self.content.clone(),
            Given::NotModified => Bytes::new(),
        }
    }

    /// Bytes that it takes in memory, about.
    pub fn size(&self) -> usize {
        let fields: usize =
            self.fields.iter().map(|(name, value)| name.as_str().len() + value.len() + 48).sum();
        size_of::<Stored>() + fields + self.content.len()
    }
}

fn is_conditional(headers: &HeaderMap) -> bool {
    [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_MATCH, header::IF_UNMODIFIED_SINCE]
        .iter()
        .any(|name| headers.contains_key(name))
}

/// Which of the representations at one URL: media type, and what decides about the coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Variant {
    /// The media type.
    pub media: Media,
    /// The codings that the client takes.
    pub wish: Wish,
}
