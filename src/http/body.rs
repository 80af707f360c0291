//! The content of a request (RFC 9110 §6.4): the one guard that reads it.
//!
//! Handlers take a [`Body`], which has read nothing yet: method, authorization, media type and
//! preconditions are judged first. Every reading is bounded in bytes and in time.

use super::{
    decode, form,
    head::Head,
    idempotency::Witness,
    json,
    media::{Media, MediaType},
    problem::Problem,
};
use ::http::{HeaderMap, Method};
use bytes::{Bytes, BytesMut};
use rocket::{
    Request,
    data::{ByteUnit, Data, FromData, Outcome},
};
use serde_json::Value;
use std::{
    convert::Infallible,
    io::{Cursor, Write},
    time::Duration,
};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Bytes read at a time.
const PIECE: usize = 64 * 1024;
/// A body that is read at once: a few packets.
const SHORT: u64 = 64 * 1024;
/// Bytes of a body that Rocket 0.5.2 reads before any code of ours runs.
const READ_AHEAD: usize = 14;
/// Time for a body: this long, and a second more for each of its 16 KiB.
const PATIENCE: Duration = Duration::from_secs(10);
const BYTES_PER_S: u64 = 16 * 1024;

/// Where the bytes are.
#[allow(
    clippy::large_enum_variant,
    reason = "nearly every body is the large one, and is never moved to the heap"
)]
enum Source<'r> {
    /// With the client.
    Sent(Data<'r>),
    /// Here: a form of ours became what a program would have sent.
    Made(Bytes),
    /// In a file of ours.
    Kept(BufReader<Flow>),
}

/// Bytes as they come.
type Flow = Box<dyn AsyncRead + Send + Unpin>;

/// The content of a request, not yet read.
pub struct Body<'r> {
    source: Source<'r>,
    method: Method,
    headers: HeaderMap,
    /// Whether the connection broke before the first bytes that Rocket reads ahead were there.
    cut: bool,
    /// Who sees the content go by.
    witness: Option<Witness>,
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Body<'r> {
    type Error = Infallible;

    async fn from_data(request: &'r Request<'_>, mut data: Data<'r>) -> Outcome<'r, Body<'r>> {
        // Rocket's own read-ahead swallows an error: a body cut there would look whole (docs/limits.md).
        let ended = data.peek_complete();
        let cut = data.peek(READ_AHEAD).await.len() < READ_AHEAD && !ended;
        let Head { method, headers, .. } = Head::of(request);
        Outcome::Success(Body { source: Source::Sent(data), method, headers, cut, witness: None })
    }
}

/// White space before JSON text, at most, to tell what it begins with.
const SPACES: usize = 256;

impl<'r> Body<'r> {
    /// A document that was made here.
    pub fn made(method: Method, media: Media, content: Bytes) -> Body<'r> {
        Body::of(method, media, Source::Made(content))
    }

    /// Bytes that were kept here.
    pub fn kept(method: Method, media: Media, flow: impl AsyncRead + Send + Unpin + 'static) -> Body<'r> {
        Body::of(method, media, Source::Kept(BufReader::new(Box::new(flow))))
    }

    fn of(method: Method, media: Media, source: Source<'r>) -> Body<'r> {
        let headers = HeaderMap::from_iter([(::http::header::CONTENT_TYPE, media.value())]);
        Body { source, method, headers, cut: false, witness: None }
    }

    /// Its media type, if one is named.
    pub fn media_type(&self) -> Result<Option<MediaType>, Problem> {
        MediaType::of(&self.headers).map_err(|found| Problem::malformed(found.to_string()))
    }

    /// Its media type, if it is one of those that are taken here; else 415.
    pub fn one_of(&self, taken: &[Media]) -> Result<Media, Problem> {
        let named = self.media_type()?;
        let media = named.as_ref().and_then(MediaType::media).filter(|media| taken.contains(media));
        media.ok_or_else(|| {
            Problem::unsupported_media_type(&self.method, named.as_ref().map(MediaType::essence), taken)
        })
    }

    /// The same, seen by a witness while it is read.
    pub fn watched(mut self, witness: Witness) -> Body<'r> {
        self.witness = Some(witness);
        self
    }

    /// Who sees it go by.
    pub(in crate::http) fn witness(&self) -> Option<Witness> {
        self.witness.clone()
    }

    /// Reads all of it for its witness alone, at most `most` bytes.
    pub async fn witnessed(mut self, most: u64) -> Result<(), Problem> {
        if self.is_empty().await {
            return self.whole();
        }
        if self.media_type()?.and_then(|named| named.media()) == Some(Media::FormData) {
            return form::read(self, most, &mut std::io::sink()).await.map(drop);
        }
        self.each_piece(most, |_| Ok(())).await
    }

    /// Whether there is nothing in it.
    pub async fn is_empty(&mut self) -> bool {
        match &mut self.source {
            Source::Sent(data) => data.peek(1).await.is_empty(),
            Source::Made(content) => content.is_empty(),
            Source::Kept(flow) => flow.fill_buf().await.is_ok_and(<[u8]>::is_empty),
        }
    }

    /// Whether it is JSON text that begins an array; not found out of what is compressed.
    pub async fn is_array(&mut self) -> bool {
        let head = match &mut self.source {
            Source::Sent(data) => data.peek(SPACES).await,
            Source::Made(content) => &content[..],
            Source::Kept(flow) => flow.fill_buf().await.unwrap_or_default(),
        };
        head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
    }

    /// All of it, decoded, at most `most` bytes.
    pub async fn bytes(self, most: u64) -> Result<Bytes, Problem> {
        let coding = decode::coding(&self.headers).map_err(Problem::from)?;
        let mut content = BytesMut::new();
        self.each_piece(most, |piece| {
            content.extend_from_slice(piece);
            Ok(())
        })
        .await?;
        if coding == super::coding::Coding::Identity {
            return Ok(content.freeze());
        }
        Ok(decode::whole(coding, &content, most).map_err(Problem::from)?.into())
    }

    /// Writes all of it, decoded, at most `most` bytes; gives their number.
    pub async fn copy(self, most: u64, to: &mut (impl Write + Send)) -> Result<u64, Problem> {
        let coding = decode::coding(&self.headers).map_err(Problem::from)?;
        let mut decoder = decode::Decoder::new(coding, most).map_err(Problem::from)?;
        let mut written = 0;
        let mut write = |piece: &[u8]| {
            written += piece.len() as u64;
            to.write_all(piece).map_err(full)
        };
        self.each_piece(most, |piece| write(&decoder.push(piece).map_err(Problem::from)?)).await?;
        write(&decoder.finish().map_err(Problem::from)?)?;
        Ok(written)
    }

    /// The JSON document in it.
    ///
    /// Malformed, deeper than 32, or with a key twice: 400 that says where.
    pub async fn json(self, most: u64) -> Result<Value, Problem> {
        let bytes = self.bytes(most).await?;
        json::parse(&bytes).map_err(|fault| Problem::malformed(fault.to_string()))
    }

    /// Its parts, if it is multipart/form-data; each is bounded by `most` bytes, and so are all.
    ///
    /// Not in time: whoever reads them waits no longer than [`Body::patience`]. No coding is undone: 415.
    pub fn parts(self, most: u64) -> Result<multer::Multipart<'r>, Problem> {
        self.whole()?;
        let coding = decode::coding(&self.headers).map_err(Problem::from)?;
        if coding != super::coding::Coding::Identity {
            return Err(Problem::unsupported_coding(coding.as_str()));
        }
        if self.announced().is_some_and(|length| length > most) {
            return Err(Problem::payload_too_large(most));
        }
        let named = self.media_type()?;
        let boundary = named.as_ref().and_then(MediaType::boundary).map(String::from);
        let boundary = boundary.ok_or_else(|| Problem::malformed("multipart: expected a boundary"))?;
        let limits = multer::SizeLimit::new().whole_stream(most);
        let constraints = multer::Constraints::new().size_limit(limits);
        let stream = tokio_util::io::ReaderStream::with_capacity(self.opened(most), PIECE);
        Ok(multer::Multipart::with_constraints(stream, boundary, constraints))
    }

    /// How long to wait for all of it, if it is at most `most` bytes.
    pub fn patience(&self, most: u64) -> Duration {
        PATIENCE + Duration::from_secs(self.announced().unwrap_or(most) / BYTES_PER_S)
    }

    fn whole(&self) -> Result<(), Problem> {
        if self.cut {
            Err(Problem::malformed("body: expected all of it, found a broken connection"))
        } else {
            Ok(())
        }
    }

    fn opened(self, most: u64) -> Box<dyn AsyncRead + Send + Unpin + 'r> {
        match self.source {
            // One byte more than may come, so that too much is told from just enough.
            Source::Sent(data) => Box::new(data.open(ByteUnit::Byte(most.saturating_add(1)))),
            Source::Made(content) => Box::new(Cursor::new(content)),
            Source::Kept(flow) => Box::new(flow),
        }
    }

    /// Whether reading it costs less than finding out whether it is worth being read.
    pub fn is_short(&self) -> bool {
        self.announced().is_some_and(|length| length <= SHORT)
    }

    /// Its length as sent, if it was said before.
    pub fn announced(&self) -> Option<u64> {
        self.headers.get(::http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    async fn each_piece(
        self,
        most: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.whole()?;
        let announced = self.announced();
        if announced.is_some_and(|length| length > most) {
            return Err(Problem::payload_too_large(most));
        }
        let (patience, witness) = (self.patience(most), self.witness());
        let read = async {
            let (mut stream, mut buffer, mut length) = (self.opened(most), vec![0; PIECE], 0);
            loop {
                let read = stream.read(&mut buffer).await.map_err(broken)?;
                if read == 0 {
                    break;
                }
                length += read as u64;
                if length > most {
                    return Err(Problem::payload_too_large(most));
                }
                if let Some(witness) = &witness {
                    witness.piece(&buffer[..read]);
                }
                take(&buffer[..read])?;
            }
            match announced {
                Some(announced) if length < announced => {
                    Err(Problem::malformed(format!("body: expected {announced} bytes, found {length}")))
                }
                _ => Ok(()),
            }
        };
        tokio::time::timeout(patience, read)
            .await
            .unwrap_or_else(|_| Err(Problem::timeout(patience.as_secs())))
    }
}

fn broken(error: std::io::Error) -> Problem {
    Problem::malformed(format!("body: expected all of it, found {error}"))
}

/// A spool file that takes no more: the disk is full, or gone.
pub(in crate::http) fn full(error: std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::QuotaExceeded => Problem::insufficient_storage(),
        std::io::ErrorKind::StorageFull => Problem::disk_full(),
        _ => Problem::unavailable(60),
    }
    .with_cause(format!("a body could not be kept: {error}"))
}
