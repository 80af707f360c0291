//! A table in memory, column by column: what training and profiles work on.
//!
//! 8 bytes a number, 16 a whole number, 8 a text that repeats. For streaming use [`super::read::Rows`].

use super::{Failure, Options, read::Rows};
use crate::domain::{
    column::{Cell, Column, ColumnType},
    fault::{At, Fault, Faults, quoted},
};
use chrono::{DateTime, NaiveDate, Utc};
use std::{collections::HashMap, io::Read, sync::Arc};

/// A table: columns of equal length.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    values: Vec<Values>,
    rows: usize,
}

/// The cells of one column; `None` is a missing one, unless said.
#[derive(Debug, Clone)]
pub enum Values {
    /// Of an `integer` column.
    Integer(Vec<Option<i64>>),
    /// Of a `number` column. NaN is a missing one: no cell has it, and a training may have nothing in memory
    /// but such columns and its matrix.
    Number(Vec<f64>),
    /// Of a `boolean` column.
    Boolean(Vec<Option<bool>>),
    /// Of a `text` or `category` column.
    Text(Texts),
    /// Of a `date` column.
    Date(Vec<Option<NaiveDate>>),
    /// Of a `datetime` column.
    Datetime(Vec<Option<DateTime<Utc>>>),
}

/// Texts, each distinct one kept once.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    codes: Vec<Option<u32>>,
    words: Vec<Arc<str>>,
    index: HashMap<Arc<str>, u32>,
}

impl Texts {
    /// For each row the place of its text in [`Texts::words`].
    pub fn codes(&self) -> &[Option<u32>] {
        &self.codes
    }

    /// The distinct texts, in the order of their first row.
    pub fn words(&self) -> &[Arc<str>] {
        &self.words
    }

    /// The text of a row, if it is there.
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = (*self.codes.get(row)?)?;
        self.words.get(code as usize).map(AsRef::as_ref)
    }

    fn push(&mut self, text: Option<&str>) {
        let code = text.map(|text| match self.index.get(text) {
            Some(&code) => code,
            None => {
                // No overflow: 2^32 distinct texts and their index do not fit any memory.
                let code = self.words.len() as u32;
                let word: Arc<str> = text.into();
                self.words.push(word.clone());
                self.index.insert(word, code);
                code
            }
        });
        self.codes.push(code);
    }
}

impl Values {
    /// Of a column of this type, without rows.
    pub(super) fn of(kind: ColumnType) -> Values {
        match kind {
            ColumnType::Integer => Values::Integer(Vec::new()),
            ColumnType::Number => Values::Number(Vec::new()),
            ColumnType::Boolean => Values::Boolean(Vec::new()),
            ColumnType::Text | ColumnType::Category => Values::Text(Texts::default()),
            ColumnType::Date => Values::Date(Vec::new()),
            ColumnType::Datetime => Values::Datetime(Vec::new()),
        }
    }

    /// The cell of a row; beyond the last row it is missing.
    pub fn cell(&self, row: usize) -> Cell {
        let cell = match self {
            Values::Integer(values) => values.get(row).copied().flatten().map(Cell::Integer),
            Values::Number(values) => values.get(row).copied().filter(|v| !v.is_nan()).map(Cell::Number),
            Values::Boolean(values) => values.get(row).copied().flatten().map(Cell::Boolean),
            Values::Text(texts) => texts.get(row).map(|text| Cell::Text(text.into())),
            Values::Date(values) => values.get(row).copied().flatten().map(Cell::Date),
            Values::Datetime(values) => values.get(row).copied().flatten().map(Cell::Datetime),
        };
        cell.unwrap_or(Cell::Missing)
    }

    /// The numbers of an `integer` or `number` column, row by row; `None` for other types.
    pub fn numbers(&self) -> Option<Box<dyn Iterator<Item = Option<f64>> + '_>> {
        match self {
            // Beyond 2^53 the nearest f64.
            Values::Integer(values) => Some(Box::new(values.iter().map(|v| v.map(|v| v as f64)))),
            Values::Number(values) => Some(Box::new(values.iter().map(|v| (!v.is_nan()).then_some(*v)))),
            _ => None,
        }
    }

    fn takes(&self, cell: &Cell) -> bool {
        matches!(
            (self, cell),
            (_, Cell::Missing)
                | (Values::Integer(_), Cell::Integer(_))
                | (Values::Number(_), Cell::Number(_))
                | (Values::Boolean(_), Cell::Boolean(_))
                | (Values::Text(_), Cell::Text(_))
                | (Values::Date(_), Cell::Date(_))
                | (Values::Datetime(_), Cell::Datetime(_))
        )
    }

    /// Takes a cell of the column's type; anything else, and the empty text, is missing.
    pub(super) fn push(&mut self, cell: &Cell) {
        match (self, cell) {
            (Values::Integer(values), Cell::Integer(value)) => values.push(Some(*value)),
            (Values::Number(values), Cell::Number(value)) => values.push(*value),
            (Values::Boolean(values), Cell::Boolean(value)) => values.push(Some(*value)),
            (Values::Text(texts), Cell::Text(value)) if !value.is_empty() => texts.push(Some(value)),
            (Values::Date(values), Cell::Date(value)) => values.push(Some(*value)),
            (Values::Datetime(values), Cell::Datetime(value)) => values.push(Some(*value)),
            (values, _) => values.push_missing(),
        }
    }

    fn push_missing(&mut self) {
        match self {
            Values::Integer(values) => values.push(None),
            Values::Number(values) => values.push(f64::NAN),
            Values::Boolean(values) => values.push(None),
            Values::Text(texts) => texts.push(None),
            Values::Date(values) => values.push(None),
            Values::Datetime(values) => values.push(None),
        }
    }
}

impl Table {
    /// A table without rows.
    pub fn new(columns: Vec<Column>) -> Table {
        let values = columns.iter().map(|column| Values::of(column.kind)).collect();
        Table { columns, values, rows: 0 }
    }

    /// The table of these columns, whose values are `rows` each.
    pub(super) fn of(columns: Vec<Column>, values: Vec<Values>, rows: usize) -> Table {
        Table { columns, values, rows }
    }

    /// The table in a canonical artifact ([`super::write`]) of these columns.
    ///
    /// May have no row. Faults as of [`Rows::known`].
    pub fn read<R: Read>(reader: R, columns: &[Column]) -> Result<Table, Failure> {
        let mut table = Table::new(columns.to_vec());
        Rows::known(reader, columns, &Options::canonical())?
            .try_each(|row| table.push(&row).map_err(Failure::from))?;
        Ok(table)
    }

    /// Adds a row, or nothing if its cells are not those of the columns.
    pub fn push(&mut self, row: &[Cell]) -> Result<(), Faults> {
        if row.len() != self.columns.len() {
            let expected = format!("{} cells", self.columns.len());
            return Err(Fault::new(At::Whole, expected, row.len().to_string()).into());
        }
        let wrong =
            self.columns.iter().zip(&self.values).zip(row).filter(|((_, values), cell)| !values.takes(cell));
        let faults = wrong.map(|((column, _), cell)| {
            let at = At::Column(column.name.clone());
            Fault::new(at, column.kind.expected(), quoted(&cell.to_string()))
        });
        Faults::unless(faults.collect(), ())?;
        for (values, cell) in self.values.iter_mut().zip(row) {
            values.push(cell);
        }
        self.rows += 1;
        Ok(())
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Each column with its cells.
    pub fn iter(&self) -> impl Iterator<Item = (&Column, &Values)> {
        self.columns.iter().zip(&self.values)
    }

    /// The column with this identifier and its cells.
    pub fn column(&self, identifier: &str) -> Option<(&Column, &Values)> {
        self.iter().find(|(column, _)| column.identifier == identifier)
    }

    /// A cell, both counted from 0; beyond the table it is missing.
    pub fn cell(&self, row: usize, column: usize) -> Cell {
        self.values.get(column).map_or(Cell::Missing, |values| values.cell(row))
    }

    /// A row, counted from 0.
    pub fn row(&self, row: usize) -> Vec<Cell> {
        self.values.iter().map(|values| values.cell(row)).collect()
    }
}
