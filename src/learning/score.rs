//! Scores, in `f64`, defined as in scikit-learn: linfa's own log loss and ROC AUC work in `f32` on merged
//! scores and are wrong.
//!
//! `y` is the class of each row by its place, `p` the `rows × classes` probabilities, whose rows sum to 1.
//! A confusion matrix counts rows by true (outer) and predicted class (inner).

use super::{
    matrix::Rows,
    predict::{most, probabilities},
};
use crate::domain::model::{Baseline, Fitted, Scores};
use ndarray::{Array1, Array2, ArrayView1};

/// The scores of a model on rows that were held out.
///
/// `shares` are the classes' among the training rows; `left_out` rows are not among `rows`.
pub(super) fn held_out(fitted: &Fitted, rows: &Rows, shares: &[f64], left_out: u64) -> Scores {
    let classes = fitted.classes.len();
    let p: Vec<f64> = rows.x.rows().into_iter().flat_map(|x| told(fitted, x)).collect();
    let p = Array2::from_shape_vec((rows.x.nrows(), classes), p).unwrap_or_default();
    let y = rows.y.to_vec();
    let confusion = confusion(&y, &p);
    let majority = most(shares);
    let always = Array1::from(shares.to_vec());
    let baseline = Baseline {
        class: fitted.classes.get(majority).cloned().unwrap_or_default(),
        accuracy: y.iter().filter(|class| **class == majority).count() as f64 / y.len() as f64,
        log_loss: y.iter().map(|class| loss(always.view(), *class)).sum::<f64>() / y.len() as f64,
    };
    Scores {
        rows: y.len() as u64,
        left_out,
        accuracy: accuracy(&confusion),
        balanced_accuracy: balanced_accuracy(&confusion),
        log_loss: log_loss(&y, &p),
        brier: brier(&y, &p),
        roc_auc: roc_auc(&y, &p),
        f1: f1(&confusion),
        confusion,
        baseline,
    }
}

fn told(fitted: &Fitted, z: ArrayView1<'_, f64>) -> Vec<f64> {
    let logit = |(weights, intercept): (&Vec<f64>, &f64)| {
        intercept + weights.iter().zip(z).map(|(w, z)| w * z).sum::<f64>()
    };
    let logits: Vec<f64> = fitted.coefficients.iter().zip(&fitted.intercepts).map(logit).collect();
    probabilities(&logits)
}

/// Rows by true and predicted class; the predicted one is the most probable, of equals the first.
pub fn confusion(y: &[usize], p: &Array2<f64>) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0; p.ncols()]; p.ncols()];
    for (class, p) in y.iter().zip(p.rows()) {
        counts[*class][most(&p.to_vec())] += 1;
    }
    counts
}

/// Share of the rows whose class was predicted.
pub fn accuracy(confusion: &[Vec<u64>]) -> f64 {
    let right: u64 = confusion.iter().enumerate().map(|(class, row)| row[class]).sum();
    right as f64 / confusion.iter().flatten().sum::<u64>() as f64
}

/// Mean recall over the classes that have rows.
pub fn balanced_accuracy(confusion: &[Vec<u64>]) -> f64 {
    let recalls = confusion.iter().enumerate().filter_map(|(class, row)| {
        let rows: u64 = row.iter().sum();
        (rows > 0).then(|| row[class] as f64 / rows as f64)
    });
    mean(recalls)
}

/// Mean F1 over the classes that have rows or were predicted; a class never predicted right has 0.
pub fn f1(confusion: &[Vec<u64>]) -> f64 {
    let scores = (0..confusion.len()).filter_map(|class| {
        let true_rows: u64 = confusion[class].iter().sum();
        let predicted: u64 = confusion.iter().map(|row| row[class]).sum();
        (true_rows + predicted > 0)
            .then(|| 2.0 * confusion[class][class] as f64 / (true_rows + predicted) as f64)
    });
    mean(scores)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
    sum / count as f64
}

/// −ln of the probability of a class, kept away from 0 and 1 as scikit-learn does.
fn loss(p: ArrayView1<'_, f64>, class: usize) -> f64 {
    -p[class].clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// Mean of −ln of the probability of the right class.
pub fn log_loss(y: &[usize], p: &Array2<f64>) -> f64 {
    mean(y.iter().zip(p.rows()).map(|(class, p)| loss(p, *class)))
}

/// Mean squared error of the probabilities: of the second class if there are two, else summed over all.
pub fn brier(y: &[usize], p: &Array2<f64>) -> f64 {
    let scale = if p.ncols() == 2 { 0.5 } else { 1.0 };
    mean(y.iter().zip(p.rows()).map(|(class, p)| {
        let error = |(place, p): (usize, &f64)| (p - f64::from(place == *class)).powi(2);
        scale * p.iter().enumerate().map(error).sum::<f64>()
    }))
}

/// Area under the ROC curve: of the second class if there are two, else the mean over each class against
/// the rest; `None` if a class has no row, or all.
pub fn roc_auc(y: &[usize], p: &Array2<f64>) -> Option<f64> {
    let area = |class: usize| {
        let scored = p.column(class).iter().zip(y).map(|(p, y)| (*p, *y == class)).collect();
        area(scored)
    };
    if p.ncols() == 2 {
        return area(1);
    }
    let areas: Option<Vec<f64>> = (0..p.ncols()).map(area).collect();
    Some(mean(areas?.into_iter()))
}

/// Probability that a row of the class scores higher than another row, equals counting half: from the
/// sum of ranks (Mann and Whitney 1947).
fn area(mut scored: Vec<(f64, bool)>) -> Option<f64> {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut ranks, mut before) = (0.0, 0);
    for equals in scored.chunk_by(|a, b| a.0 == b.0) {
        let positive = equals.iter().filter(|(_, is)| *is).count();
        // Ranks count from 1; equals share their mean.
        ranks += positive as f64 * (before as f64 + (equals.len() as f64 + 1.0) / 2.0);
        before += equals.len();
    }
    let positives = scored.iter().filter(|(_, is)| *is).count() as f64;
    let negatives = scored.len() as f64 - positives;
    let pairs = positives * negatives;
    (pairs > 0.0).then(|| (ranks - positives * (positives + 1.0) / 2.0) / pairs)
}
