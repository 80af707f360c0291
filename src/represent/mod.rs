//! From the domain to documents and bytes, and back.
//!
//! `v1` and `v2` turn things into a [`Document`] and parse what clients send; `format` turns a document
//! into bytes. [`link`] holds every URL, [`policy`] every Cache-Control, [`class`] every property.
//! Nothing here reads a database or a request.

pub mod asset;
pub mod cell;
pub mod class;
pub mod compact;
pub mod failure;
pub mod form;
pub mod format;
pub mod hydra;
pub mod inference;
pub mod input;
pub mod label;
pub mod link;
pub mod openapi;
pub mod policy;
pub mod predictions;
pub mod rows;
pub mod signpost;
pub mod v1;
pub mod v2;
pub mod vocab;

use crate::domain::{column::Column, state::State, tag::Tag};
use chrono::{DateTime, SecondsFormat, Utc};
use link::{Base, Place};
use policy::Subject;
use rows::Rows;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Members that most documents have room for.
const MEMBERS: usize = 24;

/// A resource as a JSON-LD document, with what HTTP has to say about it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The document.
    pub value: Value,
    /// What it is to caches.
    pub subject: Subject,
    /// State of the resource, for its entity tag; without one the bytes alone name it.
    pub state: Option<State>,
    /// When the resource changed last.
    pub modified: Option<DateTime<Utc>>,
    /// Links for the `Link` field: relation and absolute URL.
    pub links: Vec<(&'static str, String)>,
    /// Of rows: the columns of their cells, in the order of the table.
    pub columns: Vec<Column>,
    /// Of a page of rows: its members, for which `value` has a place.
    pub rows: Option<Rows>,
    /// Documents that it links to and that its page shows in place, by URL; for no other representation.
    pub included: Vec<(String, Value)>,
    /// Titles of things that it names, by URL, so that its page need not call them by their slugs; likewise.
    pub titles: Vec<(String, String)>,
    /// What its page depends on beside what its subject does: the things of those titles.
    pub depends: Vec<Tag>,
    /// Members whose JSON is made already, for which `value` has places.
    pub texts: Vec<(&'static str, String)>,
}

impl Document {
    /// A document of version 2: context, identity and types first.
    pub fn v2(base: &Base, place: &Place, types: &[&str], subject: Subject) -> Document {
        let mut document = Document::of(begun(vocab::context_url(base), place.url(base), types), subject);
        document.link("http://www.w3.org/ns/hydra/core#apiDocumentation", Place::Documentation.url(base));
        document
    }

    /// A document of version 1.
    pub fn v1(base: &Base, place: &Place, types: &[&str], subject: Subject) -> Document {
        Document::of(begun(Place::V1Context.url(base), place.url(base), types), subject)
    }

    fn of(value: Value, subject: Subject) -> Document {
        Document {
            value,
            subject,
            state: None,
            modified: None,
            links: Vec::new(),
            columns: Vec::new(),
            rows: None,
            included: Vec::new(),
            titles: Vec::new(),
            depends: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// A document that is nothing but a `@context`.
    pub fn context(value: Value) -> Document {
        Document::of(value, Subject::Schema)
    }

    /// Sets a member; members keep the order in which they were set.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) -> &mut Document {
        self.value[key] = value.into();
        self
    }

    /// Sets a member if there is a value.
    pub fn maybe(&mut self, key: &str, value: Option<impl Into<Value>>) -> &mut Document {
        if let Some(value) = value {
            self.set(key, value);
        }
        self
    }

    /// Sets a member by its JSON.
    pub fn text(&mut self, key: &'static str, json: String) -> &mut Document {
        self.texts.push((key, json));
        self.set(key, Value::Null)
    }

    /// The document with every member in its value, for those who look into them.
    pub fn whole(&self) -> Cow<'_, Document> {
        if self.rows.is_none() && self.texts.is_empty() {
            return Cow::Borrowed(self);
        }
        // Of our own making.
        let mut whole = self.clone();
        whole.value = serde_json::from_slice(&format::jsonld::render(self)).unwrap_or_default();
        (whole.rows, whole.texts) = (None, Vec::new());
        Cow::Owned(whole)
    }

    /// Adds a link to the `Link` field.
    pub fn link(&mut self, relation: &'static str, url: String) -> &mut Document {
        self.links.push((relation, url));
        self
    }

    /// Adds a document that it links to, for its page.
    pub fn include(&mut self, url: String, value: Value) -> &mut Document {
        self.included.push((url, value));
        self
    }

    /// Everything that it depends on.
    pub fn tags(&self) -> Vec<Tag> {
        [self.subject.tags(), self.depends.clone()].concat()
    }

    /// Adds the title of something that it names, for its page.
    pub fn titled(&mut self, url: String, title: &str) -> &mut Document {
        self.titles.push((url, title.into()));
        self
    }

    /// Names the state and the moment of the last change.
    pub fn at(&mut self, state: &State, modified: DateTime<Utc>) -> &mut Document {
        self.state = Some(state.clone());
        self.modified = Some(modified);
        self
    }

    /// The members without the context: as the document stands inside another one.
    pub fn embedded(self) -> Value {
        match self.value {
            Value::Object(mut members) => {
                members.shift_remove("@context");
                members.shift_remove("operation");
                Value::Object(members)
            }
            other => other,
        }
    }

    /// The absolute URL that the document says it is.
    pub fn id(&self) -> &str {
        self.value["@id"].as_str().unwrap_or_default()
    }
}

/// What each document begins with.
fn begun(context: String, id: String, types: &[&str]) -> Value {
    let mut members = Map::with_capacity(MEMBERS);
    members.insert("@context".into(), context.into());
    members.insert("@id".into(), id.into());
    members.insert("@type".into(), types.into());
    Value::Object(members)
}

/// A moment as documents write it: RFC 3339 with milliseconds, UTC.
pub fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
