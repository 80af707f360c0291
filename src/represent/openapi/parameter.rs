//! What a request names: variables of the path, parameters of the query, fields of the header.

use super::{example, reference, schema};
use crate::{
    domain::{selection::Operator, slug},
    http::problem::kind::KINDS,
    represent::{
        class::{Gives, Operation, Parameter, Spelling},
        link::Place,
    },
};
use serde_json::{Map, Value, json};

/// Fields that requests may have: name, name of the component, what it does, pattern.
///
/// None where HTTP has a malformed field ignored: then no value is wrong.
const FIELDS: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "If-Match",
        "IfMatch",
        "Do it only if the resource has one of these entity tags (RFC 9110 §13.1.1).",
        None,
    ),
    (
        "If-None-Match",
        "IfNoneMatch",
        "Answer 304 if the representation has one of these tags (§13.1.2).",
        None,
    ),
    (
        "Idempotency-Key",
        "IdempotencyKey",
        "The request is done once, however often it comes with this key within a day.",
        Some("^([!#-+\\--:<-\\[\\]-~]{1,255}|\"[ !#-\\[\\]-~]{1,255}\")$"),
    ),
    ("Prefer", "Prefer", "`return=minimal`, `respond-async`, `wait=10` (RFC 7240).", None),
    ("Range", "Range", "These bytes only (RFC 9110 §14.2).", None),
];

/// The fields, as components.
pub fn components() -> Value {
    let field = |(name, component, about, pattern): &(&str, &str, &str, Option<&str>)| {
        let mut schema = json!({"type": "string"});
        if let Some(pattern) = pattern {
            schema["pattern"] = json!(pattern);
        }
        (component.to_string(), json!({"name": name, "in": "header", "description": about, "schema": schema}))
    };
    Value::Object(FIELDS.iter().map(field).collect::<Map<_, _>>())
}

/// The variables of a path.
pub fn of_path(place: &Place) -> Vec<Value> {
    let variables = place.pattern().split('/').filter_map(|segment| segment.strip_prefix('<'));
    variables
        .map(|segment| {
            let name = segment.trim_end_matches('>').trim_end_matches("..");
            let (about, schema) = variable(place, name);
            let mut variable = json!({
                "name": name,
                "in": "path",
                "required": true,
                "description": about,
                "schema": schema,
            });
            if let Some(example) = example::of_variable(place, name) {
                variable["example"] = json!(example);
            }
            variable
        })
        .collect()
}

fn variable(place: &Place, name: &str) -> (&'static str, Value) {
    let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
    match (place, name) {
        (Place::User(_), _) => ("The user's name.", text("^[a-z0-9][a-z0-9_-]{0,63}$")),
        (Place::ProblemType(_), _) => {
            let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.slug).collect();
            ("The type of problem.", json!({"type": "string", "enum": kinds}))
        }
        (_, "slug") => {
            let mut slug = text("^[a-z0-9]+(-[a-z0-9]+)*$");
            slug["maxLength"] = json!(slug::LONGEST);
            ("The identifier.", slug)
        }
        (_, "id" | "number") => ("The number.", text("^[1-9][0-9]{0,18}$")),
        (_, "features") => (
            "Name and value of each feature by turns, with slashes between: `bill_length_mm/39.1/island/Dream`.",
            json!({"type": "string", "minLength": 1}),
        ),
        _ => ("The name of the file.", json!({"type": "string", "minLength": 1})),
    }
}

/// Parameters of the query and fields of the header.
pub fn of_operation(place: &Place, operation: &Operation) -> Vec<Value> {
    let query = operation.parameters.iter().flat_map(in_query);
    let fields: &[&str] = match (operation.method, operation.gives) {
        ("GET", Gives::Bytes) if is_stored(place) => &["IfNoneMatch", "Range"],
        ("GET", _) => &["IfNoneMatch"],
        _ if *place == Place::V1Echo => &[],
        ("POST", _) if matches!(place, Place::Infer(_) | Place::VersionInfer(..)) => &[],
        ("POST", _) if operation.returns == "Prediction" => &["Prefer"],
        ("POST", _) => &["IdempotencyKey", "Prefer"],
        ("DELETE", _) => &["IfMatch"],
        _ => &["IfMatch", "Prefer"],
    };
    query.chain(fields.iter().map(|name| reference("parameters", name))).collect()
}

/// Whether stored bytes are there, of which parts can be read.
pub fn is_stored(place: &Place) -> bool {
    matches!(place, Place::Content(_) | Place::Artifact(..) | Place::V1Message(_))
}

fn in_query(parameter: &Parameter) -> Vec<Value> {
    let one = |name: &str, schema: Value| {
        let mut value =
            json!({"name": name, "in": "query", "description": parameter.about, "schema": schema});
        if parameter.spelling == Spelling::List {
            value["style"] = json!("form");
            value["explode"] = json!(true);
        }
        value
    };
    let value = schema::value(parameter.range, parameter.bounds);
    match parameter.spelling {
        Spelling::Plain => vec![one(parameter.name, value)],
        Spelling::List => {
            vec![one(
                &format!("{}[]", parameter.name),
                json!({"type": "array", "items": value, "maxItems": 1_000}),
            )]
        }
        Spelling::Keys(_) => parameter.names().iter().map(|name| one(name, value.clone())).collect(),
        // As an object whose members are parameters of their own.
        Spelling::Free => {
            let schema =
                json!({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}});
            let mut features = one(parameter.name, schema);
            features["example"] = example::of("createPrediction").unwrap_or_default();
            vec![features]
        }
        Spelling::Filters => vec![one(parameter.name, filters(parameter.name))],
    }
}

/// As an object whose members are parameters of their own: `{"filter[island][eq]": "Dream"}`.
fn filters(name: &str) -> Value {
    let operators = Operator::ALL.map(Operator::name).join("|");
    json!({
        "type": "object",
        "propertyNames": {"pattern": format!("^{name}\\[[a-z][a-z0-9_]{{0,62}}\\]\\[({operators})\\]$")},
        "additionalProperties": {"type": ["string", "number", "boolean"]},
        "examples": [{"filter[bill_length_mm][ge]": 50, "filter[island][in]": "Dream,Biscoe"}],
    })
}
