//! Range requests (RFC 9110 §14): which bytes of a representation a GET asks for.
//!
//! Only for representations whose bytes are known and never coded: artifacts and message contents.
//! Ranges that overlap or touch become one. Several that stay apart are sent as parts of one content
//! (§14.6), unless the whole is no longer than that: no request is answered with more bytes than the
//! representation has.

use super::{
    etag::{ETag, Tag},
    field,
    media::Media,
};
use ::http::{HeaderMap, HeaderValue, Method, header};

/// Ranges looked at in one field; with more of them it is ignored.
const MOST: usize = 16;

/// Bytes `first` to `last`, both included; `first <= last` always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteRange {
    first: u64,
    last: u64,
}

impl ByteRange {
    /// The first byte, from 0.
    pub fn first(self) -> u64 {
        self.first
    }

    /// The last byte.
    pub fn last(self) -> u64 {
        self.last
    }

    /// How many bytes; Content-Length of the 206.
    #[expect(clippy::len_without_is_empty, reason = "a range has at least one byte")]
    pub fn len(self) -> u64 {
        self.last - self.first + 1
    }

    /// `Content-Range` of the 206: `bytes 0-4/10`; `length` is the whole representation's.
    pub fn content_range(self, length: u64) -> HeaderValue {
        field::value(&format!("bytes {}-{}/{length}", self.first, self.last))
    }
}

/// `Content-Range` of a 416: `bytes */10`.
pub fn unsatisfied(length: u64) -> HeaderValue {
    field::value(&format!("bytes */{length}"))
}

/// What to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Everything, with 200.
    Whole,
    /// These bytes, with 206.
    Part(ByteRange),
    /// Each of these, as [`Parts`], with 206: two or more, apart from each other, in the order asked for.
    Parts(Vec<ByteRange>),
    /// Nothing: no range begins within the representation, 416.
    Unsatisfiable,
}

/// What a request that passed its preconditions gets of a representation of `length` bytes.
///
/// Range is ignored for methods other than GET, for units other than bytes, when malformed or repeated,
/// and when If-Range does not name exactly this representation. Nothing can be cut out of nothing: of an
/// empty one a suffix is the whole, anything else unsatisfiable.
pub fn select(method: &Method, headers: &HeaderMap, tag: ETag, length: u64) -> Selection {
    if *method != Method::GET || !is_same(headers, tag) {
        return Selection::Whole;
    }
    let ranges = field::single(headers, &header::RANGE).and_then(|value| satisfiable(value, length));
    match ranges {
        None => Selection::Whole,
        Some(ranges) if ranges.is_empty() => Selection::Unsatisfiable,
        Some(ranges) => match joined(ranges).as_slice() {
            [part] => Selection::Part(*part),
            parts => Selection::Parts(parts.to_vec()),
        },
    }
}

/// Several ranges as one content: `multipart/byteranges` (§14.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    boundary: String,
    /// What stands before the bytes of each range.
    parts: Vec<(String, ByteRange)>,
}

impl Parts {
    /// Ranges of a representation with that tag, media type and length; `None` where the whole is no
    /// longer than its parts.
    ///
    /// The boundary is made of the tag: equal requests get equal bytes, and nobody can write bytes that
    /// hold the digest of themselves.
    pub fn of(ranges: &[ByteRange], tag: ETag, media_type: &str, length: u64) -> Option<Parts> {
        let name: String = tag.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
        let boundary = format!("almanac-{name}");
        let head = |range: &ByteRange| {
            let (first, last) = (range.first, range.last);
            let fields =
                format!("Content-Type: {media_type}\r\nContent-Range: bytes {first}-{last}/{length}");
            (format!("\r\n--{boundary}\r\n{fields}\r\n\r\n"), *range)
        };
        let parts = Parts { parts: ranges.iter().map(head).collect(), boundary };
        (parts.len() < length).then_some(parts)
    }

    /// What stands before each range, and the range.
    pub fn parts(&self) -> impl Iterator<Item = (&str, ByteRange)> {
        self.parts.iter().map(|(head, range)| (head.as_str(), *range))
    }

    /// What stands behind the last one.
    pub fn end(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }

    /// `Content-Type` of the 206.
    pub fn content_type(&self) -> HeaderValue {
        field::value(&format!("{}; boundary={}", Media::ByteRanges, self.boundary))
    }

    /// Bytes in all.
    #[expect(clippy::len_without_is_empty, reason = "there are two parts at least")]
    pub fn len(&self) -> u64 {
        let parts: u64 = self.parts.iter().map(|(head, range)| head.len() as u64 + range.len()).sum();
        parts + self.end().len() as u64
    }
}

/// If-Range (§13.1.5): absent, or the strong tag of exactly these bytes.
///
/// A date never is: it is strong only if nothing changed twice in its second, which we do not record.
fn is_same(headers: &HeaderMap, tag: ETag) -> bool {
    let named = || field::single(headers, &header::IF_RANGE).and_then(Tag::parse);
    !headers.contains_key(header::IF_RANGE) || named().is_some_and(|named| named.equals_strongly(&tag.into()))
}

/// The ranges that begin within the representation; `None` if the field is to be ignored.
fn satisfiable(value: &str, length: u64) -> Option<Vec<ByteRange>> {
    let (unit, set) = value.split_once('=')?;
    let members: Vec<&str> = set
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty())
        .collect();
    if !unit.eq_ignore_ascii_case("bytes") || members.is_empty() || members.len() > MOST {
        return None;
    }
    let specified = members.into_iter().map(|member| range(member, length)).collect::<Option<Vec<_>>>()?;
    if length == 0 && specified.contains(&Spec::Everything) {
        return None;
    }
    Some(specified.into_iter().filter_map(|spec| spec.within(length)).collect())
}

/// One member of a range set, measured against a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spec {
    Everything,
    Between(u64, u64),
    Nothing,
}

impl Spec {
    fn within(self, length: u64) -> Option<ByteRange> {
        match self {
            Spec::Everything => Some(ByteRange { first: 0, last: length.checked_sub(1)? }),
            Spec::Between(first, last) if first < length => {
                Some(ByteRange { first, last: last.min(length - 1) })
            }
            Spec::Between(..) | Spec::Nothing => None,
        }
    }
}

/// `1-2`, `1-` or `-2`; `None` if it is malformed.
fn range(member: &str, length: u64) -> Option<Spec> {
    let (first, last) = member.split_once('-')?;
    match (first, last) {
        ("", suffix) => Some(match position(suffix)? {
            0 => Spec::Nothing,
            count if count >= length => Spec::Everything,
            count => Spec::Between(length - count, length - 1),
        }),
        (first, "") => Some(Spec::Between(position(first)?, u64::MAX)),
        (first, last) => {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then_some(Spec::Between(first, last))
        }
    }
}

/// A number of any length; beyond 64 bits it is beyond every representation.
fn position(digits: &str) -> Option<u64> {
    let fine = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    fine.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// The ranges that they make up together, each where the first of those in it was asked for.
fn joined(ranges: Vec<ByteRange>) -> Vec<ByteRange> {
    let mut asked: Vec<(ByteRange, usize)> = ranges.into_iter().zip(0..).collect();
    asked.sort_unstable();
    let mut apart: Vec<(ByteRange, usize)> = Vec::with_capacity(asked.len());
    for (next, place) in asked {
        match apart.last_mut() {
            Some((whole, first)) if next.first <= whole.last.saturating_add(1) => {
                whole.last = whole.last.max(next.last);
                *first = place.min(*first);
            }
            _ => apart.push((next, place)),
        }
    }
    apart.sort_unstable_by_key(|(_, place)| *place);
    apart.into_iter().map(|(range, _)| range).collect()
}
