//! The route before all others: a public answer that was given before is given again.
//!
//! On a hit nothing but the request's head is looked at, unless there are credentials: bad ones are
//! refused on public resources too. What an answer is kept for and how it comes out of date stands in
//! `cache/`; here is what of a request and of a document it needs to know.

use super::{
    ask::{Ask, Site},
    load,
    prediction::{self, early::Said},
};
use crate::{
    auth::{guard, session},
    cache::{
        Keeping,
        flight::{Lead, Turn},
        page::{Entry, Offer, Outlasts},
    },
    domain::tag::Tag,
    http::{
        cache_control::Reuse,
        field,
        head::Head,
        reply::{self, Early, Refusal, Reply, refuse},
        stored::{Given, Stored, Variant},
    },
    jobs::tally,
    represent::policy::Subject,
};
use futures::FutureExt;
use http::{HeaderName, HeaderValue, Method, header};
use rocket::{Request, Route};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// Says whether an answer was kept (RFC 9211).
pub const STATUS: HeaderName = HeaderName::from_static("cache-status");

/// The name of the routes that [`routes`] gives.
const NAME: &str = "hit";

/// The routes before all others, for GET and HEAD of any path.
pub fn routes() -> Vec<Route> {
    vec![reply::first(NAME, early)]
}

/// Whether a route is one of [`routes`]: no resource has it.
pub fn is(route: &Route) -> bool {
    route.name.as_deref() == Some(NAME)
}

/// An answer that is given as it is; held by the request, so that its fields are lent and not copied.
#[derive(Default)]
enum Held {
    #[default]
    Nothing,
    /// One that is kept.
    Kept(Arc<Entry>, Given),
    /// One that was cast for this request.
    Cast(Stored, Given),
}

/// The right of this request to make an answer, while others wait for it.
#[derive(Default)]
struct Making(Mutex<Option<Lead>>);

fn early<'r>(request: &'r Request<'_>) -> Early<'r> {
    let Some(site) = request.rocket().state::<Site>() else { return Early::Pass };
    if site.works.settings.cache.size_bytes == 0 {
        return made(request, site).unwrap_or_else(|| passed(request));
    }
    let head = Head::of(request);
    if Reuse::of(&head.headers) != Reuse::Use {
        return passed(request);
    }
    let (target, known) = (head.target(), head.headers.contains_key(header::AUTHORIZATION));
    let somebody = known || session::came(request);
    match site.cache.look_up(&head.method, &target, &head.headers) {
        Some((entry, given)) if known => Early::Later(checked(request, site, entry, given).boxed()),
        Some((entry, given)) => given_again(request, site, Held::Kept(entry, given)),
        // Of a URL that nobody knows it may be private: one reader's must not wait for another's, who could tell by
        // it that somebody reads there.
        None if somebody && !site.cache.knows(&target) => passed(request),
        None if let Some(answer) = made(request, site) => answer,
        None => match site.cache.turn(&target, &head.headers) {
            Turn::Lead(lead) => {
                let making: &Making = request.local_cache(Making::default);
                if let Ok(mut making) = making.0.lock() {
                    *making = Some(lead);
                }
                passed(request)
            }
            Turn::Follow(other) => Early::Later(
                async move {
                    other.ended().await;
                    match site.cache.look_up(&head.method, &target, &head.headers) {
                        Some((entry, given)) if known => checked(request, site, entry, given).await,
                        Some((entry, given)) => given_again(request, site, Held::Kept(entry, given)),
                        None => passed(request),
                    }
                }
                .boxed(),
            ),
        },
    }
}

/// What is calculated in less time than it takes to wait for another who does.
fn made<'r>(request: &'r Request<'_>, site: &Site) -> Option<Early<'r>> {
    if request.headers().contains(header::AUTHORIZATION.as_str()) || session::came(request) {
        return None;
    }
    Some(match prediction::early::answered(request, site)? {
        Said::Cast(stored, given) => given_again(request, site, Held::Cast(stored, given)),
        Said::Whole(reply) => Early::Answered(Box::new(reply.response())),
    })
}

/// For the other routes, once it is this request's turn.
fn passed<'r>(request: &'r Request<'_>) -> Early<'r> {
    if load::enters(request) {
        return Early::Pass;
    }
    let entered = async move {
        match load::enter(request).await {
            Ok(()) => Early::Pass,
            Err(problem) => Early::Refused(refuse(request, Refusal::Problem(Box::new(problem)))),
        }
    };
    Early::Later(entered.boxed())
}

/// The answer, once the credentials that came are known to be good.
async fn checked<'r>(request: &'r Request<'_>, site: &Site, entry: Arc<Entry>, given: Given) -> Early<'r> {
    match guard::of(request).await {
        Ok(_) => given_again(request, site, Held::Kept(entry, given)),
        Err(problem) => Early::Refused(refuse(request, Refusal::Problem(Box::new(problem)))),
    }
}

fn given_again<'r>(request: &'r Request<'_>, site: &Site, held: Held) -> Early<'r> {
    let (stored, given, hit) = match request.local_cache(|| held) {
        Held::Nothing => return Early::Pass,
        Held::Kept(entry, given) => (&entry.stored, *given, true),
        Held::Cast(stored, given) => (stored, *given, false),
    };
    let said = (hit && site.works.settings.cache.status).then_some((STATUS, "almanac; hit"));
    Early::Answered(Box::new(reply::again(stored, given, said)))
}

/// As what a request is counted that was answered by what is kept; `None` if it was not.
pub fn counted(request: &Request<'_>) -> Option<Option<usize>> {
    match request.local_cache(Held::default) {
        Held::Kept(entry, _) => Some(entry.counted),
        Held::Nothing | Held::Cast(..) => None,
    }
}

/// Ends this request's right to make an answer: it is made, or there is none.
pub fn land(request: &Request<'_>) {
    if matches!(request.method(), rocket::http::Method::Get | rocket::http::Method::Head) {
        let making: &Making = request.local_cache(Making::default);
        if let Ok(mut making) = making.0.lock() {
            making.take();
        }
    }
}

/// Keeps an answer about something that depends on these tags, if it is public; says whether it is kept.
pub fn keep(
    ask: &Ask<'_>,
    subject: &Subject,
    tags: impl FnOnce() -> Vec<Tag>,
    variant: Variant,
    stored: impl FnOnce() -> Stored,
) -> bool {
    let cache_control = subject.cache_control();
    let asked = [Method::GET, Method::HEAD].contains(&ask.head.method);
    if !asked
        || ask.works().settings.cache.size_bytes == 0
        || !cache_control.is_shareable()
        || ask.sight.is_private()
        || Reuse::of(&ask.head.headers) == Reuse::Forgo
    {
        return false;
    }
    let tags = tags();
    let keeping = Keeping {
        target: &ask.head.target(),
        offer: ask.head.suffix.map_or(Offer::Among(ask.offered), Offer::Named),
        variant,
        since: ask.since,
        tags: &tags.iter().map(Tag::as_str).collect::<Vec<_>>(),
        outlasts: Outlasts {
            silence: Duration::from_secs(cache_control.outlasts_s().into()),
            error: Duration::from_secs(cache_control.stale_if_error_s().into()),
        },
        counted: tally::route(ask.head.routed()),
    };
    ask.site().cache.keep(&keeping, stored())
}

/// A kept answer to a GET that cannot be made anew because the database is away.
pub fn rather_than_an_error(head: &Head, site: &Site) -> Option<Reply> {
    // Nobody can say whether the credentials are good.
    if head.headers.contains_key(header::AUTHORIZATION) {
        return None;
    }
    let target = head.target();
    let (entry, given) =
        site.cache.rather_than_an_error(&head.method, &target, &head.headers, Tag::hidden().as_str())?;
    let reply = Reply::again(&entry.stored, given);
    Some(match status(site, || "almanac; hit; detail=database-away".into()) {
        Some(status) => reply.with(STATUS, status.to_str().unwrap_or_default()),
        None => reply,
    })
}

/// Why an answer was made anew, and whether it is kept now.
pub fn missed(ask: &Ask<'_>, kept: bool) -> String {
    let why = if Reuse::of(&ask.head.headers) == Reuse::Use { "miss" } else { "request" };
    format!("almanac; fwd={why}{}", if kept { "; stored" } else { "" })
}

/// The value of [`STATUS`], where the settings want it said.
pub fn status(site: &Site, said: impl FnOnce() -> String) -> Option<HeaderValue> {
    site.works.settings.cache.status.then(|| field::value(&said()))
}
