//! What a version learned, and how well: weights with their errors, scores; kept within bounds.

use crate::domain::model::{Encoded, Errors, Fitted, OfClass, Scores};
use serde_json::{Value, json};

/// Weights that a document spells out.
const MOST_WEIGHTS: usize = 2_000;
/// Classes up to which a confusion matrix shows cells of 0, too.
const MOST_FULL: usize = 20;
/// Half the width of a 95 % interval in standard errors: the normal distribution's 97.5 % point.
const WIDTH: f64 = 1.959_963_984_540_054;

/// One entry for each logit: of the second class, or of each class.
pub fn coefficients(fitted: &Fitted) -> Value {
    let (raw, raw_intercepts) = fitted.unscaled();
    let first = fitted.classes.len() - fitted.coefficients.len().min(fitted.classes.len());
    let count = fitted.columns.len();
    let all = count * fitted.coefficients.len() <= MOST_WEIGHTS;
    let logit = |index: usize| {
        let errors = fitted.errors.as_ref();
        let mut value = json!({
            "ofClass": fitted.classes.get(index + first),
            "intercept": fitted.intercepts[index],
            "rawIntercept": raw_intercepts[index],
            "weightCount": count,
        });
        if let Some(errors) = errors {
            value["interceptError"] = json!(errors.intercepts.get(index));
            value["rawInterceptError"] = json!(errors.raw_intercepts.get(index));
        }
        if all {
            let error = |at: usize| errors.and_then(|errors| error(errors, index, at));
            let weights = fitted.columns.iter().enumerate().map(|(at, column)| {
                weight(fitted, column, fitted.coefficients[index][at], raw[index][at], error(at))
            });
            value["weights"] = weights.collect();
        }
        value
    };
    (0..fitted.coefficients.len()).map(logit).collect()
}

fn error(errors: &Errors, logit: usize, column: usize) -> Option<f64> {
    *errors.coefficients.get(logit)?.get(column)?
}

/// What standard errors are those of.
pub fn kind_of_errors(errors: &Errors) -> &'static str {
    if errors.penalised { "penalised, indicative" } else { "maximum likelihood" }
}

/// A weight on both scales; with its error: intervals, and how the odds change with a unit of the column.
fn weight(fitted: &Fitted, column: &Encoded, coefficient: f64, raw: f64, error: Option<f64>) -> Value {
    let mut value = json!({
        "feature": fitted.column_name(column),
        "coefficient": coefficient,
        "rawCoefficient": raw,
        "mean": column.mean,
        "scale": column.scale,
        "oddsRatio": coefficient.exp(),
        "rawOddsRatio": raw.exp(),
    });
    let Some(error) = error else { return value };
    let raw_error = error / column.scale;
    let (low, high) = (coefficient - WIDTH * error, coefficient + WIDTH * error);
    let (raw_low, raw_high) = (raw - WIDTH * raw_error, raw + WIDTH * raw_error);
    for (name, number) in [
        ("standardError", error),
        ("z", coefficient / error),
        ("low", low),
        ("high", high),
        ("oddsRatioLow", low.exp()),
        ("oddsRatioHigh", high.exp()),
        ("rawStandardError", raw_error),
        ("rawLow", raw_low),
        ("rawHigh", raw_high),
        ("rawOddsRatioLow", raw_low.exp()),
        ("rawOddsRatioHigh", raw_high.exp()),
    ] {
        value[name] = json!(number);
    }
    value
}

/// How well it does on the rows held out, beside what no feature would have reached.
pub fn scores(fitted: &Fitted, scores: &Scores) -> Value {
    let mut value = json!({
        "heldOutRows": scores.rows,
        "leftOutRows": scores.left_out,
        "accuracy": scores.accuracy,
        "balancedAccuracy": scores.balanced_accuracy,
        "logLoss": scores.log_loss,
        "brier": scores.brier,
        "rocAuc": scores.roc_auc,
        "f1": scores.f1,
        "mcc": scores.mcc(),
        "baseline": {
            "majorityClass": scores.baseline.class,
            "accuracy": scores.baseline.accuracy,
            "logLoss": scores.baseline.log_loss,
        },
        "perClass": per_class(fitted, scores),
        "confusion": confusion(fitted, scores),
    });
    if let Some(area) = scores.pr_auc {
        value["prAuc"] = json!(area);
    }
    if let Some(brier) = scores.baseline.brier {
        value["baseline"]["brier"] = json!(brier);
    }
    value
}

fn per_class(fitted: &Fitted, scores: &Scores) -> Value {
    let one = |(class, of): (&String, OfClass)| {
        let OfClass { precision, recall, f1, support } = of;
        json!({"ofClass": class, "precision": precision, "recall": recall, "f1": f1, "support": support})
    };
    fitted.classes.iter().zip(scores.by_class()).map(one).collect()
}

/// How often which class was taken for which.
fn confusion(fitted: &Fitted, scores: &Scores) -> Value {
    let full = fitted.classes.len() <= MOST_FULL;
    let cells = scores.confusion.iter().zip(&fitted.classes).flat_map(|(row, actual)| {
        let cell = move |(count, predicted): (&u64, &String)| {
            (full || *count > 0).then(|| json!({"actual": actual, "predicted": predicted, "count": count}))
        };
        row.iter().zip(&fitted.classes).filter_map(cell)
    });
    cells.collect()
}
