//! Encoding: the value of a feature as numbers, the same for training and prediction.
//!
//! A number stands for itself, true for 1, a day for its distance from 1970-01-01, a category for a column
//! of 0 and 1 for each level but the first. Where a value is missing, each of its columns stands at its
//! mean, and one more column says so: that column exists only if the training rows taught what it means.

use crate::domain::model::{Encoded, Feature, Part};
use chrono::NaiveDate;

/// Largest magnitude of a number; squares and their sums stay finite.
pub const MOST: f64 = 1e100;

/// A cell as the encoding sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// Nothing was measured.
    Missing,
    /// A number, a truth value as 0 or 1, or a day.
    Number(f64),
    /// The level of a category, by its place.
    Level(usize),
    /// A level that the training rows do not have.
    Unknown,
}

impl Value {
    /// Whether the model can say anything of it.
    pub fn can_be_told(self, feature: &Feature) -> bool {
        match self {
            Value::Missing => feature.may_be_missing(),
            Value::Unknown => false,
            Value::Number(_) | Value::Level(_) => true,
        }
    }
}

/// Days since 1970-01-01.
pub fn days(date: NaiveDate) -> f64 {
    f64::from(date.to_epoch_days())
}

/// Writes the standardised columns of one feature: `z_j = (x_j - mean_j) / scale_j`.
///
/// `columns` are the feature's own, `z` has their number.
pub fn write(value: Value, columns: &[Encoded], z: &mut [f64]) {
    for (column, z) in columns.iter().zip(z) {
        *z = encode(value, column);
    }
}

/// The same of one of them.
pub fn encode(value: Value, column: &Encoded) -> f64 {
    (x(value, column) - column.mean) / column.scale
}

fn x(value: Value, column: &Encoded) -> f64 {
    match (value, column.part) {
        (Value::Missing, Part::Missing) => 1.0,
        (_, Part::Missing) => 0.0,
        (Value::Missing, _) => column.mean,
        (Value::Number(x), _) => x,
        (Value::Level(level), Part::Level(place)) if level == place => 1.0,
        _ => 0.0,
    }
}
