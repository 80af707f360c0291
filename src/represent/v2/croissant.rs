//! What makes a dataset's document Croissant 1.1 too (mlcommons.org/croissant/1.1).
//!
//! mlcroissant wants schema.org's and Croissant's classes before ours, and the nodes of one `@id` alike.
//! Nothing in the document may point back to what contains it: programs walk it as a tree.

use crate::{
    domain::{
        column::{Column, ColumnType, MOST_COLUMNS},
        dataset::Dataset,
        revision::Revision,
    },
    represent::{
        Document,
        link::{Base, Place},
        vocab,
    },
};
use serde_json::{Value, json};

/// The version of the standard, by its IRI.
const VERSION: &str = "http://mlcommons.org/croissant/1.1";

const _: () = assert!(MOST_COLUMNS <= 1_000, "every column is told in the document");

/// The document of a dataset, described for those who load it.
pub fn describe(document: &mut Document, base: &Base, dataset: &Dataset, newest: Option<&Revision>) {
    let url = document.id().to_string();
    document
        .set("@context", vocab::croissant(base))
        .set("@type", json!(["sc:Dataset", "Dataset"]))
        .set("conformsTo", VERSION)
        .set("url", url.clone())
        .maybe("version", newest.map(|newest| newest.number))
        .set("citeAs", citation(&url, dataset, newest));
    // Without a file there are no records to load.
    let Some(file) = document.value["distribution"][0]["@id"].as_str().map(String::from) else { return };
    retype(&mut document.value["distribution"], &["cr:FileObject", "DataDownload", "schema:DataDownload"]);
    retype(&mut document.value["columns"], FIELD);
    document.set("recordSet", json!([records(base, dataset, &file)]));
}

const FIELD: &[&str] = &["cr:Field", "Column"];

fn retype(items: &mut Value, types: &[&str]) {
    for item in items.as_array_mut().into_iter().flatten() {
        item["@type"] = json!(types);
    }
}

/// The rows as records of that file; its columns are the head's, only their words may change.
fn records(base: &Base, dataset: &Dataset, file: &str) -> Value {
    let slug = dataset.slug.as_str();
    let field = |column: &Column| {
        let mut field = json!({
            "@id": super::dataset::column_iri(base, slug, &column.identifier),
            "@type": FIELD,
            "name": column.name,
            "dataType": data_type(column.kind),
            "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
        });
        if let Some(description) = &column.description {
            field["description"] = json!(description);
        }
        field
    };
    json!({
        "@id": format!("{}#rows", Place::Dataset(slug.into()).url(base)),
        "@type": "cr:RecordSet",
        "name": "rows",
        "field": dataset.columns.iter().map(field).collect::<Vec<_>>(),
    })
}

fn data_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text | ColumnType::Category => "sc:Text",
        ColumnType::Integer => "sc:Integer",
        ColumnType::Number => "sc:Float",
        ColumnType::Boolean => "sc:Boolean",
        ColumnType::Date => "sc:Date",
        ColumnType::Datetime => "sc:DateTime",
    }
}

/// How to cite the dataset, as BibTeX.
fn citation(url: &str, dataset: &Dataset, newest: Option<&Revision>) -> String {
    // In braces of its own: a name of several words, with `and` in it, stays one name.
    let creator = dataset.about.creator.as_deref().unwrap_or(&dataset.author);
    let version = newest.map(|newest| format!(", version = {{{}}}", newest.number)).unwrap_or_default();
    format!(
        "@misc{{{}, author = {{{{{}}}}}, title = {{{}}}, year = {{{}}}{version}, url = {{{url}}}}}",
        dataset.slug,
        bibtex(creator),
        bibtex(&dataset.about.name),
        dataset.created.format("%Y"),
    )
}

/// Text as BibTeX and TeX read it; braces must match even where they are escaped.
fn bibtex(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '{' => safe.push_str("{\\textbraceleft}"),
            '}' => safe.push_str("{\\textbraceright}"),
            '\\' => safe.push_str("{\\textbackslash}"),
            '~' => safe.push_str("{\\textasciitilde}"),
            '^' => safe.push_str("{\\textasciicircum}"),
            '#' | '$' | '%' | '&' | '_' => safe.extend(['\\', letter]),
            letter if letter.is_whitespace() || letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}
