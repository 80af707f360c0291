//! Answers, and the one responder that gives them to Rocket.
//!
//! A [`Reply`] is plain: status, fields, bytes or a stream. What refuses a request before a handler ran
//! (a guard) or instead of one (an error) is left with [`refuse`], and the catcher picks it up.

use super::{
    cache_control::CacheControl,
    field,
    media::Media,
    problem::Problem,
    range::{ByteRange, Parts},
    stored::{Given, OF_CONTENT, Stored},
};
use ::http::{HeaderMap, HeaderName, StatusCode, header};
use bytes::Bytes;
use futures::{TryStreamExt, future::BoxFuture, stream::BoxStream};
use rocket::{
    Data, Request, Response, Route,
    http::Status,
    response::{self, Responder},
    route::{Handler, Outcome},
};
use std::{io, io::Cursor, sync::Mutex};

/// Bytes that Rocket hands to the connection at a time: for a 64 KiB body 4 KiB cost four times as much.
const CHUNK: usize = 128 * 1024;

/// The content of an answer.
pub enum Content {
    /// All of it, shared with whoever else sends it.
    Whole(Bytes),
    /// Piece by piece, with its length in bytes where that is known.
    Stream(BoxStream<'static, io::Result<Bytes>>, Option<u64>),
}

/// What went well (RFC 9110 §15.3): handlers say this, not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Success {
    /// 200: here it is.
    Ok,
    /// 201: it was made.
    Created,
    /// 202: it will be done.
    Accepted,
    /// 204: done, and there is nothing to say.
    NoContent,
}

impl Success {
    /// The status code.
    pub fn code(self) -> StatusCode {
        match self {
            Success::Ok => StatusCode::OK,
            Success::Created => StatusCode::CREATED,
            Success::Accepted => StatusCode::ACCEPTED,
            Success::NoContent => StatusCode::NO_CONTENT,
        }
    }
}

/// An answer.
pub struct Reply {
    /// Status code.
    pub status: StatusCode,
    /// Header fields.
    pub headers: HeaderMap,
    /// Content.
    pub content: Content,
}

impl Reply {
    /// An answer without content.
    pub fn empty(status: StatusCode) -> Reply {
        Reply { status, headers: HeaderMap::new(), content: Content::Whole(Bytes::new()) }
    }

    /// An answer with content of a media type.
    pub fn whole(status: StatusCode, media: Media, content: Bytes) -> Reply {
        let mut reply = Reply { content: Content::Whole(content), ..Reply::empty(status) };
        reply.headers.insert(header::CONTENT_TYPE, media.value());
        reply
    }

    /// 500 without a word: the server was put together wrongly.
    pub fn broken() -> Reply {
        Reply::empty(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 200.
    pub fn ok(media: Media, content: Bytes) -> Reply {
        Reply::whole(StatusCode::OK, media, content)
    }

    /// 200 with these fields and all of the content.
    pub fn selected(headers: HeaderMap, content: Content) -> Reply {
        Reply { status: StatusCode::OK, headers, content }
    }

    /// 206 with these fields and one part of a content of so many bytes.
    pub fn part(mut headers: HeaderMap, content: Content, part: ByteRange, length: u64) -> Reply {
        headers.insert(header::CONTENT_RANGE, part.content_range(length));
        Reply { status: StatusCode::PARTIAL_CONTENT, headers, content }
    }

    /// 206 with these fields and several parts of a content.
    pub fn parts(mut headers: HeaderMap, content: Content, parts: &Parts) -> Reply {
        headers.insert(header::CONTENT_TYPE, parts.content_type());
        Reply { status: StatusCode::PARTIAL_CONTENT, headers, content }
    }

    /// 204: done, and there is nothing to say.
    pub fn no_content() -> Reply {
        Reply::empty(Success::NoContent.code())
    }

    /// 303: the answer stands at another URL.
    pub fn see_other(location: &str) -> Reply {
        Reply::empty(StatusCode::SEE_OTHER).with(header::LOCATION, location)
    }

    /// 422 with a form once more, which says what was wrong with what was sent.
    pub fn form_again(media: Media, content: Bytes) -> Reply {
        Reply::whole(StatusCode::UNPROCESSABLE_ENTITY, media, content)
    }

    /// 307: ask there instead, in the same way.
    pub fn temporary_redirect(location: &str) -> Reply {
        Reply::empty(StatusCode::TEMPORARY_REDIRECT).with(header::LOCATION, location)
    }

    /// 308: the URL is spelt differently, for good.
    pub fn permanent_redirect(location: &str) -> Reply {
        Reply::empty(StatusCode::PERMANENT_REDIRECT).with(header::LOCATION, location)
    }

    /// 304 with the fields of RFC 9110 §15.4.5 out of those that the 200 would have.
    pub fn not_modified(fields: HeaderMap) -> Reply {
        let mut reply = Reply { headers: fields, ..Reply::empty(StatusCode::NOT_MODIFIED) };
        for name in &OF_CONTENT {
            reply.headers.remove(name);
        }
        reply
    }

    /// An answer that was kept, once more.
    pub fn kept(status: u16, fields: &[(String, String)], content: Bytes) -> Reply {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = Reply { content: Content::Whole(content), ..Reply::empty(status) };
        for (name, value) in fields {
            if let Ok(name) = HeaderName::try_from(name) {
                reply.headers.append(name, field::value(value));
            }
        }
        reply
    }

    /// A stored answer once more.
    pub fn again(stored: &Stored, given: Given) -> Reply {
        let mut reply = Reply {
            content: Content::Whole(stored.content(given)),
            ..Reply::empty(match given {
                Given::Whole => StatusCode::OK,
                Given::NotModified => StatusCode::NOT_MODIFIED,
            })
        };
        for (name, value) in stored.fields(given) {
            if let Ok(name) = HeaderName::try_from(name) {
                reply.headers.append(name, field::value(value));
            }
        }
        reply
    }

    /// The same with one more field; text that is no field value loses its control characters.
    pub fn with(mut self, name: HeaderName, value: &str) -> Reply {
        self.headers.append(name, field::value(value));
        self
    }

    /// The same with this Cache-Control.
    pub fn cached(mut self, cache_control: CacheControl) -> Reply {
        self.headers.insert(header::CACHE_CONTROL, cache_control.value());
        self
    }
}

impl Reply {
    /// As Rocket sends it.
    pub fn response(self) -> Response<'static> {
        let mut response = Response::new();
        response.set_status(Status::new(self.status.as_u16()));
        for (name, value) in &self.headers {
            let value = match value.to_str() {
                Ok(text) => text.to_string(),
                Err(_) => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            };
            response.adjoin_raw_header(name.as_str().to_string(), value);
        }
        let mut size = CHUNK;
        match self.content {
            // No body at all: a 304 with a length of 0 would speak of the representation's (RFC 9110 §8.6).
            Content::Whole(bytes) if bytes.is_empty() => {}
            Content::Whole(bytes) => {
                size = chunk(bytes.len());
                response.set_sized_body(bytes.len(), Cursor::new(bytes));
            }
            Content::Stream(stream, length) => {
                if let Some(length) = length {
                    response.set_raw_header(header::CONTENT_LENGTH.as_str(), length.to_string());
                }
                response
                    .set_streamed_body(tokio_util::io::StreamReader::new(stream.map_err(io::Error::other)));
            }
        }
        response.set_max_chunk_size(size);
        response
    }
}

impl<'r> Responder<'r, 'static> for Reply {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Ok(self.response())
    }
}

/// A stored answer once more, its fields lent; `more` is one field for this request alone.
pub fn again<'r>(stored: &'r Stored, given: Given, more: Option<(HeaderName, &'static str)>) -> Response<'r> {
    let mut response = Response::new();
    for (name, value) in stored.fields(given) {
        response.adjoin_raw_header(name, value);
    }
    if let Some((name, value)) = more {
        response.adjoin_raw_header(name.as_str().to_string(), value);
    }
    match given {
        Given::NotModified => response.set_status(Status::NotModified),
        Given::Whole => {
            let content = stored.content(given);
            let length = content.len();
            response.set_sized_body(length, Cursor::new(content));
            // Behind the body, which brings its own. Rocket makes a buffer of this size for each answer.
            response.set_max_chunk_size(chunk(length));
        }
    }
    response
}

/// Whether an answer says that what the client has is still so (304).
pub fn is_not_modified(response: &Response<'_>) -> bool {
    response.status() == Status::NotModified
}

/// Bytes of the buffer for so much content: one more, or a second buffer is made to see that it ended.
fn chunk(length: usize) -> usize {
    length.saturating_add(1).min(CHUNK)
}

/// What a route before all others makes of a request.
pub enum Early<'r> {
    /// It is answered.
    Answered(Box<Response<'r>>),
    /// It was refused with [`refuse`].
    Refused(Status),
    /// It is for the other routes.
    Pass,
    /// It will be known.
    Later(BoxFuture<'r, Early<'r>>),
}

/// A route before all others, for GET and HEAD of any path, by that name.
pub fn first(name: &'static str, early: for<'r> fn(&'r Request<'_>) -> Early<'r>) -> Route {
    // Not for HEAD: what no route of that method takes comes again as GET.
    let mut route = Route::ranked(FIRST, rocket::http::Method::Get, "/<path..>", First(early));
    route.name = Some(name.into());
    route
}

/// Lower than every rank that Rocket gives.
const FIRST: isize = -100;

#[derive(Clone)]
struct First(for<'r> fn(&'r Request<'_>) -> Early<'r>);

#[rocket::async_trait]
impl Handler for First {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let mut early = (self.0)(request);
        loop {
            early = match early {
                Early::Answered(response) => return Outcome::Success(*response),
                Early::Refused(status) => return Outcome::Error(status),
                Early::Pass => return Outcome::Forward((data, Status::NotFound)),
                Early::Later(later) => later.await,
            };
        }
    }
}

/// Why no handler answers a request.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// Something is wrong with it.
    Problem(Box<Problem>),
    /// Its URL is spelt differently: the right one, absolute.
    Elsewhere(String),
    /// Somebody with a browser is to sign in first.
    SignIn,
}

#[derive(Default)]
struct Left(Mutex<Option<Refusal>>);

/// Leaves a refusal for the catcher; the status is only what makes Rocket call it.
pub fn refuse(request: &Request<'_>, refusal: Refusal) -> Status {
    let status = match &refusal {
        Refusal::Problem(problem) => Status::new(problem.status().as_u16()),
        Refusal::Elsewhere(_) => Status::PermanentRedirect,
        Refusal::SignIn => Status::SeeOther,
    };
    let left: &Left = request.local_cache(Left::default);
    if let Ok(mut left) = left.0.lock() {
        // The first one counts: what failed later failed because of it.
        left.get_or_insert(refusal);
    }
    status
}

/// The refusal that was left, if there is one.
pub fn refused(request: &Request<'_>) -> Option<Refusal> {
    let left: &Left = request.local_cache(Left::default);
    left.0.lock().ok()?.take()
}

impl<'r> Responder<'r, 'static> for Problem {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Err(refuse(request, Refusal::Problem(Box::new(self))))
    }
}
