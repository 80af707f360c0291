//! What every handler needs of a request: where it came to, which representation it wants, which
//! state it expects.

use super::{
    arrival::Arrival, export, fault, loaded::Models, once::AtWork, prediction, room::Room, unversioned, watch,
};
use crate::{
    auth::{Sight, guard},
    cache::{Cache, epoch::Epoch},
    domain::{audit::Deed, state::State, user::User},
    http::{
        body::Body,
        cache_control::Reuse,
        coding::{Acceptable, Wish},
        etag,
        head::Head,
        media::Media,
        negotiate,
        page::{Bounds, Page},
        precondition::{Current, Outcome as Judgement},
        problem::Problem,
        query,
        reply::{Refusal, refuse},
    },
    jobs::Works,
    represent::{format::offer, link::Base},
    store::{self, Conn, Tx, rows::Together},
};
use chrono::{DateTime, Utc};
use http::Method;
use rocket::{
    Request,
    request::{FromRequest, Outcome},
};
use std::sync::{Arc, OnceLock};

/// Members of a page.
const PAGES: Bounds = Bounds { default: 30, most: 1_000 };

/// This server, as handlers know it.
#[derive(Debug)]
pub struct Site {
    /// Store, blobs, settings.
    pub works: Works,
    /// Signs the cursors of pages of rows.
    pub cursor_key: Vec<u8>,
    /// Public answers that were given before.
    pub cache: Arc<Cache>,
    /// Keys of requests that are being done.
    pub at_work: AtWork,
    /// Room for those who watch jobs.
    pub watchers: Room,
    /// Room for those who read exports.
    pub exports: Room,
    /// Room for those who read large answers to many rows.
    pub predictions: Room,
    /// Models that predict.
    pub models: Models,
    /// Those who add rows at the same time.
    pub together: Together<Problem>,
    base: OnceLock<Base>,
}

impl Site {
    /// A site; its base is known once the server listens, unless the settings say it.
    pub fn new(works: Works, cursor_key: Vec<u8>) -> Site {
        let (base, cache) = (OnceLock::new(), Arc::new(Cache::new(works.settings.cache.size_bytes)));
        if let Some(url) = &works.settings.public_url {
            base.get_or_init(|| Base::new(url));
        }
        Site {
            works,
            cursor_key,
            cache,
            at_work: AtWork::default(),
            watchers: Room::of(watch::MOST),
            exports: Room::of(export::MOST),
            predictions: Room::of(prediction::many::MOST_READ),
            models: Models::default(),
            together: Together::default(),
            base,
        }
    }

    /// Where the server is reached, unless the settings said it before.
    pub fn listens_on(&self, url: &str) {
        self.base.get_or_init(|| Base::new(url));
    }

    /// What every link begins with.
    pub fn base(&self) -> &Base {
        self.base.get_or_init(|| Base::new("http://localhost"))
    }
}

/// A connection that reads for a request.
pub async fn read(site: &Site, head: &Head) -> Result<Conn, Problem> {
    let store = &site.works.store;
    let any = head.method.is_safe() && Reuse::of(&head.headers) == Reuse::Use;
    if any { store.read_any().await } else { store.read().await }.map_err(fault::store)
}

/// A request to a resource that has documents.
pub struct Ask<'r> {
    /// Method, URL, fields.
    pub head: Head,
    /// The media type that was negotiated.
    pub media: Media,
    /// The media types that it was negotiated among.
    pub offered: &'static [Media],
    /// The content coding that was.
    pub wish: Wish,
    /// The moment before anything was read for it, by the cache's clock.
    pub since: Epoch,
    /// What who asks may see.
    pub sight: Sight,
    /// Who asks for what, if it is something that may change something.
    deed: Option<Deed>,
    site: &'r Site,
}

impl<'r> Ask<'r> {
    /// A request for something with these media types; 406 if none of them suits, or no content coding:
    /// before anything is done, not when its answer is made.
    pub fn negotiated(
        head: Head,
        sight: Sight,
        site: &'r Site,
        offered: &'static [Media],
    ) -> Result<Ask<'r>, Problem> {
        let offered = if head.vendor.is_some() { unversioned::offered() } else { offered };
        let media = match (head.suffix, head.vendor) {
            (Some(media), _) => offered.contains(&media).then_some(media),
            (None, Some(media)) => Some(media),
            // What is deleted is answered without content: any Accept will do.
            (None, None) if head.method == Method::DELETE => offered.first().copied(),
            (None, None) => negotiate::media_or_only(&head.headers, offered),
        };
        match (media, head.suffix) {
            (Some(media), _) => {
                let wish = Acceptable::of(&head.headers).wish().ok_or_else(Problem::coding_not_acceptable)?;
                Ok(Ask { head, media, offered, wish, since: site.cache.now(), sight, deed: None, site })
            }
            (None, Some(_)) => Err(Problem::not_found("such representation")),
            (None, None) => Err(Problem::not_acceptable(offered)),
        }
    }

    /// A request of the same moment to another place, as a program of that user would send it for a document: what a
    /// form stands for.
    pub fn instead(&self, head: Head, media: Media, user: &User) -> Ask<'r> {
        let sight = self.sight.with_eyes_of(user);
        // Of the place: what is kept of the answer is negotiated among them.
        let (offered, wish) = (offer::of(&head.path), Wish::identity());
        let deed = self.deed.clone().map(|deed| Deed {
            action: head.method.to_string(),
            resource: head.path.clone(),
            ..deed
        });
        Ask { head, media, offered, wish, since: self.since, sight, deed, site: self.site }
    }

    /// Store, blobs, settings.
    pub fn works(&self) -> &'r Works {
        &self.site.works
    }

    /// The site.
    pub fn site(&self) -> &'r Site {
        self.site
    }

    /// What every link begins with.
    pub fn base(&self) -> &'r Base {
        self.site.base()
    }

    /// The URL as it was requested, absolute, without the suffix that names a representation, and with a
    /// version: the one at that suffix, or without a version, has the same bytes as the negotiated one.
    pub fn url(&self) -> String {
        super::elsewhere(self.base(), &self.head, self.head.routed())
    }

    /// A connection that reads; what has everything, if a write follows or the client asks for the newest.
    pub async fn read(&self) -> Result<Conn, Problem> {
        read(self.site, &self.head).await
    }

    /// A transaction that writes.
    pub async fn write(&self) -> Result<Tx, Problem> {
        let mut tx = self.works().store.write().await.map_err(fault::store)?;
        if let Some(deed) = self.deed() {
            tx.by(deed);
        }
        Ok(tx)
    }

    /// Who asks for what, for work that has transactions of its own; none of what only reads.
    pub fn deed(&self) -> Option<Deed> {
        self.deed.clone()
    }

    /// The same request, by somebody who has shown who they are.
    pub fn by(self, user: &User) -> Ask<'r> {
        let deed = self.deed.map(|deed| Deed { actor: user.name.clone(), ..deed });
        Ask { deed, ..self }
    }

    /// The query's pairs.
    pub fn query(&self) -> Result<Vec<(String, String)>, Problem> {
        let raw = self.head.query.as_deref().unwrap_or_default();
        query::pairs(raw).map_err(|entry| Problem::invalid_parameters(vec![entry]))
    }

    /// The page of a collection that the query asks for.
    pub fn page(&self) -> Result<Page, Problem> {
        Page::parse(&self.query()?, PAGES).map_err(Problem::invalid_parameters)
    }

    /// Whether a write applies to the resource as it is; `None` if there is none.
    ///
    /// 412 if not; 428 if the settings demand a precondition and there is none.
    pub fn judge(&self, current: Option<(&State, DateTime<Utc>)>) -> Result<(), Problem> {
        let preconditions = self.head.preconditions();
        let current = current.map(|(state, modified)| {
            Current::resource(etag::State::stored(state.as_str()), Some(modified.timestamp_millis()))
        });
        if self.works().settings.require_if_match && current.is_some() && !preconditions.guard_state() {
            return Err(Problem::precondition_required());
        }
        match preconditions.evaluate(&self.head.method, current.as_ref()) {
            Judgement::Proceed => Ok(()),
            Judgement::NotModified | Judgement::Failed => Err(Problem::precondition_failed(current.as_ref())),
        }
    }

    /// Whether a write looks at the resource before it reads what was sent: where there is a state to compare
    /// with, or much to read. Else looking costs more than reading.
    pub fn looks_first(&self, body: &Body<'_>) -> bool {
        let conditional = self.works().settings.require_if_match || self.head.preconditions().is_any();
        conditional || !body.is_short()
    }

    /// What a fault of the store means to a write that was given up: a lost race is 412 for those who sent
    /// a precondition, judged again by what the winner has left.
    pub async fn lost<T>(
        &self,
        tx: Tx,
        fault: store::Fault,
        again: impl AsyncFnOnce(Conn) -> Result<T, Problem>,
    ) -> Problem {
        // First: a connection that is held while another is waited for may hold everybody up.
        drop(tx);
        let raced = matches!(fault, store::Fault::Changed | store::Fault::Taken);
        if raced && self.head.preconditions().guard_state() {
            let judged = match self.read().await {
                Ok(conn) => again(conn).await.err(),
                Err(problem) => Some(problem),
            };
            if let Some(problem) = judged {
                return problem;
            }
        }
        fault::store(fault)
    }
}

impl<'r> Ask<'r> {
    /// What a guard makes of a request for something with these media types.
    pub async fn offering(request: &'r Request<'_>, offered: &'static [Media]) -> Outcome<Ask<'r>, ()> {
        let head = Head::of(request);
        let refusal = match (request.rocket().state::<Site>(), super::canonical(&head.path)) {
            (None, _) => Refusal::Problem(Box::new(Problem::internal())),
            (Some(site), Some(path)) => Refusal::Elsewhere(super::elsewhere(site.base(), &head, &path)),
            (Some(site), None) => match Ask::found(request, head, site, offered).await {
                Ok(ask) => return Outcome::Success(Ask { deed: deed(request, &ask.head), ..ask }),
                Err(problem) => Refusal::Problem(Box::new(problem)),
            },
        };
        Outcome::Error((refuse(request, refusal), ()))
    }

    async fn found(
        request: &'r Request<'_>,
        head: Head,
        site: &'r Site,
        offered: &'static [Media],
    ) -> Result<Ask<'r>, Problem> {
        let sight = Sight::of(request).await?;
        Ask::negotiated(head, sight, site, offered)
    }
}

/// Whose deed a request is, for the guards before this one found out who asks.
fn deed(request: &Request<'_>, head: &Head) -> Option<Deed> {
    (!head.method.is_safe()).then(|| Deed {
        actor: guard::name(request).unwrap_or_default().to_string(),
        action: head.method.to_string(),
        resource: head.routed().to_string(),
        request: Arrival::of(request).id.to_string(),
    })
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Ask<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Ask<'r>, ()> {
        Ask::offering(request, offer::of(request.uri().path().as_str())).await
    }
}
