//! Features: what the training rows hold in a column, and how it will be encoded.

mod given;

use super::{
    encode::{MOST, Value, days},
    plan::Plan,
    split::Parts,
};
use crate::{
    domain::{
        column::{Column, spelled},
        fault::{At, Fault, Faults},
        model::{Encoded, Feature, Level, Missing, Part, Seen, Warning},
    },
    table::columnar::{Table, Texts, Values},
};

pub use given::given;

/// Levels of a category.
const MOST_LEVELS: usize = 50;
/// Deviations from the mean below this do not count: their squares would vanish.
const LEAST_DEVIATION: f64 = 1e-150;

/// The features of a training.
#[derive(Default)]
pub struct Features<'a> {
    /// What the training rows held in each.
    pub seen: Vec<Feature>,
    /// Where the cells of each come from.
    pub sources: Vec<Source<'a>>,
    /// The encoded columns, feature by feature.
    pub columns: Vec<Encoded>,
    /// Whether each of them varies over the training rows.
    pub varies: Vec<bool>,
    /// Columns that do not vary or were left out.
    pub warnings: Vec<Warning>,
}

/// What the training rows hold in one column.
struct Found<'a> {
    feature: Feature,
    source: Source<'a>,
    /// Of its numbers; 0 for a category.
    moments: Moments,
}

/// The cells of a feature.
pub struct Source<'a> {
    values: &'a Values,
    /// For each code of a text its level.
    levels: Vec<Option<usize>>,
}

impl Source<'_> {
    /// The value of a row of the table.
    pub fn value(&self, row: usize) -> Value {
        let number = match self.values {
            Values::Integer(values) => values[row].map(|value| value as f64),
            Values::Number(values) => Some(values[row]).filter(|value| !value.is_nan()),
            Values::Boolean(values) => values[row].map(f64::from),
            Values::Date(values) => values[row].map(days),
            Values::Text(texts) => match texts.codes()[row] {
                None => return Value::Missing,
                Some(code) => return self.levels[code as usize].map_or(Value::Unknown, Value::Level),
            },
            Values::Datetime(_) => None,
        };
        number.map_or(Value::Missing, Value::Number)
    }
}

/// Mean and standard deviation (divided by n).
#[derive(Clone, Copy, Default)]
struct Moments {
    mean: f64,
    sd: f64,
}

impl Moments {
    /// What the deviation from the mean is divided by.
    fn scale(self) -> f64 {
        if self.sd > 0.0 { self.sd } else { 1.0 }
    }
}

/// The moments of values, in two passes; `None` for no values.
///
/// The deviation is 0 exactly where the values do not vary. Safe for magnitudes from 1e-150 to 1e100.
fn moments(values: &[f64]) -> Option<Moments> {
    let (&first, n) = (values.first()?, values.len() as f64);
    if values.iter().all(|value| *value == first) {
        return Some(Moments { mean: first, sd: 0.0 });
    }
    let rough = values.iter().sum::<f64>() / n;
    let mean = rough + values.iter().map(|value| value - rough).sum::<f64>() / n;
    let largest = values.iter().map(|value| (value - mean).abs()).fold(0.0, f64::max);
    if largest < LEAST_DEVIATION {
        return Some(Moments { mean, sd: 0.0 });
    }
    let squares: f64 = values.iter().map(|value| ((value - mean) / largest).powi(2)).sum();
    Some(Moments { mean, sd: largest * (squares / n).sqrt() })
}

/// The features of a plan as the training rows show them.
///
/// Faults by column: nothing measured, too many levels, numbers beyond ±1e100, missing cells where they
/// are refused. A column without any value is left out with a warning unless it was asked for by name.
pub fn features<'a>(table: &'a Table, plan: &Plan, parts: &Parts) -> Result<Features<'a>, Faults> {
    let (mut features, mut faults) = (Features::default(), Vec::new());
    let all: Vec<(&Column, &Values)> = table.iter().collect();
    for &place in &plan.features {
        let (column, values) = all[place];
        match one(column, values, plan, parts) {
            Ok(Some(found)) => features.add(found, parts.training.len() as u64),
            Ok(None) if plan.named => faults.push(fault(column, "a value in the training rows", "none")),
            Ok(None) => features
                .warnings
                .push(Warning::of(&column.identifier, "left out: it has no value in the training rows")),
            Err(fault) => faults.push(fault),
        }
    }
    let features = Faults::unless(faults, features)?;
    if !features.varies.contains(&true) {
        return Err(Fault::at("/features", "at least one feature that varies", "none").into());
    }
    Ok(features)
}

fn fault(column: &Column, expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::new(At::Column(column.identifier.clone()), expected, found)
}

/// What the training rows hold in one column; `None` if nothing.
fn one<'a>(
    column: &Column,
    values: &'a Values,
    plan: &Plan,
    parts: &Parts,
) -> Result<Option<Found<'a>>, Fault> {
    let mut source = Source { values, levels: Vec::new() };
    let found = match values {
        Values::Text(texts) => {
            let (levels, places) = levels(column, texts, &parts.training)?;
            source.levels = places;
            (!levels.is_empty()).then_some((Seen::Category { levels }, Moments::default()))
        }
        _ => numbers(column, &source, parts)?,
    };
    let Some((seen, moments)) = found else { return Ok(None) };
    let absent = |rows: &[usize]| rows.iter().filter(|row| source.value(**row) == Value::Missing).count();
    let missing = absent(&parts.training);
    if plan.missing == Missing::Refuse && missing + absent(&parts.held_out) > 0 {
        let found = format!("{} missing", missing + absent(&parts.held_out));
        return Err(fault(column, "a value in each row (missing: refuse)", found));
    }
    let Column { identifier, name, unit, .. } = column.clone();
    let feature = Feature { identifier, name, unit, seen, missing: missing as u64, nullable: None };
    Ok(Some(Found { feature, source, moments }))
}

/// The levels of a category in the training rows, sorted, and for each code of the text its level.
fn levels(column: &Column, texts: &Texts, rows: &[usize]) -> Result<(Vec<Level>, Vec<Option<usize>>), Fault> {
    let words = texts.words();
    let mut counts = vec![0_u64; words.len()];
    rows.iter().filter_map(|row| texts.codes()[*row]).for_each(|code| counts[code as usize] += 1);
    let mut order: Vec<usize> = (0..words.len()).filter(|code| counts[*code] > 0).collect();
    if order.len() > MOST_LEVELS {
        let expected = format!("at most {MOST_LEVELS} categories");
        return Err(fault(column, expected, order.len().to_string()));
    }
    order.sort_by(|a, b| words[*a].cmp(&words[*b]));
    let mut places = vec![None; words.len()];
    for (level, code) in order.iter().enumerate() {
        places[*code] = Some(level);
    }
    let level = |code: usize| Level { value: words[code].to_string(), rows: counts[code] };
    Ok((order.into_iter().map(level).collect(), places))
}

/// What the training rows hold in a column of numbers, truth values or days, with mean and standard
/// deviation; `None` if nothing.
fn numbers(column: &Column, source: &Source<'_>, parts: &Parts) -> Result<Option<(Seen, Moments)>, Fault> {
    let number = |row: &usize| match source.value(*row) {
        Value::Number(x) => Some(x),
        _ => None,
    };
    let every = parts.training.iter().chain(&parts.held_out);
    if let Some(x) = every.filter_map(number).find(|x| x.is_nan() || x.abs() > MOST) {
        return Err(fault(column, "finite numbers within ±1e100", spelled(x)));
    }
    let values: Vec<f64> = parts.training.iter().filter_map(number).collect();
    let Some(moments) = moments(&values) else { return Ok(None) };
    let Moments { mean, sd } = moments;
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let seen = match source.values {
        Values::Boolean(_) => Seen::Boolean { share: mean },
        Values::Date(dates) => {
            let days = || parts.training.iter().filter_map(|row| dates[*row]);
            let (first, last) = (days().min().unwrap_or_default(), days().max().unwrap_or_default());
            Seen::Date { min: first, max: last }
        }
        values => Seen::Number { whole: matches!(values, Values::Integer(_)), min, max, mean, sd },
    };
    Ok(Some((seen, moments)))
}

impl<'a> Features<'a> {
    /// Adds a feature and its encoded columns.
    fn add(&mut self, found: Found<'a>, training: u64) {
        let Found { feature, source, moments } = found;
        let mut parts: Vec<Part> = match &feature.seen {
            Seen::Category { levels } => (1..levels.len()).map(Part::Level).collect(),
            _ => vec![Part::Value],
        };
        if feature.may_be_missing() {
            parts.push(Part::Missing);
        }
        let parts: Vec<(Part, Moments)> =
            parts.into_iter().map(|part| (part, of_part(part, &feature, moments, training))).collect();
        if parts.iter().all(|(_, moments)| moments.sd == 0.0) {
            let text = "does not vary in the training rows: its weight is 0";
            self.warnings.push(Warning::of(&feature.identifier, text));
        }
        for (part, moments) in parts {
            let Moments { mean, sd } = moments;
            self.columns.push(Encoded { feature: self.seen.len(), part, mean, scale: moments.scale() });
            self.varies.push(sd > 0.0);
        }
        self.seen.push(feature);
        self.sources.push(source);
    }

    /// Whether a prediction of a row of the table would be answered.
    pub fn can_tell(&self, row: usize) -> bool {
        let mut sources = self.sources.iter().zip(&self.seen);
        sources.all(|(source, feature)| source.value(row).can_be_told(feature))
    }
}

/// The moments of one encoded column; `own` are those of the feature's numbers.
fn of_part(part: Part, feature: &Feature, own: Moments, training: u64) -> Moments {
    let observed = training - feature.missing;
    let Moments { mean, sd } = match (part, &feature.seen) {
        (Part::Missing, _) => return share(feature.missing, training),
        (Part::Level(place), Seen::Category { levels }) => share(levels[place].rows, observed),
        _ => own,
    };
    // A missing cell stands at the mean: it adds a row, but no deviation.
    Moments { mean, sd: sd * (observed as f64 / training as f64).sqrt() }
}

/// The moments of a column that is 1 in `rows` of `of` rows, else 0.
fn share(rows: u64, of: u64) -> Moments {
    let mean = rows as f64 / of.max(1) as f64;
    Moments { mean, sd: (mean * (1.0 - mean)).sqrt() }
}
