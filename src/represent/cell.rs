//! Cells and numbers as JSON, the same in every version.

use crate::domain::column::{Cell, Column};
use serde_json::{Map, Value, json};

/// The largest whole number that every reader of JSON has exactly, 2^53 - 1 (RFC 7493 §2.2).
const MOST_SAFE: u64 = (1 << 53) - 1;

/// Cells by column identifier, each as it is spelt; a missing one is null.
pub fn cells(columns: &[Column], cells: &[Cell], spelt: fn(&Cell) -> Value) -> Value {
    let members = columns.iter().zip(cells).map(|(column, cell)| (column.identifier.clone(), spelt(cell)));
    Value::Object(Map::from_iter(members))
}

/// A cell as JSON that no reader rounds: a whole number that JavaScript would, and JSON-LD processors written
/// in it, is a text. Its type stands in the context.
pub fn exact(cell: &Cell) -> Value {
    match cell {
        Cell::Integer(value) if !is_safe(*value) => json!(value.to_string()),
        cell => cell_value(cell),
    }
}

/// The whole number that [`exact`] wrote as that text.
pub fn from_exact(text: &str) -> Option<i64> {
    text.parse().ok().filter(|value: &i64| !is_safe(*value) && value.to_string() == text)
}

/// Whether every reader of JSON has it exactly.
pub fn is_safe(value: i64) -> bool {
    value.unsigned_abs() <= MOST_SAFE
}

/// A cell as JSON.
pub fn cell_value(cell: &Cell) -> Value {
    match cell {
        Cell::Missing => Value::Null,
        Cell::Integer(value) => json!(value),
        Cell::Number(value) => number(*value),
        Cell::Boolean(value) => json!(value),
        Cell::Text(_) | Cell::Date(_) | Cell::Datetime(_) => json!(cell.to_string()),
    }
}

/// A number without a needless `.0`: `18`, not `18.0`.
pub fn number(value: f64) -> Value {
    whole(value).map_or_else(|| json!(value), |whole| json!(whole))
}

/// A number that is written without a point.
pub fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
}
