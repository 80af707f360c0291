//! OPTIONS (RFC 9110 §9.3.7): what can be done, with one resource or with the server.
//!
//! `Allow` lists the methods that a resource has, out of the route table; the document in the answer lists
//! the operations that would succeed for who asks, now: by the classes, the permission table, and what
//! [`standing`] finds.

use super::{account::may, always, ask::Site, edit, hit, standing};
use crate::{
    auth::{Sight, Viewer, guard, session},
    domain::{Kind, permission::Action},
    http::{
        head::Head,
        link_header::Link,
        media::Media,
        negotiate::{self, VARY},
        problem::Problem,
        reply::Reply,
    },
    represent::{
        class::{self, Operation},
        format::jsonld,
        format::offer,
        link::Place,
        policy::Subject,
        v2,
    },
};
use http::{HeaderName, Method, header};
use rocket::Request;

/// The methods that answers list, in this order.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// The answer to OPTIONS of the resource at a path that has these methods.
pub async fn answer(
    request: &Request<'_>,
    head: &Head,
    site: &Site,
    path: &str,
    methods: &[Method],
) -> Result<Reply, Problem> {
    if is_preflight(head) {
        let mut reply = writable(named(methods), path, methods);
        reply.headers.extend(always::preflight(&listed(methods)));
        return Ok(reply);
    }
    let viewer = (guard::of(request).await?, Sight::of(request).await?);
    let place = Place::parse(path).ok_or_else(|| Problem::not_found("resource at this URL"))?;
    if head.suffix.is_some_and(|suffix| !offer::at(&place).contains(&suffix)) {
        return Err(Problem::not_found("such representation"));
    }
    let mut operations = possible(site, &place, (&viewer.0, &viewer.1), methods).await?;
    if for_who_is_signed_in(&place) && !opens(request, site, &place, &viewer.1).await? {
        operations.clear();
    }
    let document = v2::entry::options(site.base(), &place, &operations);
    let media = negotiate::media(&head.headers, &[Media::JsonLd, Media::Json]).unwrap_or(Media::JsonLd);
    let mut reply = Reply::ok(media, jsonld::render(&document))
        .with(header::ALLOW, &listed(methods))
        .with(header::VARY, VARY)
        .cached(document.subject.cache_control());
    for (relation, url) in &document.links {
        reply = reply.with(header::LINK, &Link::new(url, *relation).to_string());
    }
    Ok(writable(reply, path, methods))
}

/// A browser that asks what another site's script may do (Fetch, §3.2.2). It sends no credentials, and is
/// told the same whether there is something at the URL or not.
fn is_preflight(head: &Head) -> bool {
    head.headers.contains_key(header::ORIGIN)
        && head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// What would succeed for who asks; nothing for those who may not read there, whether there is something
/// or not.
async fn possible(
    site: &Site,
    place: &Place,
    (viewer, sight): (&Viewer, &Sight),
    methods: &[Method],
) -> Result<Vec<&'static Operation>, Problem> {
    let may = |operation: &&Operation| operation.need().is_some_and(|need| viewer.meets(need));
    let there: Vec<&Operation> = class::operations(place)
        .iter()
        .filter(|operation| methods.iter().any(|method| method.as_str() == operation.method))
        .collect();
    if !there.iter().filter(|operation| operation.method == Method::GET.as_str()).all(may) {
        return Ok(Vec::new());
    }
    let barred = standing::barred(site, place, (viewer, sight)).await?;
    Ok(there.into_iter().filter(may).filter(|operation| !barred.contains(&operation.method)).collect())
}

/// Whether it is a page that is shown to who is signed in with a browser, and to no program.
fn for_who_is_signed_in(place: &Place) -> bool {
    Place::is_page(place.pattern()) && !matches!(place, Place::SignIn | Place::SignOut)
}

/// Whether such a page opens to who asks; its own 404 where they would get that.
async fn opens(request: &Request<'_>, site: &Site, place: &Place, sight: &Sight) -> Result<bool, Problem> {
    let Some(session) = session::of(request).await? else { return Ok(false) };
    let user = &session.user;
    let (about, (kind, action)) = match place {
        Place::AccountAudit => (Place::Account, (Kind::Usage, Action::Read)),
        Place::AccountUsers => (Place::Account, (Kind::User, Action::Read)),
        Place::AccountUser(name) => (Place::User(name.clone()), (Kind::User, Action::Read)),
        Place::Edit(path) => edit::about(path)?,
        Place::EditDatasets => (Place::Datasets, (Kind::Dataset, Action::Create)),
        _ => (Place::Account, (Kind::Token, Action::Read)),
    };
    if may(user, kind, action).is_err() {
        return Ok(false);
    }
    let viewer = Viewer::User(Box::new(user.clone()));
    standing::barred(site, &about, (&viewer, &sight.with_eyes_of(user))).await.map(|_| true)
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
    let operations = Place::parse(path).map_or(&[][..], |place| class::operations(&place));
    for (method, field) in [(Method::PATCH, "accept-patch"), (Method::POST, "accept-post")] {
        let operation = operations.iter().find(|operation| operation.method == method.as_str());
        if let Some(operation) = operation.filter(|_| methods.contains(&method)) {
            let media: Vec<&str> = operation.takes.media().iter().map(|media| media.essence()).collect();
            reply = reply.with(HeaderName::from_static(field), &media.join(", "));
        }
    }
    reply
}
