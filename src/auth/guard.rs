//! Guards: the types in a handler's signature that say who may call it.
//!
//! [`Viewer`] is whoever asks, signed in or not. [`May<Patch, Article>`](May) is somebody who may do
//! that by `domain/permission.rs`; where they read, a session of their browser says as well who they are. Bad
//! credentials are refused everywhere, on public resources too: a
//! client that thinks it is signed in must not silently read as nobody.

use super::{bearer, door::Door, known::Known, session};
use crate::{
    cache::flight::Turn,
    domain::{
        Kind,
        permission::{self, Need, Role},
        user::User,
    },
    http::{
        head, origin,
        problem::{Problem, kind},
        reply::{Refusal, refuse},
    },
    store::{self, Db, Store},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rocket::{
    Request,
    outcome::try_outcome,
    request::{FromRequest, Outcome},
};
use std::marker::PhantomData;

/// Whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody known: no credentials came.
    Nobody,
    /// Somebody known.
    User(Box<User>),
}

impl Viewer {
    /// Whether the viewer meets a need.
    pub fn meets(&self, need: Need) -> bool {
        match (need, self) {
            (Need::Nobody, _) => true,
            (Need::Role(least), Viewer::User(user)) => user.role >= least,
            (Need::Role(_), Viewer::Nobody) => false,
        }
    }
}

/// Credentials as they came.
enum Credentials {
    None,
    Basic { name: String, password: String },
    Bearer(String),
    Unreadable,
}

impl Credentials {
    fn of(request: &Request<'_>) -> Credentials {
        let mut lines = request.headers().get("Authorization");
        let (line, more) = (lines.next(), lines.next());
        match (line, more) {
            (None, _) => Credentials::None,
            (Some(line), None) => Credentials::parse(line).unwrap_or(Credentials::Unreadable),
            (Some(_), Some(_)) => Credentials::Unreadable,
        }
    }

    /// The name that came with a password.
    fn name(&self) -> Option<&str> {
        match self {
            Credentials::Basic { name, .. } => Some(name),
            _ => None,
        }
    }

    /// RFC 9110 §11.4: a scheme, in any case, spaces, and what it takes.
    fn parse(line: &str) -> Option<Credentials> {
        let (scheme, rest) = line.trim().split_once(' ')?;
        let rest = rest.trim_start();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Credentials::Bearer(rest.into()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        let (name, password) = decoded.split_once(':')?;
        Some(Credentials::Basic { name: name.into(), password: password.into() })
    }
}

/// The name that came with a password that is not theirs.
struct Guessed(Option<String>);

/// The name at whose password a request guessed wrongly, once it is answered; only where guesses are counted, which
/// bounds them.
pub fn guessed<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let Guessed(name) = request.local_cache(|| Guessed(None));
    name.as_deref()
}

/// The ways to send credentials (RFC 9110 §11.6.1), each for a line of its own.
const CHALLENGES: [&str; 2] = ["Bearer realm=\"almanac\"", "Basic realm=\"almanac\", charset=\"UTF-8\""];

fn unauthorized(detail: &str) -> Problem {
    Problem::unauthorized(detail, CHALLENGES)
}

pub(in crate::auth) fn broken(what: &dyn std::fmt::Display) -> Problem {
    Problem::internal().with_cause(format!("who asks could not be found out: {what}"))
}

fn refused_credentials() -> Problem {
    unauthorized("expected a user's name and password, or a token that is valid")
}

/// Who asks, and until when what they came with is good.
#[derive(Clone)]
struct Found {
    viewer: Viewer,
    until: Option<DateTime<Utc>>,
}

/// Who the credentials belong to, by memory if they were good a moment ago.
async fn viewer(
    credentials: Credentials,
    store: &Store,
    known: &Known,
    door: Door<'_>,
) -> Result<Found, Problem> {
    let key = match &credentials {
        Credentials::None => return Ok(Found { viewer: Viewer::Nobody, until: None }),
        Credentials::Unreadable => {
            return Err(unauthorized("expected one Authorization field with Basic or Bearer"));
        }
        Credentials::Bearer(token) => known.key(&["bearer", token]),
        Credentials::Basic { name, password } => known.key(&["basic", name, password]),
    };
    let lead = loop {
        if let Some((user, until)) = known.user(key) {
            return Ok(Found { viewer: Viewer::User(Box::new(user)), until });
        }
        // A password is costly to judge: whoever sends the same at once waits for the first.
        match (&credentials, known.turn(key)) {
            (Credentials::Basic { .. }, Turn::Follow(other)) => other.ended().await,
            (_, Turn::Lead(lead)) => break Some(lead),
            (_, Turn::Follow(_)) => break None,
        }
    };
    let since = known.now();
    let (user, until) = asked(credentials, store, door).await?;
    if user.disabled {
        return Err(refused_credentials());
    }
    known.remember(key, &user, until, since);
    drop(lead);
    Ok(Found { viewer: Viewer::User(Box::new(user)), until })
}

/// Who the credentials belong to, by the database, and when they end.
async fn asked(
    credentials: Credentials,
    store: &Store,
    door: Door<'_>,
) -> Result<(User, Option<DateTime<Utc>>), Problem> {
    let refused = refused_credentials;
    match credentials {
        Credentials::None | Credentials::Unreadable => Err(refused()),
        Credentials::Bearer(token) => {
            let digest = bearer::digest(&token).ok_or_else(refused)?;
            let mut conn = store.read().await.map_err(unavailable)?;
            match store::user::of_token(&mut conn, &digest, Utc::now()).await {
                Ok((user, expires, used)) => {
                    note_use(store, digest, used);
                    Ok((user, expires))
                }
                Err(store::Fault::Missing) => Err(refused()),
                Err(fault) => Err(unavailable(fault)),
            }
        }
        Credentials::Basic { name, password } => {
            Ok((door.judge(&name, &password).await?.ok_or_else(refused)?, None))
        }
    }
}

/// Notes that a token is used, once an hour; nobody waits for it.
fn note_use(store: &Store, digest: String, used: Option<DateTime<Utc>>) {
    let hour = Utc::now().duration_trunc(TimeDelta::hours(1)).unwrap_or_default();
    if used.is_some_and(|used| used >= hour) {
        return;
    }
    let store = store.clone();
    tokio::spawn(async move {
        let noted = async {
            let mut tx = store.write().await?;
            store::token::used(&mut tx, &digest, hour).await?;
            tx.commit_lazily().await
        };
        if let Err(fault) = noted.await {
            tracing::warn!(%fault, "the use of a token was not noted");
        }
    });
}

pub(in crate::auth) fn unavailable(fault: store::Fault) -> Problem {
    match fault {
        store::Fault::Busy(error) => {
            Problem::unavailable(2).with_cause(format!("the database did not answer: {error}"))
        }
        other => broken(&other),
    }
}

/// What a guard found, remembered for the guards that follow in the same request.
type Remembered = Result<Found, Box<Problem>>;

async fn remembered<'r>(request: &'r Request<'_>) -> &'r Remembered {
    request
        .local_cache_async(async {
            let rocket = request.rocket();
            let (Some(db), Some(known)) = (rocket.state::<Db>(), rocket.state::<Known>()) else {
                return Err(Box::new(broken(&"the server was put together without a database")));
            };
            let found = async {
                let (credentials, door) = (Credentials::of(request), Door::of(request)?);
                let name = credentials.name().map(String::from).filter(|_| door.is_counted());
                let found = viewer(credentials, db, known, door).await;
                let refused = matches!(&found, Err(problem) if *problem.kind() == kind::UNAUTHORIZED);
                request.local_cache(|| Guessed(name.filter(|_| refused)));
                found
            };
            found.await.map_err(Box::new)
        })
        .await
}

async fn found(request: &Request<'_>) -> Result<Found, Problem> {
    remembered(request).await.clone().map_err(|problem| *problem)
}

/// Who asks, for code that holds a request but is no handler.
pub async fn of(request: &Request<'_>) -> Result<Viewer, Problem> {
    found(request).await.map(|found| found.viewer)
}

/// The number of who asks, if there are credentials and they are good.
pub async fn id(request: &Request<'_>) -> Option<i64> {
    match remembered(request).await {
        Ok(Found { viewer: Viewer::User(user), .. }) => Some(user.id),
        _ => None,
    }
}

/// The name of who asked, once the request is answered: of whom a guard found. Nobody is looked for.
pub fn name<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    if !request.headers().contains("Authorization") {
        return session::name(request);
    }
    let remembered: &Remembered = request.local_cache(|| Ok(Found { viewer: Viewer::Nobody, until: None }));
    match remembered {
        Ok(Found { viewer: Viewer::User(user), .. }) => Some(&user.name),
        _ => None,
    }
}

pub(in crate::auth) fn refused<T>(request: &Request<'_>, problem: Problem) -> Outcome<T, ()> {
    Outcome::Error((refuse(request, Refusal::Problem(Box::new(problem))), ()))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Viewer {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Viewer, ()> {
        match of(request).await {
            Ok(viewer) => Outcome::Success(viewer),
            Err(problem) => refused(request, problem),
        }
    }
}

/// Until when what came with a request is good; for as long as may be without an end.
#[derive(Debug, Clone, Copy)]
pub struct Until(pub Option<DateTime<Utc>>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Until {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Until, ()> {
        match found(request).await {
            Ok(found) => Outcome::Success(Until(found.until)),
            Err(problem) => refused(request, problem),
        }
    }
}

/// Somebody who may do an action to a kind of resource.
#[derive(Debug, Clone)]
pub struct May<A, K> {
    /// Who it is.
    pub user: User,
    what: PhantomData<(A, K)>,
}

impl<A: Act, K: Thing> May<A, K> {
    /// The same for somebody whom another guard found; 403 if they may not.
    pub fn granted(user: &User) -> Result<May<A, K>, Problem> {
        let need = permission::need(K::KIND, A::ACTION).unwrap_or(Need::Role(Role::Admin));
        match Viewer::User(Box::new(user.clone())).meets(need) {
            true => Ok(May { user: user.clone(), what: PhantomData }),
            false => Err(forbidden(need, user.role)),
        }
    }
}

#[rocket::async_trait]
impl<'r, A: Act + Send, K: Thing + Send> FromRequest<'r> for May<A, K> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<May<A, K>, ()> {
        let viewer = try_outcome!(request.guard::<Viewer>().await);
        let Some(need) = permission::need(K::KIND, A::ACTION) else {
            return refused(request, broken(&"a route without a row in the permission table"));
        };
        let viewer = match viewer {
            Viewer::User(_) => viewer,
            Viewer::Nobody => match session::reader(request).await {
                Ok(Some(user)) => Viewer::User(Box::new(user.clone())),
                Ok(None) => return not_signed_in(request),
                Err(problem) => return refused(request, problem),
            },
        };
        match viewer {
            Viewer::User(user) if Viewer::User(user.clone()).meets(need) => {
                Outcome::Success(May { user: *user, what: PhantomData })
            }
            Viewer::User(user) => refused(request, forbidden(need, user.role)),
            Viewer::Nobody => not_signed_in(request),
        }
    }
}

/// A person is shown the form; a browser that were told 401 would ask for a password by itself, and keep it.
fn not_signed_in<T>(request: &Request<'_>) -> Outcome<T, ()> {
    if head::line(request).0.is_safe() && origin::is_navigation(&head::fields(request)) {
        return Outcome::Error((refuse(request, Refusal::SignIn), ()));
    }
    refused(request, unauthorized("expected credentials: Basic or a Bearer token"))
}

/// 403 for somebody whose role is too low.
pub fn forbidden(need: Need, role: Role) -> Problem {
    match need {
        Need::Role(least) => Problem::forbidden(format!("expected the role {least} or above, found {role}")),
        Need::Nobody => Problem::forbidden("expected another role"),
    }
}

/// A type that names an action.
pub trait Act {
    /// The action.
    const ACTION: permission::Action;
}

/// A type that names a kind of resource.
pub trait Thing {
    /// The kind.
    const KIND: Kind;
}

macro_rules! names {
    ($module:ident, $doc:literal, $of:ident :: $constant:ident : $kind:ty, $($name:ident),*) => {
        #[doc = $doc]
        pub mod $module {
            $(
                #[doc = concat!("See [`", stringify!($kind), "::", stringify!($name), "`].")]
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl super::$of for $name {
                    const $constant: $kind = <$kind>::$name;
                }
            )*
        }
    };
}

names!(act, "Actions as types.", Act::ACTION: crate::domain::permission::Action, Read, Create, Replace, Patch, Delete);
names!(
    thing, "Kinds as types.", Thing::KIND: crate::domain::Kind,
    Article, Dataset, Row, Revision, Model, Version, Job, Message, User, Token, Usage
);
