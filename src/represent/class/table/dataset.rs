//! Datasets: their words, columns, revisions and files.

use super::{
    collection::{COLLECTION, IDS, PAGE, PER_PAGE, class, collection, contains, order},
    croissant::{CITE_AS, CONFORMS_TO, RECORD_SET, URL},
    search::QUERY,
    shared::{
        AUTHOR, COLUMN_TYPE, COUNT, CREATED, DESCRIPTION, DIGEST, IDENTIFIER, MODIFIED, NAME, NULLABLE,
        PUBLISHED, UNIT, VERSION_NUMBER, VISIBILITY, column_types, visibilities,
    },
};
use crate::{
    domain::{
        Kind,
        column::{LONGEST_REMARK, MOST_COLUMNS},
        dataset::{LONG, SHORT},
    },
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Boolean, Integer, Link, Object, Text, Url},
        Saying, Spelling, Takes,
        operation::{delete, get, patch, post},
        property::{must, set, shown},
    },
};

const LISTED: &[Parameter] = &[
    PAGE,
    PER_PAGE,
    QUERY,
    contains("name", "schema:name"),
    contains("author", "schema:author"),
    IDS,
    order(&["name", "datePublished", "dateModified", "author", "rowCount"]),
];

const DELIMITER: Parameter = Parameter::new(
    "delimiter",
    Text,
    Bounds::Pattern(r"^[\u0000-\u007f]$"),
    "With a table as body: what stands between its cells, one ASCII character.",
);
const QUOTE: Parameter = Parameter::new(
    "quote",
    Text,
    Bounds::Pattern(r"^[\u0000-\u007f]$"),
    "With CSV as body: what stands around cells, one ASCII character; a quotation mark unless said.",
);
const ESCAPE: Parameter = Parameter::new(
    "escape",
    Text,
    Bounds::Pattern(r"^[\u0000-\u007f]$"),
    "With CSV as body: what stands before a character that means itself, such as a backslash.",
);
const HEADER: Parameter = Parameter::new(
    "header",
    Text,
    Bounds::Among(headers),
    "With CSV as body: whether its first line names the columns (present) or is a row (absent), as the parameter of its media type says it.",
);
const TYPES: Parameter = Parameter::new(
    "types",
    Text,
    Bounds::Among(column_types),
    "With a table as body: the type of the named column.",
)
.spelt(Spelling::Keys(&["column"]));
const UNITS: Parameter = Parameter::new(
    "units",
    Text,
    Bounds::Length(0, LONGEST_REMARK),
    "With a table as body: the unit of the named column.",
)
.spelt(Spelling::Keys(&["column"]));
const DESCRIPTIONS: Parameter = Parameter::new(
    "descriptions",
    Text,
    Bounds::Length(0, LONGEST_REMARK),
    "With a table as body: what the named column means.",
)
.spelt(Spelling::Keys(&["column"]));
const MISSING: Parameter = Parameter::new(
    "missing",
    Text,
    Bounds::Any,
    "With CSV as body: what spells a missing cell, instead of NA, NaN and null; `missing[column]` besides in one column; may be repeated.",
);
const INDEX: Parameter = Parameter::new(
    "index",
    Text,
    Bounds::Any,
    "With a table as body: a column that filters and orders by are quick for; may be repeated.",
);

fn headers() -> Vec<&'static str> {
    vec!["present", "absent"]
}

/// Words beside rows that come as a table.
pub(super) const ROWS: &[Parameter] = &[DELIMITER, QUOTE, ESCAPE, HEADER, MISSING];

/// Words beside the next table of a dataset.
const NEXT: &[Parameter] = &[DELIMITER, QUOTE, ESCAPE, HEADER, TYPES, UNITS, DESCRIPTIONS, MISSING, INDEX];

/// Words beside a table that is the body itself.
const DESCRIBED: &[Parameter] = &[
    Parameter::new(
        "identifier",
        Text,
        super::shared::SLUG,
        "With a table as body: the dataset's identifier.",
    ),
    Parameter::new(
        "name",
        Text,
        Bounds::Length(1, SHORT),
        "With a table as body: what the dataset is called.",
    ),
    Parameter::new("description", Text, Bounds::Length(0, LONG), "With a table as body: what it is."),
    Parameter::new("license", Text, Bounds::Length(0, SHORT), "With a table as body: its licence."),
    Parameter::new("creator", Text, Bounds::Length(0, SHORT), "With a table as body: who made it."),
    Parameter::new(
        "keywords",
        Text,
        Bounds::Length(0, SHORT),
        "With a table as body: words, with commas between.",
    ),
    Parameter::new(
        "visibility",
        Text,
        Bounds::Among(visibilities),
        "With a table as body: who sees it; everybody unless said.",
    ),
    DELIMITER,
    QUOTE,
    ESCAPE,
    HEADER,
    TYPES,
    UNITS,
    DESCRIPTIONS,
    MISSING,
    INDEX,
];

const ROW_COUNT: Property =
    shown("rowCount", "almanac:rowCount", Integer, "How many rows it has.").of(COUNT).always();
const FILES: Property = shown(
    "distribution",
    "schema:distribution",
    Object("DataDownload"),
    "Files of the revision, at URLs that name their content.",
)
.many();

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "DatasetCollection",
        "Datasets",
        "Dataset",
        [],
        [
            get("List datasets", Kind::Dataset, "DatasetCollection").with(LISTED),
            post("Publish a dataset", Kind::Dataset, "Dataset", "Dataset")
                .taking(Takes::Table)
                .with(DESCRIBED),
        ]
    ),
    class!(
        "Dataset",
        ["schema:Dataset"],
        "Dataset",
        [
            IDENTIFIER,
            must("name", "schema:name", Text, "What it is called.").of(Bounds::Length(1, SHORT)),
            DESCRIPTION.of(Bounds::Length(0, LONG)),
            set("license", "schema:license", Text, "Its licence, by name or IRI.")
                .of(Bounds::Length(0, SHORT)),
            set("creator", "schema:creator", Object("Organization"), "Who made it.")
                .of(Bounds::Length(0, SHORT))
                .said(Saying::Name),
            super::article::KEYWORDS.many(),
            VISIBILITY,
            AUTHOR,
            PUBLISHED,
            MODIFIED,
            ROW_COUNT,
            must("columns", "almanac:columns", Object("Column"), "Its columns, in order.")
                .most(MOST_COLUMNS)
                .said(Saying::Headers),
            shown(
                "editedSinceRevision",
                "almanac:editedSinceRevision",
                Boolean,
                "Whether its rows changed since the newest revision was sealed."
            )
            .always(),
            shown(
                "linked",
                "almanac:linked",
                Boolean,
                "Whether its rows are those of a table that others write: here they are only read, and `rowCount` is that of when it was linked or sealed last."
            ),
            shown("rows", "almanac:rows", Link("RowCollection"), "Its rows, as they are now.").always(),
            shown("revisions", "almanac:revisions", Link("RevisionCollection"), "What it was, sealed.")
                .always(),
            shown("newestRevision", "almanac:newestRevision", Link("Revision"), "The revision sealed last."),
            FILES,
            shown("trainedModels", "almanac:trainedModels", Link("Model"), "Models that learned from it.")
                .many(),
            shown("subjectOf", "schema:subjectOf", Link("Article"), "Articles about it.").many(),
            COLLECTION,
            CONFORMS_TO,
            URL,
            Property { about: "Number of its newest revision.", ..VERSION_NUMBER.sometimes() },
            CITE_AS,
            RECORD_SET,
        ],
        [
            get("Read the dataset", Kind::Dataset, "Dataset"),
            patch("Describe the dataset", Kind::Dataset, "Dataset"),
            delete("Delete the dataset", Kind::Dataset),
        ]
    ),
    class!(
        "Column",
        [],
        "Column",
        [
            set(
                "identifier",
                "schema:identifier",
                Text,
                "Its name in URLs and as a key; made from its header."
            )
            .of(Bounds::Pattern("^[a-z][a-z0-9_]{0,62}$"))
            .once(),
            set("name", "schema:name", Text, "Its header.").of(Bounds::Trimmed(2_000)).once(),
            must("columnType", "almanac:columnType", Text, "What its cells are.")
                .of(Bounds::Among(column_types)),
            set("nullable", "almanac:nullable", Boolean, "Whether cells may be missing; true unless said.")
                .once(),
            set("unitText", "schema:unitText", Text, "The unit of its cells.").of(Bounds::Length(0, 2_000)),
            DESCRIPTION.of(Bounds::Length(0, 2_000)),
            set(
                "indexed",
                "almanac:indexed",
                Boolean,
                "Whether filters and orders by it are quick however many rows there are; false unless said."
            ),
        ],
        []
    ),
    class!(
        "DataDownload",
        ["schema:DataDownload"],
        "File",
        [
            NAME.always(),
            shown("contentUrl", "schema:contentUrl", Url, "Where its bytes are.").always(),
            shown("encodingFormat", "schema:encodingFormat", Text, "Its media type.").always(),
            shown("contentSize", "schema:contentSize", Text, "Its size in bytes.").always(),
            DIGEST,
        ],
        []
    ),
    collection!(
        "RevisionCollection",
        "Revisions",
        "Revision",
        [shown("dataset", "almanac:dataset", Link("Dataset"), "The dataset that it belongs to.").always()],
        [
            get("List revisions", Kind::Revision, "RevisionCollection").with(&[PAGE, PER_PAGE]),
            post("Seal a revision", Kind::Revision, "Revision", "Revision").taking(Takes::Table).with(NEXT),
        ]
    ),
    class!(
        "Revision",
        ["schema:Dataset"],
        "Revision",
        [
            NAME.always(),
            VERSION_NUMBER,
            set("note", "almanac:note", Text, "What whoever sealed it says about it.")
                .of(Bounds::Length(0, 2_000)),
            ROW_COUNT,
            DIGEST,
            shown("columns", "almanac:columns", Object("Column"), "Its columns, in order.").many().always(),
            FILES.always(),
            shown("profile", "almanac:profile", Link("Resource"), "What its columns hold, in figures.")
                .always(),
            shown("rows", "almanac:rows", Link("RecordCollection"), "Its rows."),
            shown(
                "comparison",
                "almanac:comparison",
                Link("Comparison"),
                "What it changed since the revision before it."
            ),
            AUTHOR,
            CREATED,
            shown("dataset", "almanac:dataset", Link("Dataset"), "The dataset that it belongs to.").always(),
            shown(
                "wasDerivedFrom",
                "almanac:wasDerivedFrom",
                Link("Resource"),
                "The revision and the version of a model that it was predicted from."
            )
            .many(),
            shown("parent", "almanac:parent", Link("Revision"), "The revision before it."),
        ],
        [get("Read the revision", Kind::Revision, "Revision")]
    ),
    class!(
        "Feature",
        [],
        "Feature of a model",
        [
            shown("identifier", "schema:identifier", Text, "The column that it is.").always(),
            NAME.always(),
            COLUMN_TYPE,
            NULLABLE.always(),
            UNIT,
            super::shared::MINIMUM,
            super::shared::MAXIMUM,
            super::shared::LEVELS,
        ],
        []
    ),
];
