//! A request to infer: JSON and binary tensors to one value for each row and feature.

use super::{
    ALL, CONTRIBUTION, LABEL, PROBABILITY,
    tensor::{Data, Datum, decoded},
};
use crate::domain::model::Fitted;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Numbers of an answer: rows times classes and features.
const MOST_NUMBERS: usize = 2_000_000;

/// What was sent.
#[derive(Deserialize)]
struct Sent {
    id: Option<String>,
    #[serde(default)]
    parameters: Map<String, Value>,
    inputs: Vec<Tensor>,
    #[serde(default)]
    outputs: Vec<Wanted>,
}

#[derive(Deserialize)]
struct Tensor {
    name: String,
    shape: Vec<u64>,
    datatype: String,
    #[serde(default)]
    parameters: Map<String, Value>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    #[serde(default)]
    parameters: Map<String, Value>,
}

/// Why a request is none, as a sentence.
pub type Refused = String;

/// A request that was understood.
#[derive(Debug)]
pub struct Inference {
    /// Its name, which the answer repeats.
    pub id: Option<String>,
    /// How many rows there are.
    pub rows: usize,
    /// The outputs that are wanted: which, and whether as bytes.
    pub outputs: Vec<(Output, bool)>,
    inputs: Inputs,
}

/// An output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The class of each row.
    Label,
    /// The probability of each class.
    Probability,
    /// What each feature adds.
    Contribution,
}

impl Output {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Output::Label => LABEL,
            Output::Probability => PROBABILITY,
            Output::Contribution => CONTRIBUTION,
        }
    }
}

#[derive(Debug)]
enum Inputs {
    /// Row after row, the features of each in the model's order.
    Together { all: Vec<Datum>, features: usize },
    /// The rows of each feature, in the model's order.
    Apart(Vec<Vec<Datum>>),
}

impl Inference {
    /// The value of a feature in a row.
    pub fn datum(&self, row: usize, feature: usize) -> &Datum {
        match &self.inputs {
            Inputs::Together { all, features } => &all[row * features + feature],
            Inputs::Apart(columns) => &columns[feature][row],
        }
    }
}

/// Reads a request for a model; `json` are the bytes of it that are JSON.
pub fn read(fitted: &Fitted, body: &[u8], json: Option<usize>) -> Result<Inference, Refused> {
    let (head, binary) = match json {
        None => (body, &[][..]),
        Some(length) => body
            .split_at_checked(length)
            .ok_or_else(|| format!("expected at least {length} bytes of JSON, found {}", body.len()))?,
    };
    let sent: Sent = serde_json::from_slice(head)
        .map_err(|error| format!("expected an inference request of the Open Inference Protocol: {error}"))?;
    let outputs = outputs(&sent)?;
    let (rows, inputs) = inputs(fitted, sent.inputs, binary)?;
    let numbers = rows.saturating_mul(fitted.classes.len() + fitted.features.len());
    if rows == 0 || numbers > MOST_NUMBERS {
        let most = MOST_NUMBERS / (fitted.classes.len() + fitted.features.len()).max(1);
        return Err(format!("expected 1 to {most} rows, found {rows}"));
    }
    Ok(Inference { id: sent.id, rows, outputs, inputs })
}

fn outputs(sent: &Sent) -> Result<Vec<(Output, bool)>, Refused> {
    let flag = |parameters: &Map<String, Value>, name: &str| parameters.get(name).and_then(Value::as_bool);
    let all = flag(&sent.parameters, "binary_data_output").unwrap_or(false);
    if sent.outputs.is_empty() {
        return Ok(vec![(Output::Label, all), (Output::Probability, all)]);
    }
    let known = [Output::Label, Output::Probability, Output::Contribution];
    let output = |wanted: &Wanted| {
        if wanted.parameters.contains_key("classification") {
            return Err(format!("output `{}`: expected no `classification`, found one", wanted.name));
        }
        let found = known.into_iter().find(|output| output.name() == wanted.name).ok_or_else(|| {
            format!("expected the outputs `{LABEL}`, `{PROBABILITY}` or `{CONTRIBUTION}`, found another")
        })?;
        Ok((found, flag(&wanted.parameters, "binary_data").unwrap_or(all)))
    };
    sent.outputs.iter().map(output).collect()
}

/// The rows and their values, out of one tensor or one for each feature.
fn inputs(fitted: &Fitted, sent: Vec<Tensor>, mut binary: &[u8]) -> Result<(usize, Inputs), Refused> {
    let mut tensors = Vec::with_capacity(sent.len());
    for mut tensor in sent {
        let data = tensor.elements(&mut binary)?;
        tensors.push((tensor, data));
    }
    if !binary.is_empty() {
        return Err(format!("expected no bytes behind those of the tensors, found {}", binary.len()));
    }
    let features = fitted.features.len();
    // A feature may have that name.
    if let [(tensor, _)] = tensors.as_slice()
        && tensor.name == ALL
        && (features != 1 || fitted.features[0].identifier != ALL)
    {
        let (tensor, all) = tensors.remove(0);
        return match tensor.shape.as_slice() {
            [rows, width] if *width == features as u64 => {
                Ok((*rows as usize, Inputs::Together { all, features }))
            }
            found => Err(format!("input `{ALL}`: expected the shape [rows, {features}], found {found:?}")),
        };
    }
    apart(fitted, tensors)
}

fn apart(fitted: &Fitted, tensors: Vec<(Tensor, Vec<Datum>)>) -> Result<(usize, Inputs), Refused> {
    let mut columns: Vec<Option<Vec<Datum>>> = vec![None; fitted.features.len()];
    let mut rows = None;
    for (tensor, data) in tensors {
        let place = fitted.features.iter().position(|feature| feature.identifier == tensor.name);
        let place = place.ok_or_else(|| {
            format!("expected the input `{ALL}` or one for each feature, found {:?}", short(&tensor.name))
        })?;
        if !matches!(tensor.shape.as_slice(), [_] | [_, 1]) {
            let found = tensor.shape;
            return Err(format!(
                "input `{}`: expected the shape [rows] or [rows, 1], found {found:?}",
                tensor.name
            ));
        }
        if *rows.get_or_insert(data.len()) != data.len() {
            return Err(format!("input `{}`: expected as many rows as the others have", tensor.name));
        }
        if columns[place].replace(data).is_some() {
            return Err(format!("input `{}`: expected each input once, found it again", tensor.name));
        }
    }
    let absent = columns.iter().position(Option::is_none);
    if let Some(feature) = absent.and_then(|place| fitted.features.get(place)) {
        return Err(format!("expected the input `{}` too, or `{ALL}` with all of them", feature.identifier));
    }
    Ok((rows.unwrap_or(0), Inputs::Apart(columns.into_iter().flatten().collect())))
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

impl Tensor {
    /// Its elements, out of JSON or of the next bytes, as many as its shape says.
    fn elements(&mut self, binary: &mut &[u8]) -> Result<Vec<Datum>, Refused> {
        let name = short(&self.name);
        let data = match (self.parameters.get("binary_data_size"), self.data.take()) {
            (Some(size), None) => {
                let size = size.as_u64().and_then(|size| usize::try_from(size).ok());
                let size =
                    size.ok_or_else(|| format!("input `{name}`: expected binary_data_size as a number"))?;
                let (own, rest) = binary.split_at_checked(size).ok_or_else(|| {
                    format!("input `{name}`: expected {size} bytes, found {}", binary.len())
                })?;
                *binary = rest;
                decoded(&self.datatype, own).map_err(|wrong| format!("input `{name}`: {wrong}"))?
            }
            (None, Some(Data(data))) => data,
            (Some(_), Some(_)) => return Err(format!("input `{name}`: expected data or bytes, found both")),
            (None, None) => return Err(format!("input `{name}`: expected data, found none")),
        };
        let elements = self.shape.iter().try_fold(1_u64, |all, one| all.checked_mul(*one));
        if elements != Some(data.len() as u64) {
            let found = data.len();
            return Err(format!(
                "input `{name}`: expected as many elements as its shape says, found {found}"
            ));
        }
        Ok(data)
    }
}
