//! Hydra: operations inside documents, and the documentation of the whole API.

use super::{
    class::{CLASSES, Class, Operation, Property, Range, Writing, class},
    link::{Base, Place},
};
use serde_json::{Value, json};

/// The operations of a class, as they stand in its documents.
pub fn operations(class_name: &str) -> Value {
    let Some(class) = class(class_name) else { return json!([]) };
    Value::Array(class.operations.iter().map(operation).collect())
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
        "supportedOperation": class.operations.iter().map(operation).collect::<Vec<_>>(),
    })
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
