//! Validation: what folds of the training rows say about penalty and threshold.
//!
//! Each fold is encoded from the other folds' rows alone, and predicted by a model of them. The rows held
//! out for the scores have no part in it.

use super::{
    Pace, Refusal,
    check::Problem,
    feature, fit,
    matrix::{self, Matrix, Rows},
    plan::Plan,
    score,
    split::{self, Parts},
    target::Target,
};
use crate::{
    domain::{
        fault::{Fault, Faults},
        model::{Encoded, FOLDS, Settings, Threshold, Tried, Validation},
    },
    table::columnar::Table,
};
use ndarray::Array2;
use std::sync::Arc;

/// What is to be learned, and how.
pub(super) struct Task<'a> {
    pub table: &'a Table,
    pub plan: &'a Plan,
    pub target: &'a Target,
    pub settings: &'a Settings,
    /// Cells of a matrix.
    pub cells: usize,
}

/// What the folds chose, or what was given.
pub(super) struct Chosen {
    /// The penalty.
    pub c: f64,
    /// The threshold, if there is one.
    pub threshold: Option<f64>,
    /// What the folds said, if they were asked.
    pub validation: Option<Validation>,
}

/// Whether the settings ask for what so many classes have not.
pub(super) fn fits(settings: &Settings, classes: usize) -> Result<(), Fault> {
    if classes == 2 || settings.threshold == Threshold::MostProbable {
        return Ok(());
    }
    let expected = "`most-probable`: a threshold is for two classes";
    Err(Fault::at("/threshold", expected, format!("one for {classes} classes")))
}

/// The folds that the settings ask for; `None` if penalty and threshold are given.
pub(super) fn folds(task: &Task<'_>, parts: &Parts) -> Result<Option<Vec<Parts>>, Fault> {
    let Settings { search, threshold, split, .. } = task.settings;
    if search.is_none() && !threshold.is_chosen() {
        return Ok(None);
    }
    let count = search.as_ref().map_or(FOLDS, |search| search.folds) as usize;
    let Target { labels, classes, .. } = task.target;
    split::folds(labels, &parts.training, classes.len(), split.seed, count).map(Some)
}

/// Penalty and threshold: as given, or as folds of the training rows have them.
///
/// [`Refusal::NotConverged`] if no penalty leads to an optimum in every fold.
pub(super) fn choose(task: &Task<'_>, parts: &Parts, pace: &mut Pace<'_>) -> Result<Chosen, Refusal> {
    let settings = task.settings;
    let given = match settings.threshold {
        Threshold::Given(at) => Some(at),
        _ => None,
    };
    let Some(folds) = folds(task, parts)? else {
        return Ok(Chosen { c: settings.c, threshold: given, validation: None });
    };
    let tried = settings.search.as_ref().map_or_else(|| vec![settings.c], |search| search.c.clone());
    let mut found: Vec<Found> = tried.iter().map(|c| Found::new(*c)).collect();
    for (number, fold) in folds.iter().enumerate() {
        let mut fold = Fold::of(task, fold).map_err(unfit)?;
        for (place, found) in found.iter_mut().enumerate() {
            pace.part((number * tried.len() + place) as u64, (folds.len() * tried.len() + 1) as u64);
            found.add(fold.tell(task, found.c, pace)?);
        }
    }
    // Of equals the stronger penalty.
    let best = found
        .iter()
        .filter_map(|found| Some((found, found.mean()?)))
        .reduce(|best, next| if next.1 < best.1 { next } else { best });
    let Some((best, _)) = best else {
        let reason = "no penalty that was tried leads to an optimum in every fold of the training rows";
        return Err(Refusal::NotConverged(reason.into()));
    };
    let chosen = cut(settings.threshold, &best.told);
    let validation = Validation {
        folds: folds.len() as u64,
        tried: if settings.search.is_some() { found.iter().map(Found::tried).collect() } else { Vec::new() },
        threshold_score: chosen.map(|(_, score)| score),
    };
    pace.part(validation.folds * tried.len() as u64, validation.folds * tried.len() as u64 + 1);
    let threshold = given.or(chosen.map(|(at, _)| at));
    Ok(Chosen { c: best.c, threshold, validation: Some(validation) })
}

/// What is wrong with a fold is wrong with asking for it.
fn unfit(faults: Faults) -> Fault {
    Fault::at(
        "/penaltySearch/folds",
        "folds of the training rows that can be learned from and scored",
        faults.to_string(),
    )
}

/// What the folds say about one penalty.
struct Found {
    c: f64,
    /// Log loss of each fold; `None` where the optimum was not reached.
    losses: Vec<Option<f64>>,
    /// Of two classes: the probability of the second of each row, and whether it is so.
    told: Vec<(f64, bool)>,
}

impl Found {
    fn new(c: f64) -> Found {
        Found { c, losses: Vec::new(), told: Vec::new() }
    }

    fn add(&mut self, told: Option<Told>) {
        self.losses.push(told.as_ref().map(|told| told.loss));
        self.told.extend(told.into_iter().flat_map(|told| told.second));
    }

    /// Mean log loss, if each fold has one.
    fn mean(&self) -> Option<f64> {
        let losses: Option<Vec<f64>> = self.losses.iter().copied().collect();
        losses.map(|losses| losses.iter().sum::<f64>() / losses.len() as f64)
    }

    fn tried(&self) -> Tried {
        let mean = self.mean();
        let deviation = mean.map(|mean| {
            let squares: f64 = self.losses.iter().flatten().map(|loss| (loss - mean).powi(2)).sum();
            (squares / self.losses.len() as f64).sqrt()
        });
        Tried { c: self.c, log_loss: mean, deviation }
    }
}

/// What a fold was told by the others.
struct Told {
    loss: f64,
    second: Vec<(f64, bool)>,
}

/// A fold: the others to learn from, and its own rows.
struct Fold {
    problem: Arc<Problem>,
    held_out: Rows,
    columns: Vec<Encoded>,
    /// The optimum of the penalty before.
    from: Option<Array2<f64>>,
}

impl Fold {
    fn of(task: &Task<'_>, parts: &Parts) -> Result<Fold, Faults> {
        // A column that has no value in some fold is left out there, whoever named it.
        let plan = Plan { named: false, ..task.plan.clone() };
        let features = feature::features(task.table, &plan, parts)?;
        matrix::within(&features, parts, task.cells)?;
        let Matrix { training, held_out, .. } = matrix::encode(&features, &task.target.labels, parts)?;
        let classes = task.target.classes.len();
        let penalties = super::penalties(task.settings, 1.0, &features.columns);
        let problem = Problem { x: training.x, y: training.y, classes, penalties };
        Ok(Fold { problem: Arc::new(problem), held_out, columns: features.columns, from: None })
    }

    /// What the model with a penalty says of the fold's rows; `None` if there is no optimum.
    fn tell(&mut self, task: &Task<'_>, c: f64, pace: &mut Pace<'_>) -> Result<Option<Told>, Refusal> {
        let penalties = super::penalties(task.settings, c, &self.columns);
        Arc::make_mut(&mut self.problem).penalties = penalties;
        let parameters = match fit::fit(&self.problem, self.from.as_ref(), pace) {
            Ok(solution) => solution.parameters,
            Err(Refusal::NotConverged(_)) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        let p = score::told(&parameters, &self.held_out.x);
        let y = self.held_out.y.to_vec();
        let two = p.ncols() == 2;
        let second =
            if two { p.column(1).iter().zip(&y).map(|(p, y)| (*p, *y == 1)).collect() } else { vec![] };
        self.from = Some(parameters);
        Ok(Some(Told { loss: score::log_loss(&y, &p), second }))
    }
}

/// The probability of the second class from which on it is best told, and how good that is.
///
/// It lies midway between two that were told; of equals it is the one nearest to a half.
fn cut(threshold: Threshold, told: &[(f64, bool)]) -> Option<(f64, f64)> {
    if !threshold.is_chosen() {
        return None;
    }
    let mut told = told.to_vec();
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = told.iter().filter(|(_, is)| *is).count() as f64;
    let (mut right, mut said) = (0.0, 0.0);
    let mut best: Option<(f64, f64)> = None;
    for pair in told.windows(2) {
        (right, said) = (right + f64::from(pair[0].1), said + 1.0);
        if pair[0].0 == pair[1].0 {
            continue;
        }
        let at = 0.5 * (pair[0].0 + pair[1].0);
        let score = match threshold {
            Threshold::F1 => 2.0 * right / (said + all),
            _ => {
                let others = told.len() as f64 - all;
                0.5 * (right / all + (others - (said - right)) / others)
            }
        };
        let better = |(old, most): &(f64, f64)| {
            score > *most || (score == *most && (at - 0.5).abs() < (old - 0.5).abs())
        };
        if at > 0.0 && at < 1.0 && best.as_ref().is_none_or(better) {
            best = Some((at, score));
        }
    }
    best
}
