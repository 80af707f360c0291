//! Renderers: a document as bytes. One file for each media type.

pub mod jsonld;

use crate::{
    http::media::Media,
    represent::link::{Base, Place},
};

/// The URL of one representation of the document `id`: `/v2/articles/rain.jsonld`; entry points have
/// no name to put a suffix to, so `/v2/index.jsonld`.
pub fn suffixed(base: &Base, id: &str, query: Option<&str>, media: Media) -> String {
    let suffix = media.suffix().unwrap_or_default();
    let path = base.path_of(id).unwrap_or_default();
    let index = [Place::Root, Place::Entry, Place::V1].iter().any(|place| place.pattern() == path);
    let stem = if index { format!("{}/index", id.trim_end_matches('/')) } else { id.to_string() };
    match query {
        Some(query) => format!("{stem}.{suffix}?{query}"),
        None => format!("{stem}.{suffix}"),
    }
}

/// A path without the suffix that names its representation, and which it is.
///
/// Files are no documents: their dots belong to their names.
pub fn bare(path: &str) -> Option<(String, Media)> {
    let (stem, suffix) = path.rsplit_once('.')?;
    let media = Media::from_suffix(suffix)?;
    let file =
        matches!(Place::parse(path), Some(Place::Artifact(..) | Place::Static(_) | Place::V1Predict(..)));
    if file || suffix.contains('/') || stem.ends_with('/') {
        return None;
    }
    let bare = match stem.strip_suffix("/index") {
        Some("") => Place::Root.path(),
        Some(above) if [Place::Entry.pattern(), Place::V1.pattern()].contains(&above) => above.into(),
        _ => stem.to_string(),
    };
    Some((bare, media))
}
