//! What crawlers of search engines ask for: what they may read, and the public things that there are.

use super::{
    answer::{self, Answer},
    ask::Ask,
    fault,
};
use crate::{
    auth::Viewer,
    represent::{format, link::Place, policy::Subject},
    store::{self, listing::Listing},
};
use chrono::{DateTime, Utc};
use rocket::get;

/// Things of each kind that are listed, the newest: the protocol has room for 50,000 addresses.
const MOST: i64 = 10_000;

/// What search engines may read: everything that is public.
#[get("/robots")]
pub fn robots(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::bytes(&ask, format::sitemap::robots(ask.base()), &Subject::Schema)
}

/// The pages of public things.
#[get("/sitemap")]
pub async fn sitemap(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let all = Listing::stretch(0, MOST);
    let (datasets, _) = store::dataset::page(&mut conn, &all).await.map_err(fault::store)?;
    let (models, _) = store::model::page(&mut conn, &all).await.map_err(fault::store)?;
    let (articles, _) = store::article::page(&mut conn, &all).await.map_err(fault::store)?;
    drop(conn);
    let fixed = [Place::Root, Place::Datasets, Place::Models, Place::Articles];
    let mut pages: Vec<(Place, Option<DateTime<Utc>>)> = fixed.map(|place| (place, None)).to_vec();
    pages.extend(datasets.iter().map(|one| (Place::Dataset(one.slug.to_string()), Some(one.modified))));
    pages.extend(models.iter().map(|one| (Place::Model(one.slug.to_string()), Some(one.modified))));
    pages.extend(articles.iter().map(|one| (Place::Article(one.slug.to_string()), Some(one.modified))));
    answer::bytes(&ask, format::sitemap::of(ask.base(), &pages), &Subject::Front)
}
