//! Searching the whole site.

use super::{
    collection::{class, common},
    shared::{AUTHOR, MODIFIED, TITLE},
};
use crate::{
    domain::{Kind, search::LONGEST},
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Integer, Text},
        operation::get,
        property::shown,
    },
};

/// What is looked for, in a collection and in all of them.
pub const QUERY: Parameter = Parameter::new(
    "q",
    Text,
    Bounds::Longest(LONGEST),
    "Only what has all of these words, in any case and with or without accents; the last one may go on. Best first.",
)
.filters("hydra:freetextQuery");

const LIMIT: Parameter =
    Parameter::new("limit", Integer, Bounds::Between(1.0, 1e2), "Members of a page; 30 unless said.");
const AFTER: Parameter =
    Parameter::new("after", Text, Bounds::Any, "A cursor, from a link of another page: members after it.");
const BEFORE: Parameter =
    Parameter::new("before", Text, Bounds::Any, "A cursor, from a link of another page: members before it.");

/// The classes.
pub const CLASSES: &[Class] = &[
    Class {
        name: "SearchCollection",
        term: "almanac:SearchCollection",
        also: &["Collection"],
        title: "Search",
        properties: &{
            let [title, total, members, view, search] = common("SearchResult");
            // Not known where more is found than can be counted each time.
            let total = Property { always: false, ..total };
            [title, total, members, view, search]
        },
        operations: &[get("Search datasets, models and articles", Kind::Article, "SearchCollection")
            .with(&[QUERY, LIMIT, AFTER, BEFORE])],
    },
    class!(
        "SearchResult",
        [],
        "Dataset, model or article that was found",
        [
            TITLE,
            shown("abstract", "schema:abstract", Text, "What is said about it, or how that begins."),
            AUTHOR,
            MODIFIED,
        ],
        []
    ),
];
