//! Profiles: what each column of a table holds, in numbers.
//!
//! Deterministic: the same rows give the same profile everywhere. Mean and deviation are computed in two passes,
//! the histogram's bins are in [`super::histogram`], what estimates in `sketch`.

use super::{
    Failure,
    guess::MOST_VALUES,
    histogram::{Bins, Histogram},
    parquet::own::Artifact,
    sketch::{Distinct, Sample},
};
use crate::domain::column::{Cell, ColumnType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most frequent values listed.
const TOP: usize = 8;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Number of rows.
    pub rows: u64,
    /// Whether the rows are so many that quartiles and distinct values are estimated.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub approximate: bool,
    /// A summary per column, in their order.
    pub columns: Vec<ColumnProfile>,
}

/// What a column holds; members that make no sense for its type are absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnProfile {
    /// The column's identifier.
    pub identifier: String,
    /// Cells that are there.
    pub count: u64,
    /// Cells that are missing.
    pub missing: u64,
    /// Distinct values.
    pub distinct: u64,
    /// The least number, day or moment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub minimum: Option<Scalar>,
    /// The greatest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub maximum: Option<Scalar>,
    /// Arithmetic mean.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mean: Option<f64>,
    /// Of a sample (n - 1): absent for fewer than two values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub standard_deviation: Option<f64>,
    /// At 25, 50 and 75 %, interpolated linearly (Hyndman and Fan's type 7, numpy's default).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quartiles: Option<[f64; 3]>,
    /// How numbers are spread.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub histogram: Option<Histogram>,
    /// The most frequent values of a column of few, frequent first, then by code point.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub top: Option<Vec<Frequent>>,
    /// Cells with a value that `top` does not list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub other: Option<u64>,
}

/// A value of a column in a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Of an `integer` column.
    Integer(i64),
    /// Of a `number` column.
    Number(f64),
    /// Of a `date` or `datetime` column, ISO 8601.
    Text(String),
}

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frequent {
    /// The value as it is spelt.
    pub value: String,
    /// Cells that hold it.
    pub count: u64,
}

/// Rows up to which every figure is exact.
pub const MOST_EXACT: usize = 1_000_000;

/// The profile of a revision, from its artifact: a column at a time, so that one is in memory.
///
/// Beyond [`MOST_EXACT`] rows quartiles, and the edges of bins, come from a sample of so many rows, and distinct
/// values are estimated from the least of their hashes (Bar-Yossef et al. 2002, "Counting distinct elements in a
/// data stream", algorithm 2); all else stays exact.
pub fn profile(artifact: &Artifact) -> Result<Profile, Failure> {
    let rows = artifact.rows() as u64;
    let columns = artifact.columns().iter().enumerate().map(|(place, column)| {
        let found = summary(artifact, place, column.kind)?;
        Ok(ColumnProfile { identifier: column.identifier.clone(), missing: rows - found.count, ..found })
    });
    let columns = columns.collect::<Result<_, Failure>>()?;
    Ok(Profile { rows, approximate: artifact.rows() > MOST_EXACT, columns })
}

fn summary(artifact: &Artifact, place: usize, kind: ColumnType) -> Result<ColumnProfile, Failure> {
    match kind {
        ColumnType::Integer => integers(artifact, place),
        ColumnType::Number => numbers(artifact, place),
        ColumnType::Boolean | ColumnType::Text | ColumnType::Category => texts(artifact, place),
        ColumnType::Date | ColumnType::Datetime => moments(artifact, place),
    }
}

fn integers(artifact: &Artifact, place: usize) -> Result<ColumnProfile, Failure> {
    let mut ends: Option<(i64, i64)> = None;
    artifact.each(place, |cell| {
        let Cell::Integer(value) = cell else { return };
        let (least, greatest) = ends.unwrap_or((value, value));
        ends = Some((least.min(value), greatest.max(value)));
    })?;
    let spread = spread(artifact, place, |cell| match cell {
        Cell::Integer(value) => Some((value as f64, value as u64)),
        _ => None,
    })?;
    let minimum = ends.map(|(least, _)| Scalar::Integer(least));
    let maximum = ends.map(|(_, greatest)| Scalar::Integer(greatest));
    Ok(ColumnProfile { minimum, maximum, ..spread })
}

fn numbers(artifact: &Artifact, place: usize) -> Result<ColumnProfile, Failure> {
    spread(artifact, place, |cell| match cell {
        // Adding zero makes negative zero positive, as it is spelt.
        Cell::Number(value) => Some((value + 0.0, (value + 0.0).to_bits())),
        _ => None,
    })
}

/// Frequencies only of few values: the names of a thousand people tell nothing.
fn texts(artifact: &Artifact, place: usize) -> Result<ColumnProfile, Failure> {
    let (mut count, mut distinct) = (0, Distinct::default());
    let mut counts: Option<BTreeMap<String, u64>> = Some(BTreeMap::new());
    artifact.each(place, |cell| {
        if cell == Cell::Missing {
            return;
        }
        count += 1;
        let text = match cell {
            Cell::Text(text) => text,
            other => other.to_string(),
        };
        distinct.see(&text);
        if let Some(known) = &mut counts {
            match known.get_mut(&text) {
                Some(times) => *times += 1,
                None => drop(known.insert(text, 1)),
            }
            if known.len() > MOST_VALUES {
                counts = None;
            }
        }
    })?;
    Ok(match counts {
        Some(counts) => frequent(counts.into_iter().collect()),
        None => ColumnProfile { count, distinct: distinct.estimate(), ..ColumnProfile::default() },
    })
}

fn moments(artifact: &Artifact, place: usize) -> Result<ColumnProfile, Failure> {
    let (mut count, mut distinct) = (0, Distinct::default());
    let mut ends: Option<(Cell, Cell)> = None;
    artifact.each(place, |cell| {
        let Some(order) = instant(&cell) else { return };
        count += 1;
        distinct.see(&order);
        ends = Some(match ends.take() {
            None => (cell.clone(), cell),
            Some((least, greatest)) if Some(order) < instant(&least) => (cell, greatest),
            Some((least, greatest)) if Some(order) > instant(&greatest) => (least, cell),
            Some(ends) => ends,
        });
    })?;
    let spelt = |cell: &Cell| Scalar::Text(cell.to_string());
    Ok(ColumnProfile {
        count,
        distinct: distinct.estimate(),
        minimum: ends.as_ref().map(|(least, _)| spelt(least)),
        maximum: ends.as_ref().map(|(_, greatest)| spelt(greatest)),
        ..ColumnProfile::default()
    })
}

/// Microseconds since 1970.
fn instant(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Date(day) => Some(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros()),
        Cell::Datetime(moment) => Some(moment.timestamp_micros()),
        _ => None,
    }
}

fn frequent(mut counts: Vec<(String, u64)>) -> ColumnProfile {
    counts.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
    let (count, distinct) = (counts.iter().map(|(_, n)| n).sum(), counts.len() as u64);
    let other = counts.iter().skip(TOP).map(|(_, n)| n).sum();
    let top = counts.into_iter().take(TOP).map(|(value, count)| Frequent { value, count }).collect();
    ColumnProfile { count, distinct, top: Some(top), other: Some(other), ..ColumnProfile::default() }
}

/// Mean, deviation, quartiles and histogram of numbers; `number` gives a cell's, and what tells it from others.
fn spread(
    artifact: &Artifact,
    place: usize,
    number: impl Fn(Cell) -> Option<(f64, u64)>,
) -> Result<ColumnProfile, Failure> {
    let (mut row, mut count, mut distinct) = (0, 0, Distinct::default());
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    let sample = Sample::of(artifact.rows(), MOST_EXACT);
    let mut sorted = Vec::new();
    artifact.each(place, |cell| {
        row += 1;
        let Some((value, identity)) = number(cell) else { return };
        count += 1;
        distinct.see(&identity);
        (least, greatest) = (least.min(value), greatest.max(value));
        if sample.takes(row) {
            sorted.push(value);
        }
    })?;
    if count == 0 {
        return Ok(ColumnProfile::default());
    }
    if artifact.rows() > MOST_EXACT {
        sorted.extend([least, greatest]);
    }
    sorted.sort_unstable_by(f64::total_cmp);
    let scale = scale(least, greatest);
    let quartiles = [0.25, 0.5, 0.75].map(|q| quantile(&sorted, q, scale));
    let bins = Bins::over(&sorted);
    drop(sorted);
    let figures = Figures { count, scale, least, greatest };
    let (mean, standard_deviation, histogram) = figures.read(artifact, place, bins, number)?;
    Ok(ColumnProfile {
        count,
        distinct: distinct.estimate(),
        minimum: Some(Scalar::Number(least)),
        maximum: Some(Scalar::Number(greatest)),
        mean: Some(mean),
        standard_deviation,
        quartiles: Some(quartiles),
        histogram,
        ..ColumnProfile::default()
    })
}

/// Sums and squares of 1e300 are infinite, of 1e-300 nothing: divided by a power of two, exactly.
fn scale(least: f64, greatest: f64) -> f64 {
    let largest = f64::max(least.abs(), greatest.abs()).to_bits() & f64::INFINITY.to_bits();
    f64::max(f64::from_bits(largest), f64::MIN_POSITIVE)
}

/// What is known of a column's numbers after they were read once.
struct Figures {
    count: u64,
    scale: f64,
    least: f64,
    greatest: f64,
}

impl Figures {
    /// Mean, deviation and histogram: reads the column twice more, for the mean and for what is left of it.
    fn read(
        &self,
        artifact: &Artifact,
        place: usize,
        mut bins: Option<Bins>,
        number: impl Fn(Cell) -> Option<(f64, u64)>,
    ) -> Result<(f64, Option<f64>, Option<Histogram>), Failure> {
        let n = self.count as f64;
        let mut sum = 0.0;
        artifact.each(place, |cell| {
            let Some((value, _)) = number(cell) else { return };
            sum += value / self.scale;
            bins.iter_mut().for_each(|bins| bins.add(value));
        })?;
        let rough = sum / n;
        let (mut left, mut squares) = (0.0, 0.0);
        artifact.each(place, |cell| {
            let Some((value, _)) = number(cell) else { return };
            let difference = value / self.scale - rough;
            left += difference;
            squares += difference * difference;
        })?;
        // Chan, Golub and LeVeque 1983: what the rounded mean is off by is taken out again.
        let mean = ((rough + left / n) * self.scale).clamp(self.least, self.greatest);
        let variance = (squares - left * left / n) / (n - 1.0);
        let deviation = (self.count > 1).then(|| variance.max(0.0).sqrt() * self.scale);
        Ok((mean, deviation.filter(|d| d.is_finite()), bins.map(Bins::counted)))
    }
}

/// Of sorted values, not empty; `scale` keeps the difference of two of them finite.
fn quantile(sorted: &[f64], q: f64, scale: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * q;
    let below = sorted[place as usize];
    let above = sorted[place.ceil() as usize];
    let (low, high) = (below / scale, above / scale);
    ((low + (high - low) * place.fract()) * scale).clamp(below, above)
}
