//! Croissant (mlcommons.org/croissant/1.1): what a dataset's document says to those who load its rows.

use super::shared::NAME;
use crate::{
    domain::dataset::SHORT,
    represent::class::{
        Bounds, Class, Property,
        Range::{Object, Term, Text, Url},
        property::{must, shown},
    },
};

/// A class of somebody else's: name, compact IRI, title, properties.
macro_rules! foreign {
    ($name:literal, $term:literal, $title:literal, [$($property:expr),* $(,)?]) => {
        Class {
            name: $name,
            term: $term,
            also: &[],
            title: $title,
            properties: &[$($property),*],
            operations: &[],
        }
    };
}

pub const CONFORMS_TO: Property =
    shown("conformsTo", "dct:conformsTo", Text, "The version of Croissant that the document is.");
pub const URL: Property = shown("url", "schema:url", Url, "Where it is described.");
pub const CITE_AS: Property = shown("citeAs", "cr:citeAs", Text, "How to cite it, in BibTeX.");
pub const RECORD_SET: Property =
    shown("recordSet", "cr:recordSet", Object("RecordSet"), "The rows in the file of its newest revision.")
        .many();

/// The classes.
pub const CLASSES: &[Class] = &[
    foreign!(
        "Organization",
        "schema:Organization",
        "Who made something",
        [must("name", "schema:name", Text, "What they are called.").of(Bounds::Length(0, SHORT))]
    ),
    foreign!(
        "Person",
        "schema:Person",
        "Somebody who made something",
        [must("name", "schema:name", Text, "What they are called.").of(Bounds::Length(0, SHORT))]
    ),
    foreign!(
        "RecordSet",
        "cr:RecordSet",
        "Set of records",
        [
            NAME.always(),
            shown("field", "cr:field", Object("Field"), "What each record holds.").many().always(),
        ]
    ),
    foreign!(
        "Field",
        "cr:Field",
        "Field of records",
        [
            NAME.always(),
            shown("dataType", "cr:dataType", Term, "What its values are, by schema.org.").always(),
            shown("source", "cr:source", Object("DataSource"), "Where its values are.").always(),
        ]
    ),
    foreign!(
        "DataSource",
        "cr:DataSource",
        "Source of a field",
        [
            shown("fileObject", "cr:fileObject", Object("FileObject"), "The file, by its `@id`.").always(),
            shown("extract", "cr:extract", Object("Extract"), "Where in the file.").always(),
        ]
    ),
    foreign!(
        "Extract",
        "cr:Extract",
        "Part of a file",
        [shown("column", "cr:column", Text, "The header of the column.").always()]
    ),
    foreign!("FileObject", "cr:FileObject", "File that is described elsewhere", []),
];
