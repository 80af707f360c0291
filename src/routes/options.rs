//! OPTIONS (RFC 9110 §9.3.7): what can be done, with one resource or with the server.
//!
//! Which methods a resource has is asked of the route table, nowhere else written down.

use super::{always, change, hit, message, upload, v1};
use crate::{
    http::{head::Head, media::Media, reply::Reply},
    represent::{link::Place, policy::Subject},
};
use http::{HeaderName, Method, header};
use rocket::Request;

/// The methods that answers list, in this order.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// The answer to OPTIONS of the resource at a path that has these methods.
pub fn answer(head: &Head, path: &str, methods: &[Method]) -> Reply {
    let mut reply = named(methods);
    if head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        reply.headers.extend(always::preflight(&listed(methods)));
    }
    writable(reply, path, methods)
}

/// The answer that names these methods and says no more.
pub fn named(methods: &[Method]) -> Reply {
    Reply::no_content().with(header::ALLOW, &listed(methods)).cached(Subject::Passing.cache_control())
}

/// The methods of a path, by the route table; none where no route fits.
pub fn methods(request: &Request<'_>, path: &str) -> Vec<Method> {
    let segments = segments(path);
    routed(request, |pattern| fits(pattern, &segments))
}

/// The methods that some resource has.
pub fn everything(request: &Request<'_>) -> Vec<Method> {
    routed(request, |_| true)
}

fn routed(request: &Request<'_>, fits: impl Fn(&str) -> bool) -> Vec<Method> {
    let fitting = request.rocket().routes().filter(|route| !hit::is(route) && fits(route.uri.path()));
    let methods: Vec<&str> = fitting.map(|route| route.method.as_str()).collect();
    // HEAD is answered wherever GET is, OPTIONS everywhere: neither has routes.
    let has = |method: &Method| match *method {
        Method::HEAD => methods.contains(&Method::GET.as_str()),
        Method::OPTIONS => !methods.is_empty(),
        _ => methods.contains(&method.as_str()),
    };
    METHODS.into_iter().filter(has).collect()
}

fn listed(methods: &[Method]) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').skip(1).filter(|segment| !segment.is_empty()).collect()
}

fn fits(pattern: &str, given: &[&str]) -> bool {
    let wanted = segments(pattern);
    for (index, want) in wanted.iter().enumerate() {
        if want.ends_with("..>") {
            return true;
        }
        match given.get(index) {
            Some(found) if want.starts_with('<') || want == found => {}
            _ => return false,
        }
    }
    wanted.len() == given.len()
}

/// Says which media types are read there (RFC 5789 §3.1, LDP §7.1).
fn writable(mut reply: Reply, path: &str, methods: &[Method]) -> Reply {
    let list = |media: &[Media]| media.iter().map(|m| m.essence()).collect::<Vec<_>>().join(", ");
    let place = Place::parse(path);
    if methods.contains(&Method::PATCH) {
        let taken = if place == Some(Place::V1Echo) { v1::echo::TAKEN } else { change::PATCHES };
        reply = reply.with(HeaderName::from_static("accept-patch"), &list(taken));
    }
    if methods.contains(&Method::POST) {
        let taken = match place {
            Some(Place::Datasets | Place::Revisions(_)) => [change::WHOLE, upload::TABLES].concat(),
            Some(Place::Messages | Place::V1Messages) => message::TAKEN.to_vec(),
            Some(Place::V1Echo) => v1::echo::TAKEN.to_vec(),
            _ => change::WHOLE.to_vec(),
        };
        reply = reply.with(HeaderName::from_static("accept-post"), &list(&taken));
    }
    reply
}
