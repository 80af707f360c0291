//! The description of the API for programs (OpenAPI 3.1), made from the table of classes and places.
//!
//! `path` says what is where, `parameter` what a request names, `schema` what bodies hold, `response` what
//! comes back, `example` what a request looks like. A test equates it with the mounted routes.

mod example;
mod fixed;
mod parameter;
mod path;
mod response;
mod schema;

pub use example::EXAMPLES;

use super::{
    class::Class,
    link::{Base, Place},
};
use serde_json::{Map, Value, json};

/// A version of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The compact one of the tutorials.
    One,
    /// The full one, and what belongs to no version.
    Two,
}

impl Version {
    /// Both.
    pub const ALL: [Version; 2] = [Version::One, Version::Two];

    /// `v1` or `v2`.
    pub fn name(self) -> &'static str {
        match self {
            Version::One => "v1",
            Version::Two => "v2",
        }
    }

    /// The version of that name.
    pub fn named(name: &str) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.name() == name)
    }

    /// Whether a place is described with this version.
    pub fn has(self, place: &Place) -> bool {
        let path = place.pattern();
        !Place::is_page(path) && Place::is_v1(path) == (self == Version::One)
    }

    fn classes(self) -> Box<dyn Iterator<Item = &'static Class>> {
        match self {
            Version::One => Box::new(super::class::v1::CLASSES.iter()),
            Version::Two => Box::new(super::class::classes()),
        }
    }

    fn class(self, name: &str) -> Option<&'static Class> {
        self.classes().find(|class| class.name == name)
    }
}

/// What the API is, in a paragraph.
const ABOUT: &str = "Tables, classifiers trained on them and articles about both, as linked documents. Every document \
    says where the others are: begin at the entry point and follow links rather than building URLs. Members and \
    parameters that are not described here may come and are ignored when sent.";

/// The description of a version, for a server at `base`; without one, for whatever server it is read from.
pub fn document(base: Option<&Base>, version: Version) -> Value {
    let places: Vec<Place> = Place::every().into_iter().filter(|place| version.has(place)).collect();
    let mut paths: Map<String, Value> = Map::new();
    for place in &places {
        paths.insert(path::template(place), path::item(place, version));
    }
    let info = json!({
        "title": format!("Almanac, version {}", &version.name()[1..]),
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "A hypermedia resource server for data science",
        "description": ABOUT,
        "contact": {"name": "The Almanac developers"},
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    });
    json!({
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": base.map_or("/".into(), |base| base.join("")), "description": "This server"}],
        "tags": path::tags(version),
        "paths": paths,
        "components": {
            "schemas": schema::components(version),
            "responses": response::components(),
            "headers": response::headers(version),
            "parameters": parameter::components(),
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic", "description": "Name and password."},
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token: POST to the account's `tokens`, or `almanac token add`.",
                },
            },
        },
    })
}

/// A reference to a component.
fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}
