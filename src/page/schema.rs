//! What search engines read: the document once more in schema.org's words, as data inside of the page.

use super::{inline, name};
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value, json};

/// The context that search engines know.
const CONTEXT: &str = "https://schema.org/";

/// The data block of a page about a dataset, an article, a model or the site; `None` for others.
pub fn block(members: &Map<String, Value>) -> Option<Markup> {
    let described = described(members)?;
    // In a data block nothing is escaped but the end of it.
    let text = described.to_string().replace('<', "\\u003c");
    Some(html! { script type=(crate::http::media::Media::JsonLd.essence()) { (PreEscaped(text)) } })
}

fn is(members: &Map<String, Value>, class: &str) -> bool {
    let types = members.get("@type").and_then(Value::as_array);
    types.into_iter().flatten().any(|one| one == class)
}

fn described(members: &Map<String, Value>) -> Option<Value> {
    let (class, keys): (&str, &[&str]) = if members.contains_key("distribution") {
        (
            "Dataset",
            &["name", "description", "license", "keywords", "datePublished", "dateModified", "version"],
        )
    } else if members.contains_key("articleBody") {
        ("Article", &["headline", "abstract", "keywords", "datePublished", "dateModified", "about"])
    } else if is(members, "Model") {
        ("SoftwareApplication", &["description", "dateCreated", "dateModified"])
    } else if members.contains_key("datasets") && members.contains_key("hasPart") {
        ("WebSite", &["description"])
    } else {
        return None;
    };
    let url = inline::web(members.get("@id")?.as_str()?)?;
    let mut value = json!({"@context": CONTEXT, "@type": class, "@id": url, "url": url});
    let title = name::title_key(members).and_then(|key| members.get(key));
    if let Some(title) = title.filter(|_| class != "Article") {
        value["name"] = title.clone();
    }
    for key in keys {
        if let Some(member) = members.get(*key).filter(|member| !member.is_null()) {
            value[*key] = member.clone();
        }
    }
    if let Some(author) = members.get("author").and_then(Value::as_str).filter(|_| class == "Article") {
        value["author"] = json!({"@type": "Person", "name": author});
    }
    if class == "Dataset" {
        about_files(members, &mut value);
    }
    if let Some(search) = search(members).filter(|_| class == "WebSite") {
        value["potentialAction"] = search;
    }
    Some(value)
}

/// How the site is searched, in the words that search engines know.
fn search(members: &Map<String, Value>) -> Option<Value> {
    let url = inline::web(members.get("search")?["template"].as_str()?.strip_suffix("{?q}")?)?;
    let target = json!({"@type": "EntryPoint", "urlTemplate": format!("{url}?q={{words}}")});
    Some(json!({"@type": "SearchAction", "target": target, "query-input": "required name=words"}))
}

/// Who made a table, what its columns are, and where its files lie.
fn about_files(members: &Map<String, Value>, value: &mut Value) {
    value["isAccessibleForFree"] = json!(true);
    if let Some(creator) = members.get("creator") {
        value["creator"] = creator.clone();
    }
    let files = members.get("distribution").and_then(Value::as_array).into_iter().flatten();
    let download = |file: &Value| {
        json!({"@type": "DataDownload", "contentUrl": file["contentUrl"], "encodingFormat": file["encodingFormat"],
               "contentSize": file["contentSize"]})
    };
    value["distribution"] = files.map(download).collect();
    let columns = members.get("columns").and_then(Value::as_array).into_iter().flatten();
    value["variableMeasured"] = columns.filter_map(|column| column.get("name")).take(100).cloned().collect();
}
