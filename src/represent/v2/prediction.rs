//! Predictions in version 2.

use super::{item, operable, version};
use crate::{
    domain::{
        Kind,
        column::{Cell, Column},
        model::{Feature, Fitted},
        prediction::{Asked, Contribution, Given, Place as Stood, Prediction},
        state::State,
        version::Model,
    },
    represent::{
        Document,
        cell::cell_value,
        hydra,
        link::{Base, Place},
        policy::Subject,
        predictions,
    },
};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The document of a prediction: a pure function of its URL.
pub fn read(base: &Base, model: &Model, number: i64, prediction: &Prediction) -> Document {
    let slug = model.slug.to_string();
    let place = Place::Prediction(slug.clone(), number.to_string());
    let mut document = item(base, &place, "Prediction", Subject::Prediction { slug: slug.clone() });
    let query = query(prediction);
    document.state = Some(state(model, number, &query));
    document.set("@id", format!("{}?{query}", place.url(base)));
    if let Ok(Value::Object(members)) = serde_json::to_value(Said::of(prediction)) {
        for (key, value) in members {
            document.set(&key, value);
        }
    }
    document
        .set("modelVersion", Place::Version(slug.clone(), number.to_string()).url(base))
        .set("model", Place::Model(slug).url(base))
        .set("dataset", Place::Dataset(model.dataset.to_string()).url(base))
        .text("operation", OPERATIONS.clone());
    document
}

/// The operations of every prediction.
static OPERATIONS: LazyLock<String> = LazyLock::new(|| hydra::operations("Prediction").to_string());

/// The state of the prediction of a version that stands at this query.
pub fn state(model: &Model, number: i64, query: &str) -> State {
    State::of(["prediction", model.slug.as_str(), &number.to_string(), query])
}

/// What the model says, as the members of [`read`] that are no other prediction's, in their order: JSON without the
/// braces around it.
pub fn members(prediction: &Prediction) -> String {
    // Texts, numbers and lists of them have a spelling.
    let mut object = serde_json::to_string(&Said::of(prediction)).unwrap_or_default();
    object.pop();
    if !object.is_empty() {
        object.remove(0);
    }
    object
}

/// What a model says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Said<'p> {
    class: &'p str,
    probabilities: Vec<OfClass<'p>>,
    input: Vec<Understood<'p>>,
    base_logit: &'p [f64],
    logit: &'p [f64],
    contributions: Vec<Adds<'p>>,
    warnings: Value,
}

impl<'p> Said<'p> {
    fn of(prediction: &'p Prediction) -> Said<'p> {
        let Prediction { input, class, probabilities, base, logits, contributions, warnings } = prediction;
        let of_class =
            |(class, probability): &'p (String, f64)| OfClass { of_class: class, probability: *probability };
        let understood =
            |(feature, cell): &'p (String, Cell)| Understood { feature, value: cell_value(cell) };
        let adds = |one: &'p Contribution| Adds { feature: &one.feature, contribution: &one.values };
        Said {
            class,
            probabilities: probabilities.iter().map(of_class).collect(),
            input: input.iter().map(understood).collect(),
            base_logit: base,
            logit: logits,
            contributions: contributions.iter().map(adds).collect(),
            warnings: version::warnings(warnings),
        }
    }
}

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

/// The canonical query: features in the model's order, each value in its one spelling.
pub fn query(prediction: &Prediction) -> String {
    let mut text = Vec::with_capacity(128);
    for (name, cell) in &prediction.input {
        if !text.is_empty() {
            text.push(b'&');
        }
        predictions::pair(&mut text, name, cell);
    }
    // Of texts.
    String::from_utf8_lossy(&text).into_owned()
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
