//! Versions of models: lineage, settings, weights, certificate, scores.

use super::{
    collection::{PAGE, PER_PAGE, class, collection},
    model::{
        FEATURES, FILTER, FOLDS, GIVEN_WEIGHTS, MISSING, PENALTY_C, REVISION, SEARCH, SPLIT, STANDARDISE,
        TARGET, THRESHOLD,
    },
    prediction::{INPUTS, OUTPUTS, PLATFORM},
    shared::{
        ACCURACY, AUTHOR, COUNT, CREATED, FEATURE, HELD_OUT, LEFT_OUT, LOG_LOSS, NAME, OF_CLASS, SHA256,
        SHARE, VERSION_NUMBER, WARNINGS,
    },
};
use crate::{
    domain::Kind,
    represent::class::{
        Class, Property,
        Range::{Boolean, DateTime, Integer, Link, Number, Object, Text},
        operation::{get, post},
        property::shown,
    },
};

const MODEL: Property = shown("model", "almanac:model", Link("Model"), "The model.").always();
const PREDICT: Property =
    shown("predict", "almanac:predict", Object("IriTemplate"), "How the URL of a prediction is made.");

/// Areas of curves.
pub const ROC_AUC: Property =
    shown("rocAuc", "almanac:rocAuc", Number, "Area under the receiver operating characteristic.").of(SHARE);
/// See [`ROC_AUC`].
pub const PR_AUC: Property = shown("prAuc", "almanac:prAuc", Number, "Average precision.").of(SHARE);
const F1: Property = shown("f1", "almanac:f1", Number, "F1 score; of several classes its mean.").of(SHARE);
const BRIER: Property = shown("brier", "almanac:brier", Number, "Mean squared error of the probabilities.");

/// A property that holds a number.
const fn number(key: &'static str, term: &'static str, about: &'static str) -> Property {
    shown(key, term, Number, about).always()
}

/// The same in some documents only.
const fn maybe(key: &'static str, term: &'static str, about: &'static str) -> Property {
    shown(key, term, Number, about)
}

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "VersionCollection",
        "Versions",
        "Version",
        [MODEL],
        [
            get("List versions", Kind::Version, "VersionCollection").with(&[PAGE, PER_PAGE]),
            post("Train a version", Kind::Version, "Training", "Job"),
        ]
    ),
    // What is not sent is as in the version before.
    class!(
        "Training",
        [],
        "Training of a version",
        [
            REVISION,
            FILTER,
            PENALTY_C,
            SEARCH,
            STANDARDISE,
            MISSING,
            SPLIT,
            THRESHOLD,
            FEATURES,
            GIVEN_WEIGHTS,
        ],
        []
    ),
    class!(
        "Version",
        ["schema:CreativeWork"],
        "Version of a model",
        [
            NAME.always(),
            shown("headline", "schema:headline", Text, "What people call it.").always(),
            VERSION_NUMBER,
            MODEL,
            shown("revision", "almanac:revision", Link("Revision"), "The revision that it learned from.")
                .always(),
            shown("target", "almanac:target", Text, "The column that it predicts.").always(),
            shown("classes", "almanac:classes", Text, "The values of the target, in order.").many().always(),
            AUTHOR,
            CREATED,
            shown(
                "predictions",
                "almanac:predictions",
                Link("PredictionCollection"),
                "Where features are posted."
            )
            .always(),
            shown("revisionDigest", "almanac:revisionDigest", Text, "SHA-256 of what it learned from.")
                .of(SHA256),
            shown(
                "revisionWithdrawn",
                "almanac:revisionWithdrawn",
                DateTime,
                "When the content of its revision was taken back, if it was."
            ),
            shown("dataset", "almanac:dataset", Link("Dataset"), "The dataset that it learned from."),
            shown("settings", "almanac:settings", Object("Settings"), "What the training was asked with."),
            shown("features", "almanac:features", Object("Feature"), "What it asks for, in order.").many(),
            shown(
                "coefficients",
                "almanac:coefficients",
                Object("Coefficients"),
                "What it learned, for each logit."
            )
            .many(),
            shown("errorsOf", "almanac:errorsOf", Text, "Which estimate the standard errors are those of."),
            THRESHOLD,
            shown(
                "validation",
                "almanac:validation",
                Object("Validation"),
                "What folds of the training rows said about penalty and threshold."
            ),
            shown("certificate", "almanac:certificate", Object("Certificate"), "How near the optimum it is."),
            shown(
                "trainedRows",
                "almanac:trainedRows",
                Integer,
                "Rows that it learned from, if it did here."
            )
            .of(COUNT),
            HELD_OUT.sometimes(),
            LEFT_OUT.sometimes(),
            shown("filteredRows", "almanac:filteredRows", Integer, "Rows that the filter leaves out.")
                .of(COUNT),
            shown("scores", "almanac:scores", Object("Scores"), "How it does on the rows that were kept."),
            shown("curves", "almanac:curves", Link("Curves"), "The same, threshold by threshold."),
            shown(
                "comparison",
                "almanac:comparison",
                Link("VersionComparison"),
                "What it does differently than the version before."
            ),
            WARNINGS.sometimes(),
            PREDICT,
            shown(
                "applications",
                "almanac:applications",
                Link("ApplicationCollection"),
                "Where datasets are named whose rows it is to predict."
            ),
            shown("card", "almanac:card", Link("Card"), "What it is and how well it does, for people."),
            shown("onnx", "almanac:onnx", Link("Resource"), "The version as an ONNX graph."),
            shown("coefficientFile", "almanac:coefficientFile", Link("Resource"), "Its weights as JSON."),
            shown("versions", "almanac:versions", Text, "Its number, for inference clients.").many(),
            PLATFORM.sometimes(),
            INPUTS.sometimes(),
            OUTPUTS.sometimes(),
        ],
        [get("Read the version", Kind::Version, "Version")]
    ),
    class!(
        "Card",
        ["schema:CreativeWork"],
        "Model card",
        [
            shown("headline", "schema:headline", Text, "What people call it.").always(),
            shown("text", "schema:text", Text, "All of it, as Markdown.").always(),
            shown("modelVersion", "almanac:modelVersion", Link("Version"), "The version that it is about.")
                .always(),
            MODEL,
        ],
        [get("Read the model card", Kind::Version, "Card")]
    ),
    class!(
        "Settings",
        [],
        "Settings of a training",
        [
            TARGET,
            shown("featureNames", "almanac:featureNames", Text, "The columns that it learned from.")
                .many()
                .always(),
            FILTER,
            PENALTY_C,
            SEARCH,
            STANDARDISE,
            MISSING,
            SPLIT,
            THRESHOLD,
        ],
        []
    ),
    class!(
        "Coefficients",
        [],
        "Weights of one logit",
        [
            OF_CLASS,
            number("intercept", "almanac:intercept", "Of standardised features."),
            number("rawIntercept", "almanac:rawIntercept", "Of features as they are."),
            shown("interceptError", "almanac:interceptError", Number, "Standard error of `intercept`."),
            shown(
                "rawInterceptError",
                "almanac:rawInterceptError",
                Number,
                "Standard error of `rawIntercept`."
            ),
            shown("weightCount", "almanac:weightCount", Integer, "Columns of the matrix.").of(COUNT).always(),
            shown(
                "weights",
                "almanac:weights",
                Object("Weight"),
                "One for each column of the matrix, if there are not too many."
            )
            .many(),
        ],
        []
    ),
    class!(
        "Weight",
        [],
        "Weight of one column of the matrix",
        [
            FEATURE,
            number("coefficient", "almanac:coefficient", "Of the standardised column."),
            number("rawCoefficient", "almanac:rawCoefficient", "Of the column as it is."),
            number("mean", "almanac:mean", "Of the column in the training rows."),
            number("scale", "almanac:scale", "Standard deviation of the column in the training rows."),
            number("oddsRatio", "almanac:oddsRatio", "Factor of the odds for one standard deviation more."),
            number("rawOddsRatio", "almanac:rawOddsRatio", "Factor of the odds for one unit more."),
            maybe("standardError", "almanac:standardError", "Of `coefficient`."),
            maybe("z", "almanac:z", "Coefficient divided by its standard error."),
            maybe("low", "almanac:low", "Where the 95 % interval of `coefficient` begins."),
            maybe("high", "almanac:high", "Where it ends."),
            maybe("oddsRatioLow", "almanac:oddsRatioLow", "Where the 95 % interval of `oddsRatio` begins."),
            maybe("oddsRatioHigh", "almanac:oddsRatioHigh", "Where it ends."),
            maybe("rawStandardError", "almanac:rawStandardError", "Of `rawCoefficient`."),
            maybe("rawLow", "almanac:rawLow", "Where the 95 % interval of `rawCoefficient` begins."),
            maybe("rawHigh", "almanac:rawHigh", "Where it ends."),
            maybe(
                "rawOddsRatioLow",
                "almanac:rawOddsRatioLow",
                "Where the 95 % interval of `rawOddsRatio` begins."
            ),
            maybe("rawOddsRatioHigh", "almanac:rawOddsRatioHigh", "Where it ends."),
        ],
        []
    ),
    class!(
        "Validation",
        [],
        "What folds of the training rows said",
        [
            FOLDS,
            shown("tried", "almanac:tried", Object("Tried"), "The penalties that were tried.").many(),
            shown(
                "thresholdScore",
                "almanac:thresholdScore",
                Number,
                "What the threshold reached, by the measure that chose it."
            )
            .of(SHARE),
        ],
        []
    ),
    class!(
        "Tried",
        [],
        "A penalty that was tried",
        [
            PENALTY_C,
            LOG_LOSS.sometimes(),
            shown(
                "deviation",
                "almanac:deviation",
                Number,
                "Standard deviation of the log loss over the folds."
            ),
        ],
        []
    ),
    class!(
        "Certificate",
        [],
        "How near the optimum a training came",
        [
            shown("solver", "almanac:solver", Text, "What found it; `imported`: nobody here.").always(),
            shown("iterations", "almanac:iterations", Integer, "Steps that it took.").of(COUNT).always(),
            number("objective", "almanac:objective", "Penalised log-likelihood, negative."),
            number("maxGradient", "almanac:maxGradient", "Greatest component of its gradient."),
            number("tolerance", "almanac:tolerance", "What that component may be."),
            number("gap", "almanac:gap", "How far above the optimum the objective is, at most."),
            shown("converged", "almanac:converged", Boolean, "Whether the tolerance is kept.").always(),
        ],
        []
    ),
    class!(
        "Scores",
        [],
        "Scores on rows that were not learned from",
        [
            HELD_OUT,
            LEFT_OUT,
            ACCURACY,
            shown("balancedAccuracy", "almanac:balancedAccuracy", Number, "Mean of the classes' recalls.")
                .of(SHARE),
            LOG_LOSS,
            BRIER,
            ROC_AUC,
            PR_AUC,
            F1,
            number("mcc", "almanac:mcc", "Matthews' correlation coefficient."),
            shown("perClass", "almanac:perClass", Object("ClassScores"), "How each class was told.").many(),
            shown(
                "baseline",
                "almanac:baseline",
                Object("Baseline"),
                "Scores of always saying the largest class."
            ),
            shown(
                "confusion",
                "almanac:confusion",
                Object("Confusion"),
                "How often which was taken for which."
            )
            .many(),
        ],
        []
    ),
    class!(
        "Baseline",
        [],
        "Scores of the trivial classifier",
        [
            shown("majorityClass", "almanac:majorityClass", Text, "The class that it always says.").always(),
            ACCURACY,
            LOG_LOSS,
            BRIER,
        ],
        []
    ),
    class!(
        "ClassScores",
        [],
        "How a class was told",
        [
            OF_CLASS,
            shown("precision", "almanac:precision", Number, "Share of the rows told to be of it that are.")
                .of(SHARE)
                .always(),
            shown("recall", "almanac:recall", Number, "Share of its rows that were told.").of(SHARE).always(),
            F1,
            shown("support", "almanac:support", Integer, "Its rows.").of(COUNT).always(),
        ],
        []
    ),
    class!(
        "Confusion",
        [],
        "Cell of a confusion matrix",
        [
            shown("actual", "almanac:actual", Text, "The class that was so.").always(),
            shown("predicted", "almanac:predicted", Text, "The class that was predicted.").always(),
            shown("count", "almanac:count", Integer, "How often.").of(COUNT).always(),
        ],
        []
    ),
];
