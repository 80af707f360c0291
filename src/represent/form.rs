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

/// The properties that hold one object each, for which a form has fields of the object's own, `split.test`; with the
/// class of the object.
pub fn nested(class_name: &str) -> impl Iterator<Item = (&'static Property, &'static str)> {
    let all = class(class_name).map_or(&[][..], |class| class.properties);
    let whole = all.iter().filter(|property| {
        property.is_creatable() && property.saying == Saying::AsShown && property.many.is_none()
    });
    let of = whole.filter_map(|property| match property.range {
        Range::Object(inner) => Some((property, inner)),
        _ => None,
    });
    of.filter(|(_, inner)| properties(inner, Purpose::Make).next().is_some())
}

/// The name of a field of an object.
pub fn inner_name(property: &Property, inner: &Property) -> String {
    format!("{}.{}", property.key, inner.key)
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
    if purpose == Purpose::Make {
        members.extend(nested(class_name).filter_map(|(property, inner)| {
            let own = |(name, text): &(String, String)| {
                Some((name.strip_prefix(property.key)?.strip_prefix('.')?.to_string(), text.clone()))
            };
            let fields: Vec<(String, String)> = fields.iter().filter_map(own).collect();
            let value = document(inner, Purpose::Make, &fields);
            let is_filled = value.as_object().is_some_and(|members| !members.is_empty());
            is_filled.then(|| (property.key.to_string(), value))
        }));
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
        (Saying::Words, _) => json!(words(text)),
        (Saying::Number, _) => number(text),
        (_, Range::Link(_)) if property.many.is_some() => list(&['\n', ' ']),
        (_, Range::Integer | Range::Number) if property.many.is_some() => {
            text.split([',', '\n', ' ']).filter(|item| !item.is_empty()).map(number).collect()
        }
        (_, range) => typed(range, text),
    }
}

/// Words as they are typed: with commas between, one that has a comma in quotation marks.
pub fn typed_words<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let typed = words.map(|word| match word.contains(',') || word.starts_with('"') {
        true => format!("\"{}\"", word.replace('"', "\"\"")),
        false => word.to_string(),
    });
    typed.collect::<Vec<_>>().join(", ")
}

/// Words that were typed so.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = words.len() - 1;
        match letter {
            ',' if !quoted => words.push(String::new()),
            '"' if quoted && letters.next_if_eq(&'"').is_none() => quoted = false,
            '"' if !quoted && words[last].trim().is_empty() => quoted = true,
            other => words[last].push(other),
        }
    }
    let words = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
    words.map(String::from).collect()
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

/// A text as a browser would show it: with one kind of line end.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Takes the cells out of a row that differ from those there are in their line ends alone: no browser sends a text's
/// own, so nobody meant to change them.
pub fn without_line_ends(row: &mut Value, now: &Value) {
    let is_meant = |key: &String, sent: &Value| {
        let sent = sent.as_str();
        let now = now["cells"][key].as_str().filter(|now| sent != Some(*now));
        now.is_none_or(|now| sent != Some(with_line_feeds(now).as_str()))
    };
    if let Some(cells) = row["cells"].as_object_mut() {
        cells.retain(|key, sent| is_meant(key, sent));
    }
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
            _ => json!(with_line_feeds(text)),
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
            | Place::Job(_)
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
