//! Content negotiation (RFC 9110 §12): which of the media types on offer a request gets.
//!
//! The one negotiator: routes name what they offer, first choice first, and nothing else reads Accept.
//! Accept-Encoding stands in [`super::coding`]. Accept-Language is not used.

use super::{
    field::{self, Backslash},
    media::Media,
};
use ::http::{HeaderMap, header};
use std::borrow::Cow;

/// `Vary` of every answer of a negotiated URL, errors and 304 too.
pub const VARY: &str = "Accept, Accept-Encoding";

/// `Vary` of a URL that names its media type.
pub const VARY_CODING: &str = "Accept-Encoding";

/// The media type to answer with, `None` where there is none to the client's liking (406).
///
/// The highest weight wins; among equals the one that the client named more exactly; among those the
/// one offered first. So `*/*` gives the first offer, and a browser, which names `text/html` and adds
/// `*/*;q=0.8`, a page. Malformed members are ignored; without a readable one the first offer is given.
pub fn media(headers: &HeaderMap, offered: &[Media]) -> Option<Media> {
    let ranges: Vec<Range> =
        field::members(headers, &header::ACCEPT, Backslash::Escapes).filter_map(Range::parse).collect();
    if ranges.is_empty() {
        return offered.first().copied();
    }
    let mut best = None;
    for &media in offered {
        let rank = rank(&ranges, media);
        if rank > best.map(|(rank, _)| rank) {
            best = rank.map(|rank| (rank, media));
        }
    }
    best.map(|(_, media)| media)
}

/// The same, but where the first on offer is no document it is given whatever is accepted: a file is better than
/// none (RFC 9110 §12.5.1).
pub fn media_or_only(headers: &HeaderMap, offered: &[Media]) -> Option<Media> {
    let only = || offered.first().copied().filter(|first| *first != Media::JsonLd);
    media(headers, offered).or_else(only)
}

/// Weight and exactness of the most exact range that holds a media type; `None` if it is not acceptable.
fn rank(ranges: &[Range], media: Media) -> Option<(u16, Exactness)> {
    let holding = ranges.iter().filter_map(|range| range.exactness(media).map(|exact| (exact, range.weight)));
    holding.max().filter(|(_, weight)| *weight > 0).map(|(exact, weight)| (weight, exact))
}

/// How exactly a range names a media type (§12.5.1), least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exactness {
    Anything,
    Type,
    Subtype,
    Parameters,
}

/// One member of Accept.
struct Range<'h> {
    kind: &'h str,
    subtype: &'h str,
    parameters: Vec<(&'h str, Cow<'h, str>)>,
    weight: u16,
}

impl<'h> Range<'h> {
    /// Reads `type/subtype;name=value;q=0.5`; what follows the weight is ignored (RFC 9110 dropped it).
    fn parse(member: &'h str) -> Option<Range<'h>> {
        let (essence, rest) = member.split_once(';').unwrap_or((member, ""));
        let (kind, subtype) = essence.trim_end_matches([' ', '\t']).split_once('/')?;
        let fine = field::is_token(kind) && field::is_token(subtype) && (kind != "*" || subtype == "*");
        let mut range = Range { kind: fine.then_some(kind)?, subtype, parameters: Vec::new(), weight: 1000 };
        for parameter in field::parameters(rest) {
            let (name, value) = parameter?;
            if name.eq_ignore_ascii_case("q") {
                range.weight = field::weight(&value)?;
                break;
            }
            range.parameters.push((name, value));
        }
        Some(range)
    }

    /// How exactly this range names a media type; `None` if it does not hold it.
    fn exactness(&self, media: Media) -> Option<Exactness> {
        let (kind, subtype) = media.essence().split_once('/')?;
        let exactness = if self.kind == "*" {
            Exactness::Anything
        } else if !self.kind.eq_ignore_ascii_case(kind) {
            return None;
        } else if self.subtype == "*" {
            Exactness::Type
        } else if !self.subtype.eq_ignore_ascii_case(subtype) {
            return None;
        } else if self.parameters.is_empty() {
            Exactness::Subtype
        } else {
            Exactness::Parameters
        };
        self.parameters.iter().all(|(name, value)| suits(media, name, value)).then_some(exactness)
    }
}

/// Whether what we send has a parameter that a client asks for.
///
/// Any `profile` of JSON-LD is taken as satisfied: clients ask for `compacted` or `expanded` and read
/// both. Other parameters (`text/html;level=1`) ask for something that we do not have.
fn suits(media: Media, name: &str, value: &str) -> bool {
    match name.to_ascii_lowercase().as_str() {
        "charset" => value.eq_ignore_ascii_case("utf-8"),
        "profile" => matches!(media, Media::JsonLd | Media::LinkSet),
        _ => false,
    }
}
