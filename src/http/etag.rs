//! Entity tags (RFC 9110 §8.8.3): how a representation is named by its bytes.
//!
//! Ours are strong and have two halves, `"<state>.<bytes>"`: the resource's content, the same in every
//! format, and the exact bytes sent. So somebody who read gzip HTML can edit the JSON-LD.
//! Only tags live here. Whether a tag satisfies a request is decided in [`super::precondition`].

use super::field::{self, Backslash};
use ::http::{HeaderMap, HeaderName, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::fmt;

/// 96 bits of a SHA-256: exactly 16 base64url characters, without padding or spare bits.
type Part = [u8; 12];

/// The state of a resource: what If-Match compares, kept by the store with its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State(Part);

impl State {
    /// The state of canonical content.
    pub fn of(content: &[u8]) -> State {
        State(shortened(&Sha256::digest(content).into()))
    }

    /// The state that 16 base64url characters spell.
    pub fn parse(text: &str) -> Option<State> {
        part(text).map(State)
    }

    /// A state as the store kept it.
    ///
    /// Text that spells no state is named by its digest: a damaged row still has a valid tag.
    pub fn stored(text: &str) -> State {
        State::parse(text).unwrap_or_else(|| State::of(text.as_bytes()))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// The strong entity tag of one representation; displayed with its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ETag {
    state: State,
    bytes: Part,
}

impl ETag {
    /// The tag of the exact bytes sent, content coding included.
    pub fn of(state: State, content: &[u8]) -> ETag {
        ETag::of_digest(state, &Sha256::digest(content).into())
    }

    /// The tag of bytes sent as a media type: JSON and JSON-LD of one document are two representations,
    /// though their bytes are the same (§8.8.1: a strong tag names one of them).
    pub fn of_typed(state: State, media_type: &str, content: &[u8]) -> ETag {
        let digest = Sha256::new().chain_update(media_type).chain_update([0]).chain_update(content);
        ETag::of_digest(state, &digest.finalize().into())
    }

    /// The tag of bytes whose SHA-256 is already known.
    pub fn of_digest(state: State, sha256: &[u8; 32]) -> ETag {
        ETag { state, bytes: shortened(sha256) }
    }

    /// The tag of a stream, whose bytes are not known first, by what determines them: media type,
    /// coding, canonical query, version of the renderer.
    ///
    /// Each part is hashed with its length, so that `ab, c` and `a, bc` differ.
    pub fn of_parts<'p>(state: State, parts: impl IntoIterator<Item = &'p str>) -> ETag {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        ETag::of_digest(state, &digest.finalize().into())
    }

    /// A tag of ours, with its quotes.
    pub fn parse(text: &str) -> Option<ETag> {
        let (state, bytes) = text.strip_prefix('"')?.strip_suffix('"')?.split_once('.')?;
        Some(ETag { state: State::parse(state)?, bytes: part(bytes)? })
    }

    /// The resource's half.
    pub fn state(&self) -> State {
        self.state
    }

    /// The `ETag` field.
    pub fn value(&self) -> HeaderValue {
        field::value(&self.to_string())
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}.{}\"", self.state, URL_SAFE_NO_PAD.encode(self.bytes))
    }
}

/// Any server's entity tag, as a client sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    weak: bool,
    opaque: String,
}

impl Tag {
    /// A whole tag: `"x"` or `W/"x"`; the `W` is upper case.
    ///
    /// Wider than the grammar by the space, which some proxies let through: it matches no tag of ours.
    pub fn parse(text: &str) -> Option<Tag> {
        let (weak, rest) = text.strip_prefix("W/").map_or((false, text), |rest| (true, rest));
        let opaque = rest.strip_prefix('"')?.strip_suffix('"')?;
        let fine = opaque.chars().all(|c| c != '"' && !c.is_control());
        fine.then(|| Tag { weak, opaque: opaque.to_string() })
    }

    /// Whether it is strong, and of a resource in that state: what If-Match asks, for a tag that stands in a body.
    pub fn names_strongly(&self, state: State) -> bool {
        !self.weak && self.names(state)
    }

    /// Strong comparison (§8.8.3.2): equal, and both strong.
    pub fn equals_strongly(&self, other: &Tag) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }

    /// Weak comparison (§8.8.3.2): equal, weak or not.
    pub fn equals_weakly(&self, other: &Tag) -> bool {
        self.opaque == other.opaque
    }

    /// Whether this is a tag of ours, as sent or weakened, of a resource in that state.
    ///
    /// What follows the state is not looked at, so a suffix that a proxy added is no obstacle, and
    /// `"<state>"` alone, which a 412 answers to a write, is enough.
    fn names(&self, state: State) -> bool {
        State::parse(self.opaque.split('.').next().unwrap_or_default()) == Some(state)
    }
}

impl From<ETag> for Tag {
    fn from(tag: ETag) -> Tag {
        Tag { weak: false, opaque: tag.to_string().trim_matches('"').to_string() }
    }
}

/// The value of If-Match or If-None-Match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tags {
    /// `*`: any current representation.
    Any,
    /// A list of tags; it may be empty.
    List {
        /// The well-formed members.
        tags: Vec<Tag>,
        /// Whether there was another member. Such a member matches nothing; whether that may let a
        /// request through is the caller's question.
        malformed: bool,
    },
}

impl Tags {
    /// The tags in a field over all its lines; `None` if the field is absent.
    ///
    /// Empty members are skipped. `*` is [`Tags::Any`] only if it stands alone, else malformed.
    pub fn of(headers: &HeaderMap, name: &HeaderName) -> Option<Tags> {
        headers.contains_key(name).then(|| {
            let members: Vec<&str> = field::members(headers, name, Backslash::Plain).collect();
            if members == ["*"] {
                return Tags::Any;
            }
            let tags: Vec<Tag> = members.iter().filter_map(|member| Tag::parse(member)).collect();
            let malformed = tags.len() < members.len();
            Tags::List { tags, malformed }
        })
    }

    /// Whether a member could not be read.
    pub fn is_malformed(&self) -> bool {
        matches!(self, Tags::List { malformed: true, .. })
    }

    /// Whether the representation with this tag is meant, compared weakly: for If-None-Match.
    pub fn contain(&self, tag: ETag) -> bool {
        let tag = Tag::from(tag);
        self.any(|other| other.equals_weakly(&tag))
    }

    /// Whether some representation of a resource in this state is meant; a weak tag never is: for
    /// If-Match.
    pub fn name_strongly(&self, state: State) -> bool {
        self.any(|tag| tag.names_strongly(state))
    }

    /// As [`Tags::name_strongly`], weak tags too: for If-None-Match on a write.
    pub fn name_weakly(&self, state: State) -> bool {
        self.any(|tag| tag.names(state))
    }

    fn any(&self, test: impl Fn(&Tag) -> bool) -> bool {
        match self {
            Tags::Any => true,
            Tags::List { tags, .. } => tags.iter().any(test),
        }
    }
}

fn part(text: &str) -> Option<Part> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn shortened(sha256: &[u8; 32]) -> Part {
    let mut part = Part::default();
    part.copy_from_slice(&sha256[..12]);
    part
}
