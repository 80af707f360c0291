//! What is one's own, for people: password, sessions, tokens. Programs find the same under `me`.

use super::{
    answer::Answer,
    ask::Ask,
    fault, me,
    number::number,
    sign::{SMALL, led},
};
use crate::{
    auth::{Session, Viewer, bearer, door::Door, guard, password::Hasher, session::Sessions},
    domain::{
        Kind,
        fault::{Fault, Faults, quoted},
        password::password_at,
        permission::{Action, need},
        user::User,
    },
    http::{body::Body, media::Media, problem::Problem, query, reply::Reply},
    page::private::{ONCE, Person, Typed, account},
    represent::{link::Place, policy::Subject, v2},
    store::{
        self,
        idempotency::{Claim, Scope},
        listing::Listing,
    },
};
use bytes::Bytes;
use chrono::{Duration, SecondsFormat, Utc};
use http::{Method, header};
use rocket::{State, get, post};
use serde_json::{Value, json};

/// Tokens that the page lists.
const MOST_TOKENS: i64 = 200;
/// Things of each kind that the overview lists.
const MOST_HIDDEN: i64 = 200;

/// A private page.
pub fn page(content: Bytes) -> Reply {
    Reply::ok(Media::Html, content).cached(Subject::Personal.cache_control())
}

/// A private page with its form once more, which says what was wrong.
pub fn again(content: Bytes) -> Reply {
    Reply::form_again(Media::Html, content).cached(Subject::Personal.cache_control())
}

/// What is one's own.
#[get("/account")]
pub async fn read(session: Session, ask: Ask<'_>) -> Answer {
    let administers = may(&session.user, Kind::User, Action::Patch).is_ok();
    let token = session.csrf();
    let hidden = hidden(&ask, &session.user).await?;
    let (person, user) = (person(&session, &token), &session.user);
    Ok(page(account::overview(ask.base(), person, user, &hidden, administers)))
}

/// Drafts, and what else of somebody's not everybody sees: no list has it.
async fn hidden(ask: &Ask<'_>, user: &User) -> Result<Vec<account::Hidden>, Problem> {
    let own = Listing::stretch(0, MOST_HIDDEN).hidden_of(user.id);
    let mut conn = ask.read().await?;
    let (articles, _) = store::article::page(&mut conn, &own).await.map_err(fault::store)?;
    let (datasets, _) = store::dataset::page(&mut conn, &own).await.map_err(fault::store)?;
    let (models, _) = store::model::page(&mut conn, &own).await.map_err(fault::store)?;
    let articles = articles
        .into_iter()
        .map(|one| (Place::Article(one.slug.to_string()), one.draft.headline, one.draft.visibility));
    let datasets = datasets
        .into_iter()
        .map(|one| (Place::Dataset(one.slug.to_string()), one.about.name, one.about.visibility));
    let models = models
        .into_iter()
        .map(|one| (Place::Model(one.slug.to_string()), one.words.headline, one.words.visibility));
    Ok(articles.chain(datasets).chain(models).collect())
}

/// The form for another password.
#[get("/account/password")]
pub async fn password(session: Session, ask: Ask<'_>) -> Answer {
    Ok(page(password_form(&session, &ask, Typed::NOTHING)))
}

fn password_form(session: &Session, ask: &Ask<'_>, typed: Typed<'_>) -> Bytes {
    let least = ask.works().settings.passwords.min_password_length;
    account::passwords(ask.base(), person(session, &session.csrf()), least, typed)
}

/// What was wrong with a form, as its page tells it.
pub fn told(ask: &Ask<'_>, place: &Place, problem: &Problem) -> Value {
    problem.document(&ask.base().join(""), &place.url(ask.base()))
}

/// Another password: every other session ends, and this one goes on under another cookie.
#[post("/account/password", data = "<body>")]
pub async fn replace_password(
    session: Session,
    ask: Ask<'_>,
    body: Body<'_>,
    door: Door<'_>,
    sessions: &State<Sessions>,
    hasher: &State<Hasher>,
) -> Answer {
    let fields = session.form(body, SMALL).await?;
    let sent = |name| query::first(&fields, name).unwrap_or_default();
    let refused = |why: Fault| {
        let document = told(&ask, &Place::AccountPassword, &fault::input(why.into()));
        let typed = Typed { problem: Some(&document), ..Typed::NOTHING };
        Ok(again(password_form(&session, &ask, typed)))
    };
    let user = &session.user;
    if door.judge(&user.name, sent("current")).await?.is_none() {
        return refused(Fault::at("/current", "the current password", "another one"));
    }
    if sent("new") != sent("again") {
        return refused(Fault::at("/again", "the new password once more", "another one"));
    }
    let password = match password_at("/new", sent("new"), ask.works().settings.passwords.min_password_length)
    {
        Ok(password) => password,
        Err(fault) => return refused(fault),
    };
    let hash = hasher.hash(password).await.map_err(fault::password)?;
    let mut tx = ask.write().await?;
    store::user::set_password(&mut tx, &user.name, &hash, Utc::now()).await.map_err(fault::store)?;
    let cookie = sessions.begin(&mut tx, user, &ask.head.headers, session.session.kept).await?;
    tx.commit().await.map_err(fault::store)?;
    Ok(led(&Place::Account.url(ask.base())).with(header::SET_COOKIE, &cookie))
}

/// The browsers that one is signed in with.
#[get("/account/sessions")]
pub async fn list_sessions(session: Session, ask: Ask<'_>, sessions: &State<Sessions>) -> Answer {
    let mut conn = ask.works().store.read().await.map_err(fault::store)?;
    let all = store::session::of_user(&mut conn, &session.user, Utc::now(), sessions.idle()).await;
    let (all, token) = (all.map_err(fault::store)?, session.csrf());
    Ok(page(account::sessions(ask.base(), person(&session, &token), &all, session.session.id)))
}

/// Ends one of one's sessions, or all others.
#[post("/account/sessions", data = "<body>")]
pub async fn end_sessions(session: Session, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let fields = session.form(body, SMALL).await?;
    let mut tx = ask.write().await?;
    match query::first(&fields, "end") {
        Some("others") => store::session::end_others(&mut tx, &session.user, session.session.id).await,
        Some(id) => {
            let absent = || Problem::not_found("such session");
            store::session::end(&mut tx, &session.user, number(id).ok_or_else(absent)?).await
        }
        None => Err(store::Fault::Missing),
    }
    .map_err(fault::store)?;
    tx.commit().await.map_err(fault::store)?;
    Ok(led(&Place::AccountSessions.url(ask.base())))
}

/// One's tokens.
#[get("/account/tokens")]
pub async fn list_tokens(session: Session, ask: Ask<'_>) -> Answer {
    Ok(page(tokens_page(&session, &ask, None, Typed::NOTHING).await?))
}

async fn tokens_page(
    session: &Session,
    ask: &Ask<'_>,
    made: Option<&str>,
    typed: Typed<'_>,
) -> Result<Bytes, Problem> {
    let mut conn = ask.works().store.read().await.map_err(fault::store)?;
    let once = bearer::fresh().map_err(fault::password)?;
    let tokens =
        store::token::page(&mut conn, session.user.id, 0, MOST_TOKENS).await.map_err(fault::store)?;
    Ok(account::tokens(ask.base(), person(session, &session.csrf()), &tokens.0, made, &once, typed))
}

/// Makes a token, which this answer alone shows, or revokes one.
#[post("/account/tokens", data = "<body>")]
pub async fn change_tokens(session: Session, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let fields = session.form(body, SMALL).await?;
    let sent = |name| query::first(&fields, name);
    if let Some(id) = sent("revoke") {
        may(&session.user, Kind::Token, Action::Delete)?;
        let mut tx = ask.write().await?;
        let token = me::find(&mut tx, id, &session.user).await?;
        me::revoke(tx, &token).await?;
        return Ok(led(&Place::AccountTokens.url(ask.base())));
    }
    may(&session.user, Kind::Token, Action::Create)?;
    let now = Utc::now();
    let days =
        sent("days").and_then(|days| days.trim().parse().ok()).filter(|days| (1..=3650).contains(days));
    let Some(days) = days else {
        let found = quoted(sent("days").unwrap_or_default());
        let why = Fault::at("/days", "a number from 1 to 3650", found);
        return no_token(&session, &ask, &fields, why.into()).await;
    };
    let expires = (now + Duration::days(days)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let value = json!({"name": sent("name").unwrap_or_default(), "expires": expires,
        "scope": sent("scope").filter(|scope| !scope.is_empty())});
    match v2::token::parse(&value, now) {
        Ok(wanted) => {
            let mut tx = ask.write().await?;
            match store::idempotency::claim(&mut tx, claim(&session, sent(ONCE)).as_ref()).await {
                // The page was loaded again: the token is made, and its text was shown.
                Err(store::Fault::Claimed) => return Ok(led(&Place::AccountTokens.url(ask.base()))),
                claimed => claimed.map_err(fault::store)?,
            }
            let (_, text) = me::issue(&mut tx, &session.user, wanted, now).await?;
            tx.commit().await.map_err(fault::store)?;
            Ok(page(tokens_page(&session, &ask, Some(&text), Typed::NOTHING).await?))
        }
        Err(faults) => no_token(&session, &ask, &fields, faults).await,
    }
}

/// The form for a token once more, with what was typed and what was wrong.
async fn no_token(session: &Session, ask: &Ask<'_>, fields: &[(String, String)], faults: Faults) -> Answer {
    let values = fields.iter().map(|(name, text)| (name.clone(), json!(text))).collect::<Value>();
    let document = told(ask, &Place::AccountTokens, &fault::input(faults));
    let typed = Typed { values: &values, problem: Some(&document) };
    Ok(again(tokens_page(session, ask, None, typed).await?))
}

/// The claim of a form that is good for one token.
fn claim(session: &Session, once: Option<&str>) -> Option<Claim> {
    let key = bearer::digest(once?)?;
    let (method, path) = (Method::POST.to_string(), Place::AccountTokens.path());
    let scope = Scope { user: session.user.id, method, path, key };
    Some(Claim { scope, fingerprint: String::new(), at: Utc::now() })
}

/// Who is signed in, as pages show it.
pub fn person<'a>(session: &'a Session, token: &'a str) -> Person<'a> {
    Person { name: &session.user.name, token }
}

/// 403 unless the user's role lets them do that.
pub fn may(user: &User, kind: Kind, action: Action) -> Result<(), Problem> {
    let viewer = Viewer::User(Box::new(user.clone()));
    match need(kind, action) {
        Some(need) if viewer.meets(need) => Ok(()),
        Some(need) => Err(guard::forbidden(need, user.role)),
        None => Err(Problem::forbidden("expected something that can be done")),
    }
}
