//! Hydra: operations inside documents, and the documentation of the whole API.

use super::{
    class::{Class, Gives, Operation, Parameter, Property, Range, Spelling, Takes, Writing, class, classes},
    link::{Base, Place},
};
use crate::{
    domain::permission::Need,
    http::{problem::kind, reply::Success},
};
use serde::Serialize;
use serde_json::{Value, json};

/// The class of entry points.
const ENTRY: &str = "EntryPoint";

/// The operations of a class, as they stand in its documents.
pub fn operations(class_name: &str) -> Value {
    listed(class(class_name).map_or(&[][..], |class| class.operations))
}

/// Operations, as they stand in documents.
pub fn listed<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> Value {
    Value::Array(operations.into_iter().map(operation).collect())
}

fn operation(operation: &Operation) -> Value {
    let mut value = json!({
        "@type": "Operation",
        "method": operation.method,
        "title": operation.title,
        "returns": named(operation.returns),
    });
    if let Some(expects) = operation.expects {
        value["expects"] = json!(named(expects));
    }
    if operation.is_conditional() {
        value["expectsHeader"] = json!("If-Match");
    }
    if operation.method == "GET" {
        value["returnsHeader"] = json!("ETag");
    }
    value
}

/// Every status that an operation may be answered with, but for faults of the server and of the line.
pub fn statuses(operation: &Operation) -> Vec<u16> {
    use Success::{Accepted, Created, NoContent, Ok};
    let done: &[Success] = match operation.method {
        // Given back as it came, nothing is made.
        _ if matches!(operation.takes, Takes::Bytes(_)) && operation.gives == Gives::Bytes => &[Ok],
        "POST" if operation.returns == "Job" => &[Accepted],
        // A page of predictions is no resource of its own: 200; equal content makes no new revision.
        "POST" if operation.returns == "Prediction" => &[Ok, Created],
        // Rows are added at once, however many.
        "POST" if operation.returns == "Row" => &[Created],
        // Large tables are imported, large heads sealed, by a job.
        "POST" if operation.takes == Takes::Table => &[Created, Accepted],
        "POST" => &[Created],
        // Without content where the client prefers so.
        "PUT" => &[Ok, Created, NoContent],
        "PATCH" => &[Ok, NoContent],
        "DELETE" => &[NoContent],
        _ => &[Ok],
    };
    let mut refused = vec![&kind::UNAUTHORIZED, &kind::NOT_FOUND, &kind::GONE];
    if operation.need() != Some(Need::Nobody) {
        refused.push(&kind::FORBIDDEN);
    }
    if operation.method != "DELETE" {
        refused.push(&kind::NOT_ACCEPTABLE);
    }
    if operation.is_conditional() {
        refused.extend([&kind::PRECONDITION_FAILED, &kind::PRECONDITION_REQUIRED]);
    }
    if operation.expects.is_some() {
        let body =
            [&kind::MALFORMED, &kind::PAYLOAD_TOO_LARGE, &kind::UNSUPPORTED_MEDIA_TYPE, &kind::UNPROCESSABLE];
        refused.extend(body);
    } else {
        refused.push(&kind::INVALID_PARAMETER);
    }
    if operation.method != "GET" {
        refused.push(&kind::CHANGED);
    }
    let done = done.iter().map(|success| success.code().as_u16());
    let mut statuses: Vec<u16> = done.chain(refused.into_iter().map(|kind| kind.status.as_u16())).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

/// `almanac:Article`; names that carry a prefix stay as they are, others that are not ours are Hydra's.
fn named(name: &str) -> String {
    match class(name) {
        Some(class) => class.term.into(),
        None if name.contains(':') => name.into(),
        None => format!("hydra:{name}"),
    }
}

/// The members of the API documentation (Hydra core, §5.1).
pub fn documentation(base: &Base) -> Vec<(String, Value)> {
    let classes: Vec<Value> = classes().filter(|class| class.is_ours()).map(supported_class).collect();
    vec![
        ("title".into(), json!("Almanac")),
        ("entrypoint".into(), json!(Place::Entry.url(base))),
        ("supportedClass".into(), Value::Array(classes)),
    ]
}

fn supported_class(class: &Class) -> Value {
    json!({
        "@id": named(class.name),
        "@type": "Class",
        "title": class.title,
        "subClassOf": class.also.iter().map(|name| broader(name)).collect::<Vec<_>>(),
        "supportedProperty": supported_properties(class),
        "supportedOperation": class.operations.iter().map(supported_operation).collect::<Vec<_>>(),
    })
}

/// Of an entry point the collections alone: api-doc-parser takes each of its properties for one.
fn supported_properties(class: &Class) -> Vec<Value> {
    let is_entry = class.name == ENTRY;
    let leads = |property: &&Property| linked(property.range).is_some_and(Class::is_collection);
    class.properties.iter().filter(|property| !is_entry || leads(property)).map(supported_property).collect()
}

/// An operation with its statuses, which documents themselves need not repeat.
fn supported_operation(supported: &Operation) -> Value {
    let mut value = operation(supported);
    let status = |code: u16| json!({"@type": "Status", "statusCode": code});
    value["possibleStatus"] = statuses(supported).into_iter().map(status).collect();
    value
}

fn broader(name: &str) -> String {
    if name.contains(':') { name.into() } else { format!("hydra:{name}") }
}

fn supported_property(property: &Property) -> Value {
    let (kind, range) = match property.range {
        Range::Text | Range::Scalar | Range::Term => ("rdfs:Property", json!("xsd:string")),
        Range::Integer => ("rdfs:Property", json!("xsd:integer")),
        Range::Number => ("rdfs:Property", json!("xsd:double")),
        Range::Boolean => ("rdfs:Property", json!("xsd:boolean")),
        Range::Date => ("rdfs:Property", json!("xsd:date")),
        Range::DateTime => ("rdfs:Property", json!("xsd:dateTime")),
        Range::Url => ("rdfs:Property", json!("xsd:anyURI")),
        Range::Json => ("rdfs:Property", json!("http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON")),
        Range::Link("Resource") => ("Link", json!("hydra:Resource")),
        Range::Link(name) => ("Link", leads_to(name)),
        Range::Object(name) => ("rdfs:Property", json!(named(name))),
    };
    let mut described = json!({
        "@id": property.term,
        "@type": kind,
        "label": property.key,
        "comment": property.about,
        "range": range,
    });
    if property.many.is_none() {
        described["owl:maxCardinality"] = json!(1);
    }
    if let Some(collection) = linked(property.range).filter(|class| class.is_collection()) {
        // Where api-doc-parser looks for what can be done with a collection.
        described["supportedOperation"] = listed(collection.operations);
    }
    json!({
        "@type": "SupportedProperty",
        "title": property.key,
        "property": described,
        "required": property.writing == Writing::Must,
        "readable": property.is_readable(),
        "writeable": property.is_creatable(),
    })
}

fn linked(range: Range) -> Option<&'static Class> {
    match range {
        Range::Link(name) => class(name),
        _ => None,
    }
}

/// What a link leads to: a class, or a collection whose members are of one (Hydra's cookbook says it so).
fn leads_to(name: &str) -> Value {
    match class(name).filter(|class| class.is_collection()).and_then(Class::members) {
        Some(member) => json!([
            "hydra:Collection",
            named(name),
            {"owl:equivalentClass": {
                "owl:onProperty": {"@id": "hydra:member"},
                "owl:allValuesFrom": {"@id": named(member.name)},
            }},
        ]),
        None => json!(named(name)),
    }
}

/// How pages, orders and filters of a collection are asked for (Hydra core, §4.4); `None` where there
/// are none.
pub fn search(url: &str, class: &Class) -> Option<Value> {
    let variables = asked(class);
    (!variables.is_empty()).then(|| template(url, &variables))
}

/// The variables of a collection's pages, orders and filters, each with the property that it is about.
pub fn asked(class: &Class) -> Vec<(String, String)> {
    let read = class.operations.iter().find(|operation| operation.method == "GET");
    read.into_iter().flat_map(|read| read.parameters).flat_map(variables).collect()
}

/// A template of these variables, none of which is required (RFC 6570).
pub fn template(url: &str, variables: &[(String, String)]) -> Value {
    json!(Template::of(url, variables))
}

/// The same as JSON: of a table's columns it is long.
pub fn template_text(url: &str, variables: &[(String, String)]) -> String {
    // Texts alone.
    serde_json::to_string(&Template::of(url, variables)).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Template<'v> {
    #[serde(rename = "@type")]
    kind: &'static str,
    template: String,
    variable_representation: &'static str,
    mapping: Vec<Mapping<'v>>,
}

#[derive(Serialize)]
struct Mapping<'v> {
    #[serde(rename = "@type")]
    kind: &'static str,
    variable: &'v str,
    property: &'v str,
    required: bool,
}

impl<'v> Template<'v> {
    fn of(url: &str, variables: &'v [(String, String)]) -> Template<'v> {
        let names: Vec<String> =
            variables.iter().map(|(name, _)| name.replace('[', "%5B").replace(']', "%5D")).collect();
        let mapping = |(variable, property): &'v (String, String)| Mapping {
            kind: "IriTemplateMapping",
            variable,
            property,
            required: false,
        };
        Template {
            kind: "IriTemplate",
            template: format!("{url}{{?{}}}", names.join(",")),
            variable_representation: "BasicRepresentation",
            mapping: variables.iter().map(mapping).collect(),
        }
    }
}

/// Name in the template, and the property that it is about: by key, as api-doc-parser wants it, or the term
/// of the parameter itself.
fn variables(parameter: &Parameter) -> Vec<(String, String)> {
    let key = |iri: &str| iri.split_once(':').map_or(iri, |(_, name)| name).to_string();
    match parameter.spelling {
        Spelling::Keys(keys) => {
            keys.iter().map(|key| (format!("{}[{key}]", parameter.name), (*key).to_string())).collect()
        }
        Spelling::Plain | Spelling::List => {
            vec![(parameter.name.into(), parameter.property.map_or_else(|| parameter.term(), key))]
        }
        Spelling::Free | Spelling::Filters => Vec::new(),
    }
}
