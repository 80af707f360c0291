//! How a version's probabilities behave on rows that it did not see, threshold by threshold.

use serde::{Deserialize, Serialize};

/// Curves on the rows held out: of the second class if there are two, else of each class against the rest.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curves {
    /// One for each class that is looked at.
    pub curves: Vec<Curve>,
}

/// The curves of one class. Points are left out where a curve would have too many; areas are exact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Curve {
    /// The class, by its place.
    pub class: usize,
    /// Area under the ROC curve; `None` if the class has no row, or all.
    pub roc_auc: Option<f64>,
    /// Average precision; `None` if the class has no row.
    pub pr_auc: Option<f64>,
    /// From the highest threshold to the lowest.
    pub roc: Vec<Roc>,
    /// From the highest threshold to the lowest.
    pub recall: Vec<Recall>,
    /// Ten ranges of the probability, those without a row left out.
    pub calibration: Vec<Bin>,
}

/// A point of a ROC curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Roc {
    /// Rows from this probability on are told to be of the class; `None`: no row is.
    pub threshold: Option<f64>,
    /// Share of the other rows that are told so.
    pub false_positive_rate: f64,
    /// Share of the rows of the class that are told so.
    pub true_positive_rate: f64,
}

/// A point of a precision-recall curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recall {
    /// Rows from this probability on are told to be of the class.
    pub threshold: f64,
    /// Share of the rows of the class that are told so.
    pub recall: f64,
    /// Share of the rows told so that are of the class.
    pub precision: f64,
}

/// A range of told probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bin {
    /// Above this (the first range has 0 too).
    pub from: f64,
    /// Up to this.
    pub to: f64,
    /// Rows in it.
    pub rows: u64,
    /// Their mean probability.
    pub mean: f64,
    /// Share of them that are of the class.
    pub observed: f64,
}
