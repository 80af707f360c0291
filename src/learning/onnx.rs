//! A model as an ONNX graph (opset 13, all numbers `f64`), for runtimes that know nothing of us.
//!
//! Input `x`, `rows × columns`, holds the encoded columns as the training had them before they were
//! standardised; the graph's metadata name them. Outputs are `label` and `probability`. Means are subtracted and
//! scales are folded into the weights, so that no digit is lost where a mean is far larger than its scale.

mod protobuf;

use crate::domain::model::Fitted;
use protobuf::{Message, bytes_of, texts};
use serde_json::json;

/// Version of the file format that brought opset 13, and that opset.
const IR_VERSION: u64 = 7;
const OPSET: u64 = 13;

/// Element types (`TensorProto.DataType`).
const INT64: u64 = 7;
const STRING: u64 = 8;
const DOUBLE: u64 = 11;

/// The graph of a model as bytes; `name` and `version` are those of the model.
pub fn onnx(fitted: &Fitted, name: &str, version: i64) -> Vec<u8> {
    let names: Vec<String> = fitted.columns.iter().map(|column| fitted.column_name(column)).collect();
    let about = "Logistic regression. x: one row for each thing to classify, its columns as `columns` says: \
                 numbers as they are, days since 1970-01-01, true as 1, a level or `is missing` as 0 or 1; \
                 what is missing stands at the mean of its column, as `means` says.";
    let means: Vec<f64> = fitted.columns.iter().map(|column| column.mean).collect();
    let mut opset = Message::default();
    opset.text(1, "").number(2, OPSET);
    let mut model = Message::default();
    model
        .number(1, IR_VERSION)
        .text(2, "almanac")
        .text(3, env!("CARGO_PKG_VERSION"))
        .number(5, version.unsigned_abs())
        .text(6, about)
        .message(7, &graph(fitted, name))
        .message(8, &opset);
    let metadata = [
        ("columns", json!(names).to_string()),
        ("classes", json!(fitted.classes).to_string()),
        ("means", json!(means).to_string()),
        ("target", fitted.target.clone()),
    ];
    for (key, value) in metadata {
        let mut entry = Message::default();
        entry.text(1, key).text(2, &value);
        model.message(14, &entry);
    }
    model.bytes()
}

/// `x -> x - means -> · weights -> + intercepts -> softmax -> probability -> the class -> label`.
fn graph(fitted: &Fitted, name: &str) -> Message {
    let (width, classes) = (fitted.columns.len() as u64, fitted.classes.len() as u64);
    let mut graph = Message::default();
    let mut nodes = vec![
        node("Sub", &["x", "means"], "centred", &[]),
        node("MatMul", &["centred", "weights"], "weighed", &[]),
        node("Add", &["weighed", "intercepts"], "logits", &[]),
        node("Softmax", &["logits"], "probability", &[("axis", 1)]),
    ];
    nodes.extend(decision(fitted));
    nodes.push(node("Gather", &["classes", "class"], "label", &[("axis", 0)]));
    for node in &nodes {
        graph.message(1, node);
    }
    graph.text(2, name);
    let means: Vec<f64> = fitted.columns.iter().map(|column| column.mean).collect();
    let (weights, intercepts) = weights(fitted);
    let mut constants = vec![
        constant("means", &[width], DOUBLE, &bytes_of(&means)),
        constant("weights", &[width, classes], DOUBLE, &bytes_of(&weights)),
        constant("intercepts", &[classes], DOUBLE, &bytes_of(&intercepts)),
        texts("classes", &fitted.classes, STRING),
    ];
    constants.extend(thresholds(fitted));
    for constant in &constants {
        graph.message(5, constant);
    }
    graph
        .message(11, &value("x", DOUBLE, Some(width)))
        .message(12, &value("label", STRING, None))
        .message(12, &value("probability", DOUBLE, Some(classes)));
    graph
}

/// From `probability` to `class`, the place of the class that is told: as [`Fitted::decide`].
fn decision(fitted: &Fitted) -> Vec<Message> {
    if fitted.threshold.is_none() {
        return vec![node("ArgMax", &["probability"], "class", &[("axis", 1), ("keepdims", 0)])];
    }
    vec![
        node("Gather", &["probability", "one"], "second", &[("axis", 1)]),
        node("GreaterOrEqual", &["second", "threshold"], "told", &[]),
        node("Cast", &["told"], "class", &[("to", INT64)]),
    ]
}

fn thresholds(fitted: &Fitted) -> Vec<Message> {
    let Some(threshold) = fitted.threshold else { return Vec::new() };
    vec![
        constant("one", &[], INT64, &1_i64.to_le_bytes()),
        constant("threshold", &[], DOUBLE, &threshold.to_le_bytes()),
    ]
}

/// Weights of the columns as they are, `columns × classes` row by row, and intercepts; the first of two classes
/// has the logit 0.
fn weights(fitted: &Fitted) -> (Vec<f64>, Vec<f64>) {
    let first = fitted.classes.len() - fitted.coefficients.len();
    let mut weights = Vec::with_capacity(fitted.columns.len() * fitted.classes.len());
    for (place, column) in fitted.columns.iter().enumerate() {
        weights.extend(std::iter::repeat_n(0.0, first));
        weights.extend(fitted.coefficients.iter().map(|row| row[place] / column.scale));
    }
    let mut intercepts = vec![0.0; first];
    intercepts.extend_from_slice(&fitted.intercepts);
    (weights, intercepts)
}

fn node(kind: &str, inputs: &[&str], output: &str, numbers: &[(&str, u64)]) -> Message {
    let mut node = Message::default();
    for input in inputs {
        node.text(1, input);
    }
    node.text(2, output).text(3, output).text(4, kind);
    for (name, number) in numbers {
        // AttributeProto: name, i, and its type, INT.
        let mut attribute = Message::default();
        attribute.text(1, name).number(3, *number).number(20, 2);
        node.message(5, &attribute);
    }
    node
}

fn constant(name: &str, dimensions: &[u64], element: u64, raw: &[u8]) -> Message {
    let mut tensor = Message::default();
    for dimension in dimensions {
        tensor.number(1, *dimension);
    }
    tensor.number(2, element).text(8, name).raw(9, raw);
    tensor
}

/// An input or output: rows, and so many columns or a list.
fn value(name: &str, element: u64, columns: Option<u64>) -> Message {
    let (mut rows, mut shape) = (Message::default(), Message::default());
    rows.text(2, "rows");
    shape.message(1, &rows);
    if let Some(columns) = columns {
        let mut dimension = Message::default();
        dimension.number(1, columns);
        shape.message(1, &dimension);
    }
    let (mut tensor, mut kind, mut value) = (Message::default(), Message::default(), Message::default());
    tensor.number(1, element).message(2, &shape);
    kind.message(1, &tensor);
    value.text(1, name).message(2, &kind);
    value
}
