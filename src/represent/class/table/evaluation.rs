//! How versions do, seen more closely: curves, and what two of them do differently.

use super::{
    collection::class,
    shared::{COUNT, FEATURE, HELD_OUT, OF_CLASS, SHARE},
    version::{PR_AUC, ROC_AUC},
};
use crate::{
    domain::Kind,
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Boolean, Integer, Link, Number, Object, Scalar, Text},
        operation::get,
        property::shown,
    },
};

const VERSION: Property =
    shown("modelVersion", "almanac:modelVersion", Link("Version"), "The version that is looked at.").always();
const THRESHOLD: Property = shown(
    "threshold",
    "almanac:threshold",
    Scalar,
    "Rows from this probability on are told to be of the class.",
);
const BEFORE: Property = shown("before", "almanac:before", Scalar, "In the other version.");
const AFTER: Property = shown("after", "almanac:after", Scalar, "In the version that is looked at.");
const CHANGE: Property = shown("change", "almanac:change", Number, "The difference.");

const COMPARED: &[Parameter] = &[Parameter::new(
    "with",
    Integer,
    Bounds::Between(1.0, 9_007_199_254_740_991.0),
    "The number of another version; the one before unless said.",
)];

/// A share that a point has.
const fn share(key: &'static str, term: &'static str, about: &'static str) -> Property {
    shown(key, term, Number, about).of(SHARE).always()
}

/// The classes.
pub const CLASSES: &[Class] = &[
    class!(
        "Curves",
        [],
        "Curves of a version",
        [
            VERSION,
            HELD_OUT,
            shown("classes", "almanac:classes", Text, "The values of the target, in order.").many().always(),
            shown(
                "curvesByClass",
                "almanac:curvesByClass",
                Object("Curve"),
                "Of the second of two, or of each."
            )
            .many()
            .always(),
        ],
        [get("Read how the version does, threshold by threshold", Kind::Version, "Curves")]
    ),
    class!(
        "Curve",
        [],
        "Curves of one class against the rest",
        [
            OF_CLASS,
            ROC_AUC,
            PR_AUC,
            shown("rocCurve", "almanac:rocCurve", Object("RocPoint"), "From the highest threshold on.")
                .many()
                .always(),
            shown(
                "precisionRecallCurve",
                "almanac:precisionRecallCurve",
                Object("RecallPoint"),
                "From the highest threshold on."
            )
            .many()
            .always(),
            shown("calibration", "almanac:calibration", Object("CalibrationBin"), "Ranges of probability.")
                .many()
                .always(),
        ],
        []
    ),
    class!(
        "RocPoint",
        [],
        "Point of a ROC curve",
        [
            share(
                "falsePositiveRate",
                "almanac:falsePositiveRate",
                "Share of the other rows told to be of it."
            ),
            share("truePositiveRate", "almanac:truePositiveRate", "Share of its rows told to be of it."),
            THRESHOLD,
        ],
        []
    ),
    class!(
        "RecallPoint",
        [],
        "Point of a precision-recall curve",
        [
            share("recall", "almanac:recall", "Share of its rows that were told."),
            share("precision", "almanac:precision", "Share of the rows told to be of it that are."),
            THRESHOLD,
        ],
        []
    ),
    class!(
        "CalibrationBin",
        [],
        "Range of told probabilities",
        [
            share("from", "almanac:from", "Above this; the first range has 0 too."),
            share("to", "almanac:to", "Up to this."),
            shown("count", "almanac:count", Integer, "How often.").of(COUNT).always(),
            share("meanPredicted", "almanac:meanPredicted", "Mean of the probabilities."),
            share("observed", "almanac:observed", "Share of the rows that are of the class."),
        ],
        []
    ),
    class!(
        "VersionComparison",
        [],
        "What a version does differently than another",
        [
            VERSION,
            shown("with", "almanac:with", Link("Version"), "The other version.").always(),
            shown(
                "sameRowsHeldOut",
                "almanac:sameRowsHeldOut",
                Boolean,
                "Whether both were scored on the same rows: only then their scores can be compared."
            )
            .always(),
            shown(
                "settingsChanged",
                "almanac:settingsChanged",
                Object("SettingChange"),
                "Settings that differ."
            )
            .many()
            .always(),
            shown("scoreChanges", "almanac:scoreChanges", Object("ScoreChange"), "Scores side by side.")
                .many()
                .always(),
            shown("featuresAdded", "almanac:featuresAdded", Text, "Features that only this one asks for.")
                .many()
                .always(),
            shown(
                "featuresRemoved",
                "almanac:featuresRemoved",
                Text,
                "Features that only the other asks for."
            )
            .many()
            .always(),
            shown(
                "coefficientChanges",
                "almanac:coefficientChanges",
                Object("CoefficientChange"),
                "Standardised weights side by side, the largest changes first."
            )
            .many()
            .always(),
        ],
        [get("Compare with another version", Kind::Version, "VersionComparison").with(COMPARED)]
    ),
    class!(
        "SettingChange",
        [],
        "Setting that differs",
        [shown("setting", "almanac:setting", Text, "Its name.").always(), BEFORE, AFTER],
        []
    ),
    class!(
        "ScoreChange",
        [],
        "Score of two versions",
        [shown("score", "almanac:score", Text, "Its name.").always(), BEFORE, AFTER, CHANGE],
        []
    ),
    class!("CoefficientChange", [], "Weight in two versions", [OF_CLASS, FEATURE, BEFORE, AFTER, CHANGE], []),
];
