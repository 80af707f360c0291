//! From a document to an answer: renderer, content coding, entity tag, preconditions, fields.

mod links;

use super::{always, ask::Ask, hit, unversioned};
use crate::{
    http::{
        coding::{Coding, Wish},
        date, etag,
        link_header::Link,
        media::Media,
        negotiate::{VARY, VARY_CODING},
        precondition::{Current, Outcome},
        prefer::Prefer,
        problem::Problem,
        reply::{Content, Reply, Success},
        stored::{Stored, Variant},
    },
    page,
    represent::{
        Document,
        format::{Stem, csv, hal, hal_forms, jsonld, markdown, n_triples, ndjson, offer, text, turtle},
        policy::{Subject, xkey},
        signpost,
    },
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, header};
use links::Links;

/// The tags of an answer, by which proxies are told to forget it.
pub const XKEY: HeaderName = HeaderName::from_static("xkey");

/// What a handler gives.
pub type Answer = Result<Reply, Problem>;

/// The answer to a GET: 200, or 304 if the client has it; kept for the next one if it is public.
pub fn read(ask: &Ask<'_>, document: Document) -> Answer {
    let rendered = Rendered::of(ask, &document)?;
    let Some(tag) = rendered.tag else {
        let fields = rendered.fields(ask, &document).lines;
        return Ok(rendered.reply(Success::Ok, fields));
    };
    let mut fields = rendered.complete(ask, &document, tag).lines;
    let kept = hit::keep(
        ask,
        &document.subject,
        || document.tags(),
        rendered.variant(),
        || rendered.stored(&document, &fields, tag),
    );
    if let Some(status) = hit::status(ask.site(), || hit::missed(ask, kept)) {
        fields.insert(hit::STATUS, status);
    }
    let current = Current::representation(tag, modified_ms(&document));
    match ask.head.preconditions().evaluate(&ask.head.method, Some(&current)) {
        Outcome::Proceed => Ok(rendered.reply(Success::Ok, fields)),
        Outcome::NotModified => Ok(Reply::not_modified(fields)),
        Outcome::Failed => Err(Problem::precondition_failed(Some(&current))),
    }
}

/// The 200 to a GET, to be given again, and the bytes that its links might have more, if none was left out; `None` of
/// what has no tag.
pub fn example(ask: &Ask<'_>, document: &Document) -> Option<(Stored, Option<usize>)> {
    let rendered = Rendered::of(ask, document).ok()?;
    let tag = rendered.tag?;
    let Fields { lines, room } = rendered.complete(ask, document, tag);
    Some((rendered.stored(document, &lines, tag), room))
}

/// The answer to a POST that made something, or to a PATCH: what it is now, with its tag.
///
/// As the client prefers: whole, or without content.
pub fn written(ask: &Ask<'_>, status: Success, document: Document) -> Answer {
    let reply = said(ask, status, document)?;
    Ok(match Prefer::of(&ask.head.headers).answer {
        Some(preferred) => preferred.apply(reply),
        None => reply,
    })
}

/// The answer to a POST whose answer is what it was for, whatever the client prefers.
///
/// Not for caches: whatever the URL's own freshness, it answers this request alone.
pub fn said(ask: &Ask<'_>, status: Success, document: Document) -> Answer {
    let rendered = Rendered::of(ask, &document)?;
    let mut fields = rendered.fields(ask, &document).lines;
    fields.insert(header::CACHE_CONTROL, Subject::Passing.cache_control().value());
    if let Some(tag) = rendered.tag {
        fields.insert(header::ETAG, tag.value());
    }
    if status == Success::Created || status == Success::Accepted {
        fields.insert(header::LOCATION, crate::http::field::value(document.id()));
    }
    Ok(rendered.reply(status, fields))
}

/// The answer to a PUT: without a tag, since we add members to what was sent (RFC 9110 §9.3.4).
pub fn replaced(ask: &Ask<'_>, status: Success, document: Document) -> Answer {
    let mut reply = written(ask, status, document)?;
    reply.headers.remove(header::ETAG);
    Ok(reply)
}

/// The answer to a GET of what is no document: coded, tagged by its bytes, 304 if the client has it.
pub fn bytes(ask: &Ask<'_>, content: Bytes, subject: &Subject) -> Answer {
    let state = etag::State::of(&content);
    let (coding, content) = ask.wish.encode(content).ok_or_else(Problem::coding_not_acceptable)?;
    let current = Current::representation(etag::ETag::of(state, &content), None);
    let vary = if ask.head.suffix.is_some() { VARY_CODING } else { VARY };
    let mut reply =
        Reply::ok(ask.media, content).with(header::ETAG, &current.name()).with(header::VARY, vary);
    if coding != Coding::Identity {
        reply = reply.with(header::CONTENT_ENCODING, coding.as_str());
    }
    let reply = kept_as(reply, subject);
    match ask.head.preconditions().evaluate(&ask.head.method, Some(&current)) {
        Outcome::Proceed => Ok(reply),
        Outcome::NotModified => Ok(Reply::not_modified(reply.headers)),
        Outcome::Failed => Err(Problem::precondition_failed(Some(&current))),
    }
}

/// An answer that caches keep as long as its subject, and forget with it.
pub fn kept_as(reply: Reply, subject: &Subject) -> Reply {
    let reply = reply.cached(subject.cache_control());
    match subject.xkey() {
        Some(tags) => reply.with(XKEY, &tags),
        None => reply,
    }
}

/// The answer to a DELETE.
pub fn deleted() -> Reply {
    Reply::no_content().cached(Subject::Passing.cache_control())
}

/// The fields of an answer.
struct Fields {
    lines: HeaderMap,
    /// See [`Links::room`].
    room: Option<usize>,
}

/// A document as bytes of one media type and coding.
struct Rendered {
    media: Media,
    wish: Wish,
    coding: Coding,
    content: Bytes,
    tag: Option<etag::ETag>,
}

impl Rendered {
    fn of(ask: &Ask<'_>, document: &Document) -> Result<Rendered, Problem> {
        let dialect = render(ask, document);
        let json = dialect.is_none().then(|| jsonld::render(document));
        let plain = dialect.or_else(|| json.clone()).unwrap_or_default();
        let wish = ask.wish;
        let (coding, content) = wish.encode(plain).ok_or_else(Problem::coding_not_acceptable)?;
        let validated = document.subject.is_validated();
        let tag = validated
            .then(|| etag::ETag::of_typed(state(document, json.as_deref()), ask.media.as_str(), &content));
        Ok(Rendered { media: ask.media, wish, coding, content, tag })
    }

    fn variant(&self) -> Variant {
        Variant { media: self.media, wish: self.wish }
    }

    /// The fields of a 200 to a GET.
    fn complete(&self, ask: &Ask<'_>, document: &Document, tag: etag::ETag) -> Fields {
        let mut fields = self.fields(ask, document);
        fields.lines.insert(header::ETAG, tag.value());
        if let Some(modified) = modified_ms(document) {
            fields.lines.insert(header::LAST_MODIFIED, date::value(modified));
        }
        let site = ask.site();
        always::complete(&mut fields.lines, &site.works.settings.v1, site.base(), ask.head.routed());
        fields
    }

    /// That 200, to be given again.
    fn stored(&self, document: &Document, fields: &HeaderMap, tag: etag::ETag) -> Stored {
        let mut whole = fields.clone();
        whole.insert(header::CONTENT_TYPE, self.media.value());
        Stored::new(tag, modified_ms(document), &whole, &self.content)
    }

    /// The fields of a 200, but for the validators.
    fn fields(&self, ask: &Ask<'_>, document: &Document) -> Fields {
        let mut fields = HeaderMap::new();
        let mut add = |name: HeaderName, text: &str| {
            fields.append(name, crate::http::field::value(text));
        };
        add(header::CACHE_CONTROL, &document.subject.cache_control().to_string());
        add(header::VARY, if ask.head.suffix.is_some() { VARY_CODING } else { VARY });
        if self.media == Media::Html && page::has_script(document) {
            add(header::CONTENT_SECURITY_POLICY, always::SCRIPTED);
        }
        if self.coding != Coding::Identity {
            add(header::CONTENT_ENCODING, self.coding.as_str());
        }
        let mut links = Links::new();
        document.links.iter().for_each(|(relation, url)| links.add(&Link::new(url, *relation)));
        links.add_line(signpost::of(ask.base(), document, ask.head.suffix).iter());
        let id = document.id();
        if !id.is_empty() {
            let stem = Stem::of(ask.base(), id, query(ask, id));
            let url = |media: Media| stem.as_ref()?.with(media);
            // A media type of one version has no suffix: where the document stands says as much.
            let own = unversioned::VENDORS.contains(&self.media).then(|| whole(id, query(ask, id)));
            if let Some(url) = url(self.media).or(own) {
                add(header::CONTENT_LOCATION, &url);
            }
            // Of the place that answers, whatever the URL: version 1 has fewer.
            links.add_line(stem.iter().flat_map(|stem| stem.alternates(offer::of(ask.head.routed()))));
        }
        links.lines.iter().for_each(|line| add(header::LINK, line));
        if let Some(tags) = xkey(&document.tags()) {
            add(XKEY, &tags);
        }
        Fields { lines: fields, room: links.room() }
    }

    fn reply(self, status: Success, fields: HeaderMap) -> Reply {
        let content = Content::Whole(self.content);
        let mut reply = Reply { status: status.code(), headers: fields, content };
        reply.headers.insert(header::CONTENT_TYPE, self.media.value());
        reply
    }
}

/// When what a document is about changed last.
fn modified_ms(document: &Document) -> Option<i64> {
    document.modified.map(|at| at.timestamp_millis())
}

/// The state of what a document is about; of a collection it is what the document says, as its JSON, if that
/// was made already.
fn state(document: &Document, json: Option<&[u8]>) -> etag::State {
    match (&document.state, json) {
        (Some(state), _) => etag::State::stored(state.as_str()),
        // Of its JSON, whatever is sent: who has read a page of HTML can say so too.
        (None, Some(json)) => etag::State::of(json),
        (None, None) => etag::State::of(&jsonld::render(document)),
    }
}

/// Whether a POST applies to its collection as it is, which is looked at only if the request names a state.
///
/// 412 if not. Before the content is read, and not again: what is posted changes nothing that is there.
pub async fn expected(
    ask: &Ask<'_>,
    collection: impl Future<Output = Result<Document, Problem>>,
) -> Result<(), Problem> {
    let preconditions = ask.head.preconditions();
    if !preconditions.name_a_state() {
        return Ok(());
    }
    let current = Current::resource(state(&collection.await?, None), None);
    match preconditions.evaluate(&ask.head.method, Some(&current)) {
        Outcome::Proceed => Ok(()),
        Outcome::NotModified | Outcome::Failed => Err(Problem::precondition_failed(Some(&current))),
    }
}

/// The query, if it chose the content too, as of a page of a collection: then it belongs to the name.
fn query<'a>(ask: &'a Ask<'_>, id: &str) -> Option<&'a str> {
    if id == ask.base().join(ask.head.routed()) { ask.head.query.as_deref() } else { None }
}

fn whole(id: &str, query: Option<&str>) -> String {
    query.map_or_else(|| id.to_string(), |query| format!("{id}?{query}"))
}

/// The document in a dialect of its own; `None` where it is its JSON.
fn render(ask: &Ask<'_>, document: &Document) -> Option<Bytes> {
    Some(match ask.media {
        Media::Html => {
            let (base, id) = (ask.base(), document.id());
            let others =
                ask.offered.iter().copied().filter(|media| ![Media::Html, Media::Text].contains(media));
            let stem = Stem::of(base, id, query(ask, id));
            let variants: Vec<(Media, String)> =
                others.filter_map(|media| Some((media, stem.as_ref()?.with(media)?))).collect();
            page::Sheet { document: &document.whole(), base, variants: &variants }.render()
        }
        Media::Text => text::render(&document.whole()),
        Media::Hal => hal::render(&document.whole()),
        Media::HalForms => hal_forms::render(&document.whole()),
        Media::Turtle => turtle::render(&document.whole(), ask.base()),
        Media::NTriples => n_triples::render(&document.whole(), ask.base()),
        Media::Markdown => markdown::render(document),
        Media::Csv => csv::render(document),
        Media::Ndjson => ndjson::render(document),
        _ => return None,
    })
}
