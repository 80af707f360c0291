//! What somebody filled into a form of a class, as the document that a program would have sent.
//!
//! Which fields there are says the table of classes, as it does for Hydra and HAL-FORMS.

use super::{
    class::{Property, Range, Saying, class},
    link::{Base, Place},
};
use serde_json::{Map, Number, Value, json};

/// What a form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To make something.
    Make,
    /// To change what is there.
    Change,
}

/// The properties for which a form has a field, in the order of the class.
pub fn properties(class_name: &str, purpose: Purpose) -> impl Iterator<Item = &'static Property> {
    let properties = class(class_name).map_or(&[][..], |class| class.properties);
    properties.iter().filter(move |property| match purpose {
        Purpose::Make => property.is_creatable() && is_field(property),
        Purpose::Change => property.is_changeable() && is_field(property),
    })
}

/// Whether one field can hold it. Of two names for one thing a form has the first.
fn is_field(property: &Property) -> bool {
    let named = !matches!(property.saying, Saying::AsShown | Saying::Headers);
    let plain = !matches!(property.range, Range::Object(_) | Range::Json | Range::Term);
    (named || plain) && property.saying != Saying::Headers && !is_second_name(property)
}

/// A model's `name` is its identifier once more, for inference clients.
fn is_second_name(property: &Property) -> bool {
    property.key == "name" && property.fixed
}

/// The document of these fields: what is empty is left out of what is made, and taken out of what is changed.
pub fn document(class_name: &str, purpose: Purpose, fields: &[(String, String)]) -> Value {
    let mut members = Map::new();
    for property in properties(class_name, purpose) {
        let sent: Vec<&str> =
            fields.iter().filter(|(name, _)| name == property.key).map(|(_, text)| text.as_str()).collect();
        let text = sent.join("\n").replace("\r\n", "\n");
        match (text.trim().is_empty(), purpose) {
            _ if sent.is_empty() => {}
            (true, Purpose::Make) => {}
            (true, Purpose::Change) => {
                members.insert(property.key.into(), Value::Null);
            }
            (false, _) => {
                members.insert(property.key.into(), value(property, &text));
            }
        }
    }
    Value::Object(members)
}

/// A text as the value of a property; what is none of its values stays text, to be refused by name.
fn value(property: &Property, text: &str) -> Value {
    let list = |separators: &[char]| {
        let items = text.split(separators).map(str::trim).filter(|item| !item.is_empty());
        items.map(Value::from).collect()
    };
    match (property.saying, property.range) {
        (Saying::Identifiers, _) => list(&[',', '\n']),
        (Saying::Words, _) => json!(text.trim()),
        (Saying::Number, _) => number(text),
        (_, Range::Link(_)) if property.many.is_some() => list(&['\n', ' ']),
        (_, range) => typed(range, text),
    }
}

fn typed(range: Range, text: &str) -> Value {
    match (range, text.trim()) {
        (Range::Integer | Range::Number, trimmed) => number(trimmed),
        (Range::Boolean, "true") => json!(true),
        (Range::Boolean, "false") => json!(false),
        (Range::Text, _) => json!(text),
        (_, trimmed) => json!(trimmed),
    }
}

fn number(text: &str) -> Value {
    text.trim().parse::<Number>().map_or_else(|_| json!(text), Value::Number)
}

/// The cells of a row, by the types of the columns of a dataset's document; what is empty is missing.
pub fn row(columns: &[Value], fields: &[(String, String)]) -> Value {
    let mut cells = Map::new();
    for column in columns {
        let (Some(key), Some(kind)) = (column["identifier"].as_str(), column["columnType"].as_str()) else {
            continue;
        };
        let sent = fields.iter().find(|(name, _)| name.strip_prefix("cells.") == Some(key));
        let Some((_, text)) = sent else { continue };
        let value = match (text.is_empty(), kind) {
            (true, _) => Value::Null,
            (_, "integer" | "number") => number(text),
            (_, "boolean") => typed(Range::Boolean, text),
            _ => json!(text),
        };
        cells.insert(key.into(), value);
    }
    json!({"cells": cells})
}

/// Whether people write at a place by a form.
pub fn is_written(place: &Place) -> bool {
    matches!(
        place,
        Place::Articles
            | Place::Article(_)
            | Place::Dataset(_)
            | Place::Rows(_)
            | Place::Row(..)
            | Place::Revisions(_)
            | Place::Models
            | Place::Model(_)
            | Place::Versions(_)
            | Place::Messages
            | Place::Message(_)
    )
}

/// Where the form is by which people write what is at a URL; `None` where there is none.
pub fn of(base: &Base, url: &str) -> Option<Place> {
    let path = base.path_of(url)?.split('?').next()?;
    match Place::parse(path)? {
        Place::Datasets => Some(Place::EditDatasets),
        place if is_written(&place) => {
            let below = path.strip_prefix(Place::Entry.pattern())?.strip_prefix('/')?;
            Some(Place::Edit(below.into()))
        }
        _ => None,
    }
}
