//! Hydra's own classes, as far as documents hold objects of them.

use super::shared::{COLUMN_TYPE, LEVELS, MAXIMUM, MINIMUM, NULLABLE, UNIT};
use crate::represent::class::{
    Class, Property,
    Range::{Boolean, Integer, Link, Object, Term, Text},
    property::shown,
};

/// A class of Hydra's.
macro_rules! hydra {
    ($name:literal, $title:literal, [$($property:expr),* $(,)?]) => {
        Class {
            name: $name,
            term: concat!("hydra:", $name),
            also: &[],
            title: $title,
            properties: &[$($property),*],
            operations: &[],
        }
    };
}

const TITLE: Property = shown("title", "hydra:title", Text, "What it is called.");

/// The classes.
pub const CLASSES: &[Class] = &[
    hydra!(
        "PartialCollectionView",
        "Page of a collection",
        [
            shown("first", "hydra:first", Link("Resource"), "The first page."),
            shown("previous", "hydra:previous", Link("Resource"), "The page before."),
            shown("next", "hydra:next", Link("Resource"), "The page after."),
            shown("last", "hydra:last", Link("Resource"), "The last page."),
        ]
    ),
    hydra!(
        "Operation",
        "Operation",
        [
            shown("method", "hydra:method", Text, "HTTP method.").always(),
            TITLE.always(),
            shown("expects", "hydra:expects", Link("Class"), "What the request carries."),
            shown("returns", "hydra:returns", Link("Class"), "What the answer carries.").always(),
            shown("expectsHeader", "hydra:expectsHeader", Text, "A field that the request should have."),
            shown("returnsHeader", "hydra:returnsHeader", Text, "A field that the answer has."),
            shown("possibleStatus", "hydra:possibleStatus", Object("Status"), "How it may be answered.")
                .many(),
        ]
    ),
    hydra!(
        "Status",
        "Status",
        [shown("statusCode", "hydra:statusCode", Integer, "The HTTP status.").always(), TITLE]
    ),
    hydra!(
        "IriTemplate",
        "Template of URLs",
        [
            shown("template", "hydra:template", Text, "The template (RFC 6570).").always(),
            shown("variableRepresentation", "hydra:variableRepresentation", Term, "How values are written.")
                .always(),
            shown("mapping", "hydra:mapping", Object("IriTemplateMapping"), "Its variables.").many().always(),
        ]
    ),
    hydra!(
        "IriTemplateMapping",
        "Variable of a template",
        [
            shown("variable", "hydra:variable", Text, "Its name.").always(),
            shown("property", "hydra:property", Term, "The property that it is compared with."),
            shown("required", "hydra:required", Boolean, "Whether it must have a value.").always(),
            NULLABLE,
            Property { always: false, ..COLUMN_TYPE },
            UNIT,
            MINIMUM,
            MAXIMUM,
            LEVELS,
        ]
    ),
    hydra!(
        "ApiDocumentation",
        "Documentation",
        [
            TITLE,
            shown("entrypoint", "hydra:entrypoint", Link("EntryPoint"), "Where to begin.").always(),
            shown("supportedClass", "hydra:supportedClass", Object("Class"), "The classes of its documents.")
                .many(),
        ]
    ),
    hydra!(
        "Class",
        "Class",
        [
            TITLE,
            shown("subClassOf", "rdfs:subClassOf", Link("Class"), "Broader classes.").many(),
            shown(
                "supportedProperty",
                "hydra:supportedProperty",
                Object("SupportedProperty"),
                "Its properties."
            )
            .many(),
            shown("supportedOperation", "hydra:supportedOperation", Object("Operation"), "What can be done.")
                .many(),
        ]
    ),
    hydra!(
        "SupportedProperty",
        "Property of a class",
        [
            TITLE,
            shown("property", "hydra:property", Term, "The property."),
            shown("required", "hydra:required", Boolean, "Whether it must have a value."),
            shown("readable", "hydra:readable", Boolean, "Whether documents show it."),
            shown("writeable", "hydra:writeable", Boolean, "Whether requests may set it."),
        ]
    ),
    hydra!(
        "Link",
        "Property that links",
        [
            shown("domain", "rdfs:domain", Link("Class"), "The class that has it."),
            shown("range", "rdfs:range", Link("Class"), "The class that it leads to."),
        ]
    ),
];
