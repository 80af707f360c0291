//! Plans: which column is predicted from which others.
//!
//! All that can be refused without looking at the rows, so that a request can answer for it at once.

use crate::{
    domain::{
        column::{Column, ColumnType},
        fault::{Fault, Faults, quoted},
        model::{Missing, Settings, Warning},
        selection::Condition,
    },
    table::filter,
};

/// Types that a feature may have.
const FEATURES: &str = "a column of integers, numbers, true or false, dates or categories";
/// Types that a target may have.
const TARGETS: &str = "a column of categories, text, integers or true and false";

/// What is predicted from what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// The target's place in the table.
    pub target: usize,
    /// The target's identifier.
    pub target_identifier: String,
    /// The features' places in the table, in canonical order.
    pub features: Vec<usize>,
    /// Whether each feature was asked for by name: such a one is never left out silently.
    pub named: bool,
    /// Which rows count.
    pub filter: Vec<Condition>,
    /// What becomes of missing cells.
    pub missing: Missing,
    /// Columns left out.
    pub warnings: Vec<Warning>,
}

/// The settings with identifiers in place of headers, if the columns can serve them; else every fault,
/// by JSON pointer.
///
/// For a request that asks for a training: what the rows themselves rule out is found by
/// [`train`](super::train).
pub fn resolve(columns: &[Column], settings: &Settings) -> Result<Settings, Faults> {
    let plan = of(columns, settings)?;
    let name = |place: &usize| columns[*place].identifier.clone();
    let features = if plan.named { plan.features.iter().map(name).collect() } else { Vec::new() };
    Ok(Settings { target: plan.target_identifier, features, ..settings.clone() })
}

/// The plan of a training; faults as of [`resolve`].
pub(super) fn of(columns: &[Column], settings: &Settings) -> Result<Plan, Faults> {
    let mut faults = Vec::new();
    let mut keep = |found: Result<usize, Fault>| found.map_err(|fault| faults.push(fault)).ok();
    let target = keep(target(columns, &settings.target));
    let named: Vec<usize> = settings
        .features
        .iter()
        .enumerate()
        .filter_map(|(index, name)| keep(feature(columns, name, format!("/features/{index}"))))
        .collect();
    if let Some(again) = named
        .iter()
        .enumerate()
        .find(|(index, place)| Some(**place) == target || named[..*index].contains(place))
    {
        let found = format!("{} twice", quoted(&columns[*again.1].identifier));
        faults.push(Fault::at(format!("/features/{}", again.0), "each column once", found));
    }
    let text = settings.filter.as_deref().unwrap_or_default();
    let filter = filter::read(columns, text, "/filter").unwrap_or_else(|wrong| {
        faults.extend(wrong.iter().cloned());
        Vec::new()
    });
    let target = Faults::unless(faults, target)?.unwrap_or_default();
    let (features, warnings) = match settings.features.is_empty() {
        true => others(columns, target),
        false => (named, Vec::new()),
    };
    if features.is_empty() {
        let found = "none beside the target";
        return Err(Fault::at("/features", format!("at least one feature: {FEATURES}"), found).into());
    }
    Ok(Plan {
        target,
        target_identifier: columns[target].identifier.clone(),
        features,
        named: !settings.features.is_empty(),
        filter,
        missing: settings.missing,
        warnings,
    })
}

/// The place of a column, by identifier before header.
pub(super) fn position(columns: &[Column], name: &str) -> Option<usize> {
    let place = columns.iter().position(|column| column.identifier == name);
    place.or_else(|| columns.iter().position(|column| column.name == name))
}

fn find(columns: &[Column], name: &str, pointer: &str) -> Result<usize, Fault> {
    position(columns, name).ok_or_else(|| Fault::at(pointer, "a column of the dataset", quoted(name)))
}

/// The place of the target.
pub(super) fn target(columns: &[Column], name: &str) -> Result<usize, Fault> {
    let place = find(columns, name, "/target")?;
    match columns[place].kind {
        ColumnType::Integer | ColumnType::Boolean | ColumnType::Text | ColumnType::Category => Ok(place),
        kind => Err(Fault::at("/target", TARGETS, format!("{} of type {kind}", quoted(name)))),
    }
}

fn feature(columns: &[Column], name: &str, pointer: String) -> Result<usize, Fault> {
    let place = find(columns, name, &pointer)?;
    let kind = columns[place].kind;
    if can_serve(kind) {
        return Ok(place);
    }
    Err(Fault::at(pointer, FEATURES, format!("{} of type {kind}", quoted(name))))
}

/// Whether columns of this type can be features.
pub(super) fn can_serve(kind: ColumnType) -> bool {
    !matches!(kind, ColumnType::Text | ColumnType::Datetime)
}

/// Every column but the target that can serve, and a warning for each that cannot.
fn others(columns: &[Column], target: usize) -> (Vec<usize>, Vec<Warning>) {
    let (served, left): (Vec<usize>, Vec<usize>) = (0..columns.len())
        .filter(|place| *place != target)
        .partition(|place| can_serve(columns[*place].kind));
    let warn = |place: usize| {
        let Column { identifier, kind, .. } = &columns[place];
        Warning::of(identifier, format!("left out: a column of type {kind} is no feature"))
    };
    (served, left.into_iter().map(warn).collect())
}
