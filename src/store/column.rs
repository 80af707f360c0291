//! Columns as a dataset and its revisions keep them.

use super::{Fault, fault::unreadable, value};
use crate::domain::column::{Column, ColumnType};
use serde::{Deserialize, Serialize};

/// A column as it stands in the JSON of `columns`.
#[derive(Serialize, Deserialize)]
struct StoredColumn {
    identifier: String,
    name: String,
    kind: String,
    nullable: bool,
    unit: Option<String>,
    description: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    indexed: bool,
}

/// Columns of a revision as JSON text: indexes belong to the head alone.
pub(in crate::store) fn content_text(columns: &[Column]) -> String {
    let content: Vec<Column> =
        columns.iter().map(|column| Column { indexed: false, ..column.clone() }).collect();
    columns_text(&content)
}

/// Columns as JSON text.
pub(in crate::store) fn columns_text(columns: &[Column]) -> String {
    let stored: Vec<StoredColumn> = columns
        .iter()
        .map(|column| StoredColumn {
            identifier: column.identifier.clone(),
            name: column.name.clone(),
            kind: column.kind.name().into(),
            nullable: column.nullable,
            unit: column.unit.clone(),
            description: column.description.clone(),
            indexed: column.indexed,
        })
        .collect();
    value::text(&stored)
}

/// Columns from JSON text.
pub(in crate::store) fn read_columns(text: &str) -> Result<Vec<Column>, Fault> {
    let stored: Vec<StoredColumn> = value::document(text)?;
    stored
        .into_iter()
        .map(|column| {
            let kind: ColumnType =
                column.kind.parse().map_err(|()| unreadable("a column's type", &column.kind))?;
            Ok(Column {
                identifier: column.identifier,
                name: column.name,
                kind,
                nullable: column.nullable,
                unit: column.unit,
                description: column.description,
                indexed: column.indexed,
            })
        })
        .collect()
}
