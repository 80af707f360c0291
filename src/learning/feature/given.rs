//! The features of weights that were learned elsewhere: their columns are those that the weights name, and
//! what the training rows hold in them is looked up.

use super::{Features, Found, MOST_LEVELS, Moments, Source, fault, numbers, of_part};
use crate::{
    domain::{
        column::Column,
        fault::{Fault, Faults},
        model::{Encoded, Feature, Level, Part, Saved, Seen},
    },
    learning::{
        encode::Value,
        layout::{Given, Tells},
        split::Parts,
    },
    table::columnar::{Table, Texts, Values},
};

/// The features as the training rows show them, and for each encoded column its place among the weights.
///
/// Means and scales are those of the weights; where these are of the columns in their own units, those of
/// the training rows, as if they had been learned here.
pub fn given<'a>(
    table: &'a Table,
    layout: &[Given],
    saved: &Saved,
    parts: &Parts,
) -> Result<(Features<'a>, Vec<usize>), Faults> {
    let (mut features, mut order, mut faults) = (Features::default(), Vec::new(), Vec::new());
    let all: Vec<(&Column, &Values)> = table.iter().collect();
    for one in layout {
        let (column, values) = all[one.place];
        match found(column, values, one, parts) {
            Ok(found) => features.add_given(found, one, saved, parts.training.len() as u64, &mut order),
            Err(fault) => faults.push(fault),
        }
    }
    Faults::unless(faults, (features, order))
}

/// What the training rows hold in the column of a feature.
fn found<'a>(column: &Column, values: &'a Values, given: &Given, parts: &Parts) -> Result<Found<'a>, Fault> {
    let mut source = Source { values, levels: Vec::new() };
    let (seen, moments) = match values {
        Values::Text(texts) => {
            let (levels, places) = levels(column, texts, given, &parts.training)?;
            source.levels = places;
            (Seen::Category { levels }, Moments::default())
        }
        _ => numbers(column, &source, parts)?
            .ok_or_else(|| fault(column, "a value in the training rows", "none"))?,
    };
    let missing = parts.training.iter().filter(|row| source.value(**row) == Value::Missing).count();
    let nullable = Some(given.columns.iter().any(|(tells, _)| *tells == Tells::Missing));
    let Column { identifier, name, unit, .. } = column.clone();
    let feature = Feature { identifier, name, unit, seen, missing: missing as u64, nullable };
    Ok(Found { feature, source, moments })
}

/// The categories of a feature with their training rows, and for each code of the text its category.
fn levels(
    column: &Column,
    texts: &Texts,
    given: &Given,
    rows: &[usize],
) -> Result<(Vec<Level>, Vec<Option<usize>>), Fault> {
    let words = texts.words();
    let mut counts = vec![0_u64; words.len()];
    rows.iter().filter_map(|row| texts.codes()[*row]).for_each(|code| counts[code as usize] += 1);
    let held = words.iter().zip(&counts).filter(|(_, count)| **count > 0).map(|(word, _)| word.as_ref());
    let known = match &given.levels {
        Some(levels) => levels.clone(),
        None => told_by(column, given, held)?,
    };
    if known.len() > MOST_LEVELS {
        let expected = format!("at most {MOST_LEVELS} categories");
        return Err(fault(column, expected, known.len().to_string()));
    }
    let mut levels: Vec<Level> = known.into_iter().map(|value| Level { value, rows: 0 }).collect();
    let places: Vec<Option<usize>> = words.iter().map(|word| place(&levels, word)).collect();
    for (place, count) in places.iter().zip(counts) {
        if let Some(place) = place {
            levels[*place].rows = count;
        }
    }
    Ok((levels, places))
}

/// The place of a category among those that are known.
fn place(levels: &[Level], value: &str) -> Option<usize> {
    levels.binary_search_by(|level| level.value.as_str().cmp(value)).ok()
}

/// The categories that have columns, and the one that the rows hold beside them, sorted.
///
/// Of several without a column nobody knows which of them the weights have never seen.
fn told_by<'t>(
    column: &Column,
    given: &Given,
    held: impl Iterator<Item = &'t str>,
) -> Result<Vec<String>, Fault> {
    let named = given.columns.iter().filter_map(|(tells, _)| match tells {
        Tells::Level(level) => Some(level.as_str()),
        Tells::Value | Tells::Missing => None,
    });
    let mut known: Vec<&str> = named.collect();
    let others: Vec<&str> = held.filter(|value| !known.contains(value)).collect();
    if others.len() > 1 {
        let at = format!("/givenWeights/categories/{}", column.identifier);
        let expected = format!("its categories: the rows hold {} that have no column", others.len());
        return Err(Fault::at(at, expected, "nothing"));
    }
    known.extend(others);
    known.sort_unstable();
    Ok(known.into_iter().map(String::from).collect())
}

impl<'a> Features<'a> {
    /// Adds a feature with the columns that its weights are of.
    fn add_given(
        &mut self,
        found: Found<'a>,
        given: &Given,
        saved: &Saved,
        training: u64,
        order: &mut Vec<usize>,
    ) {
        let Found { feature, source, moments } = found;
        for (tells, index) in &given.columns {
            let Some(part) = part(tells, &feature) else { continue };
            let (mean, scale) = if saved.is_raw() {
                let own = of_part(part, &feature, moments, training);
                (own.mean, own.scale())
            } else {
                saved.moments(*index)
            };
            self.columns.push(Encoded { feature: self.seen.len(), part, mean, scale });
            // Also where it does not: whoever learned the weights saw other rows.
            self.varies.push(true);
            order.push(*index);
        }
        self.seen.push(feature);
        self.sources.push(source);
    }
}

/// What a column tells of a feature whose categories are known; all that have columns are.
fn part(tells: &Tells, feature: &Feature) -> Option<Part> {
    match (tells, &feature.seen) {
        (Tells::Missing, _) => Some(Part::Missing),
        (Tells::Level(level), Seen::Category { levels }) => place(levels, level).map(Part::Level),
        (Tells::Level(_), _) => None,
        (Tells::Value, _) => Some(Part::Value),
    }
}
