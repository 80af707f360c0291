//! Histograms whose bins people can read: 1, 2 or 5 times a power of ten wide.

use serde::{Deserialize, Serialize};

/// Bins of one histogram.
const MOST_BINS: i64 = 15;

/// Counts of values in bins of equal width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Histogram {
    /// Where the first bin begins; each takes its lower bound and not its upper.
    pub start: f64,
    /// How wide each is.
    pub width: f64,
    /// Values in each; neither the first nor the last is empty.
    pub counts: Vec<u64>,
}

/// `digit` times ten to the `exponent`.
#[derive(Debug, Clone, Copy)]
struct Width {
    digit: i64,
    exponent: i32,
}

impl Width {
    /// `times` this width, to the nearest `f64`: in decimals, since 3 * 0.1 is not 0.3.
    fn times(self, times: i64) -> f64 {
        let digits = i128::from(self.digit) * i128::from(times);
        let nearest: f64 = format!("{digits}e{}", self.exponent).parse().unwrap_or(f64::MAX);
        // The bin of -1.7e308 begins at -2e308.
        nearest.clamp(f64::MIN, f64::MAX)
    }

    fn next(self) -> Width {
        match self.digit {
            1 => Width { digit: 2, ..self },
            2 => Width { digit: 5, ..self },
            _ => Width { digit: 1, exponent: self.exponent + 1 },
        }
    }
}

/// Bins whose bounds are settled, which count values one by one.
#[derive(Debug)]
pub struct Bins {
    width: Width,
    /// The width as a number, spelt once.
    unit: f64,
    first: i64,
    counts: Vec<u64>,
}

impl Bins {
    /// The narrowest bins over sorted values of which there are at most 15.
    ///
    /// No bin is narrower than the resolution, the last decimal place that any value has.
    pub fn over(sorted: &[f64]) -> Option<Bins> {
        let (&least, &greatest) = (sorted.first()?, sorted.last()?);
        let mut width = narrowest(sorted, least, greatest);
        let bin = |width: Width, value| bin(width.times(1), value);
        while bin(width, greatest) - bin(width, least) >= MOST_BINS {
            width = width.next();
        }
        let first = bin(width, least);
        let counts = vec![0; usize::try_from(bin(width, greatest) - first + 1).unwrap_or(1)];
        Some(Bins { width, unit: width.times(1), first, counts })
    }

    /// Counts a value that lies between the least and the greatest.
    pub fn add(&mut self, value: f64) {
        let bin = usize::try_from(bin(self.unit, value) - self.first).unwrap_or(0);
        if let Some(count) = self.counts.get_mut(bin) {
            *count += 1;
        }
    }

    /// What was counted.
    pub fn counted(self) -> Histogram {
        Histogram { start: self.width.times(self.first), width: self.unit, counts: self.counts }
    }
}

/// The bin of a value, counted from zero's.
fn bin(width: f64, value: f64) -> i64 {
    let place = value / width;
    let nearest = place.round();
    // 0.3 / 0.1 is 2.9999999999999996.
    let slack = place.abs() * 4.0 * f64::EPSILON;
    if (place - nearest).abs() <= slack { nearest as i64 } else { place.floor() as i64 }
}

/// A power of ten that is surely narrow enough, but not below the resolution.
fn narrowest(sorted: &[f64], least: f64, greatest: f64) -> Width {
    // Halves, since the range may be beyond f64. One place lower, since the logarithm is rounded.
    let range = (greatest / 2.0 - least / 2.0).log10() - 2.0;
    // Twelve digits below the values themselves f64 cannot tell edges apart.
    let visible = f64::max(least.abs(), greatest.abs()).log10() - 12.0;
    let bound = [range, visible, -300.0].into_iter().fold(f64::NEG_INFINITY, f64::max);
    // Finer than the bound no value has to be known.
    let mut places = 0;
    for &value in sorted {
        places = i32::max(places, decimals(value));
        if f64::from(-places) <= bound {
            break;
        }
    }
    Width { digit: 1, exponent: f64::max(f64::from(-places), bound).floor() as i32 }
}

/// Places behind the decimal point of the shortest spelling: 2 for 0.25, 0 for 1e300.
fn decimals(value: f64) -> i32 {
    let spelt = format!("{value:e}");
    let (digits, exponent) = spelt.split_once('e').unwrap_or((&spelt, "0"));
    let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
    (fraction - exponent.parse::<i32>().unwrap_or(0)).max(0)
}
