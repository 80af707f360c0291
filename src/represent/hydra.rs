//! Hydra: operations inside documents, and the documentation of the whole API.

use super::{
    class::{CLASSES, Class, Operation, Property, Range, Writing, class},
    link::{Base, Place},
};
use crate::{
    domain::permission::Need,
    http::{problem::kind, reply::Success},
};
use serde_json::{Value, json};

/// The operations of a class, as they stand in its documents.
pub fn operations(class_name: &str) -> Value {
    listed(class(class_name).map_or(&[][..], |class| class.operations))
}

/// Operations, as they stand in documents.
pub fn listed<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> Value {
    Value::Array(operations.into_iter().map(operation).collect())
}

fn operation(operation: &Operation) -> Value {
    let mut value = json!({
        "@type": "Operation",
        "method": operation.method,
        "title": operation.title,
        "returns": named(operation.returns),
    });
    if let Some(expects) = operation.expects {
        value["expects"] = json!(named(expects));
    }
    if operation.is_conditional() {
        value["expectsHeader"] = json!("If-Match");
    }
    if operation.method == "GET" {
        value["returnsHeader"] = json!("ETag");
    }
    value
}

/// Every status that an operation may be answered with, but for faults of the server and of the line.
pub fn statuses(operation: &Operation) -> Vec<u16> {
    use Success::{Accepted, Created, NoContent, Ok};
    let done: &[Success] = match operation.method {
        "POST" if operation.returns == "Job" => &[Accepted],
        // A page of predictions is no resource of its own: 200; equal content makes no new revision.
        "POST" if operation.returns == "Prediction" => &[Ok, Created],
        "POST" => &[Created],
        // Without content where the client prefers so.
        "PUT" => &[Ok, Created, NoContent],
        "PATCH" => &[Ok, NoContent],
        "DELETE" => &[NoContent],
        _ => &[Ok],
    };
    let mut refused = vec![&kind::UNAUTHORIZED, &kind::NOT_FOUND, &kind::GONE];
    if operation.need() != Some(Need::Nobody) {
        refused.push(&kind::FORBIDDEN);
    }
    if operation.method != "DELETE" {
        refused.push(&kind::NOT_ACCEPTABLE);
    }
    if operation.is_conditional() {
        refused.extend([&kind::PRECONDITION_FAILED, &kind::PRECONDITION_REQUIRED]);
    }
    if operation.expects.is_some() {
        let body =
            [&kind::MALFORMED, &kind::PAYLOAD_TOO_LARGE, &kind::UNSUPPORTED_MEDIA_TYPE, &kind::UNPROCESSABLE];
        refused.extend(body);
    } else {
        refused.push(&kind::INVALID_PARAMETER);
    }
    if operation.method != "GET" {
        refused.push(&kind::CHANGED);
    }
    let done = done.iter().map(|success| success.code().as_u16());
    let mut statuses: Vec<u16> = done.chain(refused.into_iter().map(|kind| kind.status.as_u16())).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

/// `almanac:Article`; names that carry a prefix stay as they are.
fn named(class: &str) -> String {
    if class.contains(':') { class.into() } else { format!("almanac:{class}") }
}

/// The members of the API documentation (Hydra core, §5.1).
pub fn documentation(base: &Base) -> Vec<(String, Value)> {
    let classes: Vec<Value> = CLASSES.iter().map(supported_class).collect();
    vec![
        ("title".into(), json!("Almanac")),
        ("entrypoint".into(), json!(Place::Entry.url(base))),
        ("supportedClass".into(), Value::Array(classes)),
    ]
}

fn supported_class(class: &Class) -> Value {
    json!({
        "@id": named(class.name),
        "@type": "Class",
        "title": class.title,
        "subClassOf": class.also.iter().map(|name| broader(name)).collect::<Vec<_>>(),
        "supportedProperty": class.properties.iter().map(supported_property).collect::<Vec<_>>(),
        "supportedOperation": class.operations.iter().map(supported_operation).collect::<Vec<_>>(),
    })
}

/// An operation with its statuses, which documents themselves need not repeat.
fn supported_operation(supported: &Operation) -> Value {
    let mut value = operation(supported);
    let status = |code: u16| json!({"@type": "Status", "statusCode": code});
    value["possibleStatus"] = statuses(supported).into_iter().map(status).collect();
    value
}

fn broader(name: &str) -> String {
    if name.contains(':') { name.into() } else { format!("hydra:{name}") }
}

fn supported_property(property: &Property) -> Value {
    let (kind, range) = match property.range {
        Range::Text => ("rdfs:Property", "xsd:string".to_string()),
        Range::Integer => ("rdfs:Property", "xsd:integer".into()),
        Range::Number => ("rdfs:Property", "xsd:double".into()),
        Range::Boolean => ("rdfs:Property", "xsd:boolean".into()),
        Range::DateTime => ("rdfs:Property", "xsd:dateTime".into()),
        Range::Link("Resource") => ("Link", "hydra:Resource".into()),
        Range::Link(class) | Range::Object(class) => ("Link", named(class)),
    };
    json!({
        "@type": "SupportedProperty",
        "title": property.key,
        "property": {"@id": property.term, "@type": kind, "label": property.key, "range": range},
        "required": property.writing == Writing::Must,
        "readable": !matches!(property.key, "password"),
        "writeable": property.writing != Writing::Never,
    })
}
