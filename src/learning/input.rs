//! Input: the features of a row to predict, read and checked.

use super::encode::{MOST, Value, days};
use crate::{
    domain::{
        column::{Cell, ColumnType, spelled},
        fault::{At, Fault, Faults, quoted},
        model::{Feature, Fitted, Seen},
        prediction::{Asked, Given},
    },
    table::cell,
};
use chrono::NaiveDate;
use std::fmt;

/// Features of one row, as their model takes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    values: Vec<Value>,
}

/// A value as it stands in what was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said<'a> {
    /// Text that spells a value, of a query, a path or a CSV cell; the empty text is a missing value.
    Spelt(&'a str),
    /// Nothing, said so.
    Missing,
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// A text, which is no number however it looks.
    Text(&'a str),
    /// A list or an object: never right.
    Nested,
    /// A moment: never right.
    Moment,
}

impl<'a> From<&'a Given> for Said<'a> {
    fn from(given: &'a Given) -> Said<'a> {
        match given {
            Given::Text(text) => Said::Spelt(text),
            Given::Nested => Said::Nested,
            Given::Typed(cell) => cell.into(),
        }
    }
}

impl<'a> From<&'a Cell> for Said<'a> {
    fn from(cell: &'a Cell) -> Said<'a> {
        match cell {
            Cell::Missing => Said::Missing,
            Cell::Boolean(value) => Said::Boolean(*value),
            Cell::Integer(value) => Said::Integer(*value),
            Cell::Number(value) => Said::Number(*value),
            Cell::Date(day) => Said::Date(*day),
            Cell::Text(text) => Said::Text(text),
            Cell::Datetime(_) => Said::Moment,
        }
    }
}

/// Why features were not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A text spells no value of its type, or a feature stands there twice: a bad request (400).
    Malformed(Faults),
    /// All is readable, but not what the model takes (422).
    Unfit(Faults),
}

impl Refused {
    /// What is wrong.
    pub fn faults(&self) -> &Faults {
        match self {
            Refused::Malformed(faults) | Refused::Unfit(faults) => faults,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.faults().fmt(f)
    }
}

impl std::error::Error for Refused {}

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Whether it cannot even be read as one of its type.
    pub malformed: bool,
    /// What came.
    pub found: String,
}

impl Wrong {
    fn malformed(text: &str) -> Wrong {
        Wrong { malformed: true, found: quoted(text) }
    }

    fn unfit(found: impl Into<String>) -> Wrong {
        Wrong { malformed: false, found: found.into() }
    }
}

impl Input {
    /// The features that a model takes, all of them, each once, in any order.
    ///
    /// Every fault names its place, what was expected (with the range seen) and what came. If any text
    /// spells no value of its type, the whole is [`Refused::Malformed`].
    pub fn read(fitted: &Fitted, asked: &Asked) -> Result<Input, Refused> {
        let mut taken: Vec<Option<Value>> = vec![None; fitted.features.len()];
        let (mut faults, mut malformed) = (Vec::new(), false);
        let mut named = vec![false; fitted.features.len()];
        for (name, given) in &asked.values {
            let at = asked.place.of(name);
            let Some(place) = fitted.features.iter().position(|f| f.identifier == *name) else {
                faults.push(stranger(fitted, at, name));
                continue;
            };
            let feature = &fitted.features[place];
            if std::mem::replace(&mut named[place], true) {
                malformed = true;
                faults.push(Fault::new(at, "each feature once", format!("{} again", quoted(name))));
                continue;
            }
            match value(feature, given.into()) {
                Ok(value) => taken[place] = Some(value),
                Err(wrong) => {
                    malformed |= wrong.malformed;
                    faults.push(Fault::new(at, feature.expected(), wrong.found));
                }
            }
        }
        for (feature, _) in fitted.features.iter().zip(named).filter(|(_, named)| !named) {
            let at = asked.place.of(&feature.identifier);
            faults.push(Fault::new(at, feature.expected(), "nothing"));
        }
        let values = taken.into_iter().flatten().collect();
        Faults::unless(faults, Input { values }).map_err(|faults| match malformed {
            true => Refused::Malformed(faults),
            false => Refused::Unfit(faults),
        })
    }

    /// Name and one spelling of each feature, in the model's order: the canonical query.
    ///
    /// Reading them again gives this input; a missing value is the empty text.
    pub fn canonical(&self, fitted: &Fitted) -> Vec<(String, String)> {
        let names = fitted.features.iter().map(|feature| feature.identifier.clone());
        names.zip(self.cells(fitted).map(|cell| cell.to_string())).collect()
    }

    /// The value of each feature; a number is always [`Cell::Number`].
    pub fn cells<'a>(&'a self, fitted: &'a Fitted) -> impl Iterator<Item = Cell> + 'a {
        fitted.features.iter().zip(&self.values).map(|(feature, value)| cell(feature, *value))
    }

    /// The same as the encoding sees them.
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }
}

/// The cell that a value is of.
pub(super) fn cell(feature: &Feature, value: Value) -> Cell {
    match (value, &feature.seen) {
        (Value::Missing | Value::Unknown, _) => Cell::Missing,
        (Value::Number(x), Seen::Boolean { .. }) => Cell::Boolean(x == 1.0),
        (Value::Number(x), Seen::Date { .. }) => {
            NaiveDate::from_epoch_days(x as i32).map_or(Cell::Missing, Cell::Date)
        }
        (Value::Number(x), _) => Cell::Number(x),
        (Value::Level(place), Seen::Category { levels }) => {
            levels.get(place).map_or(Cell::Missing, |level| Cell::Text(level.value.clone()))
        }
        (Value::Level(_), _) => Cell::Missing,
    }
}

/// The fault of a name that is no feature.
pub(super) fn stranger(fitted: &Fitted, at: At, name: &str) -> Fault {
    const NAMED: usize = 12;
    let names: Vec<_> = fitted.features.iter().take(NAMED).map(|f| format!("`{}`", f.identifier)).collect();
    let more = if fitted.features.len() > NAMED { ", .." } else { "" };
    Fault::new(at, format!("a feature of the model: {}{more}", names.join(", ")), quoted(name))
}

/// The value of a feature that somebody said.
pub(super) fn value(feature: &Feature, said: Said<'_>) -> Result<Value, Wrong> {
    match (&feature.seen, said) {
        (_, Said::Missing | Said::Spelt("")) => missing(feature),
        (_, Said::Spelt(text)) => spelt(feature, text),
        (Seen::Number { .. }, Said::Number(x)) => number(x),
        (Seen::Number { .. }, Said::Integer(x)) => number(x as f64),
        (Seen::Boolean { .. }, Said::Boolean(value)) => Ok(Value::Number(f64::from(value))),
        (Seen::Date { .. }, Said::Date(date)) => Ok(Value::Number(days(date))),
        (Seen::Date { .. }, Said::Text(text)) => day(text).ok_or_else(|| Wrong::unfit(quoted(text))),
        (Seen::Category { .. }, Said::Text(text)) => category(feature, text),
        (_, other) => Err(Wrong::unfit(found(other))),
    }
}

/// A value of another type, in words.
fn found(said: Said<'_>) -> String {
    match said {
        Said::Text(text) | Said::Spelt(text) => quoted(text),
        Said::Boolean(value) => format!("the value {value}"),
        Said::Integer(value) => format!("the value {value}"),
        Said::Number(value) => format!("the value {}", spelled(value)),
        Said::Date(day) => format!("the value {day}"),
        Said::Nested => "a list or an object".into(),
        Said::Moment => "a moment".into(),
        Said::Missing => "a missing value".into(),
    }
}

fn missing(feature: &Feature) -> Result<Value, Wrong> {
    match feature.may_be_missing() {
        true => Ok(Value::Missing),
        false => Err(Wrong::unfit("a missing value, which no training row had")),
    }
}

/// A value spelt as text.
fn spelt(feature: &Feature, text: &str) -> Result<Value, Wrong> {
    let malformed = || Wrong::malformed(text);
    match feature.seen {
        // Hardly any has spaces around it.
        Seen::Number { .. } => {
            number(text.parse().or_else(|_| text.trim().parse()).map_err(|_| malformed())?)
        }
        Seen::Category { .. } => category(feature, text),
        Seen::Boolean { .. } => match cell::parse(text, ColumnType::Boolean) {
            Some(Cell::Boolean(value)) => Ok(Value::Number(f64::from(value))),
            _ => Err(malformed()),
        },
        Seen::Date { .. } => day(text).ok_or_else(malformed),
    }
}

fn day(text: &str) -> Option<Value> {
    match cell::parse(text, ColumnType::Date) {
        Some(Cell::Date(date)) => Some(Value::Number(days(date))),
        _ => None,
    }
}

fn number(x: f64) -> Result<Value, Wrong> {
    if !x.is_finite() {
        return Err(Wrong::unfit("a number that is not finite"));
    }
    if x.abs() > MOST {
        return Err(Wrong::unfit("a number beyond ±1e100"));
    }
    // One zero, whichever its sign.
    Ok(Value::Number(if x == 0.0 { 0.0 } else { x }))
}

fn category(feature: &Feature, text: &str) -> Result<Value, Wrong> {
    feature.level(text).map(Value::Level).ok_or_else(|| Wrong::unfit(quoted(text)))
}
