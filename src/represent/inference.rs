//! The Open Inference Protocol (version 2 of KServe's, HTTP): what clients such as `tritonclient` send, and
//! what they read.
//!
//! JSON, or JSON with binary tensors behind it, whose length is told by [`JSON_LENGTH`]; little-endian, each
//! text with its length in four bytes before it. Metadata stand in the documents of models ([`inputs`],
//! [`outputs`]).

mod datatype;
mod request;
mod response;
mod sent;
mod tensor;

pub use request::{Inference, Refused, read};
pub use response::{Answered, Answers};
pub use tensor::Datum;

use crate::domain::model::{Feature, Fitted, Seen};
use serde_json::{Value, json};

/// What the models are made by, as the protocol names it.
pub const PLATFORM: &str = "almanac_logistic_regression";
/// What of the protocol's extensions there is.
pub const EXTENSIONS: &[&str] = &["binary_tensor_data"];
/// Tells how many bytes of a body are JSON; the rest are binary tensors.
pub const JSON_LENGTH: &str = "inference-header-content-length";

/// One tensor with a column for each feature.
const ALL: &str = "predict";
/// The class of each row.
const LABEL: &str = "label";
/// The probability of each class.
const PROBABILITY: &str = "probability";
/// What each feature adds to the logit of the class that is told.
const CONTRIBUTION: &str = "contribution";

/// The inputs that a model takes: a tensor for each feature.
pub fn inputs(fitted: &Fitted) -> Value {
    fitted.features.iter().map(|one| tensor(&one.identifier, datatype(one), json!([-1, 1]))).collect()
}

/// The outputs that it gives.
pub fn outputs(fitted: &Fitted) -> Value {
    json!([
        tensor(LABEL, "BYTES", json!([-1])),
        tensor(PROBABILITY, "FP64", json!([-1, fitted.classes.len()])),
        tensor(CONTRIBUTION, "FP64", json!([-1, fitted.features.len()])),
    ])
}

fn tensor(name: &str, datatype: &str, shape: Value) -> Value {
    json!({"@type": "Tensor", "name": name, "datatype": datatype, "shape": shape})
}

fn datatype(feature: &Feature) -> &'static str {
    match feature.seen {
        Seen::Number { .. } => "FP64",
        Seen::Boolean { .. } => "BOOL",
        Seen::Date { .. } | Seen::Category { .. } => "BYTES",
    }
}
