//! Problems (RFC 9457): the one place that chooses the status of an error.
//!
//! A handler writes `?` or `Problem::gone(..)`. What each kind means stands in [`kind`], one thing that
//! is wrong in [`entry`]. How a problem looks as a page or as JSON-LD, and how long a cache keeps it, is
//! decided by whoever renders it.

pub mod entry;
pub mod kind;

use self::kind::Kind;
use super::{coding::Coding, field, media::Media, precondition::Current, range};
use ::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::fmt;

pub use self::entry::{At, Entry};

/// Characters of `detail` repeated in `X-Almanac-Error-Message`.
const MESSAGE_CHARACTERS: usize = 300;

/// What went wrong. All but [`Problem::cause`] is for the client: no word about the server's inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<Particulars>);

/// Boxed, so that a `Result` with a problem stays as small as its value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Particulars {
    kind: &'static Kind,
    detail: String,
    cause: Option<String>,
    errors: Vec<Entry>,
    members: Map<String, Value>,
    fields: Vec<(HeaderName, HeaderValue)>,
    page: Option<Bytes>,
}

/// What a request asked for wrongly.
impl Problem {
    /// 400: the request cannot be read; `detail` says what was expected, what came and where.
    pub fn malformed(detail: impl Into<String>) -> Problem {
        Problem::new(&kind::MALFORMED, detail)
    }

    /// 400: query parameters with values that they cannot have.
    pub fn invalid_parameters(errors: Vec<Entry>) -> Problem {
        Problem::listing(&kind::INVALID_PARAMETER, errors)
    }

    /// 401: each challenge becomes a `WWW-Authenticate` line of its own.
    pub fn unauthorized<'c>(
        detail: impl Into<String>,
        challenges: impl IntoIterator<Item = &'c str>,
    ) -> Problem {
        let problem = Problem::new(&kind::UNAUTHORIZED, detail);
        challenges.into_iter().fold(problem, |problem, one| problem.with_field(header::WWW_AUTHENTICATE, one))
    }

    /// 403: `detail` says what is needed.
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(&kind::FORBIDDEN, detail)
    }

    /// 404, for instance of ``article `rain` ``. Private things that are not one's own are answered in the same words.
    pub fn not_found(what: impl fmt::Display) -> Problem {
        Problem::new(&kind::NOT_FOUND, format!("there is no {what}"))
    }

    /// 405, with the methods that the resource has.
    pub fn method_not_allowed(method: &Method, allow: &[Method]) -> Problem {
        let allow = allow.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        Problem::new(&kind::METHOD_NOT_ALLOWED, format!("expected {}, found {method}", either(&allow)))
            .with_field(header::ALLOW, &allow)
    }

    /// 406, with the media types on offer.
    pub fn not_acceptable(variants: &[Media]) -> Problem {
        let names: Vec<&str> = variants.iter().map(|media| media.essence()).collect();
        let detail = format!("expected an Accept that allows {}", either(&names.join(", ")));
        Problem::new(&kind::NOT_ACCEPTABLE, detail).with_member("variants", json!(names))
    }

    /// 406: every content coding is refused, and identity too.
    pub fn coding_not_acceptable() -> Problem {
        let detail = "expected an Accept-Encoding that allows identity, gzip or zstd";
        Problem::new(&kind::NOT_ACCEPTABLE, detail)
    }

    /// 408: the body took longer than this.
    pub fn timeout(limit_s: u64) -> Problem {
        Problem::new(&kind::TIMEOUT, format!("body: expected all of it within {limit_s} s, found a part"))
            .with_field(header::CONNECTION, "close")
    }

    /// 409: something else has the name, for instance ``article `rain` ``.
    pub fn taken(what: impl fmt::Display) -> Problem {
        Problem::new(&kind::TAKEN, format!("expected a name that is free, found {what}"))
    }

    /// 409: something deleted had the name.
    pub fn identifier_retired(what: impl fmt::Display) -> Problem {
        Problem::new(&kind::IDENTIFIER_RETIRED, format!("expected a name that was never used, found {what}"))
    }

    /// 409: something else depends on it; `detail` says what.
    pub fn in_use(detail: impl Into<String>) -> Problem {
        Problem::new(&kind::IN_USE, detail)
    }

    /// 410.
    pub fn gone(what: impl fmt::Display) -> Problem {
        Problem::new(&kind::GONE, format!("{what} has been removed for good"))
    }

    /// 410: a version of the API is no more, since that day; the same resource has this URL in the next one.
    pub fn version_ended(version: &str, since: &str, successor: &str) -> Problem {
        let detail = format!("{version} of the API ended on {since}; expected a request to {successor}");
        Problem::new(&kind::VERSION_ENDED, detail).with_member("successor", json!(successor))
    }

    /// 412, with what to send in If-Match now; `None` if there is no such resource.
    pub fn precondition_failed(current: Option<&Current>) -> Problem {
        let name = current.map(Current::name);
        let detail = match &name {
            Some(name) => format!("expected a precondition that holds for {name}, the current state"),
            None => "expected a precondition that holds where nothing exists".to_string(),
        };
        let problem = Problem::new(&kind::PRECONDITION_FAILED, detail).with_member("current", json!(name));
        match current.and_then(Current::tag) {
            Some(tag) => problem.with_field(header::ETAG, &tag.to_string()),
            None => problem,
        }
    }

    /// 413: more than `limit` bytes.
    pub fn payload_too_large(limit_bytes: u64) -> Problem {
        Problem::new(&kind::PAYLOAD_TOO_LARGE, format!("expected at most {limit_bytes} bytes, found more"))
            .with_member("limit", json!(limit_bytes))
            .with_field(header::CONNECTION, "close")
    }

    /// 413: more decoded bytes for each byte sent than any honest body has.
    pub fn payload_too_dense(ratio: u64) -> Problem {
        let detail = format!("expected at most {ratio} decoded bytes for each byte sent, found more");
        Problem::new(&kind::PAYLOAD_TOO_LARGE, detail).with_field(header::CONNECTION, "close")
    }

    /// 415, with the media types read here, in `Accept` and what the method has for it beside (RFC 5789,
    /// Linked Data Platform); `found` is the Content-Type, if there was one.
    pub fn unsupported_media_type(method: &Method, found: Option<&str>, accepted: &[Media]) -> Problem {
        let names: Vec<&str> = accepted.iter().map(|media| media.essence()).collect();
        let list = names.join(", ");
        let found = found.map_or("none".to_string(), |found| format!("{found:?}"));
        let problem = Problem::new(
            &kind::UNSUPPORTED_MEDIA_TYPE,
            format!("content-type: expected {}, found {found}", either(&list)),
        )
        .with_member("accepted", json!(names))
        .with_field(header::ACCEPT, &list);
        match method.as_str() {
            "PATCH" => problem.with_field(HeaderName::from_static("accept-patch"), &list),
            "POST" => problem.with_field(HeaderName::from_static("accept-post"), &list),
            _ => problem,
        }
    }

    /// 415: a Content-Encoding that is not undone here.
    pub fn unsupported_coding(found: &str) -> Problem {
        let known = Coding::REAL.map(Coding::as_str).join(", ");
        let detail = format!("content-encoding: expected {}, found {found:?}", either(&known));
        Problem::new(&kind::UNSUPPORTED_CODING, detail).with_field(header::ACCEPT_ENCODING, &known)
    }

    /// 416: no range begins within a representation of `length` bytes.
    pub fn range_not_satisfiable(length: u64) -> Problem {
        let detail = format!("expected a range that begins within {length} bytes");
        let mut problem = Problem::new(&kind::RANGE_NOT_SATISFIABLE, detail);
        problem.0.fields.push((header::CONTENT_RANGE, range::unsatisfied(length)));
        problem
    }

    /// 422: the body can be read, but these places in it are wrong.
    pub fn unprocessable(errors: Vec<Entry>) -> Problem {
        Problem::listing(&kind::UNPROCESSABLE, errors)
    }

    /// 428: the setting `require_if_match` is on, and nothing guards the state.
    pub fn precondition_required() -> Problem {
        let detail = "expected If-Match with the entity tag last read, or `If-None-Match: *` to create";
        Problem::new(&kind::PRECONDITION_REQUIRED, detail)
    }

    /// 429.
    pub fn too_many_requests(retry_after_s: u64) -> Problem {
        Problem::later(&kind::TOO_MANY_REQUESTS, retry_after_s)
    }
}

/// What the server could not do.
impl Problem {
    /// 500. What happened is for the log alone: [`Problem::with_cause`].
    pub fn internal() -> Problem {
        Problem::new(&kind::INTERNAL, "the request could not be answered through a fault of the server")
    }

    /// 501: a method that no resource has, with those that some have.
    pub fn not_implemented(found: impl fmt::Display, methods: &[Method]) -> Problem {
        let methods = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        Problem::new(&kind::NOT_IMPLEMENTED, format!("expected {}, found {found}", either(&methods)))
    }

    /// 503: the database is away, or too much is going on.
    pub fn unavailable(retry_after_s: u64) -> Problem {
        Problem::later(&kind::UNAVAILABLE, retry_after_s)
    }

    /// 503: the disk is full, which is the operator's to mend; nothing was changed.
    pub fn disk_full() -> Problem {
        let retry_after_s = 60;
        let detail =
            format!("the disk of the server is full: nothing was kept; try again in {retry_after_s} s");
        Problem::new(&kind::UNAVAILABLE, detail).with_field(header::RETRY_AFTER, &retry_after_s.to_string())
    }

    /// 507: what may be kept here is used up; nothing was changed.
    pub fn insufficient_storage() -> Problem {
        let detail = "expected a body that fits into what may still be kept here, found a longer one";
        Problem::new(&kind::INSUFFICIENT_STORAGE, detail)
    }

    /// The problem that a bare status code tells, of a server under us that says no more.
    pub fn of_code(code: u16) -> Problem {
        Problem::of_status(StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
    }

    /// The problem for a status that the server under us has chosen; one that no kind has becomes 400
    /// or 500.
    pub fn of_status(status: StatusCode) -> Problem {
        let fallback = if status.is_client_error() { &kind::MALFORMED } else { &kind::INTERNAL };
        let kind = kind::KINDS.iter().find(|kind| kind.status == status).copied().unwrap_or(fallback);
        Problem::new(kind, kind.explanation)
    }
}

/// Making one, and reading it.
impl Problem {
    /// A problem of some kind; `detail` says what was expected, what came and where.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Problem {
        let (errors, members, fields) = (Vec::new(), Map::new(), Vec::new());
        let (detail, cause, page) = (detail.into(), None, None);
        Problem(Box::new(Particulars { kind, detail, cause, errors, members, fields, page }))
    }

    /// The same with what the log is told and the client is not.
    pub fn with_cause(mut self, cause: impl Into<String>) -> Problem {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same with what is wrong, place by place.
    pub fn with_errors(mut self, errors: Vec<Entry>) -> Problem {
        self.0.errors = errors;
        self
    }

    /// The same with one more header field line; what cannot stand in one becomes `?`.
    pub fn with_field(mut self, name: HeaderName, text: &str) -> Problem {
        self.0.fields.push((name, field::value(text)));
        self
    }

    /// The same with one more member of its document.
    pub fn with_member(mut self, key: &str, value: Value) -> Problem {
        self.0.members.insert(key.to_string(), value);
        self
    }

    /// The same with a page of its own, for people.
    pub fn with_page(mut self, page: Bytes) -> Problem {
        self.0.page = Some(page);
        self
    }

    /// The page of its own, if it has one.
    pub fn page(&self) -> Option<Bytes> {
        self.0.page.clone()
    }

    /// Its kind.
    pub fn kind(&self) -> &'static Kind {
        self.0.kind
    }

    /// Its status code.
    pub fn status(&self) -> StatusCode {
        self.0.kind.status
    }

    /// Whether who sent it can send it better: something in it was wrong, or does not go with what is there.
    pub fn is_about_content(&self) -> bool {
        matches!(self.status().as_u16(), 400 | 409 | 412 | 413 | 422 | 428)
    }

    /// Whether it was meant for another state of the thing than it has.
    pub fn is_about_state(&self) -> bool {
        matches!(self.status().as_u16(), 412 | 428)
    }

    /// Whether who sent it may not do that.
    pub fn is_about_rights(&self) -> bool {
        self.status() == StatusCode::FORBIDDEN
    }

    /// What was expected, what came and where.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What the log is told and the client is not.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// What is wrong, place by place.
    pub fn errors(&self) -> &[Entry] {
        &self.0.errors
    }

    /// The header fields that it brings, `X-Almanac-Error-Code` and `-Message` among them; append them,
    /// names may repeat.
    pub fn fields(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let message: String = self.0.detail.chars().take(MESSAGE_CHARACTERS).collect();
        let ours = [("x-almanac-error-code", self.0.kind.slug), ("x-almanac-error-message", &message)]
            .map(|(name, text)| (HeaderName::from_static(name), field::value(text)));
        self.0.fields.iter().cloned().chain(ours)
    }

    /// Its document: `type`, `title`, `status`, `detail`, `instance`, members of its kind, `errors`, and
    /// `violations`, the same for clients of API Platform.
    ///
    /// `base` is the public URL, `instance` the URL that was asked.
    pub fn document(&self, base: &str, instance: &str) -> Value {
        let Particulars { kind, detail, errors, members, .. } = &*self.0;
        let mut document = Map::from_iter([
            ("type".to_string(), json!(kind.url(base))),
            ("title".to_string(), json!(kind.title)),
            ("status".to_string(), json!(kind.status.as_u16())),
            ("detail".to_string(), json!(detail)),
            ("instance".to_string(), json!(instance)),
        ]);
        document.extend(members.clone());
        let violations: Vec<Value> = errors.iter().filter_map(Entry::violation).collect();
        if !errors.is_empty() {
            document.insert("errors".into(), errors.iter().map(Entry::document).collect());
        }
        if !violations.is_empty() {
            document.insert("violations".into(), violations.into());
        }
        Value::Object(document)
    }

    /// A problem whose detail is the first error, and how many more there are.
    fn listing(kind: &'static Kind, errors: Vec<Entry>) -> Problem {
        let detail = match errors.as_slice() {
            [] => kind.explanation.to_string(),
            [one] => one.to_string(),
            [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
        };
        Problem::new(kind, detail).with_errors(errors)
    }

    fn later(kind: &'static Kind, retry_after_s: u64) -> Problem {
        Problem::new(kind, format!("try again in {retry_after_s} s"))
            .with_field(header::RETRY_AFTER, &retry_after_s.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.kind.status.as_u16(), self.0.kind.slug, self.0.detail)?;
        self.0.cause.as_ref().map_or(Ok(()), |cause| write!(f, " ({cause})"))
    }
}

impl std::error::Error for Problem {}

/// `a, b, c` as `a, b or c`.
fn either(list: &str) -> String {
    match list.rsplit_once(", ") {
        Some((others, last)) => format!("{others} or {last}"),
        None if list.is_empty() => "nothing".to_string(),
        None => list.to_string(),
    }
}
