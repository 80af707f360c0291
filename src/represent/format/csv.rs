//! CSV: rows as the files of revisions spell them, so that a page of them is a part of such a file.

use super::rows;
use crate::{
    domain::column::Cell,
    represent::{Document, v2::row},
    table::write::Writer,
};
use bytes::Bytes;
use serde_json::Value;
use std::io;

/// The rows of a document, under the names of their columns.
pub fn render(document: &Document) -> Bytes {
    // Memory takes what is written to it.
    written(document).unwrap_or_default().into()
}

fn written(document: &Document) -> io::Result<Vec<u8>> {
    let columns = &document.columns;
    let mut table = Writer::new(Vec::new(), columns)?;
    for row in document.rows.iter().flat_map(|page| &page.rows) {
        table.write(&row.cells)?;
    }
    for cells in rows(document) {
        let cell = |value: Option<&Value>, column| {
            value.and_then(|value| row::read_cell(column, value).ok()).unwrap_or(Cell::Missing)
        };
        let cells = columns.iter().map(|column| cell(cells.get(&column.identifier), column));
        table.write(&cells.collect::<Vec<_>>())?;
    }
    table.finish()
}
