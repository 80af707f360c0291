//! What describes the rest: vocabulary, problems.

use super::collection::class;
use crate::represent::class::{
    Bounds, Class,
    Range::{Link, Scalar, Text},
    property::shown,
};

/// The classes.
pub const CLASSES: &[Class] = &[
    class!(
        "Problem",
        [],
        "Problem",
        [
            shown(
                "type",
                "almanac:problemType",
                Link("Resource"),
                "Which type of problem; it is explained there."
            )
            .always(),
            shown("title", "hydra:title", Text, "What it is called.").always(),
            shown("status", "almanac:status", Scalar, "The HTTP status.").of(Bounds::Between(400.0, 599.0)),
            shown("detail", "hydra:description", Text, "What was expected, what came, and where."),
            shown(
                "instance",
                "almanac:instance",
                Text,
                "The request, by the URL that it came to, or by its id."
            ),
        ],
        []
    ),
    class!(
        "Term",
        [],
        "Term of the vocabulary",
        [
            shown("label", "rdfs:label", Text, "What it is called.").always(),
            shown("comment", "rdfs:comment", Text, "What it means."),
            shown("isDefinedBy", "rdfs:isDefinedBy", Link("Resource"), "The vocabulary.").always(),
        ],
        []
    ),
];
