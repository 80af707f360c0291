//! HAL-FORMS (rwcbook.github.io/hal-forms): HAL with a template for each operation that changes something.
//!
//! The operations are those of the document; members of collections do not carry their own, so for those
//! they are the class's. Clients keep what was embedded, and act on it without asking again.

use super::hal;
use crate::{
    http::media::Media,
    represent::{
        Document,
        class::{Bounds, Class, Property, Range, Saying, Takes, Writing, class, class_of},
        hydra, label,
    },
};
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// The document as HAL-FORMS.
pub fn render(document: &Document) -> Bytes {
    hal::text(document, |members| Some(("_templates", templates(members)?)))
}

/// The templates of a resource; `None` where nothing can be done.
fn templates(members: &Map<String, Value>) -> Option<Value> {
    let operations = members.get("operation").cloned();
    let operations = operations.or_else(|| Some(hydra::operations(class_of(members)?.name)))?;
    let mut templates = Map::new();
    let is_form = |operation: &&Value| operation["method"] != "GET" && !is_list(operation, members);
    for operation in operations.as_array()?.iter().filter(is_form) {
        let text = |key: &str| operation[key].as_str().unwrap_or_default();
        let names = ["default".to_string(), text("method").to_lowercase(), text("title").to_lowercase()];
        if let Some(name) = names.into_iter().find(|name| !templates.contains_key(name)) {
            templates.insert(name, template(text("method"), text("title"), operation, members));
        }
    }
    (!templates.is_empty()).then(|| templates.into())
}

/// Whether a list is sent, which no form of this dialect can.
fn is_list(operation: &Value, members: &Map<String, Value>) -> bool {
    let operations = class_of(members).map_or(&[][..], |class| class.operations);
    operations.iter().any(|one| one.takes == Takes::Changes && operation["title"] == one.title)
}

fn template(method: &str, title: &str, operation: &Value, members: &Map<String, Value>) -> Value {
    let mut template = json!({"title": title, "method": method});
    if let Some(expects) = operation["expects"].as_str() {
        // For PATCH too, where it is read as a merge patch: clients of HAL-FORMS write no other JSON.
        template["contentType"] = json!(Media::Json.essence());
        let expects = expects.rsplit_once(':').map_or(expects, |(_, name)| name);
        template["properties"] = match expects {
            "PredictionInput" => features(members),
            _ => properties(method, expects, members),
        };
    }
    template["target"] = members.get("@id").cloned().unwrap_or_default();
    template
}

/// The properties that may be set. Which of them must be is said where the whole thing is sent: to make one
/// in its own collection, or to replace it.
fn properties(method: &str, class_name: &str, members: &Map<String, Value>) -> Value {
    let replaces = method == "PUT";
    let makes = class_of(members).and_then(Class::members).is_some_and(|member| member.name == class_name);
    let settable = class(class_name).map_or(&[][..], |class| class.properties).iter();
    let creates = method == "POST";
    let settable =
        settable.filter(|property| if creates { property.is_creatable() } else { property.is_changeable() });
    let one = |property: &Property| {
        let mut field = json!({"name": property.key, "prompt": label::of(property.key)});
        if let Some(kind) = input(property) {
            field["type"] = json!(kind);
        }
        if let Bounds::Among(names) = property.bounds {
            field["options"] = json!({"inline": names()});
        }
        if property.writing == Writing::Must && (makes || replaces) {
            field["required"] = json!(true);
        }
        // What a PUT leaves out is gone; a PATCH says what changes and nothing else.
        if let Some(value) = members.get(property.key).filter(|value| replaces && is_plain(value)) {
            field["value"] = value.clone();
        }
        field
    };
    settable.map(one).collect()
}

/// Whether a form can hold it: a text, a number, a truth, or some of them.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| !item.is_array() && !item.is_object()),
        other => !other.is_object(),
    }
}

/// The type of an input; there is none for what is no single text, number or truth.
fn input(property: &Property) -> Option<&'static str> {
    Some(match property.range {
        _ if property.saying == Saying::Name => "text",
        Range::Text if property.key == "password" => "password",
        Range::Text => "text",
        Range::Integer | Range::Number => "number",
        Range::Boolean => "checkbox",
        Range::DateTime => "datetime-local",
        Range::Link(_) => "url",
        _ => return None,
    })
}

/// The features of a model, as its collection of predictions describes them: each must be sent, if only to
/// say that it is missing.
fn features(members: &Map<String, Value>) -> Value {
    let features = members.get("features").and_then(Value::as_array);
    features.into_iter().flatten().map(feature).collect()
}

fn feature(feature: &Value) -> Value {
    let name = feature["name"].as_str().unwrap_or_default();
    let prompt = match feature["unitText"].as_str() {
        Some(unit) => format!("{name} ({unit})"),
        None => name.to_string(),
    };
    let kind = match feature["columnType"].as_str() {
        Some("integer" | "number") => "number",
        Some("boolean") => "checkbox",
        Some("date") => "date",
        Some("datetime") => "datetime-local",
        _ => "text",
    };
    let mut field = json!({"name": feature["identifier"], "prompt": prompt, "required": true, "type": kind});
    if let Some(levels) = feature.get("levels").filter(|_| kind == "text") {
        field["options"] = json!({"inline": levels});
    }
    field
}
