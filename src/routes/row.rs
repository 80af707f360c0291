//! Rows of a dataset's head under version 2.

use super::{
    answer::{self, Answer},
    ask::Ask,
    change::{self, Change},
    cursor, dataset, fault,
    number::number as spelt,
    once::{Once, Turn},
};
use crate::{
    auth::{
        May, Viewer,
        guard::{
            act::{Create, Delete, Patch, Replace},
            thing::Row,
        },
    },
    domain::dataset::{Dataset, Row as Found},
    http::{
        body::Body,
        page::{Bounds, Window},
        problem::Problem,
        query,
        reply::Success,
    },
    represent::{
        Document,
        link::Place,
        v2::{self, PageOf},
    },
    store::{self, Conn, Handle, Tx, rows},
};
use chrono::Utc;
use rocket::{delete, get, patch, post, put};

/// Rows of a page.
const PAGES: Bounds = Bounds { default: 100, most: 1_000 };

/// The row.
#[get("/datasets/<slug>/rows/<id>")]
pub async fn read(slug: &str, id: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (dataset, row) = find(&mut ask.read().await?, slug, id).await?;
    answer::read(&ask, v2::row::read(ask.base(), &dataset, &row))
}

/// A page of rows, by number.
#[get("/datasets/<slug>/rows")]
pub async fn list(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask, slug).await?)
}

async fn listed(ask: &Ask<'_>, slug: &str) -> Result<Document, Problem> {
    let mut conn = ask.read().await?;
    let dataset = dataset::find(&mut conn, slug).await?;
    let (rows, page) = page(ask, &mut conn, &dataset).await?;
    Ok(v2::row::list(ask.base(), &dataset, &rows, &page))
}

/// A new row.
#[post("/datasets/<slug>/rows", data = "<body>")]
pub async fn create(slug: &str, may: May<Create, Row>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    dataset::find(&mut ask.read().await?, slug).await?;
    body.one_of(change::WHOLE)?;
    answer::expected(&ask, listed(&ask, slug)).await?;
    let value = change::whole(&ask, body).await?;
    let mut tx = once.write(&ask).await?;
    let dataset = dataset::find(&mut tx, slug).await?;
    let cells = v2::row::parse(&dataset.columns, &value).map_err(fault::input)?;
    store::dataset::touch(&mut tx, &dataset, 1, Utc::now()).await.map_err(fault::store)?;
    let row = rows::insert(&mut tx, dataset.storage, &dataset.columns, &cells).await.map_err(fault::store)?;
    once.commit(tx, &Place::Row(slug.into(), row.id.to_string())).await?;
    let document = v2::row::read(ask.base(), &dataset, &row);
    once.answered(answer::written(&ask, Success::Created, document)).await
}

/// The row with other cells.
#[put("/datasets/<slug>/rows/<id>", data = "<body>")]
pub async fn replace(slug: &str, id: &str, _may: May<Replace, Row>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    body.one_of(change::WHOLE)?;
    judged(&ask, &mut ask.read().await?, slug, id).await?;
    let value = change::whole(&ask, body).await?;
    let mut tx = ask.write().await?;
    let (dataset, old) = judged(&ask, &mut tx, slug, id).await?;
    let cells = v2::row::parse(&dataset.columns, &value).map_err(fault::input)?;
    let row = rows::replace(&mut tx, dataset.storage, &dataset.columns, &old, &cells).await;
    let row = match row {
        Ok(row) => row,
        Err(fault) => return Err(raced(&ask, tx, fault, slug, id).await),
    };
    store::dataset::touch(&mut tx, &dataset, 0, Utc::now()).await.map_err(fault::store)?;
    tx.commit().await.map_err(fault::store)?;
    answer::replaced(&ask, Success::Ok, v2::row::read(ask.base(), &dataset, &row))
}

/// The row with some cells changed.
#[patch("/datasets/<slug>/rows/<id>", data = "<body>")]
pub async fn patch(slug: &str, id: &str, _may: May<Patch, Row>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    body.one_of(change::PATCHES)?;
    judged(&ask, &mut ask.read().await?, slug, id).await?;
    let change = Change::of(&ask, body).await?;
    let mut tx = ask.write().await?;
    let (dataset, old) = judged(&ask, &mut tx, slug, id).await?;
    let value = change.apply(v2::row::members(&dataset, &old))?;
    let cells = v2::row::parse(&dataset.columns, &value).map_err(fault::input)?;
    let row = rows::replace(&mut tx, dataset.storage, &dataset.columns, &old, &cells).await;
    let row = match row {
        Ok(row) => row,
        Err(fault) => return Err(raced(&ask, tx, fault, slug, id).await),
    };
    store::dataset::touch(&mut tx, &dataset, 0, Utc::now()).await.map_err(fault::store)?;
    tx.commit().await.map_err(fault::store)?;
    answer::written(&ask, Success::Ok, v2::row::read(ask.base(), &dataset, &row))
}

/// No such row any more; its number is not used again.
#[delete("/datasets/<slug>/rows/<id>")]
pub async fn delete(slug: &str, id: &str, _may: May<Delete, Row>, ask: Ask<'_>) -> Answer {
    let mut tx = ask.write().await?;
    let (dataset, old) = judged(&ask, &mut tx, slug, id).await?;
    if let Err(fault) = rows::delete(&mut tx, dataset.storage, &old).await {
        return Err(raced(&ask, tx, fault, slug, id).await);
    }
    store::dataset::touch(&mut tx, &dataset, -1, Utc::now()).await.map_err(fault::store)?;
    tx.commit().await.map_err(fault::store)?;
    Ok(answer::deleted())
}

/// The row of that number, and its dataset.
pub async fn find(conn: &mut impl Handle, slug: &str, id: &str) -> Result<(Dataset, Found), Problem> {
    let dataset = dataset::find(conn, slug).await?;
    let absent = || Problem::not_found("such row");
    let number = spelt(id).ok_or_else(absent)?;
    match rows::find(conn, dataset.storage, &dataset.columns, number).await {
        Err(store::Fault::Missing) => Err(absent()),
        found => Ok((dataset, found.map_err(fault::store)?)),
    }
}

/// What it means that somebody else came first.
async fn raced(ask: &Ask<'_>, tx: Tx, fault: store::Fault, slug: &str, id: &str) -> Problem {
    ask.lost(tx, fault, async |mut now| judged(ask, &mut now, slug, id).await).await
}

/// The row, once the preconditions hold for it.
async fn judged(
    ask: &Ask<'_>,
    conn: &mut impl Handle,
    slug: &str,
    id: &str,
) -> Result<(Dataset, Found), Problem> {
    let (dataset, row) = find(conn, slug, id).await?;
    ask.judge(Some((&row.state(), dataset.modified)))?;
    Ok((dataset, row))
}

/// The rows that the query asks for, and the links to its neighbours.
async fn page(ask: &Ask<'_>, conn: &mut Conn, dataset: &Dataset) -> Result<(Vec<Found>, PageOf), Problem> {
    let pairs = ask.query()?;
    let only_limit: Vec<_> = pairs.iter().filter(|(name, _)| name == "limit").cloned().collect();
    let limit = Window::parse(&only_limit, PAGES).map_err(Problem::invalid_parameters)?.limit;
    let (key, storage) = (&ask.site().cursor_key, dataset.storage);
    let cursor = |name: &str| {
        query::first(&pairs, name).map(|text| cursor::read(key, storage, name, text)).transpose()
    };
    let (after, before) = (cursor("after")?, cursor("before")?);
    let more = limit as i64 + 1;
    let backwards = before.is_some() && after.is_none();
    let rows = match before {
        Some(before) if backwards => rows::before(conn, storage, &dataset.columns, before, more).await,
        _ => rows::after(conn, storage, &dataset.columns, after.unwrap_or(0), more).await,
    };
    let mut rows = rows.map_err(fault::store)?;
    // One more than fits tells whether there is another page in the direction of reading.
    let goes_on = rows.len() as u64 > limit;
    if goes_on {
        let extra = if backwards { 0 } else { rows.len() - 1 };
        rows.remove(extra);
    }
    let url = |tail: String| {
        format!("{}?limit={limit}{tail}", Place::Rows(dataset.slug.to_string()).url(ask.base()))
    };
    let mut steps = vec![("first", url(String::new()))];
    let (earlier, later) = if backwards { (goes_on, true) } else { (after.is_some(), goes_on) };
    if let Some(first) = rows.first().filter(|_| earlier) {
        steps.push(("previous", url(format!("&before={}", cursor::text(key, storage, first.id)))));
    }
    if let Some(last) = rows.last().filter(|_| later) {
        steps.push(("next", url(format!("&after={}", cursor::text(key, storage, last.id)))));
    }
    Ok((rows, PageOf { requested: ask.url(), total: dataset.rows, steps }))
}
