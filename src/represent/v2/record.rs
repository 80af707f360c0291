//! Rows of a revision in version 2, and what a revision changed.

use super::{PageOf, collection, dataset::columns, item, operable};
use crate::{
    domain::{
        Kind,
        column::{Cell, Column},
        dataset::Dataset,
        revision::Revision,
    },
    represent::{
        Document,
        cell::{cells, exact},
        link::{Base, Place},
        policy::Subject,
        vocab,
    },
    table::compare::Difference,
};
use serde_json::{Value, json};

/// Rows of a page.
#[derive(Debug)]
pub struct Chosen {
    /// The columns of their cells.
    pub columns: Vec<Column>,
    /// Position of the first row less one.
    pub after: u64,
    /// The rows' cells, in order.
    pub rows: Vec<Vec<Cell>>,
}

fn fixed(dataset: &Dataset) -> Subject {
    Subject::Fixed { kind: Kind::Dataset, slug: dataset.slug.to_string() }
}

fn place(dataset: &Dataset, revision: &Revision) -> (String, String) {
    (dataset.slug.to_string(), revision.number.to_string())
}

/// A page of rows; each is named by its position.
pub fn list(base: &Base, dataset: &Dataset, revision: &Revision, chosen: &Chosen, page: &PageOf) -> Document {
    let (slug, number) = place(dataset, revision);
    let rows = Place::Records(slug.clone(), number.clone());
    let url = rows.url(base);
    let record = |(position, row): (u64, &Vec<Cell>)| {
        json!({"@id": format!("{url}#{position}"), "@type": ["Record"], "identifier": position.to_string(),
               "cells": cells(&chosen.columns, row, exact)})
    };
    let members = (chosen.after + 1..).zip(&chosen.rows).map(record).collect();
    let mut document = collection(base, &rows, "RecordCollection", fixed(dataset), page, members);
    document.set("@context", json!([vocab::context_url(base), Place::Columns(slug.clone()).url(base)]));
    document.columns = chosen.columns.clone();
    document.set("revision", Place::Revision(slug, number).url(base));
    document
}

/// What a revision changed since another; since nothing, if it is the first.
pub fn comparison(
    base: &Base,
    dataset: &Dataset,
    revision: &Revision,
    since: Option<&Revision>,
    found: &Difference,
) -> Document {
    let (slug, number) = place(dataset, revision);
    let mut document =
        item(base, &Place::Comparison(slug.clone(), number.clone()), "Comparison", fixed(dataset));
    let earlier = |since: &Revision| Place::Revision(slug.clone(), since.number.to_string()).url(base);
    let told = |found: &[Column]| -> Value { columns(base, &slug, found) };
    document
        .set("revision", Place::Revision(slug.clone(), number).url(base))
        .maybe("since", since.map(earlier))
        .maybe("keyColumns", (!found.key.is_empty()).then(|| found.key.clone()))
        .set("columnsAdded", told(&found.columns_added))
        .set("columnsRemoved", told(&found.columns_removed))
        .set("columnsRetyped", told(&found.columns_retyped))
        .set("rowsAdded", found.rows_added)
        .set("rowsRemoved", found.rows_removed)
        .maybe("rowsChanged", found.rows_changed)
        .set("rowsUnchanged", found.rows_unchanged);
    operable(&mut document, "Comparison");
    document
}
