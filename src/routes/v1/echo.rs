//! An echo: what was sent, for those who try out their client.
//!
//! What is given back is somebody else's: a page of another site can make a browser send anything here,
//! so nothing of it may run or show as ours.

use crate::{
    auth::{Sight, Viewer},
    http::{body::Body, disposition, field, head::Head, reply::Reply},
    represent::{class::ECHOES, format::offer::SPOKEN, policy::Subject, v1},
    routes::{
        answer::{self, Answer},
        ask::{Ask, Site},
        content::{Canonical, SANDBOX},
    },
};
use http::{Method, header};
use rocket::{State, delete, get, patch, post, put};

/// The method.
#[get("/echo")]
pub fn read(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    // HEAD too: it gets the fields of a GET.
    answer::read(&ask, v1::entry::echo(ask.base(), Method::GET.as_str()))
}

/// The body of a POST.
#[post("/echo", data = "<body>")]
pub async fn create(
    _spelt: Canonical,
    head: Head,
    site: &State<Site>,
    _viewer: Viewer,
    body: Body<'_>,
) -> Answer {
    given_back(head, site, body).await
}

/// The body of a PUT.
#[put("/echo", data = "<body>")]
pub async fn replace(
    _spelt: Canonical,
    head: Head,
    site: &State<Site>,
    _viewer: Viewer,
    body: Body<'_>,
) -> Answer {
    given_back(head, site, body).await
}

/// The body of a PATCH.
#[patch("/echo", data = "<body>")]
pub async fn patch(
    _spelt: Canonical,
    head: Head,
    site: &State<Site>,
    _viewer: Viewer,
    body: Body<'_>,
) -> Answer {
    given_back(head, site, body).await
}

/// The body of a DELETE, if it has one.
#[delete("/echo", data = "<body>")]
pub async fn delete(
    _spelt: Canonical,
    head: Head,
    site: &State<Site>,
    _viewer: Viewer,
    body: Body<'_>,
) -> Answer {
    given_back(head, site, body).await
}

/// The body with its media type; without either, the method as a document.
async fn given_back(head: Head, site: &Site, mut body: Body<'_>) -> Answer {
    let named = body.media_type()?;
    if named.is_none() && body.is_empty().await {
        let ask = Ask::negotiated(head, Sight::of_nobody(), site, SPOKEN)?;
        return answer::read(&ask, v1::entry::echo(ask.base(), ask.head.method.as_str()));
    }
    let media = body.one_of(ECHOES)?;
    let content = body.bytes(site.works.settings.bodies.json_bytes).await?;
    // As it was named, with its charset: `media` stands for any.
    let named = named.map_or_else(|| media.to_string(), |named| named.to_string());
    let mut reply = Reply::ok(media, content).cached(Subject::Passing.cache_control());
    reply.headers.insert(header::CONTENT_TYPE, field::value(&named));
    reply.headers.insert(header::CONTENT_DISPOSITION, disposition::attachment(None));
    Ok(reply.with(header::CONTENT_SECURITY_POLICY, SANDBOX))
}
