//! Rows to predict, as they come in: lines of a table, objects a line, items of a JSON array. A row is read
//! straight into the model's values.

use super::json::{Row, array};
use crate::{
    domain::{
        fault::{At, Fault, Faults, quoted},
        prediction::Place,
    },
    learning::{Batch, Said, Told},
    table::{Failure, lines::Lines},
};
use serde::de::DeserializeSeed;
use std::io::{self, BufRead, BufReader, Read};

/// Bytes of a row.
pub const MOST_ROW_BYTES: usize = 1 << 20;
/// Rows of a request.
const MOST_ROWS: u64 = 1_000_000;

/// How the rows stand in what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Cells with this delimiter, or one that is found out, below a line of headers.
    Csv(Option<char>),
    /// JSON objects, one a line.
    Lines,
    /// Items of a JSON array.
    Array,
}

/// Why rows were not predicted.
#[derive(Debug)]
pub enum Wrong {
    /// They cannot be read.
    Malformed(String),
    /// They can, but these places are wrong.
    Faults(Faults),
    /// Reading or writing broke.
    Io(io::Error),
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Wrong {
        Wrong::Io(error)
    }
}

impl From<Failure> for Wrong {
    fn from(failure: Failure) -> Wrong {
        match failure {
            Failure::Faults(faults) => Wrong::Faults(faults),
            Failure::Io(error) => Wrong::Io(error),
        }
    }
}

impl From<Faults> for Wrong {
    fn from(faults: Faults) -> Wrong {
        Wrong::Faults(faults)
    }
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Wrong {
        Wrong::Faults(fault.into())
    }
}

/// What takes predictions, in the order of the rows.
pub type Take<'t> = &'t mut dyn FnMut(Told<'_>) -> Result<(), Wrong>;

/// Hands what is told of each row to `take` until one is wrong, then looks for further faults only. More rows
/// than are taken at once are not read.
///
/// `missing` are spellings of a missing cell in tables, but for a category that has a level of that name.
pub fn each(
    form: Form,
    reader: impl Read,
    missing: &[String],
    batch: &mut Batch<'_>,
    take: Take<'_>,
) -> Result<(), Wrong> {
    let mut counted = 0;
    let amiss = |found| Wrong::from(Fault::new(At::Whole, format!("1 to {MOST_ROWS} rows"), found));
    let mut take = |told: Option<Told<'_>>| {
        counted += 1;
        if counted > MOST_ROWS {
            return Err(amiss("more"));
        }
        told.map_or(Ok(()), &mut *take)
    };
    match form {
        Form::Csv(delimiter) => table(reader, delimiter, missing, batch, &mut take)?,
        Form::Lines => lines(BufReader::new(reader), batch, &mut take)?,
        Form::Array => array(reader, batch, &mut take)?,
    }
    let faults = std::mem::take(&mut batch.faults);
    Faults::unless(faults, ()).map_err(Wrong::Faults)?;
    if counted == 0 { Err(amiss("none")) } else { Ok(()) }
}

/// The same, told of rows too of which nothing is told.
pub type Taker<'t> = &'t mut dyn FnMut(Option<Told<'_>>) -> Result<(), Wrong>;

fn table(
    reader: impl Read,
    delimiter: Option<char>,
    missing: &[String],
    batch: &mut Batch<'_>,
    take: Taker<'_>,
) -> Result<(), Wrong> {
    let (headers, mut lines) = Lines::open(reader, delimiter)?;
    let places = places(&headers, batch)?;
    while !batch.is_hopeless() && lines.read()? {
        let line = match lines.line() {
            Ok(line) => line,
            Err(fault) => {
                batch.fault(fault);
                continue;
            }
        };
        let at = || Place::Line(line.number());
        batch.begin();
        for (place, text) in places.iter().zip(line.cells()) {
            let trimmed = if is_trimmed(text) { text } else { text.trim() };
            // Asked of the few that look missing alone: `NA` is a country as well.
            let absent = missing.iter().any(|spelling| spelling == trimmed)
                && batch.fitted().features[*place].level(text).is_none();
            let said = if absent { Said::Missing } else { Said::Spelt(text) };
            batch.give_to(*place, said, &at);
        }
        take(batch.tell(&at))?;
    }
    Ok(())
}

/// Whether there is surely nothing to trim: of most cells without looking through them.
fn is_trimmed(text: &str) -> bool {
    matches!(text.as_bytes(), [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'])
}

/// For each header its feature, by identifier before name.
fn places(headers: &[String], batch: &Batch<'_>) -> Result<Vec<usize>, Faults> {
    let features = &batch.fitted().features;
    let (mut places, mut faults) = (Vec::new(), Vec::new());
    for header in headers {
        let named = || features.iter().position(|feature| feature.name == *header);
        let column = At::Column(header.clone());
        match batch.place(header).or_else(named) {
            Some(place) if places.contains(&place) => {
                faults.push(Fault::new(column, "each feature once", "its header again"));
            }
            Some(place) => places.push(place),
            None => faults.push(Fault::new(column, "a feature of the model", quoted(header))),
        }
    }
    let absent = features.iter().enumerate().filter(|(place, _)| !places.contains(place));
    faults.extend(absent.map(|(_, feature)| {
        Fault::new(At::Column(feature.identifier.clone()), "its header in the file", "none")
    }));
    Faults::unless(faults, places)
}

fn lines(mut reader: impl BufRead, batch: &mut Batch<'_>, take: Taker<'_>) -> Result<(), Wrong> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if (&mut reader).take(MOST_ROW_BYTES as u64 + 1).read_until(b'\n', &mut line)? == 0
            || batch.is_hopeless()
        {
            break;
        }
        if line.len() > MOST_ROW_BYTES {
            return Err(
                Fault::new(At::Line(number), format!("at most {MOST_ROW_BYTES} bytes"), "more").into()
            );
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let at = || Place::Line(number);
        batch.begin();
        let mut json = serde_json::Deserializer::from_slice(&line);
        let row = Row { batch: &mut *batch, at: &at, outer: true };
        if let Err(error) = row.deserialize(&mut json).and_then(|()| json.end()) {
            return Err(Wrong::Malformed(format!("line {number}: expected a JSON object, found {error}")));
        }
        take(batch.tell(&at))?;
    }
    Ok(())
}
