//! Learning: from a table to a classifier that can be trusted, and its predictions.
//!
//! Logistic regression with an L2 penalty, as scikit-learn defines it. [`train`] goes through these steps,
//! each a file:
//!
//! 1. [`plan`]: which column is predicted from which others; all that can be refused without the rows.
//! 2. `target`: the classes, sorted, so that no retraining flips them. [`split`]: the rows held out.
//! 3. `feature`: what the training rows hold. [`encode`]: a value as numbers. `matrix`: all rows so.
//! 4. `fit`: linfa's L-BFGS, then Newton's method ([`newton`]) on the exact objective ([`check`]);
//!    a certificate, or the reason why there is none. Nothing uncertified gets out.
//! 5. [`score`]: on the rows held out, beside what knowing no feature would have reached.
//!
//! [`input`] reads the features of a prediction, [`predict`](mod@predict) answers it, [`batch`] many of them.
//! [`onnx`](mod@onnx) and [`saved`] are models for other programs.
//! What is stored of a model is plain data in [`crate::domain::model`]; jobs, workers and HTTP are elsewhere.

pub mod batch;
pub mod check;
pub mod encode;
mod feature;
mod fit;
pub mod input;
mod linfa;
mod matrix;
pub mod newton;
pub mod onnx;
pub mod plan;
pub mod predict;
pub mod saved;
pub mod score;
pub mod split;
mod target;

use crate::{
    domain::{
        fault::{Fault, Faults},
        model::{Encoded, Fitted, Rows, Scores, Settings},
    },
    table::columnar::Table,
};
use check::Problem;
use matrix::Matrix;
use ndarray::Array1;
use std::{fmt, time::Instant};

pub use batch::{Batch, Told};
pub use input::{Input, Refused, Said};
pub use onnx::onnx;
pub use plan::resolve;
pub use predict::predict;
pub use saved::Saved;

/// How much a training may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Cells of the matrix, training and held-out rows together: rows × encoded columns.
    pub cells: usize,
    /// When it is given up.
    pub deadline: Instant,
}

/// How far a training is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Iterations so far; linfa's are counted in tens.
    pub iteration: u64,
    /// The objective, which falls.
    pub objective: f64,
    /// Largest absolute component of its gradient.
    pub max_gradient: f64,
}

/// Whoever waits for a training.
pub trait Watch {
    /// Is told after each chunk of linfa's iterations, and each of Newton's.
    fn step(&mut self, step: &Step);

    /// Is asked between pieces of work, a second at most, whether to give up.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Nobody waits.
impl Watch for () {
    fn step(&mut self, _: &Step) {}
}

/// Why a training stops early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Whoever waited gave up.
    Cancelled,
    /// It took too long.
    Deadline,
}

/// The clock and the ear of a training.
pub struct Pace<'a> {
    deadline: Instant,
    watch: &'a mut dyn Watch,
}

impl fmt::Debug for Pace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

impl<'a> Pace<'a> {
    /// Until `deadline`, telling `watch`.
    pub fn new(deadline: Instant, watch: &'a mut dyn Watch) -> Pace<'a> {
        Pace { deadline, watch }
    }

    /// Whether to go on.
    pub fn check(&self) -> Result<(), Stop> {
        if self.watch.cancelled() {
            return Err(Stop::Cancelled);
        }
        if Instant::now() >= self.deadline { Err(Stop::Deadline) } else { Ok(()) }
    }

    fn step(&mut self, step: &Step) {
        self.watch.step(step);
    }
}

/// Why there is no model.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The settings or the table are wrong for it.
    Faults(Faults),
    /// The optimum was not reached, with a sentence that says how far it was.
    NotConverged(String),
    /// It stopped early.
    Stopped(Stop),
}

impl From<Faults> for Refusal {
    fn from(faults: Faults) -> Refusal {
        Refusal::Faults(faults)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::Faults(fault.into())
    }
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Refusal {
        Refusal::Stopped(stop)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Faults(faults) => faults.fmt(f),
            Refusal::NotConverged(reason) => f.write_str(reason),
            Refusal::Stopped(Stop::Cancelled) => f.write_str("the training was called off"),
            Refusal::Stopped(Stop::Deadline) => f.write_str("the training took longer than it may"),
        }
    }
}

impl std::error::Error for Refusal {}

/// A model and how well it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What was learned.
    pub fitted: Fitted,
    /// How well it does on the rows held out.
    pub scores: Scores,
    /// The rows held out, from 0, ascending; [`split`](mod@split) gives the same ones anywhere.
    pub held_out: Vec<usize>,
}

/// Refuses what [`train`] would refuse of a table before it begins to learn.
pub fn validate(table: &Table, settings: &Settings, cells: usize) -> Result<(), Faults> {
    let plan = plan::of(table.columns(), settings)?;
    let target = target::read(table, plan.target)?;
    let parts = split::split(&target.labels, target.classes.len(), &settings.split)?;
    let features = feature::features(table, &plan, &parts)?;
    matrix::encode(&features, &target.labels, &parts, cells)?;
    Ok(())
}

/// Learns to predict the target of `settings` from the other columns of a table.
///
/// Runs on the caller's thread until done or `bounds.deadline`, and never panics or hangs on any table.
/// Every model that comes out is certified: its objective is at the optimum.
pub fn train(
    table: &Table,
    settings: &Settings,
    bounds: &Bounds,
    watch: &mut dyn Watch,
) -> Result<Outcome, Refusal> {
    let mut pace = Pace::new(bounds.deadline, watch);
    let plan = plan::of(table.columns(), settings)?;
    let target = target::read(table, plan.target)?;
    let parts = split::split(&target.labels, target.classes.len(), &settings.split)?;
    let features = feature::features(table, &plan, &parts)?;
    let matrix = matrix::encode(&features, &target.labels, &parts, bounds.cells)?;
    let Matrix { training, held_out, left_out } = matrix;
    pace.check()?;

    let classes = target.classes.len();
    let shares = training.shares(classes);
    let penalties = penalties(settings, &features.columns);
    let problem = Problem { x: training.x, y: training.y, classes, penalties };
    let solution = fit::fit(problem, &mut pace)?;
    let warnings = [plan.warnings, features.warnings, matrix::warnings(left_out)].concat();
    let without = table.rows() - parts.training.len() - parts.held_out.len();
    let fitted = Fitted {
        target: plan.target_identifier,
        classes: target.classes,
        features: features.seen,
        columns: features.columns,
        coefficients: solution.coefficients,
        intercepts: solution.intercepts,
        certificate: solution.certificate,
        rows: Rows {
            training: parts.training.len() as u64,
            held_out: parts.held_out.len() as u64,
            without_target: without as u64,
        },
        warnings,
    };
    let scores = score::held_out(&fitted, &held_out, &shares, left_out);
    Ok(Outcome { fitted, scores, held_out: parts.held_out })
}

/// The penalty on each column's weights: on the standardised scale, or as if on that of the column.
///
/// The matrix is standardised in either case: a column × 1e20 would drown all others in rounding.
fn penalties(settings: &Settings, columns: &[Encoded]) -> Array1<f64> {
    let strength = |column: &Encoded| match settings.standardise {
        true => settings.c.recip(),
        // Bounded: a weight held back by more is 0 in any case.
        false => (settings.c * column.scale * column.scale).recip().min(1e100),
    };
    columns.iter().map(strength).collect()
}
