//! URLs without a version: `/articles/rain`.
//!
//! Who asks for the media type of a version gets that version's document, made by its own handler: the
//! request is routed as if it had come to the version's URL, which the answer names as its
//! Content-Location. Everybody else is sent to version 2.

use super::ask::Site;
use crate::{
    http::{
        head::{self, Head, Named},
        media::Media,
        negotiate::{self, VARY},
        problem::Problem,
        reply::Reply,
    },
    represent::{format::offer::DOCUMENTS, link::Place, policy::Subject},
};
use http::{Method, header};
use rocket::{Request, Response};
use std::sync::LazyLock;

/// The media types that name a version, the newest first.
pub const VENDORS: [Media; 2] = [Media::V2Json, Media::V1Json];

/// Behind those of documents: `*/*` asks for no version.
static OFFERED: LazyLock<Vec<Media>> = LazyLock::new(|| [DOCUMENTS, &VENDORS].concat());

/// The media types among which is negotiated: one without a version leads to version 2.
pub fn offered() -> &'static [Media] {
    &OFFERED
}

/// Routes a reading request as the one to the version that it asks for by media type, if that has such a
/// document. To be called before anything else asks for the request's head.
pub fn forward(request: &mut Request<'_>) {
    let path = request.uri().path().as_str();
    let reads = matches!(request.method(), rocket::http::Method::Get | rocket::http::Method::Head);
    // Nearly every request has a version.
    if !reads || Place::is_v1(path) || Place::is_v2(path) {
        return;
    }
    let path = path.to_string();
    let Some(media) = negotiate::media(&head::fields(request), offered()) else { return };
    if let Some(version) = version(&path, media) {
        head::route_by(request, &format!("{}{path}", version.pattern()), Named::Vendor(media));
    }
}

/// The entry point of the version whose document a media type names at a path; `None` where there is none.
fn version(path: &str, media: Media) -> Option<Place> {
    let entry = match media {
        Media::V1Json => Place::V1,
        Media::V2Json => Place::Entry,
        _ => return None,
    };
    // Not of a version alone: what version 2 does not have is no resource without a version either.
    newest(path)?;
    let bytes =
        |place: &Place| matches!(place, Place::Artifact(..) | Place::Content(_) | Place::V1Message(_));
    let place = entry.within(path)?;
    (!bytes(&place)).then_some(entry)
}

/// The path in version 2 of what stands at a path without a version; `None` if nothing does.
pub fn newest(path: &str) -> Option<String> {
    if Place::parse(path).is_some() {
        return None;
    }
    Place::Entry.within(path).map(|_| format!("{}{path}", Place::Entry.pattern()))
}

/// Where to ask instead, with the same method and body; 406 to who wants a version that has no such
/// document.
pub fn elsewhere(head: &Head, site: &Site) -> Result<Reply, Problem> {
    let reads = [Method::GET, Method::HEAD].contains(&head.method);
    if reads && head.suffix.is_none() && negotiate::media(&head.headers, offered()) == Some(Media::V1Json) {
        return Err(Problem::not_acceptable(&[Media::V2Json]));
    }
    let path = format!("{}{}", Place::Entry.pattern(), head.path);
    let url = super::elsewhere(site.base(), head, &path);
    // As long as an entry point: it says where things are found, until there is a newer version.
    let subject = if reads { Subject::Entry } else { Subject::Passing };
    Ok(super::answer::kept_as(Reply::temporary_redirect(&url).with(header::VARY, VARY), &subject))
}

/// Says of any answer to a forwarded request that it was chosen by Accept.
pub fn complete(request: &Request<'_>, response: &mut Response<'_>) {
    if !response.headers().contains(header::VARY.as_str()) && head::vendor(request).is_some() {
        response.set_raw_header(header::VARY.as_str(), VARY);
    }
}
