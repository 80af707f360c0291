//! The classes of version 2: what a document of each kind may hold and what can be done with it.
//!
//! One table. The JSON-LD context, the Hydra documentation, inline operations and `OPTIONS` are made
//! from it, so they cannot diverge: adding a property is one line here.

mod place;
mod table;

pub use place::{at, operations};
pub use table::CLASSES;

use crate::domain::{
    Kind,
    permission::{Action, Need, need},
};

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A moment, ISO 8601.
    DateTime,
    /// A link to a resource of the named class.
    Link(&'static str),
    /// An object or a list of them, of the named class.
    Object(&'static str),
}

/// Who may set a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Nobody: the server says it.
    Never,
    /// The writer may.
    May,
    /// The writer must, when creating.
    Must,
}

/// One property of a class.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// JSON key.
    pub key: &'static str,
    /// Compact IRI of the term.
    pub term: &'static str,
    /// What it holds.
    pub range: Range,
    /// Who may set it.
    pub writing: Writing,
}

/// One thing that can be done with a resource.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// HTTP method.
    pub method: &'static str,
    /// What it is called on pages and in documents.
    pub title: &'static str,
    /// Row of the permission table: kind and action.
    pub permission: (Kind, Action),
    /// Class of the body.
    pub expects: Option<&'static str>,
    /// Class of the answer; `owl:Nothing` for none.
    pub returns: &'static str,
}

impl Operation {
    /// Who may do it.
    pub fn need(&self) -> Option<Need> {
        need(self.permission.0, self.permission.1)
    }

    /// Whether it changes a resource that has an entity tag.
    pub fn is_conditional(&self) -> bool {
        matches!(self.method, "PUT" | "PATCH" | "DELETE")
    }
}

/// A class of documents.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Name in our vocabulary.
    pub name: &'static str,
    /// schema.org's classes beside it.
    pub also: &'static [&'static str],
    /// What it is.
    pub title: &'static str,
    /// Its properties, in the order of the documents.
    pub properties: &'static [Property],
    /// What can be done, GET first, PATCH before PUT.
    pub operations: &'static [Operation],
}

/// The class of that name.
pub fn class(name: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.name == name)
}
