//! What is where: a path for each place, an operation for each of its methods.

use super::{Version, example, parameter, response, schema};
use crate::{
    domain::permission::Need,
    represent::{
        class::{self, Operation, Takes},
        link::Place,
    },
};
use http::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Groups of operations, and what each is about.
const TAGS: &[(&str, &str)] = &[
    ("articles", "What people write about datasets and models."),
    ("datasets", "Tables, their rows and their sealed revisions."),
    ("models", "Classifiers, their versions and what they predict."),
    ("messages", "Stored bytes."),
    ("jobs", "Work that outlives its request."),
    ("users", "Who may do what; for administrators."),
    ("me", "The reader's own account and tokens."),
    ("usage", "Who calls what; for administrators."),
    ("tutorial", "To try out a client with."),
    ("service", "Entry points, contexts, vocabulary, problems, health."),
];

/// The groups of a version.
pub fn tags(version: Version) -> Value {
    let used: BTreeSet<&str> = Place::every().iter().filter(|place| version.has(place)).map(tag).collect();
    let tags = TAGS.iter().filter(|(name, _)| used.contains(name));
    tags.map(|(name, about)| json!({"name": name, "description": about})).collect()
}

fn tag(place: &Place) -> &'static str {
    let segment = place.pattern().split('/').nth(2).unwrap_or_default();
    let known = TAGS.iter().map(|(name, _)| *name).find(|name| *name == segment);
    match place {
        Place::V1Hello | Place::V1Echo => "tutorial",
        Place::ProblemType(_) | Place::Static(_) => "service",
        _ => known.unwrap_or("service"),
    }
}

/// The path with its variables in braces.
pub fn template(place: &Place) -> String {
    place.pattern().replace("..>", "}").replace('<', "{").replace('>', "}")
}

/// What can be done there.
pub fn item(place: &Place, version: Version) -> Value {
    let mut item = Map::new();
    let variables = parameter::of_path(place);
    if !variables.is_empty() {
        item.insert("parameters".into(), Value::Array(variables));
    }
    for one in class::operations(place) {
        item.insert(one.method.to_lowercase(), operation(place, version, one));
    }
    Value::Object(item)
}

fn operation(place: &Place, version: Version, operation: &Operation) -> Value {
    let id = id(place, operation);
    let mut value = json!({
        "operationId": id,
        "summary": operation.title,
        "description": described(operation),
        "tags": [tag(place)],
        "security": security(operation),
    });
    let parameters = parameter::of_operation(place, operation);
    if !parameters.is_empty() {
        value["parameters"] = Value::Array(parameters);
    }
    if operation.takes != Takes::Nothing {
        value["requestBody"] = schema::body(operation, example::of(&id));
    }
    value["responses"] = response::all(place, version, operation);
    if version == Version::One {
        value["deprecated"] = json!(true);
    }
    value
}

/// A name for functions of generated clients: `listArticles`, `createArticle`, `readArticle`.
pub fn id(place: &Place, operation: &Operation) -> String {
    let name = match place {
        Place::V1 => "Entry",
        _ => place.name().strip_prefix("V1").unwrap_or(place.name()),
    };
    let lists = class::at(place)
        .is_some_and(|class| class.properties.iter().any(|p| matches!(p.key, "member" | "items")));
    match operation.method {
        method if method == Method::GET.as_str() && lists => format!("list{name}"),
        method if method == Method::GET.as_str() => format!("read{name}"),
        method if method == Method::POST.as_str() => {
            format!("create{}", name.strip_suffix('s').unwrap_or(name))
        }
        method if method == Method::PUT.as_str() => format!("replace{name}"),
        method => format!("{}{name}", method.to_lowercase()),
    }
}

fn described(operation: &Operation) -> String {
    let who = match operation.need() {
        Some(Need::Nobody) | None => "For everybody.".to_string(),
        Some(Need::Role(role)) => format!("For signed-in users with at least the role `{role}`."),
    };
    let how = match operation.takes {
        Takes::Features => {
            " Features of one row, or of up to a million: an array of objects, CSV or NDJSON, answered alike."
        }
        Takes::Changes => " A list of changes, or one on each line of NDJSON: all of them are done, or none.",
        Takes::Table => {
            " A document, or a table as it is: CSV, NDJSON, Parquet, or JSON that is an array of objects."
        }
        _ => "",
    };
    format!("{}.{how} {who}", operation.title)
}

/// No scheme, or one of the two.
fn security(operation: &Operation) -> Value {
    match operation.need() {
        Some(Need::Nobody) | None => json!([{}, {"bearer": []}, {"basic": []}]),
        Some(Need::Role(_)) => json!([{"bearer": []}, {"basic": []}]),
    }
}
