//! Rows of a dataset's head under version 2.

pub mod many;

use super::{
    answer::{self, Answer},
    ask::Ask,
    change::{self, Change},
    dataset, fault, included,
    number::number as spelt,
    once::{Once, Turn},
    refused,
    selection::Asked,
    upload,
};
use crate::{
    auth::{
        May, Sight, Viewer,
        guard::{
            act::{Create, Delete, Patch, Replace},
            thing::Row,
        },
    },
    domain::{
        audit::Deed,
        column::{Cell, Column},
        dataset::{Dataset, Row as Found},
        selection::{Position, Selection, Side},
        user::User,
    },
    http::{body::Body, field, media::Media, problem::Problem, reply::Success},
    jobs::append::Appended,
    represent::{
        Document,
        link::Place,
        v2::{self, PageOf, row::Chosen},
    },
    store::{
        self, Conn, Handle, Tx,
        rows::{self, Ended, Wanted},
    },
};
use chrono::Utc;
use http::header;
use rocket::{delete, get, patch, post, put};
use serde_json::Value;
use std::sync::Arc;
use url::form_urlencoded::Serializer;

/// Rows that are counted where a filter leaves out others.
const MOST_COUNTED: i64 = 10_000;

/// Values that a facet has, at most.
const MOST_COUNTS: i64 = 100;

/// The row.
#[get("/datasets/<slug>/rows/<id>")]
pub async fn read(slug: &str, id: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (dataset, row) = find(&ask.sight, &mut ask.read().await?, slug, id).await?;
    let mut document = v2::row::read(ask.base(), &dataset, &row);
    included::name_of_dataset(&ask, &mut document, &dataset);
    answer::read(&ask, document)
}

/// A page of rows, by number.
#[get("/datasets/<slug>/rows")]
pub async fn list(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let dataset = dataset::find(&ask.sight, &mut conn, slug).await?;
    let mut document = match chosen(&ask, &dataset, &mut conn).await {
        Err(problem) if refused::is_for_people(&ask, &problem) => {
            let mut form = unchosen(&ask, &dataset);
            included::in_rows(&ask, &mut form, &dataset, &mut conn).await?;
            return Err(refused::with_form(&ask, &form, problem));
        }
        chosen => chosen?,
    };
    included::in_rows(&ask, &mut document, &dataset, &mut conn).await?;
    drop(conn);
    answer::read(&ask, document)
}

async fn listed(ask: &Ask<'_>, slug: &str) -> Result<Document, Problem> {
    let mut conn = ask.read().await?;
    let dataset = dataset::find(&ask.sight, &mut conn, slug).await?;
    chosen(ask, &dataset, &mut conn).await
}

/// The page of a dataset's rows that the query asks for.
async fn chosen(ask: &Ask<'_>, dataset: &Dataset, conn: &mut Conn) -> Result<Document, Problem> {
    let (chosen, page) = page(ask, conn, dataset).await?;
    Ok(v2::row::list(ask.base(), dataset, chosen, &page))
}

/// The page of none of its rows: how they are asked for.
fn unchosen(ask: &Ask<'_>, dataset: &Dataset) -> Document {
    let columns = dataset.columns.clone();
    let none = Chosen { columns, rows: Vec::new(), facets: Vec::new(), query: None };
    let page = PageOf { requested: ask.url(), total: None, steps: Vec::new() };
    v2::row::list(ask.base(), dataset, none, &page)
}

/// A new row, or many as a table: all of them or none.
#[post("/datasets/<slug>/rows", data = "<body>")]
pub async fn create(slug: &str, may: May<Create, Row>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, mut body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    let media = body.one_of(&[change::WHOLE, upload::TABLES].concat())?;
    if ask.looks_first(&body) {
        dataset::find(&ask.sight, &mut ask.read().await?, slug).await?;
    }
    answer::expected(&ask, listed(&ask, slug)).await?;
    // An array of JSON-LD may be one document, spelt out.
    if media != Media::JsonLd && upload::is_table(&mut body, media).await {
        let dataset = dataset::find(&ask.sight, &mut ask.read().await?, slug).await?;
        return append(&ask, once, dataset, body).await;
    }
    upload::without_table(&ask)?;
    let value = Arc::new(change::whole(&ask, body).await?);
    let added = if once.is_keyed() { None } else { together(&ask, &may.user, slug, &value).await? };
    let (dataset, row) = match added {
        Some(added) => added,
        None => alone(&ask, &once, slug, &value).await?,
    };
    let document = v2::row::read(ask.base(), &dataset, &row);
    once.answered(answer::written(&ask, Success::Created, document)).await
}

/// A new row, with those that others add at the same time; `None` if it has to be added alone.
async fn together(
    ask: &Ask<'_>,
    user: &User,
    slug: &str,
    value: &Arc<Value>,
) -> Result<Option<(Arc<Dataset>, Found)>, Problem> {
    let (sight, value) = (ask.sight.clone(), value.clone());
    let wanted = Wanted {
        deed: ask.deed().unwrap_or_else(Deed::own),
        sees: Box::new(move |access| sight.sees(access)),
        cells: Box::new(move |dataset| v2::row::parse(&dataset.columns, &value).map_err(fault::input)),
    };
    match ask.site().together.add(&ask.works().store, slug, user.id, wanted).await {
        Ended::Added(dataset, row) => Ok(Some((dataset, row))),
        Ended::Refused(problem) => Err(problem),
        Ended::Failed(fault) => Err(fault::store(fault)),
        Ended::Alone => Ok(None),
    }
}

/// A new row in a transaction of its own.
async fn alone(
    ask: &Ask<'_>,
    once: &Once,
    slug: &str,
    value: &Value,
) -> Result<(Arc<Dataset>, Found), Problem> {
    let mut tx = once.write(ask).await?;
    let dataset = dataset::find(&ask.sight, &mut tx, slug).await?;
    let cells = v2::row::parse(&dataset.columns, value).map_err(fault::input)?;
    store::dataset::lead(&mut tx, &dataset, 1, Utc::now()).await.map_err(fault::store)?;
    let row = rows::insert(&mut tx, dataset.storage, &dataset.columns, &cells).await.map_err(fault::store)?;
    once.commit(tx, &Place::Row(slug.into(), row.id.to_string())).await?;
    Ok((Arc::new(dataset), row))
}

/// Many rows; the answer is the page that begins with the first of them, with how many there are.
async fn append(ask: &Ask<'_>, once: Once, dataset: Dataset, body: Body<'_>) -> Answer {
    let upload = upload::receive(ask, body).await?;
    let appended = upload.append(ask, &once, dataset).await.map_err(fault::work)?;
    let Appended { tx, dataset, first, rows } = appended;
    let place = Place::Rows(dataset.slug.to_string());
    once.commit(tx, &place).await?;
    let asked = Asked::from(&dataset, ask, Position { row: first - 1, cells: Vec::new() });
    let mut conn = ask.read().await?;
    let dataset = dataset::find(&ask.sight, &mut conn, dataset.slug.as_str()).await?;
    let (chosen, mut page) = page_of(ask, &mut conn, &dataset, &asked).await?;
    page.requested = asked.url(ask, &dataset);
    drop(conn);
    let mut document = v2::row::list(ask.base(), &dataset, chosen, &page);
    document.set("added", rows);
    let answer = answer::written(ask, Success::Created, document).map(|mut reply| {
        // What a GET of that page gives says nothing of what was added: another content, another tag.
        reply.headers.remove(header::ETAG);
        reply.headers.remove(header::CONTENT_LOCATION);
        reply.headers.insert(header::LOCATION, field::value(&page.requested));
        reply
    });
    once.answered(answer).await
}

/// The row with other cells.
#[put("/datasets/<slug>/rows/<id>", data = "<body>")]
pub async fn replace(slug: &str, id: &str, _may: May<Replace, Row>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    body.one_of(change::WHOLE)?;
    if ask.looks_first(&body) {
        judged(&ask, &mut ask.read().await?, slug, id).await?;
    }
    let value = change::whole(&ask, body).await?;
    let mut tx = ask.write().await?;
    let (dataset, old) = judged(&ask, &mut tx, slug, id).await?;
    let cells = v2::row::parse(&dataset.columns, &value).map_err(fault::input)?;
    let row = rows::replace(&mut tx, dataset.storage, &dataset.columns, &old, &cells).await;
    let row = match row {
        Ok(row) => row,
        Err(fault) => return Err(raced(&ask, tx, fault, slug, id).await),
    };
    store::dataset::touch(&mut tx, &dataset, 0, Utc::now());
    tx.commit().await.map_err(fault::store)?;
    answer::replaced(&ask, Success::Ok, v2::row::read(ask.base(), &dataset, &row))
}

/// The row with some cells changed.
#[patch("/datasets/<slug>/rows/<id>", data = "<body>")]
pub async fn patch(slug: &str, id: &str, _may: May<Patch, Row>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    body.one_of(change::PATCHES)?;
    if ask.looks_first(&body) {
        judged(&ask, &mut ask.read().await?, slug, id).await?;
    }
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
    store::dataset::touch(&mut tx, &dataset, 0, Utc::now());
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
    store::dataset::touch(&mut tx, &dataset, -1, Utc::now());
    tx.commit().await.map_err(fault::store)?;
    Ok(answer::deleted())
}

/// The row of that number, and its dataset.
pub async fn find(
    sight: &Sight,
    conn: &mut impl Handle,
    slug: &str,
    id: &str,
) -> Result<(Dataset, Found), Problem> {
    let dataset = dataset::find(sight, conn, slug).await?;
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
    let (dataset, row) = find(&ask.sight, conn, slug, id).await?;
    ask.judge(Some((&row.state(), dataset.modified)))?;
    Ok((dataset, row))
}

/// What the query asks for, and the links to its neighbours.
async fn page(ask: &Ask<'_>, conn: &mut Conn, dataset: &Dataset) -> Result<(Chosen, PageOf), Problem> {
    page_of(ask, conn, dataset, &Asked::of(ask, dataset)?).await
}

/// The rows that were asked for, and the links to their neighbours.
pub async fn page_of(
    ask: &Ask<'_>,
    conn: &mut Conn,
    dataset: &Dataset,
    asked: &Asked,
) -> Result<(Chosen, PageOf), Problem> {
    let table = (dataset.storage, dataset.columns.as_slice());
    let side = asked.side(ask, conn, dataset).await?;
    let backwards = matches!(side, Side::Before(_));
    let (shown, order) = (asked.fields.len(), &asked.selection.order);
    let places: Vec<usize> = asked.fields.iter().copied().chain(order.iter().map(|key| key.column)).collect();
    let more = asked.limit as i64 + 1;
    let mut rows =
        rows::select(conn, table, &places, &asked.selection, &side, more).await.map_err(fault::store)?;
    // One more than fits tells whether there is another page in the direction of reading.
    let goes_on = rows.len() as u64 > asked.limit;
    if goes_on {
        let extra = if backwards { 0 } else { rows.len() - 1 };
        rows.remove(extra);
    }
    let whole = (side == Side::Start && !goes_on).then_some(rows.len() as i64);
    let total = total(conn, dataset, &asked.selection, whole).await?;
    let (earlier, later) = if backwards { (goes_on, true) } else { (side != Side::Start, goes_on) };
    let edge = |row: Option<&Found>, there: bool| {
        row.filter(|_| there).map(|row| Position { row: row.id, cells: row.cells[shown..].to_vec() })
    };
    let steps = steps(ask, dataset, asked, edge(rows.first(), earlier), edge(rows.last(), later));
    rows.iter_mut().for_each(|row| row.cells.truncate(shown));
    let columns = asked.fields.iter().map(|place| dataset.columns[*place].clone()).collect();
    let facets = facets(conn, dataset, asked).await?;
    let query = Some(asked.of_file());
    Ok((Chosen { columns, rows, facets, query }, PageOf { requested: ask.url(), total, steps }))
}

/// How often each value of the columns is there that the query names.
async fn facets(
    conn: &mut Conn,
    dataset: &Dataset,
    asked: &Asked,
) -> Result<Vec<(Column, Vec<(Cell, i64)>)>, Problem> {
    let table = (dataset.storage, dataset.columns.as_slice());
    let mut facets = Vec::new();
    for place in &asked.facets {
        let counts = rows::facet(conn, table, &asked.selection, *place, MOST_COUNTS).await;
        facets.push((dataset.columns[*place].clone(), counts.map_err(fault::store)?));
    }
    Ok(facets)
}

/// Rows of the selection on all pages; `None` if they are too many to count again and again.
async fn total(
    conn: &mut Conn,
    dataset: &Dataset,
    selection: &Selection,
    whole: Option<i64>,
) -> Result<Option<i64>, Problem> {
    if selection.is_all() && !dataset.is_linked() {
        return Ok(Some(dataset.rows));
    }
    if whole.is_some() {
        return Ok(whole);
    }
    let table = (dataset.storage, dataset.columns.as_slice());
    let total = rows::count(conn, table, selection, MOST_COUNTED + 1).await.map_err(fault::store)?;
    Ok((total <= MOST_COUNTED).then_some(total))
}

/// The links to the first page, to the one before a position and to the one behind another.
fn steps(
    ask: &Ask<'_>,
    dataset: &Dataset,
    asked: &Asked,
    previous: Option<Position>,
    next: Option<Position>,
) -> Vec<(&'static str, String)> {
    let url = |cursor: Option<(&str, Position)>| {
        let mut query = Serializer::new(String::new());
        query.append_pair("limit", &asked.limit.to_string()).extend_pairs(&asked.kept);
        if let Some((name, position)) = cursor {
            query.append_pair(name, &asked.cursor(ask, dataset, &position));
        }
        format!("{}?{}", Place::Rows(dataset.slug.to_string()).url(ask.base()), query.finish())
    };
    let mut steps = vec![("first", url(None))];
    steps.extend(previous.map(|position| ("previous", url(Some(("before", position))))));
    steps.extend(next.map(|position| ("next", url(Some(("after", position))))));
    steps
}
