//! What requests look like: the tests send these very bodies.

use crate::represent::link::Place;
use serde_json::Value;

/// Examples by operation.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("createArticle", include_str!("../../../tests/fixtures/article.json")),
    ("replaceArticle", include_str!("../../../tests/fixtures/article.json")),
    ("patchArticle", include_str!("../../../tests/fixtures/article-change.json")),
    ("createDataset", include_str!("../../../tests/fixtures/dataset.json")),
    ("patchDataset", include_str!("../../../tests/fixtures/dataset-change.json")),
    ("createRow", include_str!("../../../tests/fixtures/row.json")),
    ("replaceRow", include_str!("../../../tests/fixtures/row.json")),
    ("patchRow", include_str!("../../../tests/fixtures/row.json")),
    ("patchRows", include_str!("../../../tests/fixtures/rows-change.json")),
    ("createRevision", include_str!("../../../tests/fixtures/revision.json")),
    ("createModel", include_str!("../../../tests/fixtures/model.json")),
    ("patchModel", include_str!("../../../tests/fixtures/model-change.json")),
    ("createVersion", include_str!("../../../tests/fixtures/version.json")),
    ("createPrediction", include_str!("../../../tests/fixtures/features.json")),
    ("createCurrentPrediction", include_str!("../../../tests/fixtures/features.json")),
    ("createInfer", include_str!("../../../tests/fixtures/inference.json")),
    ("createVersionInfer", include_str!("../../../tests/fixtures/inference.json")),
    ("createApplication", include_str!("../../../tests/fixtures/application.json")),
    ("createToken", include_str!("../../../tests/fixtures/token.json")),
    ("createUser", include_str!("../../../tests/fixtures/user.json")),
    ("patchUser", include_str!("../../../tests/fixtures/user-change.json")),
];

/// The example of an operation.
pub fn of(operation: &str) -> Option<Value> {
    let (_, text) = EXAMPLES.iter().find(|(known, _)| *known == operation)?;
    // A test reads each of them.
    serde_json::from_str(text).ok()
}

/// A value for a variable of a path, as it is on a server with the demo.
///
/// None for files of a revision, which are named by their content.
pub fn of_variable(place: &Place, name: &str) -> Option<&'static str> {
    Some(match (place, name) {
        (Place::Article(_) | Place::V1Article(_), _) => "telling-penguins-apart",
        (_, "slug") => "penguins",
        (Place::User(_), _) => "almanac",
        (Place::ProblemType(_), _) => "not-found",
        (Place::OpenApi(_), _) => "v2.json",
        (Place::Static(_), _) => "almanac.css",
        (_, "features") => {
            "bill_length_mm/39.1/bill_depth_mm/18.7/flipper_length_mm/181/body_mass_g/3750/island/Torgersen/sex/male"
        }
        (Place::VocabularyOf(_) | Place::ContextOf(_) | Place::Artifact(..), "hash" | "file") => return None,
        (Place::Reference(_), _) => "v2",
        _ => "1",
    })
}
