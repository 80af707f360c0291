//! What is not a resource of somebody's: entry point, context, documentation, vocabulary, problems.

use super::{item, search};
use crate::{
    http::{media::Media, problem::kind::KINDS},
    represent::{
        Document,
        class::{self, Operation},
        hydra, inference,
        link::{Base, Place},
        openapi::{self, Version},
        policy::Subject,
        vocab,
    },
};
use serde_json::{Value, json};

/// What the front door says.
const WELCOME: &str = "Tables, classifiers trained on them and articles about both, as linked documents: every \
                       revision and every version stays what it was, and every answer says how long it keeps.";

/// The front door, with the entry points of the versions that there are.
pub fn root(base: &Base, versions: &[Place]) -> Document {
    let mut document = item(base, &Place::Root, "EntryPoint", Subject::Entry);
    document
        .set("title", "Almanac")
        .set("description", WELCOME)
        .set("datasets", Place::Datasets.url(base))
        .set("models", Place::Models.url(base))
        .set("articles", Place::Articles.url(base))
        .set("search", search::template(base))
        .set("hasPart", versions.iter().map(|entry| entry.url(base)).collect::<Vec<_>>())
        .set("apiDocumentation", Place::Documentation.url(base))
        .set("problems", Place::Problems.url(base))
        .set("vocabulary", Place::Vocabulary.url(base))
        .link("api-catalog", Place::Catalog.url(base))
        .link("search", Place::Search.url(base))
        .link("service-doc", Place::References.url(base));
    document
}

/// The entry point of version 2: where everything is found.
pub fn entry(base: &Base) -> Document {
    let mut document = item(base, &Place::Entry, "EntryPoint", Subject::Entry);
    document
        .set("title", "Almanac, version 2")
        // Server metadata of the Open Inference Protocol.
        .set("name", "almanac")
        .set("version", env!("CARGO_PKG_VERSION"))
        .set("extensions", json!(inference::EXTENSIONS))
        .set("search", search::template(base))
        .set("articles", Place::Articles.url(base))
        .set("datasets", Place::Datasets.url(base))
        .set("models", Place::Models.url(base))
        .set("messages", Place::Messages.url(base))
        .set("jobs", Place::Jobs.url(base))
        .set("users", Place::Users.url(base))
        .set("usage", Place::Usage.url(base))
        .set("account", Place::Me.url(base))
        .set("apiDocumentation", Place::Documentation.url(base))
        .link("search", Place::Search.url(base))
        .link("service-desc", Place::described(Version::Two.name()).url(base))
        .link("service-doc", Place::Reference(Version::Two.name().into()).url(base));
    super::operable(&mut document, "EntryPoint");
    document
}

/// The JSON-LD context.
pub fn context(base: &Base) -> Document {
    Document::context(vocab::context(base))
}

/// The Hydra documentation.
pub fn documentation(base: &Base) -> Document {
    let mut document = Document::v2(base, &Place::Documentation, &["ApiDocumentation"], Subject::Schema);
    for (key, value) in hydra::documentation(base) {
        document.set(&key, value);
    }
    document
}

/// The OpenAPI description of a version.
pub fn openapi(base: &Base, version: Version) -> Document {
    Document::context(openapi::document(Some(base), version))
}

/// Which APIs there are, and what describes each (RFC 9727, RFC 8631).
///
/// `versions` are the entry points of those that have not ended.
pub fn catalog(base: &Base, versions: &[Place]) -> Document {
    let described = |place: &Place, version: Version| {
        json!({
            "anchor": place.url(base),
            "service-desc": [{
                "href": Place::described(version.name()).url(base),
                "type": Media::Json.essence(),
            }],
            "service-doc": [{"href": Place::Reference(version.name().into()).url(base), "type": Media::Html.essence()}],
            "status": [{"href": Place::Ready.url(base), "type": Media::Text.essence()}],
        })
    };
    let items: Vec<Value> = versions.iter().map(|entry| json!({"href": entry.url(base)})).collect();
    let version = |entry: &Place| if *entry == Place::V1 { Version::One } else { Version::Two };
    let all = json!({"anchor": Place::Catalog.url(base), "item": items});
    let linkset: Vec<Value> =
        std::iter::once(all).chain(versions.iter().map(|entry| described(entry, version(entry)))).collect();
    let mut document = Document::context(json!({"linkset": linkset}));
    for entry in versions {
        // For HEAD (RFC 9727 §2).
        document.link("item", entry.url(base));
    }
    document
}

/// The vocabulary: what every term means. It names the URL of what it is now.
pub fn vocabulary(base: &Base) -> Document {
    let mut document = Document::v2(base, &Place::Vocabulary, &["owl:Ontology"], Subject::Schema);
    let version = Place::VocabularyOf(base.hashes().vocabulary.clone());
    document.set("versionIRI", version.url(base));
    document.set("label", "Almanac vocabulary").set("hasPart", Value::Array(vocab::vocabulary(base)));
    document
}

/// Every type of problem.
pub fn problems(base: &Base) -> Document {
    let mut document = Document::v2(base, &Place::Problems, &["Collection"], Subject::Schema);
    let members: Vec<Value> = KINDS
        .iter()
        .map(|kind| {
            let url = Place::ProblemType(kind.slug.into()).url(base);
            json!({"@id": url, "@type": "Resource", "title": kind.title, "comment": kind.explanation})
        })
        .collect();
    document.set("title", "Problem types").set("totalItems", members.len()).set("member", members);
    document
}

/// One type of problem, explained; `None` if there is no such type.
pub fn problem(base: &Base, slug: &str) -> Option<Document> {
    let kind = KINDS.iter().find(|kind| kind.slug == slug)?;
    let place = Place::ProblemType(slug.into());
    let mut document = Document::v2(base, &place, &["Resource"], Subject::Schema);
    document.set("title", kind.title).set("status", kind.status.as_u16()).set("comment", kind.explanation);
    document.link("collection", Place::Problems.url(base));
    Some(document)
}

/// What somebody can do at a place now: the answer to OPTIONS.
pub fn options(base: &Base, place: &Place, operations: &[&Operation]) -> Document {
    let class = class::at(place).map_or("Resource", |class| class.name);
    let mut document = item(base, place, class, Subject::Passing);
    document.set("operation", hydra::listed(operations.iter().copied()));
    document
}
