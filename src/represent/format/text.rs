//! Plain text: what a document of one message says.

use crate::represent::Document;
use bytes::Bytes;

/// The member `message`, with a line end.
pub fn render(document: &Document) -> Bytes {
    let message = document.value["message"].as_str().unwrap_or_default();
    format!("{message}\n").into()
}
