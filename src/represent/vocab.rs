//! The terms of our documents: one JSON-LD context for each version, and the vocabulary itself.
//!
//! A document names the context by URL, never a foreign one: a client sends its credentials to
//! every context that it loads.

mod croissant;
mod v1;

pub(in crate::represent) use croissant::croissant;

use super::{
    class::{Property, Range, classes},
    link::{Base, Place},
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Terms beside those of the classes: `(key, compact IRI, how the value is typed)`.
const MORE: &[(&str, &str, Typed)] = &[
    ("operation", "hydra:operation", Typed::Node),
    ("freetextQuery", "hydra:freetextQuery", Typed::Plain),
    ("versionIRI", "owl:versionIRI", Typed::Node),
    ("apiDocumentation", "hydra:apiDocumentation", Typed::Node),
    ("vocabulary", "almanac:vocabulary", Typed::Node),
    ("problems", "almanac:problems", Typed::Node),
    ("account", "almanac:account", Typed::Node),
    ("category", "almanac:category", Typed::Plain),
    ("violations", "almanac:violations", Typed::Node),
    ("propertyPath", "almanac:propertyPath", Typed::Plain),
    ("message", "almanac:message", Typed::Plain),
    ("job", "almanac:job", Typed::Node),
    ("successor", "almanac:successor", Typed::Node),
    ("current", "almanac:currentTag", Typed::Plain),
    ("variants", "almanac:variants", Typed::Plain),
    ("accepted", "almanac:accepted", Typed::Plain),
    ("limit", "almanac:limitBytes", Typed::As("xsd:integer")),
    ("errors", "almanac:errors", Typed::Json),
];

/// How a term's value becomes RDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::represent) enum Typed {
    /// A literal as it is.
    Plain,
    /// A literal of a datatype.
    As(&'static str),
    /// An IRI or an object with `@id`.
    Node,
    /// A name that this context defines.
    Term,
    /// JSON as it stands: keys in it are somebody's data, no terms.
    Json,
    /// An object whose members are links, by relation: version 1's `links`.
    Links,
}

fn typed(range: Range) -> Typed {
    match range {
        Range::Text | Range::Scalar => Typed::Plain,
        Range::Integer => Typed::As("xsd:integer"),
        Range::Number => Typed::As("xsd:double"),
        Range::Boolean => Typed::As("xsd:boolean"),
        Range::Date => Typed::As("xsd:date"),
        Range::DateTime => Typed::As("xsd:dateTime"),
        Range::Url => Typed::As("xsd:anyURI"),
        Range::Link(_) | Range::Object(_) => Typed::Node,
        Range::Term => Typed::Term,
        Range::Json => Typed::Json,
    }
}

fn term(iri: &str, typed: Typed) -> Value {
    match typed {
        Typed::Plain => json!(iri),
        Typed::As(datatype) => json!({"@id": iri, "@type": datatype}),
        Typed::Node => json!({"@id": iri, "@type": "@id"}),
        Typed::Term => json!({"@id": iri, "@type": "@vocab"}),
        Typed::Json => json!({"@id": iri, "@type": "@json"}),
        // Terms of their own, so that a relation may have the name of a member.
        Typed::Links => {
            let relations = v1::LINKS.iter().map(|(key, iri)| (key.to_string(), term(iri, Typed::Node)));
            json!({"@id": iri, "@context": Map::from_iter(relations)})
        }
    }
}

/// Prefixes of other vocabularies.
const PREFIXES: &[(&str, &str)] = &[
    ("hydra", "http://www.w3.org/ns/hydra/core#"),
    ("schema", "https://schema.org/"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// Prefixes that version 1 does not know: its context is as it was.
const LATER: &[(&str, &str)] =
    &[("cr", "http://mlcommons.org/croissant/"), ("dct", "http://purl.org/dc/terms/")];

/// How the values of a member are typed in version 2; `None` for keys that are no terms.
pub(in crate::represent) fn typing(key: &str) -> Option<Typed> {
    let mut properties = classes().flat_map(|class| class.properties.iter());
    let property = properties.find(|property| property.key == key).map(|property| typed(property.range));
    property.or_else(|| MORE.iter().find(|(known, ..)| *known == key).map(|(.., typed)| *typed))
}

/// The prefixes of our contexts, and what each stands for.
pub(in crate::represent) fn namespaces(base: &Base) -> Vec<(&'static str, String)> {
    let others = PREFIXES.iter().chain(LATER).map(|(prefix, iri)| (*prefix, iri.to_string()));
    others.chain([("almanac", iri(base, ""))]).collect()
}

/// What every context begins with: the version of JSON-LD, and the prefixes.
fn prefixes(base: &Base) -> Map<String, Value> {
    let mut terms = Map::from_iter([("@version".into(), json!(1.1))]);
    terms.extend(namespaces(base).into_iter().map(|(prefix, iri)| (prefix.into(), json!(iri))));
    terms
}

/// The compact IRI for one of a vocabulary that we use; `None` for others.
pub fn compact(base: &Base, iri: &str) -> Option<String> {
    let own = format!("{}#", Place::Vocabulary.url(base));
    if let Some(name) = iri.strip_prefix(&own) {
        return Some(format!("almanac:{name}"));
    }
    PREFIXES.iter().find_map(|(prefix, start)| Some(format!("{prefix}:{}", iri.strip_prefix(start)?)))
}

/// The IRI that a compact one stands for; whatever has no prefix of ours stands for itself.
pub fn expanded(base: &Base, compact: &str) -> String {
    match compact.split_once(':') {
        Some(("almanac", name)) => iri(base, name),
        Some((prefix, name)) => match PREFIXES.iter().chain(LATER).find(|(known, _)| *known == prefix) {
            Some((_, iri)) => format!("{iri}{name}"),
            None => compact.into(),
        },
        None => compact.into(),
    }
}

/// Hashes by which the context and the vocabulary have URLs that never change their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// Of the context of version 2.
    pub context: String,
    /// Of the vocabulary.
    pub vocabulary: String,
}

impl Hashes {
    /// Those of the documents as they are on a server.
    pub fn of(base: &Base) -> Hashes {
        let hash = |value: Value| {
            let digest = Sha256::digest(value.to_string());
            digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
        };
        Hashes { context: hash(context(base)), vocabulary: hash(vocabulary(base).into()) }
    }
}

/// The URL of the context of version 2 that documents name.
pub fn context_url(base: &Base) -> String {
    Place::ContextOf(base.hashes().context.clone()).url(base)
}

/// The JSON-LD context document of version 2.
pub fn context(base: &Base) -> Value {
    let mut terms = prefixes(base);
    terms.extend(classes().map(|class| (class.name.to_string(), json!(class.term))));
    for class in HYDRA {
        terms.insert((*class).into(), json!(format!("hydra:{class}")));
    }
    for Property { key, term: iri, range, .. } in classes().flat_map(|class| class.properties) {
        terms.insert((*key).into(), term(iri, typed(*range)));
    }
    for (key, iri, typed) in MORE {
        terms.entry(*key).or_insert_with(|| term(iri, *typed));
    }
    json!({"@context": terms})
}

/// The JSON-LD context document of version 1.
pub fn context_v1(base: &Base) -> Value {
    let mut terms = prefixes(base);
    LATER.iter().for_each(|(prefix, _)| drop(terms.shift_remove(*prefix)));
    terms.extend(v1::CLASSES.iter().map(|(name, iri, _)| (name.to_string(), json!(iri))));
    terms.extend(v1::TERMS.iter().map(|(key, iri, typed)| (key.to_string(), term(iri, *typed))));
    json!({"@context": terms})
}

/// Hydra's classes that documents name, beside those that have properties here.
const HYDRA: &[&str] = &["Collection", "BasicRepresentation", "Resource", "Error"];

/// The IRI of one of our own terms.
pub fn iri(base: &Base, name: &str) -> String {
    format!("{}#{name}", Place::Vocabulary.url(base))
}

/// The vocabulary: every class and property of ours, each with a label and what it means.
pub fn vocabulary(base: &Base) -> Vec<Value> {
    let vocabulary = Place::Vocabulary.url(base);
    let entry = |(name, (class, label, comment)): (&str, (&str, &str, Option<&str>))| -> Value {
        let mut entry = json!({"@id": iri(base, name), "@type": [class, "Term"], "label": label});
        if let Some(comment) = comment {
            entry["comment"] = json!(comment);
        }
        entry["isDefinedBy"] = json!(vocabulary);
        entry
    };
    terms().into_iter().map(entry).collect()
}

/// Each term of ours: what it is in RDF, what it is called, what it means if that is not all.
fn terms() -> BTreeMap<&'static str, (&'static str, &'static str, Option<&'static str>)> {
    let mut terms = BTreeMap::new();
    let own = |iri: &'static str| iri.strip_prefix("almanac:");
    let more = MORE.iter().chain(v1::TERMS).map(|(_, iri, _)| *iri);
    for name in more.chain(v1::LINKS.iter().map(|(_, iri)| *iri)).filter_map(own) {
        terms.insert(name, ("rdfs:Property", name, None));
    }
    for (_, iri, title) in v1::CLASSES {
        if let Some(name) = own(iri) {
            terms.insert(name, ("rdfs:Class", name, Some(*title)));
        }
    }
    let parameters = classes().flat_map(|class| class.operations).flat_map(|operation| operation.parameters);
    for parameter in parameters.filter(|parameter| parameter.property.is_none()) {
        terms.insert(parameter.name, ("rdfs:Property", parameter.name, Some(parameter.about)));
    }
    for class in classes() {
        for property in class.properties {
            if let Some(name) = own(property.term) {
                terms.insert(name, ("rdfs:Property", name, Some(property.about)));
            }
        }
    }
    for (name, class) in classes().filter_map(|class| Some((own(class.term)?, class))) {
        terms.insert(name, ("rdfs:Class", name, Some(class.title)));
    }
    terms
}
