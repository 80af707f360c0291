//! Targets: the classes of a column, sorted, and the class of each row.

use crate::{
    domain::fault::{Fault, quoted},
    table::columnar::{Table, Texts, Values},
};
use std::collections::BTreeMap;

/// Classes of one model.
const MOST_CLASSES: usize = 100;
/// Rows of a class: one to learn from, one to be held out.
const LEAST_ROWS: usize = 2;

/// The column to predict.
pub struct Target {
    /// The classes: text by code point, whole numbers by value, false before true.
    pub classes: Vec<String>,
    /// The class of each row of the table, by its place in `classes`; `None`: missing, or left out.
    pub labels: Vec<Option<usize>>,
    /// Rows that were kept and have no class.
    pub missing: usize,
}

/// The target in a table; a fault at `/target` for less than 2 or more than [`MOST_CLASSES`] classes, or
/// a class with less than [`LEAST_ROWS`] rows. Rows that are not `kept` count for nothing.
pub fn read(table: &Table, place: usize, kept: &[bool]) -> Result<Target, Fault> {
    match table.iter().nth(place).map(|(_, values)| values) {
        Some(Values::Integer(values)) => classes(values.iter().copied(), kept, |value| value.to_string()),
        Some(Values::Boolean(values)) => classes(values.iter().copied(), kept, |value| value.to_string()),
        Some(Values::Text(texts)) => {
            let (ranks, words) = ranks(texts);
            let keys = texts.codes().iter().map(|code| code.map(|code| ranks[code as usize]));
            classes(keys, kept, |rank| words[rank].to_string())
        }
        // The plan takes no other column.
        _ => Err(Fault::at("/target", "a column of classes", "another")),
    }
}

/// For each code of a text its place in sorted order, and the texts in that order.
fn ranks(texts: &Texts) -> (Vec<usize>, Vec<&str>) {
    let words = texts.words();
    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_by(|a, b| words[*a].cmp(&words[*b]));
    let mut ranks = vec![0; words.len()];
    for (rank, code) in order.iter().enumerate() {
        ranks[*code] = rank;
    }
    (ranks, order.iter().map(|code| words[*code].as_ref()).collect())
}

fn classes<K: Ord + Copy>(
    keys: impl Iterator<Item = Option<K>> + Clone,
    kept: &[bool],
    name: impl Fn(K) -> String,
) -> Result<Target, Fault> {
    let keys = keys.zip(kept).map(|(key, kept)| key.filter(|_| *kept));
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    for key in keys.clone().flatten() {
        *counts.entry(key).or_default() += 1;
        if counts.len() > MOST_CLASSES {
            let expected = format!("a column of at most {MOST_CLASSES} classes");
            return Err(Fault::at("/target", expected, "more"));
        }
    }
    if counts.len() < 2 {
        let found = match counts.keys().next() {
            Some(only) => format!("only {}", quoted(&name(*only))),
            None => "none".into(),
        };
        return Err(Fault::at("/target", "a column of at least 2 classes", found));
    }
    if let Some((class, rows)) = counts.iter().find(|(_, rows)| **rows < LEAST_ROWS) {
        let found = format!("{rows} of {}", quoted(&name(*class)));
        return Err(Fault::at("/target", format!("at least {LEAST_ROWS} rows of each class"), found));
    }
    let places: BTreeMap<K, usize> = counts.keys().copied().zip(0..).collect();
    let labels = keys.map(|key| key.and_then(|key| places.get(&key).copied())).collect();
    let kept = kept.iter().filter(|kept| **kept).count();
    let missing = kept - counts.values().sum::<usize>();
    Ok(Target { classes: counts.into_keys().map(name).collect(), labels, missing })
}
