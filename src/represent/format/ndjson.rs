//! NDJSON: rows, the cells of each as one JSON object on a line of its own.

use super::rows;
use crate::represent::Document;
use bytes::Bytes;

/// The rows of a document, by the identifiers of their columns.
pub fn render(document: &Document) -> Bytes {
    rows(document).map(|cells| format!("{cells}\n")).collect::<String>().into()
}
