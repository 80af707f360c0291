//! Profiles: what each column of a table holds, in numbers.
//!
//! Exact and deterministic: quartiles from the sorted values, mean and deviation in two passes. The
//! histogram's bins are in [`super::histogram`].

use super::{
    columnar::{Table, Texts, Values},
    histogram::{Histogram, histogram},
    infer::MOST_VALUES,
};
use crate::domain::column::{Cell, Column};
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

/// The profile of a table.
pub fn profile(table: &Table) -> Profile {
    let columns = table.iter().map(|(column, values)| summary(column, values, table.rows() as u64));
    Profile { rows: table.rows() as u64, columns: columns.collect() }
}

fn summary(column: &Column, values: &Values, rows: u64) -> ColumnProfile {
    let found = match values {
        Values::Integer(values) => integers(values),
        Values::Number(values) => numbers(values),
        Values::Boolean(values) => booleans(values),
        Values::Text(texts) => texts_of(texts),
        Values::Date(values) => moments(values, Cell::Date),
        Values::Datetime(values) => moments(values, Cell::Datetime),
    };
    ColumnProfile { identifier: column.identifier.clone(), missing: rows - found.count, ..found }
}

fn integers(values: &[Option<i64>]) -> ColumnProfile {
    let mut sorted: Vec<i64> = values.iter().flatten().copied().collect();
    sorted.sort_unstable();
    let floats: Vec<f64> = sorted.iter().map(|&value| value as f64).collect();
    ColumnProfile {
        distinct: distinct(&sorted),
        minimum: sorted.first().copied().map(Scalar::Integer),
        maximum: sorted.last().copied().map(Scalar::Integer),
        ..spread(&floats)
    }
}

fn numbers(values: &[Option<f64>]) -> ColumnProfile {
    // Adding zero makes negative zero positive, as it is spelt.
    let mut sorted: Vec<f64> = values.iter().flatten().map(|value| value + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    ColumnProfile {
        distinct: distinct(&sorted),
        minimum: sorted.first().copied().map(Scalar::Number),
        maximum: sorted.last().copied().map(Scalar::Number),
        ..spread(&sorted)
    }
}

fn booleans(values: &[Option<bool>]) -> ColumnProfile {
    let mut counts = BTreeMap::new();
    for value in values.iter().flatten() {
        *counts.entry(*value).or_insert(0) += 1;
    }
    frequent(counts.into_iter().map(|(value, count)| (value.to_string(), count)).collect())
}

/// Frequencies only of few values: the names of a thousand people tell nothing.
fn texts_of(texts: &Texts) -> ColumnProfile {
    let mut counts = vec![0; texts.words().len()];
    for &code in texts.codes().iter().flatten() {
        counts[code as usize] += 1;
    }
    if counts.len() <= MOST_VALUES {
        return frequent(texts.words().iter().map(ToString::to_string).zip(counts).collect());
    }
    ColumnProfile { count: counts.iter().sum(), distinct: counts.len() as u64, ..ColumnProfile::default() }
}

fn moments<T: Ord + Copy>(values: &[Option<T>], cell: fn(T) -> Cell) -> ColumnProfile {
    let mut sorted: Vec<T> = values.iter().flatten().copied().collect();
    sorted.sort_unstable();
    let spelt = |value: Option<&T>| value.map(|&value| Scalar::Text(cell(value).to_string()));
    ColumnProfile {
        count: sorted.len() as u64,
        distinct: distinct(&sorted),
        minimum: spelt(sorted.first()),
        maximum: spelt(sorted.last()),
        ..ColumnProfile::default()
    }
}

fn frequent(mut counts: Vec<(String, u64)>) -> ColumnProfile {
    counts.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
    let (count, distinct) = (counts.iter().map(|(_, n)| n).sum(), counts.len() as u64);
    let other = counts.iter().skip(TOP).map(|(_, n)| n).sum();
    let top = counts.into_iter().take(TOP).map(|(value, count)| Frequent { value, count }).collect();
    ColumnProfile { count, distinct, top: Some(top), other: Some(other), ..ColumnProfile::default() }
}

/// Distinct values among sorted ones.
fn distinct<T: PartialEq>(sorted: &[T]) -> u64 {
    sorted.chunk_by(T::eq).count() as u64
}

/// Mean, deviation, quartiles and histogram of sorted values.
fn spread(sorted: &[f64]) -> ColumnProfile {
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return ColumnProfile::default() };
    // Sums and squares of 1e300 are infinite, of 1e-300 nothing: divided by a power of two, exactly.
    let largest = f64::max(first.abs(), last.abs()).to_bits() & f64::INFINITY.to_bits();
    let scale = f64::max(f64::from_bits(largest), f64::MIN_POSITIVE);
    let n = sorted.len() as f64;
    let scaled = || sorted.iter().map(|value| value / scale);
    let rough = scaled().sum::<f64>() / n;
    let mean = rough + scaled().map(|value| value - rough).sum::<f64>() / n;
    let squares: f64 = scaled().map(|value| (value - mean).powi(2)).sum();
    ColumnProfile {
        count: sorted.len() as u64,
        mean: Some((mean * scale).clamp(*first, *last)),
        standard_deviation: (sorted.len() > 1)
            .then(|| (squares / (n - 1.0)).sqrt() * scale)
            .filter(|d| d.is_finite()),
        quartiles: Some([0.25, 0.5, 0.75].map(|q| quantile(sorted, q, scale))),
        histogram: Some(histogram(sorted)),
        ..ColumnProfile::default()
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
