//! The matrix: rows of a table as the numbers that are trained on or scored.

use super::{encode::write, feature::Features, split::Parts};
use crate::domain::{
    fault::{At, Fault},
    model::{Encoded, Warning},
};
use ndarray::{Array1, Array2};

/// Rows with the class of each.
pub struct Rows {
    /// `rows × encoded columns`, standardised.
    pub x: Array2<f64>,
    /// The class of each row, by its place.
    pub y: Array1<usize>,
}

/// A table, encoded.
pub struct Matrix {
    /// What is trained on; a column that does not vary is 0.
    pub training: Rows,
    /// What is scored.
    pub held_out: Rows,
    /// Rows held out that are not scored, because a prediction of them would be refused.
    pub left_out: u64,
}

impl Rows {
    /// The share of each class.
    pub fn shares(&self, classes: usize) -> Vec<f64> {
        let mut counts = vec![0_u64; classes];
        self.y.iter().for_each(|class| counts[*class] += 1);
        counts.into_iter().map(|count| count as f64 / self.y.len() as f64).collect()
    }
}

/// What a reader should know of held-out rows that are not scored.
pub fn warnings(left_out: u64) -> Vec<Warning> {
    let text = format!(
        "{left_out} held-out rows are not scored: they hold a category or a missing cell that the training \
         rows do not have"
    );
    if left_out > 0 { vec![Warning { column: None, text }] } else { Vec::new() }
}

/// A fault for more than `most` cells.
pub fn within(features: &Features<'_>, parts: &Parts, most: usize) -> Result<(), Fault> {
    let (rows, columns) = (parts.training.len() + parts.held_out.len(), features.columns.len());
    let cells = rows.saturating_mul(columns);
    if cells > most {
        let found = format!("{cells} ({rows} rows × {columns} encoded columns)");
        return Err(Fault::new(At::Whole, format!("at most {most} cells"), found));
    }
    Ok(())
}

/// Encodes the rows of both parts; a fault where no row that was held out can be scored.
pub fn encode(features: &Features<'_>, labels: &[Option<usize>], parts: &Parts) -> Result<Matrix, Fault> {
    let scored: Vec<usize> = parts.held_out.iter().copied().filter(|row| features.can_tell(*row)).collect();
    if scored.is_empty() {
        let expected = "a held-out row whose categories and missing cells the training rows have too";
        return Err(Fault::at("/split", expected, "none"));
    }
    let mut training = fill(features, labels, &parts.training);
    for (column, _) in features.varies.iter().enumerate().filter(|(_, varies)| !**varies) {
        training.x.column_mut(column).fill(0.0);
    }
    let held_out = fill(features, labels, &scored);
    Ok(Matrix { training, held_out, left_out: (parts.held_out.len() - scored.len()) as u64 })
}

fn fill(features: &Features<'_>, labels: &[Option<usize>], rows: &[usize]) -> Rows {
    let width = features.columns.len();
    let mut z = vec![0.0; rows.len() * width];
    let mut start = 0;
    for (source, columns) in features.sources.iter().zip(features.columns.chunk_by(same_feature)) {
        let end = start + columns.len();
        for (row, z) in rows.iter().zip(z.chunks_exact_mut(width)) {
            write(source.value(*row), columns, &mut z[start..end]);
        }
        start = end;
    }
    // Every row of a part has a class.
    let y = rows.iter().map(|row| labels[*row].unwrap_or_default()).collect();
    Rows { x: Array2::from_shape_vec((rows.len(), width), z).unwrap_or_default(), y }
}

fn same_feature(a: &Encoded, b: &Encoded) -> bool {
    a.feature == b.feature
}
