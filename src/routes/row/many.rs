//! Changes of many rows of a head at once: all of them or none.

use super::listed;
use crate::{
    auth::{
        May,
        guard::{act::Patch, thing::Row},
    },
    domain::{
        dataset::{Dataset, Row as Found},
        fault::{Fault, quoted},
    },
    http::{
        body::Body,
        etag::{State, Tag},
        json,
        media::Media,
        problem::{self, Problem},
        reply::Success,
    },
    represent::{
        class::CHANGES,
        v2::{
            self, PageOf,
            row::{Change, Chosen},
        },
    },
    routes::{
        answer::{self, Answer},
        ask::Ask,
        dataset, fault,
    },
    store::{self, rows},
};
use chrono::Utc;
use http::header;
use rocket::patch;
use serde_json::Value;
use std::collections::HashMap;

/// Changed rows that the answer shows.
const MOST_SHOWN: usize = 1_000;

/// Many rows with some cells changed: all of them or none.
#[patch("/datasets/<slug>/rows", data = "<body>")]
pub async fn patch(slug: &str, _may: May<Patch, Row>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let media = body.one_of(CHANGES)?;
    let seen = dataset::find(&ask.sight, &mut ask.read().await?, slug).await?;
    answer::expected(&ask, listed(&ask, slug)).await?;
    let sent = items(&ask, media, body).await?;
    let mut tx = ask.write().await?;
    let dataset = dataset::find(&ask.sight, &mut tx, slug).await?;
    let guarded_by_state = ask.head.preconditions().name_a_state();
    if guarded_by_state && !is_same(&seen, &dataset) {
        return Err(Problem::precondition_failed(None));
    }
    let changes = v2::row::changes(ask.base(), &dataset, &sent).map_err(fault::input)?;
    guarded(&ask, &changes)?;
    let table = (dataset.storage, dataset.columns.as_slice());
    let mut numbers: Vec<i64> = changes.iter().map(|change| change.row).collect();
    let found = rows::among(&mut tx, table, &numbers).await.map_err(fault::store)?;
    expected(&found, &changes)?;
    let mut wanted = v2::row::changed(&dataset.columns, found, &changes).map_err(fault::input)?;
    // In one order for all writers: two who change the same rows would each wait for the other.
    wanted.sort_by_key(|(row, _)| row.id);
    for (row, cells) in &wanted {
        rows::replace(&mut tx, table.0, table.1, row, cells).await.map_err(fault::store)?;
    }
    let touch = if guarded_by_state { store::dataset::touch_alone } else { store::dataset::touch };
    touch(&mut tx, &dataset, 0, Utc::now());
    let changed = numbers.len();
    numbers.truncate(MOST_SHOWN);
    let shown = rows::among(&mut tx, table, &numbers).await.map_err(fault::store)?;
    match tx.commit().await {
        Err(store::Fault::Changed) if guarded_by_state => return Err(Problem::precondition_failed(None)),
        done => done.map_err(fault::store)?,
    }
    said(&ask, &dataset, shown, changed)
}

/// Whether rows and words about them are as they were.
fn is_same(seen: &Dataset, now: &Dataset) -> bool {
    (seen.storage, seen.edits, seen.revision) == (now.storage, now.edits, now.revision)
}

/// The changes that a list has, or lines of NDJSON.
async fn items(ask: &Ask<'_>, media: Media, body: Body<'_>) -> Result<Vec<Value>, Problem> {
    let most = ask.works().settings.bodies.json_bytes;
    if media != Media::Ndjson {
        return match body.json(most).await? {
            Value::Array(items) => Ok(items),
            other => Err(Problem::malformed(format!(
                "expected a list of changes, found {}",
                crate::represent::input::kind(&other)
            ))),
        };
    }
    let bytes = body.bytes(most).await?;
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let item = |(index, line): (usize, &[u8])| {
        json::parse(line).map_err(|fault| Problem::malformed(format!("line {}: {fault}", index + 1)))
    };
    lines.map(item).collect()
}

/// Whether states are expected as the settings demand: of the collection, or of each row.
fn guarded(ask: &Ask<'_>, changes: &[Change]) -> Result<(), Problem> {
    let named = ask.head.preconditions().guard_state() || changes.iter().all(|change| change.tag.is_some());
    if ask.works().settings.require_if_match && !named {
        return Err(Problem::precondition_required());
    }
    Ok(())
}

/// Whether each row is in the state that its change names; 412 lists those that are not.
fn expected(found: &[Found], changes: &[Change]) -> Result<(), Problem> {
    let found: HashMap<i64, &Found> = found.iter().map(|row| (row.id, row)).collect();
    let mut faults = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let (Some(tag), Some(row)) = (&change.tag, found.get(&change.row)) else { continue };
        let state = State::stored(row.state().as_str());
        if !Tag::parse(tag).is_some_and(|tag| tag.names_strongly(state)) {
            let expected = format!("the row's state, \"{state}\"");
            faults.push(Fault::at(format!("/{index}/etag"), expected, quoted(tag)));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let detail = format!("expected each row in the state that its etag names, found {} others", faults.len());
    let entries = crate::represent::failure::entries(faults.iter().take(crate::domain::fault::MOST_FAULTS));
    Err(Problem::new(&problem::kind::PRECONDITION_FAILED, detail).with_errors(entries))
}

/// The changed rows, and how many they are.
fn said(ask: &Ask<'_>, dataset: &Dataset, rows: Vec<Found>, changed: usize) -> Answer {
    let chosen = Chosen { columns: dataset.columns.clone(), rows, facets: Vec::new(), query: None };
    let page = PageOf { requested: ask.url(), total: Some(dataset.rows), steps: Vec::new() };
    let mut document = v2::row::list(ask.base(), dataset, chosen, &page);
    document.set("changed", changed);
    answer::written(ask, Success::Ok, document).map(|mut reply| {
        // No representation of what is at the URL: another content, another tag.
        reply.headers.remove(header::ETAG);
        reply.headers.remove(header::CONTENT_LOCATION);
        reply
    })
}
