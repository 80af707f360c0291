//! The answer to a request to infer.

use super::request::{Inference, Output};
use crate::domain::model::Fitted;
use serde::Serialize;

/// What is told of the rows, one after the other.
#[derive(Debug, Default)]
pub struct Answers {
    /// The class of each, by its place.
    pub labels: Vec<usize>,
    /// The probability of each class, row after row.
    pub probabilities: Vec<f64>,
    /// What each feature adds, row after row.
    pub contributions: Vec<f64>,
}

/// An answer as it is sent.
#[derive(Debug)]
pub struct Answered {
    /// JSON, and perhaps binary tensors behind it.
    pub body: Vec<u8>,
    /// How many bytes of it are JSON, if not all are.
    pub json: Option<usize>,
}

impl Answers {
    /// The answer to a request of the version of a model.
    pub fn answered(&self, fitted: &Fitted, inference: &Inference, model: &str, version: i64) -> Answered {
        let (mut body, mut binary) = (Vec::new(), Vec::new());
        body.extend_from_slice(b"{\"model_name\":");
        json(&mut body, &model);
        body.extend_from_slice(b",\"model_version\":");
        json(&mut body, &version.to_string());
        if let Some(id) = &inference.id {
            body.extend_from_slice(b",\"id\":");
            json(&mut body, id);
        }
        body.extend_from_slice(b",\"outputs\":[");
        for (index, (output, as_bytes)) in inference.outputs.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            let (datatype, shape) = self.kind(*output, fitted);
            body.extend_from_slice(b"{\"name\":");
            json(&mut body, &output.name());
            body.extend_from_slice(b",\"datatype\":");
            json(&mut body, &datatype);
            body.extend_from_slice(b",\"shape\":");
            json(&mut body, &shape);
            if *as_bytes {
                let before = binary.len();
                self.bytes(*output, fitted, &mut binary);
                let size = binary.len() - before;
                body.extend_from_slice(format!(",\"parameters\":{{\"binary_data_size\":{size}}}").as_bytes());
            } else {
                body.extend_from_slice(b",\"data\":");
                self.data(*output, fitted, &mut body);
            }
            body.push(b'}');
        }
        body.extend_from_slice(b"]}");
        let json = (!binary.is_empty()).then_some(body.len());
        body.append(&mut binary);
        Answered { body, json }
    }

    fn kind(&self, output: Output, fitted: &Fitted) -> (&'static str, Vec<usize>) {
        let rows = self.labels.len();
        match output {
            Output::Label => ("BYTES", vec![rows]),
            Output::Probability => ("FP64", vec![rows, fitted.classes.len()]),
            Output::Contribution => ("FP64", vec![rows, fitted.features.len()]),
        }
    }

    fn labels<'a>(&'a self, fitted: &'a Fitted) -> impl Iterator<Item = &'a str> {
        self.labels.iter().map(|class| fitted.classes[*class].as_str())
    }

    fn numbers(&self, output: Output) -> &[f64] {
        match output {
            Output::Label => &[],
            Output::Probability => &self.probabilities,
            Output::Contribution => &self.contributions,
        }
    }

    fn data(&self, output: Output, fitted: &Fitted, body: &mut Vec<u8>) {
        match output {
            Output::Label => json(body, &self.labels(fitted).collect::<Vec<_>>()),
            _ => json(body, &self.numbers(output)),
        }
    }

    fn bytes(&self, output: Output, fitted: &Fitted, bytes: &mut Vec<u8>) {
        if output == Output::Label {
            for label in self.labels(fitted) {
                bytes.extend_from_slice(&(label.len() as u32).to_le_bytes());
                bytes.extend_from_slice(label.as_bytes());
            }
            return;
        }
        self.numbers(output).iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
    }
}

fn json(body: &mut Vec<u8>, value: &impl Serialize) {
    // Memory takes what is written to it, and texts and numbers have a spelling.
    let _ = serde_json::to_writer(body, value);
}
