//! Datasets whose rows a version is to predict, in version 2.

use super::{item, model::source, operable};
use crate::{
    domain::{
        Kind,
        column::is_identifier,
        dataset::SHORT,
        fault::{Fault, Faults, quoted},
        slug::Slug,
        version::Model,
    },
    represent::{
        Document,
        input::Input,
        link::{Base, Place},
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// The collection to which they are posted.
pub fn collection(base: &Base, model: &Model, number: i64) -> Document {
    let (slug, number) = (model.slug.to_string(), number.to_string());
    let subject = Subject::Collection { kind: Kind::Prediction, within: Some(slug.clone()) };
    let place = Place::Applications(slug.clone(), number.clone());
    let mut document = item(base, &place, "ApplicationCollection", subject);
    document
        .set("title", format!("Datasets to predict by {}", model.words.headline))
        .set("totalItems", 0)
        .set("member", json!([]))
        .set("modelVersion", Place::Version(slug.clone(), number).url(base))
        .set("model", Place::Model(slug).url(base));
    operable(&mut document, "ApplicationCollection");
    document
}

/// A dataset that somebody wants predicted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name in URLs.
    pub dataset: Slug,
    /// The revision; the newest unless said.
    pub revision: Option<i64>,
    /// Name in URLs of what it becomes.
    pub slug: Option<Slug>,
    /// Title of that.
    pub name: Option<String>,
    /// The column that tells rows apart, by identifier.
    pub key: Option<String>,
}

/// Reads which dataset is to be predicted.
pub fn parse(base: &Base, value: &Value) -> Result<Wanted, Faults> {
    let mut input = Input::of(value)?;
    input.without_control();
    let (dataset, revision) = source(base, &mut input);
    let slug = input.text("identifier");
    let slug = slug.and_then(|text| input.keep(Slug::at("/identifier", &text).map_err(Faults::from)));
    let (name, key) = (input.text("name"), input.text("keyColumn"));
    if let Some(text) = name
        .as_deref()
        .filter(|text| text.trim().is_empty() || text.contains('\0') || text.chars().count() > SHORT)
    {
        input.fault(Fault::at("/name", format!("1 to {SHORT} characters without U+0000"), quoted(text)));
    }
    if let Some(text) = key.as_deref().filter(|text| !is_identifier(text)) {
        input.fault(Fault::at("/keyColumn", "a column of the dataset, by identifier", quoted(text)));
    }
    if dataset.is_none() && input.member("dataset").is_none() && revision.is_none() {
        input.fault(Fault::at("/dataset", "the slug of a dataset, or a link to it or a revision", "nothing"));
    }
    let wanted = dataset.map(|dataset| Wanted { dataset, revision, slug, name, key });
    match input.done(wanted)? {
        Some(wanted) => Ok(wanted),
        None => {
            Err(Fault::at("/dataset", "the slug of a dataset, or a link to it or a revision", "another")
                .into())
        }
    }
}
