//! JSON-LD and plain JSON: the document itself.

use crate::represent::Document;
use bytes::Bytes;
use serde_json::{Map, Value};

/// Where a page of rows has them.
pub const MEMBERS: &str = "member";

/// The bytes, the same for the same document: members stand in the order in which they were set.
pub fn render(document: &Document) -> Bytes {
    let mut text = match &document.value {
        Value::Object(members) if document.rows.is_some() || !document.texts.is_empty() => {
            spliced(document, members)
        }
        // A JSON value always has a text.
        value => serde_json::to_vec(value).unwrap_or_default(),
    };
    text.push(b'\n');
    text.into()
}

/// The members, with what is text already at its place.
fn spliced(document: &Document, members: &Map<String, Value>) -> Vec<u8> {
    let rows = document.rows.as_ref();
    let mut text = Vec::with_capacity(rows.map_or(0, |rows| rows.rows.len()) * 256 + 16_384);
    for (index, (key, value)) in members.iter().enumerate() {
        text.push(if index == 0 { b'{' } else { b',' });
        json(&mut text, key);
        text.push(b':');
        match (rows, document.texts.iter().find(|(known, _)| known == key)) {
            (Some(rows), _) if key == MEMBERS => rows.write(&document.columns, &mut text),
            (_, Some((_, json))) => text.extend_from_slice(json.as_bytes()),
            _ => json(&mut text, value),
        }
    }
    text.push(b'}');
    text
}

fn json(text: &mut Vec<u8>, value: &impl serde::Serialize) {
    // Memory takes what is written to it.
    let _ = serde_json::to_writer(text, value);
}
