//! Fitting: linfa first, the exact gradient as judge, Newton's method where that is not content.
//!
//! Large tables that Newton's method can take go to it at once, from the optimum of some of their rows:
//! there linfa's first twenty iterations alone would take longer.

use super::{
    Pace, Refusal, Stop,
    check::{Point, Problem},
    linfa,
    newton::{self, Goal},
};
use crate::domain::model::{Certificate, Solver};
use ndarray::Array2;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Gradient that the certificate allows, for each training row.
pub(super) const TOLERANCE: f64 = 1e-6;
/// Part of the objective by which it may be above its optimum, where Newton's method can tell.
const GAP: f64 = 5e-7;
/// Loss of a row below which the classes are told apart without error.
const SEPARATED: f64 = 1e-6;
/// Parameters of a curvature: 32 MB, a second to factor.
const MOST_PARAMETERS: usize = 2_000;
/// Multiplications for one curvature up to which Newton's method has the last word in any case.
const CHEAP: f64 = 2e11;
/// Multiplications for one gradient up to which linfa begins where Newton's method can follow: beyond,
/// its iterations cost more than all of Newton's.
const LINFA_FIRST: f64 = 1e6;
/// linfa's chunks where Newton's method can follow, and where it cannot.
const CHUNKS: (u64, u64) = (2, 100);
/// Part of the rows that shows where to begin, as long as there are enough for the parameters.
const SAMPLE: usize = 16;
/// Rows of a sample for each parameter, and in any case.
const SAMPLED: (usize, usize) = (20, 2_000);
/// How near the optimum of the sample: it is some way off that of all rows in any case.
const NEAR: Goal = Goal { gradient: f64::MAX, gap: 1e-6 };

/// Parameters with their certificate.
#[derive(Debug)]
pub struct Solution {
    /// `(d + 1) × outputs`, on the standardised scale.
    pub parameters: Array2<f64>,
    /// Why they can be trusted.
    pub certificate: Certificate,
}

/// Where the search stands.
struct Search {
    point: Point,
    linfa: u64,
    newton: u64,
    gap: Option<f64>,
}

/// The parameters at the optimum, certified, or [`Refusal::NotConverged`].
///
/// `from`: where to begin, if something is known of it.
pub fn fit(
    problem: &Arc<Problem>,
    from: Option<&Array2<f64>>,
    pace: &mut Pace<'_>,
) -> Result<Solution, Refusal> {
    let (height, outputs) = problem.shape();
    let rows = problem.x.nrows();
    let tolerance = TOLERANCE * rows as f64;
    let newton = has_curvature(problem);
    let point = match from {
        Some(parameters) => problem.at(parameters.clone(), pace)?,
        None => beginning(problem, newton, pace)?,
    };
    let mut search = Search { point, linfa: 0, newton: 0, gap: None };
    if !newton {
        by_linfa(problem, &mut search, tolerance, CHUNKS.1, pace)?;
    } else if from.is_none() && (rows * height * outputs) as f64 <= LINFA_FIRST {
        by_linfa(problem, &mut search, tolerance, CHUNKS.0, pace)?;
    }
    if newton && (is_cheap(problem) || search.point.max_gradient() > tolerance) {
        let goal = Goal::exact(tolerance);
        let end = newton::descend(problem, search.point, goal, Some(search.linfa), pace)?;
        search = Search { point: end.point, newton: end.iterations, gap: Some(end.gap), linfa: search.linfa };
    }
    let certificate = certificate(&search, tolerance);
    if !certificate.converged {
        return Err(Refusal::NotConverged(reason(&certificate, rows, newton)));
    }
    Ok(Solution { parameters: centred(search.point.parameters), certificate })
}

/// Whether there are few enough parameters for their curvature.
pub fn has_curvature(problem: &Problem) -> bool {
    let (height, outputs) = problem.shape();
    height * outputs <= MOST_PARAMETERS
}

/// Whether one curvature more than needed does not matter.
pub fn is_cheap(problem: &Problem) -> bool {
    let (height, outputs) = problem.shape();
    has_curvature(problem) && problem.x.nrows() as f64 * ((height * outputs) as f64).powi(2) <= CHEAP
}

/// Where to begin: near the optimum of some of the rows, if there are many, else at zero.
fn beginning(problem: &Problem, newton: bool, pace: &mut Pace<'_>) -> Result<Point, Stop> {
    let (height, outputs) = problem.shape();
    let rows = problem.x.nrows();
    let enough = (SAMPLED.0 * height * outputs).max(SAMPLED.1);
    if newton && rows >= 2 * enough {
        let sample = problem.sample((rows / enough).min(SAMPLE));
        let start = beginning(&sample, newton, pace)?;
        let end = newton::descend(&sample, start, NEAR, None, pace)?;
        let point = problem.at(end.point.parameters, pace)?;
        // At zero each row costs the logarithm of the number of classes.
        if point.is_finite() && point.objective < rows as f64 * (problem.classes as f64).ln() {
            return Ok(point);
        }
    }
    problem.at(Array2::zeros(problem.shape()), pace)
}

/// As far as linfa gets in some chunks: each must lower the exact objective.
fn by_linfa(
    problem: &Arc<Problem>,
    search: &mut Search,
    tolerance: f64,
    chunks: u64,
    pace: &mut Pace<'_>,
) -> Result<(), Stop> {
    let began = Instant::now();
    search.point = problem.at(search.point.parameters.clone(), pace)?;
    // An iteration evaluates the objective a few times: a chunk of 10 never needs 1,000 evaluations.
    let patience = Duration::from_secs(2) + began.elapsed() * 1_000;
    if !linfa::can_take(problem) {
        return Ok(());
    }
    for _ in 0..chunks {
        if search.point.max_gradient() <= tolerance {
            break;
        }
        let found = linfa::chunk(problem, &search.point.parameters, tolerance, patience, pace)?;
        let Some(parameters) = found else { break };
        let next = problem.at(centred(parameters), pace)?;
        if !next.is_finite() || next.objective >= search.point.objective {
            break;
        }
        search.point = next;
        search.linfa += linfa::CHUNK;
        pace.step(search.linfa, &search.point);
    }
    Ok(())
}

fn certificate(search: &Search, tolerance: f64) -> Certificate {
    let (objective, max_gradient) = (search.point.objective, search.point.max_gradient());
    let near = search.gap.is_none_or(|gap| gap <= GAP * objective);
    Certificate {
        solver: match (search.linfa, search.newton) {
            (0, _) => Solver::Newton,
            (_, 0) => Solver::Linfa,
            _ => Solver::LinfaNewton,
        },
        iterations: search.linfa + search.newton,
        objective,
        max_gradient,
        tolerance,
        gap: search.gap,
        converged: search.point.is_finite() && max_gradient <= tolerance && near,
    }
}

fn reason(certificate: &Certificate, rows: usize, newton: bool) -> String {
    let Certificate { iterations, objective, max_gradient, tolerance, .. } = certificate;
    let what = format!("the optimum was not reached in {iterations} iterations");
    if *objective < SEPARATED * rows as f64 {
        return format!(
            "{what}: the features tell the classes apart without error, and C is too large to keep the \
             weights finite; a smaller C, or standardise: true, will help"
        );
    }
    if max_gradient <= tolerance {
        let gap = certificate.gap.unwrap_or_default();
        return format!(
            "{what}: rounding hides whether the objective, {objective:.3e}, is within {gap:.1e} of it; \
             standardise: true, or leaving out extreme values, may help"
        );
    }
    let advice = match newton {
        true => "a smaller C or fewer features may help",
        false => "fewer features, categories or classes, or standardise: true, may help",
    };
    format!("{what}: the largest gradient is {max_gradient:.1e}, the bound is {tolerance:.1e}; {advice}")
}

/// Each parameter less its mean over more than two classes: no probability changes, the penalty falls.
fn centred(mut parameters: Array2<f64>) -> Array2<f64> {
    if parameters.ncols() > 1 {
        for mut row in parameters.rows_mut() {
            let mean = row.sum() / row.len() as f64;
            row -= mean;
        }
    }
    parameters
}

/// Weights and intercepts, one row per logit.
pub fn told(parameters: &Array2<f64>) -> (Vec<Vec<f64>>, Vec<f64>) {
    let d = parameters.nrows() - 1;
    let weights = parameters.columns().into_iter().map(|c| c.iter().take(d).copied().collect()).collect();
    (weights, parameters.row(d).to_vec())
}
