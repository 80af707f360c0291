//! The one catcher: everything that no handler answered.
//!
//! It finds what a guard or handler left, or asks the route table why nothing fitted: another method
//! (405, OPTIONS), another spelling (308), nothing (404). Every error leaves as a problem document.

use super::{always, arrival::Arrival, ask::Site, canonical, change, elsewhere, hit, message, upload, v1};
use crate::{
    http::{
        head::Head,
        link_header::Link,
        media::Media,
        negotiate::{self, VARY},
        problem::{Problem, kind},
        reply::{Refusal, Reply, refused},
    },
    page,
    represent::{
        asset,
        link::{Base, Place},
        policy::Subject,
    },
};
use bytes::Bytes;
use http::{HeaderName, Method, header};
use rocket::{Request, catch, http::Status};

/// What Rocket says when no route fits.
const UNROUTED: u16 = 404;

/// Everything that no handler answered.
#[catch(default)]
pub fn any(status: Status, request: &Request<'_>) -> Reply {
    let head = Head::of(request);
    let Some(site) = request.rocket().state::<Site>() else {
        return Reply::broken();
    };
    let problem = match refused(request) {
        Some(Refusal::Elsewhere(url)) => {
            return Reply::permanent_redirect(&url).cached(Subject::Schema.cache_control());
        }
        Some(Refusal::Problem(problem)) => *problem,
        None if status.code == UNROUTED => match unrouted(request, &head, site.base()) {
            Ok(reply) => return reply,
            Err(problem) => problem,
        },
        None => Problem::of_code(status.code),
    };
    let id = &Arrival::of(request).id;
    if let Some(cause) = problem.cause() {
        tracing::error!(id, cause, "a fault of the server");
    }
    if *problem.kind() == kind::UNAVAILABLE
        && let Some(reply) = hit::rather_than_an_error(&head, site)
    {
        return reply;
    }
    let mut reply = shown(&head, site.base(), &problem);
    // Rocket runs no fairing for a method that it does not know (docs/limits.md).
    always::complete(&mut reply.headers, &site.works.settings.v1, site.base(), &head.path);
    reply.with(HeaderName::from_static(always::REQUEST_ID), id)
}

/// Why no route fitted.
fn unrouted(request: &Request<'_>, head: &Head, base: &Base) -> Result<Reply, Problem> {
    let path = request.uri().path().to_string();
    let methods = methods(request, &path);
    if let Some(path) = canonical(&path).filter(|path| !self::methods(request, path).is_empty()) {
        let url = elsewhere(base, head, &path);
        return Ok(Reply::permanent_redirect(&url).cached(Subject::Schema.cache_control()));
    }
    if methods.is_empty() {
        return Err(Problem::not_found("resource at this URL"));
    }
    if head.method == Method::OPTIONS {
        let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let mut reply = Reply::no_content().with(header::ALLOW, &allow);
        if head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
            reply.headers.extend(always::preflight(&allow));
        }
        let reply = writable(reply, &path, &methods);
        return Ok(reply.cached(Subject::Passing.cache_control()));
    }
    if methods.contains(&head.method) {
        // A route fitted the method and the pattern, but refused a segment.
        return Err(Problem::not_found("resource at this URL"));
    }
    Err(Problem::method_not_allowed(&head.method, &methods))
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

/// The methods of a path, by the route table.
fn methods(request: &Request<'_>, path: &str) -> Vec<Method> {
    let segments: Vec<&str> = path.split('/').skip(1).filter(|segment| !segment.is_empty()).collect();
    let mut methods: Vec<Method> = request
        .rocket()
        .routes()
        .filter(|route| !hit::is(route) && fits(route.uri.path(), &segments))
        .filter_map(|route| Method::from_bytes(route.method.as_str().as_bytes()).ok())
        .collect();
    if methods.is_empty() {
        return methods;
    }
    if methods.contains(&Method::GET) {
        methods.push(Method::HEAD);
    }
    methods.push(Method::OPTIONS);
    let order = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    order.into_iter().filter(|method| methods.contains(method)).collect()
}

fn fits(pattern: &str, segments: &[&str]) -> bool {
    let wanted: Vec<&str> = pattern.split('/').skip(1).filter(|segment| !segment.is_empty()).collect();
    for (index, want) in wanted.iter().enumerate() {
        if want.ends_with("..>") {
            return true;
        }
        match segments.get(index) {
            Some(found) if want.starts_with('<') || want == found => {}
            _ => return false,
        }
    }
    wanted.len() == segments.len()
}

/// A problem as the client reads it: problem JSON, JSON-LD, or a page.
fn shown(head: &Head, base: &Base, problem: &Problem) -> Reply {
    let instance = base.join(&head.target());
    let document = problem.document(base.join("").as_str(), &instance);
    let offered = [Media::ProblemJson, Media::Json, Media::JsonLd, Media::Html];
    let media = negotiate::media(&head.headers, &offered).unwrap_or(Media::ProblemJson);
    let content = match media {
        Media::Html => page::problem(&document, base, &asset::style(base)),
        Media::JsonLd => Bytes::from(format!("{}\n", as_json_ld(base, document))),
        _ => Bytes::from(format!("{document}\n")),
    };
    let subject = match problem.kind() {
        kind if *kind == kind::NOT_FOUND => Subject::Absent,
        kind if *kind == kind::GONE => Subject::Gone,
        _ => Subject::Error,
    };
    let media = if media == Media::Json { Media::ProblemJson } else { media };
    let mut reply = Reply::whole(problem.status(), media, content)
        .with(header::VARY, VARY)
        .cached(subject.cache_control());
    if !Place::is_v1(&head.path) {
        let documentation = Place::Documentation.url(base);
        let link = Link::new(documentation, "http://www.w3.org/ns/hydra/core#apiDocumentation");
        reply = reply.with(header::LINK, &link.to_string());
    }
    for (name, value) in problem.fields() {
        reply.headers.append(name, value);
    }
    reply
}

/// The problem as a `hydra:Error` with our context.
fn as_json_ld(base: &Base, document: serde_json::Value) -> serde_json::Value {
    let mut value = serde_json::json!({
        "@context": Place::Context.url(base),
        "@type": "Error",
    });
    if let (Some(to), serde_json::Value::Object(from)) = (value.as_object_mut(), document) {
        to.extend(from);
    }
    value
}
