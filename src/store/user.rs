//! Users in the database.

use super::{Conn, Fault, Handle, Tx, fault::unreadable, on, run, session, sql, token, value};
use crate::domain::{Kind, permission::Role, tag::Tag, user::User};
use chrono::{DateTime, Utc};

sql! {
    FIND = "
  select id, name, password, role, disabled, created, revision
    from users
   where name = $1";

    OF_TOKEN = "
  select users.id, users.name, users.password, users.role, users.disabled, users.created, users.revision,
         token.expires, token.scope, token.used
    from token
    join users on users.id = token.user_id
   where token.digest = $1
     and token.revoked is null
     and (token.expires is null or token.expires > $2)";

    PAGE = "
  select id, name, password, role, disabled, created, revision
    from users
order by name
   limit $1 offset $2";

    COUNT = "select count(*) from users";

    INSERT = "
  insert into users (name, password, role, created)
  values ($1, $2, $3, $4)
returning id";

    PASSWORD = "update users set password = $2, revision = revision + 1 where name = $1";

    REHASH = "update users set password = $3 where name = $1 and password = $2";

    CHANGE = "
  update users
     set role = $3, disabled = $4, revision = revision + 1
   where name = $1 and revision = $2";

    ADMINISTRATORS = "select count(*) from users where role = 'admin' and not disabled";

    JOBS = "select count(*) from job where owner_id = $1";

    HOLD = "update users set revision = revision where role = 'admin' and not disabled";

    DELETE = "delete from users where name = $1 and revision = $2";

    REVOKE_ALL = "update token set revoked = $2 where user_id = $1 and revoked is null";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    name: String,
    password: Option<String>,
    role: String,
    disabled: bool,
    created: i64,
    revision: i64,
}

#[derive(sqlx::FromRow)]
struct Owner {
    #[sqlx(flatten)]
    user: Stored,
    expires: Option<i64>,
    scope: Option<String>,
    used: Option<i64>,
}

impl Stored {
    fn read(self) -> Result<(User, Option<String>), Fault> {
        let user = User {
            id: self.id,
            name: self.name,
            role: self.role.parse().map_err(|_| unreadable("users.role", &self.role))?,
            disabled: self.disabled,
            created: value::moment(self.created)?,
            revision: self.revision,
        };
        Ok((user, self.password))
    }
}

/// The user of that name, and the hash of the password (PHC string) if there is one.
pub async fn find(conn: &mut impl Handle, name: &str) -> Result<(User, Option<String>), Fault> {
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(FIND).bind(name).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.read()
}

/// The owner of the live token with that digest (SHA-256, hexadecimal), when it ends, and when it was used last.
///
/// The owner has the lower one of their role and the token's scope.
pub async fn of_token(
    conn: &mut Conn,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<(User, Option<DateTime<Utc>>, Option<DateTime<Utc>>), Fault> {
    let row: Option<Owner> = on!(conn, db => sqlx::query_as(OF_TOKEN)
        .bind(digest).bind(now.timestamp_millis()).fetch_optional(db))?;
    let Owner { user, expires, scope, used } = row.ok_or(Fault::Missing)?;
    let (mut user, _) = user.read()?;
    if let Some(scope) = token::scope(scope.as_deref())? {
        user.role = user.role.min(scope);
    }
    Ok((user, expires.map(value::moment).transpose()?, used.map(value::moment).transpose()?))
}

/// Users by name, and how many there are in all.
pub async fn page(conn: &mut Conn, offset: i64, limit: i64) -> Result<(Vec<User>, i64), Fault> {
    let total = count(conn).await?;
    let rows: Vec<Stored> = on!(conn, db => sqlx::query_as(PAGE).bind(limit).bind(offset).fetch_all(db))?;
    Ok((rows.into_iter().map(|row| Ok(row.read()?.0)).collect::<Result<_, Fault>>()?, total))
}

/// How many users there are.
pub async fn count(conn: &mut impl Handle) -> Result<i64, Fault> {
    Ok(on!(conn, db => sqlx::query_scalar(COUNT).fetch_one(db))?)
}

/// A new user; [`Fault::Taken`] if the name is in use.
pub async fn insert(
    tx: &mut Tx,
    name: &str,
    password: Option<&str>,
    role: Role,
    now: DateTime<Utc>,
) -> Result<User, Fault> {
    let _id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(name).bind(password).bind(role.name()).bind(now.timestamp_millis()).fetch_one(db))?;
    let (user, _) = find(tx, name).await?;
    tx.turns(None, Some(&user.state()));
    bump(tx, &user);
    Ok(user)
}

/// A new password; every token of the user is revoked with it, and every session ends.
pub async fn set_password(tx: &mut Tx, name: &str, password: &str, now: DateTime<Utc>) -> Result<(), Fault> {
    let changed = run!(tx, sqlx::query(PASSWORD).bind(name).bind(password))?;
    if changed == 0 {
        return Err(Fault::Missing);
    }
    let (user, _) = find(tx, name).await?;
    shut_out(tx, &user, now).await?;
    bump(tx, &user);
    Ok(())
}

/// Another hash of the same password, if the user still has the one that it was made from: nothing else changes.
pub async fn rehash(tx: &mut Tx, name: &str, old: &str, fresh: &str) -> Result<(), Fault> {
    run!(tx, sqlx::query(REHASH).bind(name).bind(old).bind(fresh))?;
    Ok(())
}

/// Revokes every token of a user and ends every session.
async fn shut_out(tx: &mut Tx, user: &User, now: DateTime<Utc>) -> Result<(), Fault> {
    run!(tx, sqlx::query(REVOKE_ALL).bind(user.id).bind(now.timestamp_millis()))?;
    session::end_all(tx, user).await
}

/// What a changed user changes: who is signed in with their credentials, in every process.
fn bump(tx: &mut Tx, user: &User) {
    tx.bump([Tag::item(Kind::User, user.id)]);
}

/// Another role, or disabled, if `revision` is still the user's; else [`Fault::Changed`].
///
/// Disabling revokes every token and ends every session.
pub async fn change(
    tx: &mut Tx,
    user: &User,
    role: Role,
    disabled: bool,
    now: DateTime<Utc>,
) -> Result<User, Fault> {
    let changed =
        run!(tx, sqlx::query(CHANGE).bind(&user.name).bind(user.revision).bind(role.name()).bind(disabled))?;
    if changed == 0 {
        return Err(Fault::Changed);
    }
    bump(tx, user);
    if disabled {
        shut_out(tx, user, now).await?;
    }
    let (changed, _) = find(tx, &user.name).await?;
    tx.turns(Some(&user.state()), Some(&changed.state()));
    Ok(changed)
}

/// How many enabled administrators there are; nobody else can change that until the transaction ends.
pub async fn hold_administrators(tx: &mut Tx) -> Result<u64, Fault> {
    // An update that changes nothing, since both databases know it: on PostgreSQL it locks the rows, or
    // else two administrators who demote each other at once would both find the other one left.
    Ok(run!(tx, sqlx::query(HOLD))?)
}

/// How many enabled administrators there are at this moment.
pub async fn administrators(conn: &mut impl Handle) -> Result<i64, Fault> {
    Ok(on!(conn, db => sqlx::query_scalar(ADMINISTRATORS).fetch_one(db))?)
}

/// How many jobs name the user and keep them from being deleted.
pub async fn jobs(conn: &mut impl Handle, user: &User) -> Result<i64, Fault> {
    Ok(on!(conn, db => sqlx::query_scalar(JOBS).bind(user.id).fetch_one(db))?)
}

/// Deletes the user; [`Fault::InUse`] if jobs name them (disable instead).
pub async fn delete(tx: &mut Tx, user: &User) -> Result<(), Fault> {
    tx.turns(Some(&user.state()), None);
    let deleted = run!(tx, sqlx::query(DELETE).bind(&user.name).bind(user.revision));
    bump(tx, user);
    match deleted {
        Ok(0) => Err(Fault::Changed),
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
            Err(Fault::InUse(vec![(crate::domain::Kind::Job, user.name.clone())]))
        }
        Err(error) => Err(error.into()),
    }
}

/// Name of the user that the command line acts as.
const SYSTEM: &str = "almanac";

/// The user that the command line acts as unless told otherwise: disabled, so nobody signs in as it.
pub async fn system(tx: &mut Tx, now: DateTime<Utc>) -> Result<User, Fault> {
    match find(tx, SYSTEM).await {
        Ok((user, _)) => Ok(user),
        Err(Fault::Missing) => {
            let user = insert(tx, SYSTEM, None, Role::Publisher, now).await?;
            change(tx, &user, user.role, true, now).await
        }
        Err(fault) => Err(fault),
    }
}
