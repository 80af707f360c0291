//! The head of a request (RFC 9110 §6), as plain values: a request guard.

use super::{host, media::Media, precondition::Preconditions, problem::Problem};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method};
use rocket::{
    Request,
    http::{Method as Rockets, uri::Origin},
    request::{FromRequest, Outcome},
};
use std::convert::Infallible;

/// Method, URL and fields.
#[derive(Debug, Clone)]
pub struct Head {
    /// Method.
    pub method: Method,
    /// Path as it came, with its suffix.
    pub path: String,
    /// Path by which it is routed, where that is another.
    bare: Option<String>,
    /// Query as it came, without the question mark.
    pub query: Option<String>,
    /// The representation that a suffix of the path names.
    pub suffix: Option<Media>,
    /// The representation that Accept names, and with it the version of what has no version in its path.
    pub vendor: Option<Media>,
    /// Fields, each line of its own.
    pub headers: HeaderMap,
}

/// What names the representation where the path by which a request is routed does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The suffix that the path had.
    Suffix(Media),
    /// Accept, together with the version that the path lacks.
    Vendor(Media),
}

/// The path as it came, where the request is routed by another.
#[derive(Debug, Clone, Default)]
struct AsItCame(Option<(String, Named)>);

/// Routes the request by `bare` and remembers its own path.
///
/// To be called before anything else asks for its head.
pub fn route_by(request: &mut Request<'_>, bare: &str, named: Named) {
    let came = request.uri().path().to_string();
    let uri = match request.uri().query() {
        Some(query) => Origin::parse_owned(format!("{bare}?{query}")),
        None => Origin::parse_owned(bare.to_string()),
    };
    if let Ok(uri) = uri {
        request.set_uri(uri);
        request.local_cache(|| AsItCame(Some((came, named))));
    }
}

/// The method as it came: Rocket answers HEAD by a second try as GET.
struct Came {
    method: Method,
    /// Whether it was remembered before routing.
    read: bool,
}

impl Came {
    fn of<'r>(request: &'r Request<'_>, read: bool) -> &'r Came {
        // Rocket knows fewer methods than the `http` crate, all of them by the same name.
        let method = Method::from_bytes(request.method().as_str().as_bytes());
        request.local_cache(|| Came { method: method.unwrap_or(Method::GET), read })
    }
}

/// Remembers the method as it came; to be called before routing.
pub fn remember_method(request: &Request<'_>) {
    Came::of(request, true);
}

/// Whether the server under us could read method and target; it runs no fairing where it could not, and
/// shows an unknown method as GET, an unreadable target as `/`.
pub fn was_read(request: &Request<'_>) -> bool {
    Came::of(request, false).read
}

/// What is wrong with a head whatever is asked: no host or several (RFC 9112 §3.2), or the target `*` for
/// another method than OPTIONS (§3.2.4).
///
/// A request without an address, made within the process, needs no host.
pub fn check(request: &Request<'_>) -> Result<(), Problem> {
    let hosts: Vec<&str> = request.headers().get("host").collect();
    if request.remote().is_some() || !hosts.is_empty() {
        host::check(&hosts)?;
    }
    if request.uri().path() == ANYTHING && request.method() != Rockets::Options {
        return Err(Problem::malformed("target: expected a path, found `*`, which is for OPTIONS alone"));
    }
    Ok(())
}

/// Sees to it that no route fits, so that the catcher answers. The method as it came stays remembered.
pub fn turn_away(request: &mut Request<'_>) {
    // No server under Rocket can have a route for it: there is no such attribute.
    request.set_method(Rockets::Connect);
}

/// The target that stands for the whole server.
const ANYTHING: &str = "*";

/// Method and path as they came.
pub fn line<'r>(request: &'r Request<'_>) -> (&'r Method, &'r str) {
    let came: &AsItCame = request.local_cache(AsItCame::default);
    let path = came.0.as_ref().map_or_else(|| request.uri().path().as_str(), |(path, _)| path);
    (&Came::of(request, false).method, path)
}

/// See [`Head::vendor`].
pub fn vendor(request: &Request<'_>) -> Option<Media> {
    let came: &AsItCame = request.local_cache(AsItCame::default);
    match came.0 {
        Some((_, Named::Vendor(media))) => Some(media),
        _ => None,
    }
}

/// The lines of one field of a request.
pub fn lines(request: &Request<'_>, name: &HeaderName) -> HeaderMap {
    let values = request.headers().get(name.as_str()).filter_map(|value| HeaderValue::from_str(value).ok());
    values.map(|value| (name.clone(), value)).collect()
}

/// The fields of a request, each line of its own.
pub fn fields(request: &Request<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for field in request.headers().iter() {
        let name = HeaderName::try_from(field.name().as_str());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(field.value())) {
            headers.append(name, value);
        }
    }
    headers
}

impl Head {
    /// The head of a request that Rocket handles.
    pub fn of(request: &Request<'_>) -> Head {
        let (method, path) = line(request);
        let came: &AsItCame = request.local_cache(AsItCame::default);
        let suffix = match came.0 {
            Some((_, Named::Suffix(media))) => Some(media),
            _ => None,
        };
        Head {
            method: method.clone(),
            path: path.to_string(),
            bare: came.0.is_some().then(|| request.uri().path().to_string()),
            query: request.uri().query().map(|query| query.to_string()),
            suffix,
            vendor: vendor(request),
            headers: fields(request),
        }
    }

    /// The head of a request that was made here, to a path in its one spelling.
    pub fn made(method: Method, path: &str, query: Option<String>, headers: HeaderMap) -> Head {
        Head { method, path: path.into(), bare: None, query, suffix: None, vendor: None, headers }
    }

    /// Path by which it is routed: without suffix, with a version.
    pub fn routed(&self) -> &str {
        self.bare.as_deref().unwrap_or(&self.path)
    }

    /// Whether the request is about the whole server: `OPTIONS *`.
    pub fn is_about_everything(&self) -> bool {
        self.path == ANYTHING
    }

    /// The conditional fields.
    pub fn preconditions(&self) -> Preconditions {
        Preconditions::from(&self.headers)
    }

    /// Path and query as they came.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Head {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Head, Infallible> {
        Outcome::Success(Head::of(request))
    }
}
