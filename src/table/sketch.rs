//! Estimates in bounded memory, the same on every machine: no random numbers, only hashes.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

/// Hashes kept: so many distinct values are counted exactly, beyond them within about 0.1 %.
const MOST_HASHES: usize = 1 << 20;

/// Distinct values, by the least of their hashes.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    hashes: Vec<u64>,
    /// Hashes above it are not kept any more.
    bound: Option<u64>,
}

impl Distinct {
    /// Lets a value count.
    pub(super) fn see(&mut self, value: &impl Hash) {
        let hash = hash(value);
        if self.bound.is_some_and(|bound| hash > bound) {
            return;
        }
        self.hashes.push(hash);
        if self.hashes.len() >= 2 * MOST_HASHES {
            self.tidy();
        }
    }

    fn tidy(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        if self.hashes.len() >= MOST_HASHES {
            self.hashes.truncate(MOST_HASHES);
            self.bound = self.hashes.last().copied();
        }
    }

    /// How many there were: exact up to [`MOST_HASHES`] (and but for a collision of 64 bits).
    pub(super) fn estimate(mut self) -> u64 {
        self.tidy();
        match self.bound {
            None => self.hashes.len() as u64,
            // The k-th least of n hashes lies at k / n of their range.
            Some(bound) => ((MOST_HASHES - 1) as f64 / (bound as f64 / u64::MAX as f64)) as u64,
        }
    }
}

/// Rows chosen by their number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Hashes of chosen rows are at most this.
    bound: u64,
}

impl Sample {
    /// About `wanted` of `rows` rows; all, if they are not more.
    pub(super) fn of(rows: usize, wanted: usize) -> Sample {
        match rows <= wanted {
            true => Sample { bound: u64::MAX },
            false => Sample { bound: (u64::MAX as f64 / rows as f64 * wanted as f64) as u64 },
        }
    }

    /// Whether a row is chosen.
    pub(super) fn takes(self, row: u64) -> bool {
        self.bound == u64::MAX || hash(&row) <= self.bound
    }
}

/// SipHash with fixed keys: the same for the same value, and nothing that anybody could aim at cheaply.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_counted_exactly_and_many_within_a_percent() {
        let (mut few, mut many) = (Distinct::default(), Distinct::default());
        for value in 0..5_000_000_u64 {
            few.see(&(value % 12_345));
            many.see(&(value / 2));
        }

        assert_eq!(few.estimate(), 12_345);
        assert!((many.estimate() as f64 / 2.5e6 - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_sample_is_about_as_large_as_wanted_and_all_of_few_rows() {
        let sample = Sample::of(4_000_000, 1_000_000);

        let taken = (0..4_000_000).filter(|&row| sample.takes(row)).count();

        assert!((990_000..1_010_000).contains(&taken), "{taken}");
        assert!((0..1_000).all(|row| Sample::of(1_000, 1_000).takes(row)));
    }
}
