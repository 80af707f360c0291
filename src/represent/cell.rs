//! Cells and numbers as JSON, the same in every version.

use crate::domain::column::{Cell, Column};
use serde_json::{Map, Value, json};

/// Cells by column identifier; a missing one is null.
pub fn cells(columns: &[Column], cells: &[Cell]) -> Value {
    let members =
        columns.iter().zip(cells).map(|(column, cell)| (column.identifier.clone(), cell_value(cell)));
    Value::Object(Map::from_iter(members))
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
