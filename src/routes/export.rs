//! Rows of a dataset's head as one file under version 2.

use super::{answer::Answer, ask::Ask, content::SANDBOX, dataset, fault, selection::Asked};
use crate::{
    auth::Viewer,
    http::{
        disposition, field,
        link_header::Link,
        media::Media,
        negotiate::{VARY, VARY_CODING},
        reply::{Content, Reply},
    },
    jobs::export::{Export, Format},
    represent::{link::Place, policy::Subject, v2},
};
use futures::{StreamExt, stream};
use http::{HeaderMap, header};
use rocket::get;
use std::io;

/// Exports at once: one that waits for its reader keeps what it knows of its rows, up to 60 MB.
pub const MOST: usize = 32;

/// The rows, as they are when they are read: for no cache. 503 while too many are read.
#[get("/datasets/<slug>/export")]
pub async fn read(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let found = dataset::find(&ask.sight, &mut ask.read().await?, slug).await?;
    let asked = Asked::whole(&ask, &found)?;
    let format = match ask.media {
        Media::Parquet => Format::Parquet,
        Media::Ndjson => Format::Ndjson,
        Media::Json => Format::Json,
        Media::JsonLd => {
            let (head, tail, url) = v2::row::envelope(ask.base(), slug, &asked.of_file());
            Format::JsonLd { head, tail, url }
        }
        _ => Format::Csv,
    };
    let room = ask.site().exports.enter()?;
    let rows = (asked.selection, asked.fields);
    let mut export = Export::new(ask.works(), found, rows, format).await.map_err(fault::work)?;
    // Now, while it can still be said what is wrong.
    let first = export.next().await.map_err(fault::work)?;
    let rest = export.bytes().map(move |piece| {
        // It ends with the stream, read to its end or not.
        let _room = &room;
        piece.map_err(|fault| {
            tracing::warn!(%fault, "an export broke off");
            io::Error::other(fault.to_string())
        })
    });
    let stream = stream::iter(first.map(Ok)).chain(rest).boxed();
    Ok(Reply::selected(fields(&ask, slug), Content::Stream(stream, None)))
}

fn fields(ask: &Ask<'_>, slug: &str) -> HeaderMap {
    let name = format!("{slug}.{}", ask.media.suffix().unwrap_or_default());
    let mut fields = HeaderMap::new();
    fields.insert(header::CONTENT_TYPE, ask.media.value());
    fields.insert(header::CONTENT_DISPOSITION, disposition::attachment(Some(&name)));
    fields.insert(header::CONTENT_SECURITY_POLICY, field::value(SANDBOX));
    fields.insert(header::CACHE_CONTROL, Subject::Passing.cache_control().value());
    fields.insert(header::VARY, field::value(if ask.head.suffix.is_some() { VARY_CODING } else { VARY }));
    let rows = Link::new(Place::Rows(slug.into()).url(ask.base()), "collection");
    fields.insert(header::LINK, field::value(&rows.to_string()));
    fields
}
