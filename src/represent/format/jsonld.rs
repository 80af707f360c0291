//! JSON-LD and plain JSON: the document itself.

use crate::represent::Document;
use bytes::Bytes;

/// The bytes, the same for the same document: members stand in the order in which they were set.
pub fn render(document: &Document) -> Bytes {
    // A JSON value always has a text.
    let mut text = serde_json::to_vec(&document.value).unwrap_or_default();
    text.push(b'\n');
    text.into()
}
