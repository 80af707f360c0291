//! The head of a page's main part: title, summary, facts in short, and the files to take away.

use super::{
    frame,
    inline::{self, View},
    name,
};
use crate::http::media::Media;
use maud::{Markup, html};
use serde_json::{Map, Value};

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
pub const PROMINENT: [Media; 4] = [Media::JsonLd, Media::Json, Media::Csv, Media::Ndjson];

/// Title, summary, facts in short, files and the commonest of the other representations.
pub fn heading(
    view: View,
    members: &Map<String, Value>,
    title: &str,
    variants: &[(Media, String)],
) -> Markup {
    let chips = chips(view, members);
    html! {
        div.head {
            h1 { (title) }
            @if let Some((_, lede)) = name::summary(members) { p.lede { (lede) } }
            @if !chips.is_empty() { ul.chips { @for chip in chips { li { (chip) } } } }
            ul.links {
                @for (index, (name, url)) in downloads(members).into_iter().enumerate() {
                    li { a class={ "btn" @if index > 0 { " quiet" } } href=(url) { "Download " (name) } }
                }
                @for (media, url) in variants.iter().filter(|(media, _)| PROMINENT.contains(media)) {
                    li { a.btn.quiet href=(url) { (frame::label(*media)) @if is_croissant(members, *media) { " (Croissant)" } } }
                }
            }
        }
    }
}

/// Whether that representation is what loaders of datasets read.
fn is_croissant(members: &Map<String, Value>, media: Media) -> bool {
    media == Media::JsonLd && members.contains_key("recordSet")
}

fn chips(view: View, members: &Map<String, Value>) -> Vec<Markup> {
    // What a model or a dataset says by way of its newest version or revision.
    let newest = ["currentVersion", "newestRevision"].into_iter().find_map(|key| view.linked(members, key));
    let mut chips: Vec<Markup> = Vec::new();
    for key in CHIPS {
        let told =
            if is_chip(key, members) { Some(members) } else { newest.filter(|newest| is_chip(key, newest)) };
        chips.extend(told.map(|told| chip(view, key, &told[*key], told.contains_key("distribution"))));
        if *key == "rowCount" {
            let columns = members.get("columns").and_then(Value::as_array);
            chips.extend(columns.map(|columns| html! { b { (columns.len()) } " columns" }));
        }
    }
    let digest = members.get("sha256").or_else(|| newest?.get("sha256")).and_then(Value::as_str);
    let short = |digest: &str| Some(format!("{}…{}", digest.get(..4)?, digest.get(60..)?));
    let digest = digest.and_then(short);
    chips.extend(digest.map(|digest| html! { "content " b.digest { "sha-256 " (digest) } }));
    chips
}

fn chip(view: View, key: &str, value: &Value, is_table: bool) -> Markup {
    let label = name::label(key).to_lowercase();
    let shown = inline::value(view, key, value);
    match key {
        "totalItems" => html! { b { (shown) } " in all" },
        // Of a dataset: the number of its newest revision.
        "version" if is_table => html! { "revision " b { (shown) } },
        "license" => html! { "licence " b { (license(view, value)) } },
        _ if key == "rowCount" || key.ends_with("Rows") => html! { b { (shown) } " " (label) },
        _ => html! { (label) " " b { (shown) } },
    }
}

/// A licence as people call it: `CC BY 4.0` rather than its address.
fn license(view: View, value: &Value) -> Markup {
    let Some(url) = value.as_str().and_then(inline::web) else {
        return inline::value(view, "license", value);
    };
    let rest = url.split_once("//creativecommons.org/").map(|(_, rest)| rest.trim_end_matches('/'));
    let parts: Vec<&str> = rest.unwrap_or_default().split('/').collect();
    match parts.as_slice() {
        ["licenses", kind, version, ..] => {
            inline::titled(view.base, url, &format!("CC {} {version}", kind.to_uppercase()))
        }
        ["publicdomain", "zero", version, ..] => inline::titled(view.base, url, &format!("CC0 {version}")),
        _ => inline::value(view, "license", value),
    }
}

/// Whether a member stands under the title.
pub fn is_chip(key: &str, members: &Map<String, Value>) -> bool {
    let short = |value: &Value| match value {
        Value::String(text) => text.chars().count() <= 60,
        other => other.is_number() && *other != 0,
    };
    CHIPS.contains(&key) && members.get(key).is_some_and(short)
}

/// Files that hold the whole: suffix in capitals, URL.
fn downloads(members: &Map<String, Value>) -> Vec<(String, &str)> {
    let files = members.get("distribution").and_then(Value::as_array).into_iter().flatten();
    let urls = files.filter_map(|file| inline::web(file["contentUrl"].as_str()?));
    urls.filter_map(|url| Some((url.rsplit_once('.')?.1, url)))
        .filter(|(suffix, _)| suffix.len() <= 8 && suffix.bytes().all(|b| b.is_ascii_alphanumeric()))
        .map(|(suffix, url)| {
            (if suffix == "parquet" { "Parquet".into() } else { suffix.to_uppercase() }, url)
        })
        .collect()
}
