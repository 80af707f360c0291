//! Messages under version 1.

use super::{stretch, window};
use crate::{
    auth::{
        May, Viewer,
        guard::{act::Create, thing::Message},
    },
    http::{body::Body, head::Head, problem::Problem, reply::Success},
    represent::{Document, class::MESSAGES_OF_V1, v1},
    routes::{
        answer::{self, Answer},
        ask::{Ask, Site},
        content::Canonical,
        fault, message,
        once::{Once, Turn},
    },
    store,
};
use rocket::{State, get, post};

/// The bytes of the message.
#[get("/messages/<id>")]
pub async fn read(id: &str, _spelt: Canonical, head: Head, site: &State<Site>, _viewer: Viewer) -> Answer {
    message::given(&head, site, id).await
}

/// A stretch of the messages, newest first.
#[get("/messages")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask).await?)
}

async fn listed(ask: &Ask<'_>) -> Result<Document, Problem> {
    let (offset, limit, window) = window(ask)?;
    let (messages, total) =
        store::message::page(&mut ask.read().await?, offset, limit).await.map_err(fault::store)?;
    Ok(v1::message::list(ask.base(), &messages, &stretch(ask, window, total)))
}

/// A new message: what is said of it, without a tag, since its URL gives its bytes.
#[post("/messages", data = "<body>")]
pub async fn create(may: May<Create, Message>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    body.one_of(MESSAGES_OF_V1)?;
    answer::expected(&ask, listed(&ask)).await?;
    let message = message::keep(&ask, &once, (body, MESSAGES_OF_V1), may.user.name).await?;
    once.answered(answer::replaced(&ask, Success::Created, v1::message::read(ask.base(), &message))).await
}
