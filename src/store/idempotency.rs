//! What was done under an Idempotency-Key, in the database.
//!
//! The claim is written in the transaction that makes the thing, so neither stands there without the other;
//! the answer follows when it is known.

use super::{Fault, Handle, Store, Tx, on, run, sql, value};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a key is remembered.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

sql! {
    FIND = "
  select fingerprint, location, status, fields, content
    from idempotency
   where user_id = $1 and method = $2 and path = $3 and key = $4 and created > $5";

    FORGET = "
  delete from idempotency
   where user_id = $1 and method = $2 and path = $3 and key = $4 and created <= $5";

    CLAIM = "
  insert into idempotency (user_id, method, path, key, fingerprint, created)
  values ($1, $2, $3, $4, $5, $6)
      on conflict (user_id, method, path, key) do nothing";

    MADE = "
  update idempotency
     set location = $5
   where user_id = $1 and method = $2 and path = $3 and key = $4";

    KEEP = "
  update idempotency
     set status = $5, fields = $6, content = $7
   where user_id = $1 and method = $2 and path = $3 and key = $4";

    RELEASE = "
  delete from idempotency
   where user_id = $1 and method = $2 and path = $3 and key = $4 and status is null";

    SWEEP = "delete from idempotency where created <= $1";
}

/// What a key is good for: one user's requests of one method to one path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The user's number.
    pub user: i64,
    /// Method.
    pub method: String,
    /// Path as it came.
    pub path: String,
    /// SHA-256 of the key, hexadecimal.
    pub key: String,
}

/// A request that is about to be done under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose key, and for what.
    pub scope: Scope,
    /// What tells the request from another one.
    pub fingerprint: String,
    /// When it came.
    pub at: DateTime<Utc>,
}

/// What was done under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What tells the request from another one.
    pub fingerprint: String,
    /// Path of what was made.
    pub location: Option<String>,
    /// The answer, unless it is not kept.
    pub answer: Option<Kept>,
}

/// An answer that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Status code.
    pub status: u16,
    /// Fields, line by line.
    pub fields: Vec<(String, String)>,
    /// Content.
    pub content: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct Stored {
    fingerprint: String,
    location: Option<String>,
    status: Option<i64>,
    fields: Option<String>,
    content: Option<Vec<u8>>,
}

impl Stored {
    fn read(self) -> Result<Done, Fault> {
        let answer = match (self.status.and_then(|status| u16::try_from(status).ok()), self.fields) {
            (Some(status), Some(fields)) => {
                let content = self.content.unwrap_or_default();
                Some(Kept { status, fields: value::document(&fields)?, content })
            }
            _ => None,
        };
        Ok(Done { fingerprint: self.fingerprint, location: self.location, answer })
    }
}

/// Binds a scope to the first four parameters.
macro_rules! scoped {
    ($text:expr, $scope:expr) => {
        sqlx::query($text).bind($scope.user).bind(&$scope.method).bind(&$scope.path).bind(&$scope.key)
    };
}

/// What was done under a key in the time before `now` that keys are remembered.
pub async fn find(conn: &mut impl Handle, scope: &Scope, now: DateTime<Utc>) -> Result<Option<Done>, Fault> {
    let since = (now - KEPT).timestamp_millis();
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(FIND)
        .bind(scope.user).bind(&scope.method).bind(&scope.path).bind(&scope.key).bind(since)
        .fetch_optional(db))?;
    row.map(Stored::read).transpose()
}

/// Claims a key, if there is one to claim; [`Fault::Claimed`] if another request did, done or at work.
///
/// To be the first statement of its transaction: another one with the same claim waits here for the end of
/// this, before it has touched anything else.
pub async fn claim(tx: &mut Tx, claim: Option<&Claim>) -> Result<(), Fault> {
    let Some(Claim { scope, fingerprint, at }) = claim else { return Ok(()) };
    run!(tx, scoped!(FORGET, scope).bind((*at - KEPT).timestamp_millis()))?;
    let claimed = run!(tx, scoped!(CLAIM, scope).bind(fingerprint).bind(at.timestamp_millis()))?;
    if claimed == 1 { Ok(()) } else { Err(Fault::Claimed) }
}

/// Says under which path the thing stands that the claim was for; in the transaction that made it.
pub async fn made(tx: &mut Tx, claim: Option<&Claim>, path: &str) -> Result<(), Fault> {
    if let Some(Claim { scope, .. }) = claim {
        run!(tx, scoped!(MADE, scope).bind(path))?;
    }
    Ok(())
}

/// Keeps the answer to the request that claimed the key.
pub async fn keep(store: &Store, scope: &Scope, answer: &Kept) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let (status, fields) = (i64::from(answer.status), value::text(&answer.fields));
    run!(&mut tx, scoped!(KEEP, scope).bind(status).bind(&fields).bind(&answer.content))?;
    tx.commit().await
}

/// Gives a key back whose request came to nothing.
pub async fn release(store: &Store, scope: &Scope) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    run!(&mut tx, scoped!(RELEASE, scope))?;
    tx.commit().await
}

/// Forgets what was done up to that moment; gives how much it was.
pub async fn sweep(store: &Store, until: DateTime<Utc>) -> Result<u64, Fault> {
    let mut tx = store.write().await?;
    let swept = run!(&mut tx, sqlx::query(SWEEP).bind(until.timestamp_millis()))?;
    tx.commit().await?;
    Ok(swept)
}
