//! Rows of a revision under version 2, read from its file, and what a revision changed.

use super::{
    answer::{self, Answer},
    ask::Ask,
    fault, included,
    number::number as spelt,
    revision,
    selection::listed,
};
use crate::{
    auth::Viewer,
    blob,
    domain::{
        column::Cell,
        dataset::Dataset,
        fault::{Fault, Faults, quoted},
        revision::Revision,
    },
    http::{
        page::{Bounds, Window},
        problem::Problem,
    },
    represent::{
        link::Place,
        v2::{self, PageOf, record::Chosen},
    },
    store::{self, Handle},
    table::{
        compare::{Difference, compare},
        parquet::own::Artifact,
    },
};
use rocket::get;
use std::time::Duration;
use tokio::{sync::OwnedSemaphorePermit, task::spawn_blocking, time::timeout};
use url::form_urlencoded::Serializer;

/// Rows of a page.
const PAGES: Bounds = Bounds { default: 100, most: 1_000 };

/// Rows of revisions that are compared without waiting for others.
const MOST_AT_ONCE: i64 = 50_000;
/// How long a comparison waits for another.
const PATIENCE: Duration = Duration::from_secs(5);

/// A page of the rows of a revision, by position.
#[get("/datasets/<slug>/revisions/<number>/rows")]
pub async fn list(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let (dataset, found) = revision::find(&ask.sight, &mut conn, slug, number).await?;
    drop(conn);
    let asked = Asked::of(&ask, &found)?;
    let range = asked.after as usize..(asked.after + asked.limit) as usize;
    let artifact = open(&ask, &found).await?;
    let rows = reading(move || artifact.range(range)).await?;
    let rows = rows.into_iter().map(|row| asked.fields.iter().map(|&place| row[place].clone()).collect());
    let rows: Vec<Vec<Cell>> = rows.collect();
    let place = Place::Records(slug.into(), number.into());
    let page = PageOf {
        requested: ask.url(),
        total: Some(found.rows),
        steps: asked.steps(&place.url(ask.base()), found.rows as u64),
    };
    let columns = asked.fields.iter().map(|&place| found.columns[place].clone()).collect();
    let chosen = Chosen { columns, after: asked.after, rows };
    let mut document = v2::record::list(ask.base(), &dataset, &found, &chosen, &page);
    included::name_of_dataset(&ask, &mut document, &dataset);
    answer::read(&ask, document)
}

/// What the revision changed since another.
#[get("/datasets/<slug>/revisions/<number>/comparison")]
pub async fn comparison(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let (dataset, found) = revision::find(&ask.sight, &mut conn, slug, number).await?;
    let query = ask.query()?;
    let value = |wanted: &str| {
        query.iter().find(|(name, text)| name == wanted && !text.is_empty()).map(|(_, text)| text.as_str())
    };
    let absent = |text: &str| {
        let expected = "the number of another revision of the dataset";
        fault::input(Fault::parameter("since", expected, quoted(text)).into())
    };
    let since = match value("since") {
        Some(text) => Some(live(&mut conn, &dataset, text).await?.ok_or_else(|| absent(text))?),
        None => store::revision::before(&mut conn, dataset.id, found.number).await.map_err(fault::store)?,
    };
    drop(conn);
    let key: Vec<String> =
        value("key").into_iter().flat_map(|text| text.split(',')).map(String::from).collect();
    let difference = compared(&ask, since.as_ref(), &found, key).await?;
    answer::read(&ask, v2::record::comparison(ask.base(), &dataset, &found, since.as_ref(), &difference))
}

/// Its turn to compare large revisions; 503 after some seconds of waiting.
async fn turn(ask: &Ask<'_>) -> Result<OwnedSemaphorePermit, Problem> {
    let busy = || Problem::unavailable(2).with_cause("revisions are being compared for somebody else");
    let turn = timeout(PATIENCE, ask.works().comparing.clone().acquire_owned()).await;
    turn.map_err(|_| busy())?.map_err(|_| busy())
}

/// Compares the files of two revisions; large ones a pair at a time in the whole process, since it holds hashes of
/// all rows.
async fn compared(
    ask: &Ask<'_>,
    since: Option<&Revision>,
    found: &Revision,
    key: Vec<String>,
) -> Result<Difference, Problem> {
    let rows = i64::max(found.rows, since.map_or(0, |since| since.rows));
    let turn = if rows > MOST_AT_ONCE { Some(turn(ask).await?) } else { None };
    let later = open(ask, found).await?;
    let Some(since) = since else { return Difference::since_nothing(&later, &key).map_err(fault::input) };
    let earlier = open(ask, since).await?;
    reading(move || {
        let _turn = turn;
        compare(&earlier, &later, &key)
    })
    .await
}

/// The revision of that number, unless there is none or it was withdrawn.
async fn live(conn: &mut impl Handle, dataset: &Dataset, number: &str) -> Result<Option<Revision>, Problem> {
    let Some(number) = spelt(number) else { return Ok(None) };
    match store::revision::live(conn, dataset.id, number).await {
        Ok(found) => Ok(Some(found)),
        Err(store::Fault::Missing | store::Fault::Gone) => Ok(None),
        Err(fault) => Err(fault::store(fault)),
    }
}

/// The revision's file with rows.
async fn open(ask: &Ask<'_>, revision: &Revision) -> Result<Artifact, Problem> {
    let Some(parquet) = &revision.parquet else {
        return Err(Problem::not_found("rows of the revision, which has a CSV file alone"));
    };
    let file =
        ask.works().blobs.file(&parquet.digest).await.map_err(|fault: blob::Fault| fault::blob(fault))?;
    let columns = revision.columns.clone();
    reading(move || Artifact::open(file, &columns)).await
}

/// Reads a file on a thread that may wait for the disk.
async fn reading<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, crate::table::Failure> + Send + 'static,
) -> Result<T, Problem> {
    let read = spawn_blocking(read).await.map_err(|e| fault::work(e.into()))?;
    read.map_err(|failure| fault::work(failure.into()))
}

/// What was asked for.
struct Asked {
    after: u64,
    limit: u64,
    fields: Vec<usize>,
    kept: Option<String>,
}

impl Asked {
    fn of(ask: &Ask<'_>, revision: &Revision) -> Result<Asked, Problem> {
        let pairs: Vec<_> = ask.query()?.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        let only_limit: Vec<_> = pairs.iter().filter(|(name, _)| name == "limit").cloned().collect();
        let limit = Window::parse(&only_limit, PAGES).map_err(Problem::invalid_parameters)?.limit;
        let mut asked = Asked { after: 0, limit, fields: Vec::new(), kept: None };
        let mut faults = Vec::new();
        for (name, text) in &pairs {
            faults.extend(asked.take(revision, name, text).err());
        }
        if asked.fields.is_empty() {
            asked.fields = (0..revision.columns.len()).collect();
        }
        Faults::unless(faults, asked).map_err(fault::input)
    }

    fn take(&mut self, revision: &Revision, name: &str, text: &str) -> Result<(), Fault> {
        match name {
            "limit" => {}
            "after" if text == "0" => {}
            "after" => {
                let position = spelt(text).filter(|&position| position <= revision.rows);
                let expected = || format!("a whole number from 0 to {}", revision.rows);
                let position = position.ok_or_else(|| Fault::parameter(name, expected(), quoted(text)))?;
                self.after = position.unsigned_abs();
            }
            "fields" => {
                listed(&revision.columns, name, text, &mut self.fields)?;
                self.kept = Some(text.into());
            }
            _ => {
                let expected =
                    "`limit`, `after` or `fields`: a revision is paged by position (the head has filters)";
                return Err(Fault::parameter(name, expected, quoted(name)));
            }
        }
        Ok(())
    }

    /// The links to the first page, to the one before and to the next.
    fn steps(&self, place: &str, rows: u64) -> Vec<(&'static str, String)> {
        let url = |after: u64| {
            let mut query = Serializer::new(String::new());
            query.append_pair("limit", &self.limit.to_string());
            if let Some(fields) = &self.kept {
                query.append_pair("fields", fields);
            }
            if after > 0 {
                query.append_pair("after", &after.to_string());
            }
            format!("{place}?{}", query.finish())
        };
        let mut steps = vec![("first", url(0))];
        if self.after > 0 {
            steps.push(("previous", url(self.after.saturating_sub(self.limit))));
        }
        if self.after + self.limit < rows {
            steps.push(("next", url(self.after + self.limit)));
        }
        steps
    }
}
