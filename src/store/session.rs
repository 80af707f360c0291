//! Sessions in the database.

use super::{Conn, Fault, Tx, on, run, sql, user, value};
use crate::domain::{session::Session, tag::Tag, user::User};
use chrono::{DateTime, Duration, Utc};

sql! {
    FIND = "
  select session.id, session.agent, session.kept, session.created, session.used, session.expires,
         users.name as owner
    from session
    join users on users.id = session.user_id
   where session.digest = $1
     and session.expires > $2
     and (session.kept or session.used > $3)
     and not users.disabled";

    OF_USER = "
  select session.id, session.agent, session.kept, session.created, session.used, session.expires,
         users.name as owner
    from session
    join users on users.id = session.user_id
   where session.user_id = $1
     and session.expires > $2
     and (session.kept or session.used > $3)
order by session.used desc, session.id desc
   limit 1000";

    INSERT = "
  insert into session (user_id, digest, agent, kept, created, used, expires)
  values ($1, $2, $3, $4, $5, $5, $6)
returning id";

    USED = "update session set used = $2 where id = $1 and used < $2";

    END = "delete from session where id = $1 and user_id = $2";

    END_BY_DIGEST = "delete from session where digest = $1 returning id";

    END_OTHERS = "delete from session where user_id = $1 and id <> $2 returning id";

    END_ALL = "delete from session where user_id = $1";

    FORGET = "delete from session where expires <= $1";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    agent: String,
    kept: bool,
    created: i64,
    used: i64,
    expires: i64,
    owner: String,
}

impl Stored {
    fn read(self) -> Result<Session, Fault> {
        Ok(Session {
            id: self.id,
            agent: self.agent,
            kept: self.kept,
            created: value::moment(self.created)?,
            used: value::moment(self.used)?,
            expires: value::moment(self.expires)?,
        })
    }
}

/// When a session must have been used at the latest, to be one still; those that are kept are asked for no use.
fn lately(now: DateTime<Utc>, idle: Duration) -> i64 {
    (now - idle).timestamp_millis()
}

/// The session whose cookie has that digest, with its user; [`Fault::Missing`] once it ended or was not used for
/// `idle`, or the user is disabled.
pub async fn find(
    conn: &mut Conn,
    digest: &str,
    now: DateTime<Utc>,
    idle: Duration,
) -> Result<(Session, User), Fault> {
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(FIND)
        .bind(digest).bind(now.timestamp_millis()).bind(lately(now, idle)).fetch_optional(db))?;
    let row = row.ok_or(Fault::Missing)?;
    let (owner, _) = user::find(conn, &row.owner).await?;
    Ok((row.read()?, owner))
}

/// The sessions of a user, the last used first.
pub async fn of_user(
    conn: &mut Conn,
    user: &User,
    now: DateTime<Utc>,
    idle: Duration,
) -> Result<Vec<Session>, Fault> {
    let rows: Vec<Stored> = on!(conn, db => sqlx::query_as(OF_USER)
        .bind(user.id).bind(now.timestamp_millis()).bind(lately(now, idle)).fetch_all(db))?;
    rows.into_iter().map(Stored::read).collect()
}

/// A new session, known by the digest of what its cookie holds; those that expired are forgotten.
pub async fn insert(tx: &mut Tx, owner: &User, digest: &str, session: &Session) -> Result<Session, Fault> {
    let now = session.created.timestamp_millis();
    run!(tx, sqlx::query(FORGET).bind(now))?;
    let id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(owner.id).bind(digest).bind(&session.agent).bind(session.kept).bind(now)
        .bind(session.expires.timestamp_millis()).fetch_one(db))?;
    tx.tell(Tag::session(id));
    Ok(Session { id, ..session.clone() })
}

/// Notes that a session was used.
pub async fn used(tx: &mut Tx, session: &Session, now: DateTime<Utc>) -> Result<(), Fault> {
    run!(tx, sqlx::query(USED).bind(session.id).bind(now.timestamp_millis()))?;
    Ok(())
}

/// Ends the session of a user with that number; [`Fault::Missing`] if they have none such.
pub async fn end(tx: &mut Tx, user: &User, id: i64) -> Result<(), Fault> {
    match run!(tx, sqlx::query(END).bind(id).bind(user.id))? {
        0 => Err(Fault::Missing),
        _ => {
            tx.tell(Tag::session(id));
            Ok(())
        }
    }
}

/// Ends the session whose cookie has that digest, if there is one.
pub async fn end_by_digest(tx: &mut Tx, digest: &str) -> Result<(), Fault> {
    let ended: Option<i64> =
        on!(tx, db => sqlx::query_scalar(END_BY_DIGEST).bind(digest).fetch_optional(db))?;
    ended.into_iter().for_each(|id| tx.tell(Tag::session(id)));
    Ok(())
}

/// Ends all sessions of a user but that one.
pub async fn end_others(tx: &mut Tx, user: &User, id: i64) -> Result<(), Fault> {
    let ended: Vec<i64> = on!(tx, db => sqlx::query_scalar(END_OTHERS).bind(user.id).bind(id).fetch_all(db))?;
    ended.into_iter().for_each(|id| tx.tell(Tag::session(id)));
    Ok(())
}

/// Ends all sessions of a user.
pub async fn end_all(tx: &mut Tx, user: &User) -> Result<(), Fault> {
    run!(tx, sqlx::query(END_ALL).bind(user.id))?;
    Ok(())
}
