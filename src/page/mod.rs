//! Pages: HTML as one more representation of a document.
//!
//! A page is made from its document alone, so whatever the JSON says the page says, and every link on it
//! is a link of the document, a step of its path or the header's navigation. Nothing here asks who
//! reads, what time it is or what the database holds: the same document is the same page.
//!
//! | file | shows |
//! | --- | --- |
//! | [`mod@self`] | which part of a document becomes which part of the page |
//! | `frame` | what all pages have: head, navigation, breadcrumbs, footer |
//! | `collection` | members, rows, Previous and Next |
//! | `score` | scores beside their baseline, confusion |
//! | `form` | forms of URI templates |
//! | `prediction` | class, probabilities, contributions |
//! | `block`, `table`, `inline` | every other member: sections, tables, values in a line |
//! | `markdown` | texts of articles |
//! | `name` | what keys and URLs are called |
//! | `private` | pages of who is signed in, which have no document |

mod block;
mod collection;
mod form;
mod frame;
mod inline;
mod markdown;
mod name;
mod prediction;
pub mod private;
mod reference;
mod score;
mod table;

pub use reference::reference;

use crate::{
    http::media::Media,
    represent::{Document, link::Base},
};
use bytes::Bytes;
use frame::Frame;
use inline::View;
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Members that have a place of their own on the page, or none.
const PLACED: [&str; 13] = [
    "@context",
    "@id",
    "@type",
    "articleBody",
    "body",
    "operation",
    "view",
    "member",
    "search",
    "totalItems",
    // What programs need to load a dataset; the page has its columns and a button for the file.
    "conformsTo",
    "recordSet",
    "url",
];

/// Members that stand under the title, in this order, when they are short.
const CHIPS: &[&str] = &[
    "rowCount",
    "totalItems",
    "trainedRows",
    "heldOutRows",
    "status",
    "version",
    "target",
    "license",
    "author",
    "datePublished",
];

/// The representations that most want, as buttons; the others are links.
const PROMINENT: [Media; 4] = [Media::JsonLd, Media::Json, Media::Csv, Media::Ndjson];

/// The page of a document.
///
/// `style` is the URL of the style sheet. `variants` are the other representations of the document with
/// their URLs; the first is where a reader is sent for what the page leaves out.
pub fn render(document: &Document, base: &Base, style: &str, variants: &[(Media, String)]) -> Bytes {
    let empty = Map::new();
    let members = document.value.as_object().unwrap_or(&empty);
    let whole = variants.first().map(|(_, url)| url.as_str());
    let view = View { base, whole };
    let title = name::title(base, members);
    let (lede_key, lede) = name::summary(members).unzip();
    let frame = Frame {
        base,
        style,
        title: &title,
        summary: lede.unwrap_or_default(),
        path: base.path_of(document.id()),
        canonical: canonical(members),
        variants,
    };
    let rest = members.iter().filter(|(key, value)| {
        !is_placed(key, members) && lede_key != Some(key) && !form::is_template(value)
    });
    frame.page(html! {
        (heading(view, members, &title, lede, variants))
        div.cols {
            div {
                (text(base, members).unwrap_or_default())
                (prediction::section(members).unwrap_or_default())
                (score::section(view, members).unwrap_or_default())
                (collection::section(view, members, &title).unwrap_or_default())
                (form::forms(view, members).unwrap_or_default())
                (block::sections(view, rest))
            }
            aside aria-label="About this page" {
                (operations(view, members).unwrap_or_default())
                (more(view, members, variants).unwrap_or_default())
            }
        }
    })
}

/// The page of a problem document ([`crate::http::problem::Problem::document`]).
pub fn problem(value: &Value, base: &Base, style: &str) -> Bytes {
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    let title = if text("title").is_empty() { "Problem" } else { text("title") };
    let view = View { base, whole: None };
    let frame =
        Frame { base, style, title, summary: text("detail"), path: None, canonical: None, variants: &[] };
    // `violations` says the same as `errors` once more, for clients of one library.
    let placed = |key: &str| ["title", "status", "detail", "violations"].contains(&key);
    let members = value.as_object().into_iter().flatten().filter(|(key, _)| !placed(key));
    frame.page(html! {
        div.head {
            h1 { (title) }
            ul.chips { @if value["status"].is_number() { li { "status " b { (value["status"]) } } } }
            @if !text("detail").is_empty() { div.result.error { p { (text("detail")) } } }
        }
        div.cols { div { (block::sections(view, members)) } }
    })
}

fn heading(
    view: View,
    members: &Map<String, Value>,
    title: &str,
    lede: Option<&str>,
    variants: &[(Media, String)],
) -> Markup {
    let chips: Vec<_> = CHIPS.iter().filter(|key| is_chip(key, members)).collect();
    html! {
        div.head {
            h1 { (title) }
            @if let Some(lede) = lede { p.lede { (lede) } }
            @if !chips.is_empty() {
                ul.chips { @for key in chips { li { (chip(view, key, &members[*key])) } } }
            }
            ul.links {
                @for (name, url) in downloads(members) { li { a.btn href=(url) { "Download " (name) } } }
                @for (media, url) in variants.iter().filter(|(media, _)| PROMINENT.contains(media)) {
                    li { a.btn.quiet href=(url) { "View as " (frame::label(*media)) } }
                }
            }
        }
    }
}

fn chip(view: View, key: &str, value: &Value) -> Markup {
    let label = name::label(key).to_lowercase();
    let value = inline::value(view, key, value);
    match key {
        "totalItems" => html! { b { (value) } " in all" },
        _ if key == "rowCount" || key.ends_with("Rows") => html! { b { (value) } " " (label) },
        _ => html! { (label) " " b { (value) } },
    }
}

fn is_chip(key: &str, members: &Map<String, Value>) -> bool {
    let short = |value: &Value| match value {
        Value::String(text) => text.chars().count() <= 60,
        other => other.is_number() && *other != 0,
    };
    CHIPS.contains(&key) && members.get(key).is_some_and(short)
}

/// What stands elsewhere on the page is not told again; a slug beside a title is.
fn is_placed(key: &str, members: &Map<String, Value>) -> bool {
    PLACED.contains(&key)
        || name::title_key(members) == Some(key)
        || is_chip(key, members)
        || score::SHOWN.contains(&key)
        || prediction::shows(key, members)
}

/// Files that hold the whole: suffix in capitals, URL.
fn downloads(members: &Map<String, Value>) -> Vec<(String, &str)> {
    let files = members.get("distribution").and_then(Value::as_array).into_iter().flatten();
    let urls = files.filter_map(|file| inline::web(file["contentUrl"].as_str()?));
    urls.filter_map(|url| Some((url.rsplit_once('.')?.1.to_uppercase(), url)))
        .filter(|(suffix, _)| suffix.len() <= 8 && suffix.bytes().all(|b| b.is_ascii_alphanumeric()))
        .collect()
}

fn text(base: &Base, members: &Map<String, Value>) -> Option<Markup> {
    let text = members.get("articleBody").or_else(|| members.get("body"))?.as_str()?;
    Some(html! { article.prose { (markdown::render(base, text)) } })
}

fn operations(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let operations = members.get("operation")?.as_array().filter(|list| !list.is_empty())?;
    let text = |operation: &Value, key: &str| operation[key].as_str().unwrap_or_default().to_string();
    let writes =
        operations.iter().any(|operation| !["GET", "HEAD"].contains(&text(operation, "method").as_str()));
    Some(html! {
        div.card {
            h2 { "What can be done" }
            ul.ops { @for operation in operations {
                li { code { (text(operation, "method")) } " " (text(operation, "title")) }
            } }
            @if writes {
                p {
                    "Whatever writes needs credentials and goes through the "
                    a href=(frame::documentation(view.base)) { "API" } "."
                }
            }
        }
    })
}

/// What the JSON needs to be understood.
fn more(view: View, members: &Map<String, Value>, variants: &[(Media, String)]) -> Option<Markup> {
    let others: Vec<_> = variants.iter().filter(|(media, _)| !PROMINENT.contains(media)).collect();
    // One that stands inside of the document is no page to read.
    let context = members.get("@context").filter(|context| !context.is_object());
    let types = members.get("@type").map(|types| inline::value(view, "@type", types));
    if context.is_none() && types.is_none() {
        return None;
    }
    Some(html! {
        div.card {
            h2 { "As data" }
            dl.facts {
                @if !others.is_empty() {
                    div {
                        dt { "Other formats" }
                        dd { @for (media, url) in others { a href=(url) { (frame::label(*media)) } " " } }
                    }
                }
                @if let Some(types) = types { div { dt { "Type" } dd { (types) } } }
                @if let Some(context) = context {
                    div { dt { "Context" } dd { (inline::value(view, "@context", context)) } }
                }
            }
        }
    })
}

/// The first page of a collection is the collection; each later page stands for itself.
fn canonical(members: &Map<String, Value>) -> Option<&str> {
    let page = members.get("view").filter(|view| view.get("previous").is_some());
    page.and_then(|view| view["@id"].as_str()).or_else(|| members.get("@id")?.as_str()).and_then(inline::web)
}
