//! Pages of who is signed in: no documents stand behind them, and nobody else sees them.
//!
//! Each is made for one request and kept nowhere. Their forms are sent to the page that shows them, with a token
//! that the caller hands in.

pub mod account;
pub mod audit;
pub mod edit;
pub mod field;
pub mod sign;
pub mod table;
pub mod users;

use super::frame::Frame;
use crate::represent::{
    asset,
    link::{Base, Place},
};
use bytes::Bytes;
use maud::{Markup, html};
use serde_json::Value;

/// Name of the field by which a form that is sent again is known.
pub const ONCE: &str = "once";

/// Name of the field that holds a form's token.
const TOKEN: &str = "csrf";

/// Who is signed in, as a page shows it.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Their name.
    pub name: &'a str,
    /// The token of their forms.
    pub token: &'a str,
}

/// What was typed into a form, and what was wrong with it: a problem document.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// The members by name, without passwords.
    pub values: &'a Value,
    /// What was wrong.
    pub problem: Option<&'a Value>,
}

impl Typed<'_> {
    /// Nothing yet.
    pub const NOTHING: Typed<'static> = Typed { values: &Value::Null, problem: None };

    fn text<'v>(&'v self, name: &str, at_first: &'v str) -> &'v str {
        self.values[name].as_str().unwrap_or(at_first)
    }
}

/// A private page without its main part.
#[derive(Debug, Clone, Copy)]
pub struct Private<'a> {
    /// Where the server is.
    pub base: &'a Base,
    /// Where the page is.
    pub place: &'a Place,
    /// What it is called.
    pub title: &'a str,
    /// Who is signed in, if anybody is.
    pub person: Option<Person<'a>>,
}

impl Private<'_> {
    /// The bytes of the page with this main part; what was wrong with what was sent stands first.
    pub fn page(&self, faults: &[String], main: Markup) -> Bytes {
        let path = self.place.path();
        let frame = Frame {
            base: self.base,
            style: &asset::style(self.base),
            title: self.title,
            summary: "",
            path: Some(&path),
            canonical: None,
            variants: &[],
            titles: &[],
            acts: super::frame::Acts::default(),
        };
        frame.page(Markup::default(), html! {
            div.head { h1 { (self.title) } @if let Some(person) = self.person { (self.signed_in(person)) } }
            @if !faults.is_empty() {
                div.result.error role="alert" { ul { @for fault in faults { li { (fault) } } } }
            }
            (main)
        })
    }

    fn signed_in(&self, person: Person<'_>) -> Markup {
        html! {
            form.fields method="post" action=(Place::SignOut.url(self.base)) {
                (token(person.token))
                div { "Signed in as " b { (person.name) } }
                div { button.quiet { "Sign out" } }
            }
        }
    }

    /// A form that is sent to the page itself.
    pub fn form(&self, person: Person<'_>, fields: Markup) -> Markup {
        html! {
            form.fields.card method="post" action=(self.place.url(self.base)) { (token(person.token)) (fields) }
        }
    }
}

/// The hidden field that each form of a private page brings back.
pub fn token(token: &str) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(token); }
}

/// The hidden field of a form that makes one thing, however often it is sent.
fn once(once: Option<&str>) -> Markup {
    html! { @if let Some(once) = once { input type="hidden" name=(ONCE) value=(once); } }
}

/// A labelled field for a line of text.
fn text(name: &str, label: &str, value: &str, complete: &str) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(value) type="text" autocomplete=(complete) required;
        }
    }
}

/// A labelled field for a password; what was typed is never sent back.
fn password(name: &str, label: &str, complete: &str) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            input id=(name) name=(name) type="password" autocomplete=(complete) required;
        }
    }
}

/// A labelled box to be ticked.
fn tick(name: &str, label: &str, ticked: bool) -> Markup {
    html! {
        div { label for=(name) { input.tick id=(name) name=(name) type="checkbox" value="on" checked[ticked]; " " (label) } }
    }
}

/// A moment to the minute, as people read it.
fn moment(at: chrono::DateTime<chrono::Utc>) -> Markup {
    html! { time datetime=(at.to_rfc3339()) { (at.format("%Y-%m-%d %H:%M UTC")) } }
}
