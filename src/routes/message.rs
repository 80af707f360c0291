//! Messages under version 2: bytes that somebody left, given back as they came.

use super::{
    answer::{self, Answer},
    ask::{self, Ask, Site},
    content::{Canonical, File, serve},
    fault,
    number::number,
    once::{Once, Turn},
};
use crate::{
    auth::{
        May, Viewer,
        guard::{
            act::{Create, Delete},
            thing::Message,
        },
    },
    blob::Spool,
    domain::{
        Kind,
        message::{self, Message as Found},
        permission::{Action, may},
        user::User,
    },
    http::{body::Body, field, form, head::Head, json, media::Media, problem::Problem, reply::Success},
    represent::{
        Document,
        class::MESSAGES,
        link::Place,
        policy::Subject,
        v2::{self, PageOf},
    },
    store::{self, Handle},
};
use chrono::Utc;
use http::header;
use rocket::{State, delete, get, post};
use std::io::Write;

/// Characters of a media type with its parameters.
const LONGEST_TYPE: usize = 255;

/// The message: about its bytes.
#[get("/messages/<id>")]
pub async fn read(id: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let message = find(&mut ask.read().await?, id).await?;
    answer::read(&ask, v2::message::read(ask.base(), &message))
}

/// The bytes of the message.
#[get("/messages/<id>/content")]
pub async fn content(id: &str, _spelt: Canonical, head: Head, site: &State<Site>, _viewer: Viewer) -> Answer {
    given(&head, site, id).await
}

/// A page of messages, newest first.
#[get("/messages")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask).await?)
}

async fn listed(ask: &Ask<'_>) -> Result<Document, Problem> {
    let page = ask.page()?;
    let (offset, limit) = (page.offset() as i64, page.size as i64);
    let (messages, total) =
        store::message::page(&mut ask.read().await?, offset, limit).await.map_err(fault::store)?;
    let page = PageOf::numbered(ask.base(), &Place::Messages, &ask.url(), "", page, total);
    Ok(v2::message::list(ask.base(), &messages, &page))
}

/// A new message.
#[post("/messages", data = "<body>")]
pub async fn create(may: May<Create, Message>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    body.one_of(MESSAGES)?;
    answer::expected(&ask, listed(&ask)).await?;
    let message = keep(&ask, &once, (body, MESSAGES), may.user.name).await?;
    once.answered(answer::written(&ask, Success::Created, v2::message::read(ask.base(), &message))).await
}

/// No such message any more; senders delete their own, administrators any.
#[delete("/messages/<id>")]
pub async fn delete(id: &str, may: May<Delete, Message>, ask: Ask<'_>) -> Answer {
    let mut tx = ask.write().await?;
    let message = find(&mut tx, id).await?;
    if !is_theirs(&message, &may.user) {
        let detail = format!("expected the sender or an administrator, found `{}`", may.user.name);
        return Err(Problem::forbidden(detail));
    }
    ask.judge(Some((&message.state(), message.created)))?;
    store::message::delete(&mut tx, message.id).await.map_err(fault::store)?;
    tx.commit().await.map_err(fault::store)?;
    Ok(answer::deleted())
}

/// Whether the message is somebody's to delete.
pub fn is_theirs(message: &Found, user: &User) -> bool {
    may(Some(user.role), Action::Delete, Kind::Message, message.author == user.name)
}

/// The bytes of the message that a URL names so.
pub async fn given(head: &Head, site: &Site, id: &str) -> Answer {
    let mut conn = ask::read(site, head).await?;
    let message = find(&mut conn, id).await?;
    // Not held while bytes go to the client.
    drop(conn);
    let file = File {
        size: u64::try_from(message.size).unwrap_or_default(),
        subject: Subject::Item { kind: Kind::Message, slug: id.into() },
        state: message.state(),
        modified: Some(message.created),
        about: Some(Place::Message(id.into()).url(site.base())),
        digest: message.digest,
        name: Some(message.filename.unwrap_or_else(|| saved_as(id, &message.media_type))),
        media_type: message.media_type,
    };
    serve(head, &site.works, file).await
}

/// A name for bytes that came without one.
fn saved_as(id: &str, media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let suffix = Media::from_essence(essence).and_then(Media::suffix);
    format!("message-{id}.{}", suffix.or(Media::OctetStream.suffix()).unwrap_or_default())
}

/// Keeps what came, in one of these media types, as a new message of `author`.
pub async fn keep(
    ask: &Ask<'_>,
    once: &Once,
    sent: (Body<'_>, &[Media]),
    author: String,
) -> Result<Found, Problem> {
    let Sent { spool, media_type, filename } = receive(ask, sent).await?;
    let kept = ask.works().blobs.keep(spool).await.map_err(fault::blob)?;
    let message = Found {
        id: 0,
        media_type,
        digest: kept.digest,
        size: i64::try_from(kept.size).unwrap_or(i64::MAX),
        filename,
        author,
        created: Utc::now(),
    };
    let mut tx = once.write(ask).await?;
    let message = store::message::insert(&mut tx, message).await.map_err(fault::store)?;
    once.commit(tx, &Place::Message(message.id.to_string())).await?;
    Ok(message)
}

/// The message of that number.
pub async fn find(conn: &mut impl Handle, id: &str) -> Result<Found, Problem> {
    let absent = || Problem::not_found("such message");
    match store::message::find(conn, number(id).ok_or_else(absent)?).await {
        Err(store::Fault::Missing) => Err(absent()),
        found => found.map_err(fault::store),
    }
}

/// A message as it came.
struct Sent {
    spool: Spool,
    media_type: String,
    filename: Option<String>,
}

/// Reads a message. JSON must be JSON, yet its bytes are kept; of a form its one file is kept.
async fn receive(ask: &Ask<'_>, (body, taken): (Body<'_>, &[Media])) -> Result<Sent, Problem> {
    let media = body.one_of(taken)?;
    let (blobs, bodies) = (&ask.works().blobs, &ask.works().settings.bodies);
    let mut spool = blobs.spool_for(body.announced().unwrap_or(0)).await.map_err(fault::blob)?;
    let (mut named, mut filename) = (field::single(&ask.head.headers, &header::CONTENT_TYPE), None);
    let file;
    match media {
        Media::FormData => {
            file = form::read(body, bodies.message_bytes, &mut spool).await?.file;
            filename = message::filename(&file.name);
            named = Some(&file.media_type);
        }
        Media::Json | Media::V1Json | Media::V2Json => {
            // Checking it takes many times its size in memory: the bound of documents holds.
            let bytes = body.bytes(bodies.json_bytes.min(bodies.message_bytes)).await?;
            json::parse(&bytes).map_err(|found| Problem::malformed(found.to_string()))?;
            spool.write_all(&bytes).map_err(|error| fault::blob(error.into()))?;
        }
        _ => {
            body.copy(bodies.message_bytes, &mut spool).await?;
        }
    }
    let media_type = media_type(named.unwrap_or_default())?;
    Ok(Sent { spool, media_type, filename })
}

/// A media type that can be given back as it came.
fn media_type(sent: &str) -> Result<String, Problem> {
    let fine = sent.chars().all(|c| c == ' ' || c.is_ascii_graphic()) && sent.len() <= LONGEST_TYPE;
    let expected = || format!("content-type: expected at most {LONGEST_TYPE} printable ASCII characters");
    if fine { Ok(sent.into()) } else { Err(Problem::malformed(expected())) }
}
