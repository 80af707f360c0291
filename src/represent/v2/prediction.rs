//! Predictions in version 2.

use super::{item, operable, version};
use crate::{
    domain::{
        Kind,
        column::{Cell, Column},
        model::{Feature, Fitted},
        prediction::{Asked, Given, Place as Stood, Prediction},
        version::Model,
    },
    represent::{
        Document,
        cell::cell_value,
        link::{Base, Place},
        policy::Subject,
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// What stands unencoded in a query value (RFC 3986 §2.3).
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The document of a prediction: a pure function of its URL.
pub fn read(base: &Base, model: &Model, number: i64, prediction: &Prediction) -> Document {
    let slug = model.slug.to_string();
    let place = Place::Prediction(slug.clone(), number.to_string());
    let mut document = item(base, &place, "Prediction", Subject::Prediction { slug: slug.clone() });
    let url = format!("{}?{}", place.url(base), query(prediction));
    document.set("@id", url);
    for (key, value) in members(prediction) {
        document.set(key, value);
    }
    document
        .set("modelVersion", Place::Version(slug.clone(), number.to_string()).url(base))
        .set("model", Place::Model(slug).url(base))
        .set("dataset", Place::Dataset(model.dataset.to_string()).url(base));
    operable(&mut document, "Prediction");
    document
}

/// What the model says, without saying where.
fn members(prediction: &Prediction) -> Vec<(&'static str, Value)> {
    let probabilities: Vec<Value> = prediction
        .probabilities
        .iter()
        .map(|(class, probability)| json!({"ofClass": class, "probability": probability}))
        .collect();
    let contributions: Vec<Value> = prediction
        .contributions
        .iter()
        .map(|one| json!({"feature": one.feature, "contribution": one.values}))
        .collect();
    let input: Vec<Value> = prediction
        .input
        .iter()
        .map(|(name, cell)| json!({"feature": name, "value": cell_value(cell)}))
        .collect();
    vec![
        ("class", json!(prediction.class)),
        ("probabilities", json!(probabilities)),
        ("input", json!(input)),
        ("baseLogit", json!(prediction.base)),
        ("logit", json!(prediction.logits)),
        ("contributions", json!(contributions)),
        ("warnings", version::warnings(&prediction.warnings)),
    ]
}

/// The canonical query: features in the model's order, each value in its one spelling.
pub fn query(prediction: &Prediction) -> String {
    let pair =
        |(name, cell): &(String, Cell)| format!("{name}={}", utf8_percent_encode(&cell.to_string(), VALUE));
    prediction.input.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// The collection to which features are posted, and how.
pub fn collection(base: &Base, place: &Place, model: &Model, number: i64, fitted: &Fitted) -> Document {
    let slug = model.slug.to_string();
    let subject = Subject::Collection { kind: Kind::Prediction, within: Some(slug.clone()) };
    let mut document = item(base, place, "PredictionCollection", subject);
    let one = Place::Prediction(slug.clone(), number.to_string());
    document
        .set("title", format!("Predictions of {}", model.words.headline))
        .set("totalItems", 0)
        .set("member", json!([]))
        .set(
            "features",
            fitted.features.iter().map(|one| version::feature(base, model, one)).collect::<Vec<_>>(),
        )
        .set("predict", version::template(base, &one, model, fitted))
        .set("modelVersion", Place::Version(slug.clone(), number.to_string()).url(base))
        .set("model", Place::Model(slug).url(base));
    operable(&mut document, "PredictionCollection");
    // As a table it has the header of those that can be sent.
    let column = |one: &Feature| Column::new(&one.identifier, &one.identifier, one.kind());
    document.columns = fitted.features.iter().map(column).collect();
    document
}

/// What stands around several predictions, which are in the order of the rows that were sent.
pub fn many(base: &Base, place: &Place, model: &Model, number: i64) -> Document {
    let slug = model.slug.to_string();
    let mut document = item(base, place, "PredictionCollection", Subject::Passing);
    document
        .set("title", format!("Predictions of {}", model.words.headline))
        .set("modelVersion", Place::Version(slug, number.to_string()).url(base));
    document
}

/// The features of one object, at a JSON pointer; `{"features": {..}}` and the bare object are the same.
pub fn asked(pointer: &str, value: &Value) -> Option<Asked> {
    let inner = value.get("features").filter(|inner| inner.is_object());
    let (object, pointer) = match inner {
        Some(inner) => (inner.as_object()?, format!("{pointer}/features")),
        None => (value.as_object()?, pointer.to_string()),
    };
    let values = object
        .iter()
        .filter(|(key, _)| !key.starts_with('@'))
        .map(|(key, value)| (key.clone(), given(value)))
        .collect();
    Some(Asked { values, place: Stood::Object(pointer) })
}

fn given(value: &Value) -> Given {
    match value {
        Value::Null => Given::Typed(Cell::Missing),
        Value::Bool(value) => Given::Typed(Cell::Boolean(*value)),
        Value::String(text) => Given::Typed(Cell::Text(text.clone())),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Given::Typed(Cell::Integer(whole)),
            (None, Some(value)) => Given::Typed(Cell::Number(value)),
            (None, None) => Given::Nested,
        },
        Value::Array(_) | Value::Object(_) => Given::Nested,
    }
}
