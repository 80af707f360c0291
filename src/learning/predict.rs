//! Predicting: a dot product over stored weights, and what each feature adds to it.

use super::{encode::write, input::Input};
use crate::domain::{
    column::{Cell, spelled},
    model::{Encoded, Feature, Fitted, Seen, Warning},
    prediction::{Contribution, Prediction},
};

/// What the model says of one row.
pub fn predict(fitted: &Fitted, input: &Input) -> Prediction {
    let contributions = contributions(fitted, input);
    let mut logits = fitted.intercepts.clone();
    for contribution in &contributions {
        logits.iter_mut().zip(&contribution.values).for_each(|(logit, value)| *logit += value);
    }
    let probabilities = probabilities(&logits);
    let cells = || fitted.features.iter().zip(input.cells());
    Prediction {
        input: cells().map(|(feature, cell)| (feature.identifier.clone(), cell.clone())).collect(),
        class: fitted.classes.get(fitted.decide(&probabilities)).cloned().unwrap_or_default(),
        probabilities: fitted.classes.iter().cloned().zip(probabilities).collect(),
        base: fitted.intercepts.clone(),
        logits,
        contributions,
        warnings: cells().filter_map(|(feature, cell)| outside(feature, cell)).collect(),
    }
}

/// `Σ w_j z_j` over the columns of each feature, for each logit.
fn contributions(fitted: &Fitted, input: &Input) -> Vec<Contribution> {
    let mut start = 0;
    let mut contributions = Vec::with_capacity(fitted.features.len());
    for (place, (feature, value)) in fitted.features.iter().zip(input.values()).enumerate() {
        let own = |column: &&Encoded| column.feature == place;
        let columns = &fitted.columns[start..];
        let columns = &columns[..columns.iter().take_while(own).count()];
        let mut z = vec![0.0; columns.len()];
        write(*value, columns, &mut z);
        let end = start + columns.len();
        let add = |weights: &Vec<f64>| weights[start..end].iter().zip(&z).map(|(w, z)| w * z).sum();
        let values = fitted.coefficients.iter().map(add).collect();
        contributions.push(Contribution { feature: feature.identifier.clone(), values });
        start = end;
    }
    contributions
}

/// The probability of each class, by softmax; of two classes the first has the logit 0.
pub fn probabilities(logits: &[f64]) -> Vec<f64> {
    let first = if logits.len() == 1 { &[0.0][..] } else { &[] };
    let all = || first.iter().chain(logits);
    let largest = all().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = all().map(|logit| (logit - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The place of the largest probability; of equals the first.
pub fn most(probabilities: &[f64]) -> usize {
    let better =
        |best: usize, place: usize| if probabilities[place] > probabilities[best] { place } else { best };
    (1..probabilities.len()).fold(0, better)
}

/// A warning if a value is outside what the training rows held.
fn outside(feature: &Feature, cell: &Cell) -> Option<Warning> {
    let seen = match (&feature.seen, cell) {
        (Seen::Number { min, max, .. }, Cell::Number(x)) if !(min..=max).contains(&x) => {
            format!("{} to {}", spelled(*min), spelled(*max))
        }
        (Seen::Date { min, max }, Cell::Date(date)) if !(min..=max).contains(&date) => {
            format!("{min} to {max}")
        }
        (Seen::Boolean { share }, Cell::Boolean(value)) if *share == f64::from(!value) => {
            format!("only {}", !value)
        }
        _ => return None,
    };
    let unit = match (&feature.unit, cell) {
        (Some(unit), Cell::Number(_)) => format!(" {unit}"),
        _ => String::new(),
    };
    Some(Warning::of(&feature.identifier, format!("{cell} is outside what was seen: {seen}{unit}")))
}
