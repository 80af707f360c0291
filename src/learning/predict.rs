//! Predicting: a dot product over stored weights, and what each feature adds to it.

use super::{
    encode::{Value, encode, write},
    input::{Input, cell},
};
use crate::domain::{
    column::{Cell, spell},
    model::{Feature, Fitted, Seen, Warning},
    prediction::{Contribution, Prediction},
};
use std::ops::Range;

/// What the model says of one row.
pub fn predict(fitted: &Fitted, input: &Input) -> Prediction {
    let mut workings = Workings::default();
    workings.of(fitted, input.values());
    let Workings { logits, added, .. } = workings;
    let probabilities = probabilities(&logits);
    let class = fitted.decide(&probabilities);
    let contributions = fitted.features.iter().zip(added.chunks(logits.len().max(1)));
    Prediction {
        input: fitted
            .features
            .iter()
            .zip(input.cells(fitted))
            .map(|(feature, cell)| (feature.identifier.clone(), cell))
            .collect(),
        class: fitted.classes.get(class).cloned().unwrap_or_default(),
        probabilities: fitted.classes.iter().cloned().zip(probabilities).collect(),
        base: fitted.intercepts.clone(),
        contributions: contributions
            .map(|(feature, values)| Contribution {
                feature: feature.identifier.clone(),
                values: values.to_vec(),
            })
            .collect(),
        logits,
        warnings: warnings(fitted, input.values()).collect(),
    }
}

/// What the logits of a row are made of; used again for the next row.
#[derive(Debug, Default)]
pub(super) struct Workings {
    z: Vec<f64>,
    /// The columns of each feature.
    own: Vec<Range<usize>>,
    /// Of work on many rows: the weights of each column, one for each logit, where they are read one after the other.
    weights: Vec<f64>,
    /// One number per logit.
    pub logits: Vec<f64>,
    /// What each feature adds, `Σ w_j z_j` over its columns: feature by feature, one number per logit.
    pub added: Vec<f64>,
}

impl Workings {
    /// Of many rows of a model.
    pub fn many(fitted: &Fitted) -> Workings {
        let of = |column: usize| fitted.coefficients.iter().map(move |weights| weights[column]);
        Workings { weights: (0..fitted.columns.len()).flat_map(of).collect(), ..Workings::default() }
    }

    /// Works out a row of the one model that it is for; one value for each feature.
    pub fn of(&mut self, fitted: &Fitted, values: &[Value]) {
        self.logits.clear();
        self.logits.extend_from_slice(&fitted.intercepts);
        self.added.clear();
        let outputs = self.logits.len();
        if self.own.is_empty() {
            self.own = own(fitted);
        }
        for (value, own) in values.iter().zip(&self.own) {
            // A number is one column: nothing to add up.
            if own.len() == 1 {
                let z = encode(*value, &fitted.columns[own.start]);
                let added = self.added.len();
                match self.weights.get(own.start * outputs..).and_then(|weights| weights.get(..outputs)) {
                    Some(weights) => self.added.extend(weights.iter().map(|weight| weight * z)),
                    None => {
                        self.added.extend(fitted.coefficients.iter().map(|weights| weights[own.start] * z))
                    }
                }
                self.logits.iter_mut().zip(&self.added[added..]).for_each(|(logit, added)| *logit += added);
                continue;
            }
            self.z.resize(own.len(), 0.0);
            write(*value, &fitted.columns[own.clone()], &mut self.z);
            for (logit, weights) in self.logits.iter_mut().zip(&fitted.coefficients) {
                let added: f64 = weights[own.clone()].iter().zip(&self.z).map(|(w, z)| w * z).sum();
                *logit += added;
                self.added.push(added);
            }
        }
    }
}

/// The columns of each feature: they stand feature by feature.
fn own(fitted: &Fitted) -> Vec<Range<usize>> {
    let mut start = 0;
    let columns = (0..fitted.features.len()).map(|place| {
        let behind = fitted.columns[start..].iter().take_while(|column| column.feature == place).count();
        let own = start..start + behind;
        start = own.end;
        own
    });
    columns.collect()
}

/// The probability of each class, by softmax; of two classes the first has the logit 0.
pub fn probabilities(logits: &[f64]) -> Vec<f64> {
    let mut probabilities = Vec::new();
    softmax(logits, &mut probabilities);
    probabilities
}

/// The same into numbers that are there.
pub(super) fn softmax(logits: &[f64], into: &mut Vec<f64>) {
    into.clear();
    if logits.len() == 1 {
        into.push(0.0);
    }
    into.extend_from_slice(logits);
    let largest = into.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    into.iter_mut().for_each(|logit| *logit = (*logit - largest).exp());
    let sum: f64 = into.iter().sum();
    into.iter_mut().for_each(|power| *power /= sum);
}

/// The place of the largest probability; of equals the first.
pub fn most(probabilities: &[f64]) -> usize {
    let better =
        |best: usize, place: usize| if probabilities[place] > probabilities[best] { place } else { best };
    (1..probabilities.len()).fold(0, better)
}

/// A warning for each value outside what the training rows held.
pub(super) fn warnings<'a>(fitted: &'a Fitted, values: &'a [Value]) -> impl Iterator<Item = Warning> + 'a {
    fitted.features.iter().zip(values).filter_map(|(feature, value)| outside(feature, *value))
}

fn outside(feature: &Feature, value: Value) -> Option<Warning> {
    let Value::Number(x) = value else { return None };
    // Nearly always.
    if matches!(feature.seen, Seen::Number { min, max, .. } if (min..=max).contains(&x)) {
        return None;
    }
    let text = match (&feature.seen, cell(feature, value)) {
        (Seen::Number { min, max, .. }, _) => beyond(x, *min, *max, feature.unit.as_deref()),
        (Seen::Date { min, max }, Cell::Date(date)) if !(*min..=*max).contains(&date) => {
            format!("{date}{OUTSIDE}{min} to {max}")
        }
        (Seen::Boolean { share }, Cell::Boolean(value)) if *share == f64::from(!value) => {
            format!("{value}{OUTSIDE}only {}", !value)
        }
        _ => return None,
    };
    Some(Warning::of(&feature.identifier, text))
}

const OUTSIDE: &str = " is outside what was seen: ";

/// Of a number: of many rows each may have one.
fn beyond(x: f64, min: f64, max: f64, unit: Option<&str>) -> String {
    let mut text = Vec::with_capacity(96);
    for (number, behind) in [(x, OUTSIDE), (min, " to "), (max, "")] {
        spell(number, &mut text);
        text.extend_from_slice(behind.as_bytes());
    }
    if let Some(unit) = unit {
        text.push(b' ');
        text.extend_from_slice(unit.as_bytes());
    }
    // Of texts.
    String::from_utf8_lossy(&text).into_owned()
}
