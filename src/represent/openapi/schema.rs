//! What bodies hold: a schema for each class as documents show it, one for making a thing of it, one for
//! changing it.

use super::{Version, fixed, reference};
use crate::{
    domain::dataset::SHORT,
    http::media::Media,
    represent::class::{Bounds, Class, Operation, Property, Range, SLUG, Saying, Takes, Writing, class},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Text without U+0000, which no database takes.
const TEXT: &str = "^[^\\u0000]*$";
/// The same, and not blank.
const NOT_BLANK: &str = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$";
/// The same, without spaces at its ends.
const TRIMMED: &str = "^[^\\s\\u0000]([^\\u0000]*[^\\s\\u0000])?$";
/// An absolute IRI, but for hosts that a URL parser takes for a misspelt IPv4 address, and IPv6 ones.
const IRI: &str = concat!(
    "^https?://(([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\.)*[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?",
    "|((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9]))",
    "(:([1-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?",
    "(/([!$&-;=@-Z_a-z~\\u00a1-\\u167f]|%[0-9A-Fa-f]{2})*)?",
    "(\\?([!$&-;=?@-Z_a-z~\\u00a1-\\u167f]|%[0-9A-Fa-f]{2})*)?",
    "(#([!$&-;=?@-Z_a-z~\\u00a1-\\u167f]|%[0-9A-Fa-f]{2})*)?$",
);

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Making,
    Replacing,
    Changing,
}

impl For {
    fn of(operation: &Operation) -> For {
        match operation.method {
            // Each says which it is, and what of it.
            _ if operation.takes == Takes::Changes => For::Making,
            "PATCH" => For::Changing,
            "PUT" => For::Replacing,
            _ => For::Making,
        }
    }

    fn name(self, class: &str) -> String {
        match self {
            For::Making => format!("{class}Draft"),
            For::Replacing => format!("{class}Replacement"),
            For::Changing => format!("{class}Change"),
        }
    }
}

/// Every schema that the operations of a version need.
pub fn components(version: Version) -> Value {
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    for class in version.classes() {
        schemas.insert(class.name.into(), shown(version, class));
        for operation in class.operations.iter().filter(|one| {
            matches!(one.takes, Takes::Document | Takes::Change | Takes::Changes | Takes::Table)
        }) {
            if let Some(expected) = operation.expects.and_then(|name| version.class(name)) {
                add_written(&mut schemas, expected, For::of(operation));
            }
        }
    }
    schemas.insert(
        "Problem".into(),
        fixed::problem(class("Problem").map_or(json!({}), |class| shown(Version::Two, class))),
    );
    if version == Version::Two {
        schemas.insert("Cells".into(), fixed::cells());
        schemas.insert("PredictionInput".into(), fixed::cells());
        schemas.insert("Weights".into(), fixed::weights());
        schemas.insert("JsonPatch".into(), fixed::json_patch());
        schemas.insert("JsonLdInput".into(), fixed::json_ld());
    }
    Value::Object(schemas.into_iter().collect::<Map<_, _>>())
}

/// A body that makes or changes something of a class, and those inside of it.
fn add_written(schemas: &mut BTreeMap<String, Value>, class_: &Class, purpose: For) {
    let name = purpose.name(class_.name);
    if schemas.contains_key(&name) {
        return;
    }
    schemas.insert(name.clone(), Value::Null);
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for property in class_.properties.iter().filter(|property| is_sent(property, purpose)) {
        if let (Range::Object(inner), true) = (property.range, property.saying != Saying::Identifiers)
            && let Some(inner) = class(inner).filter(|inner| !inner.properties.is_empty())
        {
            add_written(schemas, inner, For::Making);
        }
        properties.insert(property.key.into(), sent(property, purpose));
        if property.writing == Writing::Must && purpose != For::Changing {
            required.push(property.key);
        }
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schemas.insert(name, schema);
}

fn is_sent(property: &Property, purpose: For) -> bool {
    match purpose {
        For::Making => property.is_creatable(),
        For::Replacing | For::Changing => property.is_changeable(),
    }
}

/// What a writer says for a property.
fn sent(property: &Property, purpose: For) -> Value {
    let one = sent_value(property);
    let mut schema = match (property.many, property.saying) {
        (None, _) => one,
        (Some(most), saying) => {
            let mut list = json!({"type": "array", "items": one});
            if most < usize::MAX {
                list["maxItems"] = json!(most);
            }
            if saying == Saying::Headers {
                list["minItems"] = json!(1);
            }
            if saying == Saying::Identifiers {
                list["uniqueItems"] = json!(true);
            }
            match saying {
                Saying::Words | Saying::Identifiers => {
                    json!({"anyOf": [list, {"type": "string", "pattern": TEXT}]})
                }
                Saying::Headers => {
                    json!({"anyOf": [list, {"type": "string", "pattern": "^[^\\u0000,\"\\r\\n]*[^\\u0000\\s,\"][^\\u0000,\"\\r\\n]*$"}]})
                }
                _ if matches!(property.range, Range::Link(_)) => json!({"anyOf": [list, linked()]}),
                _ => list,
            }
        }
    };
    // A password cannot be taken away, nor what every document has.
    let kept = purpose == For::Changing && (property.always || !property.is_readable());
    let optional = property.writing == Writing::May && !kept;
    if optional {
        schema = nullable(schema);
    }
    schema["description"] = json!(property.about);
    schema
}

fn sent_value(property: &Property) -> Value {
    match (property.range, property.saying) {
        (_, Saying::Identifier) => {
            json!({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 100})
        }
        (_, Saying::Number) => json!({"type": "integer", "minimum": 1}),
        (_, Saying::Identifiers) => json!({"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"}),
        (Range::Link(_), _) => linked(),
        (Range::Object(inner), Saying::Name) => {
            json!({"anyOf": [value(Range::Text, property.bounds), reference("schemas", &For::Making.name(inner))]})
        }
        (Range::Object("Cells"), _) => reference("schemas", "Cells"),
        (Range::Json, _) => reference("schemas", "Weights"),
        (Range::Object(inner), _) => reference("schemas", &For::Making.name(inner)),
        (range, _) => value(range, property.bounds),
    }
}

fn linked() -> Value {
    let iri = json!({"type": "string", "pattern": IRI, "maxLength": 2_000});
    json!({"anyOf": [iri, {"type": "object", "properties": {"@id": iri}, "required": ["@id"]}]})
}

fn nullable(mut schema: Value) -> Value {
    if let Some(kind) = schema.get("type").and_then(Value::as_str) {
        schema["type"] = json!([kind, "null"]);
        if let Some(names) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            names.push(Value::Null);
        }
        return schema;
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.push(json!({"type": "null"}));
        return schema;
    }
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// What a document of a class shows.
fn shown(version: Version, class: &Class) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    if !class.operations.is_empty() {
        let kind = match version {
            Version::One => json!({"type": "string", "description": "Its class."}),
            Version::Two => {
                json!({"type": "array", "items": {"type": "string"}, "description": "Its classes, ours among them."})
            }
        };
        properties
            .insert("@id".into(), json!({"type": "string", "format": "uri", "description": "Its URL."}));
        properties.insert("@type".into(), kind);
        required.extend(["@id", "@type"]);
    }
    for property in class.properties.iter().filter(|property| property.is_readable()) {
        properties.insert(property.key.into(), shown_property(version, property));
        if property.always {
            required.push(property.key);
        }
    }
    if version == Version::Two && class.operations.iter().any(|operation| operation.method == "GET") {
        let operations = json!({"type": "array", "items": reference("schemas", "Operation")});
        properties.insert("operation".into(), operations);
    }
    let mut schema = json!({"type": "object", "title": class.title, "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn shown_property(version: Version, property: &Property) -> Value {
    let one = match property.range {
        Range::Object(inner) | Range::Link(inner)
            if version.class(inner).is_some() && property.key != "property" =>
        {
            let schema = reference("schemas", inner);
            match property.range {
                Range::Object(_) => schema,
                _ => json!({"type": "string", "format": "uri"}),
            }
        }
        Range::Link(_) => json!({"type": "string"}),
        Range::Object(_) | Range::Json => json!({"type": "object"}),
        // What could not be calculated is null.
        Range::Number if !property.always => nullable(value(Range::Number, property.bounds)),
        range => without_pattern(value(range, shown_bounds(property)), property),
    };
    let mut schema = match property.many {
        None => one,
        Some(_) => json!({"type": "array", "items": one}),
    };
    schema["description"] = json!(property.about);
    schema
}

/// Documents say what there is: of texts only those are described that are made by the server.
fn without_pattern(mut schema: Value, property: &Property) -> Value {
    if let (Some(members), false) = (schema.as_object_mut(), matches!(property.bounds, Bounds::Pattern(_))) {
        members.shift_remove("pattern");
    }
    schema
}

/// Documents keep to names, patterns and numbers; how long a text is, is not theirs to promise.
fn shown_bounds(property: &Property) -> Bounds {
    match property.bounds {
        Bounds::Length(..) | Bounds::Longest(_) | Bounds::Trimmed(_) => Bounds::Any,
        bounds => bounds,
    }
}

/// One value of a range within bounds.
pub fn value(range: Range, bounds: Bounds) -> Value {
    let mut schema = match range {
        Range::Integer => json!({"type": "integer"}),
        Range::Number => json!({"type": "number"}),
        Range::Boolean => json!({"type": "boolean"}),
        // A form sends nothing for none.
        Range::Date => {
            json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "maxLength": 0}]})
        }
        Range::DateTime => json!({"type": "string", "format": "date-time"}),
        Range::Url => json!({"type": "string", "format": "uri"}),
        Range::Scalar => json!({"type": ["string", "number", "boolean", "null"]}),
        _ => json!({"type": "string", "pattern": TEXT}),
    };
    match bounds {
        Bounds::Any => {}
        Bounds::Length(least, most) => {
            schema["minLength"] = json!(least);
            schema["maxLength"] = json!(most);
            if least > 0 {
                schema["pattern"] = json!(NOT_BLANK);
            }
        }
        Bounds::Longest(most) => schema = json!({"type": "string", "maxLength": most}),
        Bounds::Trimmed(most) => {
            schema["minLength"] = json!(1);
            schema["maxLength"] = json!(most);
            schema["pattern"] = json!(TRIMMED);
        }
        Bounds::Among(names) => schema = json!({"type": "string", "enum": names()}),
        Bounds::Pattern(pattern) => schema["pattern"] = json!(pattern),
        Bounds::Between(least, most) => {
            schema["minimum"] = number(least);
            schema["maximum"] = number(most);
        }
        Bounds::Within(least, most) => {
            schema["exclusiveMinimum"] = number(least);
            schema["exclusiveMaximum"] = number(most);
        }
    }
    schema
}

/// Whole numbers without a fraction, as they are written.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9.1e15 { json!(value as i64) } else { json!(value) }
}

/// The body of a request.
pub fn body(operation: &Operation, example: Option<Value>) -> Value {
    let mut content = Map::new();
    for media in operation.takes.media() {
        // Any bytes under any of these names: what they are is not described.
        if matches!(operation.takes, Takes::Bytes(_)) {
            let form = json!({"schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }});
            let entry = match (media, &example) {
                (Media::FormData, _) => form,
                (Media::Json, Some(example)) => json!({"schema": {"type": "object"}, "example": example}),
                _ => json!({}),
            };
            content.insert(media.essence().into(), entry);
            continue;
        }
        let mut entry = json!({"schema": body_schema(operation, *media)});
        if let Some(example) = example.as_ref().filter(|_| matches!(media, Media::Json | Media::MergePatch)) {
            entry["example"] = example.clone();
        }
        content.insert(media.essence().into(), entry);
    }
    // Clients that are generated send the last of equal ones.
    if let Some(json) = content.shift_remove(Media::Json.essence()) {
        content.insert(Media::Json.essence().into(), json);
    }
    // A revision can be sealed, and an echo given, without a word.
    let required = !matches!(operation.expects, Some("Revision") | None);
    json!({"required": required, "content": content})
}

fn body_schema(operation: &Operation, media: Media) -> Value {
    let class = operation.expects.unwrap_or_default();
    match media {
        Media::JsonPatch => reference("schemas", "JsonPatch"),
        Media::JsonLd => reference("schemas", "JsonLdInput"),
        // One alone: generated clients cannot tell an object from a list of them. The operation says so.
        Media::Json | Media::V2Json if operation.takes == Takes::Features => {
            reference("schemas", "PredictionInput")
        }
        Media::Json | Media::V2Json if operation.takes == Takes::Changes => json!({
            "type": "array",
            "items": reference("schemas", &For::of(operation).name(class)),
            "minItems": 1,
        }),
        Media::Json | Media::V2Json | Media::MergePatch => {
            reference("schemas", &For::of(operation).name(class))
        }
        Media::FormData => json!({
            "type": "object",
            "properties": {
                "file": {"type": "string", "format": "binary", "minLength": 1},
                "identifier": value(Range::Text, SLUG),
                "name": value(Range::Text, Bounds::Length(1, SHORT)),
            },
            "required": ["file"],
        }),
        _ => json!({"type": "string"}),
    }
}
