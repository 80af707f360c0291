//! Range requests (RFC 9110 §14): which bytes of a representation a GET asks for.
//!
//! Only for representations whose bytes are known and never coded: artifacts and message contents.
//! One range is answered. Several that overlap or touch become one; several that stay apart are answered
//! with the whole representation, which §14.2 allows, so no request is answered with more bytes than the
//! representation has.

use super::{
    etag::{ETag, Tag},
    field,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Everything, with 200.
    Whole,
    /// These bytes, with 206.
    Part(ByteRange),
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
        Some(ranges) => joined(ranges).map_or(Selection::Whole, Selection::Part),
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

/// The one range that several make up together; `None` if a gap is between them.
fn joined(mut ranges: Vec<ByteRange>) -> Option<ByteRange> {
    ranges.sort_unstable();
    ranges.into_iter().map(Some).reduce(|whole, next| {
        let (whole, next) = (whole?, next?);
        let touching = next.first <= whole.last.saturating_add(1);
        touching.then(|| ByteRange { first: whole.first, last: whole.last.max(next.last) })
    })?
}
