//! The head of a request (RFC 9110 §6), as plain values: a request guard.

use super::{media::Media, precondition::Preconditions};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method};
use rocket::{
    Request,
    http::uri::Origin,
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
    /// Query as it came, without the question mark.
    pub query: Option<String>,
    /// The representation that a suffix of the path names.
    pub suffix: Option<Media>,
    /// Fields, each line of its own.
    pub headers: HeaderMap,
}

/// The URL as it came, where a suffix was taken off before routing.
#[derive(Debug, Clone, Default)]
struct AsItCame(Option<(String, Media)>);

/// Routes the request by `bare`, its path without suffix, and remembers which suffix it had.
pub fn without_suffix(request: &mut Request<'_>, bare: &str, suffix: Media) {
    let came = request.uri().path().to_string();
    let uri = match request.uri().query() {
        Some(query) => Origin::parse_owned(format!("{bare}?{query}")),
        None => Origin::parse_owned(bare.to_string()),
    };
    if let Ok(uri) = uri {
        request.set_uri(uri);
        request.local_cache(|| AsItCame(Some((came, suffix))));
    }
}

/// The method as it came: Rocket answers HEAD by a second try as GET.
struct Came(Method);

impl Came {
    fn of<'r>(request: &'r Request<'_>) -> &'r Came {
        // Rocket knows fewer methods than the `http` crate, all of them by the same name.
        let method = Method::from_bytes(request.method().as_str().as_bytes());
        request.local_cache(|| Came(method.unwrap_or(Method::GET)))
    }
}

/// Remembers the method as it came; to be called before routing.
pub fn remember_method(request: &Request<'_>) {
    Came::of(request);
}

impl Head {
    /// The head of a request that Rocket handles.
    pub fn of(request: &Request<'_>) -> Head {
        let came: &AsItCame = request.local_cache(AsItCame::default);
        let (path, suffix) = match &came.0 {
            Some((path, suffix)) => (path.clone(), Some(*suffix)),
            None => (request.uri().path().to_string(), None),
        };
        let mut headers = HeaderMap::new();
        for field in request.headers().iter() {
            let name = HeaderName::try_from(field.name().as_str());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(field.value())) {
                headers.append(name, value);
            }
        }
        Head {
            method: Came::of(request).0.clone(),
            path,
            query: request.uri().query().map(|query| query.to_string()),
            suffix,
            headers,
        }
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
