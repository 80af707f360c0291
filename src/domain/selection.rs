//! Which rows of a table, and in which order.
//!
//! A column is named by its place, so that nothing which somebody wrote becomes a name of the database's.
//! How a query of a URL becomes a selection stands in `routes/selection.rs` and `table/filter.rs`, how it
//! becomes SQL in `store/rows/select.rs`.

use super::column::{Cell, ColumnType};
use std::cmp::Ordering;

/// Conditions of one selection; SQLite takes expressions that are 1,000 deep.
pub const MOST_CONDITIONS: usize = 100;
/// Values that its cells are compared with: as many as the largest page has rows.
pub const MOST_VALUES: usize = 1_000;
/// Texts of one selection: each is looked for in every column of text, of which there may be hundreds.
pub const MOST_SEARCHES: usize = 10;
/// Columns of one order.
pub const MOST_KEYS: usize = 8;

/// How a cell is compared. A missing cell fulfils [`Operator::IsNull`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The same.
    Eq,
    /// Another one.
    Ne,
    /// Less.
    Lt,
    /// Less or the same.
    Le,
    /// Greater.
    Gt,
    /// Greater or the same.
    Ge,
    /// One of several.
    In,
    /// Has the text in it, ASCII letters in any case.
    Contains,
    /// Is missing, or is not.
    IsNull,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Operator; 9] = [
        Operator::Eq,
        Operator::Ne,
        Operator::Lt,
        Operator::Le,
        Operator::Gt,
        Operator::Ge,
        Operator::In,
        Operator::Contains,
        Operator::IsNull,
    ];

    /// Its name in queries.
    pub fn name(self) -> &'static str {
        match self {
            Operator::Eq => "eq",
            Operator::Ne => "ne",
            Operator::Lt => "lt",
            Operator::Le => "le",
            Operator::Gt => "gt",
            Operator::Ge => "ge",
            Operator::In => "in",
            Operator::Contains => "contains",
            Operator::IsNull => "isnull",
        }
    }

    /// Whether it says something about cells of a type.
    pub fn fits(self, kind: ColumnType) -> bool {
        match self {
            Operator::Contains => is_text(kind),
            Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge | Operator::In => {
                kind != ColumnType::Boolean
            }
            Operator::Eq | Operator::Ne | Operator::IsNull => true,
        }
    }

    /// Those by which people choose rows first, in this order: from and to, a part of a text, a value.
    pub fn first(kind: ColumnType) -> &'static [Operator] {
        match kind {
            ColumnType::Category | ColumnType::Boolean => &[Operator::Eq],
            ColumnType::Text => &[Operator::Contains],
            _ => &[Operator::Ge, Operator::Le],
        }
    }
}

/// Whether cells of a type are searched for text.
pub fn is_text(kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Text | ColumnType::Category)
}

/// What must hold for the cell of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The column's place, from 0.
    pub column: usize,
    /// How its cell is compared.
    pub operator: Operator,
    /// With what: one cell of the column's type, several of [`Operator::In`], a truth value of
    /// [`Operator::IsNull`].
    pub values: Vec<Cell>,
}

impl Condition {
    /// Whether it holds for a cell of its column; both databases say the same.
    pub fn holds(&self, cell: &Cell) -> bool {
        if self.operator == Operator::IsNull {
            return self.values.contains(&Cell::Boolean(*cell == Cell::Missing));
        }
        let compared = |wanted: fn(Ordering) -> bool| {
            self.values.iter().all(|value| order(cell, value).is_some_and(wanted))
        };
        match self.operator {
            Operator::Eq => compared(Ordering::is_eq),
            Operator::Ne => compared(Ordering::is_ne),
            Operator::Lt => compared(Ordering::is_lt),
            Operator::Le => compared(Ordering::is_le),
            Operator::Gt => compared(Ordering::is_gt),
            Operator::Ge => compared(Ordering::is_ge),
            Operator::In => self.values.iter().any(|value| order(cell, value).is_some_and(Ordering::is_eq)),
            Operator::Contains => self.values.iter().all(|value| has(cell, value)),
            Operator::IsNull => false,
        }
    }
}

/// How two cells of one type stand to each other; `None` if one is missing.
fn order(one: &Cell, other: &Cell) -> Option<Ordering> {
    match (one, other) {
        (Cell::Integer(one), Cell::Integer(other)) => Some(one.cmp(other)),
        (Cell::Number(one), Cell::Number(other)) => one.partial_cmp(other),
        (Cell::Boolean(one), Cell::Boolean(other)) => Some(one.cmp(other)),
        (Cell::Text(one), Cell::Text(other)) => Some(one.cmp(other)),
        (Cell::Date(one), Cell::Date(other)) => Some(one.cmp(other)),
        (Cell::Datetime(one), Cell::Datetime(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// Whether a text has another in it, ASCII letters in any case.
fn has(cell: &Cell, sought: &Cell) -> bool {
    let (Cell::Text(text), Cell::Text(sought)) = (cell, sought) else { return false };
    text.to_ascii_lowercase().contains(&sought.to_ascii_lowercase())
}

/// A column that rows are ordered by; rows without a value there come last in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The column's place, from 0.
    pub column: usize,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// Some rows in some order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// All of them must hold.
    pub conditions: Vec<Condition>,
    /// Each must stand in some column of text.
    pub search: Vec<String>,
    /// First one first; the row's number comes last and decides among equals.
    pub order: Vec<Key>,
}

impl Selection {
    /// Whether it leaves no row out.
    pub fn is_all(&self) -> bool {
        self.conditions.is_empty() && self.search.is_empty()
    }
}

/// A place between two rows of an ordered selection: where the row stands, or stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// The row's number.
    pub row: i64,
    /// Its cells in the columns of the order.
    pub cells: Vec<Cell>,
}

/// On which side of a position rows are.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Side {
    /// No position: the first rows.
    #[default]
    Start,
    /// Those that follow it.
    After(Position),
    /// Those that come before it.
    Before(Position),
}
