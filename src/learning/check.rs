//! The exact objective of a training, its gradient and its curvature: what a certificate rests on.
//!
//! `Σ −ln P(class of the row) + Σ α_j w_j² / 2`, the intercepts free of penalty; with α_j = 1 / C it is
//! scikit-learn's objective times 1 / C. Softmax is taken row by row, each with its own maximum; linfa
//! 0.8.1 takes the maximum of the whole matrix and is wrong on heavy-tailed columns.
//!
//! Parameters are `(d + 1) × outputs`, the intercepts in the last row; two classes have one output. Work
//! goes in blocks of rows, so that memory does not grow with the table.

use super::{Pace, Stop};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice, concatenate, linalg::general_mat_mul};

/// Rows worked on at a time.
const BLOCK: usize = 512;

/// What is to be learned.
#[derive(Debug)]
pub struct Problem {
    /// `rows × d`, finite.
    pub x: Array2<f64>,
    /// The class of each row, below `classes`.
    pub y: Array1<usize>,
    /// How many classes there are, at least 2.
    pub classes: usize,
    /// Strength of the penalty on the weights of each column, above 0: 1 / C, or 1 / (C · scale²) where
    /// the penalty is on the weights of the columns as they were before they were standardised.
    pub penalties: Array1<f64>,
}

/// A point of the search.
#[derive(Debug, Clone)]
pub struct Point {
    /// The parameters, `(d + 1) × outputs`.
    pub parameters: Array2<f64>,
    /// The objective there.
    pub objective: f64,
    /// Its gradient, of the parameters' shape.
    pub gradient: Array2<f64>,
}

impl Point {
    /// Largest absolute component of the gradient.
    pub fn max_gradient(&self) -> f64 {
        self.gradient.iter().fold(0.0, |most, g| f64::max(most, g.abs()))
    }

    /// Whether everything about it is finite.
    pub fn is_finite(&self) -> bool {
        self.objective.is_finite() && self.parameters.iter().chain(&self.gradient).all(|v| v.is_finite())
    }
}

impl Problem {
    /// Logits of a row: 1 for two classes, else one for each class.
    pub fn outputs(&self) -> usize {
        if self.classes == 2 { 1 } else { self.classes }
    }

    /// Shape of the parameters.
    pub fn shape(&self) -> (usize, usize) {
        (self.x.ncols() + 1, self.outputs())
    }

    /// The exact objective and gradient at some parameters.
    pub fn at(&self, parameters: Array2<f64>, pace: &Pace<'_>) -> Result<Point, Stop> {
        let d = self.x.ncols();
        let (weights, _) = parameters.view().split_at(Axis(0), d);
        let penalties = self.penalties.view().insert_axis(Axis(1));
        let mut objective = 0.5 * (&weights * &weights * penalties).sum();
        let mut gradient = Array2::zeros(self.shape());
        let (mut by_weights, mut by_intercepts) = gradient.view_mut().split_at(Axis(0), d);
        by_weights.assign(&(&weights * &penalties));
        for (x, y) in self.blocks() {
            pace.check()?;
            let (p, loss) = told(x, y, &parameters);
            objective += loss;
            let errors = self.errors(&p, y);
            general_mat_mul(1.0, &x.t(), &errors, 1.0, &mut by_weights);
            by_intercepts += &errors.sum_axis(Axis(0));
        }
        Ok(Point { parameters, objective, gradient })
    }

    /// Probability told minus what was, `rows × outputs`; exact also where a probability rounds to 1.
    fn errors(&self, p: &Array2<f64>, y: ArrayView1<'_, usize>) -> Array2<f64> {
        let first = self.classes - self.outputs();
        Array2::from_shape_fn((p.nrows(), self.outputs()), |(row, output)| match output + first {
            class if class == y[row] => -rest(p.row(row), class),
            class => p[[row, class]],
        })
    }

    /// The curvature (Hessian) at some parameters, lower triangle; output by output, in each the weights
    /// and then the intercept.
    ///
    /// Adding the same to a parameter of all of more than two classes changes no probability, and is held
    /// back by a penalty at most. Some curvature is added in these directions, in which no gradient
    /// points as long as each parameter sums to 0 over the classes.
    pub fn curvature(&self, parameters: &Array2<f64>, pace: &Pace<'_>) -> Result<Array2<f64>, Stop> {
        let (height, outputs) = self.shape();
        let first = self.classes - outputs;
        let mut hessian = Array2::zeros((height * outputs, height * outputs));
        for (x, y) in self.blocks() {
            let (p, _) = told(x, y, parameters);
            let mut x1 = Array2::ones((x.nrows(), height));
            x1.view_mut().split_at(Axis(1), height - 1).0.assign(&x);
            for (a, b) in pairs(outputs) {
                pace.check()?;
                let weight = Array1::from_shape_fn(p.nrows(), |row| match a == b {
                    true => p[[row, a + first]] * rest(p.row(row), a + first),
                    false => -p[[row, a + first]] * p[[row, b + first]],
                });
                let weighted = &x1 * &weight.insert_axis(Axis(1));
                let mut block = hessian.slice_each_axis_mut(|axis| {
                    let output = if axis.axis == Axis(0) { b } else { a };
                    Slice::from(output * height..(output + 1) * height)
                });
                general_mat_mul(1.0, &x1.t(), &weighted, 1.0, &mut block);
            }
        }
        for j in 0..height {
            let place = |output: usize| output * height + j;
            let penalty = self.penalties.get(j).copied().unwrap_or(0.0);
            (0..outputs).for_each(|a| hessian[[place(a), place(a)]] += penalty);
            let sum: f64 = (0..outputs).map(|a| hessian[[place(a), place(a)]]).sum();
            let gauge = if outputs > 1 { sum / outputs as f64 } else { 0.0 };
            pairs(outputs).for_each(|(a, b)| hessian[[place(b), place(a)]] += gauge);
        }
        Ok(hessian)
    }

    fn blocks(&self) -> impl Iterator<Item = (ArrayView2<'_, f64>, ArrayView1<'_, usize>)> {
        self.x.axis_chunks_iter(Axis(0), BLOCK).zip(self.y.axis_chunks_iter(Axis(0), BLOCK))
    }
}

/// Each pair of outputs once, the first not above the second.
fn pairs(outputs: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..outputs).flat_map(move |a| (a..outputs).map(move |b| (a, b)))
}

/// What is left of 1 beside a class, as a sum: 1 − p would be 0 long before.
fn rest(p: ArrayView1<'_, f64>, class: usize) -> f64 {
    p.iter().enumerate().filter(|(other, _)| *other != class).map(|(_, p)| p).sum()
}

/// Probabilities that some rows get, `rows × classes`, and the sum of their losses.
fn told(x: ArrayView2<'_, f64>, y: ArrayView1<'_, usize>, parameters: &Array2<f64>) -> (Array2<f64>, f64) {
    let (weights, intercepts) = parameters.view().split_at(Axis(0), x.ncols());
    let mut h = x.dot(&weights) + intercepts;
    if h.ncols() == 1 {
        // The first of two classes has the logit 0.
        h = concatenate![Axis(1), Array2::zeros((h.nrows(), 1)), h];
    }
    let losses = h.rows_mut().into_iter().zip(y).map(|(mut h, y)| {
        let most = h.fold(f64::NEG_INFINITY, |most, h| f64::max(most, *h));
        let right = h[*y] - most;
        h.mapv_inplace(|h| (h - most).exp());
        let others = rest(h.view(), *y);
        let loss = if right == 0.0 { others.ln_1p() } else { (others + h[*y]).ln() - right };
        h /= others + h[*y];
        loss
    });
    let loss = losses.sum();
    (h, loss)
}
