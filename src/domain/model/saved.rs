//! Weights as plain numbers, under the names of scikit-learn: what goes out of a version, and what comes in
//! from elsewhere to be one.

use super::{Fitted, Seen};
use crate::domain::fault::{Fault, Faults, quoted, step};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    ops::RangeInclusive,
};

/// Largest magnitude of a number; sums of products with what a table may hold stay finite.
const LARGEST: f64 = 1e100;
/// Smallest scale of a column, for the same reason.
const SMALLEST: f64 = 1e-100;
/// Characters of a class, of a feature, of a category.
const LONGEST: usize = 1_000;

/// Classes, encoded columns and weights, as `LogisticRegression` has them, behind a `StandardScaler` or
/// not.
///
/// The logit of a row `x` of encoded columns is `intercept_ + coef_ · (x - mean_) / scale_`. Of more than two
/// classes there is one for each, and softmax makes probabilities of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The classes, sorted.
    pub classes: Vec<String>,
    /// The encoded columns: `age`, `sex=male`, `age is missing`.
    pub features: Vec<String>,
    /// Of each feature that holds categories all that it knows, that without a column of its own too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, Vec<String>>,
    /// One row for two classes, else one for each.
    pub coef_: Vec<Vec<f64>>,
    /// One number for each row of `coef_`.
    pub intercept_: Vec<f64>,
    /// Mean of each column; none: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_: Option<Vec<f64>>,
    /// Standard deviation of each column; none: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_: Option<Vec<f64>>,
    /// As [`Fitted::threshold`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
}

impl Saved {
    /// The numbers of a version.
    pub fn of(fitted: &Fitted) -> Saved {
        let levels = fitted.features.iter().filter_map(|feature| match &feature.seen {
            Seen::Category { levels } => {
                let values = levels.iter().map(|level| level.value.clone()).collect();
                Some((feature.identifier.clone(), values))
            }
            _ => None,
        });
        Saved {
            classes: fitted.classes.clone(),
            features: fitted.columns.iter().map(|column| fitted.column_name(column)).collect(),
            categories: levels.collect(),
            coef_: fitted.coefficients.clone(),
            intercept_: fitted.intercepts.clone(),
            mean_: Some(fitted.columns.iter().map(|column| column.mean).collect()),
            scale_: Some(fitted.columns.iter().map(|column| column.scale).collect()),
            threshold: fitted.threshold,
        }
    }

    /// Whether the weights are of the columns in their own units.
    pub fn is_raw(&self) -> bool {
        self.mean_.is_none() && self.scale_.is_none()
    }

    /// Mean and scale of a column, as they were given.
    pub fn moments(&self, column: usize) -> (f64, f64) {
        let of = |numbers: &Option<Vec<f64>>| numbers.as_ref().and_then(|all| all.get(column).copied());
        (of(&self.mean_).unwrap_or(0.0), of(&self.scale_).unwrap_or(1.0))
    }

    /// The same if shapes and numbers are right; else every fault, by JSON pointer below `pointer`.
    pub fn checked(self, pointer: &str) -> Result<Saved, Faults> {
        let mut check = Check { pointer, faults: Vec::new() };
        let (classes, columns) = (self.classes.len(), self.features.len());
        check.names("classes", &self.classes, 2, "at least 2 classes");
        check.names("features", &self.features, 1, "at least one column");
        for (name, levels) in &self.categories {
            let key = step(name);
            check.names(&format!("categories/{key}"), levels, 1, "at least one category");
        }
        let outputs = if classes == 2 { 1 } else { classes };
        let rows = if classes == 2 { "1 row: weights of the second class" } else { "a row for each class" };
        check.length("coef_", self.coef_.len(), outputs, rows);
        for (index, row) in self.coef_.iter().enumerate() {
            check.length(&format!("coef_/{index}"), row.len(), columns, "a number for each of `features`");
            check.numbers(&format!("coef_/{index}"), row, -LARGEST..=LARGEST);
        }
        check.length("intercept_", self.intercept_.len(), outputs, "a number for each row of `coef_`");
        check.numbers("intercept_", &self.intercept_, -LARGEST..=LARGEST);
        for (key, numbers, least) in [("mean_", &self.mean_, -LARGEST), ("scale_", &self.scale_, SMALLEST)] {
            if let Some(numbers) = numbers {
                check.length(key, numbers.len(), columns, "a number for each of `features`");
                check.numbers(key, numbers, least..=LARGEST);
            }
        }
        if let Some(at) = self.threshold.filter(|at| classes != 2 || !(*at > 0.0 && *at < 1.0)) {
            check.fault("threshold", "a number above 0 and below 1, for two classes", at.to_string());
        }
        Faults::unless(check.faults, self)
    }
}

/// Faults, as they are found.
struct Check<'p> {
    pointer: &'p str,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, at: &str, expected: &str, found: impl Into<String>) {
        self.faults.push(Fault::at(format!("{}/{at}", self.pointer), expected, found));
    }

    /// So many at least, each once and of ordinary length.
    fn names(&mut self, at: &str, names: &[String], least: usize, expected: &str) {
        if names.len() < least {
            self.fault(at, expected, names.len().to_string());
        }
        let mut known = HashSet::new();
        for (index, name) in names.iter().enumerate() {
            let place = format!("{at}/{index}");
            if !known.insert(name) {
                self.fault(&place, "each once", format!("{} again", quoted(name)));
            }
            let length = name.chars().count();
            if length > LONGEST {
                self.fault(&place, &format!("at most {LONGEST} characters"), length.to_string());
            }
        }
    }

    fn length(&mut self, at: &str, found: usize, wanted: usize, expected: &str) {
        if found != wanted {
            self.fault(at, &format!("{expected}, {wanted} in all"), found.to_string());
        }
    }

    fn numbers(&mut self, at: &str, numbers: &[f64], bounds: RangeInclusive<f64>) {
        let expected = format!("a number from {:e} to {:e}", bounds.start(), bounds.end());
        for (index, number) in numbers.iter().enumerate().filter(|(_, number)| !bounds.contains(number)) {
            self.fault(&format!("{at}/{index}"), &expected, format!("{number:e}"));
        }
    }
}
