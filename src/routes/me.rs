//! Who asks, and their tokens, under version 2.
//!
//! Another's token is answered as if there were none.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change, fault,
    number::number,
    once::{Once, Turn},
};
use crate::{
    auth::{
        May, bearer,
        guard::{
            Until,
            act::{Create, Delete, Read},
            thing::Token,
        },
    },
    domain::{
        Kind,
        permission::{Action, may},
        token::Token as Found,
        user::User,
    },
    http::{body::Body, problem::Problem, reply::Success},
    represent::{
        Document,
        link::Place,
        v2::{self, PageOf, token::Wanted},
    },
    store::{self, Handle, Tx},
};
use chrono::{DateTime, Utc};
use rocket::{delete, get, post};

/// Who asks.
#[get("/me")]
pub async fn read(may: May<Read, Token>, ask: Ask<'_>) -> Answer {
    answer::read(&ask, v2::user::me(ask.base(), &may.user))
}

/// One of one's tokens.
#[get("/me/tokens/<id>")]
pub async fn token(id: &str, may: May<Read, Token>, ask: Ask<'_>) -> Answer {
    let token = find(&mut ask.read().await?, id, &may.user).await?;
    answer::read(&ask, v2::token::read(ask.base(), &token, None))
}

/// A page of one's tokens, newest first.
#[get("/me/tokens")]
pub async fn tokens(may: May<Read, Token>, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask, &may.user).await?)
}

async fn listed(ask: &Ask<'_>, owner: &User) -> Result<Document, Problem> {
    let page = ask.page()?;
    let (offset, limit) = (page.offset() as i64, page.size as i64);
    let (tokens, total) =
        store::token::page(&mut ask.read().await?, owner.id, offset, limit).await.map_err(fault::store)?;
    let page = PageOf::numbered(ask.base(), &Place::Tokens, &ask.url(), "", page, total);
    Ok(v2::token::list(ask.base(), &tokens, &page))
}

/// A new token; its text stands in this answer and nowhere else.
#[post("/me/tokens", data = "<body>")]
pub async fn create(may: May<Create, Token>, until: Until, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    body.one_of(change::WHOLE)?;
    answer::expected(&ask, listed(&ask, &may.user)).await?;
    let value = change::whole(&ask, body).await?;
    let now = Utc::now();
    let mut wanted = v2::token::parse(&value, now).map_err(fault::input)?;
    // Or who finds a token could keep its rights for good.
    wanted.expires = until.0.map_or(wanted.expires, |until| wanted.expires.min(until));
    let mut tx = once.write(&ask).await?;
    let (token, text) = issue(&mut tx, &may.user, wanted, now).await?;
    once.commit(tx, &Place::Token(token.id.to_string())).await?;
    let document = v2::token::read(ask.base(), &token, Some(&text));
    once.answered_in_secret(answer::written(&ask, Success::Created, document))
}

/// A new token, and its text. It may do no more than who asks for it, who may have come with a confined one.
pub async fn issue(
    tx: &mut Tx,
    owner: &User,
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Result<(Found, String), Problem> {
    let text = bearer::fresh().map_err(fault::password)?;
    let digest = bearer::digest(&text).ok_or_else(|| fault::broken(&"a fresh token has no digest"))?;
    let scope = wanted.scope.map_or(owner.role, |scope| scope.min(owner.role));
    let called = (wanted.name.as_str(), digest.as_str(), scope);
    let token = store::token::insert_confined(tx, owner, called, now, Some(wanted.expires)).await;
    Ok((token.map_err(fault::store)?, text))
}

/// The token is refused from now on; once revoked it stays so.
#[delete("/me/tokens/<id>")]
pub async fn delete(id: &str, may: May<Delete, Token>, ask: Ask<'_>) -> Answer {
    let mut tx = ask.write().await?;
    let token = find(&mut tx, id, &may.user).await?;
    ask.judge(Some((&token.state(), token.created)))?;
    revoke(tx, &token).await?;
    Ok(answer::deleted())
}

/// Revokes a token and commits.
pub async fn revoke(mut tx: Tx, token: &Found) -> Result<(), Problem> {
    match store::token::revoke(&mut tx, token.id, Utc::now()).await {
        // Revoked before: it is as it should be.
        Ok(()) | Err(store::Fault::Missing) => {}
        Err(fault) => return Err(fault::store(fault)),
    }
    tx.commit().await.map_err(fault::store)
}

/// The user's token of that number.
pub async fn find(conn: &mut impl Handle, id: &str, owner: &User) -> Result<Found, Problem> {
    let absent = || Problem::not_found("such token");
    match store::token::find(conn, number(id).ok_or_else(absent)?).await {
        Ok(token) if may(Some(owner.role), Action::Read, Kind::Token, token.owner == owner.name) => Ok(token),
        Ok(_) | Err(store::Fault::Missing) => Err(absent()),
        Err(fault) => Err(fault::store(fault)),
    }
}
