//! Datasets and their rows under version 1.

use super::{stretch, window};
use crate::{
    auth::Viewer,
    domain::selection::Selection,
    represent::v1::{self, dataset::Neighbours},
    routes::{
        answer::{self, Answer},
        ask::Ask,
        dataset, fault,
    },
    store::{self, Fault, Handle, listing::Listing},
};
use rocket::get;

/// The dataset.
#[get("/datasets/<slug>")]
pub async fn read(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let dataset = dataset::find(&ask.sight, &mut conn, slug).await?;
    let neighbours = neighbours(&mut conn, slug).await.map_err(fault::store)?;
    answer::read(&ask, v1::dataset::read(ask.base(), &dataset, neighbours))
}

async fn neighbours(conn: &mut impl Handle, slug: &str) -> Result<Neighbours, Fault> {
    let slugs = |found: Vec<(String, String)>| found.into_iter().map(|(slug, _)| slug).collect();
    Ok(Neighbours {
        models: slugs(store::dataset::models(conn, slug).await?),
        articles: slugs(store::article::written_about(conn, "dataset", slug).await?),
    })
}

/// A stretch of the datasets, newest first.
#[get("/datasets")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (offset, limit, window) = window(&ask)?;
    let (datasets, total) = store::dataset::page(&mut ask.read().await?, &Listing::stretch(offset, limit))
        .await
        .map_err(fault::store)?;
    answer::read(&ask, v1::dataset::list(ask.base(), &datasets, &stretch(&ask, window, total)))
}

/// A stretch of the dataset's rows, by number.
#[get("/datasets/<slug>/rows")]
pub async fn rows(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (offset, limit, window) = window(&ask)?;
    let mut conn = ask.read().await?;
    let dataset = dataset::find(&ask.sight, &mut conn, slug).await?;
    let table = (dataset.storage, dataset.columns.as_slice());
    let all = match dataset.is_linked() {
        true => store::rows::count(&mut conn, table, &Selection::default(), i64::MAX)
            .await
            .map_err(fault::store)?,
        false => dataset.rows,
    };
    let rows = match offset < all {
        true => store::rows::window(&mut conn, table, all, offset, limit).await,
        false => Ok(Vec::new()),
    };
    let rows = rows.map_err(fault::store)?;
    let stretch = stretch(&ask, window, all);
    answer::read(&ask, v1::dataset::rows(ask.base(), &dataset, &rows, &stretch))
}
