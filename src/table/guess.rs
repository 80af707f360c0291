//! Guesses: what type a column has, as one cell after the other is seen.

use super::{
    Options,
    cell::{self, Mismatch},
    is_one_of,
};
use crate::domain::{
    column::{Cell, Column, ColumnType, identifiers},
    fault::{At, Fault, Faults, quoted},
};
use std::collections::HashSet;

/// Distinct values of a category.
pub const MOST_VALUES: usize = 50;
/// Bytes of a category's value: longer ones are prose.
const MOST_VALUE_BYTES: usize = 255;
/// A category has at least this many rows for each value.
pub const ROWS_PER_VALUE: u64 = 10;
/// Characters of a header: it stands in every document about the dataset.
pub(super) const LONGEST_HEADER: usize = 2_000;
/// Types tried, in this order, before text.
const TYPED: [ColumnType; 5] =
    [ColumnType::Integer, ColumnType::Number, ColumnType::Boolean, ColumnType::Date, ColumnType::Datetime];
/// Those that a text between quotes can mean, where numbers have a spelling of their own.
const QUOTED: [ColumnType; 2] = [ColumnType::Date, ColumnType::Datetime];

/// What one column's cells have left possible.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    column: Column,
    given: bool,
    /// What the column was before, while every cell fits that.
    usual: Option<ColumnType>,
    /// Whether it lacked no cell before.
    was_full: bool,
    /// Cells that are there.
    present: u64,
    /// Types that every cell so far suggests, the best first.
    possible: Vec<ColumnType>,
    /// The distinct cells, while they may be a category's.
    values: Option<HashSet<Box<str>>>,
    seen: bool,
    /// What spells a missing cell in this column besides.
    missing: Vec<String>,
}

impl Guess {
    /// Nothing seen yet: of a column of that header and identifier.
    pub(super) fn new(options: &Options, name: &str, identifier: &str) -> Guess {
        let given = options.types.get(name).or_else(|| options.types.get(identifier)).copied();
        let before = options.known(name, identifier);
        Guess {
            column: Column::new("", name, given.unwrap_or(ColumnType::Text)),
            given: given.is_some(),
            usual: before.map(|before| before.kind).filter(|_| given.is_none()),
            was_full: before.is_some_and(|before| !before.nullable),
            present: 0,
            possible: TYPED.to_vec(),
            values: Some(HashSet::new()),
            seen: false,
            missing: Vec::new(),
        }
    }

    /// The same of a column whose type its file says; texts may still turn out to be categories.
    pub(super) fn typed(self, kind: ColumnType) -> Guess {
        let possible = if kind == ColumnType::Text { Vec::new() } else { vec![kind] };
        Guess { possible, ..self }
    }

    /// The column's header.
    pub(super) fn name(&self) -> &str {
        &self.column.name
    }

    /// Begins to count the cells that are there anew: they come once more.
    pub(super) fn recount(&mut self) {
        self.present = 0;
    }

    /// Whether a cell with this text is missing in this column, though not in others.
    pub(super) fn is_missing(&self, text: &str) -> bool {
        is_one_of(&self.missing, text)
    }

    /// Lets a cell that is there count, in a format that has text alone: its value, or none of a text.
    pub(super) fn weigh(&mut self, text: &str) -> Result<Option<Cell>, Mismatch> {
        self.present += 1;
        if self.given {
            return cell::parse_cell(text, &self.column).map(Some);
        }
        let found = self.suggested(text);
        // Nearly always what it is anyway.
        let is_usual = |kind: ColumnType| {
            found.as_ref().map_or(kind.is_kept_like(ColumnType::Text), |found| kind.holds(found))
        };
        match self.usual {
            Some(kind) if !is_usual(kind) => Ok(self.fit(text, kind).or(found)),
            _ => Ok(found),
        }
    }

    /// The cell as it was usual before; if it is not, nothing is usual any more.
    fn fit(&mut self, text: &str, kind: ColumnType) -> Option<Cell> {
        let cell = cell::suggested(text, kind);
        if cell.is_none() {
            self.usual = None;
        }
        cell
    }

    /// What the types that are left make of a text: none is a text.
    fn suggested(&mut self, text: &str) -> Option<Cell> {
        self.count(text);
        while let Some(&kind) = self.possible.first() {
            if let Some(cell) = cell::suggested(text, kind) {
                self.narrow(text, &cell);
                return Some(cell);
            }
            self.possible.remove(0);
        }
        None
    }

    /// Lets a cell that is there count, in a format that says what it is.
    pub(super) fn weigh_typed(&mut self, cell: &Cell) -> Result<(), Mismatch> {
        if self.given {
            return self.weigh(&cell.to_string()).map(drop);
        }
        self.present += 1;
        match cell {
            Cell::Text(text) => self.count(text),
            cell if self.usual == Some(ColumnType::Category) => self.count(&cell.to_string()),
            _ => {}
        }
        if let Some(kind) = self.usual
            && !kind.holds(cell)
        {
            self.fit(&cell.to_string(), kind);
        }
        Ok(())
    }

    /// Drops the types behind the first that this cell, which is of that, does not suggest.
    fn narrow(&mut self, text: &str, cell: &Cell) {
        let also = match cell {
            _ if self.possible.len() == 1 => return,
            Cell::Integer(value) if value.unsigned_abs() < cell::ROUNDED => &[ColumnType::Number][..],
            _ => &[],
        };
        let mut first = true;
        self.possible.retain(|kind| {
            std::mem::take(&mut first) || also.contains(kind) || cell::suggested(text, *kind).is_some()
        });
    }

    /// Lets a text between quotes count, which is no number whatever it spells.
    pub(super) fn weigh_quoted(&mut self, text: &str) -> Result<Option<Cell>, Mismatch> {
        if !self.given {
            self.possible.retain(|kind| QUOTED.contains(kind));
        }
        self.weigh(text)
    }

    /// Lets a text count whose type is settled.
    fn count(&mut self, text: &str) {
        self.seen = true;
        let Some(values) = &mut self.values else { return };
        if !values.contains(text) {
            values.insert(text.into());
            if values.len() > MOST_VALUES || text.len() > MOST_VALUE_BYTES {
                self.values = None;
            }
        }
    }

    fn column(self, identifier: String, rows: u64) -> Column {
        let few = |values: HashSet<_>| values.len() as u64 * ROWS_PER_VALUE <= rows;
        let nullable = !self.was_full || self.present < rows;
        let kind = match (self.usual, self.possible.first()) {
            _ if self.given => self.column.kind,
            (Some(ColumnType::Category), _) if self.values.is_none() => ColumnType::Text,
            (Some(kind), _) => kind,
            (_, Some(&kind)) if self.seen || self.possible.len() == 1 => kind,
            _ if !self.seen => ColumnType::Text,
            _ if self.values.is_some_and(few) => ColumnType::Category,
            _ => ColumnType::Text,
        };
        Column { identifier, kind, nullable, ..self.column }
    }
}

/// A guess per header, nothing seen yet; each given type must meet a column.
pub(super) fn guesses<'a>(
    headers: impl IntoIterator<Item = &'a str>,
    options: &Options,
) -> Result<Vec<Guess>, Faults> {
    let headers: Vec<&str> = headers.into_iter().collect();
    let identifiers = identifiers(headers.iter().copied());
    known(options, headers.iter().copied())?;
    let guess = |(header, identifier): (&&str, &String)| Guess {
        missing: options.missing_in(header, identifier).to_vec(),
        ..Guess::new(options, header, identifier)
    };
    Ok(headers.iter().zip(&identifiers).map(guess).collect())
}

/// A fault for each type, or spelling of a missing cell, that was given to no column.
pub(super) fn known<'a>(
    options: &Options,
    headers: impl IntoIterator<Item = &'a str> + Clone,
) -> Result<(), Faults> {
    let identifiers = identifiers(headers.clone());
    let headers: HashSet<&str> = headers.into_iter().collect();
    let named = options.types.keys().chain(options.missing_of.keys());
    let strangers = named.filter(|name| !headers.contains(name.as_str()) && !identifiers.contains(name));
    let fault =
        |name: &String| Fault::new(At::Column(name.clone()), "a column of the table", "no such header");
    Faults::unless(strangers.map(fault).collect(), ())
}

/// A fault if a header is longer than any document bears.
pub(super) fn bounded(header: &str, at: At) -> Result<(), Fault> {
    if header.chars().count() <= LONGEST_HEADER {
        return Ok(());
    }
    let expected = format!("headers of at most {LONGEST_HEADER} characters");
    Err(Fault::new(at, expected, quoted(header)))
}

/// A header as it names its column: without surrounding white space or byte order mark.
pub(super) fn clean(header: &str) -> &str {
    header.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// The columns that came out of `rows` rows.
pub(super) fn columns(guesses: Vec<Guess>, rows: u64) -> Vec<Column> {
    let names: Vec<String> = guesses.iter().map(|guess| guess.column.name.clone()).collect();
    let identifiers = identifiers(names.iter().map(String::as_str));
    guesses.into_iter().zip(identifiers).map(|(guess, identifier)| guess.column(identifier, rows)).collect()
}
