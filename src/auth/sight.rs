//! What a request may see: by its credentials or, where it reads, by the session of its browser.
//!
//! Whatever stands at an address is looked at through a [`Sight`]. What it does not see is answered as if it were not
//! there; once it saw something private, the whole answer is for one reader and kept nowhere, be it a document, a
//! redirection or an error.

use super::{
    guard::{self, Viewer},
    session,
};
use crate::{
    domain::{access::Access, permission, user::User, visibility::Visibility},
    http::{head, problem::Problem},
};
use rocket::{
    Request,
    request::{FromRequest, Outcome},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether a request saw something private.
#[derive(Debug, Clone, Default)]
struct Private(Arc<AtomicBool>);

/// The eyes of a request.
#[derive(Debug, Clone)]
pub struct Sight {
    viewer: Viewer,
    private: Private,
}

impl Sight {
    /// That of a request. A session is looked up whatever the request is about, so that nobody can tell by the time
    /// that it takes.
    pub async fn of(request: &Request<'_>) -> Result<Sight, Problem> {
        let viewer = match guard::of(request).await? {
            Viewer::Nobody if head::line(request).0.is_safe() => {
                let session = session::of(request).await?;
                session.map_or(Viewer::Nobody, |session| Viewer::User(Box::new(session.user.clone())))
            }
            viewer => viewer,
        };
        Ok(Sight { viewer, private: request.local_cache(Private::default).clone() })
    }

    /// That of nobody, in no request.
    pub fn of_nobody() -> Sight {
        Sight { viewer: Viewer::Nobody, private: Private::default() }
    }

    /// The same request with the eyes of somebody whom another guard found.
    pub fn with_eyes_of(&self, user: &User) -> Sight {
        Sight { viewer: Viewer::User(Box::new(user.clone())), private: self.private.clone() }
    }

    /// Whether something is seen; from then on the answer is for one reader if it is private.
    pub fn sees(&self, access: Access) -> bool {
        self.sees_all(&[access])
    }

    /// The same of things that are seen together or not at all: of what is not seen nothing shows in the answer, not
    /// even that a part of it would have been.
    pub fn sees_all(&self, accesses: &[Access]) -> bool {
        let seen = accesses.iter().all(|one| one.is_seen_by(self.user()));
        if seen && accesses.iter().any(|one| one.visibility == Visibility::Private) {
            self.private.0.store(true, Ordering::Relaxed);
        }
        seen
    }

    /// 403 if who sees a thing is to be changed by somebody whose it is not.
    pub fn may_show(&self, access: Access, wanted: Visibility) -> Result<(), Problem> {
        let may = |user: &User| permission::may_show(user.role, access.is_of(user));
        if wanted == access.visibility || self.user().is_some_and(may) {
            return Ok(());
        }
        Err(Problem::forbidden("expected its owner, or an administrator, to change its `visibility`"))
    }

    /// Whether something private was seen.
    pub fn is_private(&self) -> bool {
        self.private.0.load(Ordering::Relaxed)
    }

    fn user(&self) -> Option<&User> {
        match &self.viewer {
            Viewer::User(user) => Some(user),
            Viewer::Nobody => None,
        }
    }
}

/// Whether the answer to a request tells of something private.
pub fn is_private(request: &Request<'_>) -> bool {
    request.local_cache(Private::default).0.load(Ordering::Relaxed)
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Sight {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Sight, ()> {
        match Sight::of(request).await {
            Ok(sight) => Outcome::Success(sight),
            Err(problem) => guard::refused(request, problem),
        }
    }
}
