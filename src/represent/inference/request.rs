//! A request to infer: JSON and binary tensors to one value for each row and feature.

use super::{
    ALL, CONTRIBUTION, LABEL, PROBABILITY,
    datatype::Datatype,
    sent::{Sent, Tensor, Wanted},
    tensor::{Datum, decoded, listed},
};
use crate::domain::{fault::quoted, model::Fitted};

/// Numbers of an answer: rows times classes and features.
const MOST_NUMBERS: usize = 2_000_000;

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
    let sent: Sent<'_> = serde_json::from_slice(head)
        .map_err(|error| format!("expected an inference request of the Open Inference Protocol: {error}"))?;
    let outputs = outputs(&sent)?;
    // Nothing of a tensor is read before it is known what it has to be.
    let (rows, places) = match together(fitted, &sent.inputs)? {
        Some(rows) => (rows, None),
        None => apart(fitted, &sent.inputs).map(|(rows, places)| (rows, Some(places)))?,
    };
    let rows = bounded(fitted, rows)?;
    let inputs = inputs(fitted, &sent.inputs, places, rows, binary)?;
    Ok(Inference { id: sent.id, rows, outputs, inputs })
}

fn outputs(sent: &Sent<'_>) -> Result<Vec<(Output, bool)>, Refused> {
    let all = sent.parameters.binary_data_output.unwrap_or(false);
    if sent.outputs.is_empty() {
        return Ok(vec![(Output::Label, all), (Output::Probability, all)]);
    }
    let mut outputs: Vec<(Output, bool)> = Vec::new();
    for wanted in &sent.outputs {
        let output = output(wanted)?;
        if outputs.iter().any(|(other, _)| *other == output) {
            return Err(format!("output `{}`: expected each output once, found it again", output.name()));
        }
        outputs.push((output, wanted.parameters.binary_data.unwrap_or(all)));
    }
    Ok(outputs)
}

fn output(wanted: &Wanted) -> Result<Output, Refused> {
    let known = [Output::Label, Output::Probability, Output::Contribution];
    let output = known.into_iter().find(|output| output.name() == wanted.name).ok_or_else(|| {
        format!("expected the outputs `{LABEL}`, `{PROBABILITY}` or `{CONTRIBUTION}`, found another")
    })?;
    match wanted.parameters.classification {
        Some(_) => Err(format!("output `{}`: expected no `classification`, found one", output.name())),
        None => Ok(output),
    }
}

/// How many rows the one tensor with all features has, if that was sent.
fn together(fitted: &Fitted, sent: &[Tensor<'_>]) -> Result<Option<u64>, Refused> {
    let features = fitted.features.len();
    let [tensor] = sent else { return Ok(None) };
    // A feature may have that name.
    if tensor.name != ALL || (features == 1 && fitted.features[0].identifier == ALL) {
        return Ok(None);
    }
    match tensor.shape.as_slice() {
        [rows, width] if *width == features as u64 => Ok(Some(*rows)),
        found => Err(format!("input `{ALL}`: expected the shape [rows, {features}], found {found:?}")),
    }
}

/// How many rows there are in a tensor for each feature, and for each tensor its feature.
fn apart(fitted: &Fitted, sent: &[Tensor<'_>]) -> Result<(u64, Vec<usize>), Refused> {
    let (mut places, mut rows) = (Vec::with_capacity(sent.len()), None);
    for tensor in sent {
        let place = fitted.features.iter().position(|feature| feature.identifier == tensor.name);
        let place = place.ok_or_else(|| {
            format!("expected the input `{ALL}` or one for each feature, found {}", quoted(&tensor.name))
        })?;
        let ([length] | [length, 1]) = tensor.shape.as_slice() else {
            let (name, found) = (&tensor.name, &tensor.shape);
            return Err(format!("input `{name}`: expected the shape [rows] or [rows, 1], found {found:?}"));
        };
        if *rows.get_or_insert(*length) != *length {
            return Err(format!("input `{}`: expected as many rows as the others have", tensor.name));
        }
        if places.contains(&place) {
            return Err(format!("input `{}`: expected each input once, found it again", tensor.name));
        }
        places.push(place);
    }
    let absent = fitted.features.iter().enumerate().find(|(place, _)| !places.contains(place));
    match absent {
        Some((_, feature)) => {
            Err(format!("expected the input `{}` too, or `{ALL}` with all of them", feature.identifier))
        }
        None => Ok((rows.unwrap_or(0), places)),
    }
}

fn bounded(fitted: &Fitted, rows: u64) -> Result<usize, Refused> {
    let most = MOST_NUMBERS / (fitted.classes.len() + fitted.features.len()).max(1);
    let found = usize::try_from(rows).ok().filter(|rows| (1..=most).contains(rows));
    found.ok_or_else(|| format!("expected 1 to {most} rows, found {rows}"))
}

/// The elements of all tensors; `places` are their features, if each has one of its own.
fn inputs(
    fitted: &Fitted,
    sent: &[Tensor<'_>],
    places: Option<Vec<usize>>,
    rows: usize,
    mut binary: &[u8],
) -> Result<Inputs, Refused> {
    let features = fitted.features.len();
    let elements = if places.is_some() { rows } else { rows * features };
    let mut tensors = Vec::with_capacity(sent.len());
    for tensor in sent {
        let read = tensor.elements(elements, &mut binary);
        tensors.push(read.map_err(|wrong| format!("input `{}`: {wrong}", tensor.name))?);
    }
    if !binary.is_empty() {
        return Err(format!("expected no bytes behind those of the tensors, found {}", binary.len()));
    }
    Ok(match places {
        None => Inputs::Together { all: tensors.pop().unwrap_or_default(), features },
        Some(places) => {
            let mut columns = vec![Vec::new(); features];
            places.into_iter().zip(tensors).for_each(|(place, tensor)| columns[place] = tensor);
            Inputs::Apart(columns)
        }
    })
}

impl Tensor<'_> {
    /// Its elements, so many, out of JSON or of the next bytes.
    fn elements(&self, elements: usize, binary: &mut &[u8]) -> Result<Vec<Datum>, Refused> {
        let datatype = Datatype::named(&self.datatype, self.parameters.content_type.as_deref())?;
        match (self.parameters.binary_data_size, self.data) {
            (Some(size), None) => {
                let (own, rest) = binary
                    .split_at_checked(size)
                    .ok_or_else(|| format!("expected {size} bytes, found {}", binary.len()))?;
                *binary = rest;
                decoded(datatype, own, elements)
            }
            (None, Some(data)) => listed(datatype, data.get(), elements),
            (Some(_), Some(_)) => Err("expected data or bytes, found both".into()),
            (None, None) => Err("expected data, found none".into()),
        }
    }
}
