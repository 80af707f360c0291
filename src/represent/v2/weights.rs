//! Weights that were learned elsewhere, as a client sends them to be a version.

use crate::{
    domain::{
        fault::{Fault, Faults},
        model::Saved,
    },
    represent::input::{Input, kind, whole},
};
use serde_json::Value;

/// The member of a training that holds them.
pub const KEY: &str = "givenWeights";
/// Its JSON pointer.
const POINTER: &str = "/givenWeights";

/// The weights, if there are any.
pub fn read(input: &mut Input<'_>) -> Option<Saved> {
    let value = input.member(KEY)?;
    input.keep(parse(value))
}

/// The weights in a document of their own, as `/coefficients` gives it.
pub fn parse(value: &Value) -> Result<Saved, Faults> {
    Input::at(POINTER, value).and_then(saved)
}

fn saved(mut input: Input<'_>) -> Result<Saved, Faults> {
    for (key, expected) in [
        ("classes", "the classes, sorted"),
        ("features", "the columns: `age`, `sex=male`, `age is missing`"),
        ("coef_", "lists of numbers"),
        ("intercept_", "a list of numbers"),
    ] {
        if input.member(key).is_none() {
            input.fault(Fault::at(input.pointer(key), expected, "nothing"));
        }
    }
    let saved = Saved {
        classes: classes(&mut input),
        features: input.texts("features"),
        categories: categories(&mut input),
        coef_: rows(&mut input, "coef_"),
        intercept_: input.numbers("intercept_"),
        mean_: input.member("mean_").map(|_| input.numbers("mean_")),
        scale_: input.member("scale_").map(|_| input.numbers("scale_")),
        threshold: input.number("threshold"),
    };
    input.done(saved)?.checked(POINTER)
}

/// Classes as a table spells them: scikit-learn's may be numbers or truth values.
fn classes(input: &mut Input<'_>) -> Vec<String> {
    let name = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(_) => whole(value).map(|number| number.to_string()),
        _ => None,
    };
    each(input, "classes", "text, a whole number, true or false", name)
}

/// The levels of each feature that holds categories.
fn categories(input: &mut Input<'_>) -> std::collections::BTreeMap<String, Vec<String>> {
    let Some(value) = input.member("categories") else { return Default::default() };
    let read = Input::at(&input.pointer("categories"), value).and_then(|mut object| {
        let names = value.as_object().into_iter().flat_map(|members| members.keys());
        let levels = names.map(|name| (name.clone(), object.texts(name))).collect();
        object.done(levels)
    });
    input.keep(read).unwrap_or_default()
}

/// Lists of finite numbers.
fn rows(input: &mut Input<'_>, key: &str) -> Vec<Vec<f64>> {
    let rows = each(input, key, "a list of numbers", |value| value.as_array().cloned());
    let pointer = input.pointer(key);
    let mut number = |row: usize, index: usize, value: &Value| {
        let number = value.as_f64();
        if number.is_none() {
            input.fault(Fault::at(format!("{pointer}/{row}/{index}"), "a finite number", kind(value)));
        }
        number
    };
    let numbers = |(row, values): (usize, &Vec<Value>)| {
        values.iter().enumerate().filter_map(|(index, value)| number(row, index, value)).collect()
    };
    rows.iter().enumerate().map(numbers).collect()
}

/// What is read of each item of a list.
fn each<T>(input: &mut Input<'_>, key: &str, expected: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let items = match input.member(key) {
        None => return Vec::new(),
        Some(Value::Array(items)) => items,
        Some(other) => {
            input.fault(Fault::at(input.pointer(key), "a list", kind(other)));
            return Vec::new();
        }
    };
    let mut found = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match read(item) {
            Some(value) => found.push(value),
            None => {
                input.fault(Fault::at(format!("{}/{index}", input.pointer(key)), expected, kind(item)));
            }
        }
    }
    found
}
