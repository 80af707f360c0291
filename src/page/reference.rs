//! The reference of the API: Swagger UI over the description, and links for those without scripts.

use super::frame::{Acts, Frame};
use crate::represent::{
    asset,
    link::{Base, Place},
    openapi::Version,
};
use bytes::Bytes;
use maud::html;

/// The page about a version.
pub fn reference(base: &Base, version: Version) -> Bytes {
    let title = format!("API reference, version {}", &version.name()[1..]);
    let place = Place::Reference(version.name().into());
    let (path, url) = (place.path(), place.url(base));
    let frame = Frame {
        base,
        style: &asset::style(base),
        title: &title,
        summary: "Every operation with its parameters, bodies and answers, to be tried out.",
        path: Some(&path),
        canonical: Some(&url),
        variants: &[],
        titles: &[],
        acts: Acts::default(),
    };
    let description = Place::described(version.name()).url(base);
    let main = html! {
        div.head {
            h1 { (title) }
            p.lede {
                "Made from the description for programs, "
                a href=(description) { (version.name()) ".json" }
                " (OpenAPI 3.1). The same for hypermedia clients: "
                a href=(Place::Documentation.url(base)) { "Hydra documentation" } "."
            }
            p {
                @for other in Version::ALL.iter().filter(|other| **other != version) {
                    a href=(Place::Reference(other.name().into()).url(base)) {
                        "Version " (&other.name()[1..])
                    }
                }
            }
        }
        noscript { p { "The reference is drawn by a script; the description can be read without." } }
        link rel="stylesheet" href=(asset::url(base, "swagger-ui.css"));
        div #reference data-description=(description) {}
        script src=(asset::url(base, "swagger-ui-bundle.js")) defer {}
        script src=(asset::url(base, "reference.js")) defer {}
    };
    frame.page(maud::Markup::default(), main)
}
