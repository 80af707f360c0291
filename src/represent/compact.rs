//! JSON-LD that a client sends, in our own keys.
//!
//! Generic clients know no short keys: they send IRIs, prefixed names, values as objects and lists of
//! one (JSON-LD 1.1, §4.1, §9). A fixed table turns them back; what it does not know is left out, as
//! unknown members are. A context that stands elsewhere is never fetched: the document is refused.

use super::{
    class::{Class, Property, Range, class, classes},
    input::kind,
    link::{Base, Place},
    vocab,
};
use crate::domain::fault::{Fault, Faults, quoted, step};
use serde_json::{Map, Number, Value};
use std::{collections::HashMap, sync::LazyLock};

/// Where a column's IRI has its identifier.
const COLUMN: &str = "#rows/";

/// Objects that stand for the list in them.
const CONTAINERS: [&str; 2] = ["@list", "@set"];

/// A document of a class as our own keys would say it.
pub fn compacted(base: &Base, class: &Class, value: Value) -> Result<Value, Faults> {
    judge(base, "", &value)?;
    let value = match value {
        // A list of what has no members of ours is a list of questions, of one too.
        Value::Array(items) if class.properties.is_empty() => {
            return items.into_iter().map(|item| compacted(base, class, item)).collect();
        }
        Value::Array(mut items) if items.len() == 1 => items.remove(0),
        other => other,
    };
    let Value::Object(mut members) = value else { return Ok(value) };
    let mut terms = Terms::of(base, members.get("@context"))?;
    if let Some(graph) = members.shift_remove("@graph") {
        if let Some(beside) = members.keys().find(|key| !key.starts_with('@')) {
            let expected = "members of the node within the graph";
            return Err(Fault::at("/@graph", expected, format!("{} beside it", quoted(beside))).into());
        }
        members = only_node(graph)?;
        terms.take_all("/@graph", members.get("@context"))?;
    }
    Ok(Value::Object(terms.object(Some(class), members)))
}

/// The node of a graph, which must be the only one.
fn only_node(graph: Value) -> Result<Map<String, Value>, Faults> {
    let wrong = |found: String| Fault::at("/@graph", "one object", found).into();
    match graph {
        Value::Object(node) => Ok(node),
        Value::Array(mut nodes) if nodes.len() == 1 => match nodes.remove(0) {
            Value::Object(node) => Ok(node),
            other => Err(wrong(kind(&other))),
        },
        Value::Array(nodes) => Err(wrong(format!("{} of them", nodes.len()))),
        other => Err(wrong(kind(&other))),
    }
}

/// Whether the contexts of a document, if it has any, can be read without fetching anything.
pub fn local_context(base: &Base, value: &Value) -> Result<(), Faults> {
    judge(base, "", value)
}

/// Refuses a context that stands elsewhere, however deep in the document or in another context it is named.
fn judge(base: &Base, pointer: &str, value: &Value) -> Result<(), Faults> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| judge(base, &format!("{pointer}/{index}"), item)),
        Value::Object(members) => {
            Terms { base, inline: HashMap::new() }.take_all(pointer, members.get("@context"))?;
            let inner = members.iter().filter(|(_, value)| value.is_array() || value.is_object());
            inner
                .into_iter()
                .try_for_each(|(key, value)| judge(base, &format!("{pointer}/{}", step(key)), value))
        }
        _ => Ok(()),
    }
}

/// What names mean: ours, and those of a context inside of the document.
struct Terms<'b> {
    base: &'b Base,
    /// By name, for a document of many names costs each look-up once more.
    inline: HashMap<String, String>,
}

/// Our keys by compact IRI: each has one meaning in all classes.
static KEYS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let properties = classes().flat_map(|class| class.properties);
    properties.map(|property| (property.term, property.key)).collect()
});

impl<'b> Terms<'b> {
    fn of(base: &'b Base, context: Option<&Value>) -> Result<Terms<'b>, Faults> {
        let mut terms = Terms { base, inline: HashMap::new() };
        terms.take_all("", context)?;
        Ok(terms)
    }

    /// Takes what the context of the object at a place says, or each of its contexts.
    fn take_all(&mut self, pointer: &str, context: Option<&Value>) -> Result<(), Faults> {
        match context {
            None => Ok(()),
            Some(Value::Array(contexts)) => contexts
                .iter()
                .enumerate()
                .try_for_each(|(index, context)| self.take(&format!("{pointer}/@context/{index}"), context)),
            Some(context) => self.take(&format!("{pointer}/@context"), context),
        }
    }

    fn take(&mut self, pointer: &str, context: &Value) -> Result<(), Faults> {
        let expected = "a context of this server, an object, or nothing: others are not fetched";
        match context {
            Value::Null => Ok(()),
            Value::String(url) if self.base.path_of(url).is_some() => Ok(()),
            Value::Object(members) if !members.contains_key("@import") => {
                let iri =
                    |value: &Value| value.as_str().or_else(|| value.get("@id")?.as_str()).map(String::from);
                self.inline
                    .extend(members.iter().filter_map(|(key, value)| Some((key.clone(), iri(value)?))));
                Ok(())
            }
            Value::String(url) => Err(Fault::at(pointer, expected, quoted(url)).into()),
            Value::Object(_) => Err(Fault::at(format!("{pointer}/@import"), expected, "one").into()),
            other => Err(Fault::at(pointer, expected, kind(other)).into()),
        }
    }

    /// The members of an object under our own keys; what is no term of ours is left out.
    fn object(&self, class: Option<&Class>, members: Map<String, Value>) -> Map<String, Value> {
        let mut object = Map::new();
        for (key, value) in members {
            let Some(key) = self.key(class, key) else { continue };
            let property = class.and_then(|class| class.properties.iter().find(|one| one.key == key));
            let value = self.value(property, value);
            // Two names of one member: what says something counts.
            if object.get(&key).is_none_or(Value::is_null) {
                object.insert(key, value);
            }
        }
        object
    }

    /// Our key for a name.
    fn key(&self, class: Option<&Class>, name: String) -> Option<String> {
        if name.starts_with('@') {
            return Some(name);
        }
        if let Some(keyword) = self.inline(&name).filter(|meaning| meaning.starts_with('@')) {
            return Some(keyword.to_string());
        }
        let Some(iri) = self.iri(&name) else { return Some(name) };
        if let Some(column) = self.column(&iri) {
            return Some(column.to_string());
        }
        let term = vocab::compact(self.base, &iri)?;
        let own = class.and_then(|class| class.properties.iter().find(|property| property.term == term));
        own.map(|property| property.key).or_else(|| KEYS.get(term.as_str()).copied()).map(String::from)
    }

    /// The identifier in the IRI of a column of ours.
    fn column<'i>(&self, iri: &'i str) -> Option<&'i str> {
        let (dataset, column) = iri.split_once(COLUMN)?;
        let place = self.base.path_of(dataset).and_then(Place::parse);
        matches!(place, Some(Place::Dataset(_))).then_some(column)
    }

    /// What the context inside of the document says of a name.
    fn inline(&self, name: &str) -> Option<&str> {
        self.inline.get(name).map(String::as_str)
    }

    /// The IRI that a name stands for; `None` for a key of ours.
    fn iri(&self, name: &str) -> Option<String> {
        // Once: a term may be named after itself.
        let meaning = self.inline(name);
        let name = meaning.unwrap_or(name);
        let Some((prefix, rest)) = name.split_once(':') else {
            // A term of the document's that is said without a prefix (JSON-LD 1.1, §4.1.2).
            return meaning.and(self.inline("@vocab")).map(|start| format!("{start}{name}"));
        };
        if rest.starts_with("//") {
            return Some(name.to_string());
        }
        match self.inline(prefix) {
            Some(start) => Some(format!("{start}{rest}")),
            None => Some(vocab::expanded(self.base, name)),
        }
    }

    fn value(&self, property: Option<&Property>, value: Value) -> Value {
        let many = property.is_some_and(|property| property.many.is_some());
        match value {
            Value::Array(mut items) if items.len() == 1 && (!many || is_container(&items[0])) => {
                self.value(property, items.remove(0))
            }
            // A member without values is none (JSON-LD 1.1, §4.3.1).
            Value::Array(items) if items.is_empty() && property.is_some() && !many => Value::Null,
            Value::Array(items) => items.into_iter().map(|item| self.value(property, item)).collect(),
            Value::Object(members) => self.node(property, members),
            other => other,
        }
    }

    /// What an object of JSON-LD's own stands for; other objects are read as their class says.
    fn node(&self, property: Option<&Property>, mut members: Map<String, Value>) -> Value {
        if let Some(value) = members.shift_remove("@value") {
            return literal(members.get("@type").and_then(Value::as_str).unwrap_or_default(), value);
        }
        for container in CONTAINERS {
            if let Some(items) = members.shift_remove(container) {
                return self.value(property, items);
            }
        }
        let class = property.and_then(|property| property.range.class()).and_then(class);
        if property.is_some_and(|property| property.range == Range::Json) {
            return Value::Object(members);
        }
        Value::Object(self.object(class, members))
    }
}

/// Whether it is a list of JSON-LD's own.
fn is_container(value: &Value) -> bool {
    CONTAINERS.iter().any(|container| value.get(container).is_some())
}

/// A typed value: what is written as text may be a number (JSON-LD 1.1, §4.2.1).
fn literal(datatype: &str, value: Value) -> Value {
    let name = datatype.rsplit(['#', ':']).next().unwrap_or_default();
    let read = |text: &str| match name {
        "integer" | "long" | "int" => text.parse::<i64>().ok().map(Value::from),
        "double" | "decimal" | "float" => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
        "boolean" => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    match value.as_str().and_then(read) {
        Some(value) => value,
        None => value,
    }
}
