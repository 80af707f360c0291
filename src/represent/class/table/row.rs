//! Rows of a dataset's head.

use super::{
    collection::{class, collection},
    shared::NUMBERED,
};
use crate::{
    domain::Kind,
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Integer, Link, Object, Text},
        operation::{delete, get, patch, post, put},
        property::{must, shown},
    },
};

const PAGED: &[Parameter] = &[
    Parameter::new("limit", Integer, Bounds::Between(1.0, 1e3), "Rows of a page; 100 unless said."),
    Parameter::new("after", Text, Bounds::Any, "A cursor, from a link of another page: rows after it."),
    Parameter::new("before", Text, Bounds::Any, "A cursor, from a link of another page: rows before it."),
];

const DATASET: Property =
    shown("dataset", "almanac:dataset", Link("Dataset"), "The dataset that it belongs to.");

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "RowCollection",
        "Rows",
        "Row",
        [DATASET.always()],
        [
            get("Page through the rows", Kind::Row, "RowCollection").with(PAGED),
            post("Add a row", Kind::Row, "Row", "Row"),
        ]
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
];
