//! Predictions: what is asked of a model, and what it says.
//!
//! What was asked is read, checked and answered in `learning`; where it stood in a request is kept as
//! [`Place`], so that each fault can name it.

use super::{
    column::Cell,
    fault::{At, step},
    model::Warning,
};

/// The features of one row as somebody sent them, in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Identifier and value of each.
    pub values: Vec<(String, Given)>,
    /// Where they stood.
    pub place: Place,
}

/// A value as somebody sent it.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Text that spells a value, of a query, a path or a CSV cell; the empty text is a missing value.
    Text(String),
    /// A value of a JSON document: numbers, truth values, text (also for a date), null as
    /// [`Cell::Missing`].
    Typed(Cell),
    /// A list or an object of a JSON document: never right.
    Nested,
}

/// Where values stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the query, or as segments of the path: each is a parameter.
    Parameters,
    /// In the object at this JSON pointer.
    Object(String),
    /// In this line of a table, from 1.
    Line(u64),
    /// In this row, from 1, of something without lines.
    Row(u64),
}

impl Place {
    /// The place itself.
    pub fn whole(&self) -> At {
        match self {
            Place::Parameters => At::Whole,
            Place::Object(pointer) => At::Pointer(pointer.clone()),
            Place::Line(line) | Place::Row(line) => At::Line(*line),
        }
    }

    /// The place of the feature `name`.
    pub fn of(&self, name: &str) -> At {
        match self {
            Place::Parameters => At::Parameter(name.into()),
            Place::Object(pointer) => At::Pointer(format!("{pointer}/{}", step(name))),
            Place::Line(line) => At::Cell { line: *line, column: name.into() },
            Place::Row(row) => At::Row { row: *row, column: name.into() },
        }
    }
}

/// What a model says of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The features as they were understood, in the model's order; a number is always
    /// [`Cell::Number`].
    pub input: Vec<(String, Cell)>,
    /// The most probable class; of equals the first in sorted order.
    pub class: String,
    /// Each class with its probability, in the model's order; they sum to 1.
    pub probabilities: Vec<(String, f64)>,
    /// What the logits would be with every column at its mean.
    pub base: Vec<f64>,
    /// The logits: one, of the second class against the first, for two classes; else one per class.
    pub logits: Vec<f64>,
    /// What each feature adds, in the model's order; for each logit they sum to `logits - base`.
    pub contributions: Vec<Contribution>,
    /// Values outside what the model has seen.
    pub warnings: Vec<Warning>,
}

/// What a feature adds to each logit: `Σ w_j (x_j - mean_j)` over its encoded columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// The feature, by identifier.
    pub feature: String,
    /// One number per logit.
    pub values: Vec<f64>,
}
