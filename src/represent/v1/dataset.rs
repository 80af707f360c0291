//! Datasets and their rows in version 1.

use super::{Links, Stretch, collection, item};
use crate::{
    domain::{
        Kind,
        column::Column,
        dataset::{Dataset, Row},
    },
    represent::{
        Document,
        cell::{cell_value, cells},
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// What a dataset's document leads to: slugs.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    /// Of the models trained on it.
    pub models: Vec<String>,
    /// Of the articles about it.
    pub articles: Vec<String>,
}

/// The document of a dataset.
pub fn read(base: &Base, dataset: &Dataset, neighbours: Neighbours) -> Document {
    let mut document = brief(base, dataset);
    let about = &dataset.about;
    document.maybe("license", about.license.clone()).maybe("creator", about.creator.clone());
    if !about.keywords.is_empty() {
        document.set("keywords", about.keywords.clone());
    }
    document.set("columns", Value::Array(dataset.columns.iter().map(column).collect()));
    let urls = |slugs: Vec<String>, place: fn(String) -> Place| {
        slugs.into_iter().map(|slug| place(slug).url(base)).collect()
    };
    links(base, dataset)
        .all("models", urls(neighbours.models, Place::V1Model))
        .all("articles", urls(neighbours.articles, Place::V1Article))
        .end(&mut document, &place(dataset));
    document
}

/// A stretch of the datasets; the columns of each are in its own document.
pub fn list(base: &Base, datasets: &[Dataset], stretch: &Stretch) -> Document {
    let one = |dataset: &Dataset| {
        let mut document = brief(base, dataset);
        links(base, dataset).end(&mut document, &place(dataset));
        document.embedded()
    };
    let subject = Subject::Collection { kind: Kind::Dataset, within: None };
    let items = datasets.iter().map(one).collect();
    let (mut document, links) = collection(base, &Place::V1Datasets, subject, stretch, items);
    links.end(&mut document, &Place::V1Datasets);
    document
}

/// A stretch of a dataset's rows; a row has a URL of its own in version 2 only.
pub fn rows(base: &Base, dataset: &Dataset, rows: &[Row], stretch: &Stretch) -> Document {
    let slug = dataset.slug.to_string();
    let one = |row: &Row| {
        let successor = Place::Row(slug.clone(), row.id.to_string()).url(base);
        json!({
            "@type": "Row",
            "id": row.id.to_string(),
            "cells": cells(&dataset.columns, &row.cells, cell_value),
            "links": {"successor": successor},
        })
    };
    let subject = match dataset.is_linked() {
        true => Subject::Passing,
        false => Subject::Collection { kind: Kind::Row, within: Some(slug.clone()) },
    };
    let items = rows.iter().map(one).collect();
    let place = Place::V1Rows(slug.clone());
    let (mut document, links) = collection(base, &place, subject, stretch, items);
    links.to("dataset", &Place::V1Dataset(slug)).end(&mut document, &place);
    document
}

fn place(dataset: &Dataset) -> Place {
    Place::V1Dataset(dataset.slug.to_string())
}

fn brief(base: &Base, dataset: &Dataset) -> Document {
    let slug = dataset.slug.to_string();
    let subject = Subject::Item { kind: Kind::Dataset, slug: slug.clone() };
    let mut document = item(base, &place(dataset), "Dataset", subject);
    // No date beside it: models and articles come and go without changing the dataset.
    document.state = Some(dataset.state.clone());
    document
        .set("id", slug)
        .set("title", dataset.about.name.clone())
        .maybe("description", dataset.about.description.clone())
        .set("author", dataset.author.clone())
        .set("created", moment(dataset.created))
        .set("updated", moment(dataset.modified))
        .set("rowCount", dataset.rows);
    document
}

fn links<'b>(base: &'b Base, dataset: &Dataset) -> Links<'b> {
    Links::of(base, &place(dataset).url(base))
        .to("collection", &Place::V1Datasets)
        .to("rows", &Place::V1Rows(dataset.slug.to_string()))
}

fn column(column: &Column) -> Value {
    let mut value = json!({
        "@type": "Column",
        "id": column.identifier,
        "title": column.name,
        "type": column.kind.name(),
    });
    for (key, text) in [("unit", &column.unit), ("description", &column.description)] {
        if let Some(text) = text {
            value[key] = json!(text);
        }
    }
    value
}
