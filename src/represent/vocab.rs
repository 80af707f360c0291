//! The terms of our documents: one JSON-LD context for each version, and the vocabulary itself.
//!
//! A document names the context by URL, never a foreign one: a client sends its credentials to
//! every context that it loads.

mod v1;

use super::{
    class::{CLASSES, Property, Range},
    link::{Base, Place},
};
use serde_json::{Map, Value, json};

/// Terms beside those of [`CLASSES`]: Hydra's own, and members of nested objects.
///
/// `(key, compact IRI, how the value is typed)`.
const MORE: &[(&str, &str, Typed)] = &[
    ("member", "hydra:member", Typed::Node),
    ("totalItems", "hydra:totalItems", Typed::As("xsd:integer")),
    ("view", "hydra:view", Typed::Node),
    ("first", "hydra:first", Typed::Node),
    ("previous", "hydra:previous", Typed::Node),
    ("next", "hydra:next", Typed::Node),
    ("last", "hydra:last", Typed::Node),
    ("operation", "hydra:operation", Typed::Node),
    ("method", "hydra:method", Typed::Plain),
    ("title", "hydra:title", Typed::Plain),
    ("expects", "hydra:expects", Typed::Node),
    ("returns", "hydra:returns", Typed::Node),
    ("expectsHeader", "hydra:expectsHeader", Typed::Plain),
    ("returnsHeader", "hydra:returnsHeader", Typed::Plain),
    ("possibleStatus", "hydra:possibleStatus", Typed::Node),
    ("statusCode", "hydra:statusCode", Typed::As("xsd:integer")),
    ("template", "hydra:template", Typed::Plain),
    ("variableRepresentation", "hydra:variableRepresentation", Typed::Term),
    ("mapping", "hydra:mapping", Typed::Node),
    ("variable", "hydra:variable", Typed::Plain),
    ("required", "hydra:required", Typed::As("xsd:boolean")),
    ("property", "hydra:property", Typed::Node),
    ("apiDocumentation", "hydra:apiDocumentation", Typed::Node),
    ("entrypoint", "hydra:entrypoint", Typed::Node),
    ("supportedClass", "hydra:supportedClass", Typed::Node),
    ("supportedProperty", "hydra:supportedProperty", Typed::Node),
    ("supportedOperation", "hydra:supportedOperation", Typed::Node),
    ("readable", "hydra:readable", Typed::As("xsd:boolean")),
    ("writeable", "hydra:writeable", Typed::As("xsd:boolean")),
    ("domain", "rdfs:domain", Typed::Node),
    ("range", "rdfs:range", Typed::Node),
    ("subClassOf", "rdfs:subClassOf", Typed::Node),
    ("label", "rdfs:label", Typed::Plain),
    ("comment", "rdfs:comment", Typed::Plain),
    ("isDefinedBy", "rdfs:isDefinedBy", Typed::Node),
    ("hasPart", "schema:hasPart", Typed::Node),
    ("vocabulary", "almanac:vocabulary", Typed::Node),
    ("problems", "almanac:problems", Typed::Node),
    ("account", "almanac:account", Typed::Node),
    ("category", "almanac:category", Typed::Plain),
    ("coefficient", "almanac:coefficient", Typed::As("xsd:double")),
    ("class", "almanac:predictedClass", Typed::Plain),
    ("ofClass", "almanac:ofClass", Typed::Plain),
    ("value", "schema:value", Typed::Plain),
    ("probability", "almanac:probability", Typed::As("xsd:double")),
    ("contribution", "almanac:contribution", Typed::As("xsd:double")),
    ("baseLogit", "almanac:baseLogit", Typed::As("xsd:double")),
    ("logit", "almanac:logit", Typed::As("xsd:double")),
    ("tolerance", "almanac:tolerance", Typed::As("xsd:double")),
    ("gap", "almanac:gap", Typed::As("xsd:double")),
    ("feature", "almanac:feature", Typed::Plain),
    ("featureNames", "almanac:featureNames", Typed::Plain),
    ("unit", "schema:unitText", Typed::Plain),
    ("minimum", "schema:minValue", Typed::Plain),
    ("maximum", "schema:maxValue", Typed::Plain),
    ("levels", "almanac:levels", Typed::Plain),
    ("intercept", "almanac:intercept", Typed::As("xsd:double")),
    ("weights", "almanac:weights", Typed::Node),
    ("mean", "almanac:mean", Typed::As("xsd:double")),
    ("scale", "almanac:scale", Typed::As("xsd:double")),
    ("rawCoefficient", "almanac:rawCoefficient", Typed::As("xsd:double")),
    ("rawIntercept", "almanac:rawIntercept", Typed::As("xsd:double")),
    ("solver", "almanac:solver", Typed::Plain),
    ("iterations", "almanac:iterations", Typed::As("xsd:integer")),
    ("objective", "almanac:objective", Typed::As("xsd:double")),
    ("maxGradient", "almanac:maxGradient", Typed::As("xsd:double")),
    ("converged", "almanac:converged", Typed::As("xsd:boolean")),
    ("heldOutRows", "almanac:heldOutRows", Typed::As("xsd:integer")),
    ("trainedRows", "almanac:trainedRows", Typed::As("xsd:integer")),
    ("leftOutRows", "almanac:leftOutRows", Typed::As("xsd:integer")),
    ("accuracy", "almanac:accuracy", Typed::As("xsd:double")),
    ("balancedAccuracy", "almanac:balancedAccuracy", Typed::As("xsd:double")),
    ("logLoss", "almanac:logLoss", Typed::As("xsd:double")),
    ("brier", "almanac:brier", Typed::As("xsd:double")),
    ("rocAuc", "almanac:rocAuc", Typed::As("xsd:double")),
    ("f1", "almanac:f1", Typed::As("xsd:double")),
    ("baseline", "almanac:baseline", Typed::Node),
    ("majorityClass", "almanac:majorityClass", Typed::Plain),
    ("confusion", "almanac:confusion", Typed::Node),
    ("actual", "almanac:actual", Typed::Plain),
    ("predicted", "almanac:predicted", Typed::Plain),
    ("count", "almanac:count", Typed::As("xsd:integer")),
    ("test", "almanac:testFraction", Typed::As("xsd:double")),
    ("seed", "almanac:seed", Typed::As("xsd:integer")),
    ("stratified", "almanac:stratified", Typed::As("xsd:boolean")),
    ("type", "almanac:problemType", Typed::Node),
    ("status", "almanac:status", Typed::Plain),
    ("detail", "hydra:description", Typed::Plain),
    ("instance", "almanac:instance", Typed::Node),
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
        Range::Text => Typed::Plain,
        Range::Integer => Typed::As("xsd:integer"),
        Range::Number => Typed::As("xsd:double"),
        Range::Boolean => Typed::As("xsd:boolean"),
        Range::DateTime => Typed::As("xsd:dateTime"),
        Range::Link(_) | Range::Object(_) => Typed::Node,
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

/// What every context begins with: the version of JSON-LD, and the prefixes.
fn prefixes(base: &Base) -> Map<String, Value> {
    Map::from_iter([
        ("@version".into(), json!(1.1)),
        ("hydra".into(), json!("http://www.w3.org/ns/hydra/core#")),
        ("schema".into(), json!("https://schema.org/")),
        ("rdfs".into(), json!("http://www.w3.org/2000/01/rdf-schema#")),
        ("owl".into(), json!("http://www.w3.org/2002/07/owl#")),
        ("xsd".into(), json!("http://www.w3.org/2001/XMLSchema#")),
        ("almanac".into(), json!(iri(base, ""))),
    ])
}

/// The JSON-LD context document of version 2.
pub fn context(base: &Base) -> Value {
    let mut terms = prefixes(base);
    for class in CLASSES {
        terms.insert(class.name.into(), json!(format!("almanac:{}", class.name)));
    }
    for class in HYDRA {
        terms.insert((*class).into(), json!(format!("hydra:{class}")));
    }
    for Property { key, term: iri, range, .. } in CLASSES.iter().flat_map(|class| class.properties) {
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
    terms.extend(v1::CLASSES.iter().map(|(name, iri, _)| (name.to_string(), json!(iri))));
    terms.extend(v1::TERMS.iter().map(|(key, iri, typed)| (key.to_string(), term(iri, *typed))));
    json!({"@context": terms})
}

/// Hydra's classes that documents name.
const HYDRA: &[&str] = &[
    "Collection",
    "PartialCollectionView",
    "Operation",
    "IriTemplate",
    "IriTemplateMapping",
    "BasicRepresentation",
    "ApiDocumentation",
    "SupportedProperty",
    "Class",
    "Link",
    "Resource",
    "Status",
    "Error",
];

/// The IRI of one of our own terms.
pub fn iri(base: &Base, name: &str) -> String {
    format!("{}#{name}", Place::Vocabulary.url(base))
}

/// The vocabulary: every class and property of ours, each with a label.
pub fn vocabulary(base: &Base) -> Vec<Value> {
    let vocabulary = Place::Vocabulary.url(base);
    let entry = |name: &str, class: &str, label: &str| -> Value {
        json!({"@id": iri(base, name), "@type": class, "label": label, "isDefinedBy": vocabulary})
    };
    let own = |iri: &'static str| iri.strip_prefix("almanac:");
    let mut classes: Vec<(&str, &str)> = CLASSES.iter().map(|class| (class.name, class.title)).collect();
    for (_, iri, title) in v1::CLASSES {
        if let Some(name) = own(iri).filter(|name| classes.iter().all(|(known, _)| known != name)) {
            classes.push((name, title));
        }
    }
    let properties = CLASSES.iter().flat_map(|class| class.properties).map(|property| property.term);
    let more = MORE.iter().chain(v1::TERMS).map(|(_, iri, _)| *iri);
    let links = v1::LINKS.iter().map(|(_, iri)| *iri);
    let mut names: Vec<&str> = properties.chain(more).chain(links).filter_map(own).collect();
    names.sort_unstable();
    names.dedup();
    let classes = classes.into_iter().map(|(name, title)| entry(name, "rdfs:Class", title));
    classes.chain(names.into_iter().map(|name| entry(name, "rdfs:Property", name))).collect()
}
