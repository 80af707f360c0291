//! The context of a dataset's document: Croissant's own keys beside ours, in one object.
//!
//! Programs that read Croissant want the context inside of the document, with every key of the standard's,
//! its default language and its default vocabulary. Ours mean here what they mean in the context of
//! version 2: texts are in no language, whatever the default is.

use super::{MORE, Typed, prefixes, term, typed};
use crate::represent::{
    class::{Class, Range, class},
    link::Base,
};
use serde_json::{Map, Value, json};

/// schema.org, under which a key without a definition falls.
const SCHEMA: &str = "https://schema.org/";
/// Responsible AI, a vocabulary beside Croissant.
const RAI: &str = "http://mlcommons.org/croissant/RAI/";

/// Keys of Croissant's context (1.1, appendix 1) that our documents do not use; each is a name in `cr:`.
const PLAIN: &[&str] = &[
    "arrayShape",
    "containedIn",
    "equivalentProperty",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "subField",
    "transform",
];
/// Of these, those that hold data.
const DATA: &[&str] = &["data", "examples"];

/// The context.
pub fn croissant(base: &Base) -> Value {
    let mut terms = Map::new();
    terms.insert("@language".into(), json!("en"));
    terms.insert("@vocab".into(), json!(SCHEMA));
    terms.extend(prefixes(base));
    terms.extend([("sc", SCHEMA), ("rai", RAI)].map(|(prefix, iri)| (prefix.into(), json!(iri))));
    terms.extend(PLAIN.iter().map(|key| (key.to_string(), json!(format!("cr:{key}")))));
    terms.extend(DATA.iter().map(|key| (key.to_string(), term(&format!("cr:{key}"), Typed::Json))));
    let mut classes = Vec::new();
    ["Dataset", "Operation"].into_iter().for_each(|name| gather(name, &mut classes));
    for class in classes {
        terms.insert(class.name.into(), json!(class.term));
        let properties = class.properties.iter();
        terms.extend(properties.map(|one| (one.key.into(), untagged(one.term, typed(one.range)))));
    }
    let more = MORE.iter().filter(|(key, ..)| *key == "operation");
    terms.extend(more.map(|(key, iri, typed)| (key.to_string(), untagged(iri, *typed))));
    Value::Object(terms)
}

/// A class and those of the objects inside of its own, each once.
fn gather(name: &str, classes: &mut Vec<&'static Class>) {
    let Some(class) = class(name).filter(|_| !classes.iter().any(|known| known.name == name)) else {
        return;
    };
    classes.push(class);
    for property in class.properties {
        if let Range::Object(inner) = property.range {
            gather(inner, classes);
        }
    }
}

/// A term whose texts are in no language.
fn untagged(iri: &str, typed: Typed) -> Value {
    match typed {
        Typed::Plain => json!({"@id": iri, "@language": null}),
        other => term(iri, other),
    }
}
