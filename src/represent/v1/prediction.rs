//! Predictions in version 1.

use super::{Links, item};
use crate::{
    domain::{
        Kind,
        column::Cell,
        model::Warning,
        prediction::Prediction,
        version::{Model, Version},
    },
    represent::{
        Document,
        cell::cell_value,
        link::{Base, Place, encoded},
        policy::Subject,
    },
};
use serde_json::{Map, Value, json};

/// Where the features with these values, in this order, are predicted from.
pub fn place(slug: &str, values: &[(String, String)]) -> Place {
    let pairs = values.iter().map(|(name, value)| format!("{}/{}", encoded(name), encoded(value)));
    Place::V1Predict(slug.into(), pairs.collect::<Vec<_>>().join("/"))
}

/// The document of a prediction.
///
/// It changes with the model's newest version, so for caches it is the model.
pub fn read(
    base: &Base,
    place: &Place,
    model: &Model,
    version: &Version,
    prediction: &Prediction,
) -> Document {
    let slug = model.slug.to_string();
    let subject = Subject::Item { kind: Kind::Model, slug: slug.clone() };
    let mut document = item(base, place, "Prediction", subject);
    document.state = Some(version.state(&slug));
    let cell = |(name, cell): &(String, Cell)| (name.clone(), cell_value(cell));
    let probability = |(class, probability): &(String, f64)| (class.clone(), json!(probability));
    document
        .set("class", prediction.class.clone())
        .set("probabilities", Value::Object(prediction.probabilities.iter().map(probability).collect()))
        .set("input", Value::Object(prediction.input.iter().map(cell).collect::<Map<_, _>>()))
        .set("version", version.number);
    if !prediction.warnings.is_empty() {
        document.set("warnings", prediction.warnings.iter().map(warning).collect::<Vec<String>>());
    }
    Links::of(base, &place.url(base)).to("model", &Place::V1Model(slug)).end(&mut document, place);
    document
}

fn warning(Warning { column, text }: &Warning) -> String {
    column.as_ref().map_or_else(|| text.clone(), |column| format!("{column}: {text}"))
}
