//! Rows of a dataset's head.

use super::{
    collection::{class, common},
    shared::{COUNT, NUMBER, NUMBERED},
};
use crate::{
    domain::Kind,
    represent::class::{
        Bounds, Class, Operation, Parameter, Property,
        Range::{Integer, Link, Object, Scalar, Text},
        Spelling, Takes,
        operation::{delete, get, patch, post, put},
        property::{must, set, shown},
    },
};

const LIMIT: Parameter =
    Parameter::new("limit", Integer, Bounds::Between(1.0, 1e3), "Rows of a page; 100 unless said.");
const AFTER: Parameter =
    Parameter::new("after", Text, Bounds::Any, "A cursor, from a link of another page: rows after it.");
const BEFORE: Parameter =
    Parameter::new("before", Text, Bounds::Any, "A cursor, from a link of another page: rows before it.");
const SORT: Parameter = Parameter::new(
    "sort",
    Text,
    Bounds::Any,
    "Columns to order by, with commas between; `-` before one puts its greatest value first. Missing values come last.",
);
const FIELDS: Parameter = Parameter::new(
    "fields",
    Text,
    Bounds::Any,
    "The columns that are shown, with commas between; all unless said.",
);
const FACET: Parameter = Parameter::new(
    "facet",
    Text,
    Bounds::Any,
    "Columns whose values are counted in all rows of the selection, with commas between; at most five.",
);
const SEARCH: Parameter = Parameter::new(
    "q",
    Text,
    Bounds::Any,
    "Only rows in which some column of text has this in it, in any case.",
);
const FILTER: Parameter = Parameter::new(
    "filter",
    Scalar,
    Bounds::Any,
    "`filter[column][operator]`: only rows whose cell there compares so.",
)
.spelt(Spelling::Filters);

const PAGED: &[Parameter] = &[LIMIT, AFTER, BEFORE, SORT, FIELDS, FACET, SEARCH, FILTER];

/// Which rows a file has, of which columns, in which order.
pub const CHOSEN: &[Parameter] = &[SORT, FIELDS, SEARCH, FILTER];

const EXPORT: Property = shown(
    "export",
    "almanac:export",
    Link("Resource"),
    "The rows as one file, CSV, NDJSON or Parquet: with the same filters and order, all pages of them.",
);

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

const CHANGED: Property = shown(
    "changed",
    "almanac:changed",
    Integer,
    "In the answer to changes of many rows: how many were changed; the members are the first 1,000 of them.",
)
.of(COUNT);

/// Changes of many rows, all or none.
const CHANGE_MANY: Operation = {
    let mut operation = patch("Change many rows", Kind::Row, "ChangedRow").taking(Takes::Changes);
    operation.returns = "RowCollection";
    operation
};

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
            [title, total, members, view, search, FACETS, ADDED, CHANGED, EXPORT, DATASET.always()]
        },
        operations: &[
            get("Page through the rows", Kind::Row, "RowCollection").with(PAGED),
            post("Add a row, or many", Kind::Row, "Row", "Row")
                .taking(Takes::Table)
                .with(super::dataset::ROWS),
            CHANGE_MANY,
        ],
    },
    class!(
        "ChangedRow",
        [],
        "Row to change",
        [
            must("identifier", "schema:identifier", Text, "The row's number; or its URL as `@id`.")
                .of(NUMBER),
            must("cells", "almanac:cells", Object("Cells"), "The cells that change; null for none."),
            set(
                "etag",
                "almanac:etag",
                Text,
                "The entity tag that the row must have still, with its quotes."
            ),
        ],
        []
    ),
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
