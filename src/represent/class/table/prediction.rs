//! Predictions.

use super::{
    collection::{class, collection},
    model::REVISION,
    shared::{FEATURE, NAME, OF_CLASS, SHARE, SLUG, WARNINGS},
};
use crate::{
    domain::{Kind, dataset::SHORT},
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Boolean, Integer, Link, Number, Object, Scalar, Text},
        Saying, Spelling, Takes,
        operation::{get, post},
        property::{must, set, shown},
    },
};

const FEATURES: &[Parameter] = &[Parameter::new(
    "features",
    Scalar,
    Bounds::Any,
    "A value for each feature of the model, by identifier, as the model's `predict` template says.",
)
.spelt(Spelling::Free)];

const CONTRIBUTIONS: &[Parameter] = &[Parameter::new(
    "contributions",
    Boolean,
    Bounds::Any,
    "Whether each of many predictions says what each feature adds.",
)];

const MODEL: Property = shown("model", "almanac:model", Link("Model"), "The model.");
const VERSION: Property =
    shown("modelVersion", "almanac:modelVersion", Link("Version"), "The version that predicts.").always();

/// Metadata of the Open Inference Protocol.
pub const PLATFORM: Property =
    shown("platform", "almanac:platform", Text, "What kind of model it is, for inference clients.").always();
pub const INPUTS: Property =
    shown("inputs", "almanac:inputs", Object("Tensor"), "The tensors that inference clients send.")
        .many()
        .always();
pub const OUTPUTS: Property =
    shown("outputs", "almanac:outputs", Object("Tensor"), "The tensors that they get.").many().always();

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "PredictionCollection",
        "Predictions",
        "Prediction",
        [
            shown("features", "almanac:features", Object("Feature"), "What the model asks for, in order.")
                .many(),
            shown(
                "predict",
                "almanac:predict",
                Object("IriTemplate"),
                "How the URL of a prediction is made."
            ),
            VERSION,
            MODEL,
        ],
        [
            get("Read how to predict", Kind::Prediction, "PredictionCollection"),
            post("Predict", Kind::Prediction, "PredictionInput", "Prediction")
                .taking(Takes::Features)
                .with(CONTRIBUTIONS),
        ]
    ),
    collection!(
        "ApplicationCollection",
        "Datasets to predict",
        "Application",
        [VERSION, MODEL],
        [
            get("Read how to predict a dataset", Kind::Dataset, "ApplicationCollection"),
            post("Predict a dataset", Kind::Dataset, "Application", "Job"),
        ]
    ),
    class!(
        "Application",
        [],
        "A dataset to predict",
        [
            must("dataset", "almanac:dataset", Link("Dataset"), "Its rows are predicted.")
                .said(Saying::Identifier)
                .once(),
            REVISION,
            set("identifier", "schema:identifier", Text, "Name in URLs of the dataset that it becomes.")
                .of(SLUG)
                .once(),
            set("name", "schema:name", Text, "Title of that.").of(Bounds::Length(1, SHORT)).once(),
            set(
                "keyColumn",
                "almanac:keyColumn",
                Text,
                "The column that tells rows apart; their position unless said."
            )
            .of(Bounds::Length(1, 63))
            .once(),
        ],
        []
    ),
    class!("PredictionInput", [], "Features", [], []),
    class!(
        "Tensor",
        [],
        "Tensor of the Open Inference Protocol",
        [
            NAME.always(),
            shown("datatype", "almanac:datatype", Text, "What its elements are.").always(),
            shown("shape", "almanac:shape", Integer, "Its dimensions; -1 for the number of rows.")
                .many()
                .always(),
        ],
        []
    ),
    class!(
        "Prediction",
        [],
        "Prediction",
        [
            shown("class", "almanac:predictedClass", Text, "The most probable class.").always(),
            shown("probabilities", "almanac:probabilities", Object("Probability"), "Of each class.")
                .many()
                .always(),
            shown("input", "almanac:input", Object("FeatureValue"), "What was asked with.").many(),
            shown(
                "baseLogit",
                "almanac:baseLogit",
                Number,
                "Logit of a row with mean features; for each logit."
            )
            .many(),
            shown("logit", "almanac:logit", Number, "Base and contributions together; for each logit.")
                .many(),
            shown(
                "contributions",
                "almanac:contributions",
                Object("Contribution"),
                "What each feature adds."
            )
            .many(),
            WARNINGS,
            VERSION.sometimes(),
            MODEL,
            shown("dataset", "almanac:dataset", Link("Dataset"), "The dataset that the model learned from."),
        ],
        [get("Predict", Kind::Prediction, "Prediction").with(FEATURES)]
    ),
    class!(
        "Probability",
        [],
        "Probability of a class",
        [OF_CLASS, shown("probability", "almanac:probability", Number, "From 0 to 1.").of(SHARE).always()],
        []
    ),
    class!(
        "FeatureValue",
        [],
        "Value of a feature",
        [FEATURE, shown("value", "schema:value", Scalar, "The value; null if it is missing.").always()],
        []
    ),
    class!(
        "Contribution",
        [],
        "What a feature adds to the logits",
        [
            FEATURE,
            shown("contribution", "almanac:contribution", Number, "What it adds, for each logit.")
                .many()
                .always(),
        ],
        []
    ),
];
