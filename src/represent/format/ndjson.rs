//! NDJSON: rows, the cells of each as one JSON object on a line of its own.

use super::rows;
use crate::represent::Document;
use bytes::Bytes;

/// The rows of a document, by the identifiers of their columns.
pub fn render(document: &Document) -> Bytes {
    if let Some(page) = &document.rows {
        let mut text = Vec::new();
        page.write_lines(&document.columns, &mut text);
        return text.into();
    }
    rows(document).map(|cells| format!("{cells}\n")).collect::<String>().into()
}
