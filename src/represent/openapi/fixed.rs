//! Schemas that no class has: problems with their faults, cells by column, weights under scikit-learn's names,
//! patches, JSON-LD in any form.

use serde_json::{Value, json};

/// A problem: what the class says, and where its faults are.
pub fn problem(mut schema: Value) -> Value {
    let entry = json!({
        "type": "object",
        "properties": {
            "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
            "parameter": {"type": "string", "description": "Which parameter of the query."},
            "expected": {"type": "string"},
            "found": {"type": "string"},
            "detail": {"type": "string"},
        },
    });
    let violation = json!({
        "type": "object",
        "properties": {"propertyPath": {"type": "string"}, "message": {"type": "string"}},
    });
    schema["properties"]["errors"] =
        json!({"type": "array", "items": entry, "description": "Each fault by its place."});
    schema["properties"]["violations"] =
        json!({"type": "array", "items": violation, "description": "The same, as API Platform has it."});
    schema["required"] = json!(["type", "title", "status"]);
    schema
}

/// An object whose keys are somebody's columns.
pub fn cells() -> Value {
    json!({
        "type": "object",
        "description": "A value for each column, by identifier; null where it is missing.",
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    })
}

/// Weights as they go out and come in.
pub fn weights() -> Value {
    let list = |items: Value, about: &str| json!({"type": "array", "items": items, "description": about});
    let (numbers, names) = (json!({"type": "number"}), json!({"type": "string"}));
    let rows = json!({"type": "array", "items": numbers});
    let classes = json!({"type": ["string", "integer", "boolean"]});
    json!({
        "type": "object",
        "description": "Weights as scikit-learn has them: the logit of encoded columns x is \
                        intercept_ + coef_ · (x - mean_) / scale_.",
        "properties": {
            "classes": list(classes, "The classes, sorted."),
            "features": list(names.clone(), "The columns: `age`, `sex=male`, `age is missing`."),
            "categories": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": names},
                "description": "All categories of each feature that has such.",
            },
            "coef_": list(rows, "One row for two classes, else one for each."),
            "intercept_": list(numbers.clone(), "A number for each row of `coef_`."),
            "mean_": list(numbers.clone(), "Of each column; 0 unless said."),
            "scale_": list(numbers, "Of each column; 1 unless said."),
            "threshold": {
                "type": "number",
                "exclusiveMinimum": 0,
                "exclusiveMaximum": 1,
                "description": "From which probability on the second of two classes is told.",
            },
        },
        "required": ["classes", "features", "coef_", "intercept_"],
    })
}

/// Steps of a JSON patch.
pub fn json_patch() -> Value {
    let pointer = json!({"type": "string", "pattern": "^(/([^/~\\u0000]|~[01])*){1,20}$"});
    let step = |ops: &[&str], more: &[(&str, Value)]| {
        let mut properties = json!({"op": {"type": "string", "enum": ops}, "path": pointer});
        for (key, schema) in more {
            properties[key] = schema.clone();
        }
        let required: Vec<&str> =
            ["op", "path"].into_iter().chain(more.iter().map(|(key, _)| *key)).collect();
        json!({"type": "object", "properties": properties, "required": required})
    };
    json!({
        "type": "array",
        "description": "Steps (RFC 6902).",
        "items": {"oneOf": [
            step(&["add", "replace", "test"], &[("value", json!({}))]),
            step(&["remove"], &[]),
            step(&["move", "copy"], &[("from", pointer.clone())]),
        ]},
    })
}

/// A document in any form of JSON-LD.
pub fn json_ld() -> Value {
    json!({
        "type": "object",
        "description": "The same as JSON-LD in any form: our keys, prefixed names or IRIs, values as they are or as \
                        objects, the whole perhaps in a list of one. A context that stands elsewhere is refused, not \
                        fetched.",
    })
}
