//! Predictions of many rows, one after the other, with nothing allocated for each.

use super::{
    encode::Value,
    input::{Said, Wrong, stranger, value},
    predict::{Workings, softmax, warnings},
};
use crate::domain::{
    fault::{Fault, MOST_FAULTS, quoted},
    model::{Fitted, Warning},
    prediction::Place,
};
use std::collections::HashMap;

/// A model at work on rows.
#[derive(Debug)]
pub struct Batch<'f> {
    fitted: &'f Fitted,
    places: HashMap<&'f str, usize>,
    values: Vec<Value>,
    named: Vec<bool>,
    workings: Workings,
    probabilities: Vec<f64>,
    /// What is wrong with the rows so far, at most [`MOST_FAULTS`].
    pub faults: Vec<Fault>,
}

/// What a model says of a row.
#[derive(Debug, Clone, Copy)]
pub struct Told<'b> {
    /// The model.
    pub fitted: &'b Fitted,
    /// The class, by its place.
    pub class: usize,
    /// The probability of each class.
    pub probabilities: &'b [f64],
    /// The logits.
    pub logits: &'b [f64],
    /// What each feature adds to them: feature by feature, one number per logit.
    pub added: &'b [f64],
    values: &'b [Value],
}

impl<'f> Batch<'f> {
    /// A model that has not seen a row.
    pub fn new(fitted: &'f Fitted) -> Batch<'f> {
        let features = fitted.features.iter().enumerate();
        Batch {
            fitted,
            places: features.map(|(place, feature)| (feature.identifier.as_str(), place)).collect(),
            values: vec![Value::Missing; fitted.features.len()],
            named: vec![false; fitted.features.len()],
            workings: Workings::many(fitted),
            probabilities: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The model.
    pub fn fitted(&self) -> &'f Fitted {
        self.fitted
    }

    /// The feature with that identifier, by its place.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// Another row: nothing is known of it.
    pub fn begin(&mut self) {
        self.named.fill(false);
    }

    /// A value of the row; `at` is where the row stands. Strangers and repetitions are faults.
    pub fn give(&mut self, name: &str, said: Said<'_>, at: &dyn Fn() -> Place) {
        match self.place(name) {
            Some(place) => self.give_to(place, said, at),
            None => self.fault(stranger(self.fitted, at().of(name), name)),
        }
    }

    /// The same for the feature at that place.
    pub fn give_to(&mut self, place: usize, said: Said<'_>, at: &dyn Fn() -> Place) {
        let feature = &self.fitted.features[place];
        let name = &feature.identifier;
        if std::mem::replace(&mut self.named[place], true) {
            let found = format!("{} again", quoted(name));
            return self.fault(Fault::new(at().of(name), "each feature once", found));
        }
        match value(feature, said) {
            Ok(value) => self.values[place] = value,
            Err(Wrong { found, .. }) => {
                self.fault(Fault::new(at().of(name), feature.expected(), found));
            }
        }
    }

    /// Something else that is wrong.
    pub fn fault(&mut self, fault: Fault) {
        if !self.is_hopeless() {
            self.faults.push(fault);
        }
    }

    /// Whether there are as many faults as are told.
    pub fn is_hopeless(&self) -> bool {
        self.faults.len() >= MOST_FAULTS
    }

    /// What the model says of the row; nothing once something was wrong, in this row or in one before.
    pub fn tell(&mut self, at: &dyn Fn() -> Place) -> Option<Told<'_>> {
        for place in 0..self.named.len() {
            if self.named[place] {
                continue;
            }
            let feature = &self.fitted.features[place];
            self.fault(Fault::new(at().of(&feature.identifier), feature.expected(), "nothing"));
        }
        if !self.faults.is_empty() {
            return None;
        }
        self.workings.of(self.fitted, &self.values);
        softmax(&self.workings.logits, &mut self.probabilities);
        Some(Told {
            fitted: self.fitted,
            class: self.fitted.decide(&self.probabilities),
            probabilities: &self.probabilities,
            logits: &self.workings.logits,
            added: &self.workings.added,
            values: &self.values,
        })
    }
}

impl<'b> Told<'b> {
    /// The name of the class.
    pub fn name(&self) -> &'b str {
        &self.fitted.classes[self.class]
    }

    /// The features as they were understood, in the model's order, each as its one spelling.
    pub fn input(&self) -> impl Iterator<Item = (&'b str, crate::domain::column::Cell)> {
        let features = self.fitted.features.iter().zip(self.values);
        features.map(|(feature, value)| (feature.identifier.as_str(), super::input::cell(feature, *value)))
    }

    /// Values outside what the model has seen.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> + 'b {
        warnings(self.fitted, self.values)
    }

    /// What each feature adds to the logit of the class that is told; of two classes, to the only logit.
    pub fn contributions(&self) -> impl Iterator<Item = f64> + 'b {
        let (added, outputs) = (self.added, self.logits.len().max(1));
        let output = if outputs == 1 { 0 } else { self.class };
        added.iter().copied().skip(output).step_by(outputs)
    }
}
