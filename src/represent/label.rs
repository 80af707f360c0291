//! What members are called where people read them: on pages and in forms.

/// Keys whose own words would not say it.
const LABELS: &[(&str, &str)] = &[
    ("@id", "Link"),
    ("@type", "Type"),
    ("@context", "Context"),
    ("apiDocumentation", "API documentation"),
    ("baseLogit", "Base logit"),
    ("brier", "Brier score"),
    ("c", "Penalty C"),
    ("columnType", "Type"),
    ("contentSize", "Size"),
    ("contentUrl", "File"),
    ("dateCreated", "Created"),
    ("dateModified", "Changed"),
    ("datePublished", "Published"),
    ("encodingFormat", "Media type"),
    ("f1", "F1"),
    ("hasPart", "Parts"),
    ("heldOutRows", "Held-out rows"),
    ("license", "Licence"),
    ("mcc", "MCC"),
    ("ofClass", "Class"),
    ("prAuc", "PR AUC"),
    ("q", "Words"),
    ("rocAuc", "ROC AUC"),
    ("rowCount", "Rows"),
    ("sha256", "SHA-256"),
    ("subjectOf", "Written about it"),
    ("trainedRows", "Training rows"),
    ("trainedModels", "Trained on it"),
    ("unitText", "Unit"),
];

/// What a member is called: `balancedAccuracy` is `Balanced accuracy`.
///
/// Keys that are not in camel case, as column identifiers, stay as they are.
pub fn of(key: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(known, _)| *known == key) {
        return (*label).into();
    }
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return key.into();
    }
    let mut label = String::with_capacity(key.len() + 4);
    for (index, letter) in key.char_indices() {
        match (index, letter.is_ascii_uppercase()) {
            (0, _) => label.push(letter.to_ascii_uppercase()),
            (_, true) => label.extend([' ', letter.to_ascii_lowercase()]),
            (_, false) => label.push(letter),
        }
    }
    label
}
