//! Users, for administrators with a browser. Programs find the same under `users`.

use super::{
    account::{again, may, page, person, told},
    answer::Answer,
    ask::Ask,
    fault,
    sign::{SMALL, led},
    user,
};
use crate::{
    auth::{Session, password::Hasher},
    domain::{
        Kind,
        fault::{Fault, Faults, quoted},
        permission::Action,
        user::User,
    },
    http::{
        body::Body,
        problem::{Problem, kind},
        query,
        reply::Reply,
    },
    page::private::{Typed, users},
    represent::{link::Place, v2},
    store,
};
use bytes::Bytes;
use rocket::{State, get, post};
use serde_json::{Value, json};

/// Users that the page lists.
const MOST: i64 = 1_000;

/// Users by name.
#[get("/account/users")]
pub async fn list(session: Session, ask: Ask<'_>) -> Answer {
    may(&session.user, Kind::User, Action::Read)?;
    Ok(page(listed(&session, &ask, Typed::NOTHING).await?))
}

async fn listed(session: &Session, ask: &Ask<'_>, typed: Typed<'_>) -> Result<Bytes, Problem> {
    let mut conn = ask.works().store.read().await.map_err(fault::store)?;
    let (all, _) = store::user::page(&mut conn, 0, MOST).await.map_err(fault::store)?;
    Ok(users::list(ask.base(), person(session, &session.csrf()), &all, typed))
}

/// A new user.
#[post("/account/users", data = "<body>")]
pub async fn create(session: Session, ask: Ask<'_>, body: Body<'_>, hasher: &State<Hasher>) -> Answer {
    may(&session.user, Kind::User, Action::Create)?;
    let fields = session.form(body, SMALL).await?;
    let sent = |name| query::first(&fields, name).unwrap_or_default();
    let value = json!({
        "identifier": sent("identifier"), "role": sent("role"), "password": sent("password"),
    });
    let name = sent("identifier");
    let refused = async |faults: Faults| -> Answer {
        let document = told(&ask, &Place::AccountUsers, &fault::input(faults));
        // Without the password.
        let values = json!({"identifier": name, "role": sent("role")});
        let typed = Typed { values: &values, problem: Some(&document) };
        Ok(again(listed(&session, &ask, typed).await?))
    };
    let (wanted, mut tx) = match v2::user::parse(&value, user::least(&ask)) {
        Ok((name, wanted)) => {
            let hash = user::hashed(hasher, wanted.password.clone()).await?;
            ((name, wanted, hash), ask.write().await?)
        }
        Err(faults) => return refused(faults).await,
    };
    match user::add(&mut tx, &wanted.0, &wanted.1, wanted.2.as_deref()).await {
        Ok(user) => {
            tx.commit().await.map_err(fault::store)?;
            Ok(shown_next(&ask, &user))
        }
        Err(store::Fault::Taken) => {
            drop(tx);
            refused(Fault::at("/identifier", "a name that is free", quoted(name)).into()).await
        }
        Err(fault) => Err(fault::store(fault)),
    }
}

/// One user.
#[get("/account/users/<name>")]
pub async fn read(name: &str, session: Session, ask: Ask<'_>) -> Answer {
    may(&session.user, Kind::User, Action::Read)?;
    let found = user::find(&mut ask.works().store.read().await.map_err(fault::store)?, name).await?;
    Ok(page(users::one(ask.base(), person(&session, &session.csrf()), &found, Typed::NOTHING)))
}

/// Another role or another password for a user, disabled or enabled.
#[post("/account/users/<name>", data = "<body>")]
pub async fn change(
    name: &str,
    session: Session,
    ask: Ask<'_>,
    body: Body<'_>,
    hasher: &State<Hasher>,
) -> Answer {
    may(&session.user, Kind::User, Action::Patch)?;
    let fields = session.form(body, SMALL).await?;
    let sent = |name| query::first(&fields, name);
    let old = user::find(&mut ask.works().store.read().await.map_err(fault::store)?, name).await?;
    let refused = |old: &User, values: &Value, problem: &Problem| {
        let document = told(&ask, &Place::AccountUser(name.into()), problem);
        let typed = Typed { values, problem: Some(&document) };
        again(users::one(ask.base(), person(&session, &session.csrf()), old, typed))
    };
    // Two forms: each changes what it shows, and leaves the rest.
    let value = match sent("role") {
        Some(role) => json!({"role": role, "disabled": sent("disabled").is_some(), "password": null}),
        None => json!({"role": old.role.name(), "disabled": old.disabled,
                       "password": sent("password").unwrap_or_default()}),
    };
    let wanted = match v2::user::parse_changed(&value, user::least(&ask)) {
        Ok((_, wanted)) => wanted,
        Err(faults) => return Ok(refused(&old, &value, &fault::input(faults))),
    };
    let hash = user::hashed(hasher, wanted.password.clone()).await?;
    let mut tx = ask.write().await?;
    let now = user::find(&mut tx, name).await?;
    if sent("revision") != Some(now.revision.to_string().as_str()) {
        let why = Problem::new(&kind::CHANGED, "Somebody else changed the user meanwhile: look again.");
        return Ok(refused(&now, &Value::Null, &why));
    }
    let user = match user::apply(&mut tx, &now, &wanted, hash.as_deref()).await {
        Err(problem) if problem.is_about_content() => return Ok(refused(&now, &value, &problem)),
        applied => applied?.map_err(fault::store)?,
    };
    tx.commit().await.map_err(fault::store)?;
    Ok(shown_next(&ask, &user))
}

fn shown_next(ask: &Ask<'_>, user: &User) -> Reply {
    led(&Place::AccountUser(user.name.clone()).url(ask.base()))
}
