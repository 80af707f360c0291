//! How well a version does on rows that it did not see.

use serde::{Deserialize, Serialize};

/// Scores on the rows held out, defined as in scikit-learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scores {
    /// Rows held out that were scored.
    pub rows: u64,
    /// Rows held out that were not, because a prediction of them would be refused: a category or a
    /// missing cell that the training rows do not have.
    pub left_out: u64,
    /// Share of rows whose class was predicted.
    pub accuracy: f64,
    /// Mean over the classes of the share of their rows that was predicted.
    pub balanced_accuracy: f64,
    /// Mean of −ln of the probability given to the right class.
    pub log_loss: f64,
    /// Mean squared error of the probability: of the second class if there are two, else summed over all.
    pub brier: f64,
    /// Area under the ROC curve, of the second class if there are two, else the mean of each class
    /// against the rest; `None` if a class has no row, or all rows, among those scored.
    pub roc_auc: Option<f64>,
    /// Mean of the F1 of each class.
    pub f1: f64,
    /// Rows by true class (outer) and predicted class (inner), in the order of the model's classes.
    pub confusion: Vec<Vec<u64>>,
    /// What knowing no feature would have reached on the same rows.
    pub baseline: Baseline,
}

/// The scores of always telling the shares of the classes among the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Baseline {
    /// The most frequent class of the training rows, the first such in sorted order.
    pub class: String,
    /// Share of the rows that are of it.
    pub accuracy: f64,
    /// As [`Scores::log_loss`].
    pub log_loss: f64,
}
