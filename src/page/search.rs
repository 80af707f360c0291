//! What was found on the whole site: what each thing is, how it begins, and the words to look for once more.

use super::{
    collection,
    inline::{self, View},
    name,
};
use crate::{
    domain::search::LONGEST,
    represent::{class, link::Place},
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// The class of what this shows.
const CLASS: &str = "SearchCollection";
/// The class that each member has beside its own.
const MEMBER: &str = "SearchResult";

/// Form, members and neighbouring pages; `None` of another document.
pub fn section(view: View, members: &Map<String, Value>) -> Option<Markup> {
    class::class_of(members).filter(|class| class.name == CLASS)?;
    let asked = super::asked(members);
    let words = asked.iter().find(|(name, _)| name == "q").map_or("", |(_, text)| text.trim());
    let found: Vec<_> = members.get("member")?.as_array()?.iter().filter_map(Value::as_object).collect();
    Some(html! {
        section {
            form.search method="get" action=(Place::Search.url(view.base)) {
                label for="words" { "Words to look for" }
                input #words type="search" name="q" value=(words) maxlength=(LONGEST) autocomplete="off";
                button { "Search" }
            }
        }
        section {
            h2 { (heading(words)) }
            @if found.is_empty() { p.null { "Nothing that everybody may see has all of these words." } }
            ol.found { @for one in &found { li { (thing(view, one)) } } }
            (collection::pager(members).unwrap_or_default())
        }
    })
}

fn heading(words: &str) -> String {
    if words.is_empty() { "What changed last".into() } else { format!("Found by “{words}”") }
}

fn thing(view: View, one: &Map<String, Value>) -> Markup {
    let told = |key: &str| one.get(key).map(|value| inline::value(view, key, value));
    html! {
        h3 { (inline::reference(view, one).unwrap_or_default()) }
        p.hint {
            @if let Some(kind) = kind(one) { (kind) " · " }
            @if let Some(author) = told("author") { "by " (author) " · " }
            @if let Some(modified) = told("dateModified") { "changed " (modified) }
        }
        @if let Some((_, summary)) = name::summary(one) { p { (summary) } }
    }
}

/// What it is, beside something that was found.
fn kind(one: &Map<String, Value>) -> Option<&'static str> {
    let types = one.get("@type")?.as_array()?.iter().filter_map(Value::as_str);
    types.filter(|name| *name != MEMBER).find_map(class::class).map(|class| class.title)
}
