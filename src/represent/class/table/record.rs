//! Rows of a revision, which never change, and what a revision has changed.

use super::{
    collection::{class, common},
    shared::{COUNT, NUMBERED},
};
use crate::{
    domain::Kind,
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Integer, Link, Object, Text},
        operation::get,
        property::shown,
    },
};

const PAGED: &[Parameter] = &[
    Parameter::new("limit", Integer, Bounds::Between(1.0, 1e3), "Rows of a page; 100 unless said."),
    Parameter::new("after", Integer, Bounds::Between(0.0, 9e15), "A position: rows after it."),
    Parameter::new(
        "fields",
        Text,
        Bounds::Any,
        "The columns that are shown, with commas between; all unless said.",
    ),
];

const COMPARED: &[Parameter] = &[
    Parameter::new(
        "since",
        Integer,
        Bounds::Between(1.0, 9e15),
        "The revision that it is compared with; the one before it unless said, or nothing.",
    ),
    Parameter::new(
        "key",
        Text,
        Bounds::Any,
        "Columns, with commas between, that tell rows apart; unless said the first whole number or text that does.",
    ),
];

const REVISION: Property =
    shown("revision", "almanac:revision", Link("Revision"), "The revision that it is about.").always();

const fn counted(key: &'static str, term: &'static str, about: &'static str) -> Property {
    shown(key, term, Integer, about).of(COUNT)
}

/// The classes.
pub const CLASSES: &[Class] = &[
    Class {
        name: "RecordCollection",
        term: "almanac:RecordCollection",
        also: &["Collection"],
        title: "Rows of a revision",
        properties: &{
            let [title, total, members, view, search] = common("Record");
            [title, total, members, view, search, REVISION]
        },
        operations: &[get("Page through the rows", Kind::Revision, "RecordCollection").with(PAGED)],
    },
    class!(
        "Record",
        [],
        "Row of a revision",
        [
            NUMBERED,
            shown("cells", "almanac:cells", Object("Cells"), "Its cells, by the columns' identifiers.")
                .always(),
        ],
        []
    ),
    class!(
        "Comparison",
        [],
        "What a revision changed",
        [
            REVISION,
            shown(
                "since",
                "almanac:since",
                Link("Revision"),
                "The revision that it is compared with; none where it is the first."
            ),
            shown(
                "keyColumns",
                "almanac:keyColumns",
                Text,
                "The columns that tell rows apart; none where no column does."
            )
            .many(),
            shown("columnsAdded", "almanac:columnsAdded", Object("Column"), "Columns that are new.")
                .many()
                .always(),
            shown("columnsRemoved", "almanac:columnsRemoved", Object("Column"), "Columns that are gone.")
                .many()
                .always(),
            shown(
                "columnsRetyped",
                "almanac:columnsRetyped",
                Object("Column"),
                "Columns that hold another type than before, as they are now."
            )
            .many()
            .always(),
            counted("rowsAdded", "almanac:rowsAdded", "Rows that are new.").always(),
            counted("rowsRemoved", "almanac:rowsRemoved", "Rows that are gone.").always(),
            counted("rowsChanged", "almanac:rowsChanged", "Rows with the same key and other cells."),
            counted("rowsUnchanged", "almanac:rowsUnchanged", "Rows that are as they were.").always(),
        ],
        [get("Compare with another revision", Kind::Revision, "Comparison").with(COMPARED)]
    ),
];
