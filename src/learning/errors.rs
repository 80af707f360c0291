//! Standard errors: from the inverse of the curvature at the optimum.
//!
//! Of more than two classes only differences between classes are told by the data: the errors are those of
//! each class against the mean of all, which no choice of a reference class changes.

use super::{Pace, Stop, check::Problem, fit, newton::Factor};
use crate::domain::model::{Encoded, Errors};
use ndarray::Array2;

/// Part of a column's curvature that the penalty may be, for the errors to be those of maximum likelihood.
const NOTHING: f64 = 1e-6;

/// The errors of parameters at the optimum; `None` where there are too many, or no curvature in some
/// direction.
pub fn errors(
    problem: &Problem,
    parameters: &Array2<f64>,
    columns: &[Encoded],
    varies: &[bool],
    pace: &Pace<'_>,
) -> Result<Option<Errors>, Stop> {
    if !fit::is_cheap(problem) {
        return Ok(None);
    }
    let (height, outputs) = problem.shape();
    let d = height - 1;
    let hessian = problem.curvature(parameters, pace)?;
    let Some(factor) = Factor::of(&hessian, 0.0) else { return Ok(None) };
    let penalised = (0..d).filter(|j| varies[*j]).any(|j| {
        (0..outputs).any(|a| problem.penalties[j] > NOTHING * hessian[[a * height + j, a * height + j]])
    });
    let of = |output: usize, sum: &[(usize, f64)]| {
        factor.length(&against_the_mean(height, outputs, output, sum)).sqrt()
    };
    let shift: Vec<(usize, f64)> = (0..d)
        .filter(|j| varies[*j])
        .map(|j| (j, -columns[j].mean / columns[j].scale))
        .chain([(d, 1.0)])
        .collect();
    let mut errors = Errors { coefficients: vec![], intercepts: vec![], raw_intercepts: vec![], penalised };
    for output in 0..outputs {
        pace.check()?;
        let weight = |j: usize| varies[j].then(|| of(output, &[(j, 1.0)]));
        errors.coefficients.push((0..d).map(weight).collect());
        errors.intercepts.push(of(output, &[(d, 1.0)]));
        errors.raw_intercepts.push(of(output, &shift));
    }
    let mut all = errors.coefficients.iter().flatten().flatten().chain(&errors.intercepts);
    let finite = all.all(|e| e.is_finite()) && errors.raw_intercepts.iter().all(|e| e.is_finite());
    Ok(finite.then_some(errors))
}

/// A sum of parameters of one output, less its mean over all outputs, in the order of the curvature.
fn against_the_mean(height: usize, outputs: usize, output: usize, sum: &[(usize, f64)]) -> Vec<f64> {
    let mut direction = vec![0.0; height * outputs];
    for other in 0..outputs {
        let mean = if outputs == 1 { 0.0 } else { 1.0 / outputs as f64 };
        let share = f64::from(other == output) - mean;
        sum.iter().for_each(|(j, by)| direction[other * height + j] = share * by);
    }
    direction
}
