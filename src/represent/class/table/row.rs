//! Rows of a dataset's head.

use super::{
    collection::{class, common},
    shared::{COUNT, NUMBERED},
};
use crate::{
    domain::Kind,
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Integer, Link, Object, Scalar, Text},
        Spelling, Takes,
        operation::{delete, get, patch, post, put},
        property::{must, shown},
    },
};

const PAGED: &[Parameter] = &[
    Parameter::new("limit", Integer, Bounds::Between(1.0, 1e3), "Rows of a page; 100 unless said."),
    Parameter::new("after", Text, Bounds::Any, "A cursor, from a link of another page: rows after it."),
    Parameter::new("before", Text, Bounds::Any, "A cursor, from a link of another page: rows before it."),
    Parameter::new(
        "sort",
        Text,
        Bounds::Any,
        "Columns to order by, with commas between; `-` before one puts its greatest value first. Missing values come last.",
    ),
    Parameter::new(
        "fields",
        Text,
        Bounds::Any,
        "The columns that are shown, with commas between; all unless said.",
    ),
    Parameter::new(
        "facet",
        Text,
        Bounds::Any,
        "Columns whose values are counted in all rows of the selection, with commas between; at most five.",
    ),
    Parameter::new(
        "q",
        Text,
        Bounds::Any,
        "Only rows in which some column of text has this in it, in any case.",
    ),
    Parameter::new(
        "filter",
        Scalar,
        Bounds::Any,
        "`filter[column][operator]`: only rows whose cell there compares so.",
    )
    .spelt(Spelling::Filters),
];

const DATASET: Property =
    shown("dataset", "almanac:dataset", Link("Dataset"), "The dataset that it belongs to.");

const FACETS: Property = shown(
    "facets",
    "almanac:facets",
    Object("Facet"),
    "The values of the columns that `facet` names, and in how many rows each is.",
)
.many();

const ADDED: Property = shown(
    "added",
    "almanac:added",
    Integer,
    "In the answer to a table of rows: how many were added; its page begins with the first.",
)
.of(COUNT);

/// The classes.
pub const CLASSES: &[Class] = &[
    Class {
        name: "RowCollection",
        term: "almanac:RowCollection",
        also: &["Collection"],
        title: "Rows",
        properties: &{
            let [title, total, members, view, search] = common("Row");
            // Not known where a filter leaves more than can be counted each time.
            let total = Property { always: false, ..total };
            [title, total, members, view, search, FACETS, ADDED, DATASET.always()]
        },
        operations: &[
            get("Page through the rows", Kind::Row, "RowCollection").with(PAGED),
            post("Add a row, or many", Kind::Row, "Row", "Row").taking(Takes::Table),
        ],
    },
    class!(
        "Row",
        [],
        "Row",
        [
            NUMBERED,
            must("cells", "almanac:cells", Object("Cells"), "Its cells, by the columns' identifiers."),
            DATASET,
        ],
        [
            get("Read the row", Kind::Row, "Row"),
            patch("Change the row", Kind::Row, "Row"),
            put("Replace the row", Kind::Row, "Row"),
            delete("Delete the row", Kind::Row),
        ]
    ),
    class!("Cells", [], "Cells of a row", [], []),
    class!(
        "Facet",
        [],
        "Values of a column",
        [
            shown("identifier", "schema:identifier", Text, "The column that it is about.").always(),
            shown("counts", "almanac:counts", Object("Count"), "The 100 most frequent values.")
                .many()
                .always(),
        ],
        []
    ),
    class!(
        "Count",
        [],
        "How often a value is there",
        [
            shown("value", "schema:value", Scalar, "The value; null where it is missing.").always(),
            shown("count", "almanac:count", Integer, "In how many rows.").of(COUNT).always(),
        ],
        []
    ),
];
