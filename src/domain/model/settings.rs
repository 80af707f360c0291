//! How a model is to be trained.

use crate::domain::{
    column::{MOST_COLUMNS, spelled},
    fault::{Fault, Faults, quoted},
};
use serde::{Deserialize, Serialize};

/// Largest seed: the largest whole number that every JSON reader keeps.
pub const MOST_SEED: i64 = 9_007_199_254_740_991;
/// Bounds of the penalty C; beyond them the optimum drowns in rounding.
pub const PENALTY: (f64, f64) = (1e-9, 1e15);

/// How a model is to be trained, checked but for the table's columns (`learning::resolve` does that).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The column to predict, by identifier or header.
    pub target: String,
    /// The columns to predict it from, by identifier or header; none: every one that can serve.
    pub features: Vec<String>,
    /// Penalty C, as in scikit-learn: the smaller, the stronger the weights are held back.
    pub c: f64,
    /// Whether the penalty is on the weights of columns brought to mean 0 and standard deviation 1, so
    /// that it treats them alike; else on those of the columns in their own units.
    pub standardise: bool,
    /// What becomes of missing cells in the features.
    pub missing: Missing,
    /// Which rows are held out for the scores.
    pub split: Split,
}

/// What becomes of missing cells in the features.
///
/// Rows without a target are left out and counted in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// A missing cell is a fault.
    Refuse,
    /// The column's mean stands for it, and a further column says that it was missing.
    MeanIndicator,
}

impl Missing {
    /// Every way.
    pub const ALL: [Missing; 2] = [Missing::Refuse, Missing::MeanIndicator];

    /// The name used in documents: `refuse`, `mean-indicator`.
    pub fn name(self) -> &'static str {
        match self {
            Missing::Refuse => "refuse",
            Missing::MeanIndicator => "mean-indicator",
        }
    }
}

/// Which rows are held out for the scores. The algorithm is in `learning::split`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// Their share, above 0 and below 1.
    pub test: f64,
    /// Chooses them, 0..=[`MOST_SEED`].
    pub seed: u64,
    /// Whether each class gives the same share.
    pub stratified: bool,
}

/// Settings as somebody sent them; what is not there takes its default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// As [`Settings::target`].
    pub target: Option<String>,
    /// As [`Settings::features`].
    pub features: Vec<String>,
    /// As [`Settings::c`]; 1.
    pub c: Option<f64>,
    /// As [`Settings::standardise`]; true.
    pub standardise: Option<bool>,
    /// A name of [`Missing`]; `mean-indicator`, since real tables have missing cells.
    pub missing: Option<String>,
    /// As [`Settings::split`].
    pub split: DraftSplit,
}

/// A split as somebody sent it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DraftSplit {
    /// As [`Split::test`]; 0.25.
    pub test: Option<f64>,
    /// As [`Split::seed`]; 1.
    pub seed: Option<i64>,
    /// As [`Split::stratified`]; true.
    pub stratified: Option<bool>,
}

impl Draft {
    /// Settings with defaults but for the column to predict.
    pub fn of(target: &str) -> Draft {
        Draft { target: Some(target.into()), ..Draft::default() }
    }

    /// The settings if each is within bounds; else every fault, by JSON pointer.
    pub fn checked(self) -> Result<Settings, Faults> {
        let mut faults = Vec::new();
        let settings = Settings {
            target: self.target.unwrap_or_default(),
            features: self.features,
            c: self.c.unwrap_or(1.0),
            standardise: self.standardise.unwrap_or(true),
            missing: missing(self.missing.as_deref()).unwrap_or_else(|fault| {
                faults.push(fault);
                Missing::Refuse
            }),
            split: self.split.checked(&mut faults),
        };
        if settings.target.is_empty() {
            faults.push(Fault::at("/target", "the column to predict", "nothing"));
        }
        let (least, most) = PENALTY;
        if !(least..=most).contains(&settings.c) {
            faults.push(Fault::at("/c", "a penalty from 1e-9 to 1e15", number(settings.c)));
        }
        faults.extend(repeated(&settings));
        Faults::unless(faults, settings)
    }
}

impl DraftSplit {
    fn checked(self, faults: &mut Vec<Fault>) -> Split {
        let (test, seed) = (self.test.unwrap_or(0.25), self.seed.unwrap_or(1));
        if !(test > 0.0 && test < 1.0) {
            faults.push(Fault::at("/split/test", "a share above 0 and below 1", number(test)));
        }
        if !(0..=MOST_SEED).contains(&seed) {
            let expected = format!("a whole number from 0 to {MOST_SEED}");
            faults.push(Fault::at("/split/seed", expected, seed.to_string()));
        }
        Split { test, seed: seed.unsigned_abs(), stratified: self.stratified.unwrap_or(true) }
    }
}

fn number(value: f64) -> String {
    if value.is_finite() { spelled(value) } else { "a number that is not finite".into() }
}

fn missing(name: Option<&str>) -> Result<Missing, Fault> {
    let Some(name) = name else { return Ok(Missing::MeanIndicator) };
    let known = Missing::ALL.into_iter().find(|missing| missing.name() == name);
    known.ok_or_else(|| Fault::at("/missing", "`refuse` or `mean-indicator`", quoted(name)))
}

/// Features that are too many, named twice, or the target itself.
fn repeated(settings: &Settings) -> Vec<Fault> {
    let Settings { target, features, .. } = settings;
    if features.len() > MOST_COLUMNS {
        let expected = format!("at most {MOST_COLUMNS} features");
        return vec![Fault::at("/features", expected, features.len().to_string())];
    }
    let wrong = |(index, feature): (usize, &String)| {
        let at = format!("/features/{index}");
        if feature == target {
            return Some(Fault::at(at, "a column other than the target", quoted(feature)));
        }
        let again = features[..index].contains(feature);
        again.then(|| Fault::at(at, "each feature once", format!("{} again", quoted(feature))))
    };
    features.iter().enumerate().filter_map(wrong).collect()
}
