//! Models: the name, and what a training is asked with.

use super::{
    collection::{COLLECTION, IDS, PAGE, PER_PAGE, class, collection, contains, order},
    prediction::{INPUTS, OUTPUTS, PLATFORM},
    search::QUERY,
    shared::{AUTHOR, CREATED, DESCRIPTION, IDENTIFIER, MODIFIED, VISIBILITY},
};
use crate::{
    domain::{
        Kind,
        column::MOST_COLUMNS,
        model::{LEAST_FOLDS, MOST_FOLDS, MOST_SEED, MOST_TRIED, Missing, PENALTY},
        version::BOUNDS,
    },
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Boolean, Integer, Json, Link, Number, Object, Scalar, Text},
        Saying,
        operation::{delete, get, patch, post},
        property::{must, set, shown},
    },
};

const LISTED: &[Parameter] = &[
    PAGE,
    PER_PAGE,
    QUERY,
    contains("headline", "schema:headline"),
    contains("name", "schema:name"),
    contains("author", "schema:author"),
    IDS,
    order(&["headline", "name", "dateCreated", "dateModified", "author"]),
];

fn missing() -> Vec<&'static str> {
    Missing::ALL.map(Missing::name).into()
}

/// How a training is asked for; a version shows them too.
pub const PENALTY_C: Property = set(
    "c",
    "almanac:penaltyC",
    Number,
    "Inverse strength of the penalty, scikit-learn's `C`; 1 unless said.",
)
.of(Bounds::Between(PENALTY.0, PENALTY.1))
.once();
pub const STANDARDISE: Property =
    set("standardise", "almanac:standardise", Boolean, "Whether the penalty is on standardised weights.")
        .once();
pub const MISSING: Property = set("missing", "almanac:missing", Text, "What is done about missing cells.")
    .of(Bounds::Among(missing))
    .once();
pub const SPLIT: Property =
    set("split", "almanac:split", Object("Split"), "Which rows are kept for scoring.").once();
pub const FILTER: Property = set(
    "filter",
    "almanac:filter",
    Text,
    "Which rows are learned from and scored, as in the query of a dataset's rows; all unless said.",
)
.of(Bounds::Longest(10_000))
.once();
pub const SEARCH: Property = set(
    "penaltySearch",
    "almanac:penaltySearch",
    Object("Search"),
    "Where `c` is looked for by cross-validation, in place of `c`.",
)
.once();
pub const THRESHOLD: Property = set(
    "threshold",
    "almanac:threshold",
    Scalar,
    "From which probability on the second of two classes is told: `most-probable` (unless said), `f1`, \
     `balanced-accuracy` or a number.",
)
.once();
pub const FOLDS: Property =
    set("folds", "almanac:folds", Integer, "Folds of the training rows; 5 unless said.")
        .of(Bounds::Between(LEAST_FOLDS as f64, MOST_FOLDS as f64));
pub const GIVEN_WEIGHTS: Property = set(
    "givenWeights",
    "almanac:givenWeights",
    Json,
    "Weights that were learned elsewhere, in place of a training: the JSON of a version's `coefficientFile`. They \
     are scored like others, and `certificate` says how near the optimum of these rows they are.",
)
.once();
pub const TARGET: Property = must("target", "almanac:target", Text, "The column to predict, by identifier.")
    .of(Bounds::Length(1, 63))
    .once();

pub const REVISION: Property = set(
    "revision",
    "almanac:revision",
    Link("Revision"),
    "The revision that it learns from; the newest unless said.",
)
.said(Saying::Number)
.once();
pub const FEATURES: Property = set(
    "features",
    "almanac:features",
    Object("Feature"),
    "The columns that it learns from; all but the target unless said.",
)
.most(MOST_COLUMNS)
.said(Saying::Identifiers)
.once();

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "ModelCollection",
        "Models",
        "Model",
        [],
        [
            get("List models", Kind::Model, "ModelCollection").with(LISTED),
            post("Train a model", Kind::Model, "Model", "Job"),
        ]
    ),
    class!(
        "Model",
        ["schema:CreativeWork"],
        "Model",
        [
            IDENTIFIER,
            set(
                "name",
                "schema:name",
                Text,
                "Its identifier, by which inference clients name it; sent beside an identifier, its headline."
            )
            .of(Bounds::Length(0, BOUNDS.0))
            .once(),
            set("headline", "schema:headline", Text, "What people call it.").of(Bounds::Length(0, BOUNDS.0)),
            DESCRIPTION.of(Bounds::Length(0, BOUNDS.1)),
            must("dataset", "almanac:dataset", Link("Dataset"), "The dataset that it learns from.")
                .said(Saying::Identifier)
                .once(),
            REVISION,
            TARGET,
            FILTER,
            PENALTY_C,
            SEARCH,
            STANDARDISE,
            MISSING,
            SPLIT,
            THRESHOLD,
            FEATURES,
            GIVEN_WEIGHTS,
            VISIBILITY,
            AUTHOR,
            CREATED,
            MODIFIED,
            shown("currentVersion", "almanac:currentVersion", Link("Version"), "The newest version.")
                .always(),
            shown(
                "versionCollection",
                "almanac:versionCollection",
                Link("VersionCollection"),
                "All its versions."
            )
            .always(),
            shown("versions", "almanac:versions", Text, "Numbers of its versions.").many().always(),
            shown(
                "predictions",
                "almanac:predictions",
                Link("PredictionCollection"),
                "Where features are posted."
            )
            .always(),
            shown(
                "predict",
                "almanac:predict",
                Object("IriTemplate"),
                "How the URL of a prediction is made."
            )
            .always(),
            PLATFORM,
            INPUTS,
            OUTPUTS,
            shown("subjectOf", "schema:subjectOf", Link("Article"), "Articles about it.").many(),
            COLLECTION,
        ],
        [
            get("Read the model", Kind::Model, "Model"),
            patch("Describe the model", Kind::Model, "Model"),
            delete("Delete the model", Kind::Model),
        ]
    ),
    class!(
        "Search",
        [],
        "Search for a penalty",
        [
            set(
                "candidates",
                "almanac:candidates",
                Number,
                "Values of `c` that are tried; the powers of ten from 1e-4 to 1e4 unless said."
            )
            .of(Bounds::Between(PENALTY.0, PENALTY.1))
            .most(MOST_TRIED),
            FOLDS,
        ],
        []
    ),
    class!(
        "Split",
        [],
        "Rows that are kept for scoring",
        [
            set("test", "almanac:testFraction", Number, "Their share; a quarter unless said.")
                .of(Bounds::Within(0.0, 1.0)),
            set("seed", "almanac:seed", Integer, "Chooses them; 1 unless said.")
                .of(Bounds::Between(0.0, MOST_SEED as f64)),
            set("stratified", "almanac:stratified", Boolean, "Whether each class gives the same share."),
        ],
        []
    ),
];
