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
    /// Average precision, of the second class if there are two, else the mean of each class against the
    /// rest; `None` if a class has no row among those scored, and of old versions.
    #[serde(default)]
    pub pr_auc: Option<f64>,
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
    /// As [`Scores::brier`]; `None` of old versions.
    #[serde(default)]
    pub brier: Option<f64>,
}

/// How one class was told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfClass {
    /// Share of the rows told to be of it that are; 0 if none was told.
    pub precision: f64,
    /// Share of its rows that were told; 0 if it has none.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Its rows.
    pub support: u64,
}

impl Scores {
    /// How each class was told, in order.
    pub fn by_class(&self) -> Vec<OfClass> {
        let share = |part: u64, of: u64| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        let one = |class: usize| {
            let (right, support) = (self.confusion[class][class], self.confusion[class].iter().sum());
            let told = self.told(class);
            OfClass {
                precision: share(right, told),
                recall: share(right, support),
                f1: share(2 * right, told + support),
                support,
            }
        };
        (0..self.confusion.len()).map(one).collect()
    }

    /// Rows that were told to be of a class.
    fn told(&self, class: usize) -> u64 {
        self.confusion.iter().map(|row| row[class]).sum()
    }

    /// Matthews' correlation coefficient of true and told classes (Gorodkin 2004 for more than two); 0
    /// where either has one value alone.
    pub fn mcc(&self) -> f64 {
        let classes = 0..self.confusion.len();
        let pairs = classes.clone().map(|class| {
            let own: u64 = self.confusion[class].iter().sum();
            (own as f64, self.told(class) as f64)
        });
        let (mut own, mut told, mut both, mut all) = (0.0, 0.0, 0.0, 0.0);
        for (o, t) in pairs {
            own += o * o;
            told += t * t;
            both += o * t;
            all += o;
        }
        let right: u64 = classes.map(|class| self.confusion[class][class]).sum();
        let scale = ((all * all - told) * (all * all - own)).sqrt();
        if scale == 0.0 { 0.0 } else { (right as f64 * all - both) / scale }
    }
}
