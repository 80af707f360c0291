//! Which media types the documents at a place have, first choice first: what is negotiated among, and the
//! suffixes of its URL.

use super::v1;
use crate::{http::media::Media, represent::link::Place};

/// Documents of version 2.
const DOCUMENTS: &[Media] =
    &[Media::JsonLd, Media::Json, Media::Html, Media::Hal, Media::HalForms, Media::Turtle, Media::NTriples];

/// Rows, which are tables too.
const ROWS: &[Media] = &[
    Media::JsonLd,
    Media::Json,
    Media::Html,
    Media::Csv,
    Media::Ndjson,
    Media::Hal,
    Media::HalForms,
    Media::Turtle,
    Media::NTriples,
];

/// Documents of version 1, which is frozen, and contexts, which say nothing by themselves.
const FIRST: &[Media] = &[Media::JsonLd, Media::Json, Media::Html];

/// The media types at a place.
pub fn at(place: &Place) -> &'static [Media] {
    match place {
        Place::V1Hello | Place::V1Echo => v1::hello::SPOKEN,
        Place::Content(_) => &[],
        Place::Context | Place::Columns(_) => FIRST,
        Place::Rows(_) | Place::Row(..) => ROWS,
        place if Place::is_v1(place.pattern()) => FIRST,
        _ => DOCUMENTS,
    }
}

/// The media types at a path without suffix.
pub fn of(path: &str) -> &'static [Media] {
    Place::parse(path).map_or(DOCUMENTS, |place| at(&place))
}
