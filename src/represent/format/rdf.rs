//! A document as RDF: its triples, which the RDF formats then spell.

use crate::represent::{
    Document,
    link::{Base, Place},
    v2::dataset,
    vocab,
};
use oxjsonld::JsonLdParser;
use oxrdf::{BlankNode, NamedOrBlankNode, Term, Triple};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// The triples of a document, subject by subject, each once.
///
/// In the document's order and with blank nodes numbered in it, so that the same document gives the same bytes.
pub fn triples(base: &Base, document: &Document) -> Vec<Triple> {
    let mut value = document.value.clone();
    value["@context"] = inline(base, document);
    let text = value.to_string();
    let mut labels = HashMap::new();
    // What is wrong with a document of ours says nothing in RDF, but to whoever runs the server.
    let told =
        |error: &_| tracing::warn!(document = document.id(), %error, "left out of the RDF of a document");
    let quads = JsonLdParser::new().for_slice(&text).filter_map(|quad| quad.inspect_err(told).ok());
    let mut known = HashSet::new();
    let mut triples: Vec<Triple> = quads
        .map(|quad| labelled(&mut labels, Triple::from(quad)))
        .filter(|triple| known.insert(triple.clone()))
        .collect();
    let mut order = HashMap::new();
    for triple in &triples {
        let next = order.len();
        order.entry(triple.subject.clone()).or_insert(next);
    }
    triples.sort_by_key(|triple| order.get(&triple.subject).copied());
    triples
}

/// The document's contexts as they are: nothing is fetched by the URL that names one.
fn inline(base: &Base, document: &Document) -> Value {
    let one = |context: &Value| match context.as_str() {
        None => context.clone(),
        Some(url) => match base.path_of(url).and_then(Place::parse) {
            Some(Place::Columns(slug)) => dataset::terms(base, &slug, &document.columns),
            _ => vocab::context(base)["@context"].take(),
        },
    };
    match &document.value["@context"] {
        Value::Array(contexts) => contexts.iter().map(one).collect(),
        context => json!([one(context)]),
    }
}

/// The triple with its blank nodes named by when they came first.
fn labelled(labels: &mut HashMap<BlankNode, BlankNode>, mut triple: Triple) -> Triple {
    let mut label = |node: &BlankNode| {
        let next = labels.len();
        labels.entry(node.clone()).or_insert_with(|| BlankNode::new_unchecked(format!("b{next}"))).clone()
    };
    if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
        triple.subject = label(node).into();
    }
    if let Term::BlankNode(node) = &triple.object {
        triple.object = label(node).into();
    }
    triple
}
