//! Predictions in version 2.

use super::{item, operable, version};
use crate::{
    domain::{
        Kind,
        column::{Cell, Column},
        model::{Feature, Fitted},
        prediction::{Asked, Given, Place as Stood, Prediction},
        state::State,
        version::Model,
    },
    represent::{
        Document,
        cell::cell_value,
        hydra,
        link::{Base, Place},
        policy::Subject,
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// What stands unencoded in a query value (RFC 3986 §2.3).
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The document of a prediction: a pure function of its URL.
pub fn read(base: &Base, model: &Model, number: i64, prediction: &Prediction) -> Document {
    let slug = model.slug.to_string();
    let place = Place::Prediction(slug.clone(), number.to_string());
    let mut document = item(base, &place, "Prediction", Subject::Prediction { slug: slug.clone() });
    let query = query(prediction);
    document.state = Some(State::of(["prediction", &slug, &number.to_string(), &query]));
    document.set("@id", format!("{}?{query}", place.url(base)));
    said(&mut document, prediction);
    document
        .set("modelVersion", Place::Version(slug.clone(), number.to_string()).url(base))
        .set("model", Place::Model(slug).url(base))
        .set("dataset", Place::Dataset(model.dataset.to_string()).url(base))
        .text("operation", OPERATIONS.clone());
    document
}

/// The operations of every prediction.
static OPERATIONS: LazyLock<String> = LazyLock::new(|| hydra::operations("Prediction").to_string());

/// The probability of a class.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfClass<'p> {
    of_class: &'p str,
    probability: f64,
}

/// What was understood of a feature.
#[derive(Serialize)]
struct Understood<'p> {
    feature: &'p str,
    value: Value,
}

/// What a feature adds to each logit.
#[derive(Serialize)]
struct Adds<'p> {
    feature: &'p str,
    contribution: &'p [f64],
}

/// Adds what the model says: lists as text, since a JSON value of each costs more than the prediction.
fn said(document: &mut Document, prediction: &Prediction) {
    let Prediction { input, class, probabilities, base, logits, contributions, warnings } = prediction;
    let probabilities = probabilities
        .iter()
        .map(|(class, probability)| OfClass { of_class: class, probability: *probability });
    let input = input.iter().map(|(feature, cell)| Understood { feature, value: cell_value(cell) });
    let contributions =
        contributions.iter().map(|one| Adds { feature: &one.feature, contribution: &one.values });
    document
        .set("class", class.clone())
        .text("probabilities", listed(probabilities))
        .text("input", listed(input))
        .set("baseLogit", base.clone())
        .set("logit", logits.clone())
        .text("contributions", listed(contributions))
        .set("warnings", version::warnings(warnings));
}

fn listed(items: impl Iterator<Item = impl Serialize>) -> String {
    // Texts, numbers and lists of them have a spelling.
    serde_json::to_string(&items.collect::<Vec<_>>()).unwrap_or_default()
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
