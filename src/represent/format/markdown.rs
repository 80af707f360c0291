//! Markdown: the text of a document that is one.

use crate::represent::Document;
use bytes::Bytes;

/// The text.
pub fn render(document: &Document) -> Bytes {
    Bytes::from(document.value["text"].as_str().unwrap_or_default().to_string())
}
