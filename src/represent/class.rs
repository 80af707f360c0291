//! What a document of each kind may hold, and what can be done with it.
//!
//! One table, a file for each resource under `table/`. The JSON-LD context, the Hydra documentation,
//! inline operations, `OPTIONS`, HAL-FORMS and the OpenAPI description are made from it, so they cannot
//! diverge: adding a property is one line there. Version 1, which is frozen, has its own in [`v1`].

mod operation;
mod parameter;
mod place;
mod property;
mod table;
pub mod v1;

pub use operation::{
    CHANGES, ECHOES, FEATURES, Gives, MESSAGES, MESSAGES_OF_V1, Operation, PATCHES, TABLES, TENSORS, Takes,
    WHOLE,
};
pub use parameter::{Parameter, Spelling};
pub use place::{at, operations};
pub use property::{Bounds, Property, Range, Saying, Writing};
pub use table::{classes, shared::SLUG};

use serde_json::{Map, Value};

/// A class of documents, or of objects inside them.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Name in documents.
    pub name: &'static str,
    /// Compact IRI; ours unless it is somebody else's class.
    pub term: &'static str,
    /// schema.org's and Hydra's classes beside it.
    pub also: &'static [&'static str],
    /// What it is.
    pub title: &'static str,
    /// Its properties, in the order of the documents.
    pub properties: &'static [Property],
    /// What can be done, GET first, PATCH before PUT.
    pub operations: &'static [Operation],
}

impl Class {
    /// Whether the class is of our own vocabulary.
    pub fn is_ours(&self) -> bool {
        self.term.starts_with("almanac:")
    }

    /// Whether its documents list others.
    pub fn is_collection(&self) -> bool {
        self.also.contains(&"Collection")
    }

    /// The class of the members of such documents.
    pub fn members(&self) -> Option<&'static Class> {
        let member = self.properties.iter().find(|property| property.key == "member")?;
        member.range.class().and_then(class)
    }
}

/// The class of that name in version 2.
pub fn class(name: &str) -> Option<&'static Class> {
    classes().find(|class| class.name == name)
}

/// The class that a document of version 2 is of, wherever it stands among its types.
///
/// Version 1, whose classes are others, names one and no list.
pub fn class_of(members: &Map<String, Value>) -> Option<&'static Class> {
    let types = members.get("@type")?.as_array()?;
    types.iter().filter_map(Value::as_str).find_map(class)
}
