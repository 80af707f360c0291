//! Forms by which people write: their fields are those of the class that programs send.
//!
//! What was typed stays. Where somebody else changed the thing meanwhile, both are shown, and sending the form once
//! more decides. The fields are in `field.rs`.

use super::{Person, Private, once, token};
use crate::{
    http::media::Media,
    page::{
        inline::{self, View},
        markdown, name,
    },
    represent::{
        form::{Purpose, properties},
        link::{Base, Place},
    },
};
use bytes::Bytes;
use maud::{Markup, html};
use serde_json::Value;

/// Name of the field that says which state the form was made of.
pub const STATE: &str = "if-match";
/// Name of the buttons.
pub const ACTION: &str = "do";
/// The button that shows and changes nothing.
pub const PREVIEW: &str = "preview";
/// The button that deletes.
pub const DELETE: &str = "delete";

/// A form about one thing, or about one to be made.
pub struct Edit<'a> {
    /// Where the server is.
    pub base: &'a Base,
    /// Where the form is, and where it is sent.
    pub place: &'a Place,
    /// Who is signed in.
    pub person: Person<'a>,
    /// What the page is called.
    pub title: &'a str,
    /// What the button says.
    pub button: &'a str,
    /// What stands in the form.
    pub fields: Markup,
    /// Why it was refused, as far as no field says it.
    pub faults: Vec<String>,
    /// Entity tag of what it changes.
    pub state: Option<&'a str>,
    /// By what a form that makes something is known, if it is sent again.
    pub once: Option<String>,
    /// What comes of it that somebody changed the thing meanwhile.
    pub conflict: Option<Conflict>,
    /// What it would look like.
    pub preview: Option<Markup>,
    /// Whether there is something to be seen before.
    pub can_preview: bool,
    /// Whether there is anything to be filled in.
    pub can_save: bool,
    /// How the thing is ended here, if it may be.
    pub ending: Option<Ending>,
    /// Whether a file is sent.
    pub has_file: bool,
    /// The fields of a second form, by which many are sent in a file.
    pub many: Option<Markup>,
}

/// How a thing is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is deleted.
    Delete,
    /// It is called off: a job.
    CallOff,
}

/// Somebody changed the thing meanwhile: one comes too late.
pub enum Conflict {
    /// To change it; with what it is now.
    Change(Markup),
    /// To delete it: what it is now stands in the form.
    Deletion,
}

impl Conflict {
    fn show(&self) -> Markup {
        let what = match self {
            Conflict::Change(_) => {
                "Above the form is what it is now, in the form is what you typed. Save it once more to replace theirs by yours."
            }
            Conflict::Deletion => {
                "It was not deleted. In the form is what it is now: look at it, then delete it, or let it be."
            }
        };
        html! {
            section.result.error role="alert" {
                h2 { "Somebody changed this meanwhile" }
                p { (what) }
            }
            @if let Conflict::Change(now) = self {
                section aria-labelledby="now" { h2 #now { "As it is now" } div.card { (now) } }
            }
        }
    }
}

impl Edit<'_> {
    /// The page.
    pub fn page(&self) -> Bytes {
        let private =
            Private { base: self.base, place: self.place, title: self.title, person: Some(self.person) };
        let encoding = self.has_file.then(|| Media::FormData.essence());
        // A conflict says it.
        let faults = if self.conflict.is_none() { &self.faults[..] } else { &[] };
        private.page(
            faults,
            html! {
                @if let Some(conflict) = &self.conflict { (conflict.show()) }
                @if let Some(preview) = &self.preview {
                    section aria-labelledby="preview" { h2 #preview { "Preview" } div.card { (preview) } }
                }
                @if self.can_save { form.edit method="post" action=(self.place.url(self.base)) enctype=[encoding] {
                    (token(self.person.token))
                    (once(self.once.as_deref()))
                    @if let Some(state) = self.state { input type="hidden" name=(STATE) value=(state); }
                    (self.fields)
                    div.buttons {
                        button name=(ACTION) value="save" { (self.button) }
                        @if self.can_preview { button.quiet name=(ACTION) value=(PREVIEW) { "Preview" } }
                    }
                } }
                @if let Some(many) = &self.many { (self.second(many)) }
                @match self.ending {
                    Some(Ending::Delete) => (self.deletion()),
                    Some(Ending::CallOff) => (self.calling_off()),
                    None => {},
                }
            },
        )
    }

    fn second(&self, many: &Markup) -> Markup {
        html! {
            section aria-labelledby="many" {
                h2 #many { "Many at once" }
                form.edit method="post" action=(self.place.url(self.base)) enctype=(Media::FormData.essence()) {
                    (token(self.person.token))
                    // Another form makes another thing.
                    (once(self.once.as_ref().map(|once| format!("{once}.many")).as_deref()))
                    (many)
                    div.buttons { button name=(ACTION) value="save" { "Send the file" } }
                }
            }
        }
    }

    fn calling_off(&self) -> Markup {
        html! {
            form.edit method="post" action=(self.place.url(self.base)) {
                (token(self.person.token))
                @if let Some(state) = self.state { input type="hidden" name=(STATE) value=(state); }
                p { "What it has done so far is thrown away. It cannot be begun again." }
                div.buttons { button.danger name=(ACTION) value=(DELETE) { "Call it off" } }
            }
        }
    }

    fn deletion(&self) -> Markup {
        html! {
            details.card open[!self.can_save] {
                summary { "Delete it" }
                p { "Its address says from then on that it is gone." }
                form method="post" action=(self.place.url(self.base)) {
                    (token(self.person.token))
                    @if let Some(state) = self.state { input type="hidden" name=(STATE) value=(state); }
                    button.danger name=(ACTION) value=(DELETE) { "Delete for good" }
                }
            }
        }
    }
}

/// What a document says in the members that its form can change.
pub fn shown(base: &Base, class: &str, document: &Value) -> Markup {
    let view = View { base, whole: None, included: &[], titles: &[] };
    html! {
        dl.facts { @for property in properties(class, Purpose::Change) {
            @if let Some(value) = document.get(property.key) {
                div { dt { (name::label(property.key)) } dd.lines { (inline::value(view, property.key, value)) } }
            }
        } }
    }
}

/// A row's cells, by the columns of its dataset's document.
pub fn cells(columns: &[Value], document: &Value) -> Markup {
    html! {
        dl.facts { @for column in columns {
            @let cell = &document["cells"][column["identifier"].as_str().unwrap_or_default()];
            div { dt { (inline::plain(&column["name"])) } dd.lines { (inline::cell(cell)) } }
        } }
    }
}

/// A text in Markdown as its page would show it.
pub fn preview(base: &Base, title: &str, text: &str) -> Markup {
    html! { h3 { (title) } article.prose { (markdown::render(base, text)) } }
}
