//! Learning: from a table to a classifier that can be trusted, and its predictions.
//!
//! Logistic regression with an L2 penalty, as scikit-learn defines it. [`train`] goes through these steps,
//! each a file:
//!
//! 1. [`plan`]: which column is predicted from which others; all that can be refused without the rows.
//! 2. `target`: the classes, sorted, so that no retraining flips them. [`split`]: the rows held out.
//! 3. `feature`: what the training rows hold. [`encode`]: a value as numbers. `matrix`: all rows so.
//! 4. `validate`: what folds of the training rows say about penalty and threshold, where they are not given.
//! 5. `fit`: linfa's L-BFGS, then Newton's method ([`newton`]) on the exact objective ([`check`]);
//!    a certificate, or the reason why there is none. Nothing uncertified gets out. `errors`: how far the
//!    weights may be off.
//! 6. [`score`], [`curve`]: on the rows held out, beside what knowing no feature would have reached.
//!
//! [`input`] reads the features of a prediction, [`predict`](mod@predict) answers it, [`batch`] many of them.
//! [`onnx`](mod@onnx) is a model for other programs; [`adopt`](mod@adopt) makes one of what they have learned.
//! What is stored of a model is plain data in [`crate::domain::model`]; jobs, workers and HTTP are elsewhere.

pub mod adopt;
pub mod batch;
pub mod check;
pub mod curve;
pub mod encode;
mod errors;
mod feature;
mod fit;
pub mod input;
mod layout;
mod linfa;
mod matrix;
pub mod newton;
pub mod onnx;
mod parts;
pub mod plan;
pub mod predict;
pub mod score;
pub mod split;
mod target;
mod validate;

use crate::{
    domain::{
        fault::{Fault, Faults},
        model::{Curves, Encoded, Fitted, Rows, Scores, Settings},
    },
    table::{columnar::Table, filter},
};
use check::{Point, Problem};
use matrix::Matrix;
use ndarray::{Array1, Array2};
use plan::Plan;
use split::Parts;
use std::{fmt, sync::Arc, time::Instant};
use target::Target;
use validate::Task;

pub use batch::{Batch, Told};
pub use input::{Input, Refused, Said};
pub use onnx::onnx;
pub use plan::resolve;
pub use predict::predict;

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
    /// Which search for weights this is, from 0; the last one is that of the model.
    pub part: u64,
    /// How many there are.
    pub parts: u64,
    /// Iterations so far; linfa's are counted in tens.
    pub iteration: u64,
    /// The objective, which falls.
    pub objective: f64,
    /// Largest absolute component of its gradient.
    pub max_gradient: f64,
}

/// Whoever waits for a training.
pub trait Watch: Sync {
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
    part: u64,
    parts: u64,
}

impl fmt::Debug for Pace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

impl<'a> Pace<'a> {
    /// Until `deadline`, telling `watch`.
    pub fn new(deadline: Instant, watch: &'a mut dyn Watch) -> Pace<'a> {
        Pace { deadline, watch, part: 0, parts: 1 }
    }

    /// Whether to go on; who waits goes first.
    pub fn check(&self) -> Result<(), Stop> {
        std::thread::yield_now();
        if self.watch.cancelled() {
            return Err(Stop::Cancelled);
        }
        if Instant::now() >= self.deadline { Err(Stop::Deadline) } else { Ok(()) }
    }

    /// The next search for weights begins.
    fn part(&mut self, part: u64, parts: u64) {
        (self.part, self.parts) = (part, parts);
    }

    fn step(&mut self, iteration: u64, point: &Point) {
        let (objective, max_gradient) = (point.objective, point.max_gradient());
        let Pace { part, parts, .. } = *self;
        self.watch.step(&Step { part, parts, iteration, objective, max_gradient });
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
    /// The penalty C that it was learned with.
    pub c: f64,
    /// How well it does on the rows held out.
    pub scores: Scores,
    /// The same, threshold by threshold.
    pub curves: Curves,
    /// The rows held out, from 0, ascending; [`split`](mod@split) gives the same ones anywhere.
    pub held_out: Vec<usize>,
}

/// Refuses what [`train`] would refuse of a table before it begins to learn.
pub fn validate(table: &Table, settings: &Settings, cells: usize) -> Result<(), Faults> {
    let (plan, target) = asked(table, settings)?;
    let parts = split::split(&target.labels, target.classes.len(), &settings.split)?;
    validate::folds(&Task { table, plan: &plan, target: &target, settings, cells }, &parts)?;
    let features = feature::features(table, &plan, &parts)?;
    matrix::within(&features, &parts, cells)?;
    matrix::encode(&features, &target.labels, &parts)?;
    Ok(())
}

/// What is predicted from what, and the classes of the rows that the filter leaves.
fn asked(table: &Table, settings: &Settings) -> Result<(Plan, Target), Faults> {
    let plan = plan::of(table.columns(), settings)?;
    let kept = filter::kept(table, &plan.filter);
    let target = target::read(table, plan.target, &kept)?;
    validate::fits(settings, target.classes.len())?;
    Ok((plan, target))
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
    let (plan, target) = asked(table, settings)?;
    let parts = split::split(&target.labels, target.classes.len(), &settings.split)?;
    let features = feature::features(table, &plan, &parts)?;
    matrix::within(&features, &parts, bounds.cells)?;
    pace.check()?;
    let task = Task { table, plan: &plan, target: &target, settings, cells: bounds.cells };
    let chosen = validate::choose(&task, &parts, &mut pace)?;
    let matrix = matrix::encode(&features, &target.labels, &parts)?;
    let Matrix { training, held_out, left_out } = matrix;
    pace.check()?;

    let classes = target.classes.len();
    let shares = training.shares(classes);
    let penalties = penalties(settings, chosen.c, &features.columns);
    let problem = Arc::new(Problem { x: training.x, y: training.y, classes, penalties });
    let solution = fit::fit(&problem, None, &mut pace)?;
    let errors = errors::errors(&problem, &solution.parameters, &features.columns, &features.varies, &pace)?;
    let (coefficients, intercepts) = fit::told(&solution.parameters);
    let rows = rows(table, &target, &parts);
    let fitted = Fitted {
        target: plan.target_identifier,
        classes: target.classes,
        features: features.seen,
        columns: features.columns,
        coefficients,
        intercepts,
        threshold: chosen.threshold,
        errors,
        validation: chosen.validation,
        certificate: solution.certificate,
        rows,
        warnings: [plan.warnings, features.warnings, matrix::warnings(left_out)].concat(),
    };
    Ok(scored(fitted, chosen.c, &solution.parameters, &held_out, &shares, left_out, parts.held_out))
}

/// A model with its scores on the rows held out, of which `left_out` are not among `rows`.
fn scored(
    fitted: Fitted,
    c: f64,
    parameters: &Array2<f64>,
    rows: &matrix::Rows,
    shares: &[f64],
    left_out: u64,
    held_out: Vec<usize>,
) -> Outcome {
    let (y, p) = (rows.y.to_vec(), score::told(parameters, &rows.x));
    let scores = score::held_out(&fitted, &y, &p, shares, left_out);
    let curves = curve::curves(&y, &p);
    Outcome { fitted, c, scores, curves, held_out }
}

/// How many rows went where.
fn rows(table: &Table, target: &Target, parts: &Parts) -> Rows {
    let (training, held_out) = (parts.training.len(), parts.held_out.len());
    Rows {
        training: training as u64,
        held_out: held_out as u64,
        without_target: target.missing as u64,
        filtered: (table.rows() - training - held_out - target.missing) as u64,
    }
}

/// The penalty on each column's weights: on the standardised scale, or as if on that of the column.
///
/// The matrix is standardised in either case: a column × 1e20 would drown all others in rounding.
fn penalties(settings: &Settings, c: f64, columns: &[Encoded]) -> Array1<f64> {
    let strength = |column: &Encoded| match settings.standardise {
        true => c.recip(),
        // Bounded: a weight held back by more is 0 in any case.
        false => (c * column.scale * column.scale).recip().min(1e100),
    };
    columns.iter().map(strength).collect()
}
