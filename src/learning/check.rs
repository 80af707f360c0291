//! The exact objective of a training, its gradient and its curvature: what a certificate rests on.
//!
//! `Σ −ln P(class of the row) + Σ α_j w_j² / 2`, the intercepts free of penalty; with α_j = 1 / C it is
//! scikit-learn's objective times 1 / C. Softmax is taken row by row, each with its own maximum; linfa
//! 0.8.1 takes the maximum of the whole matrix and is wrong on heavy-tailed columns.
//!
//! Parameters are `(d + 1) × outputs`, the intercepts in the last row; two classes have one output. Work
//! goes in blocks of rows, so that memory does not grow with the table.

use super::{
    Pace, Stop,
    parts::{self, Blocks},
};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis, Slice, linalg::general_mat_mul};

/// What is to be learned.
#[derive(Debug, Clone)]
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
        gradient.slice_axis_mut(Axis(0), Slice::from(..d)).assign(&(&weights * &penalties));
        let parts = parts::each(self.x.view(), self.y.view(), gradient.len(), &|blocks| {
            self.falls(blocks, &parameters, pace)
        })?;
        for (loss, falls) in parts {
            objective += loss;
            gradient += &falls;
        }
        Ok(Point { parameters, objective, gradient })
    }

    /// The losses of some rows, and their gradient.
    fn falls(
        &self,
        blocks: Blocks<'_>,
        parameters: &Array2<f64>,
        pace: &Pace<'_>,
    ) -> Result<(f64, Array2<f64>), Stop> {
        let (mut losses, mut gradient) = (0.0, Array2::zeros(self.shape()));
        let (mut by_weights, mut by_intercepts) = gradient.view_mut().split_at(Axis(0), self.x.ncols());
        for (x, y) in blocks {
            pace.check()?;
            let (p, loss) = told(x, y, parameters);
            losses += loss;
            let errors = self.errors(&p, y);
            match self.outputs() {
                // A product with one column is row sums: a general one would work on eight.
                1 => summed(x, errors.column(0), &mut by_weights.column_mut(0)),
                _ => general_mat_mul(1.0, &x.t(), &errors, 1.0, &mut by_weights),
            }
            by_intercepts += &errors.sum_axis(Axis(0));
        }
        Ok((losses, gradient))
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
        let none = || Array2::zeros((height * outputs, height * outputs));
        let parts = parts::each(self.x.view(), self.y.view(), (height * outputs).pow(2), &|blocks| {
            let mut hessian = none();
            for (x, y) in blocks {
                pace.check()?;
                let (p, _) = told(x, y, parameters);
                let mut x1 = Array2::ones((x.nrows(), height));
                x1.slice_axis_mut(Axis(1), Slice::from(..height - 1)).assign(&x);
                self.bend(&x1, &p, &mut hessian);
            }
            Ok(hessian)
        })?;
        let mut hessian = parts.into_iter().reduce(|sum, part| sum + part).unwrap_or_else(none);
        self.hold(&mut hessian);
        Ok(hessian)
    }

    /// Adds what some rows bend, lower triangle: `Σ p_a (1 − p_a) x xᵀ`, and `−Σ p_a p_b x xᵀ` below.
    fn bend(&self, x1: &Array2<f64>, p: &Array2<f64>, hessian: &mut Array2<f64>) {
        let (height, outputs) = self.shape();
        let first = self.classes - outputs;
        for a in 0..outputs {
            let class = a + first;
            let weight = Array1::from_shape_fn(p.nrows(), |row| p[[row, class]] * rest(p.row(row), class));
            let weighted = x1 * &weight.insert_axis(Axis(1));
            let place = Slice::from(a * height..(a + 1) * height);
            let mut block = hessian.slice_each_axis_mut(|_| place);
            general_mat_mul(1.0, &x1.t(), &weighted, 1.0, &mut block);
        }
        if outputs == 1 {
            return;
        }
        // Side by side, so that one product serves a class and all that follow it.
        let mut sides = Array2::zeros((p.nrows(), outputs * height));
        for (a, mut side) in sides.axis_chunks_iter_mut(Axis(1), height).enumerate() {
            side.assign(&(x1 * &p.column(a).insert_axis(Axis(1))));
        }
        for a in 0..outputs - 1 {
            let (one, others) = (Slice::from(a * height..(a + 1) * height), Slice::from((a + 1) * height..));
            let mut below =
                hessian.slice_each_axis_mut(|axis| if axis.axis == Axis(0) { others } else { one });
            let (others, one) = (sides.slice_axis(Axis(1), others), sides.slice_axis(Axis(1), one));
            general_mat_mul(-1.0, &others.t(), &one, 1.0, &mut below);
        }
    }

    /// Adds what the penalty bends, and what keeps the parameters of all classes from moving together.
    fn hold(&self, hessian: &mut Array2<f64>) {
        let (height, outputs) = self.shape();
        for j in 0..height {
            let place = |output: usize| output * height + j;
            let penalty = self.penalties.get(j).copied().unwrap_or(0.0);
            (0..outputs).for_each(|a| hessian[[place(a), place(a)]] += penalty);
            let sum: f64 = (0..outputs).map(|a| hessian[[place(a), place(a)]]).sum();
            let gauge = if outputs > 1 { sum / outputs as f64 } else { 0.0 };
            for a in 0..outputs {
                (a..outputs).for_each(|b| hessian[[place(b), place(a)]] += gauge);
            }
        }
    }

    /// Some of the rows, each `every`-th of each class, with as much less penalty: where to begin.
    pub fn sample(&self, every: usize) -> Problem {
        let mut seen = vec![0_usize; self.classes];
        let mut rows = Vec::with_capacity(self.x.nrows() / every + self.classes);
        for (row, class) in self.y.iter().enumerate() {
            if seen[*class].is_multiple_of(every) {
                rows.push(row);
            }
            seen[*class] += 1;
        }
        Problem {
            x: self.x.select(Axis(0), &rows),
            y: self.y.select(Axis(0), &rows),
            classes: self.classes,
            penalties: &self.penalties * (rows.len() as f64 / self.x.nrows() as f64),
        }
    }
}

/// Adds `Σ error · row`.
fn summed(x: ArrayView2<'_, f64>, errors: ArrayView1<'_, f64>, sum: &mut ArrayViewMut1<'_, f64>) {
    let mut total = vec![0.0; x.ncols()];
    for (row, error) in x.rows().into_iter().zip(errors) {
        total.iter_mut().zip(row).for_each(|(total, x)| *total += error * x);
    }
    *sum += &ArrayView1::from(&total);
}

/// What is left of 1 beside a class, as a sum: 1 − p would be 0 long before.
fn rest(p: ArrayView1<'_, f64>, class: usize) -> f64 {
    p.iter().enumerate().filter(|(other, _)| *other != class).map(|(_, p)| p).sum()
}

/// Probabilities that some rows get, `rows × classes`, and the sum of their losses.
fn told(x: ArrayView2<'_, f64>, y: ArrayView1<'_, usize>, parameters: &Array2<f64>) -> (Array2<f64>, f64) {
    let (weights, intercepts) = parameters.view().split_at(Axis(0), x.ncols());
    if parameters.ncols() == 1 {
        return told_of_two(&(x.dot(&weights.column(0)) + intercepts[[0, 0]]), y);
    }
    let mut h = x.dot(&weights) + intercepts;
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

/// The same of two classes, from the logits of the second.
fn told_of_two(logits: &Array1<f64>, y: ArrayView1<'_, usize>) -> (Array2<f64>, f64) {
    let mut p = Array2::zeros((logits.len(), 2));
    let mut loss = 0.0;
    for ((logit, y), mut p) in logits.iter().zip(y).zip(p.rows_mut()) {
        let (second, small) = (*logit > 0.0, (-logit.abs()).exp());
        let sum = 1.0 + small;
        p[usize::from(second)] = 1.0 / sum;
        p[usize::from(!second)] = small / sum;
        let wrong = usize::from(second) != *y;
        loss += small.ln_1p() + if wrong { logit.abs() } else { 0.0 };
    }
    (p, loss)
}
