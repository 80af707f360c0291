//! Properties that several classes have.

use crate::{
    domain::{column::ColumnType, slug, visibility::Visibility},
    represent::class::{
        Bounds, Property,
        Range::{DateTime, Integer, Number, Scalar, Text},
        property::{set, shown},
    },
};

/// Lower-case letters and digits with single hyphens between them.
pub const SLUG: Bounds = Bounds::Pattern("^(?=.{1,100}$)[a-z0-9]+(-[a-z0-9]+)*$");
/// A number of the database, in decimal digits.
pub const NUMBER: Bounds = Bounds::Pattern("^[1-9][0-9]{0,18}$");
/// SHA-256 in hexadecimal digits.
pub const SHA256: Bounds = Bounds::Pattern("^[0-9a-f]{64}$");
/// A whole number that is no count of anything negative.
pub const COUNT: Bounds = Bounds::Between(0.0, 9_007_199_254_740_991.0);
/// A share or a probability.
pub const SHARE: Bounds = Bounds::Between(0.0, 1.0);

const _: () = assert!(slug::LONGEST == 100, "as SLUG says");

pub const IDENTIFIER: Property =
    set("identifier", "schema:identifier", Text, "Its name in URLs; made from its title if none is sent.")
        .of(SLUG)
        .once();
pub const NUMBERED: Property =
    shown("identifier", "schema:identifier", Text, "Its number in URLs.").of(NUMBER).always();
pub const NAME: Property = shown("name", "schema:name", Text, "What it is called.");
pub const CREATED: Property =
    shown("dateCreated", "schema:dateCreated", DateTime, "When it was made.").always();
pub const PUBLISHED: Property =
    shown("datePublished", "schema:datePublished", DateTime, "When it was published.").always();
pub const MODIFIED: Property =
    shown("dateModified", "schema:dateModified", DateTime, "When it changed last.").always();
pub const AUTHOR: Property = shown("author", "schema:author", Text, "Who put it here, by name.").always();
pub const VISIBILITY: Property = set(
    "visibility",
    "almanac:visibility",
    Text,
    "Who sees it: everybody, those who know its address, or its owner alone.",
)
.of(Bounds::Among(visibilities));
pub const DESCRIPTION: Property =
    set("description", "schema:description", Text, "What it is, in a paragraph or several.");
pub const TITLE: Property = shown("title", "hydra:title", Text, "What it is called on pages.").always();
pub const VERSION_NUMBER: Property =
    shown("version", "schema:version", Scalar, "Its number, from 1.").of(COUNT).always();
pub const DIGEST: Property =
    shown("sha256", "schema:sha256", Text, "SHA-256 of its bytes.").of(SHA256).always();
pub const COLUMN_TYPE: Property = shown("columnType", "almanac:columnType", Text, "What its values are.")
    .of(Bounds::Among(column_types))
    .always();
pub const NULLABLE: Property = shown(
    "nullable",
    "almanac:nullable",
    crate::represent::class::Range::Boolean,
    "Whether a value may be missing.",
);
pub const UNIT: Property = shown("unitText", "schema:unitText", Text, "The unit of its values.");
pub const MINIMUM: Property =
    shown("minimum", "schema:minValue", Scalar, "The least value that the training rows held.");
pub const MAXIMUM: Property =
    shown("maximum", "schema:maxValue", Scalar, "The greatest value that the training rows held.");
pub const LEVELS: Property =
    shown("levels", "almanac:levels", Text, "The values that the training rows held.").many();
pub const OF_CLASS: Property =
    shown("ofClass", "almanac:ofClass", Text, "The class that it is about.").always();
pub const FEATURE: Property =
    shown("feature", "almanac:feature", Text, "The feature that it is about, by identifier.").always();
pub const ACCURACY: Property =
    shown("accuracy", "almanac:accuracy", Number, "Share of rows whose class was predicted.").of(SHARE);
pub const LOG_LOSS: Property =
    shown("logLoss", "almanac:logLoss", Number, "Mean negative logarithm of the probability of what was so.");
pub const HELD_OUT: Property =
    shown("heldOutRows", "almanac:heldOutRows", Integer, "Rows that were kept for scoring.")
        .of(COUNT)
        .always();
pub const LEFT_OUT: Property =
    shown("leftOutRows", "almanac:leftOutRows", Integer, "Rows without a target, which were not used.")
        .of(COUNT)
        .always();
pub const WARNINGS: Property =
    shown("warnings", "almanac:warnings", Text, "What to be careful about, as sentences.").many().always();

/// Names of the types of columns.
pub fn column_types() -> Vec<&'static str> {
    ColumnType::ALL.map(ColumnType::name).into()
}

pub(in crate::represent::class::table) fn visibilities() -> Vec<&'static str> {
    Visibility::ALL.map(Visibility::name).to_vec()
}
