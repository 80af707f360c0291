//! Datasets in version 2.

use super::{PageOf, collection, croissant, item, operable, revision, visibility};
use crate::{
    domain::{
        Kind,
        column::{Column, ColumnType, MOST_COLUMNS, MOST_INDEXED, identifiers, is_identifier},
        dataset::{About, Creator, Dataset},
        fault::{Fault, Faults, quoted},
        revision::Revision,
        slug::Slug,
    },
    represent::{
        Document,
        input::{Input, kind},
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::{Map, Value, json};

/// What a dataset's document shows of its neighbours.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    /// The newest revision.
    pub newest: Option<Revision>,
    /// Slugs of the models trained on it.
    pub models: Vec<String>,
    /// Slugs of the articles about it.
    pub articles: Vec<String>,
}

/// The document of a dataset, which is Croissant too.
pub fn read(base: &Base, dataset: &Dataset, neighbours: &Neighbours) -> Document {
    let mut document = brief(base, dataset, neighbours);
    croissant::describe(&mut document, base, dataset, neighbours.newest.as_ref());
    operable(&mut document, "Dataset");
    document
}

/// The document without what is said once for those who load it.
fn brief(base: &Base, dataset: &Dataset, neighbours: &Neighbours) -> Document {
    let slug = dataset.slug.to_string();
    let subject = Subject::Item { kind: Kind::Dataset, slug: slug.clone() };
    let mut document = item(base, &Place::Dataset(slug.clone()), "Dataset", subject);
    document.state = Some(dataset.state.clone());
    document.set("identifier", slug.clone());
    for (key, value) in members(dataset) {
        document.set(key, value);
    }
    document
        .set("author", dataset.author.clone())
        .set("datePublished", moment(dataset.created))
        .set("dateModified", moment(dataset.modified))
        .set("rowCount", dataset.rows)
        .set("columns", head_columns(base, &slug, &dataset.columns))
        .set("editedSinceRevision", dataset.is_edited())
        .maybe("linked", dataset.is_linked().then_some(true))
        .set("rows", Place::Rows(slug.clone()).url(base))
        .set("revisions", Place::Revisions(slug.clone()).url(base));
    if let Some(newest) = &neighbours.newest {
        let place = Place::Revision(slug.clone(), newest.number.to_string());
        document.set("newestRevision", place.url(base));
        document.set("distribution", revision::distribution(base, &slug, newest));
    }
    let models = neighbours.models.iter().map(|slug| Place::Model(slug.clone()).url(base));
    let articles = neighbours.articles.iter().map(|slug| Place::Article(slug.clone()).url(base));
    for (key, links) in [("trainedModels", models.collect::<Vec<_>>()), ("subjectOf", articles.collect())] {
        if !links.is_empty() {
            document.set(key, links);
        }
    }
    document.set("collection", Place::Datasets.url(base)).link("collection", Place::Datasets.url(base));
    document
}

/// A page of datasets.
pub fn list(base: &Base, datasets: &[Dataset], page: &PageOf) -> Document {
    let members = datasets.iter().map(|d| brief(base, d, &Neighbours::default()).embedded()).collect();
    let subject = Subject::Collection { kind: Kind::Dataset, within: None };
    collection(base, &Place::Datasets, "DatasetCollection", subject, page, members)
}

/// What a publisher may set, as it stands.
pub fn members(dataset: &Dataset) -> Vec<(&'static str, Value)> {
    let About { name, description, license, creator, creator_kind, keywords, visibility } = &dataset.about;
    let mut members = vec![("name", json!(name))];
    for (key, text) in [("description", description), ("license", license)] {
        members.extend(text.as_ref().map(|text| (key, json!(text))));
    }
    members.extend(
        creator.as_ref().map(|name| ("creator", json!({"@type": creator_kind.class(), "name": name}))),
    );
    if !keywords.is_empty() {
        members.push(("keywords", json!(keywords)));
    }
    members.push((visibility::KEY, json!(visibility.name())));
    members
}

/// The columns of a head, of which each says whether it has an index.
fn head_columns(base: &Base, slug: &str, head: &[Column]) -> Value {
    let mut shown = columns(base, slug, head);
    for (value, column) in shown.as_array_mut().into_iter().flatten().zip(head) {
        value["indexed"] = json!(column.indexed);
    }
    shown
}

/// The columns of a head or revision, each with the IRI that its cells have as property.
pub fn columns(base: &Base, slug: &str, columns: &[Column]) -> Value {
    let one = |column: &Column| {
        let mut value = json!({
            "@id": column_iri(base, slug, &column.identifier),
            "@type": "Column",
            "identifier": column.identifier,
            "name": column.name,
            "columnType": column.kind.name(),
            "nullable": column.nullable,
        });
        if let Some(unit) = &column.unit {
            value["unitText"] = json!(unit);
        }
        if let Some(description) = &column.description {
            value["description"] = json!(description);
        }
        value
    };
    Value::Array(columns.iter().map(one).collect())
}

/// The IRI of a column: what its cells have as property.
pub fn column_iri(base: &Base, slug: &str, identifier: &str) -> String {
    format!("{}#rows/{identifier}", Place::Dataset(slug.into()).url(base))
}

/// The context that maps the members of a row's `cells` to the columns' IRIs.
pub fn context(base: &Base, dataset: &Dataset) -> Document {
    let slug = dataset.slug.to_string();
    let mut document = Document::context(json!({"@context": terms(base, &slug, &dataset.columns)}));
    document.subject = Subject::Item { kind: Kind::Dataset, slug };
    document
}

/// The terms of that context.
pub(in crate::represent) fn terms(base: &Base, slug: &str, columns: &[Column]) -> Value {
    let mut terms = Map::new();
    for column in columns {
        let iri = column_iri(base, slug, &column.identifier);
        let term = match column.kind {
            ColumnType::Text | ColumnType::Category => json!({"@id": iri}),
            ColumnType::Integer => json!({"@id": iri, "@type": "xsd:integer"}),
            ColumnType::Number => json!({"@id": iri, "@type": "xsd:double"}),
            ColumnType::Boolean => json!({"@id": iri, "@type": "xsd:boolean"}),
            ColumnType::Date => json!({"@id": iri, "@type": "xsd:date"}),
            ColumnType::Datetime => json!({"@id": iri, "@type": "xsd:dateTime"}),
        };
        terms.insert(column.identifier.clone(), term);
    }
    let xsd = "http://www.w3.org/2001/XMLSchema#";
    let cells = json!({"@id": crate::represent::vocab::iri(base, "cells"), "@context": terms});
    json!({"@version": 1.1, "xsd": xsd, "cells": cells})
}

/// What a publisher sent about a dataset.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The slug that the publisher chose.
    pub slug: Option<Slug>,
    /// The words about it.
    pub about: About,
    /// Columns as they were sent, if any were.
    pub columns: Option<Vec<Value>>,
}

/// Reads a dataset's document.
pub fn parse(value: &Value) -> Result<Wanted, Faults> {
    let mut input = Input::of(value)?;
    input.without_control();
    let slug = input.text("identifier");
    let slug = slug.and_then(|text| input.keep(Slug::at("/identifier", &text).map_err(Faults::from)));
    let about = About {
        name: input.required_text("name"),
        description: input.text("description"),
        license: input.text_or_iri("license"),
        creator: input.named("creator"),
        creator_kind: creator_kind(&input),
        keywords: input.keywords("keywords"),
        visibility: visibility::read(&mut input).unwrap_or_default(),
    };
    let columns = match input.member("columns") {
        None => None,
        Some(Value::String(headers)) => Some(named(headers)),
        Some(Value::Array(columns)) if columns.len() <= MOST_COLUMNS => Some(columns.clone()),
        Some(other) => {
            let found = other.as_array().map_or_else(|| kind(other), |list| list.len().to_string());
            input.fault(Fault::at("/columns", format!("a list of at most {MOST_COLUMNS} columns"), found));
            None
        }
    };
    let about = input.done(about)?.checked()?;
    Ok(Wanted { slug, about, columns })
}

/// What the creator is said to be; an organization unless a person.
fn creator_kind(input: &Input<'_>) -> Creator {
    let kind = input.member("creator").and_then(|creator| creator.get("@type"));
    let types =
        kind.map_or(&[][..], |kind| kind.as_array().map_or(std::slice::from_ref(kind), Vec::as_slice));
    let person = |name: &str| name.rsplit(['/', ':']).next() == Some(Creator::Person.class());
    match types.iter().filter_map(Value::as_str).any(person) {
        true => Creator::Person,
        false => Creator::Organization,
    }
}

/// Columns of text from their headers, as the first line of a CSV file: all that a plain form can say.
fn named(headers: &str) -> Vec<Value> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(headers.as_bytes());
    let first = reader.records().next().and_then(Result::ok).unwrap_or_default();
    let column = |name: &str| json!({"name": name, "columnType": ColumnType::Text.name()});
    first.iter().take(MOST_COLUMNS + 1).map(column).collect()
}

/// The columns of a new, empty dataset.
pub fn new_columns(sent: &[Value]) -> Result<Vec<Column>, Faults> {
    let names: Vec<&str> = sent.iter().map(|column| text(column, "name").unwrap_or_default()).collect();
    let derived = identifiers(names.iter().copied());
    let (mut columns, mut faults): (Vec<Column>, Vec<Fault>) = (Vec::new(), Vec::new());
    for (index, (value, derived)) in sent.iter().zip(derived).enumerate() {
        match new_column(&format!("/columns/{index}"), value, derived) {
            Ok(column) if columns.iter().any(|other| other.identifier == column.identifier) => {
                let at = format!("/columns/{index}/identifier");
                faults.push(Fault::at(at, "each identifier once", quoted(&column.identifier)));
            }
            Ok(column) if columns.iter().any(|other| other.name == column.name) => {
                let at = format!("/columns/{index}/name");
                faults.push(Fault::at(at, "each name once", quoted(&column.name)));
            }
            Ok(column) => columns.push(column),
            Err(more) => faults.extend(more.iter().cloned()),
        }
    }
    faults.extend(too_many_indexed(&columns));
    Faults::unless(faults, columns)
}

/// Each index makes every write dearer.
fn too_many_indexed(columns: &[Column]) -> Option<Fault> {
    let indexed = columns.iter().filter(|column| column.indexed).count();
    let expected = format!("at most {MOST_INDEXED} columns with an index");
    (indexed > MOST_INDEXED).then(|| Fault::at("/columns", expected, indexed.to_string()))
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn new_column(pointer: &str, value: &Value, derived: String) -> Result<Column, Faults> {
    let mut input = Input::at(pointer, value)?;
    let identifier = input.text("identifier").unwrap_or(derived);
    if !is_identifier(&identifier) {
        let expected = "a lower-case letter, then letters, digits and underscores, not a reserved word";
        input.fault(Fault::at(format!("{pointer}/identifier"), expected, quoted(&identifier)));
    }
    let name = input.text("name").unwrap_or_else(|| identifier.clone());
    let kind = input.required_text("columnType");
    let kind: ColumnType = kind.parse().unwrap_or_else(|()| {
        let names = ColumnType::ALL.map(ColumnType::name).join(", ");
        input.fault(Fault::at(format!("{pointer}/columnType"), format!("one of {names}"), quoted(&kind)));
        ColumnType::Text
    });
    if name.trim() != name || name.is_empty() {
        let expected = "a name without spaces around it";
        input.fault(Fault::at(format!("{pointer}/name"), expected, quoted(&name)));
    }
    let column = Column {
        identifier,
        name,
        kind,
        nullable: input.boolean("nullable").unwrap_or(true),
        unit: input.text("unitText"),
        description: input.text("description"),
        indexed: input.boolean("indexed").unwrap_or(false),
    };
    bounded(&mut input, &column);
    input.done(column)
}

fn bounded(input: &mut Input<'_>, column: &Column) {
    let texts = [
        ("name", Some(&column.name)),
        ("unitText", column.unit.as_ref()),
        ("description", column.description.as_ref()),
    ];
    for (key, text) in texts {
        let text = text.map(String::as_str).unwrap_or_default();
        if text.contains('\0') || text.chars().count() > 2_000 {
            let expected = "at most 2000 characters without U+0000";
            input.fault(Fault::at(input.pointer(key), expected, quoted(text)));
        }
    }
}

/// The columns with other units and descriptions; types and identifiers stay as they are.
pub fn described(columns: &[Column], sent: &[Value]) -> Result<Vec<Column>, Faults> {
    let (mut columns, mut faults) = (columns.to_vec(), Vec::new());
    for (index, value) in sent.iter().enumerate() {
        let pointer = format!("/columns/{index}");
        let mut input = Input::at(&pointer, value)?;
        let identifier = input.required_text("identifier");
        let Some(column) = columns.iter_mut().find(|column| column.identifier == identifier) else {
            faults.push(Fault::at(
                format!("{pointer}/identifier"),
                "a column of the dataset",
                quoted(&identifier),
            ));
            continue;
        };
        for (key, stands) in [("columnType", column.kind.name()), ("name", column.name.as_str())] {
            if let Some(sent) = input.text(key).filter(|sent| sent != stands) {
                input.fault(Fault::at(format!("{pointer}/{key}"), quoted(stands), quoted(&sent)));
            }
        }
        if value.get("unitText").is_some() {
            column.unit = input.text("unitText");
        }
        if value.get("description").is_some() {
            column.description = input.text("description");
        }
        if let Some(indexed) = input.boolean("indexed") {
            column.indexed = indexed;
        }
        bounded(&mut input, &column.clone());
        if let Err(more) = input.done(()) {
            faults.extend(more.iter().cloned());
        }
    }
    faults.extend(too_many_indexed(&columns));
    Faults::unless(faults, columns)
}
