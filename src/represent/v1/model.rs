//! Models in version 1: a model is its newest version.

use super::{Links, Stretch, collection, item};
use crate::{
    domain::{
        Kind,
        column::spelled,
        model::{Feature, Seen},
        version::{Model, Version},
    },
    represent::{
        Document,
        cell::number,
        link::{Base, Place, encoded},
        moment,
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// The document of a model.
pub fn read(base: &Base, model: &Model, version: &Version) -> Document {
    let fitted = &version.fitted;
    let mut document = brief(base, model);
    document
        .set("target", fitted.target.clone())
        .set("classes", fitted.classes.clone())
        .set("features", Value::Array(fitted.features.iter().map(feature).collect()))
        .set("accuracy", version.scores.accuracy)
        .set("template", predict(base, model, fitted.features.iter().map(|f| (f, variable(f)))));
    let example = predict(base, model, fitted.features.iter().map(|f| (f, encoded(&typical(&f.seen)))));
    links(base, model).url("example", example).end(&mut document, &place(model));
    document
}

/// A stretch of the models; the features of each are in its own document.
pub fn list(base: &Base, models: &[Model], stretch: &Stretch) -> Document {
    let one = |model: &Model| {
        let mut document = brief(base, model);
        links(base, model).end(&mut document, &place(model));
        document.embedded()
    };
    let subject = Subject::Collection { kind: Kind::Model, within: None };
    let items = models.iter().map(one).collect();
    let (mut document, links) = collection(base, &Place::V1Models, subject, stretch, items);
    links.end(&mut document, &Place::V1Models);
    document
}

fn place(model: &Model) -> Place {
    Place::V1Model(model.slug.to_string())
}

fn brief(base: &Base, model: &Model) -> Document {
    let slug = model.slug.to_string();
    let subject = Subject::Item { kind: Kind::Model, slug: slug.clone() };
    let mut document = item(base, &place(model), "Model", subject);
    document.at(&model.state, model.modified);
    document
        .set("id", slug)
        .set("title", model.words.headline.clone())
        .maybe("description", model.words.description.clone())
        .set("author", model.author.clone())
        .set("created", moment(model.created))
        .set("updated", moment(model.modified))
        .set("version", model.newest);
    document
}

fn links<'b>(base: &'b Base, model: &Model) -> Links<'b> {
    Links::of(base, &place(model).url(base))
        .to("collection", &Place::V1Models)
        .to("dataset", &Place::V1Dataset(model.dataset.to_string()))
}

fn feature(feature: &Feature) -> Value {
    let mut value = json!({
        "@type": "Feature",
        "id": feature.identifier,
        "title": feature.name,
        "type": feature.kind().name(),
    });
    if let Some(unit) = &feature.unit {
        value["unit"] = json!(unit);
    }
    match &feature.seen {
        Seen::Number { min, max, .. } => {
            value["minimum"] = number(*min);
            value["maximum"] = number(*max);
        }
        Seen::Date { min, max } => {
            value["minimum"] = json!(min.to_string());
            value["maximum"] = json!(max.to_string());
        }
        Seen::Category { levels } => {
            value["levels"] = levels.iter().map(|level| level.value.as_str()).collect();
        }
        Seen::Boolean { .. } => {}
    }
    value
}

/// The URL of a prediction, its values encoded already.
fn predict<'f>(base: &Base, model: &Model, values: impl Iterator<Item = (&'f Feature, String)>) -> String {
    let pairs: Vec<String> =
        values.map(|(feature, value)| format!("{}/{value}", feature.identifier)).collect();
    Place::V1Predict(model.slug.to_string(), pairs.join("/")).url(base)
}

/// The place of a value in a URI template (RFC 6570).
fn variable(feature: &Feature) -> String {
    format!("{{{}}}", feature.identifier)
}

/// A value in the middle of what the training rows held.
fn typical(seen: &Seen) -> String {
    match seen {
        Seen::Number { whole: true, mean, .. } => spelled(mean.round()),
        // Three digits say enough, and stay within small ranges.
        Seen::Number { mean, .. } => format!("{mean:.2e}").parse().map_or("0".into(), spelled),
        Seen::Boolean { share } => (*share >= 0.5).to_string(),
        Seen::Date { min, .. } => min.to_string(),
        Seen::Category { levels } => {
            let most = levels.iter().rev().max_by_key(|level| level.rows);
            most.map_or_else(String::new, |level| level.value.clone())
        }
    }
}
