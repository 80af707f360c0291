//! A head's rows as one file, range by range.
//!
//! No connection is held while bytes go to a client, and nothing is read ahead of it: one that does not read
//! holds a range of rows in memory, and nobody else up. So the rows are those of the moments in which their
//! ranges are read, not of one moment, as in the file of a revision.

use super::{Fault, Works};
use crate::{
    domain::{
        column::{Cell, Column},
        dataset::{Dataset, Row},
        fault::Fault as InputFault,
        selection::{Position, Selection, Side},
    },
    represent::rows::Rows,
    store::rows,
    table::{parquet, write},
};
use bytes::Bytes;
use futures::{Stream, stream};
use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::task::spawn_blocking;

/// Rows of the first range: few, so that the first bytes come soon.
const FIRST: i64 = 500;
/// Rows of a range, at most.
const MOST: i64 = 5_000;
/// Bytes of texts that a range aims at.
const AIM: i64 = 1 << 20;
/// Rows in an order that no index has: their numbers stand in memory.
const MOST_SORTED: i64 = 5_000_000;

/// What the file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// As the files of revisions.
    Csv,
    /// An object a line.
    Ndjson,
    /// A list of objects.
    Json,
    /// A document with the rows, as pages of them have these.
    JsonLd {
        /// What stands before them.
        head: String,
        /// What stands behind them.
        tail: &'static str,
        /// What the URL of each begins with.
        url: String,
    },
    /// Apache Parquet.
    Parquet,
}

/// Rows on their way out.
pub struct Export {
    works: Works,
    dataset: Dataset,
    selection: Selection,
    /// The columns that are read: those of the file, then those of the order.
    places: Vec<usize>,
    /// How many of them the file has.
    shown: usize,
    ahead: Ahead,
    range: i64,
    pipe: Pipe,
    /// Lent to the thread that writes; `None` once the file is whole.
    output: Option<Output>,
}

/// What is still to be read.
enum Ahead {
    /// The rows behind a position.
    Behind(Side),
    /// The rows of these numbers, in their order.
    Numbers(std::vec::IntoIter<i64>),
}

impl Export {
    /// An export of the rows that a selection has, the columns at these places of them.
    pub async fn new(
        works: &Works,
        dataset: Dataset,
        (selection, fields): (Selection, Vec<usize>),
        format: Format,
    ) -> Result<Export, Fault> {
        let ahead = ahead(works, &dataset, &selection).await?;
        let (pipe, shown) = (Pipe::default(), fields.len());
        let columns: Vec<Column> = fields.iter().map(|place| dataset.columns[*place].clone()).collect();
        let output = Some(Output::new(format, pipe.clone(), columns)?);
        let places = fields.into_iter().chain(selection.order.iter().map(|key| key.column)).collect();
        let works = works.clone();
        Ok(Export { works, dataset, selection, places, shown, ahead, range: FIRST, pipe, output })
    }

    /// Its bytes. One that cannot go on ends with an error, which its client must not take for the end.
    pub fn bytes(self) -> impl Stream<Item = Result<Bytes, Fault>> + Send + 'static {
        stream::try_unfold(
            self,
            |mut export| async move { Ok(export.next().await?.map(|bytes| (bytes, export))) },
        )
    }

    /// The next bytes; `None` behind the last.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        while let Some(mut output) = self.output.take() {
            let rows = self.rows().await?;
            let ended = rows.is_empty();
            self.output = spawn_blocking(move || {
                output.write(rows)?;
                if ended { output.finish().map(|()| None) } else { Ok(Some(output)) }
            })
            .await??;
            let bytes = self.pipe.take();
            if !bytes.is_empty() {
                return Ok(Some(bytes.into()));
            }
        }
        Ok(None)
    }

    /// The rows of the next range; none behind the last.
    async fn rows(&mut self) -> Result<Vec<Row>, Fault> {
        let table = (self.dataset.storage, self.dataset.columns.as_slice());
        let mut rows = match &mut self.ahead {
            Ahead::Behind(side) => {
                let mut conn = self.works.store.read().await?;
                let found =
                    rows::select(&mut conn, table, &self.places, &self.selection, side, self.range).await?;
                if let Some(last) = found.last() {
                    let position = Position { row: last.id, cells: last.cells[self.shown..].to_vec() };
                    *side = Side::After(position);
                }
                found
            }
            Ahead::Numbers(numbers) => loop {
                let some: Vec<i64> = numbers.by_ref().take(self.range as usize).collect();
                let found = rows::among(&mut self.works.store.read().await?, table, &some).await?;
                // All of them may have been deleted since they were counted.
                if !found.is_empty() || some.is_empty() {
                    break found.into_iter().map(|row| chosen(row, &self.places)).collect();
                }
            },
        };
        rows.iter_mut().for_each(|row: &mut Row| row.cells.truncate(self.shown));
        self.range = next_range(self.range, &rows);
        Ok(rows)
    }
}

/// The row with the cells at these places.
fn chosen(row: Row, places: &[usize]) -> Row {
    let cells = places.iter().map(|place| row.cells[*place].clone()).collect();
    Row { cells, ..row }
}

/// How many rows come next: more where these were small, fewer where their texts are long.
fn next_range(range: i64, rows: &[Row]) -> i64 {
    let text = |cell: &Cell| if let Cell::Text(text) = cell { text.len() as i64 } else { 8 };
    let bytes: i64 = rows.iter().flat_map(|row| &row.cells).map(text).sum();
    (rows.len() as i64 * AIM / bytes.max(1)).clamp(1, MOST).min(range * 4)
}

/// Where the reading begins. An order that no index has is sorted once, not anew for each range.
async fn ahead(works: &Works, dataset: &Dataset, selection: &Selection) -> Result<Ahead, Fault> {
    match selection.order.first() {
        Some(key) if !dataset.columns[key.column].indexed => {
            let table = (dataset.storage, dataset.columns.as_slice());
            let mut conn = works.store.read().await?;
            let numbers = rows::numbers(&mut conn, table, selection, MOST_SORTED + 1).await?;
            if numbers.len() as i64 > MOST_SORTED {
                let expected = format!("a column with an index, for more than {MOST_SORTED} rows");
                return Err(Fault::Input(InputFault::parameter("sort", expected, "one without").into()));
            }
            Ok(Ahead::Numbers(numbers.into_iter()))
        }
        _ => Ok(Ahead::Behind(Side::Start)),
    }
}

/// What writes the file.
enum Output {
    Csv(Box<write::Writer<Pipe>>),
    Ndjson(Pipe, Vec<Column>),
    Json(Pipe, Vec<Column>, List),
    Parquet(Box<parquet::write::Writer<Pipe>>),
}

/// A list in JSON on its way out.
struct List {
    /// What the URL of each item begins with, where items are documents.
    url: Option<String>,
    /// What stands before the next item.
    before: &'static str,
    /// What stands behind the last.
    tail: &'static str,
}

impl List {
    fn write(&mut self, rows: Vec<Row>, columns: &[Column], text: &mut Vec<u8>) {
        if rows.is_empty() {
            return;
        }
        text.extend_from_slice(self.before.as_bytes());
        self.before = ",\n";
        let rows = Rows { url: self.url.clone().unwrap_or_default(), rows };
        match self.url {
            Some(_) => rows.write_members(columns, text),
            None => rows.write_cells(columns, self.before, text),
        }
    }
}

impl Output {
    fn new(format: Format, mut pipe: Pipe, columns: Vec<Column>) -> io::Result<Output> {
        let list = |url, tail| List { url, before: "", tail };
        Ok(match format {
            Format::Csv => Output::Csv(Box::new(write::Writer::new(pipe, &columns)?)),
            Format::Ndjson => Output::Ndjson(pipe, columns),
            Format::Json => {
                pipe.write_all(b"[")?;
                Output::Json(pipe, columns, list(None, "]\n"))
            }
            Format::JsonLd { head, tail, url } => {
                pipe.write_all(head.as_bytes())?;
                Output::Json(pipe, columns, list(Some(url), tail))
            }
            Format::Parquet => Output::Parquet(Box::new(parquet::write::Writer::new(pipe, &columns)?)),
        })
    }

    fn write(&mut self, rows: Vec<Row>) -> io::Result<()> {
        match self {
            Output::Csv(writer) => rows.iter().try_for_each(|row| writer.write(&row.cells)),
            Output::Parquet(writer) => rows.iter().try_for_each(|row| writer.write(&row.cells)),
            Output::Ndjson(pipe, columns) => {
                let mut lines = Vec::new();
                Rows { url: String::new(), rows }.write_lines(columns, &mut lines);
                pipe.write_all(&lines)
            }
            Output::Json(pipe, columns, list) => {
                let mut text = Vec::new();
                list.write(rows, columns, &mut text);
                pipe.write_all(&text)
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Output::Csv(writer) => writer.finish().map(drop),
            Output::Parquet(writer) => writer.finish().map(drop),
            Output::Ndjson(..) => Ok(()),
            Output::Json(mut pipe, _, list) => pipe.write_all(list.tail.as_bytes()),
        }
    }
}

/// Bytes between a writer that keeps its output and the stream.
#[derive(Debug, Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
