//! Which media types the documents at a place have, first choice first: what is negotiated among, and the
//! suffixes of its URL.

use crate::{
    http::media::Media::{
        self, Csv, EventStream, Hal, HalForms, Html, Json, JsonLd, LinkSet, Markdown, NTriples, Ndjson, Onnx,
        Parquet, Text, Turtle, V1Json, V2Json, Xml,
    },
    represent::link::Place,
};

/// Documents that belong to no version.
pub const DOCUMENTS: &[Media] = &[JsonLd, Json, Html, Hal, HalForms, Turtle, NTriples];

/// Documents of version 2.
const OF_V2: &[Media] = &[JsonLd, Json, Html, Hal, HalForms, Turtle, NTriples, V2Json];

/// Rows, which are tables too.
const ROWS: &[Media] = &[JsonLd, Json, Html, Csv, Ndjson, Hal, HalForms, Turtle, NTriples, V2Json];

/// Rows as one file.
const EXPORT: &[Media] = &[Csv, Ndjson, Parquet, JsonLd, Json];
/// Predictions, which are tables where many are asked for.
const PREDICTIONS: &[Media] = &[JsonLd, Json, Html, Csv, Ndjson, Hal, HalForms, Turtle, NTriples, V2Json];

/// Model cards, which are texts.
const CARD: &[Media] = &[JsonLd, Json, Html, Markdown, Hal, HalForms, Turtle, NTriples, V2Json];

/// Jobs, which can be followed too.
const JOB: &[Media] = &[JsonLd, Json, Html, Hal, HalForms, Turtle, NTriples, V2Json, EventStream];

/// Contexts, which say nothing by themselves.
const CONTEXT: &[Media] = &[JsonLd, Json, Html, V2Json];

/// Documents of version 1, which is frozen.
const OF_V1: &[Media] = &[JsonLd, Json, Html, V1Json];

/// Documents of version 1 that say one thing.
pub const SPOKEN: &[Media] = &[JsonLd, Json, Html, Text, V1Json];

/// The media types at a place; none where the bytes there have a type of their own.
pub fn at(place: &Place) -> &'static [Media] {
    match place {
        Place::V1Hello | Place::V1Echo => SPOKEN,
        Place::Content(_) | Place::Artifact(..) | Place::V1Message(_) | Place::Static(_) | Place::Icon => &[],
        Place::Live | Place::Ready | Place::Robots => &[Text],
        Place::InferenceLive | Place::InferenceReady | Place::ModelReady(_) | Place::VersionReady(..) => {
            &[Json]
        }
        Place::Card(..) => CARD,
        Place::Onnx(..) => &[Onnx],
        Place::Coefficients(..) => &[Json],
        Place::Infer(_) | Place::VersionInfer(..) => &[Json],
        Place::CurrentPredictions(_) | Place::Predictions(..) => PREDICTIONS,
        Place::Sitemap => &[Xml],
        Place::OpenApi(_) => &[Json],
        Place::References | Place::Reference(_) => &[Html],
        place if Place::is_page(place.pattern()) => &[Html],
        Place::Catalog => &[LinkSet, Json],
        Place::Context | Place::ContextOf(_) | Place::Columns(_) => CONTEXT,
        Place::Job(_) => JOB,
        Place::Export(_) => EXPORT,
        Place::Rows(_) | Place::Row(..) | Place::Records(..) => ROWS,
        place if Place::is_v1(place.pattern()) => OF_V1,
        place if Place::is_v2(place.pattern()) => OF_V2,
        _ => DOCUMENTS,
    }
}

/// The media types at a path without suffix.
pub fn of(path: &str) -> &'static [Media] {
    Place::parse(path).map_or(DOCUMENTS, |place| at(&place))
}
