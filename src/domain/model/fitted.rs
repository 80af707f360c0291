//! What was learned: classes, features and how they were encoded, weights, and the certificate.

use crate::domain::column::{ColumnType, spelled};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Levels of a category that an expectation spells out.
const NAMED: usize = 12;

/// A trained classifier: all that a prediction needs.
///
/// Of the encoded columns x_j of a row, the logits are `intercepts + coefficients · z` with
/// `z_j = (x_j - mean_j) / scale_j`. Two classes have one logit, of the second class against the first
/// (scikit-learn's shape, 1 × d); more have one for each class (k × d). All numbers are finite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fitted {
    /// Identifier of the column that is predicted.
    pub target: String,
    /// The classes, sorted: text by code point, whole numbers by value, false before true.
    pub classes: Vec<String>,
    /// The features, in canonical order: as asked for, else as in the table.
    pub features: Vec<Feature>,
    /// The encoded columns, feature by feature.
    pub columns: Vec<Encoded>,
    /// Weights on the scale of `z`: one row per logit, one number per encoded column.
    pub coefficients: Vec<Vec<f64>>,
    /// One number per logit: the logit of a row whose every column is at its mean.
    pub intercepts: Vec<f64>,
    /// Probability of the second of two classes from which on that one is told, above 0 and below 1;
    /// `None`: the most probable class is. See [`Fitted::decide`].
    #[serde(default)]
    pub threshold: Option<f64>,
    /// How far the weights may be off; `None` for models too large for it, and of old versions.
    #[serde(default)]
    pub errors: Option<Errors>,
    /// What parts of the training rows said about C and threshold; `None` where both were given.
    #[serde(default)]
    pub validation: Option<Validation>,
    /// Why the weights can be trusted.
    pub certificate: Certificate,
    /// How many rows went where.
    pub rows: Rows,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
}

impl Fitted {
    /// The place of the class that is told, of the probability of each: the second of two from the
    /// threshold on; without a threshold the most probable, of equals the first.
    pub fn decide(&self, probabilities: &[f64]) -> usize {
        if let (Some(threshold), [_, second]) = (self.threshold, probabilities) {
            return usize::from(*second >= threshold);
        }
        let better =
            |best: usize, place: usize| if probabilities[place] > probabilities[best] { place } else { best };
        (1..probabilities.len()).fold(0, better)
    }

    /// Whether it was learned elsewhere.
    pub fn is_imported(&self) -> bool {
        self.certificate.solver == Solver::Imported
    }

    /// Weights and intercepts on the scale of the encoded columns themselves: `logits = b + w · x`.
    ///
    /// For showing: where a column's mean is far larger than its scale, sums of these lose digits that
    /// those of [`Fitted::coefficients`] keep.
    pub fn unscaled(&self) -> (Vec<Vec<f64>>, Vec<f64>) {
        let weights: Vec<Vec<f64>> = self
            .coefficients
            .iter()
            .map(|row| row.iter().zip(&self.columns).map(|(w, column)| w / column.scale).collect())
            .collect();
        let shift = |row: &Vec<f64>| row.iter().zip(&self.columns).map(|(w, c)| w * c.mean).sum::<f64>();
        let intercepts = weights.iter().zip(&self.intercepts).map(|(row, b)| b - shift(row)).collect();
        (weights, intercepts)
    }

    /// The name of an encoded column: `sex`, `sex=male`, `sex is missing`.
    pub fn column_name(&self, column: &Encoded) -> String {
        let Some(feature) = self.features.get(column.feature) else { return String::new() };
        match (column.part, &feature.seen) {
            (Part::Missing, _) => format!("{} is missing", feature.identifier),
            (Part::Level(level), Seen::Category { levels }) => {
                format!("{}={}", feature.identifier, levels.get(level).map_or("", |level| &level.value))
            }
            _ => feature.identifier.clone(),
        }
    }
}

/// A column of the table that a model predicts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Feature {
    /// Its identifier.
    pub identifier: String,
    /// Its header.
    pub name: String,
    /// Its unit.
    pub unit: Option<String>,
    /// What the training rows held.
    pub seen: Seen,
    /// Training rows in which it was missing; if there are any, it may be missing in a prediction.
    pub missing: u64,
    /// Whether it may be, whatever the rows say: of weights from elsewhere, which have a column for it or not.
    #[serde(default)]
    pub nullable: Option<bool>,
}

impl Feature {
    /// The type of its values.
    pub fn kind(&self) -> ColumnType {
        match self.seen {
            Seen::Number { whole: true, .. } => ColumnType::Integer,
            Seen::Number { whole: false, .. } => ColumnType::Number,
            Seen::Boolean { .. } => ColumnType::Boolean,
            Seen::Date { .. } => ColumnType::Date,
            Seen::Category { .. } => ColumnType::Category,
        }
    }

    /// Whether a prediction may be asked for with this feature explicitly missing.
    pub fn may_be_missing(&self) -> bool {
        self.nullable.unwrap_or(self.missing > 0)
    }

    /// The place of a category's level; none of any other text, and none where it is no category.
    pub fn level(&self, text: &str) -> Option<usize> {
        let Seen::Category { levels } = &self.seen else { return None };
        levels.binary_search_by(|level| level.value.as_str().cmp(text)).ok()
    }

    /// What a value must be, as it stands after "expected": `a finite number (seen: 32.1 to 59.6 mm)`.
    pub fn expected(&self) -> String {
        match &self.seen {
            Seen::Number { min, max, .. } => {
                let unit = self.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
                format!("a finite number (seen: {} to {}{unit})", spelled(*min), spelled(*max))
            }
            Seen::Boolean { .. } => ColumnType::Boolean.expected().into(),
            Seen::Date { min, max } => format!("{} (seen: {min} to {max})", ColumnType::Date.expected()),
            Seen::Category { levels } => {
                let named: Vec<_> = levels.iter().take(NAMED).map(|l| format!("`{}`", l.value)).collect();
                let more = levels.len().saturating_sub(NAMED);
                let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("one of {}{tail}", named.join(", "))
            }
        }
    }
}

/// What the training rows held in a feature, missing cells aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Seen {
    /// Numbers; one encoded column.
    Number {
        /// Whether the table holds whole numbers only.
        whole: bool,
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
        /// Their mean.
        mean: f64,
        /// Their standard deviation (divided by the number of values).
        sd: f64,
    },
    /// Truth values; one encoded column of 0 and 1.
    Boolean {
        /// The share that is true.
        share: f64,
    },
    /// Days; one encoded column of days since 1970-01-01.
    Date {
        /// The first.
        min: NaiveDate,
        /// The last.
        max: NaiveDate,
    },
    /// Categories; one encoded column of 0 and 1 for each level but the first.
    Category {
        /// The levels, sorted by code point.
        levels: Vec<Level>,
    },
}

/// A level of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Its text.
    pub value: String,
    /// Training rows with it.
    pub rows: u64,
}

/// One column of the matrix that was trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Encoded {
    /// The feature, by its place in [`Fitted::features`].
    pub feature: usize,
    /// What of the feature it tells.
    pub part: Part,
    /// Its mean over the training rows, which stands for it where the feature is missing.
    pub mean: f64,
    /// Its standard deviation over the training rows (divided by their number; a missing cell counts
    /// as the mean); 1 where it does not vary.
    pub scale: f64,
}

/// What an encoded column tells of its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// Its value, as a number.
    Value,
    /// Whether it is the level at this place.
    Level(usize),
    /// Whether it is missing.
    Missing,
}

/// Standard errors, from the inverse of the curvature of the objective at the optimum.
///
/// Of more than two classes they are those of the difference to the mean over the classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Errors {
    /// Of [`Fitted::coefficients`]; those on the columns' own scale are these divided by the scale.
    /// `None` for a column that does not vary.
    pub coefficients: Vec<Vec<Option<f64>>>,
    /// Of [`Fitted::intercepts`].
    pub intercepts: Vec<f64>,
    /// Of the intercepts of [`Fitted::unscaled`].
    pub raw_intercepts: Vec<f64>,
    /// Whether the penalty is too strong for them to be those of maximum likelihood: then they are
    /// indicative.
    pub penalised: bool,
}

/// What folds of the training rows said: each was predicted by a model of the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// How many folds.
    pub folds: u64,
    /// The penalties that were tried, ascending; none where C was given.
    pub tried: Vec<Tried>,
    /// What the threshold reached, by the measure that it was chosen by.
    pub threshold_score: Option<f64>,
}

/// A penalty that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// The penalty C.
    pub c: f64,
    /// Mean over the folds of the log loss; `None` where a training did not reach its optimum.
    pub log_loss: Option<f64>,
    /// Standard deviation of the same over the folds (divided by their number).
    pub deviation: Option<f64>,
}

/// Why the weights can be trusted: measured with the exact objective
/// `Σ −ln P(class of the row) + ‖weights‖² / 2C`, the intercepts free of penalty; the weights are
/// [`Fitted::coefficients`] if the settings say `standardise`, else those of [`Fitted::unscaled`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// Who found them.
    pub solver: Solver,
    /// Iterations of all solvers.
    pub iterations: u64,
    /// The objective at the weights.
    pub objective: f64,
    /// Largest absolute component of its gradient there, by [`Fitted::coefficients`] and intercepts.
    pub max_gradient: f64,
    /// What `max_gradient` had to stay below: 1e-6 for each training row.
    pub tolerance: f64,
    /// How far the objective is above its optimum, by half the squared Newton decrement; `None` for
    /// models too large for it.
    pub gap: Option<f64>,
    /// Whether the optimum was reached; what is learned here is published only then.
    pub converged: bool,
}

/// What found the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// linfa's L-BFGS alone.
    Linfa,
    /// linfa's L-BFGS, then Newton's method on the exact objective.
    LinfaNewton,
    /// Newton's method alone.
    Newton,
    /// Nobody here: they came from elsewhere.
    Imported,
}

impl Solver {
    /// The name used in documents.
    pub fn name(self) -> &'static str {
        match self {
            Solver::Linfa => "linfa",
            Solver::LinfaNewton => "linfa-newton",
            Solver::Newton => "newton",
            Solver::Imported => "imported",
        }
    }
}

/// How many rows went where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rows {
    /// Rows that were trained on; of weights from elsewhere those by which the certificate judges them.
    pub training: u64,
    /// Rows held out.
    pub held_out: u64,
    /// Rows without a target, which are neither.
    pub without_target: u64,
    /// Rows that the filter leaves out.
    #[serde(default)]
    pub filtered: u64,
}

/// Something to know that is no fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The column that it is about, by identifier; `None`: the whole.
    pub column: Option<String>,
    /// One sentence, lower case, without full stop.
    pub text: String,
}

impl fmt::Display for Warning {
    /// A sentence that names the column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "column `{column}`: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl Warning {
    /// A warning about a column.
    pub fn of(column: &str, text: impl Into<String>) -> Warning {
        Warning { column: Some(column.into()), text: text.into() }
    }
}
