//! Pages: HTML as one more representation of a document.
//!
//! A page is made from its document alone, so whatever the JSON says the page says, and every link on it
//! is a link of the document or of one that it links to ([`Document::included`]), a step of its path or the
//! header's navigation. Nothing here asks who
//! reads, what time it is or what the database holds: the same document is the same page.
//!
//! | file | shows |
//! | --- | --- |
//! | [`mod@self`] | which part of a document becomes which part of the page |
//! | `frame` | what all pages have: head, navigation, breadcrumbs, footer |
//! | `heading`, `aside` | title, facts in short, downloads; what stands beside the main part |
//! | `home`, `job` | the front door; how far a job is |
//! | `collection`, `rows` | members, rows with their order and filters, Previous and Next |
//! | `search` | what was found on the whole site |
//! | `profile` | a card for each column of a table |
//! | `score`, `curve`, `coefficient` | scores beside their baseline, confusion; curves; weights with intervals |
//! | `chart` | SVG |
//! | `snippet`, `schema` | lines for programs; what search engines read |
//! | `form` | forms of URI templates |
//! | `prediction` | class, probabilities, contributions |
//! | `block`, `table`, `inline` | every other member: sections, tables, values in a line |
//! | `markdown` | texts of articles |
//! | `name` | what keys and URLs are called |
//! | `private` | pages of who is signed in, which have no document |

mod aside;
mod block;
mod chart;
mod coefficient;
mod collection;
mod curve;
pub mod faults;
mod form;
mod frame;
mod heading;
mod home;
mod inline;
mod job;
mod markdown;
mod name;
mod prediction;
pub mod private;
mod profile;
mod reference;
mod rows;
mod schema;
mod score;
mod search;
mod snippet;
mod table;

pub use reference::reference;

use crate::{
    http::media::Media,
    represent::{Document, asset, link::Base},
};
use bytes::Bytes;
use faults::Faults;
use frame::{Acts, Frame};
use inline::View;
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Members that have a place of their own on the page, or none.
const PLACED: [&str; 14] = [
    "@context",
    "@id",
    "@type",
    "articleBody",
    "body",
    "operation",
    "view",
    "facets",
    "member",
    "search",
    "totalItems",
    // What programs need to load a dataset; the page has its columns and a button for the file.
    "conformsTo",
    "recordSet",
    "url",
];

/// What a page is made of.
pub struct Sheet<'a> {
    /// The document that is shown.
    pub document: &'a Document,
    /// Where the server is.
    pub base: &'a Base,
    /// The other representations of the document with their URLs; the first is where a reader is sent for
    /// what the page leaves out.
    pub variants: &'a [(Media, String)],
}

/// Whether a script of ours improves the page of a document.
pub fn has_script(document: &Document) -> bool {
    document.value.as_object().is_some_and(|members| acts(members).script)
}

fn acts(members: &Map<String, Value>) -> Acts {
    let again = job::is_open(members);
    Acts { script: again || snippet::is_usable(members), again }
}

impl Sheet<'_> {
    /// The page.
    pub fn render(&self) -> Bytes {
        let empty = Map::new();
        let Sheet { document, base, variants } = *self;
        let members = document.value.as_object().unwrap_or(&empty);
        let whole = variants.first().map(|(_, url)| url.as_str());
        let view = View { base, whole, included: &document.included, titles: &document.titles };
        let title = name::title(base, &document.titles, members);
        let summary = name::summary(members).map(|(_, text)| text);
        let frame = Frame {
            base,
            style: &asset::style(base),
            title: &title,
            summary: summary.unwrap_or_default(),
            path: base.path_of(document.id()),
            canonical: canonical(members),
            variants,
            titles: &document.titles,
            acts: acts(members),
        };
        let data = schema::block(members).unwrap_or_default();
        frame.page(
            data,
            html! {
                (heading::heading(view, members, &title, variants))
                div.cols {
                    div { (main(view, members, &title)) }
                    aside aria-label="About this page" { (aside::cards(view, members, variants)) }
                }
            },
        )
    }
}

fn main(view: View, members: &Map<String, Value>, title: &str) -> Markup {
    // A model is as good as its current version.
    let version = view.linked(members, "currentVersion").unwrap_or(members);
    let nothing = &mut Faults::of(None);
    let filters = rows::filters(view, members, nothing);
    let found = search::section(view, members);
    let has_forms = filters.is_some() || found.is_some();
    let forms = if has_forms { None } else { form::forms(view, members, &asked(members), nothing) };
    let profile = profile::section(view, members);
    let rest = members.iter().filter(|(key, value)| {
        let told = name::summary(members).is_some_and(|(summary, _)| summary == *key);
        let placed = is_placed(key, members) || home::shows(view, members, key);
        !placed && !told && !form::is_template(value)
    });
    html! {
        (job::section(view, members).unwrap_or_default())
        (home::section(view, members).unwrap_or_default())
        (text(view.base, members).unwrap_or_default())
        (prediction::section(members).unwrap_or_default())
        (prediction::again(view, members).unwrap_or_default())
        (score::section(view, version).unwrap_or_default())
        (curve::section(view, version).unwrap_or_default())
        (coefficient::section(view, version).unwrap_or_default())
        (profile.unwrap_or_default())
        (rows::first(view, members).unwrap_or_default())
        (filters.unwrap_or_default())
        (found.or_else(|| collection::section(view, members, title)).unwrap_or_default())
        (forms.unwrap_or_default())
        (block::sections(view, rest))
    }
}

/// What the query of the page's own URL asked for.
fn asked(members: &Map<String, Value>) -> Vec<(String, String)> {
    let here = members.get("view").and_then(|view| view["@id"].as_str()).unwrap_or_default();
    let query = here.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The page of a problem document ([`crate::http::problem::Problem::document`]).
pub fn problem(value: &Value, base: &Base) -> Bytes {
    wrong(value, base, None, Markup::default())
}

/// The page of a problem with what was asked by the form of a document: the form once more, with what was typed.
pub fn refused(document: &Document, base: &Base, value: &Value, typed: &[(String, String)]) -> Bytes {
    let empty = Map::new();
    let members = document.value.as_object().unwrap_or(&empty);
    let view = View { base, whole: None, included: &document.included, titles: &document.titles };
    let mut faults = Faults::of(Some(value));
    let form = rows::filters(view, members, &mut faults)
        .or_else(|| form::forms(view, members, typed, &mut faults))
        .unwrap_or_default();
    wrong(value, base, base.path_of(document.id()), form)
}

/// A problem, and what stands below it.
fn wrong(value: &Value, base: &Base, path: Option<&str>, below: Markup) -> Bytes {
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    let title = if text("title").is_empty() { "Problem" } else { text("title") };
    let view = View { base, whole: None, included: &[], titles: &[] };
    let frame = Frame {
        base,
        style: &asset::style(base),
        title,
        summary: text("detail"),
        path,
        canonical: None,
        variants: &[],
        titles: &[],
        acts: Acts::default(),
    };
    // `violations` says the same as `errors` once more, for clients of one library.
    let placed = |key: &str| ["title", "status", "detail", "violations"].contains(&key);
    let members = value.as_object().into_iter().flatten().filter(|(key, _)| !placed(key));
    frame.page(
        Markup::default(),
        html! {
            div.head {
                h1 { (title) }
                ul.chips { @if value["status"].is_number() { li { "status " b { (value["status"]) } } } }
                @if !text("detail").is_empty() { div.result.error { p { (text("detail")) } } }
            }
            div.cols { div { (below) (block::sections(view, members)) } }
        },
    )
}

/// What stands elsewhere on the page is not told again; a slug beside a title is.
fn is_placed(key: &str, members: &Map<String, Value>) -> bool {
    PLACED.contains(&key)
        || name::title_key(members) == Some(key)
        || heading::is_chip(key, members)
        || aside::shows(key)
        || (job::is(members) && job::SHOWN.contains(&key))
        || score::SHOWN.contains(&key)
        || prediction::shows(key, members)
}

fn text(base: &Base, members: &Map<String, Value>) -> Option<Markup> {
    let text = members.get("articleBody").or_else(|| members.get("body"))?.as_str()?;
    Some(html! { article.prose { (markdown::render(base, text)) } })
}

/// The first page of a collection is the collection; each later page stands for itself.
fn canonical(members: &Map<String, Value>) -> Option<&str> {
    let page = members.get("view").filter(|view| view.get("previous").is_some());
    page.and_then(|view| view["@id"].as_str()).or_else(|| members.get("@id")?.as_str()).and_then(inline::web)
}
