//! Stored bytes as an answer: contents of messages, artifacts of revisions.
//!
//! Sent as they were stored, never coded and never negotiated, in ranges where asked. They are somebody's
//! bytes under our name, so no client may run them as a page of ours.

use super::{
    answer::{Answer, XKEY},
    ask::Site,
    fault,
};
use crate::{
    domain::state::State,
    http::{
        date, digest, disposition,
        etag::{self, ETag},
        field,
        head::Head,
        link_header::Link,
        media::Media,
        precondition::{Current, Outcome},
        problem::Problem,
        range::{self, ByteRange, Parts, Selection},
        reply::{Content, Refusal, Reply, refuse},
    },
    jobs::Works,
    represent::policy::Subject,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use http::{HeaderMap, HeaderName, header};
use rocket::{
    Request,
    request::{self, FromRequest},
};
use std::io;

/// Nothing is loaded and nothing runs, even where a client shows what it should save.
pub const SANDBOX: &str = "sandbox; default-src 'none'";

/// Stored bytes, and what is said about them.
#[derive(Debug, Clone)]
pub struct File {
    /// SHA-256, hexadecimal: the name in the blob store.
    pub digest: String,
    /// Length in bytes.
    pub size: u64,
    /// Content-Type, as the sender spelt it.
    pub media_type: String,
    /// The name under which a client saves it.
    pub name: Option<String>,
    /// What it is to caches.
    pub subject: Subject,
    /// State of the resource whose bytes they are.
    pub state: State,
    /// When it came.
    pub modified: Option<DateTime<Utc>>,
    /// Absolute URL of the document about it.
    pub about: Option<String>,
}

/// That the URL is spelt in the one right way, else 308 to that; for handlers without an
/// [`Ask`](super::ask::Ask), which sees to it too.
#[derive(Debug, Clone, Copy)]
pub struct Canonical;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Canonical {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Canonical, ()> {
        let head = Head::of(request);
        let refusal = match (request.rocket().state::<Site>(), super::canonical(&head.path)) {
            (_, None) => return request::Outcome::Success(Canonical),
            (Some(site), Some(path)) => Refusal::Elsewhere(super::elsewhere(site.base(), &head, &path)),
            (None, Some(_)) => Refusal::Problem(Box::new(Problem::internal())),
        };
        request::Outcome::Error((refuse(request, refusal), ()))
    }
}

/// An artifact of ours, whose length the database does not hold; see [`serve`].
pub async fn artifact(
    head: &Head,
    works: &Works,
    digest: &str,
    media: Media,
    name: &str,
    state: &State,
    subject: Subject,
) -> Answer {
    let size = works.blobs.size(digest).await.map_err(fault::blob)?;
    let file = File {
        digest: digest.into(),
        size,
        media_type: media.to_string(),
        name: Some(name.into()),
        subject,
        state: state.clone(),
        modified: None,
        about: None,
    };
    serve(head, works, file).await
}

/// The answer to a GET of stored bytes: 200, 206, 304, 412 or 416.
pub async fn serve(head: &Head, works: &Works, file: File) -> Answer {
    if head.suffix.is_some() {
        return Err(Problem::not_found("such representation"));
    }
    let sha256 = sha256(&file.digest).ok_or_else(|| fault::broken(&"a stored digest does not read back"))?;
    let tag = ETag::of_digest(etag::State::stored(file.state.as_str()), &sha256);
    let headers = fields(&file, tag, &sha256);
    let current = Current::representation(tag, file.modified.map(|at| at.timestamp_millis()));
    match head.preconditions().evaluate(&head.method, Some(&current)) {
        Outcome::Proceed => {}
        Outcome::NotModified => return Ok(Reply::not_modified(headers)),
        Outcome::Failed => return Err(Problem::precondition_failed(Some(&current))),
    }
    let several = match range::select(&head.method, &head.headers, tag, file.size) {
        Selection::Whole => None,
        Selection::Part(part) => {
            let stream = bytes(works, &file, part).await?;
            let content = Content::Stream(stream, Some(part.len()));
            return Ok(Reply::part(headers, content, part, file.size));
        }
        Selection::Parts(ranges) => Parts::of(&ranges, tag, &file.media_type, file.size),
        Selection::Unsatisfiable => return Err(Problem::range_not_satisfiable(file.size)),
    };
    if let Some(parts) = several {
        let mut streams = Vec::new();
        for (head, range) in parts.parts() {
            streams.push(text(head.to_string()).chain(bytes(works, &file, range).await?));
        }
        let stream = stream::iter(streams).flatten().chain(text(parts.end())).boxed();
        return Ok(Reply::parts(headers, Content::Stream(stream, Some(parts.len())), &parts));
    }
    let whole = works.blobs.stream(&file.digest, None).await.map_err(fault::blob)?;
    let stream = whole.map(|piece| piece.map_err(io::Error::other)).boxed();
    Ok(Reply::selected(headers, Content::Stream(stream, Some(file.size))))
}

/// Text of our own between stored bytes.
fn text(text: String) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::once(async move { Ok(Bytes::from(text)) })
}

/// The fields of a 200. A 304 has them too: a cache takes them over, the sandbox included.
fn fields(file: &File, tag: ETag, sha256: &[u8; 32]) -> HeaderMap {
    let mut fields = HeaderMap::new();
    fields.insert(header::CONTENT_TYPE, field::value(&file.media_type));
    fields.insert(header::CONTENT_DISPOSITION, disposition::attachment(file.name.as_deref()));
    fields.insert(header::CONTENT_SECURITY_POLICY, field::value(SANDBOX));
    fields.insert(header::CACHE_CONTROL, file.subject.cache_control().value());
    fields.insert(header::ETAG, tag.value());
    fields.insert(header::ACCEPT_RANGES, field::value("bytes"));
    fields.insert(HeaderName::from_static("repr-digest"), digest::value(sha256));
    if let Some(at) = file.modified {
        fields.insert(header::LAST_MODIFIED, date::value(at.timestamp_millis()));
    }
    if let Some(about) = &file.about {
        fields.insert(header::LINK, field::value(&Link::new(about, "describedby").to_string()));
    }
    if let Some(tags) = file.subject.xkey() {
        fields.insert(XKEY, field::value(&tags));
    }
    fields
}

/// One range of the stored bytes.
async fn bytes(
    works: &Works,
    file: &File,
    part: ByteRange,
) -> Result<BoxStream<'static, io::Result<Bytes>>, Problem> {
    let range = part.first()..part.last() + 1;
    let stream = works.blobs.stream(&file.digest, Some(range)).await.map_err(fault::blob)?;
    Ok(stream.map(|piece| piece.map_err(io::Error::other)).boxed())
}

/// A digest from its 64 hexadecimal characters.
fn sha256(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 2 * bytes.len() || !hex.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}
