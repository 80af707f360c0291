//! Scores, in `f64`, defined as in scikit-learn: linfa's own log loss and ROC AUC work in `f32` on merged
//! scores and are wrong.
//!
//! `y` is the class of each row by its place, `p` the `rows × classes` probabilities, whose rows sum to 1.
//! A confusion matrix counts rows by true (outer) and predicted class (inner).

use super::{
    curve,
    predict::{most, probabilities},
};
use crate::domain::model::{Baseline, Fitted, Scores};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// The scores of a model on rows that were held out, of the probabilities that it told.
///
/// `shares` are the classes' among the training rows; `left_out` rows are not among them.
pub(super) fn held_out(
    fitted: &Fitted,
    y: &[usize],
    p: &Array2<f64>,
    shares: &[f64],
    left_out: u64,
) -> Scores {
    let confusion = confusion(y, p, |p| fitted.decide(p));
    let majority = most(shares);
    let always = Array1::from(shares.to_vec());
    let spread = always.broadcast(p.raw_dim());
    let baseline = Baseline {
        class: fitted.classes.get(majority).cloned().unwrap_or_default(),
        accuracy: y.iter().filter(|class| **class == majority).count() as f64 / y.len() as f64,
        log_loss: mean(y.iter().map(|class| loss(always.view(), *class))),
        brier: spread.map(|p| brier(y, p)),
    };
    Scores {
        rows: y.len() as u64,
        left_out,
        accuracy: accuracy(&confusion),
        balanced_accuracy: balanced_accuracy(&confusion),
        log_loss: log_loss(y, p),
        brier: brier(y, p.view()),
        roc_auc: of_classes(p, |class| roc_auc(y, p, class)),
        pr_auc: of_classes(p, |class| pr_auc(y, p, class)),
        f1: f1(&confusion),
        confusion,
        baseline,
    }
}

/// The probabilities of standardised rows, `rows × classes`; `parameters` as in [`super::check`].
pub(super) fn told(parameters: &Array2<f64>, z: &Array2<f64>) -> Array2<f64> {
    let (weights, intercepts) = parameters.view().split_at(Axis(0), z.ncols());
    let logits = z.dot(&weights) + intercepts;
    let classes = if logits.ncols() == 1 { 2 } else { logits.ncols() };
    let mut p = Array2::zeros((z.nrows(), classes));
    for (logits, mut p) in logits.rows().into_iter().zip(p.rows_mut()) {
        p.iter_mut().zip(probabilities(&logits.to_vec())).for_each(|(p, told)| *p = told);
    }
    p
}

/// Rows by true and predicted class.
pub fn confusion(y: &[usize], p: &Array2<f64>, decide: impl Fn(&[f64]) -> usize) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0; p.ncols()]; p.ncols()];
    for (class, p) in y.iter().zip(p.rows()) {
        counts[*class][decide(&p.to_vec())] += 1;
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
pub fn brier(y: &[usize], p: ArrayView2<'_, f64>) -> f64 {
    let scale = if p.ncols() == 2 { 0.5 } else { 1.0 };
    mean(y.iter().zip(p.rows()).map(|(class, p)| {
        let error = |(place, p): (usize, &f64)| (p - f64::from(place == *class)).powi(2);
        scale * p.iter().enumerate().map(error).sum::<f64>()
    }))
}

/// A score by class: of the second if there are two, else the mean over all; `None` if any has none.
pub fn of_classes(p: &Array2<f64>, score: impl Fn(usize) -> Option<f64>) -> Option<f64> {
    if p.ncols() == 2 {
        return score(1);
    }
    let scores: Option<Vec<f64>> = (0..p.ncols()).map(score).collect();
    Some(mean(scores?.into_iter()))
}

/// Area under the ROC curve of a class against the rest; `None` if it has no row, or all.
pub fn roc_auc(y: &[usize], p: &Array2<f64>, class: usize) -> Option<f64> {
    area(p.column(class).iter().zip(y).map(|(p, y)| (*p, *y == class)).collect())
}

/// Average precision of a class against the rest, the precision at each threshold weighted by what it adds
/// to the recall; `None` if the class has no row.
pub fn pr_auc(y: &[usize], p: &Array2<f64>, class: usize) -> Option<f64> {
    let steps = curve::steps(y, p, class);
    let all = steps.last().map(|last| last.right).filter(|all| *all > 0)?;
    let mut before = 0;
    let mut sum = 0.0;
    for step in &steps {
        sum += (step.right - before) as f64 / all as f64 * step.precision();
        before = step.right;
    }
    Some(sum)
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
