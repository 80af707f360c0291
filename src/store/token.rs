//! Tokens in the database.

use super::{Conn, Fault, Handle, Tx, fault::unreadable, on, run, sql, value};
use crate::domain::{Kind, permission::Role, tag::Tag, token::Token, user::User};
use chrono::{DateTime, Utc};

sql! {
    FIND = "
  select token.id, token.name, users.name as owner, token.created, token.expires, token.revoked,
         token.scope, token.used
    from token
    join users on users.id = token.user_id
   where token.id = $1";

    OF_USER = "
  select token.id, token.name, users.name as owner, token.created, token.expires, token.revoked,
         token.scope, token.used
    from token
    join users on users.id = token.user_id
   where users.id = $1
order by token.id desc
   limit $2 offset $3";

    COUNT = "select count(*) from token where user_id = $1";

    INSERT = "
  insert into token (user_id, name, digest, created, expires)
  values ($1, $2, $3, $4, $5)
returning id";

    CONFINE = "update token set scope = $2 where id = $1";

    USED = "update token set used = $2 where digest = $1 and (used is null or used < $2)";

    REVOKE = "update token set revoked = $2 where id = $1 and revoked is null returning user_id";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    name: String,
    owner: String,
    created: i64,
    expires: Option<i64>,
    revoked: Option<i64>,
    scope: Option<String>,
    used: Option<i64>,
}

impl Stored {
    fn read(self) -> Result<Token, Fault> {
        Ok(Token {
            id: self.id,
            name: self.name,
            owner: self.owner,
            created: value::moment(self.created)?,
            expires: self.expires.map(value::moment).transpose()?,
            revoked: self.revoked.map(value::moment).transpose()?,
            scope: scope(self.scope.as_deref())?,
            used: self.used.map(value::moment).transpose()?,
        })
    }
}

/// What a stored scope is.
pub(in crate::store) fn scope(text: Option<&str>) -> Result<Option<Role>, Fault> {
    text.map(|text| text.parse().map_err(|_| unreadable("token.scope", text))).transpose()
}

/// The token with that number.
pub async fn find(conn: &mut impl Handle, id: i64) -> Result<Token, Fault> {
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(FIND).bind(id).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.read()
}

/// Tokens of a user, newest first, and how many there are in all.
pub async fn page(conn: &mut Conn, user: i64, offset: i64, limit: i64) -> Result<(Vec<Token>, i64), Fault> {
    let total: i64 = on!(conn, db => sqlx::query_scalar(COUNT).bind(user).fetch_one(db))?;
    let rows: Vec<Stored> =
        on!(conn, db => sqlx::query_as(OF_USER).bind(user).bind(limit).bind(offset).fetch_all(db))?;
    Ok((rows.into_iter().map(Stored::read).collect::<Result<_, _>>()?, total))
}

/// A new token, known by the digest of its text (SHA-256, hexadecimal).
pub async fn insert(
    tx: &mut Tx,
    owner: &User,
    name: &str,
    digest: &str,
    now: DateTime<Utc>,
    expires: Option<DateTime<Utc>>,
) -> Result<Token, Fault> {
    let id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(owner.id).bind(name).bind(digest).bind(now.timestamp_millis())
        .bind(expires.map(|moment| moment.timestamp_millis()))
        .fetch_one(db))?;
    tx.bump([Tag::item(Kind::User, owner.id)]);
    let (name, owner) = (name.into(), owner.name.clone());
    Ok(Token { id, name, owner, created: now, expires, revoked: None, scope: None, used: None })
}

/// A new token that may do no more than somebody of that role.
pub async fn insert_confined(
    tx: &mut Tx,
    owner: &User,
    (name, digest, scope): (&str, &str, Role),
    now: DateTime<Utc>,
    expires: Option<DateTime<Utc>>,
) -> Result<Token, Fault> {
    let token = insert(tx, owner, name, digest, now, expires).await?;
    run!(tx, sqlx::query(CONFINE).bind(token.id).bind(scope.name()))?;
    Ok(Token { scope: Some(scope), ..token })
}

/// Notes that the token with that digest is used, to the hour.
pub async fn used(tx: &mut Tx, digest: &str, hour: DateTime<Utc>) -> Result<(), Fault> {
    run!(tx, sqlx::query(USED).bind(digest).bind(hour.timestamp_millis()))?;
    Ok(())
}

/// Refuses the token from now on; [`Fault::Missing`] if there is none or it was revoked before.
pub async fn revoke(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<(), Fault> {
    let owner: Option<i64> = on!(tx, db => sqlx::query_scalar(REVOKE)
        .bind(id).bind(now.timestamp_millis()).fetch_optional(db))?;
    tx.bump([Tag::item(Kind::User, owner.ok_or(Fault::Missing)?)]);
    Ok(())
}
