//! A model as plain numbers, under the names of scikit-learn.

use crate::domain::model::Fitted;
use serde::Serialize;

/// Classes, encoded columns and weights, as `LogisticRegression` behind a `StandardScaler` has them.
///
/// The logit of a row `x` of encoded columns is `intercept_ + coef_ · (x - mean_) / scale_`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Saved {
    /// The classes, sorted.
    pub classes: Vec<String>,
    /// The encoded columns: `age`, `sex=male`, `age is missing`.
    pub features: Vec<String>,
    /// One row for two classes, else one for each.
    pub coef_: Vec<Vec<f64>>,
    /// One number for each row of `coef_`.
    pub intercept_: Vec<f64>,
    /// Mean of each column.
    pub mean_: Vec<f64>,
    /// Standard deviation of each column.
    pub scale_: Vec<f64>,
}

impl Saved {
    /// The numbers of a model.
    pub fn of(fitted: &Fitted) -> Saved {
        Saved {
            classes: fitted.classes.clone(),
            features: fitted.columns.iter().map(|column| fitted.column_name(column)).collect(),
            coef_: fitted.coefficients.clone(),
            intercept_: fitted.intercepts.clone(),
            mean_: fitted.columns.iter().map(|column| column.mean).collect(),
            scale_: fitted.columns.iter().map(|column| column.scale).collect(),
        }
    }
}
