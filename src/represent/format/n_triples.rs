//! N-Triples: the document's triples, a line each.

use super::rdf;
use crate::represent::{Document, link::Base};
use bytes::Bytes;
use oxttl::NTriplesSerializer;
use std::io;

/// The document in N-Triples.
pub fn render(document: &Document, base: &Base) -> Bytes {
    // Memory takes what is written to it.
    written(document, base).unwrap_or_default().into()
}

fn written(document: &Document, base: &Base) -> io::Result<Vec<u8>> {
    let mut lines = NTriplesSerializer::new().for_writer(Vec::new());
    for triple in rdf::triples(base, document) {
        lines.serialize_triple(&triple)?;
    }
    Ok(lines.finish())
}
