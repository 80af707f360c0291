//! Reading documents that clients send: members by key, every fault with its JSON pointer.
//!
//! Members that we only show are ignored, since clients send whole records back. Control members
//! must not be slipped in: a different value for one is a fault.

use crate::domain::fault::{Fault, Faults, quoted, step};
use serde_json::{Map, Value};

/// Members that decide who may do what: never taken from a body unless the resource is about them.
const CONTROL: &[&str] = &["role", "owner", "created"];

/// An object that a client sent, and what was wrong with it so far.
#[derive(Debug)]
pub struct Input<'a> {
    members: &'a Map<String, Value>,
    pointer: String,
    faults: Vec<Fault>,
}

impl<'a> Input<'a> {
    /// The members of a document; a fault if it is no object.
    pub fn of(value: &'a Value) -> Result<Input<'a>, Faults> {
        Input::at("", value)
    }

    /// The members of the object at `pointer`.
    pub fn at(pointer: &str, value: &'a Value) -> Result<Input<'a>, Faults> {
        match value.as_object() {
            Some(members) => Ok(Input { members, pointer: pointer.into(), faults: Vec::new() }),
            None => Err(Fault::at(pointer, "an object", kind(value)).into()),
        }
    }

    /// A member that is there and not null.
    pub fn member(&self, key: &str) -> Option<&'a Value> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// The JSON pointer of a member.
    pub fn pointer(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, step(key))
    }

    /// Remembers a fault.
    pub fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Remembers faults and gives nothing, or gives the value.
    pub fn keep<T>(&mut self, result: Result<T, Faults>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(faults) => {
                self.faults.extend(faults.iter().cloned());
                None
            }
        }
    }

    fn typed<T>(&mut self, key: &str, expected: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.member(key)?;
        let found = read(value);
        if found.is_none() {
            self.faults.push(Fault::at(self.pointer(key), expected, kind(value)));
        }
        found
    }

    /// Text.
    pub fn text(&mut self, key: &str) -> Option<String> {
        self.typed(key, "text", |value| value.as_str().map(String::from))
    }

    /// Text, or the IRI of an object with `@id`.
    pub fn text_or_iri(&mut self, key: &str) -> Option<String> {
        match self.member(key).and_then(|value| value.get("@id")).and_then(Value::as_str) {
            Some(iri) => Some(iri.to_string()),
            None => self.text(key),
        }
    }

    /// A name: text, or an object that has it as `name`.
    pub fn named(&mut self, key: &str) -> Option<String> {
        match self.member(key) {
            Some(value @ Value::Object(_)) => {
                let read = Input::at(&self.pointer(key), value).and_then(|mut object| {
                    let name = object.required_text("name");
                    object.done(name)
                });
                self.keep(read)
            }
            _ => self.text(key),
        }
    }

    /// Text that must be there.
    pub fn required_text(&mut self, key: &str) -> String {
        if self.member(key).is_none() {
            self.faults.push(Fault::at(self.pointer(key), "text", "nothing"));
        }
        self.text(key).unwrap_or_default()
    }

    /// A finite number.
    pub fn number(&mut self, key: &str) -> Option<f64> {
        self.typed(key, "a finite number", Value::as_f64)
    }

    /// A whole number.
    pub fn integer(&mut self, key: &str) -> Option<i64> {
        self.typed(key, "a whole number", whole)
    }

    /// True or false.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        self.typed(key, "true or false", Value::as_bool)
    }

    /// A list of finite numbers; a single number is a list of one.
    pub fn numbers(&mut self, key: &str) -> Vec<f64> {
        let items = match self.member(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let mut numbers = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match item.as_f64() {
                Some(number) => numbers.push(number),
                None => {
                    let at = format!("{}/{index}", self.pointer(key));
                    self.faults.push(Fault::at(at, "a finite number", kind(item)));
                }
            }
        }
        numbers
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        match self.member(key) {
            None => Vec::new(),
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(items)) => {
                let mut texts = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    match item.as_str() {
                        Some(text) => texts.push(text.to_string()),
                        None => {
                            let at = format!("{}/{index}", self.pointer(key));
                            self.faults.push(Fault::at(at, "text", kind(item)));
                        }
                    }
                }
                texts
            }
            Some(other) => {
                self.faults.push(Fault::at(self.pointer(key), "a list of texts", kind(other)));
                Vec::new()
            }
        }
    }

    /// A list of texts, or one with commas between, as schema.org has `keywords`.
    pub fn keywords(&mut self, key: &str) -> Vec<String> {
        match self.member(key).and_then(Value::as_str) {
            Some(text) => {
                text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(String::from).collect()
            }
            None => self.texts(key),
        }
    }

    /// IRIs: texts or objects with `@id`; a single one is a list of one.
    pub fn iris(&mut self, key: &str) -> Vec<(String, String)> {
        let one = |value: &Value| -> Option<String> {
            value.as_str().or_else(|| value.get("@id")?.as_str()).map(String::from)
        };
        let items: Vec<(String, &Value)> = match self.member(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                items.iter().enumerate().map(|(i, v)| (format!("{}/{i}", self.pointer(key)), v)).collect()
            }
            Some(value) => vec![(self.pointer(key), value)],
        };
        let mut iris = Vec::new();
        for (at, value) in items {
            match one(value) {
                Some(iri) => iris.push((at, iri)),
                None => self.faults.push(Fault::at(at, "an IRI", kind(value))),
            }
        }
        iris
    }

    /// Refuses control members.
    pub fn without_control(&mut self) {
        self.without(CONTROL);
    }

    /// Refuses these members.
    pub fn without(&mut self, keys: &[&str]) {
        for key in keys {
            if let Some(value) = self.member(key) {
                let expected = "nothing: it is decided by the server";
                self.faults.push(Fault::at(self.pointer(key), expected, kind(value)));
            }
        }
    }

    /// `value` if nothing was wrong.
    pub fn done<T>(self, value: T) -> Result<T, Faults> {
        Faults::unless(self.faults, value)
    }
}

/// A whole number, also where it is written with a fraction of nothing: JSON has one type of numbers.
pub fn whole(value: &Value) -> Option<i64> {
    let exact = |number: f64| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| value.as_f64().filter(|number| exact(*number)).map(|number| number as i64))
}

/// What a JSON value is, as it stands after "found".
pub fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}
