//! Fitting: linfa first, the exact gradient as judge, Newton's method where that is not content.

use super::{
    Pace, Refusal, Step, Stop,
    check::{Point, Problem},
    linfa, newton,
};
use crate::domain::model::{Certificate, Solver};
use ndarray::Array2;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Gradient that the certificate allows, for each training row.
const TOLERANCE: f64 = 1e-6;
/// Part of the objective by which it may be above its optimum, where Newton's method can tell.
const GAP: f64 = 5e-7;
/// Loss of a row below which the classes are told apart without error.
const SEPARATED: f64 = 1e-6;
/// Parameters of a curvature: 32 MB, a second to factor.
const MOST_PARAMETERS: usize = 2_000;
/// Multiplications for one curvature up to which Newton's method has the last word in any case.
const CHEAP: f64 = 2e11;
/// linfa's chunks where Newton's method can follow, and where it cannot.
const CHUNKS: (u64, u64) = (2, 100);

/// Weights with their certificate.
pub struct Solution {
    /// On the standardised scale: one row per logit.
    pub coefficients: Vec<Vec<f64>>,
    /// One per logit.
    pub intercepts: Vec<f64>,
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

/// The weights at the optimum, certified, or [`Refusal::NotConverged`].
pub fn fit(problem: Problem, pace: &mut Pace<'_>) -> Result<Solution, Refusal> {
    let problem = Arc::new(problem);
    let (height, outputs) = problem.shape();
    let tolerance = TOLERANCE * problem.x.nrows() as f64;
    let parameters = height * outputs;
    let newton = parameters <= MOST_PARAMETERS;
    let cost = problem.x.nrows() as f64 * (parameters as f64).powi(2);

    let mut search = by_linfa(&problem, tolerance, if newton { CHUNKS.0 } else { CHUNKS.1 }, pace)?;
    if newton && (cost <= CHEAP || search.point.max_gradient() > tolerance) {
        let end = newton::descend(&problem, search.point, tolerance, search.linfa, pace)?;
        search = Search { point: end.point, newton: end.iterations, gap: Some(end.gap), linfa: search.linfa };
    }
    let certificate = certificate(&search, tolerance);
    if !certificate.converged {
        return Err(Refusal::NotConverged(reason(&certificate, problem.x.nrows(), newton)));
    }
    let (coefficients, intercepts) = told(search.point.parameters);
    Ok(Solution { coefficients, intercepts, certificate })
}

/// As far as linfa gets in some chunks: each must lower the exact objective.
fn by_linfa(
    problem: &Arc<Problem>,
    tolerance: f64,
    chunks: u64,
    pace: &mut Pace<'_>,
) -> Result<Search, Stop> {
    let began = Instant::now();
    let point = problem.at(Array2::zeros(problem.shape()), pace)?;
    // An iteration evaluates the objective a few times: a chunk of 10 never needs 1,000 evaluations.
    let patience = Duration::from_secs(2) + began.elapsed() * 1_000;
    let mut search = Search { point, linfa: 0, newton: 0, gap: None };
    if !linfa::can_take(problem) {
        return Ok(search);
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
        let (objective, max_gradient) = (search.point.objective, search.point.max_gradient());
        pace.step(&Step { iteration: search.linfa, objective, max_gradient });
    }
    Ok(search)
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
fn told(parameters: Array2<f64>) -> (Vec<Vec<f64>>, Vec<f64>) {
    let parameters = centred(parameters);
    let d = parameters.nrows() - 1;
    let weights = parameters.columns().into_iter().map(|c| c.iter().take(d).copied().collect()).collect();
    (weights, parameters.row(d).to_vec())
}
