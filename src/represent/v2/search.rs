//! What was found on the whole site, in version 2.

use super::{PageOf, collection};
use crate::{
    domain::{Kind, search::Found},
    represent::{
        Document,
        class::class,
        hydra,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// Characters of what is said about a thing.
const SUMMARY: usize = 300;

/// A page of what was found.
pub fn list(base: &Base, found: &[Found], page: &PageOf) -> Document {
    let members = found.iter().map(|found| member(base, found)).collect();
    collection(base, &Place::Search, "SearchCollection", Subject::Search, page, members)
}

/// How the whole site is searched: what other documents say.
pub fn template(base: &Base) -> Value {
    let all = class("SearchCollection").map(hydra::asked).unwrap_or_default();
    let query: Vec<_> = all.into_iter().filter(|(name, _)| name == "q").collect();
    hydra::template(&Place::Search.url(base), &query)
}

fn member(base: &Base, found: &Found) -> Value {
    let slug = found.slug.clone();
    let (place, name) = match found.kind {
        Kind::Dataset => (Place::Dataset(slug), "Dataset"),
        Kind::Model => (Place::Model(slug), "Model"),
        _ => (Place::Article(slug), "Article"),
    };
    let also = class(name).map_or(&[][..], |class| class.also);
    let types: Vec<&str> = ["SearchResult", name].into_iter().chain(also.iter().copied()).collect();
    let mut value = json!({"@id": place.url(base), "@type": types, "title": found.title});
    if let Some(summary) = found.summary.as_deref().map(cut).filter(|text| !text.is_empty()) {
        value["abstract"] = json!(summary);
    }
    value["author"] = json!(found.author);
    value["dateModified"] = json!(moment(found.modified));
    value
}

/// The first characters of a text, on one line.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SUMMARY) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}
