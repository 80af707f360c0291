//! A POST that is done once, however often it comes with one Idempotency-Key.
//!
//! The key is claimed in the transaction that makes the thing, and the answer kept when it is known, so a
//! repetition is answered as the first was. Failures keep nothing: their key is free again.

use super::{answer::Answer, ask::Ask, fault};
use crate::{
    domain::user::User,
    http::{
        body::Body,
        idempotency::{self, Key, Witness},
        problem::Problem,
        reply::{Content, Reply},
    },
    represent::link::Place,
    store::{
        self, Store, Tx,
        idempotency::{Claim, Done, Kept, Scope},
    },
};
use chrono::Utc;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

/// Bytes of an answer's content that is kept.
const LARGEST: usize = 256 * 1024;

/// The keys whose requests this process is at work on.
#[derive(Debug, Clone, Default)]
pub struct AtWork(Arc<Mutex<HashSet<Scope>>>);

impl AtWork {
    /// Takes a key until the guard is dropped; `None` while another request has it.
    fn take(&self, scope: Scope) -> Option<Taken> {
        let taken = self.0.lock().is_ok_and(|mut keys| keys.insert(scope.clone()));
        taken.then(|| Taken { keys: self.clone(), scope })
    }
}

struct Taken {
    keys: AtWork,
    scope: Scope,
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Ok(mut keys) = self.keys.0.lock() {
            keys.remove(&self.scope);
        }
    }
}

/// Whose turn it is.
#[allow(clippy::large_enum_variant, reason = "it is taken apart where it is made")]
pub enum Turn<'r> {
    /// The request is to be done.
    First(Once, Body<'r>),
    /// It was done: this is the answer that it got.
    Again(Reply),
}

/// A request that is to be done; without a key it is like any other.
pub struct Once {
    store: Store,
    keyed: Option<(Taken, Witness)>,
}

impl Once {
    /// Whether a request is to be done or was. 409 while another one with its key is at work, or if that
    /// one's answer is not kept; 422 if the key was for another request.
    pub async fn turn<'r>(ask: &Ask<'_>, user: &User, body: Body<'r>) -> Result<Turn<'r>, Problem> {
        let store = ask.works().store.clone();
        let key = Key::of(&ask.head.headers)?;
        let query = ask.head.query.as_deref();
        let witness = key.as_ref().and_then(|key| Witness::of(key, query, &ask.head.headers));
        let (Some(key), Some(witness)) = (key, witness) else {
            return Ok(Turn::First(Once { store, keyed: None }, body));
        };
        let scope = Scope {
            user: user.id,
            method: ask.head.method.to_string(),
            path: ask.head.path.clone(),
            key: key.digest(),
        };
        let body = body.watched(witness.clone());
        let taken = ask.site().at_work.take(scope).ok_or_else(idempotency::at_work)?;
        let mut conn = ask.read().await?;
        let done = store::idempotency::find(&mut conn, &taken.scope, Utc::now()).await;
        drop(conn);
        match done.map_err(fault::store)? {
            None => Ok(Turn::First(Once { store, keyed: Some((taken, witness)) }, body)),
            Some(done) => again(ask, done, witness, body).await.map(Turn::Again),
        }
    }

    /// Whether it came with a key.
    pub fn is_keyed(&self) -> bool {
        self.keyed.is_some()
    }

    /// The claim that goes into the transaction which makes the thing; the body must have been read.
    pub fn claim(&self) -> Option<Claim> {
        let (taken, witness) = self.keyed.as_ref()?;
        Some(Claim { scope: taken.scope.clone(), fingerprint: witness.fingerprint(), at: Utc::now() })
    }

    /// A transaction that writes and has claimed the key.
    pub async fn write(&self, ask: &Ask<'_>) -> Result<Tx, Problem> {
        let mut tx = ask.write().await?;
        store::idempotency::claim(&mut tx, self.claim().as_ref()).await.map_err(fault::store)?;
        Ok(tx)
    }

    /// Commits a transaction in which the thing was made that stands there.
    pub async fn commit(&self, mut tx: Tx, place: &Place) -> Result<(), Problem> {
        let made = store::idempotency::made(&mut tx, self.claim().as_ref(), &place.path()).await;
        made.map_err(fault::store)?;
        tx.commit().await.map_err(fault::store)
    }

    /// Keeps the answer for whoever repeats the request, and gives it.
    pub async fn answered(self, answer: Answer) -> Answer {
        let Some((taken, _)) = &self.keyed else { return answer };
        let kept = match &answer {
            Ok(reply) => match kept(reply) {
                Some(kept) => store::idempotency::keep(&self.store, &taken.scope, &kept).await,
                None => Ok(()),
            },
            // It was done, then came to nothing, as a training may: the client can mend it and try again.
            Err(problem) if problem.status().is_client_error() => {
                store::idempotency::release(&self.store, &taken.scope).await
            }
            Err(_) => Ok(()),
        };
        if let Err(fault) = kept {
            // The thing is made and the client is told: a repetition will be 409.
            tracing::warn!(%fault, "the answer to a request with a key was not kept");
        }
        answer
    }

    /// Gives an answer that must stand nowhere else: a repetition is 409.
    pub fn answered_in_secret(self, answer: Answer) -> Answer {
        answer
    }
}

/// The answer to a repetition.
async fn again(ask: &Ask<'_>, done: Done, witness: Witness, body: Body<'_>) -> Result<Reply, Problem> {
    let bodies = &ask.works().settings.bodies;
    body.witnessed(bodies.json_bytes.max(bodies.table_bytes).max(bodies.message_bytes)).await?;
    if witness.fingerprint() != done.fingerprint {
        return Err(idempotency::reused());
    }
    let Some(kept) = done.answer else {
        let location = done.location.map(|path| ask.base().join(&path));
        return Err(idempotency::done(location.as_deref()));
    };
    let reply = Reply::kept(kept.status, &kept.fields, kept.content.into());
    Ok(reply.with(idempotency::REPLAYED, "true"))
}

/// What is kept of an answer; `None` if it is too large.
fn kept(reply: &Reply) -> Option<Kept> {
    let Content::Whole(content) = &reply.content else { return None };
    let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_string()))
    };
    Some(Kept {
        status: reply.status.as_u16(),
        fields: reply.headers.iter().filter_map(field).collect(),
        content: (content.len() <= LARGEST).then(|| content.to_vec())?,
    })
}
