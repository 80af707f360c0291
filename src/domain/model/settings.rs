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

/// Penalties of one search.
pub const MOST_TRIED: usize = 20;
/// Folds unless said.
pub const FOLDS: u64 = 5;
/// Bounds of the number of folds.
pub const LEAST_FOLDS: i64 = 2;
/// See [`LEAST_FOLDS`].
pub const MOST_FOLDS: i64 = 20;

/// How a model is to be trained, checked but for the table's columns (`learning::resolve` does that).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The column to predict, by identifier or header.
    pub target: String,
    /// The columns to predict it from, by identifier or header; none: every one that can serve.
    pub features: Vec<String>,
    /// Which rows are learned from and scored: conditions as in the query of a dataset's rows,
    /// `filter[column][operator]=value` with `&` between; none: every row.
    #[serde(default)]
    pub filter: Option<String>,
    /// Penalty C, as in scikit-learn: the smaller, the stronger the weights are held back. Of a version
    /// whose training searched for it, the one that was found.
    pub c: f64,
    /// Where C is looked for; none: it is given.
    #[serde(default)]
    pub search: Option<Search>,
    /// From which probability on the second of two classes is told.
    #[serde(default)]
    pub threshold: Threshold,
    /// Whether the penalty is on the weights of columns brought to mean 0 and standard deviation 1, so
    /// that it treats them alike; else on those of the columns in their own units.
    pub standardise: bool,
    /// What becomes of missing cells in the features.
    pub missing: Missing,
    /// Which rows are held out for the scores.
    pub split: Split,
}

/// A search for C: the one with the least log loss on folds of the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// The penalties that are tried, ascending.
    pub c: Vec<f64>,
    /// How many folds.
    pub folds: u64,
}

/// From which probability on the second of two classes is told.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Threshold {
    /// The most probable class is told, of however many.
    #[default]
    MostProbable,
    /// From this one on, above 0 and below 1.
    Given(f64),
    /// Where the F1 score of the second class is largest on folds of the training rows.
    F1,
    /// Where the mean of both classes' recalls is largest on folds of the training rows.
    BalancedAccuracy,
}

impl Threshold {
    /// Every way that has a name.
    pub const NAMED: [Threshold; 3] = [Threshold::MostProbable, Threshold::F1, Threshold::BalancedAccuracy];

    /// The name used in documents; the default's for a number.
    pub fn name(self) -> &'static str {
        match self {
            Threshold::MostProbable | Threshold::Given(_) => "most-probable",
            Threshold::F1 => "f1",
            Threshold::BalancedAccuracy => "balanced-accuracy",
        }
    }

    /// Whether folds of the training rows choose it.
    pub fn is_chosen(self) -> bool {
        matches!(self, Threshold::F1 | Threshold::BalancedAccuracy)
    }
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
    /// As [`Settings::filter`].
    pub filter: Option<String>,
    /// As [`Settings::c`]; 1.
    pub c: Option<f64>,
    /// As [`Settings::search`].
    pub search: Option<DraftSearch>,
    /// As [`Settings::threshold`]; the most probable class.
    pub threshold: Option<DraftThreshold>,
    /// As [`Settings::standardise`]; true.
    pub standardise: Option<bool>,
    /// A name of [`Missing`]; `mean-indicator`, since real tables have missing cells.
    pub missing: Option<String>,
    /// As [`Settings::split`].
    pub split: DraftSplit,
}

/// A search as somebody sent it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DraftSearch {
    /// As [`Search::c`]; the powers of ten from 1e-4 to 1e4.
    pub c: Vec<f64>,
    /// As [`Search::folds`]; 5.
    pub folds: Option<i64>,
}

/// A threshold as somebody sent it.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftThreshold {
    /// A number.
    Number(f64),
    /// A name of [`Threshold::NAMED`].
    Name(String),
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
            filter: self.filter.filter(|filter| !filter.is_empty()),
            c: self.c.unwrap_or(1.0),
            search: self.search.map(|search| search.checked(&mut faults)),
            threshold: threshold(self.threshold).unwrap_or_else(|fault| {
                faults.push(fault);
                Threshold::MostProbable
            }),
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
        if !is_penalty(settings.c) {
            faults.push(Fault::at("/c", A_PENALTY, number(settings.c)));
        }
        if self.c.is_some() && settings.search.is_some() {
            faults.push(Fault::at("/c", "`c` or `penaltySearch`", "both"));
        }
        faults.extend(repeated(&settings));
        Faults::unless(faults, settings)
    }
}

/// What C may be.
const A_PENALTY: &str = "a penalty from 1e-9 to 1e15";

fn is_penalty(c: f64) -> bool {
    (PENALTY.0..=PENALTY.1).contains(&c)
}

impl DraftSearch {
    fn checked(self, faults: &mut Vec<Fault>) -> Search {
        let DraftSearch { mut c, folds } = self;
        if c.is_empty() {
            c = (-4..=4).map(|power| 10_f64.powi(power)).collect();
        }
        for (index, wrong) in c.iter().enumerate().filter(|(_, c)| !is_penalty(**c)) {
            faults.push(Fault::at(format!("/penaltySearch/candidates/{index}"), A_PENALTY, number(*wrong)));
        }
        if c.len() > MOST_TRIED {
            let expected = format!("at most {MOST_TRIED} penalties");
            faults.push(Fault::at("/penaltySearch/candidates", expected, c.len().to_string()));
        }
        c.sort_by(f64::total_cmp);
        c.dedup();
        let folds = folds.unwrap_or(FOLDS as i64);
        if !(LEAST_FOLDS..=MOST_FOLDS).contains(&folds) {
            let expected = format!("a whole number from {LEAST_FOLDS} to {MOST_FOLDS}");
            faults.push(Fault::at("/penaltySearch/folds", expected, folds.to_string()));
        }
        Search { c, folds: folds.unsigned_abs() }
    }
}

fn threshold(sent: Option<DraftThreshold>) -> Result<Threshold, Fault> {
    let expected = "`most-probable`, `f1`, `balanced-accuracy` or a number above 0 and below 1";
    match sent {
        None => Ok(Threshold::MostProbable),
        Some(DraftThreshold::Number(at)) if at > 0.0 && at < 1.0 => Ok(Threshold::Given(at)),
        Some(DraftThreshold::Number(at)) => Err(Fault::at("/threshold", expected, number(at))),
        Some(DraftThreshold::Name(name)) => {
            let known = Threshold::NAMED.into_iter().find(|one| one.name() == name);
            known.ok_or_else(|| Fault::at("/threshold", expected, quoted(&name)))
        }
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
