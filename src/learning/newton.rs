//! Newton's method with halved steps on the exact objective, for what is small enough for its curvature.
//!
//! It reaches the optimum from wherever linfa left off, or from zero, to the last digits. The curvature is
//! most of the work, and hardly changes near the optimum: one is kept for as long as each step with it
//! brings the objective a hundred times nearer.

use super::{
    Pace, Stop,
    check::{Point, Problem},
};
use ndarray::{Array2, ArrayView1};

/// Iterations; separable classes with a weak penalty need about one for each e-fold of C.
const MOST_ITERATIONS: u64 = 200;
/// Done when the objective is above its optimum by less than this part of it, which its own digits no
/// longer show; the gradient does.
const GAP: f64 = 1e-16;
/// A curvature is kept for another step while its last one left at most this part of the gap.
const KEPT: f64 = 1e-2;
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

/// What is near enough.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// Largest component of the gradient.
    pub gradient: f64,
    /// Part of the objective by which it may be above its optimum.
    pub gap: f64,
}

impl Goal {
    /// As near as digits show.
    pub fn exact(gradient: f64) -> Goal {
        Goal { gradient, gap: GAP }
    }
}

/// Goes downhill from `point` until the goal is reached, or nothing helps.
///
/// `before` iterations are added in what `pace` is told; `None`: it is not told. The caller judges the end by its gradient and
/// its gap.
pub fn descend(
    problem: &Problem,
    mut point: Point,
    goal: Goal,
    before: Option<u64>,
    pace: &mut Pace<'_>,
) -> Result<End, Stop> {
    let mut kept: Option<Factor> = None;
    let mut gap = f64::MAX;
    for iterations in 0..MOST_ITERATIONS {
        let end = |point, gap| Ok(End { point, iterations, gap });
        let fresh = kept.is_none();
        let factor = match kept.take() {
            Some(factor) => factor,
            None => match factor(problem, &point, pace)? {
                Some(factor) => factor,
                None => return end(point, gap),
            },
        };
        let step = step(problem, &factor, &point);
        let slope: f64 = step.iter().zip(&point.gradient).map(|(s, g)| s * g).sum();
        gap = -0.5 * slope;
        if gap <= goal.gap * point.objective && point.max_gradient() <= goal.gradient {
            return end(point, gap.max(0.0));
        }
        match line(problem, &point, &step, slope, pace)? {
            Some(next) => point = next,
            None if fresh => return end(point, gap),
            // The curvature was too old.
            None => continue,
        }
        if let Some(before) = before {
            pace.step(before + iterations + 1, &point);
        }
        if factor.gap(&point) <= KEPT * gap {
            kept = Some(factor);
        }
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

/// The factor of the curvature at a point, with as little added as gives a finite step; `None` if
/// nothing does.
fn factor(problem: &Problem, point: &Point, pace: &Pace<'_>) -> Result<Option<Factor>, Stop> {
    let hessian = problem.curvature(&point.parameters, pace)?;
    for ridge in RIDGES {
        pace.check()?;
        let Some(factor) = Factor::of(&hessian, ridge) else { continue };
        if step(problem, &factor, point).iter().all(|s| s.is_finite()) {
            return Ok(Some(factor));
        }
    }
    Ok(None)
}

/// Newton's step `−H⁻¹ g`, of the parameters' shape.
fn step(problem: &Problem, factor: &Factor, point: &Point) -> Array2<f64> {
    let (height, outputs) = problem.shape();
    let step = factor.solve(&gradient(point));
    Array2::from_shape_fn((height, outputs), |(j, a)| -step[a * height + j])
}

/// The gradient in the order of the curvature.
fn gradient(point: &Point) -> Vec<f64> {
    point.gradient.t().iter().copied().collect()
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

    /// How far the objective is above its optimum, as this curvature has it: half the squared decrement.
    fn gap(&self, point: &Point) -> f64 {
        0.5 * self.length(&gradient(point))
    }

    /// `rightᵀ · matrix⁻¹ · right`.
    pub fn length(&self, right: &[f64]) -> f64 {
        let mut x: Vec<f64> = right.iter().zip(&self.scale).map(|(r, s)| r * s).collect();
        self.forward(&mut x);
        dot(&x, &x)
    }

    fn forward(&self, x: &mut [f64]) {
        for (i, row) in self.lower.iter().enumerate() {
            x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
        }
    }

    /// The solution of `matrix · solution = right`.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = right.iter().zip(&self.scale).map(|(r, s)| r * s).collect();
        self.forward(&mut x);
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
