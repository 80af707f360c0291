//! Which handler does what a form stands for.

use crate::{
    auth::{May, Viewer},
    domain::user::User,
    http::{body::Body, problem::Problem, reply::Content},
    represent::link::Place,
    routes::{answer::Answer, article, ask::Ask, dataset, job, message, model, revision, row, version},
};
use http::{HeaderMap, Method, header};
use serde_json::Value;

/// The document at a place, with its entity tag: what a form begins with.
pub async fn document(ask: &Ask<'_>, place: &Place, user: &User) -> Result<(Value, Option<String>), Problem> {
    let inner = super::as_program(ask, place, (Method::GET, HeaderMap::new(), None), user);
    let reply = read(inner, place, user).await?;
    let state = reply.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_string);
    let value = match &reply.content {
        Content::Whole(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
        _ => Value::Null,
    };
    Ok((value, state))
}

async fn read(ask: Ask<'_>, place: &Place, user: &User) -> Answer {
    let viewer = Viewer::User(Box::new(user.clone()));
    match place {
        Place::Article(slug) => article::read(slug, viewer, ask).await,
        Place::Dataset(slug) => dataset::read(slug, viewer, ask).await,
        Place::Row(slug, id) => row::read(slug, id, viewer, ask).await,
        Place::Model(slug) => model::read(slug, viewer, ask).await,
        Place::Job(id) => job::shown(id, user, &ask).await,
        Place::Message(id) => message::read(id, viewer, ask).await,
        _ => Err(Problem::not_found("form at this address")),
    }
}

/// Does what a program would ask for by sending this content.
pub async fn write(ask: Ask<'_>, place: &Place, user: &User, body: Body<'_>) -> Answer {
    let method = ask.head.method.clone();
    match (place, method.as_str()) {
        (Place::Articles, "POST") => article::create(May::granted(user)?, ask, body).await,
        (Place::Article(slug), "PATCH") => article::patch(slug, May::granted(user)?, ask, body).await,
        (Place::Article(slug), "DELETE") => article::delete(slug, May::granted(user)?, ask).await,
        (Place::Dataset(slug), "PATCH") => dataset::patch(slug, May::granted(user)?, ask, body).await,
        (Place::Dataset(slug), "DELETE") => dataset::delete(slug, May::granted(user)?, ask).await,
        (Place::Rows(slug), "POST") => row::create(slug, May::granted(user)?, ask, body).await,
        (Place::Row(slug, id), "PATCH") => row::patch(slug, id, May::granted(user)?, ask, body).await,
        (Place::Row(slug, id), "DELETE") => row::delete(slug, id, May::granted(user)?, ask).await,
        (Place::Revisions(slug), "POST") => revision::create(slug, May::granted(user)?, ask, body).await,
        (Place::Models, "POST") => model::create(May::granted(user)?, ask, body).await,
        (Place::Model(slug), "PATCH") => model::patch(slug, May::granted(user)?, ask, body).await,
        (Place::Model(slug), "DELETE") => model::delete(slug, May::granted(user)?, ask).await,
        (Place::Versions(slug), "POST") => version::create(slug, May::granted(user)?, ask, body).await,
        (Place::Job(id), "DELETE") => job::delete(id, May::granted(user)?, ask).await,
        (Place::Messages, "POST") => message::create(May::granted(user)?, ask, body).await,
        (Place::Message(id), "DELETE") => message::delete(id, May::granted(user)?, ask).await,
        _ => Err(Problem::not_found("form at this address")),
    }
}
