//! Splits: which rows are held out, chosen by a hash of seed and row: the same on every machine.
//!
//! **The algorithm**, in 64-bit unsigned arithmetic that wraps around. `mix` is the finaliser of
//! SplitMix64 (Steele, Lea, Flood 2014):
//!
//! ```text
//! mix(x):  x ^= x >> 30;  x *= 0xbf58476d1ce4e5b9;  x ^= x >> 27;  x *= 0x94d049bb133111eb;  x ^= x >> 31
//! key(row) = mix(mix(seed + G) + (row + 1) * G)          G = 0x9e3779b97f4a7c15
//! ```
//!
//! where `row` counts all rows of the table from 0, those without a target too. The rows that have a
//! target are grouped by class (stratified) or all in one group. Of each group of n rows, sorted by key and
//! then by row, the first `floor(test * n + 0.5)` are held out, but at least 1 and at most n - 1.
//!
//! **Folds** of the training rows, by the same keys: the rows of each class, sorted by key and then by row,
//! class after class, are dealt to the folds in turn.

use crate::domain::{fault::Fault, model::Split};

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The rows of a table, parted; those without a target are in neither part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Rows to learn from, ascending, from 0.
    pub training: Vec<usize>,
    /// Rows held out, ascending, from 0.
    pub held_out: Vec<usize>,
}

/// Parts the rows of a table.
///
/// `labels` gives the class of each row, below `classes`. A fault where an unstratified split leaves a
/// class without a training row.
pub fn split(labels: &[Option<usize>], classes: usize, split: &Split) -> Result<Parts, Fault> {
    let mut groups: Vec<Vec<(u64, usize)>> = vec![Vec::new(); if split.stratified { classes } else { 1 }];
    let seed = mix(split.seed.wrapping_add(GOLDEN));
    for (row, label) in labels.iter().enumerate() {
        let Some(label) = *label else { continue };
        let group = if split.stratified { label } else { 0 };
        groups[group].push((key(seed, row), row));
    }
    let (mut training, mut held_out) = (Vec::new(), Vec::new());
    for mut group in groups {
        group.sort_unstable();
        let (first, rest) = group.split_at(held(split.test, group.len()));
        held_out.extend(first.iter().map(|(_, row)| *row));
        training.extend(rest.iter().map(|(_, row)| *row));
    }
    training.sort_unstable();
    held_out.sort_unstable();
    let mut seen = vec![false; classes];
    training.iter().filter_map(|row| labels[*row]).for_each(|label| seen[label] = true);
    if seen.contains(&false) {
        let expected = "true: an unstratified split leaves a class without a row to learn from";
        return Err(Fault::at("/split/stratified", expected, "false"));
    }
    Ok(Parts { training, held_out })
}

/// Parts the training rows `folds` times: each row is held out once, each class as evenly as can be.
///
/// A fault for a class with a single row, which no fold could both learn and hold out.
pub fn folds(
    labels: &[Option<usize>],
    training: &[usize],
    classes: usize,
    seed: u64,
    folds: usize,
) -> Result<Vec<Parts>, Fault> {
    let seed = mix(seed.wrapping_add(GOLDEN));
    let mut groups: Vec<Vec<(u64, usize)>> = vec![Vec::new(); classes];
    for &row in training {
        groups[labels[row].unwrap_or_default()].push((key(seed, row), row));
    }
    if let Some(group) = groups.iter().find(|group| group.len() < 2) {
        let found = format!("a class with {}", group.len());
        return Err(Fault::at("/penaltySearch/folds", "at least 2 rows of each class to learn from", found));
    }
    groups.iter_mut().for_each(|group| group.sort_unstable());
    let mut fold_of: Vec<(usize, usize)> =
        groups.iter().flatten().enumerate().map(|(turn, (_, row))| (*row, turn % folds)).collect();
    fold_of.sort_unstable();
    let part = |fold: usize, inside: bool| {
        fold_of.iter().filter(|(_, own)| (*own == fold) == inside).map(|(row, _)| *row).collect()
    };
    Ok((0..folds).map(|fold| Parts { training: part(fold, false), held_out: part(fold, true) }).collect())
}

/// How many of `rows` are held out.
fn held(test: f64, rows: usize) -> usize {
    // The cast saturates; the share is below 1.
    let wanted = (test * rows as f64 + 0.5).floor() as usize;
    wanted.max(1).min(rows.saturating_sub(1))
}

fn key(seed: u64, row: usize) -> u64 {
    mix(seed.wrapping_add((row as u64).wrapping_add(1).wrapping_mul(GOLDEN)))
}

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
