//! What a publisher says about the columns of a table that comes in.

use super::{Column, MOST_INDEXED};
use crate::domain::fault::{Fault, Faults, quoted};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a unit or a description.
pub const LONGEST_REMARK: usize = 2_000;

/// Remarks, each for the column of that identifier or header.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Remarks {
    /// Units of measurement.
    pub units: BTreeMap<String, String>,
    /// What they mean.
    pub descriptions: BTreeMap<String, String>,
    /// Those that have an index.
    pub indexed: BTreeSet<String>,
}

impl Remarks {
    /// Says them of columns; a remark about none of them is a fault, in the parameter that it came by.
    pub fn describe(&self, columns: &mut [Column]) -> Result<(), Faults> {
        let mut faults = Vec::new();
        for (parameter, texts) in [("units", &self.units), ("descriptions", &self.descriptions)] {
            for (name, text) in texts {
                let at = format!("{parameter}[{name}]");
                if text.contains('\0') || text.chars().count() > LONGEST_REMARK {
                    let expected = format!("at most {LONGEST_REMARK} characters without U+0000");
                    faults.push(Fault::parameter(at, expected, quoted(text)));
                    continue;
                }
                match place(columns, name) {
                    None => faults.push(Fault::parameter(at, "a column of the table", quoted(name))),
                    Some(place) if parameter == "units" => columns[place].unit = Some(text.clone()),
                    Some(place) => columns[place].description = Some(text.clone()),
                }
            }
        }
        for name in &self.indexed {
            match place(columns, name) {
                None => faults.push(Fault::parameter("index", "a column of the table", quoted(name))),
                Some(place) => columns[place].indexed = true,
            }
        }
        let indexed = columns.iter().filter(|column| column.indexed).count();
        if indexed > MOST_INDEXED && !self.indexed.is_empty() {
            let expected = format!("at most {MOST_INDEXED} columns");
            faults.push(Fault::parameter("index", expected, indexed.to_string()));
        }
        Faults::unless(faults, ())
    }
}

/// The place of the column of that identifier, or else of that header.
fn place(columns: &[Column], name: &str) -> Option<usize> {
    let named = columns.iter().position(|column| column.identifier == name);
    named.or_else(|| columns.iter().position(|column| column.name == name))
}
