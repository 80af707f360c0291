//! FAIR Signposting, level 1 (signposting.org/FAIR): links by which a program knows, without reading its
//! page, what a thing is called, what it is, where its files and its descriptions are.
//!
//! All of it is taken from the document, so a link never says what the document does not.

use super::{
    Document,
    class::class_of,
    format::suffixed,
    link::{Base, web},
    vocab,
};
use crate::http::{link_header::Link, media::Media};
use serde_json::Value;

/// Classes of what is published under a name of its own.
const THINGS: &[&str] = &["Article", "Dataset", "Model", "Revision", "Version"];
/// Representations that describe a thing to programs, in vocabularies that many of them know.
const DESCRIPTIONS: [Media; 2] = [Media::JsonLd, Media::Turtle];
/// schema.org's class of pages about something.
const PAGE: &str = "https://schema.org/AboutPage";

/// The links of a document about a thing, most important first; none of others.
///
/// `described` is the media type of a representation that was asked for by its own URL: what only describes
/// the thing says of what, and nothing else.
pub fn of(base: &Base, document: &Document, described: Option<Media>) -> Vec<Link> {
    let class = document.value.as_object().and_then(class_of);
    let Some(class) = class.filter(|class| THINGS.contains(&class.name)) else { return Vec::new() };
    let id = document.id();
    if described.is_some_and(|media| media != Media::Html) {
        return vec![Link::new(id, "describes")];
    }
    let of_schema = class.also.iter().filter(|name| name.starts_with("schema:"));
    let kinds = of_schema.map(|name| vocab::expanded(base, name));
    let mut links = vec![Link::new(id, "cite-as"), Link::new(PAGE, "type")];
    links.extend(kinds.map(|kind| Link::new(kind, "type")));
    links.extend(document.value["license"].as_str().and_then(web).map(|iri| Link::new(iri, "license")));
    links.extend(
        DESCRIPTIONS.into_iter().filter_map(|media| {
            Some(Link::new(suffixed(base, id, None, media)?, "describedby").media(media))
        }),
    );
    links.extend(document.value["distribution"].as_array().into_iter().flatten().filter_map(item));
    links
}

fn item(file: &Value) -> Option<Link> {
    let link = Link::new(file["contentUrl"].as_str()?, "item");
    Some(link.attribute("type", file["encodingFormat"].as_str()?.to_string()))
}
