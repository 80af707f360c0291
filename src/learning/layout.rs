//! Layouts: which column of a table each of the columns is about that weights from elsewhere name.

use super::plan::{can_serve, position};
use crate::domain::{
    column::{Column, ColumnType},
    fault::{Fault, Faults, quoted, step},
    model::Saved,
};

/// What follows the name of a feature where a column says that it is missing.
const MISSING: &str = " is missing";

/// What a column of the matrix tells of its feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tells {
    /// Its value, as a number.
    Value,
    /// Whether it is this category.
    Level(String),
    /// Whether it is missing.
    Missing,
}

/// A feature that weights are of.
#[derive(Debug)]
pub(super) struct Given {
    /// Its place in the table.
    pub place: usize,
    /// What each of its columns tells, and where that stands among the weights.
    pub columns: Vec<(Tells, usize)>,
    /// All its categories, sorted, if they are said.
    pub levels: Option<Vec<String>>,
}

/// The features in the order in which they are named first; every fault by JSON pointer.
pub(super) fn of(columns: &[Column], target: usize, saved: &Saved) -> Result<Vec<Given>, Faults> {
    let (mut given, mut faults): (Vec<Given>, _) = (Vec::new(), Vec::new());
    for (index, name) in saved.features.iter().enumerate() {
        let at = format!("/givenWeights/features/{index}");
        match named(columns, name) {
            Ok((place, _)) if place == target => {
                faults.push(Fault::at(at, "a column other than the target", quoted(name)));
            }
            Ok((place, tells)) => {
                let known = given.iter().position(|one| one.place == place).unwrap_or_else(|| {
                    given.push(Given { place, columns: Vec::new(), levels: None });
                    given.len() - 1
                });
                if given[known].columns.iter().any(|(other, _)| *other == tells) {
                    faults.push(Fault::at(at, "each column once", format!("{} again", quoted(name))));
                }
                given[known].columns.push((tells, index));
            }
            Err(expected) => faults.push(Fault::at(at, expected, quoted(name))),
        }
    }
    categories(columns, saved, &mut given, &mut faults);
    Faults::unless(faults, given)
}

/// The column of the table that a name is about, and what it tells of it; else what was expected.
fn named(columns: &[Column], name: &str) -> Result<(usize, Tells), String> {
    if let Some(place) = position(columns, name) {
        return match columns[place].kind {
            ColumnType::Category => Err("the column with `=` and a category, since it holds such".into()),
            kind if can_serve(kind) => Ok((place, Tells::Value)),
            kind => Err(format!("a column that can be a feature, which one of type {kind} cannot")),
        };
    }
    if let Some(place) = name.strip_suffix(MISSING).and_then(|name| position(columns, name))
        && can_serve(columns[place].kind)
    {
        return Ok((place, Tells::Missing));
    }
    let level = name.match_indices('=').find_map(|(at, _)| {
        let place = position(columns, &name[..at])?;
        (columns[place].kind == ColumnType::Category).then(|| (place, Tells::Level(name[at + 1..].into())))
    });
    level.ok_or_else(|| "a column of the dataset: `age`, `sex=male` or `age is missing`".into())
}

/// Takes the categories that are said; each one with a column must be among them.
fn categories(columns: &[Column], saved: &Saved, given: &mut [Given], faults: &mut Vec<Fault>) {
    for (name, levels) in &saved.categories {
        let at = format!("/givenWeights/categories/{}", step(name));
        let place = position(columns, name).filter(|place| columns[*place].kind == ColumnType::Category);
        let Some(one) = given.iter_mut().find(|one| Some(one.place) == place) else {
            faults.push(Fault::at(at, "a feature that holds categories", quoted(name)));
            continue;
        };
        let mut sorted = levels.clone();
        sorted.sort();
        let absent = one.columns.iter().find_map(|(tells, _)| match tells {
            Tells::Level(level) if sorted.binary_search(level).is_err() => Some(level),
            _ => None,
        });
        if let Some(level) = absent {
            let expected = format!("{} among them: it has a column", quoted(level));
            faults.push(Fault::at(at, expected, "none"));
        }
        one.levels = Some(sorted);
    }
}
