//! One thing that can be done with a resource.

use super::Parameter;
use crate::{
    domain::{
        Kind,
        permission::{Action, Need, need},
    },
    http::media::Media,
};

/// What a request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A document of the expected class.
    Document,
    /// A change to one.
    Change,
    /// A document of the expected class, or a table.
    Table,
    /// A list of changes, each to another member.
    Changes,
    /// Features of one prediction, or of many as a list or a table.
    Features,
    /// Whatever bytes there are, under one of these names.
    Bytes(&'static [Media]),
}

impl Takes {
    /// The media types in which it is read, first choice first.
    pub fn media(self) -> &'static [Media] {
        match self {
            Takes::Nothing => &[],
            Takes::Bytes(media) => media,
            Takes::Document => WHOLE,
            Takes::Features => FEATURES,
            Takes::Change => PATCHES,
            Takes::Changes => CHANGES,
            Takes::Table => DOCUMENT_OR_TABLE,
        }
    }
}

/// Media types of features: of one prediction as a document, or of many as a table.
pub const FEATURES: &[Media] =
    &[Media::JsonLd, Media::Json, Media::V2Json, Media::Csv, Media::Tsv, Media::Ndjson];
const DOCUMENT_OR_TABLE: &[Media] = &[
    Media::JsonLd,
    Media::Json,
    Media::V2Json,
    Media::Csv,
    Media::Tsv,
    Media::Text,
    Media::Ndjson,
    Media::Parquet,
    Media::FormData,
];
/// Media types of tables: CSV of any dialect, objects a line, Parquet, or a form with such a file in it. JSON that
/// begins an array is one too.
pub const TABLES: &[Media] = DOCUMENT_OR_TABLE.split_at(WHOLE.len()).1;
/// Media types under which tensors may come, if any is named.
pub const TENSORS: &[Media] = &[Media::Json, Media::OctetStream];
/// Media types that a message is taken in.
pub const MESSAGES: &[Media] =
    &[Media::Text, Media::Json, Media::OctetStream, Media::FormData, Media::V2Json];
/// The same in version 1.
pub const MESSAGES_OF_V1: &[Media] =
    &[Media::Text, Media::Json, Media::OctetStream, Media::FormData, Media::V1Json];
/// Media types that version 1's echo gives back.
pub const ECHOES: &[Media] = &[Media::Text, Media::Json, Media::OctetStream, Media::V1Json];
/// Media types of whole documents.
pub const WHOLE: &[Media] = &[Media::JsonLd, Media::Json, Media::V2Json];
/// Media types of changes.
pub const PATCHES: &[Media] =
    &[Media::MergePatch, Media::JsonPatch, Media::Json, Media::JsonLd, Media::V2Json];

/// Media types of lists of changes.
pub const CHANGES: &[Media] = &[Media::Json, Media::V2Json, Media::Ndjson];

/// What a successful answer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// A document or a file, in one of the media types on offer at its place.
    Document,
    /// Bytes of whatever type they are.
    Bytes,
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
    /// Parameters of the query.
    pub parameters: &'static [Parameter],
    /// What the request carries.
    pub takes: Takes,
    /// What the answer carries.
    pub gives: Gives,
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

    const fn new(method: &'static str, title: &'static str, kind: Kind, action: Action) -> Operation {
        let (expects, returns, parameters) = (None, "owl:Nothing", &[]);
        let (permission, takes, gives) = ((kind, action), Takes::Nothing, Gives::Document);
        Operation { method, title, permission, expects, returns, parameters, takes, gives }
    }

    /// The same with parameters.
    pub const fn with(mut self, parameters: &'static [Parameter]) -> Operation {
        self.parameters = parameters;
        self
    }

    /// The same for another body.
    pub const fn taking(mut self, takes: Takes) -> Operation {
        self.takes = takes;
        self
    }

    /// The same with another answer.
    pub const fn giving(mut self, gives: Gives) -> Operation {
        self.gives = gives;
        self
    }

    const fn body(mut self, takes: Takes, expects: &'static str, returns: &'static str) -> Operation {
        self.takes = takes;
        self.expects = Some(expects);
        self.returns = returns;
        self
    }
}

/// Reads a document of a class.
pub const fn get(title: &'static str, kind: Kind, returns: &'static str) -> Operation {
    let mut operation = Operation::new("GET", title, kind, Action::Read);
    operation.returns = returns;
    operation
}

/// Adds to a collection.
pub const fn post(
    title: &'static str,
    kind: Kind,
    expects: &'static str,
    returns: &'static str,
) -> Operation {
    Operation::new("POST", title, kind, Action::Create).body(Takes::Document, expects, returns)
}

/// Changes members.
pub const fn patch(title: &'static str, kind: Kind, class: &'static str) -> Operation {
    Operation::new("PATCH", title, kind, Action::Patch).body(Takes::Change, class, class)
}

/// Replaces all of it.
pub const fn put(title: &'static str, kind: Kind, class: &'static str) -> Operation {
    Operation::new("PUT", title, kind, Action::Replace).body(Takes::Document, class, class)
}

/// Deletes.
pub const fn delete(title: &'static str, kind: Kind) -> Operation {
    Operation::new("DELETE", title, kind, Action::Delete)
}

/// Something that keeps nothing and is everybody's: as a prediction, by the permission table.
pub const fn anybody(method: &'static str, title: &'static str) -> Operation {
    let mut operation = Operation::new(method, title, Kind::Prediction, Action::Create);
    operation.returns = "hydra:Resource";
    operation
}
