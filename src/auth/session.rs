//! Sessions: who is signed in with a browser, by a cookie.
//!
//! A session counts for private pages, and where something private is read; it never counts for a write by the
//! API, nor for anything public, which has the same bytes for everybody. Private pages take [`Session`], which has
//! seen to it that a form came from a page of ours; what the form says, [`Session::form`] reads, and refuses
//! it without the token that only such a page has.

use super::guard::{self, Viewer};
use crate::{
    config,
    domain::{
        session::{self, Session as Found},
        user::User,
    },
    http::{
        body::Body,
        cookie::Cookie,
        form, head,
        origin::{self, Reach},
        problem::Problem,
        query,
        reply::{Refusal, refuse},
    },
    store::{self, Db, Store, Tx},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use http::{HeaderMap, header};
use rocket::{
    Request,
    outcome::try_outcome,
    request::{FromRequest, Outcome},
};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};
use subtle::ConstantTimeEq;

const COOKIE: Cookie = Cookie("session");
/// The field of a form that holds its token.
pub const CSRF: &str = "csrf";
/// Bytes of randomness in a cookie.
const RANDOM: usize = 32;
/// How exactly is noted when a session was used last.
const USE: Duration = Duration::minutes(1);

/// What the cookie holds.
#[derive(Clone, PartialEq, Eq)]
struct Secret([u8; RANDOM]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    fn fresh() -> Result<Secret, Problem> {
        let mut bytes = [0; RANDOM];
        getrandom::fill(&mut bytes).map_err(|error| guard::broken(&error))?;
        Ok(Secret(bytes))
    }

    fn read(text: &str) -> Option<Secret> {
        Some(Secret(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// By which the database knows it.
    fn digest(&self) -> String {
        Sha256::digest(self.0).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The token of forms: of this session alone, and nobody comes from it to the cookie.
    fn csrf(&self) -> String {
        let mut mac: Hmac<Sha256> = Hmac::new(&self.block().into());
        mac.update(b"form");
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    fn block(&self) -> [u8; 64] {
        let mut block = [0; 64];
        block[..RANDOM].copy_from_slice(&self.0);
        block
    }
}

/// How sessions are begun and ended here.
#[derive(Debug)]
pub struct Sessions {
    settings: config::Sessions,
    base: OnceLock<String>,
}

impl Sessions {
    /// With these settings.
    pub fn new(settings: &config::Sessions) -> Sessions {
        Sessions { settings: settings.clone(), base: OnceLock::new() }
    }

    /// Where browsers reach the server.
    pub fn reached_at(&self, base: &str) {
        self.base.get_or_init(|| base.to_string());
    }

    fn base(&self) -> &str {
        self.base.get().map_or("", String::as_str)
    }

    /// Over what the browser that sent this reaches the server.
    pub fn reach(&self, headers: &HeaderMap) -> Reach {
        Reach::of(self.base(), headers)
    }

    /// How long a session may go unused.
    pub fn idle(&self) -> Duration {
        Duration::seconds(self.settings.idle_s.into())
    }

    /// Signs a user in with the browser that sent this: the `Set-Cookie`. The session that it had ends, so that
    /// nobody is led into one that somebody else knows. 403 where no cookie is safe.
    pub async fn begin(
        &self,
        tx: &mut Tx,
        user: &User,
        headers: &HeaderMap,
        kept: bool,
    ) -> Result<String, Problem> {
        let (now, secret) = (Utc::now(), Secret::fresh()?);
        let life_s = if kept { self.settings.kept_s } else { self.settings.life_s };
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let session = Found {
            id: 0,
            agent: session::agent(agent.unwrap_or_default()),
            kept,
            created: now,
            used: now,
            expires: now + Duration::seconds(life_s.into()),
        };
        self.end(tx, headers).await?;
        store::session::insert(tx, user, &secret.digest(), &session).await.map_err(guard::unavailable)?;
        let cookie = COOKIE.set(&secret.text(), kept.then_some(life_s), self.reach(headers));
        cookie.ok_or_else(|| Problem::forbidden("expected https, or the machine itself, to keep a session"))
    }

    /// Ends the session of the browser that sent this, if it has one.
    async fn end(&self, tx: &mut Tx, headers: &HeaderMap) -> Result<(), Problem> {
        match COOKIE.of(headers, self.reach(headers)).and_then(Secret::read) {
            Some(old) => store::session::end_by_digest(tx, &old.digest()).await.map_err(guard::unavailable),
            None => Ok(()),
        }
    }

    /// Signs out the browser that sent this: the `Set-Cookie` that takes its cookie away.
    pub async fn close(&self, tx: &mut Tx, headers: &HeaderMap) -> Result<Option<String>, Problem> {
        self.end(tx, headers).await?;
        Ok(COOKIE.set("", Some(0), self.reach(headers)))
    }
}

/// Somebody who is signed in with a browser, on a private page.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who it is.
    pub user: User,
    /// Since when, how long.
    pub session: Found,
    secret: Secret,
}

impl Session {
    /// The token that each form of theirs must bring back in the field [`CSRF`].
    pub fn csrf(&self) -> String {
        self.secret.csrf()
    }

    /// 403 unless these are the fields of a form that a page of this session showed.
    pub fn check(&self, fields: &[(String, String)]) -> Result<(), Problem> {
        let sent = query::first(fields, CSRF).unwrap_or_default();
        if self.csrf().as_bytes().ct_eq(sent.as_bytes()).into() {
            return Ok(());
        }
        Err(Problem::forbidden("expected a form of this session: open its page again, then send it"))
    }

    /// The fields of a form without a file; 403 unless a page of this session showed it.
    pub async fn form(&self, body: Body<'_>, most: u64) -> Result<Vec<(String, String)>, Problem> {
        let fields = form::fields(body, most).await?;
        self.check(&fields)?;
        Ok(fields)
    }
}

/// What a request's cookie was found to be.
struct Remembered(Result<Option<Session>, Box<Problem>>);

async fn find(store: &Store, sessions: &Sessions, headers: &HeaderMap) -> Result<Option<Session>, Problem> {
    let secret = COOKIE.of(headers, sessions.reach(headers)).and_then(Secret::read);
    let Some(secret) = secret else { return Ok(None) };
    let mut conn = store.read().await.map_err(guard::unavailable)?;
    let now = Utc::now();
    let (session, user) = match store::session::find(&mut conn, &secret.digest(), now, sessions.idle()).await
    {
        Err(store::Fault::Missing) => return Ok(None),
        found => found.map_err(guard::unavailable)?,
    };
    drop(conn);
    if now - session.used > USE {
        note(store, &session, now).await;
    }
    Ok(Some(Session { user, session, secret }))
}

/// Notes that a session was used. Who reads is not refused because nothing can be written.
async fn note(store: &Store, session: &Found, now: DateTime<Utc>) {
    let noted = async {
        let mut tx = store.write().await?;
        store::session::used(&mut tx, session, now).await?;
        tx.commit_lazily().await
    };
    if let Err(fault) = noted.await {
        tracing::warn!(%fault, "the use of a session was not noted");
    }
}

async fn remembered<'r>(request: &'r Request<'_>) -> &'r Remembered {
    request
        .local_cache_async(async {
            let rocket = request.rocket();
            let (Some(db), Some(sessions)) = (rocket.state::<Db>(), rocket.state::<Sessions>()) else {
                return Remembered(Err(Box::new(guard::broken(
                    &"the server was put together without sessions",
                ))));
            };
            Remembered(find(db, sessions, &head::fields(request)).await.map_err(Box::new))
        })
        .await
}

/// Who is signed in with the browser that sent this, if anybody is.
pub async fn of<'r>(request: &'r Request<'_>) -> Result<Option<&'r Session>, Problem> {
    match &remembered(request).await.0 {
        Ok(session) => Ok(session.as_ref()),
        Err(problem) => Err((**problem).clone()),
    }
}

/// Whether the browser that sent this has a cookie of ours; whether it is good, nobody looks.
pub fn came(request: &Request<'_>) -> bool {
    // Programs send none: nothing more is looked at.
    if !request.headers().contains(header::COOKIE.as_str()) {
        return false;
    }
    let headers = head::fields(request);
    let sessions = request.rocket().state::<Sessions>();
    sessions.is_some_and(|sessions| COOKIE.of(&headers, sessions.reach(&headers)).is_some())
}

/// Whether what a request reads depends on who is signed in.
#[derive(Default)]
struct Personal(AtomicBool);

/// Who reads something private with a browser; from then on the answer is for them alone.
pub async fn reader<'r>(request: &'r Request<'_>) -> Result<Option<&'r User>, Problem> {
    if !head::line(request).0.is_safe() {
        return Ok(None);
    }
    let found = of(request).await?;
    if found.is_some() {
        make_personal(request);
    }
    Ok(found.map(|session| &session.user))
}

/// Has the answer to a request be for who is signed in alone.
pub fn make_personal(request: &Request<'_>) {
    request.local_cache(Personal::default).0.store(true, Ordering::Relaxed);
}

/// Whether the answer to a request depends on who is signed in.
pub fn is_personal(request: &Request<'_>) -> bool {
    request.local_cache(Personal::default).0.load(Ordering::Relaxed)
}

/// The name of who is signed in, once the request is answered: of whom a guard found. Nobody is looked for.
pub fn name<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    // What is public is read by nobody in particular, though a session was looked up.
    if !is_personal(request) {
        return None;
    }
    let Remembered(found) = request.local_cache(|| Remembered(Ok(None)));
    Some(found.as_ref().ok()?.as_ref()?.user.name.as_str())
}

/// A page of ours sent the request, if it is one that may change something.
#[derive(Debug, Clone, Copy)]
pub struct OwnPage;

/// 403 if a request that may change something was sent by another site's page, or by no browser.
fn sent_by_us(request: &Request<'_>) -> Result<OwnPage, Problem> {
    let base = request.rocket().state::<Sessions>().map_or("", Sessions::base);
    if head::line(request).0.is_safe() || origin::is_own(base, &head::fields(request)) {
        return Ok(OwnPage);
    }
    Err(Problem::forbidden(
        "expected a form sent by a page of this server, as its browser says in Sec-Fetch-Site or Origin",
    ))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for OwnPage {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<OwnPage, ()> {
        try_outcome!(request.guard::<Viewer>().await);
        match sent_by_us(request) {
            Ok(own) => Outcome::Success(own),
            Err(problem) => guard::refused(request, problem),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Session {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Session, ()> {
        try_outcome!(request.guard::<OwnPage>().await);
        match of(request).await {
            Ok(Some(session)) => {
                make_personal(request);
                Outcome::Success(session.clone())
            }
            Ok(None) => Outcome::Error((refuse(request, Refusal::SignIn), ())),
            Err(problem) => guard::refused(request, problem),
        }
    }
}
