//! The one catcher: everything that no handler answered.
//!
//! It finds what a guard or handler left, or asks the route table why nothing fitted: a method that no
//! resource has (501) or not this one (405), OPTIONS, another spelling (308), nothing (404). Every error
//! leaves as a problem document.

use super::{always, arrival::Arrival, ask::Site, canonical, elsewhere, hit, options, sign, unversioned};
use crate::{
    auth::guard,
    http::{
        head::{self, Head},
        link_header::Link,
        media::Media,
        negotiate::{self, VARY},
        problem::{Problem, kind},
        reply::{Refusal, Reply, refused},
    },
    page,
    represent::{
        link::{Base, Place},
        policy::Subject,
        vocab,
    },
};
use bytes::Bytes;
use http::{HeaderName, Method, header};
use rocket::{Request, catch, http::Status};

/// What Rocket says when no route fits.
const UNROUTED: u16 = 404;

/// Everything that no handler answered.
#[catch(default)]
pub async fn any(status: Status, request: &Request<'_>) -> Reply {
    let head = Head::of(request);
    let Some(site) = request.rocket().state::<Site>() else {
        return Reply::broken();
    };
    let problem = match refused(request) {
        Some(Refusal::Elsewhere(url)) => {
            return Reply::permanent_redirect(&url).cached(Subject::Schema.cache_control());
        }
        Some(Refusal::SignIn) => return sign::first(&head, site.base()),
        Some(Refusal::Problem(problem)) => *problem,
        None if !head::was_read(request) => unread(request, &head),
        None if status.code == UNROUTED => match unrouted(request, &head, site).await {
            Ok(reply) => return reply,
            Err(problem) => problem,
        },
        None => Problem::of_code(status.code),
    };
    if *problem.kind() == kind::VERSION_ENDED {
        // Whom to tell: those who still call are counted by name, though no guard has looked.
        let _ = guard::of(request).await;
    }
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
    if !head::was_read(request) {
        // No fairing runs for such a request (docs/limits.md): its fields and its line of the log are made here.
        always::complete(&mut reply.headers, &site.works.settings.v1, site.base(), &head.path);
        Arrival::of(request).log(request, reply.status.as_u16());
        return reply.with(HeaderName::from_static(always::REQUEST_ID), id);
    }
    reply
}

/// What Rocket could not read: a method that it does not know, which it shows as GET, or a target that is
/// no path, which it shows as `/`.
///
/// `GET x` cannot be told from `BREW /`: nobody sends the one, some do send `PROPFIND /`.
fn unread(request: &Request<'_>, head: &Head) -> Problem {
    let methods = options::everything(request);
    match head.method {
        Method::GET => Problem::not_implemented("one that the server does not know", &methods),
        _ if methods.contains(&head.method) => {
            Problem::malformed("target: expected a path that begins with `/`, found none")
        }
        _ => Problem::not_implemented(&head.method, &methods),
    }
}

/// Why no route fitted.
async fn unrouted(request: &Request<'_>, head: &Head, site: &Site) -> Result<Reply, Problem> {
    let methods = options::everything(request);
    // TRACE is known, and no resource's: 405 (RFC 9110 §15.5.6), where others are 501.
    if !methods.contains(&head.method) && head.method != Method::TRACE {
        return Err(Problem::not_implemented(&head.method, &methods));
    }
    if head.is_about_everything() {
        return Ok(options::named(&methods));
    }
    let path = request.uri().path().to_string();
    let methods = options::methods(request, &path);
    let newest = unversioned::newest(&path).filter(|_| methods.is_empty());
    let stands =
        |path: &String| !options::methods(request, path).is_empty() || unversioned::newest(path).is_some();
    if let Some(path) = canonical(&path).filter(stands) {
        let url = elsewhere(site.base(), head, &path);
        return Ok(Reply::permanent_redirect(&url).cached(Subject::Schema.cache_control()));
    }
    if let Some(newest) = newest {
        if head.method != Method::OPTIONS {
            return unversioned::elsewhere(head, site);
        }
        let methods = options::methods(request, &newest);
        return options::answer(request, head, site, &newest, &methods).await;
    }
    if methods.is_empty() {
        return Err(Problem::not_found("resource at this URL"));
    }
    if head.method == Method::OPTIONS {
        return options::answer(request, head, site, &path, &methods).await;
    }
    if methods.contains(&head.method) {
        // A route fitted the method and the pattern, but refused a segment.
        return Err(Problem::not_found("resource at this URL"));
    }
    Err(Problem::method_not_allowed(&head.method, &methods))
}

/// A problem as the client reads it: problem JSON, JSON-LD, or a page.
fn shown(head: &Head, base: &Base, problem: &Problem) -> Reply {
    let instance = base.join(&head.target());
    let mut document = problem.document(base.join("").as_str(), &instance);
    if Place::is_of_inference(head.routed()) {
        // Clients of the Open Inference Protocol read nothing else.
        document["error"] = problem.detail().into();
    }
    let offered = [Media::ProblemJson, Media::Json, Media::JsonLd, Media::Html];
    let media = negotiate::media(&head.headers, &offered).unwrap_or(Media::ProblemJson);
    let content = match media {
        Media::Html => problem.page().unwrap_or_else(|| page::problem(&document, base)),
        Media::JsonLd => Bytes::from(format!("{}\n", as_json_ld(base, document))),
        _ => Bytes::from(format!("{document}\n")),
    };
    let subject = match problem.kind() {
        kind if *kind == kind::NOT_FOUND => Subject::Absent,
        kind if *kind == kind::GONE || *kind == kind::VERSION_ENDED => Subject::Gone,
        _ => Subject::Error,
    };
    let media = if media == Media::Json { Media::ProblemJson } else { media };
    let mut reply = Reply::whole(problem.status(), media, content)
        .with(header::VARY, VARY)
        .cached(subject.cache_control());
    if !Place::is_v1(head.routed()) {
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
        "@context": vocab::context_url(base),
        "@type": "Error",
    });
    if let (Some(to), serde_json::Value::Object(from)) = (value.as_object_mut(), document) {
        to.extend(from);
    }
    value
}
