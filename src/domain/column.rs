//! Columns: the name, type and unit of what a dataset holds, and its cells.

mod remarks;

pub use remarks::{LONGEST_REMARK, Remarks};

use super::fault::{At, Fault};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, ops::Range, str::FromStr};

/// Columns of one dataset.
pub const MOST_COLUMNS: usize = 1_000;
/// Columns of one dataset that have an index: each makes every write dearer.
pub const MOST_INDEXED: usize = 16;
/// Bytes of a text in a column with an index; PostgreSQL takes no more than 2,700.
pub const MOST_INDEXED_BYTES: usize = 2_000;
/// Bytes of an identifier: PostgreSQL's bound for a name.
const IDENTIFIER_BYTES: usize = 63;
/// Identifiers that would clash with our own query parameters and members.
const RESERVED: &[&str] = &[
    "id",
    "type",
    "context",
    "cells",
    "sort",
    "after",
    "before",
    "limit",
    "fields",
    "filter",
    "page",
    "items_per_page",
    "order",
];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Whole numbers that fit `i64`.
    Integer,
    /// Finite `f64`.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Text of any length.
    Text,
    /// A day, ISO 8601.
    Date,
    /// A moment, ISO 8601; without offset it is UTC.
    Datetime,
    /// Text out of a short list.
    Category,
}

impl ColumnType {
    /// Every type, in the order of the glossary.
    pub const ALL: [ColumnType; 7] = [
        ColumnType::Integer,
        ColumnType::Number,
        ColumnType::Boolean,
        ColumnType::Text,
        ColumnType::Date,
        ColumnType::Datetime,
        ColumnType::Category,
    ];

    /// The name used in documents and in the database.
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::Integer => "integer",
            ColumnType::Number => "number",
            ColumnType::Boolean => "boolean",
            ColumnType::Text => "text",
            ColumnType::Date => "date",
            ColumnType::Datetime => "datetime",
            ColumnType::Category => "category",
        }
    }

    /// Whether cells of both types are kept alike: a category is a text.
    pub fn is_kept_like(self, other: ColumnType) -> bool {
        let kept = |kind| if kind == ColumnType::Category { ColumnType::Text } else { kind };
        kept(self) == kept(other)
    }

    /// Whether a column of this type holds such a cell; any column holds a missing one.
    pub fn holds(self, cell: &Cell) -> bool {
        use ColumnType::{Boolean, Category, Date, Datetime, Integer, Number, Text};
        matches!(
            (self, cell),
            (_, Cell::Missing)
                | (Integer, Cell::Integer(_))
                | (Number, Cell::Number(_))
                | (Boolean, Cell::Boolean(_))
                | (Text | Category, Cell::Text(_))
                | (Date, Cell::Date(_))
                | (Datetime, Cell::Datetime(_))
        )
    }

    /// `an integer`, `a date`: as it stands after "expected".
    pub fn expected(self) -> &'static str {
        match self {
            ColumnType::Integer => "an integer",
            ColumnType::Number => "a finite number",
            ColumnType::Boolean => "true or false",
            ColumnType::Text => "text",
            ColumnType::Date => "a date (YYYY-MM-DD)",
            ColumnType::Datetime => "a date and time (ISO 8601)",
            ColumnType::Category => "text",
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ColumnType {
    type Err = ();

    fn from_str(name: &str) -> Result<ColumnType, ()> {
        ColumnType::ALL.into_iter().find(|t| t.name() == name).ok_or(())
    }
}

/// One column of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// `[a-z][a-z0-9_]{0,62}`, unique in its dataset: used in URLs, filters and JSON keys.
    pub identifier: String,
    /// The header as it stood in the file.
    pub name: String,
    /// What it holds.
    pub kind: ColumnType,
    /// Whether a cell may be missing.
    pub nullable: bool,
    /// Unit of measurement, as text: `mm`.
    pub unit: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// Whether filters and orders by it are quick however many rows there are.
    pub indexed: bool,
}

impl Column {
    /// A nullable column without unit, description or index.
    pub fn new(identifier: &str, name: &str, kind: ColumnType) -> Column {
        Column {
            identifier: identifier.into(),
            name: name.into(),
            kind,
            nullable: true,
            unit: None,
            description: None,
            indexed: false,
        }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing was measured.
    Missing,
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Text or a category.
    Text(String),
    /// A day.
    Date(NaiveDate),
    /// A moment.
    Datetime(DateTime<Utc>),
}

impl Cell {
    /// The cell as a database keeps it: moments to the microsecond, no empty text, no negative zero.
    pub fn kept(self) -> Cell {
        use chrono::SubsecRound;
        match self {
            Cell::Text(text) if text.is_empty() => Cell::Missing,
            Cell::Number(0.0) => Cell::Number(0.0),
            Cell::Datetime(at) => Cell::Datetime(at.trunc_subsecs(6)),
            other => other,
        }
    }
}

impl fmt::Display for Cell {
    /// The canonical spelling, as in the CSV artifact: shortest float that reads back the same,
    /// `true`/`false`, ISO 8601; a missing cell is empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Missing => Ok(()),
            Cell::Integer(value) => write!(f, "{value}"),
            Cell::Number(value) => f.write_str(&spelled(*value)),
            Cell::Boolean(value) => write!(f, "{value}"),
            Cell::Text(value) => f.write_str(value),
            Cell::Date(value) => write!(f, "{value}"),
            Cell::Datetime(value) => f.write_str(&value.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

/// The one spelling of a number: shortest digits that read back the same, whole numbers below
/// 1e15 without a point (`18`, `39.1`, `1e300`), negative zero as `0`.
pub fn spelled(value: f64) -> String {
    let mut text = Vec::with_capacity(24);
    spell(value, &mut text);
    // Digits, signs, dots and letters.
    String::from_utf8_lossy(&text).into_owned()
}

/// The same behind a text: what is written for each cell of a table allocates nothing.
pub fn spell(value: f64, text: &mut Vec<u8>) {
    // There and back: cheaper than to ask for what is behind the point.
    if value as i64 as f64 == value && value.abs() < 1e15 {
        // One zero, whichever its sign.
        text.extend_from_slice(itoa::Buffer::new().format(value as i64).as_bytes());
    } else if USUAL.contains(&value.abs()) {
        text.extend_from_slice(zmij::Buffer::new().format(value).as_bytes());
    } else {
        text.extend_from_slice(ryu::Buffer::new().format(value).as_bytes());
    }
}

/// Numbers that zmij spells as ryu does, in less time; of others it writes the exponent otherwise.
const USUAL: Range<f64> = 1e-5..1e15;

/// The column among these that one of that header and identifier was: of the same header, else of the same identifier.
pub fn same<'c>(columns: &'c [Column], header: &str, identifier: &str) -> Option<&'c Column> {
    let named = columns.iter().find(|column| column.name == header);
    named.or_else(|| columns.iter().find(|column| column.identifier == identifier))
}

/// Identifiers for headers, in order: lower-case ASCII, other characters to `_`, made unique.
///
/// `sepal length (cm)` gives `sepal_length_cm`, `@type` gives `type_`, a header without one ASCII
/// letter or digit gives `column_3` by its place (from 1).
pub fn identifiers<'a>(headers: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    headers
        .into_iter()
        .enumerate()
        .map(|(index, header)| {
            let base = identifier(header, index);
            let mut name = base.clone();
            let mut again = 2;
            while !taken.insert(name.clone()) {
                let tail = format!("_{again}");
                name = format!("{}{tail}", &base[..base.len().min(IDENTIFIER_BYTES - tail.len())]);
                again += 1;
            }
            name
        })
        .collect()
}

fn identifier(header: &str, index: usize) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    let mut name = String::new();
    for c in header.nfkd().filter(|c| !is_combining_mark(*c)) {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let mut name = name.trim_end_matches('_').to_string();
    if name.is_empty() {
        name = format!("column_{}", index + 1);
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "c_");
    }
    name.truncate(IDENTIFIER_BYTES);
    if RESERVED.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// Bytes of a row that PostgreSQL can keep: its page, less the page's own head.
const ROW_BYTES: usize = 8_160;

/// A fault if rows of these columns might not fit a page of PostgreSQL, whatever database is open: a
/// table that one takes, the other must take too.
///
/// A text counts 18 bytes, which is what is left of a long one in its row.
pub fn fit_a_row(columns: &[Column]) -> Result<(), Fault> {
    let width = |column: &Column| match column.kind {
        ColumnType::Text | ColumnType::Category | ColumnType::Date => 18,
        // A truth value takes one byte, and up to seven more bring the next number to its place.
        ColumnType::Integer | ColumnType::Number | ColumnType::Boolean | ColumnType::Datetime => 8,
    };
    // Head of the row, a bit for each column, our own two numbers, places between.
    let bytes = 48 + columns.len() / 8 + columns.iter().map(width).sum::<usize>();
    if columns.len() <= MOST_COLUMNS && bytes <= ROW_BYTES {
        return Ok(());
    }
    let expected = format!(
        "at most {MOST_COLUMNS} columns that take {ROW_BYTES} bytes of a row (8 for a number, 18 for a text)"
    );
    Err(Fault::new(At::Whole, expected, format!("{} columns that take {bytes}", columns.len())))
}

/// Whether a text can be a column's identifier.
pub fn is_identifier(text: &str) -> bool {
    text.len() <= IDENTIFIER_BYTES
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of the sizes that tables have, and of all.
    fn numbers() -> impl Strategy<Value = f64> {
        let sized = (-6_i32..16, 1.0_f64..10.0).prop_map(|(power, digits)| digits * 10_f64.powi(power));
        prop_oneof![-1e6_f64..1e6, any::<f64>(), sized]
    }

    proptest! {
        /// Content is named by its bytes: what spells a number may change, the spelling may not.
        #[test]
        fn numbers_are_spelt_as_ryu_spells_them(value in numbers()) {
            if !value.is_finite() || (value.fract() == 0.0 && value.abs() < 1e15) {
                return Ok(());
            }
            prop_assert_eq!(spelled(value), ryu::Buffer::new().format(value).to_string());
        }
    }
}
