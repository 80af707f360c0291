//! Rows in version 2.

mod changes;

pub use changes::{Change, MOST_CHANGES, changed, changes};

use super::{PageOf, collection, dataset::column_iri, item, operable};
use crate::{
    domain::{
        Kind,
        column::{Cell, Column, ColumnType, MOST_INDEXED_BYTES},
        dataset::{Dataset, Row},
        fault::{At, Fault, Faults, quoted, step},
        selection::Operator,
    },
    represent::{
        Document,
        cell::{cells, exact, from_exact},
        class::class,
        hydra,
        input::{Input, kind, whole},
        link::{Base, Place},
        policy::Subject,
        rows::Rows,
        vocab,
    },
    table::cell,
};
use serde_json::{Value, json};

/// Variables of the template of a page.
const MOST_VARIABLES: usize = 100;

/// What others write is for no cache: nobody hears of it.
fn subject(dataset: &Dataset, subject: Subject) -> Subject {
    if dataset.is_linked() { Subject::Passing } else { subject }
}

fn own(dataset: &Dataset) -> Subject {
    Subject::Item { kind: Kind::Dataset, slug: dataset.slug.to_string() }
}

/// The document of a row.
pub fn read(base: &Base, dataset: &Dataset, row: &Row) -> Document {
    let slug = dataset.slug.to_string();
    let mut document =
        item(base, &Place::Row(slug.clone(), row.id.to_string()), "Row", subject(dataset, own(dataset)));
    document.set("@context", contexts(base, &slug));
    document.columns = dataset.columns.clone();
    document.state = Some(row.state());
    document
        .set("identifier", row.id.to_string())
        .set("cells", cells(&dataset.columns, &row.cells, exact))
        .set("dataset", Place::Dataset(slug.clone()).url(base))
        .link("collection", Place::Rows(slug).url(base));
    operable(&mut document, "Row");
    only_read(&mut document, dataset);
    document
}

/// The rows of a page.
#[derive(Debug)]
pub struct Chosen {
    /// The columns of their cells.
    pub columns: Vec<Column>,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// Columns whose values were counted: each value, and in how many rows it is.
    pub facets: Vec<(Column, Vec<(Cell, i64)>)>,
    /// The query of the file with all of them; `None` where they are no page of a selection.
    pub query: Option<String>,
}

/// A page of rows.
pub fn list(base: &Base, dataset: &Dataset, chosen: Chosen, page: &PageOf) -> Document {
    let slug = dataset.slug.to_string();
    let Chosen { columns, rows, facets, query } = chosen;
    let place = Place::Rows(slug.clone());
    let subject = subject(dataset, Subject::Collection { kind: Kind::Row, within: Some(slug.clone()) });
    let mut document = collection(base, &place, "RowCollection", subject, page, Vec::new());
    document.rows = Some(Rows { url: Place::Row(slug.clone(), String::new()).url(base), rows });
    document.set("@context", contexts(base, &slug));
    document.text("search", search(base, dataset));
    document.columns = columns;
    let facets: Vec<Value> = facets.iter().map(|(column, counts)| facet(column, counts)).collect();
    document.maybe("facets", (!facets.is_empty()).then_some(facets));
    document.maybe("export", query.map(|query| Place::Export(slug.clone()).url(base) + &query));
    document.set("dataset", Place::Dataset(slug).url(base));
    only_read(&mut document, dataset);
    document
}

/// What stands before and behind the rows of a file that is JSON-LD, and what the URL of each begins with.
pub fn envelope(base: &Base, slug: &str, query: &str) -> (String, &'static str, String) {
    let mut document = json!({
        "@context": contexts(base, slug),
        "@id": Place::Export(slug.into()).url(base) + query,
        "@type": ["hydra:Collection"],
        "dataset": Place::Dataset(slug.into()).url(base),
    })
    .to_string();
    document.truncate(document.len() - 1);
    (document + ",\"member\":[", "]}\n", Place::Row(slug.into(), String::new()).url(base))
}

/// Of rows that others write nothing but the reading is offered.
fn only_read(document: &mut Document, dataset: &Dataset) {
    if let Some(operations) = document.value["operation"].as_array_mut().filter(|_| dataset.is_linked()) {
        operations.retain(|operation| operation["method"] == "GET");
    }
}

fn facet(column: &Column, counts: &[(Cell, i64)]) -> Value {
    let count = |(cell, count): &(Cell, i64)| json!({"@type": "Count", "value": exact(cell), "count": count});
    json!({
        "@type": "Facet",
        "identifier": column.identifier,
        "counts": counts.iter().map(count).collect::<Vec<_>>(),
    })
}

/// How rows are asked for: beside pages and order, a variable for each column and each operator that says
/// something about its cells.
fn search(base: &Base, dataset: &Dataset) -> String {
    let mut variables = class("RowCollection").map(hydra::asked).unwrap_or_default();
    let mut filters: Vec<_> =
        dataset.columns.iter().flat_map(|column| filters(base, dataset, column)).collect();
    // The template stands on each page. Of a wide table it has the first operators of as many columns as there is room
    // for, before it has others of any.
    let room = MOST_VARIABLES.saturating_sub(variables.len());
    let first = filters.iter().filter(|filter| filter.is_first).count().min(room);
    let (mut first, mut others) = (first, room - first);
    filters.retain(|filter| {
        let room = if filter.is_first { &mut first } else { &mut others };
        let has_room = *room > 0;
        *room = room.saturating_sub(1);
        has_room
    });
    variables.extend(filters.into_iter().map(|filter| (filter.variable, filter.column)));
    hydra::template_text(&Place::Rows(dataset.slug.to_string()).url(base), &variables)
}

/// A variable by which rows are chosen.
struct Filter {
    variable: String,
    /// The IRI of the column that it is about.
    column: String,
    is_first: bool,
}

fn filters(base: &Base, dataset: &Dataset, column: &Column) -> impl Iterator<Item = Filter> {
    let iri = column_iri(base, dataset.slug.as_str(), &column.identifier);
    let fits = |operator: &Operator| {
        operator.fits(column.kind) && (column.nullable || *operator != Operator::IsNull)
    };
    Operator::ALL.into_iter().filter(fits).map(move |operator| Filter {
        variable: format!("filter[{}][{}]", column.identifier, operator.name()),
        column: iri.clone(),
        is_first: Operator::first(column.kind).contains(&operator),
    })
}

fn contexts(base: &Base, slug: &str) -> Value {
    json!([vocab::context_url(base), Place::Columns(slug.into()).url(base)])
}

/// The cells that a client sent, in the order of the columns; a column that is not named is missing.
pub fn parse(columns: &[Column], value: &Value) -> Result<Vec<Cell>, Faults> {
    let mut input = Input::of(value)?;
    input.without_control();
    let Some(sent) = input.member("cells").and_then(Value::as_object) else {
        let found = input.member("cells").map_or("nothing".into(), kind);
        return Err(Fault::at("/cells", "an object with a member for each column", found).into());
    };
    let mut faults: Vec<Fault> = sent
        .keys()
        .filter(|key| columns.iter().all(|column| column.identifier != **key))
        .map(|key| Fault::at(pointer(key), "a column of the dataset", quoted(key)))
        .collect();
    let mut cells = Vec::with_capacity(columns.len());
    for column in columns {
        let value = sent.get(&column.identifier).unwrap_or(&Value::Null);
        match checked_cell(column, value, pointer(&column.identifier)) {
            Ok(cell) => cells.push(cell),
            Err(fault) => faults.push(fault),
        }
    }
    Faults::unless(faults, cells)
}

/// Where the cell of a column stands in a row's document.
fn pointer(identifier: &str) -> String {
    format!("/cells/{}", step(identifier))
}

/// A JSON value as a cell that the column takes, as it will be kept.
fn checked_cell(column: &Column, value: &Value, at: String) -> Result<Cell, Fault> {
    match read_cell(column, value) {
        Ok(Cell::Missing) if !column.nullable => Err(Fault::at(at, column.kind.expected(), "nothing")),
        Ok(Cell::Text(text)) if column.indexed && text.len() > MOST_INDEXED_BYTES => {
            let expected = format!("text of at most {MOST_INDEXED_BYTES} bytes in a column with an index");
            Err(Fault::at(at, expected, format!("{} bytes", text.len())))
        }
        Ok(cell) => Ok(cell.kept()),
        Err((expected, found)) => Err(Fault::at(at, expected, found)),
    }
}

/// A JSON value as a cell of a column; if it is none, what was expected and what came.
pub(in crate::represent) fn read_cell(
    column: &Column,
    value: &Value,
) -> Result<Cell, (&'static str, String)> {
    let wrong = || (column.kind.expected(), kind(value));
    match (column.kind, value) {
        (_, Value::Null) => Ok(Cell::Missing),
        (ColumnType::Integer, Value::String(text)) => from_exact(text).map(Cell::Integer).ok_or_else(wrong),
        (ColumnType::Integer, number) => whole(number).map(Cell::Integer).ok_or_else(wrong),
        (ColumnType::Number, Value::Number(number)) => {
            number.as_f64().filter(|value| value.is_finite()).map(Cell::Number).ok_or_else(wrong)
        }
        (ColumnType::Boolean, Value::Bool(value)) => Ok(Cell::Boolean(*value)),
        (ColumnType::Text | ColumnType::Category, Value::String(text)) if text.contains('\0') => {
            Err(("text without U+0000", "U+0000".into()))
        }
        (
            ColumnType::Text | ColumnType::Category | ColumnType::Date | ColumnType::Datetime,
            Value::String(text),
        ) => {
            let read = cell::parse_cell(text, column);
            read.map_err(|mismatch| {
                let fault = mismatch.at(At::Whole);
                (column.kind.expected(), fault.found)
            })
        }
        _ => Err(wrong()),
    }
}

/// What a client may change of a row, as it stands.
pub fn members(dataset: &Dataset, row: &Row) -> Value {
    json!({"cells": cells(&dataset.columns, &row.cells, exact)})
}
