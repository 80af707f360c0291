//! Turtle: the document's triples, for people who read RDF.

use super::rdf;
use crate::represent::{Document, link::Base, vocab};
use bytes::Bytes;
use oxttl::TurtleSerializer;
use std::io;

/// The document in Turtle, with the prefixes of our context.
pub fn render(document: &Document, base: &Base) -> Bytes {
    // Memory takes what is written to it.
    written(document, base).unwrap_or_default().into()
}

fn written(document: &Document, base: &Base) -> io::Result<Vec<u8>> {
    let prefixed = vocab::namespaces(base)
        .into_iter()
        .try_fold(TurtleSerializer::new(), |turtle, (prefix, iri)| turtle.with_prefix(prefix, iri));
    let mut turtle = prefixed.map_err(io::Error::other)?.for_writer(Vec::new());
    for triple in rdf::triples(base, document) {
        turtle.serialize_triple(&triple)?;
    }
    turtle.finish()
}
