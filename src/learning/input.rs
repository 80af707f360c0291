//! Input: the features of a row to predict, read and checked.

use super::encode::{MOST, Value, days};
use crate::{
    domain::{
        column::{Cell, ColumnType},
        fault::{At, Fault, Faults, quoted},
        model::{Feature, Fitted, Seen},
        prediction::{Asked, Given},
    },
    table::cell,
};
use std::fmt;

/// Features of one row, as their model takes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    cells: Vec<Cell>,
    values: Vec<Value>,
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
struct Wrong {
    malformed: bool,
    found: String,
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
        let mut taken: Vec<Option<(Cell, Value)>> = vec![None; fitted.features.len()];
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
            match value(feature, given) {
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
        let (cells, values) = taken.into_iter().flatten().unzip();
        Faults::unless(faults, Input { cells, values }).map_err(|faults| match malformed {
            true => Refused::Malformed(faults),
            false => Refused::Unfit(faults),
        })
    }

    /// Name and one spelling of each feature, in the model's order: the canonical query.
    ///
    /// Reading them again gives this input; a missing value is the empty text.
    pub fn canonical(&self, fitted: &Fitted) -> Vec<(String, String)> {
        let names = fitted.features.iter().map(|feature| feature.identifier.clone());
        names.zip(self.cells.iter().map(Cell::to_string)).collect()
    }

    /// The value of each feature; a number is always [`Cell::Number`].
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The same as the encoding sees them.
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }
}

/// The fault of a name that is no feature.
fn stranger(fitted: &Fitted, at: At, name: &str) -> Fault {
    const NAMED: usize = 12;
    let names: Vec<_> = fitted.features.iter().take(NAMED).map(|f| format!("`{}`", f.identifier)).collect();
    let more = if fitted.features.len() > NAMED { ", .." } else { "" };
    Fault::new(at, format!("a feature of the model: {}{more}", names.join(", ")), quoted(name))
}

fn value(feature: &Feature, given: &Given) -> Result<(Cell, Value), Wrong> {
    match given {
        Given::Text(text) if text.is_empty() => missing(feature),
        Given::Typed(Cell::Missing) => missing(feature),
        Given::Nested => Err(Wrong::unfit("a list or an object")),
        Given::Text(text) => spelt(feature, text),
        Given::Typed(cell) => typed(feature, cell),
    }
}

fn missing(feature: &Feature) -> Result<(Cell, Value), Wrong> {
    match feature.may_be_missing() {
        true => Ok((Cell::Missing, Value::Missing)),
        false => Err(Wrong::unfit("a missing value, which no training row had")),
    }
}

/// A value spelt as text.
fn spelt(feature: &Feature, text: &str) -> Result<(Cell, Value), Wrong> {
    let malformed = || Wrong::malformed(text);
    match feature.seen {
        Seen::Number { .. } => number(text.trim().parse().map_err(|_| malformed())?),
        Seen::Category { .. } => category(feature, text),
        Seen::Boolean { .. } => match cell::parse(text, ColumnType::Boolean) {
            Some(cell) => typed(feature, &cell),
            None => Err(malformed()),
        },
        Seen::Date { .. } => match cell::parse(text, ColumnType::Date) {
            Some(cell) => typed(feature, &cell),
            None => Err(malformed()),
        },
    }
}

/// A value with a type.
fn typed(feature: &Feature, given: &Cell) -> Result<(Cell, Value), Wrong> {
    match (&feature.seen, given) {
        (Seen::Number { .. }, Cell::Number(x)) => number(*x),
        (Seen::Number { .. }, Cell::Integer(x)) => number(*x as f64),
        (Seen::Boolean { .. }, Cell::Boolean(value)) => Ok((given.clone(), Value::Number(f64::from(*value)))),
        (Seen::Date { .. }, Cell::Date(date)) => Ok((given.clone(), Value::Number(days(*date)))),
        (Seen::Date { .. }, Cell::Text(text)) => match cell::parse(text, ColumnType::Date) {
            Some(Cell::Date(date)) => Ok((Cell::Date(date), Value::Number(days(date)))),
            _ => Err(Wrong::unfit(quoted(text))),
        },
        (Seen::Category { .. }, Cell::Text(text)) => category(feature, text),
        (_, Cell::Text(text)) => Err(Wrong::unfit(quoted(text))),
        (_, other) => Err(Wrong::unfit(format!("the value {other}"))),
    }
}

fn number(x: f64) -> Result<(Cell, Value), Wrong> {
    if !x.is_finite() {
        return Err(Wrong::unfit("a number that is not finite"));
    }
    if x.abs() > MOST {
        return Err(Wrong::unfit("a number beyond ±1e100"));
    }
    // One zero, whichever its sign.
    let x = if x == 0.0 { 0.0 } else { x };
    Ok((Cell::Number(x), Value::Number(x)))
}

fn category(feature: &Feature, text: &str) -> Result<(Cell, Value), Wrong> {
    let Seen::Category { levels } = &feature.seen else { return Err(Wrong::unfit(quoted(text))) };
    match levels.binary_search_by(|level| level.value.as_str().cmp(text)) {
        Ok(level) => Ok((Cell::Text(text.into()), Value::Level(level))),
        Err(_) => Err(Wrong::unfit(quoted(text))),
    }
}
