//! Predictions of many rows: kept while they come in, checked to the last one, then answered in the order and
//! the format in which they came, unless the client accepts others.
//!
//! Answering while reading would hold up clients that write first, and a fault in the last row would follow a 200.

use super::rows::{Form, Wrong, each};
use crate::{
    blob::{Held, Spool, Written},
    domain::fault::{At, Fault},
    http::{
        body::Body,
        field,
        link_header::Link,
        media::{Media, MediaType},
        negotiate::{self, VARY, VARY_CODING},
        problem::Problem,
        reply::{Content, Reply, Success},
    },
    learning::{Batch, Told},
    represent::{
        Document,
        format::jsonld,
        link::Place,
        policy::Subject,
        predictions::{Row, Writer},
        v2,
    },
    routes::{
        answer::{self, Answer},
        ask::Ask,
        fault,
        loaded::Loaded,
    },
};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use http::{HeaderMap, header};
use std::{
    io::{self, Cursor, Write},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::OwnedSemaphorePermit,
    task::{AbortHandle, spawn_blocking},
};
use tokio_util::io::ReaderStream;

/// Bytes of an answer between two looks at whether there is room for more.
const PIECE: usize = 128 << 10;
/// Bytes of rows that are predicted where they are asked for, in some milliseconds at most: to wake another thread
/// costs a good part of that.
const AT_ONCE: u64 = 32 << 10;
/// Answers on the disk that are read at once.
pub const MOST_READ: usize = 32;
/// Bytes of an answer in a format that is made of the whole document.
const MOST_WHOLE: u64 = 8 << 20;

/// The formats that are written row by row, first choice first where nothing came in one of them.
const WRITTEN: [Media; 5] = [Media::JsonLd, Media::Json, Media::V2Json, Media::Csv, Media::Ndjson];

/// How rows stand in a body of that media type.
pub fn form(media: Media, named: Option<&MediaType>) -> Form {
    let delimiter = match named.and_then(|named| named.parameter("delimiter")) {
        Some(text) => text.chars().next(),
        None => (media == Media::Tsv).then_some('\t'),
    };
    match media {
        Media::Csv | Media::Tsv | Media::Text => Form::Csv(delimiter),
        Media::Ndjson => Form::Lines,
        _ => Form::Array,
    }
}

/// The body, decoded, in memory or on disk.
pub async fn held(ask: &Ask<'_>, body: Body<'_>) -> Result<Written, Problem> {
    let mut held = ask.works().blobs.held();
    body.copy(ask.works().settings.bodies.table_bytes, &mut held).await?;
    held.written().map_err(fault::blob)
}

/// What is asked of a model for many rows.
pub struct Asked {
    /// Where it is asked.
    pub place: Place,
    /// The model.
    pub loaded: Arc<Loaded>,
    /// How the rows stand.
    pub form: Form,
    /// The rows.
    pub rows: Written,
}

/// The answer for each row; 422 names rows that are wrong, and features.
pub async fn answered(ask: &Ask<'_>, asked: Asked) -> Answer {
    let contributions = contributions(ask)?;
    let media = wanted(ask, asked.form)?;
    let Asked { place, loaded, form, rows } = asked;
    let document = v2::prediction::many(ask.base(), &place, &loaded.model, loaded.version.number);
    let number = loaded.version.number.to_string();
    let work = Work {
        url: Place::Prediction(loaded.model.slug.to_string(), number).url(ask.base()),
        head: String::from_utf8_lossy(&jsonld::render(&document)).into_owned(),
        missing: ask.works().settings.import.missing.clone(),
        answer: Bounded {
            held: ask.works().blobs.held(),
            size: 0,
            most: ask.works().settings.bodies.predictions_bytes,
        },
        media,
        contributions,
        loaded,
        form,
    };
    let done = match rows.size() {
        0..=AT_ONCE => work.done(rows),
        // A few bytes may be many rows.
        _ => spawn_blocking(move || work.done(rows)).await.map_err(|error| fault::broken(&error))?,
    };
    let written = done.map_err(problem)?;
    if WRITTEN.contains(&media) {
        return reply(ask, media, &document, written);
    }
    let Written::Few(text) = written else {
        let detail = format!("as {}: expected an answer of at most {MOST_WHOLE} bytes", media.essence());
        return Err(Problem::new(&crate::http::problem::kind::UNPROCESSABLE, detail));
    };
    let whole =
        Document { value: serde_json::from_slice(&text).map_err(|error| fault::broken(&error))?, ..document };
    answer::said(ask, Success::Ok, whole)
}

/// Whether the query asks for what each feature adds.
fn contributions(ask: &Ask<'_>) -> Result<bool, Problem> {
    let pairs = ask.query()?;
    match pairs.iter().find(|(name, _)| name == "contributions").map(|(_, value)| value.as_str()) {
        None | Some("false" | "") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let found = crate::domain::fault::quoted(other);
            Err(fault::input(Fault::parameter("contributions", "true or false", found).into()))
        }
    }
}

/// The format of the answer: that of the rows if the client accepts it as well as any.
fn wanted(ask: &Ask<'_>, form: Form) -> Result<Media, Problem> {
    if ask.head.suffix.is_some() || ask.head.vendor.is_some() {
        return Ok(ask.media);
    }
    let first = match form {
        Form::Csv(_) => Media::Csv,
        Form::Lines => Media::Ndjson,
        Form::Array => Media::JsonLd,
    };
    let others = ask.offered.iter().copied().filter(|media| *media != first);
    let offered: Vec<Media> = std::iter::once(first).chain(others).collect();
    negotiate::media(&ask.head.headers, &offered).ok_or_else(|| Problem::not_acceptable(&offered))
}

/// The work on the rows.
struct Work {
    loaded: Arc<Loaded>,
    url: String,
    head: String,
    missing: Vec<String>,
    answer: Bounded,
    media: Media,
    contributions: bool,
    form: Form,
}

/// An answer that is kept until all of it is there.
struct Bounded {
    held: Held,
    size: u64,
    most: u64,
}

impl Bounded {
    /// Takes what stands in `text`.
    fn put(&mut self, text: &mut Vec<u8>) -> Result<(), Wrong> {
        self.counts(text)?;
        self.held.write_all(text)?;
        text.clear();
        Ok(())
    }

    /// All of it, `text` last.
    fn written(mut self, mut text: Vec<u8>) -> Result<Written, Wrong> {
        if self.size == 0 {
            self.counts(&text)?;
            return Ok(Written::Few(text.into()));
        }
        self.put(&mut text)?;
        self.held.written().map_err(|fault| Wrong::Io(io::Error::other(fault)))
    }

    fn counts(&mut self, text: &[u8]) -> Result<(), Wrong> {
        self.size += text.len() as u64;
        if self.size > self.most {
            let expected = format!("so many rows that their answer has at most {} bytes", self.most);
            return Err(Fault::new(At::Whole, expected, "more: send them in several requests").into());
        }
        Ok(())
    }
}

impl Work {
    fn done(self, rows: Written) -> Result<Written, Wrong> {
        match rows {
            Written::Few(bytes) => self.read(Cursor::new(bytes)),
            Written::Many(spool) => self.read(spool.reader()?),
        }
    }

    fn read(mut self, reader: impl io::Read) -> Result<Written, Wrong> {
        let fitted = &self.loaded.version.fitted;
        let media = if WRITTEN.contains(&self.media) { self.media } else { Media::JsonLd };
        let mut writer = Writer::new(fitted, media, self.contributions, &self.url);
        let (mut batch, mut text) = (Batch::new(fitted), Vec::with_capacity(PIECE));
        writer.begin(&self.head, &mut text);
        each(self.form, reader, &self.missing, &mut batch, &mut |told: Told<'_>| {
            writer.row(&row(&told), told.input(), &mut text);
            if text.len() >= PIECE {
                self.answer.put(&mut text)?;
            }
            Ok(())
        })?;
        writer.end(&mut text);
        self.answer.written(text)
    }
}

fn row<'t>(told: &Told<'t>) -> Row<'t> {
    let outputs = told.logits.len().max(1);
    Row {
        class: told.class,
        probabilities: told.probabilities,
        added: told.added,
        about: (if outputs == 1 { 0 } else { told.class }, outputs),
        warnings: told.warnings().collect(),
    }
}

fn problem(wrong: Wrong) -> Problem {
    match wrong {
        Wrong::Malformed(detail) => Problem::malformed(detail),
        Wrong::Faults(faults) if matches!(faults.first().at, At::Whole) => {
            Problem::unprocessable(fault::entries(&faults))
        }
        Wrong::Faults(faults) => fault::input(faults),
        Wrong::Io(error) => fault::blob(error.into()),
    }
}

fn reply(ask: &Ask<'_>, media: Media, document: &Document, written: Written) -> Answer {
    let mut fields = HeaderMap::new();
    fields.insert(header::CONTENT_TYPE, media.value());
    fields.insert(header::CACHE_CONTROL, Subject::Passing.cache_control().value());
    let vary = if ask.head.suffix.is_some() { VARY_CODING } else { VARY };
    fields.insert(header::VARY, field::value(vary));
    for (relation, url) in &document.links {
        fields.append(header::LINK, field::value(&Link::new(url, *relation).to_string()));
    }
    let content = match written {
        Written::Few(bytes) => Content::Whole(bytes),
        Written::Many(spool) => {
            let (length, site) = (spool.size(), ask.site());
            let most = Duration::from_secs(site.works.settings.bodies.predictions_s);
            Content::Stream(pieces(Lasting::of(spool, site.predictions.enter()?, most)), Some(length))
        }
    };
    Ok(Reply::selected(fields, content))
}

/// An answer on the disk, until it is dropped or its time is over.
struct Lasting {
    spool: Arc<Spool>,
    timer: AbortHandle,
    _room: OwnedSemaphorePermit,
}

impl Lasting {
    fn of(spool: Spool, room: OwnedSemaphorePermit, most: Duration) -> Lasting {
        let spool = Arc::new(spool);
        let kept = Arc::downgrade(&spool);
        let timer = tokio::spawn(async move {
            // Whoever does not read asks for nothing, so that no stream can tell that its time is over.
            tokio::time::sleep(most).await;
            if let Some(Err(error)) = kept.upgrade().map(|spool| spool.cut_off()) {
                tracing::warn!(%error, "an answer that nobody reads stays on the disk");
            }
        });
        Lasting { spool, timer: timer.abort_handle(), _room: room }
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

/// The bytes of an answer, which lives until they are sent.
fn pieces(answer: Lasting) -> BoxStream<'static, io::Result<Bytes>> {
    let opened = async move {
        let file = tokio::fs::File::from_std(answer.spool.reader()?);
        let stream = ReaderStream::with_capacity(file, PIECE);
        Ok::<_, io::Error>(stream.inspect_ok(move |_| {
            let _kept = &answer;
        }))
    };
    futures::stream::once(opened).try_flatten().boxed()
}
