//! Lists for search engines: the sitemap protocol, and robots.txt (RFC 9309).

use crate::{
    http::media::Media,
    represent::{
        link::{Base, Place},
        moment,
    },
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use maud::{PreEscaped, html};

/// The sitemap of these places, each with the moment of its last change if that is known.
pub fn of(base: &Base, pages: &[(Place, Option<DateTime<Utc>>)]) -> Bytes {
    let list = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            @for (place, modified) in pages {
                url { loc { (place.url(base)) } @if let Some(at) = modified { lastmod { (moment(*at)) } } }
            }
        }
    };
    list.into_string().into()
}

/// What search engines may read: all of it, which the sitemap lists.
pub fn robots(base: &Base) -> Bytes {
    let sitemap = format!("{}.{}", Place::Sitemap.url(base), Media::Xml.suffix().unwrap_or_default());
    format!("User-agent: *\nAllow: /\n\nSitemap: {sitemap}\n").into()
}
