//! Newton's method with halved steps on the exact objective, for what is small enough for its curvature.
//!
//! It reaches the optimum from wherever linfa left off, or from zero, to the last digits: near it each
//! step doubles the number of right ones.

use super::{
    Pace, Step, Stop,
    check::{Point, Problem},
};
use ndarray::{Array2, ArrayView1};

/// Iterations; separable classes with a weak penalty need about one for each e-fold of C.
const MOST_ITERATIONS: u64 = 200;
/// Done when the objective is above its optimum by less than this part of it, which its own digits no
/// longer show; the gradient does.
const GAP: f64 = 1e-16;
/// Part of the promised decrease that a step must give (Nocedal & Wright, §3.1).
const ARMIJO: f64 = 1e-4;
/// A step is halved at most this often.
const MOST_HALVINGS: usize = 50;
/// What is added to the diagonal (scaled to 1) until it can be factored.
const RIDGES: [f64; 6] = [0.0, 1e-14, 1e-11, 1e-8, 1e-5, 1e-2];

/// Where Newton's method ended.
#[derive(Debug)]
pub struct End {
    /// The point.
    pub point: Point,
    /// Iterations.
    pub iterations: u64,
    /// How far the objective was above its optimum there, or just before: half the squared decrement.
    pub gap: f64,
}

/// Goes downhill from `point` until the objective is at its optimum and no component of the gradient is
/// above `tolerance`, or nothing helps.
///
/// `before` iterations are added in what `pace` is told. The caller judges the end by its gradient and
/// its gap.
pub fn descend(
    problem: &Problem,
    mut point: Point,
    tolerance: f64,
    before: u64,
    pace: &mut Pace<'_>,
) -> Result<End, Stop> {
    let mut gap = f64::MAX;
    for iterations in 0..MOST_ITERATIONS {
        let end = |point, gap| Ok(End { point, iterations, gap });
        let Some(step) = step(problem, &point, pace)? else { return end(point, gap) };
        let slope: f64 = step.iter().zip(&point.gradient).map(|(s, g)| s * g).sum();
        gap = -0.5 * slope;
        if gap <= GAP * point.objective && point.max_gradient() <= tolerance {
            return end(point, gap.max(0.0));
        }
        let Some(next) = line(problem, &point, &step, slope, pace)? else { return end(point, gap) };
        point = next;
        let (objective, max_gradient) = (point.objective, point.max_gradient());
        pace.step(&Step { iteration: before + iterations + 1, objective, max_gradient });
    }
    Ok(End { point, iterations: MOST_ITERATIONS, gap })
}

/// The first point along a step, halved again and again, that is low enough.
fn line(
    problem: &Problem,
    from: &Point,
    step: &Array2<f64>,
    slope: f64,
    pace: &Pace<'_>,
) -> Result<Option<Point>, Stop> {
    let mut length = 1.0;
    for _ in 0..MOST_HALVINGS {
        let next = problem.at(&from.parameters + &(step * length), pace)?;
        // Where the decrease drowns in rounding, a smaller gradient counts as well.
        let drowned = -slope <= 1e-9 * from.objective && next.max_gradient() < from.max_gradient();
        if next.is_finite() && (next.objective <= from.objective + ARMIJO * length * slope || drowned) {
            return Ok(Some(next));
        }
        length *= 0.5;
    }
    Ok(None)
}

/// Newton's step `−H⁻¹ g`, of the parameters' shape; `None` if the curvature cannot be factored.
fn step(problem: &Problem, point: &Point, pace: &Pace<'_>) -> Result<Option<Array2<f64>>, Stop> {
    let hessian = problem.curvature(&point.parameters, pace)?;
    let (height, outputs) = problem.shape();
    let gradient: Vec<f64> = point.gradient.t().iter().copied().collect();
    for ridge in RIDGES {
        pace.check()?;
        let Some(factor) = Factor::of(&hessian, ridge) else { continue };
        let step = factor.solve(&gradient);
        if step.iter().all(|s| s.is_finite()) {
            let shaped = Array2::from_shape_fn((height, outputs), |(j, a)| -step[a * height + j]);
            return Ok(Some(shaped));
        }
    }
    Ok(None)
}

/// A Cholesky factor of a symmetric matrix whose diagonal was first scaled to 1.
#[derive(Debug)]
pub struct Factor {
    /// Row by row, the lower triangle.
    lower: Vec<Vec<f64>>,
    /// What each row and column was multiplied by.
    scale: Vec<f64>,
}

impl Factor {
    /// The factor of `matrix`, of which the lower triangle is read, with `ridge` added to the scaled
    /// diagonal; `None` if that is not positive definite.
    pub fn of(matrix: &Array2<f64>, ridge: f64) -> Option<Factor> {
        let scale: Vec<f64> =
            matrix.diag().iter().map(|d| if *d > 0.0 { 1.0 / d.sqrt() } else { 1.0 }).collect();
        let mut lower: Vec<Vec<f64>> = Vec::with_capacity(scale.len());
        for (i, row) in matrix.rows().into_iter().enumerate() {
            let mut row: Vec<f64> =
                row.iter().zip(&scale).take(i + 1).map(|(h, s)| h * s * scale[i]).collect();
            for j in 0..i {
                row[j] = (row[j] - dot(&row[..j], &lower[j][..j])) / lower[j][j];
            }
            let pivot = row[i] + ridge - dot(&row[..i], &row[..i]);
            // What is left of 1 below this is rounding.
            if pivot.is_nan() || pivot <= 1e-15 {
                return None;
            }
            row[i] = pivot.sqrt();
            lower.push(row);
        }
        Some(Factor { lower, scale })
    }

    /// The solution of `matrix · solution = right`.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = right.iter().zip(&self.scale).map(|(r, s)| r * s).collect();
        for (i, row) in self.lower.iter().enumerate() {
            x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
        }
        for (i, row) in self.lower.iter().enumerate().rev() {
            x[i] /= row[i];
            let known = x[i];
            x.iter_mut().zip(&row[..i]).for_each(|(x, l)| *x -= l * known);
        }
        x.iter_mut().zip(&self.scale).for_each(|(x, s)| *x *= s);
        x
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    ArrayView1::from(a).dot(&ArrayView1::from(b))
}
