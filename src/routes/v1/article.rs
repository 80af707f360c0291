//! Articles under version 1.

use super::{stretch, window};
use crate::{
    auth::Viewer,
    represent::v1,
    routes::{
        answer::{self, Answer},
        article,
        ask::Ask,
        fault,
    },
    store::{self, listing::Listing},
};
use rocket::get;

/// The article.
#[get("/articles/<slug>")]
pub async fn read(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let article = article::find(&ask.sight, &mut ask.read().await?, slug).await?;
    answer::read(&ask, v1::article::read(ask.base(), &article))
}

/// A stretch of the articles, newest first.
#[get("/articles")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (offset, limit, window) = window(&ask)?;
    let (articles, total) = store::article::page(&mut ask.read().await?, &Listing::stretch(offset, limit))
        .await
        .map_err(fault::store)?;
    answer::read(&ask, v1::article::list(ask.base(), &articles, &stretch(&ask, window, total)))
}
