//! Curves: what a class's probabilities tell, threshold by threshold, defined as in scikit-learn.
//!
//! Each class that is looked at stands against the rest. A curve keeps at most some points, spread evenly
//! along it; areas and calibration are of all rows.

use super::score;
use crate::domain::model::{Bin, Curve, Curves, Recall, Roc};
use ndarray::Array2;

/// Points of all curves of one kind, and the most and the least of one.
const POINTS: (usize, usize, usize) = (2_000, 100, 20);
/// Ranges of probability in a calibration.
const BINS: usize = 10;

/// What is told from one threshold on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    threshold: f64,
    /// Rows told to be of the class.
    said: u64,
    /// Those of them that are.
    pub right: u64,
}

impl Step {
    /// Share of the rows told that are right.
    pub fn precision(self) -> f64 {
        self.right as f64 / self.said as f64
    }
}

/// The curves of rows with true classes `y` and probabilities `p`, `rows × classes`.
pub fn curves(y: &[usize], p: &Array2<f64>) -> Curves {
    let classes = if p.ncols() == 2 { 1..2 } else { 0..p.ncols() };
    let (all, most, least) = POINTS;
    let points = (all / classes.len()).clamp(least, most);
    Curves { curves: classes.map(|class| one(y, p, class, points)).collect() }
}

fn one(y: &[usize], p: &Array2<f64>, class: usize, points: usize) -> Curve {
    let steps = steps(y, p, class);
    Curve {
        class,
        roc_auc: score::roc_auc(y, p, class),
        pr_auc: score::pr_auc(y, p, class),
        roc: roc(&steps, points),
        recall: recall(&steps, points),
        calibration: calibration(y, p, class),
    }
}

/// One for each probability that was told, the highest first.
pub(super) fn steps(y: &[usize], p: &Array2<f64>, class: usize) -> Vec<Step> {
    let mut told: Vec<(f64, bool)> = p.column(class).iter().zip(y).map(|(p, y)| (*p, *y == class)).collect();
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut said, mut right) = (0, 0);
    let mut steps = Vec::new();
    for equals in told.chunk_by(|a, b| a.0 == b.0) {
        said += equals.len() as u64;
        right += equals.iter().filter(|(_, is)| *is).count() as u64;
        steps.push(Step { threshold: equals[0].0, said, right });
    }
    steps
}

/// From (0, 0) to (1, 1); none if the class has no row, or all.
fn roc(steps: &[Step], points: usize) -> Vec<Roc> {
    let Some(last) = steps.last() else { return Vec::new() };
    let (own, others) = (last.right, last.said - last.right);
    if own == 0 || others == 0 {
        return Vec::new();
    }
    let point = |step: &Step| Roc {
        threshold: Some(step.threshold),
        false_positive_rate: (step.said - step.right) as f64 / others as f64,
        true_positive_rate: step.right as f64 / own as f64,
    };
    let none = Roc { threshold: None, false_positive_rate: 0.0, true_positive_rate: 0.0 };
    let all: Vec<Roc> = [none].into_iter().chain(steps.iter().map(point)).collect();
    thinned(&all, points, |point| (point.false_positive_rate, point.true_positive_rate))
}

/// Towards recall 1; none if the class has no row. Thresholds beyond it are left out, as they only lose.
fn recall(steps: &[Step], points: usize) -> Vec<Recall> {
    let own = steps.last().map_or(0, |last| last.right);
    if own == 0 {
        return Vec::new();
    }
    let end = steps.iter().position(|step| step.right == own).unwrap_or(steps.len() - 1);
    let point = |step: &Step| Recall {
        threshold: step.threshold,
        recall: step.right as f64 / own as f64,
        precision: step.precision(),
    };
    let all: Vec<Recall> = steps[..=end].iter().map(point).collect();
    thinned(&all, points, |point| (point.recall, 1.0 - point.precision))
}

/// At most some of the points, evenly along a curve that goes from `at` to `at`; both ends stay.
fn thinned<P: Copy>(all: &[P], points: usize, at: impl Fn(&P) -> (f64, f64)) -> Vec<P> {
    if all.len() <= points {
        return all.to_vec();
    }
    let mut lengths = vec![0.0];
    for pair in all.windows(2) {
        let ((x, y), (u, v)) = (at(&pair[0]), at(&pair[1]));
        lengths.push(lengths[lengths.len() - 1] + (u - x).abs() + (v - y).abs());
    }
    let whole = lengths[lengths.len() - 1];
    let mut kept = vec![all[0]];
    for (place, point) in all.iter().enumerate().skip(1) {
        let wanted = whole * kept.len() as f64 / (points - 1) as f64;
        let is_last = place == all.len() - 1;
        if is_last || (lengths[place] >= wanted && kept.len() < points - 1) {
            kept.push(*point);
        }
    }
    kept
}

/// Ten ranges of the same width, each without its lower end but the first.
fn calibration(y: &[usize], p: &Array2<f64>, class: usize) -> Vec<Bin> {
    let edge = |bin: usize| bin as f64 / BINS as f64;
    let mut sums = [(0_u64, 0.0, 0_u64); BINS];
    for (p, y) in p.column(class).iter().zip(y) {
        let bin = (1..BINS).filter(|bin| edge(*bin) < *p).count();
        let (rows, sum, own) = sums[bin];
        sums[bin] = (rows + 1, sum + p, own + u64::from(*y == class));
    }
    let bin = |(bin, (rows, sum, own)): (usize, (u64, f64, u64))| Bin {
        from: edge(bin),
        to: edge(bin + 1),
        rows,
        mean: sum / rows as f64,
        observed: own as f64 / rows as f64,
    };
    sums.into_iter().enumerate().filter(|(_, (rows, ..))| *rows > 0).map(bin).collect()
}
