//! Parameters of queries.

use super::{Bounds, Range};

/// How a parameter that has several values is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `name=value`.
    Plain,
    /// `name[]=value`, as often as there are values; `name[0]=value` is read too.
    List,
    /// `name[key]=value`, where each key is one of those that are named.
    Keys(&'static [&'static str]),
    /// `key=value` for whatever keys there are: the name is none that is sent.
    Free,
    /// `name[key][operator]=value` for whatever keys there are.
    Filters,
}

/// One parameter of a query.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// What its value is.
    pub range: Range,
    /// Which values.
    pub bounds: Bounds,
    /// How it is written.
    pub spelling: Spelling,
    /// The property that it is compared with, where it filters.
    pub property: Option<&'static str>,
    /// What it does, as a sentence.
    pub about: &'static str,
}

impl Parameter {
    /// A parameter with one value.
    pub const fn new(name: &'static str, range: Range, bounds: Bounds, about: &'static str) -> Parameter {
        Parameter { name, range, bounds, spelling: Spelling::Plain, property: None, about }
    }

    /// The same, written in another way.
    pub const fn spelt(mut self, spelling: Spelling) -> Parameter {
        self.spelling = spelling;
        self
    }

    /// The same, comparing with a property, by its compact IRI.
    pub const fn filters(mut self, property: &'static str) -> Parameter {
        self.property = Some(property);
        self
    }

    /// The term of the parameter, where it is about no property: `almanac:page`.
    pub fn term(&self) -> String {
        format!("almanac:{}", self.name)
    }

    /// Names under which it is sent: `order[name]`, `id[]`.
    pub fn names(&self) -> Vec<String> {
        match self.spelling {
            Spelling::Plain => vec![self.name.into()],
            Spelling::List => vec![format!("{}[]", self.name)],
            Spelling::Keys(keys) => keys.iter().map(|key| format!("{}[{key}]", self.name)).collect(),
            Spelling::Free | Spelling::Filters => Vec::new(),
        }
    }
}
