//! Users under version 2, for administrators.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change::{self, Change},
    fault,
    once::{Once, Turn},
};
use crate::{
    auth::{
        May,
        guard::{
            act::{Create, Delete, Patch, Read},
            thing::User,
        },
        password::Hasher,
    },
    domain::{permission::Role, user::User as Found},
    http::{
        body::Body,
        problem::{Problem, kind},
        reply::Success,
    },
    represent::{
        Document,
        link::Place,
        v2::{self, PageOf, user::Wanted},
    },
    store::{self, Handle, Tx},
};
use chrono::Utc;
use rocket::{State, delete, get, patch, post};

/// The user.
#[get("/users/<name>")]
pub async fn read(name: &str, _may: May<Read, User>, ask: Ask<'_>) -> Answer {
    let user = find(&mut ask.read().await?, name).await?;
    answer::read(&ask, v2::user::read(ask.base(), &user))
}

/// A page of users, by name.
#[get("/users")]
pub async fn list(_may: May<Read, User>, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask).await?)
}

async fn listed(ask: &Ask<'_>) -> Result<Document, Problem> {
    let page = ask.page()?;
    let (offset, limit) = (page.offset() as i64, page.size as i64);
    let (users, total) =
        store::user::page(&mut ask.read().await?, offset, limit).await.map_err(fault::store)?;
    let page = PageOf::numbered(ask.base(), &Place::Users, &ask.url(), "", page, total);
    Ok(v2::user::list(ask.base(), &users, &page))
}

/// A new user; without a password one who signs in by token only.
#[post("/users", data = "<body>")]
pub async fn create(may: May<Create, User>, ask: Ask<'_>, body: Body<'_>, hasher: &State<Hasher>) -> Answer {
    let (once, body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    body.one_of(change::WHOLE)?;
    answer::expected(&ask, listed(&ask)).await?;
    let value = change::whole(&ask, body).await?;
    let (name, wanted) = v2::user::parse(&value, least(&ask)).map_err(fault::input)?;
    let hash = hashed(hasher, wanted.password.clone()).await?;
    let mut tx = once.write(&ask).await?;
    let user = match add(&mut tx, &name, &wanted, hash.as_deref()).await {
        Err(store::Fault::Taken) => return Err(Problem::taken(format!("`{name}`"))),
        added => added.map_err(fault::store)?,
    };
    once.commit(tx, &Place::User(name)).await?;
    once.answered(answer::written(&ask, Success::Created, v2::user::read(ask.base(), &user))).await
}

/// Adds a user.
pub async fn add(
    tx: &mut Tx,
    name: &str,
    wanted: &Wanted,
    hash: Option<&str>,
) -> Result<Found, store::Fault> {
    let now = Utc::now();
    let user = store::user::insert(tx, name, hash, wanted.role, now).await?;
    if wanted.disabled { store::user::change(tx, &user, user.role, true, now).await } else { Ok(user) }
}

/// The user with another role, disabled or enabled, or with another password.
///
/// A new password, and disabling, revoke the user's tokens.
#[patch("/users/<name>", data = "<body>")]
pub async fn patch(
    name: &str,
    _may: May<Patch, User>,
    ask: Ask<'_>,
    body: Body<'_>,
    hasher: &State<Hasher>,
) -> Answer {
    body.one_of(change::PATCHES)?;
    let old = judged(&ask, &mut ask.read().await?, name).await?;
    let change = Change::of(&ask, body).await?;
    // Before the transaction: others write while this is hashed.
    let hash = hashed(hasher, applied(&ask, &change, &old)?.password).await?;
    let mut tx = ask.write().await?;
    let old = judged(&ask, &mut tx, name).await?;
    let wanted = applied(&ask, &change, &old)?;
    let user = match apply(&mut tx, &old, &wanted, hash.as_deref()).await? {
        Ok(user) => user,
        Err(fault) => return Err(raced(&ask, tx, fault, name).await),
    };
    tx.commit().await.map_err(fault::store)?;
    answer::written(&ask, Success::Ok, v2::user::read(ask.base(), &user))
}

/// Changes a user, who may be the last administrator: then 409. A fault of the store is the caller's to explain.
pub async fn apply(
    tx: &mut Tx,
    old: &Found,
    wanted: &Wanted,
    hash: Option<&str>,
) -> Result<Result<Found, store::Fault>, Problem> {
    let now = Utc::now();
    keep_an_administrator(tx, old, wanted.role == Role::Admin && !wanted.disabled).await?;
    let changed = store::user::change(tx, old, wanted.role, wanted.disabled, now).await;
    if let (Ok(_), Some(hash)) = (&changed, hash) {
        store::user::set_password(tx, &old.name, hash, now).await.map_err(fault::store)?;
    }
    Ok(changed)
}

/// No such user any more, nor the tokens.
#[delete("/users/<name>")]
pub async fn delete(name: &str, _may: May<Delete, User>, ask: Ask<'_>) -> Answer {
    let mut tx = ask.write().await?;
    let user = judged(&ask, &mut tx, name).await?;
    keep_an_administrator(&mut tx, &user, false).await?;
    match store::user::delete(&mut tx, &user).await {
        Ok(()) => {}
        Err(store::Fault::InUse(_)) => {
            let found = format!("found jobs of `{name}`: disable the user instead");
            return Err(Problem::in_use(format!("expected a user without jobs, {found}")));
        }
        Err(fault) => return Err(raced(&ask, tx, fault, name).await),
    }
    tx.commit().await.map_err(fault::store)?;
    Ok(answer::deleted())
}

/// Whether nothing keeps the user from being deleted: no job, and another administrator.
pub async fn is_free(conn: &mut impl Handle, user: &Found) -> Result<bool, Problem> {
    let others = is_administrator(user).then_some(store::user::administrators(conn).await);
    let others = others.transpose().map_err(fault::store)?.is_none_or(|enabled| enabled > 1);
    Ok(others && store::user::jobs(conn, user).await.map_err(fault::store)? == 0)
}

/// The user of that name.
pub async fn find(conn: &mut impl Handle, name: &str) -> Result<Found, Problem> {
    match store::user::find(conn, name).await {
        Err(store::Fault::Missing) => Err(Problem::not_found("such user")),
        found => Ok(found.map_err(fault::store)?.0),
    }
}

/// What it means that somebody else came first.
async fn raced(ask: &Ask<'_>, tx: Tx, fault: store::Fault, name: &str) -> Problem {
    ask.lost(tx, fault, async |mut now| judged(ask, &mut now, name).await).await
}

async fn judged(ask: &Ask<'_>, conn: &mut impl Handle, name: &str) -> Result<Found, Problem> {
    let user = find(conn, name).await?;
    ask.judge(Some((&user.state(), user.created)))?;
    Ok(user)
}

/// What becomes of a user by a change.
fn applied(ask: &Ask<'_>, change: &Change, old: &Found) -> Result<Wanted, Problem> {
    let value = change.apply(v2::user::members(old))?;
    let (sent, wanted) = v2::user::parse_changed(&value, least(ask)).map_err(fault::input)?;
    change::same_identifier(sent.as_deref(), &old.name)?;
    Ok(wanted)
}

/// 409 if the user is the last enabled administrator and would not `stay` one.
async fn keep_an_administrator(tx: &mut Tx, user: &Found, stays: bool) -> Result<(), Problem> {
    if stays || !is_administrator(user) {
        return Ok(());
    }
    if store::user::hold_administrators(tx).await.map_err(fault::store)? > 1 {
        return Ok(());
    }
    let detail = format!("expected another administrator who is enabled, found none but `{}`", user.name);
    Err(Problem::new(&kind::LAST_ADMINISTRATOR, detail))
}

/// Whether the user can keep users.
fn is_administrator(user: &Found) -> bool {
    user.role == Role::Admin && !user.disabled
}

/// The hash of a password, if there is one.
pub async fn hashed(hasher: &Hasher, password: Option<String>) -> Result<Option<String>, Problem> {
    match password {
        Some(password) => hasher.hash(password).await.map(Some).map_err(fault::password),
        None => Ok(None),
    }
}

/// Characters of the shortest password.
pub fn least(ask: &Ask<'_>) -> usize {
    ask.works().settings.passwords.min_password_length
}
