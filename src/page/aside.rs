//! What stands beside the main part: how to use it, where it comes from, what else there is.

use super::{
    frame,
    heading::PROMINENT,
    inline::{self, View},
    name, snippet,
};
use crate::{
    http::media::Media,
    represent::{form, link::Place},
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Members that stand here and nowhere else.
const SHOWN: [&str; 3] = ["trainedModels", "subjectOf", "citeAs"];
/// What a page's lineage is told by, in this order.
const LINEAGE: [&str; 7] =
    ["dataset", "revision", "since", "parent", "model", "modelVersion", "currentVersion"];

/// Whether a member stands here and nowhere else.
pub fn shows(key: &str) -> bool {
    SHOWN.contains(&key) || LINEAGE.contains(&key)
}

/// Every card that the document gives reason to.
pub fn cards(view: View, members: &Map<String, Value>, variants: &[(Media, String)]) -> Markup {
    let version = view.linked(members, "currentVersion").unwrap_or(members);
    html! {
        (snippet::card(members).unwrap_or_default())
        (lineage(view, members, version).unwrap_or_default())
        @for key in ["trainedModels", "subjectOf"] { (links(view, members, key).unwrap_or_default()) }
        (cite(members).unwrap_or_default())
        (operations(view, members).unwrap_or_default())
        (more(view, members, variants).unwrap_or_default())
    }
}

/// Where it comes from: data, revision, and how it was made from them.
fn lineage(view: View, members: &Map<String, Value>, version: &Map<String, Value>) -> Option<Markup> {
    let said = |key: &str| members.get(key).or_else(|| version.get(key));
    let is_own = |key: &str| said(key) == members.get("@id");
    let links: Vec<_> =
        LINEAGE.iter().filter(|key| !is_own(key)).filter_map(|key| Some((*key, said(key)?))).collect();
    let settings = version.get("settings");
    let solver = version.get("certificate").map(|certificate| &certificate["solver"]);
    (!links.is_empty()).then(|| {
        html! {
            div.card {
                h2 { "Where it comes from" }
                dl.facts {
                    @for (key, link) in links {
                        div { dt { (name::label(key)) } dd { (inline::value(view, key, link)) } }
                    }
                    @if let Some(solver) = solver { div { dt { "Solver" } dd { code { (inline::plain(solver)) } } } }
                    @if let Some(settings) = settings {
                        div { dt { "Penalty C" } dd { (inline::plain(&settings["c"])) } }
                        div { dt { "Seed" } dd { (inline::plain(&settings["split"]["seed"])) } }
                    }
                }
            }
        }
    })
}

/// Links of one member, each by its name.
fn links(view: View, members: &Map<String, Value>, key: &str) -> Option<Markup> {
    let links = members.get(key)?;
    Some(html! { div.card { h2 { (name::label(key)) } p { (inline::value(view, key, links)) } } })
}

fn cite(members: &Map<String, Value>) -> Option<Markup> {
    let text = members.get("citeAs")?.as_str()?;
    Some(html! { div.card { h2 { "Cite it" } (snippet::lines("Citation", text)) } })
}

/// What can be done, each with the form by which people do it.
fn operations(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let operations = members.get("operation")?.as_array().filter(|list| !list.is_empty())?;
    let text = |operation: &Value, key: &str| operation[key].as_str().unwrap_or_default().to_string();
    // To replace all of it is to change each member; to change many at once is for programs.
    let adds = operations.iter().any(|operation| operation["method"] == "POST");
    let has_form = |operation: &Value| match text(operation, "method").as_str() {
        "GET" | "HEAD" | "PUT" => false,
        "PATCH" => !adds,
        _ => true,
    };
    let is_write = |operation: &Value| !["GET", "HEAD"].contains(&text(operation, "method").as_str());
    let form = members.get("@id").and_then(Value::as_str).and_then(|id| form::of(view.base, id));
    let form = form.map(|place| place.url(view.base));
    Some(html! {
        div.card {
            h2 { "What can be done" }
            ul.ops {
                @for operation in operations { li {
                    code { (text(operation, "method")) } " "
                    @match form.as_ref().filter(|_| has_form(operation)) {
                        Some(url) => a rel="nofollow" href=(url) { (text(operation, "title")) },
                        None => (text(operation, "title")),
                    }
                } }
                @for (title, url) in next(view, members) { li { code { "POST" } " " a rel="nofollow" href=(url) { (title) } } }
            }
            @if operations.iter().any(is_write) {
                p {
                    "Who writes is asked to sign in. Programs write by the "
                    a href=(frame::documentation(view.base)) { "API" } "."
                }
            }
        }
    })
}

/// What is made of a thing: a model of a dataset, an article about either.
fn next(view: View, members: &Map<String, Value>) -> Vec<(&'static str, String)> {
    let text = |key: &str| members.get(key).and_then(Value::as_str).unwrap_or_default();
    let url = |place: &str, name: &str, value: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
        format!("{}?{query}", Place::Edit(place.into()).url(view.base))
    };
    let is_table = members.contains_key("recordSet") || members.contains_key("revisions");
    let mut found = Vec::new();
    if is_table {
        found.push(("Train a model on it", url("models", "dataset", text("identifier"))));
    }
    if is_table || members.contains_key("currentVersion") {
        found.push(("Write about it", url("articles", "about", text("@id"))));
    }
    found
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
