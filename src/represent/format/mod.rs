//! Renderers: a document as bytes. One file for each media type.

pub mod csv;
pub mod hal;
pub mod hal_forms;
pub mod jsonld;
pub mod markdown;
pub mod n_triples;
pub mod ndjson;
pub mod offer;
mod rdf;
pub mod sitemap;
pub mod text;
pub mod turtle;

use crate::{
    http::{link_header, media::Media},
    represent::{
        Document,
        link::{Base, Place},
    },
};
use serde_json::Value;
use std::borrow::Cow;

/// The URL of one representation of the document `id`; see [`Stem`].
pub fn suffixed(base: &Base, id: &str, query: Option<&str>, media: Media) -> Option<String> {
    Stem::of(base, id, query)?.with(media)
}

/// What the URLs of all representations of a document begin with and end with.
pub struct Stem<'i> {
    before: Cow<'i, str>,
    query: Option<&'i str>,
}

impl<'i> Stem<'i> {
    /// Of the document `id`. A query of the `id` stays behind the suffix; `query` is for an `id` without one.
    /// `None` where dots belong to the path.
    pub fn of(base: &Base, id: &'i str, query: Option<&'i str>) -> Option<Stem<'i>> {
        let (id, query) = id.split_once('?').map_or((id, query), |(id, own)| (id, Some(own)));
        let path = base.path_of(id)?;
        if is_file(path) {
            return None;
        }
        let index = [Place::Root, Place::Entry, Place::V1].iter().any(|place| place.pattern() == path);
        let before = if index { format!("{}/index", id.trim_end_matches('/')).into() } else { id.into() };
        Some(Stem { before, query })
    }

    /// The URL of one: `/v2/articles/rain.jsonld`; entry points have no name to put a suffix to, so
    /// `/v2/index.jsonld`. `None` of a media type without a suffix.
    pub fn with(&self, media: Media) -> Option<String> {
        let (before, suffix) = (&self.before, media.suffix()?);
        Some(match self.query {
            Some(query) => format!("{before}.{suffix}?{query}"),
            None => format!("{before}.{suffix}"),
        })
    }

    /// `Link` field values that lead to all of them, as [`link_header::Link`] writes one: each answer has as many.
    pub fn alternates(&self, media: &[Media]) -> impl Iterator<Item = String> {
        let before = link_header::target(&self.before);
        let (mark, query) = self.query.map_or(("", "".into()), |query| ("?", link_header::target(query)));
        media.iter().filter_map(move |media| {
            let parts = ["<", &before, ".", media.suffix()?, mark, &query, ">; rel=\"alternate\"; type=\""];
            Some([&parts[..], &[media.essence(), "\""]].concat().concat())
        })
    }
}

/// Whether a path has one representation only, and the dots in it are its own.
fn is_file(path: &str) -> bool {
    matches!(
        Place::parse(path),
        Some(Place::Artifact(..) | Place::Static(_) | Place::V1Message(_) | Place::V1Predict(..))
    )
}

/// A path without the suffix that names its representation, and which it is.
///
/// Files are no documents: their dots belong to their names.
pub fn bare(path: &str) -> Option<(String, Media)> {
    let (stem, suffix) = path.rsplit_once('.')?;
    let media = Media::from_suffix(suffix)?;
    // Of a file's name what is left is still one; of a document's URL it is the document's.
    if is_file(stem) || suffix.contains('/') || stem.ends_with('/') {
        return None;
    }
    let bare = match stem.strip_suffix("/index") {
        Some("") => Place::Root.path(),
        Some(above) if [Place::Entry.pattern(), Place::V1.pattern()].contains(&above) => above.into(),
        _ => stem.to_string(),
    };
    Some((bare, media))
}

/// The cells of each row of a document of one row, or of a page that has them in its value.
fn rows(document: &Document) -> impl Iterator<Item = &Value> {
    let one = match document.rows {
        Some(_) => &[],
        None => std::slice::from_ref(&document.value),
    };
    let rows = document.value[jsonld::MEMBERS].as_array().map_or(one, Vec::as_slice);
    rows.iter().map(|row| &row["cells"])
}
