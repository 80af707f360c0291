//! What requests look like: the tests send these very bodies.

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
    ("createRevision", include_str!("../../../tests/fixtures/revision.json")),
    ("createModel", include_str!("../../../tests/fixtures/model.json")),
    ("patchModel", include_str!("../../../tests/fixtures/model-change.json")),
    ("createVersion", include_str!("../../../tests/fixtures/version.json")),
    ("createPrediction", include_str!("../../../tests/fixtures/features.json")),
    ("createCurrentPrediction", include_str!("../../../tests/fixtures/features.json")),
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
