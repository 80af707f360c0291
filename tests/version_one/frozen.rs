//! Version 1 is frozen: each of its routes, by each of its methods, and each of its errors is as its
//! snapshot under `tests/snapshots/v1_exchanges`; the documents are in `tests/documents.rs`.
//!
//! Only what may not change is in them (`docs/versioning.md`): not the media types on offer, of which there
//! may be more. A change on purpose: `UPDATE_SNAPSHOTS=1`, and only to add something.

use super::Site;
use crate::common::{Answer, arrange, routes};
use almanac::{
    domain::permission::Role,
    represent::{format, link::Place},
};
use rocket::http::Method::{self, Delete, Get, Head, Patch, Post, Put};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A request: name of the snapshot, method, target, fields, body. `TOKEN` stands for a reader's token.
type Exchange = (&'static str, Method, &'static str, &'static [(&'static str, &'static str)], &'static str);

const SIGNED: (&str, &str) = ("Authorization", "Bearer TOKEN");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const TEXT: (&str, &str) = ("Content-Type", "text/plain");
const PREDICT: &str = "/v1/models/species/predict/bill_length_mm/39.1/island/Torgersen";

const EXCHANGES: &[Exchange] = &[
    // Each route.
    ("entry", Get, "/v1", &[], ""),
    ("entry_head", Head, "/v1", &[], ""),
    ("context", Get, "/v1/context", &[], ""),
    ("articles", Get, "/v1/articles?offset=1&limit=1", &[], ""),
    ("article", Get, "/v1/articles/article-1", &[], ""),
    ("article_json", Get, "/v1/articles/article-1.json", &[], ""),
    ("datasets", Get, "/v1/datasets?page=2&limit=1", &[], ""),
    ("dataset", Get, "/v1/datasets/rain", &[], ""),
    ("rows", Get, "/v1/datasets/rain/rows?limit=2", &[], ""),
    ("models", Get, "/v1/models", &[], ""),
    ("model", Get, "/v1/models/species", &[], ""),
    ("prediction", Get, PREDICT, &[], ""),
    ("messages", Get, "/v1/messages", &[], ""),
    ("message", Get, "/v1/messages/1", &[], ""),
    ("message_range", Get, "/v1/messages/1", &[("Range", "bytes=1-2")], ""),
    ("message_created", Post, "/v1/messages", &[SIGNED, TEXT], "Ahoy"),
    ("hello", Get, "/v1/hello?name=Ann", &[], ""),
    ("hello_text", Get, "/v1/hello.txt", &[], ""),
    ("echo", Get, "/v1/echo", &[], ""),
    ("echo_post", Post, "/v1/echo", &[TEXT], "back"),
    ("echo_put", Put, "/v1/echo", &[JSON], "{\"back\":1}"),
    ("echo_patch", Patch, "/v1/echo", &[], ""),
    ("echo_delete", Delete, "/v1/echo", &[], ""),
    ("options", Method::Options, "/v1/messages", &[], ""),
    // Each error.
    ("error_spelling", Get, "/v1/articles/", &[], ""),
    ("error_parameter", Get, "/v1/articles?limit=101", &[], ""),
    ("error_page_and_offset", Get, "/v1/articles?page=1&offset=1", &[], ""),
    ("error_name", Get, "/v1/messages/1/x", &[], ""),
    ("error_message_name", Get, "/v1/messages/none", &[], ""),
    ("error_no_credentials", Post, "/v1/messages", &[TEXT], "Ahoy"),
    ("error_credentials", Get, "/v1/articles", &[("Authorization", "Bearer alm_wrong")], ""),
    ("error_article", Get, "/v1/articles/none", &[], ""),
    ("error_dataset", Get, "/v1/datasets/none", &[], ""),
    ("error_rows", Get, "/v1/datasets/none/rows", &[], ""),
    ("error_model", Get, "/v1/models/none", &[], ""),
    ("error_route", Get, "/v1/nothing", &[], ""),
    ("error_method", Delete, "/v1/articles/article-1", &[], ""),
    ("error_accept", Get, "/v1/articles", &[("Accept", "image/png")], ""),
    ("error_suffix", Get, "/v1/articles/article-1.csv", &[], ""),
    ("error_precondition", Get, "/v1/articles/article-1", &[("If-Match", "\"none\"")], ""),
    ("error_media_type", Post, "/v1/messages", &[SIGNED, ("Content-Type", "image/png")], "x"),
    ("error_json", Post, "/v1/messages", &[SIGNED, JSON], "{"),
    ("error_range", Get, "/v1/messages/1", &[("Range", "bytes=99-")], ""),
    ("error_feature", Get, "/v1/models/species/predict/depth/1", &[], ""),
    ("error_value", Get, "/v1/models/species/predict/bill_length_mm", &[], ""),
    ("error_echo_type", Post, "/v1/echo", &[("Content-Type", "text/html")], "<p>"),
];

/// The fields that clients go by.
const FIELDS: [&str; 18] = [
    "accept-ranges",
    "allow",
    "cache-control",
    "content-disposition",
    "content-length",
    "content-location",
    "content-range",
    "content-security-policy",
    "content-type",
    "deprecation",
    "link",
    "location",
    "repr-digest",
    "sunset",
    "vary",
    "www-authenticate",
    "x-almanac-error-code",
    "xkey",
];

async fn sent(site: &Site, token: &str, (_, method, target, fields, body): &Exchange) -> Answer {
    let mut request = site.request(*method, target);
    for (name, value) in *fields {
        request = request.header(*name, value.replace("TOKEN", token));
    }
    if !body.is_empty() {
        request = request.body(*body);
    }
    request.send().await
}

/// The answer as a snapshot: status, fields, content, without what differs from run to run and what there
/// may be more of.
fn shown(answer: &Answer) -> String {
    let mut text = format!("{}\n", answer.status);
    let fields = answer.fields_without(&[]).into_iter().filter(|(name, value)| {
        FIELDS.contains(&name.as_str())
            && !value.contains("rel=\"alternate\"")
            && (name != "content-security-policy" || value.contains("sandbox"))
            // Of a document it is that of its moments too.
            && (name != "content-length" || answer.header("Content-Range").is_some())
    });
    for (name, value) in fields {
        text.push_str(&format!("{name}: {value}\n"));
    }
    let json = answer.header("Content-Type").is_some_and(|media| media.contains("json"));
    match serde_json::from_slice(&answer.body) {
        Ok(value) if json => text.push_str(&format!("\n{:#}\n", stable(value))),
        _ => text.push_str(&format!("\n{}\n", String::from_utf8_lossy(&answer.body))),
    }
    text
}

fn stable(value: Value) -> Value {
    match value {
        Value::String(text) if chrono::DateTime::parse_from_rfc3339(&text).is_ok() => json!("<moment>"),
        // The context of version 2, which OPTIONS speaks: it may grow.
        Value::String(text) if text.contains("/v2/context/") => json!("<context of version 2>"),
        // Sums of a training differ in the last digits between processors.
        Value::Number(number) if number.is_f64() => {
            format!("{:.4e}", number.as_f64().unwrap()).parse::<f64>().unwrap().into()
        }
        Value::Array(items) => items.into_iter().map(stable).collect(),
        Value::Object(mut members) => {
            // The media types on offer, and an entity tag.
            let named = ["variants", "accepted", "current"].iter().any(|key| members.contains_key(*key));
            for key in ["variants", "accepted", "current", "detail"] {
                if let Some(value) = members.get_mut(key).filter(|_| named) {
                    *value = json!("<not frozen>");
                }
            }
            members.into_iter().map(|(key, value)| (key, stable(value))).collect()
        }
        other => other,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/v1_exchanges")
}

#[rocket::async_test]
async fn every_exchange_is_as_its_snapshot() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let token = site.user("ann", Role::Reader).await;
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();

    let mut changed = Vec::new();
    for exchange in EXCHANGES {
        let found = shown(&sent(&site, &token, exchange).await);
        let path = folder().join(format!("{}.txt", exchange.0));
        let kept = fs::read_to_string(&path).unwrap_or_default();
        if kept != found && update {
            fs::create_dir_all(folder()).unwrap();
            fs::write(&path, &found).unwrap();
        } else if kept != found {
            changed.push(format!("--- {}, expected:\n{kept}\n--- found:\n{found}", exchange.0));
        }
    }

    assert!(changed.is_empty(), "version 1 is frozen, but these have changed:\n{}", changed.join("\n"));
}

#[rocket::async_test]
async fn every_route_of_version_one_and_every_error_that_it_can_give_is_frozen() {
    let site = Site::empty().await;

    let mut frozen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, method, target, ..) in EXCHANGES {
        let path = target.split('?').next().unwrap();
        let bare = format::bare(path).map_or(path.to_string(), |(bare, _)| bare);
        if let Some(place) = Place::parse(&bare) {
            frozen.entry(routes::nameless(place.pattern())).or_default().insert(method.to_string());
        }
    }
    for (method, pattern) in routes::all(&site).into_iter().filter(|(_, pattern)| Place::is_v1(pattern)) {
        let methods = frozen.get(&routes::nameless(&pattern));
        assert!(
            methods.is_some_and(|methods| methods.contains(&method)),
            "{method} {pattern} has no snapshot"
        );
    }
    let statuses: BTreeSet<String> = EXCHANGES
        .iter()
        .map(|(name, ..)| fs::read_to_string(folder().join(format!("{name}.txt"))).unwrap())
        .map(|text| text.lines().next().unwrap().to_string())
        .collect();
    for status in ["200", "201", "206", "308", "400", "401", "404", "405", "406", "412", "415", "416"] {
        assert!(statuses.contains(status), "no {status} in {statuses:?}");
    }
}

#[test]
fn every_snapshot_belongs_to_an_exchange() {
    for file in fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(EXCHANGES.iter().any(|exchange| exchange.0 == name), "{name}: expected a line in EXCHANGES");
    }
}
