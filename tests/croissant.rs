//! A dataset's document is Croissant 1.1 (mlcommons.org/croissant/1.1) and one of ours at once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{BASE, Site, arrange};
use rocket::http::Method;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Headers that are no identifiers, and a column of each type.
const AWKWARD: &str = "\
sepal length (cm),od280/od315_of_diluted_wines,@type,id,雨,wet,day,at
5.1,1,a,x1,lang und breit,true,2026-01-01,2026-01-01T00:00:00Z
4.9,2,b,x2,\"so, kurz\",false,2026-01-02,2026-01-02T12:30:00Z
4.7,3,a,x3,auch,true,2026-01-03,2026-01-03T00:00:00Z
";

/// The keys of the standard's own context (Croissant 1.1, appendix 1).
const STANDARD: &[&str] = &[
    "@language",
    "@vocab",
    "arrayShape",
    "citeAs",
    "column",
    "conformsTo",
    "containedIn",
    "cr",
    "data",
    "dataType",
    "dct",
    "equivalentProperty",
    "examples",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "rai",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "sc",
    "separator",
    "source",
    "subField",
    "transform",
];

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    (site, root)
}

/// A site with a dataset whose headers are awkward, and its document.
async fn awkward() -> (Site, String, Value) {
    let (site, root) = site().await;
    arrange::table(&site, &root, "awkward", "Awkward {headers}", AWKWARD).await;
    let words = json!({"description": "Headers that are no identifiers.", "creator": "Ann",
                       "license": "https://creativecommons.org/licenses/by/4.0/"});
    let document = site.patch("/v2/datasets/awkward", &root, &words).send().await.is(200).json();
    (site, root, document)
}

fn objects(value: &Value) -> Vec<&Value> {
    value.as_array().unwrap_or_else(|| panic!("expected a list, found {value}")).iter().collect()
}

#[rocket::async_test]
async fn a_dataset_says_all_that_the_standard_asks_for() {
    let (_, _, document) = awkward().await;
    let url = format!("{BASE}/v2/datasets/awkward");

    let types: Vec<&str> = objects(&document["@type"]).iter().filter_map(|one| one.as_str()).collect();
    assert_eq!(types.first(), Some(&"sc:Dataset"), "programs look at the first");
    assert!(types.contains(&"Dataset"), "and ours is there too, found {types:?}");
    assert_eq!(document["conformsTo"], "http://mlcommons.org/croissant/1.1");
    assert_eq!(document["url"], url);
    assert_eq!(document["name"], "Awkward {headers}");
    assert_eq!(document["description"], "Headers that are no identifiers.");
    assert_eq!(document["license"], "https://creativecommons.org/licenses/by/4.0/");
    assert_eq!(document["creator"], json!({"@type": "Organization", "name": "Ann"}));
    assert_eq!(document["version"], 1);
    assert!(document["datePublished"].as_str().is_some_and(|at| at.ends_with('Z')));
    let citation = document["citeAs"].as_str().unwrap();
    assert!(citation.starts_with("@misc{awkward,") && citation.contains(&url), "{citation}");
    let count = |brace: char| citation.matches(brace).count();
    assert_eq!(count('{'), count('}'), "BibTeX counts braces: {citation}");
}

#[rocket::async_test]
async fn the_context_is_one_object_with_every_key_of_the_standard() {
    let (_, _, document) = awkward().await;

    let context = document["@context"].as_object().expect("an object");

    for key in STANDARD {
        assert!(context.contains_key(*key), "expected `{key}` in the context");
    }
    for (prefix, iri) in [
        ("sc", "https://schema.org/"),
        ("cr", "http://mlcommons.org/croissant/"),
        ("dct", "http://purl.org/dc/terms/"),
    ] {
        assert_eq!(context[prefix], iri);
    }
    let of = |key: &str| context[key].as_str().or_else(|| context[key]["@id"].as_str()).unwrap().to_string();
    for key in STANDARD.iter().filter(|key| of(key).starts_with("cr:")) {
        assert_eq!(of(key), format!("cr:{key}"));
    }
    assert_eq!(of("conformsTo"), "dct:conformsTo");
}

/// IRI and type of a term.
fn meaning(term: &Value) -> (Option<&str>, Option<&str>) {
    (term.as_str().or_else(|| term["@id"].as_str()), term["@type"].as_str())
}

#[rocket::async_test]
async fn a_key_means_the_same_as_in_the_shared_context() {
    let (site, _, document) = awkward().await;
    let shared = site.get("/v2/context").await.is(200).json();
    let shared: &Map<String, Value> = shared["@context"].as_object().unwrap();
    let own = document["@context"].as_object().unwrap();

    let mut compared = 0;
    for (key, term) in own.iter().filter(|(key, _)| !key.starts_with('@')) {
        if let Some(other) = shared.get(key) {
            assert_eq!(meaning(term), meaning(other), "{key}");
            compared += 1;
        }
    }
    assert!(compared > 40, "expected many terms in both, found {compared}");
    let mut keys = BTreeSet::new();
    used(&document, &mut keys);
    for key in keys {
        assert!(own.contains_key(&key), "`{key}` would be some word of schema.org");
    }
}

/// The keys of a document.
fn used(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| used(item, keys)),
        Value::Object(members) => {
            for (key, value) in members.iter().filter(|(key, _)| *key != "@context") {
                keys.extend((!key.starts_with('@')).then(|| key.clone()));
                used(value, keys);
            }
        }
        _ => {}
    }
}

/// What an answer says in N-Triples, line by line.
async fn statements(site: &Site, url: &str) -> BTreeSet<String> {
    let answer = site.get_as(url, "application/n-triples").await;
    answer.is(200).text().lines().map(String::from).collect()
}

#[rocket::async_test]
async fn texts_are_in_no_language_so_that_the_collection_says_the_same() {
    let (site, _, _) = awkward().await;

    let one = statements(&site, "/v2/datasets/awkward").await;
    let list = statements(&site, "/v2/datasets").await;

    assert!(one.iter().all(|line| !line.contains("\"@en")), "{one:#?}");
    let about = format!("<{BASE}/v2/datasets/awkward");
    let said = list.iter().filter(|line| line.starts_with(&about) && !line.contains(" _:"));
    let said: Vec<&String> = said.collect();
    assert!(said.len() > 20, "{list:#?}");
    for line in said {
        assert!(one.contains(line), "only in the collection: {line}");
    }
}

#[rocket::async_test]
async fn a_file_is_described_by_its_bytes_and_other_bytes_have_another_url() {
    let (site, root, document) = awkward().await;

    let mut urls = BTreeSet::new();
    for revision in 1..=2 {
        let document = site.get("/v2/datasets/awkward").await.is(200).json();
        assert_eq!(document["version"], revision);
        let files = objects(&document["distribution"]);
        let formats: Vec<_> = files.iter().map(|file| file["encodingFormat"].as_str().unwrap()).collect();
        assert_eq!(formats, ["text/csv", "application/vnd.apache.parquet"]);
        for file in files {
            assert_eq!(file["@type"][0], "cr:FileObject");
            let url = file["contentUrl"].as_str().unwrap();
            assert_eq!(file["@id"], url);
            let bytes = site.get(url).await.is(200).body.clone();
            assert_eq!(file["contentSize"], bytes.len().to_string());
            let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(file["sha256"], digest);
            assert!(urls.insert(url.to_string()), "{url} has two contents");
        }
        let next = site.request(Method::Post, document["revisions"].as_str().unwrap()).bearer(&root);
        let next = next.header("Content-Type", "text/csv").body(format!("{AWKWARD}9,9,z,z,z,true,,\n"));
        assert!([201, 303].contains(&next.send().await.status));
    }
    assert_eq!(urls.len(), 4, "two for each revision, found {urls:?} from {document}");
}

#[rocket::async_test]
async fn every_column_is_a_field_with_a_type_and_a_column_of_the_file() {
    let (site, _, document) = awkward().await;
    let url = format!("{BASE}/v2/datasets/awkward");
    let file = &document["distribution"][0];
    let text = site.get(file["contentUrl"].as_str().unwrap()).await.is(200).text();
    let headers: Vec<&str> = text.lines().next().unwrap().split(',').collect();

    let [records] = objects(&document["recordSet"])[..] else { panic!("expected one, found {document}") };

    assert_eq!(records["@id"], format!("{url}#rows"));
    assert_eq!(records["@type"], "cr:RecordSet");
    let (fields, columns) = (objects(&records["field"]), objects(&document["columns"]));
    assert_eq!((fields.len(), columns.len()), (headers.len(), headers.len()));
    for ((field, column), header) in fields.iter().zip(columns).zip(headers) {
        let name = column["identifier"].as_str().unwrap();
        assert_eq!(field["@id"], format!("{url}#rows/{name}"));
        assert_eq!((&field["@id"], &field["@type"]), (&column["@id"], &column["@type"]), "one node");
        assert_eq!(field["@type"][0], "cr:Field", "programs look at the first");
        assert_eq!(field["source"]["fileObject"], json!({"@id": file["@id"]}));
        assert_eq!(field["source"]["extract"]["column"], header);
    }
    let types: Vec<&Value> = fields.iter().map(|field| &field["dataType"]).collect();
    let wanted = ["Float", "Integer", "Text", "Text", "Text", "Boolean", "Date", "DateTime"];
    assert_eq!(types, wanted.map(|name| format!("sc:{name}")).iter().collect::<Vec<_>>());
}

#[rocket::async_test]
async fn nothing_inside_of_a_document_leads_back_to_what_contains_it() {
    let (_, _, document) = awkward().await;

    for (key, value) in document.as_object().unwrap().iter().filter(|(_, value)| !value.is_string()) {
        inside(value, &mut vec![document["@id"].clone()], key);
    }
}

/// Walks down; `above` are the nodes that contain this one.
fn inside(value: &Value, above: &mut Vec<Value>, place: &str) {
    assert!(!above.contains(value), "{place} leads back to {value}");
    match value {
        Value::Array(items) => items.iter().for_each(|item| inside(item, above, place)),
        Value::Object(members) => {
            let id = members.get("@id").cloned();
            assert!(id.as_ref().is_none_or(|id| !above.contains(id)), "{place} is inside of itself");
            above.extend(id.clone());
            for (key, value) in members.iter().filter(|(key, _)| !key.starts_with('@')) {
                // A text of a URL is no node.
                if key != "contentUrl" {
                    inside(value, above, key);
                }
            }
            above.truncate(above.len() - usize::from(id.is_some()));
        }
        _ => {}
    }
}

#[rocket::async_test]
async fn a_dataset_that_was_never_sealed_has_no_records_and_one_without_rows_has() {
    let (site, root) = site().await;
    let empty = json!({"identifier": "empty", "name": "Empty",
                       "columns": [{"name": "@type", "columnType": "number"}, {"name": "雨", "columnType": "text"}]});

    let made = site.post("/v2/datasets", &root, &empty).await.is(201).json();
    assert_eq!(made["conformsTo"], "http://mlcommons.org/croissant/1.1");
    for key in ["version", "distribution", "recordSet"] {
        assert!(made.get(key).is_none(), "`{key}` of what was never sealed: {made}");
    }
    assert_eq!(made["columns"][0]["@type"], "Column", "a field would need a file");

    site.request(Method::Post, "/v2/datasets/empty/revisions").bearer(&root).send().await.is(201);
    let sealed = site.get("/v2/datasets/empty").await.is(200).json();
    assert_eq!(sealed["version"], 1);
    assert_eq!(objects(&sealed["recordSet"][0]["field"]).len(), 2);
    assert_eq!(sealed["recordSet"][0]["field"][0]["source"]["extract"]["column"], "@type");
}

#[rocket::async_test]
async fn a_creator_is_taken_as_a_name_as_it_is_shown_and_as_any_json_ld() {
    let (site, root, _) = awkward().await;
    let path = "/v2/datasets/awkward";
    let shown = |kind: &str, name: &str| json!({"@type": kind, "name": name});

    for (index, (creator, kind)) in [
        (json!("Ann 0"), "Organization"),
        (json!({"name": "Ann 1"}), "Organization"),
        (json!({"@type": "Organization", "name": "Ann 2"}), "Organization"),
        // A person stays one.
        (json!({"@type": "sc:Person", "@id": "https://example.org/ann", "name": "Ann 3"}), "Person"),
        (json!({"@type": ["Person"], "name": "Ann 4"}), "Person"),
    ]
    .iter()
    .enumerate()
    {
        let answer = site.patch(path, &root, &json!({"creator": creator})).send().await;
        assert_eq!(answer.is(200).json()["creator"], shown(kind, &format!("Ann {index}")));
    }
    let expanded = json!({"https://schema.org/creator": [
        {"@type": ["https://schema.org/Person"], "https://schema.org/name": [{"@value": "Eve"}]}]});
    let request = site.request(Method::Patch, path).bearer(&root);
    let answer =
        request.header("Content-Type", "application/ld+json").body(expanded.to_string()).send().await;
    assert_eq!(answer.is(200).json()["creator"], shown("Person", "Eve"));
    let step = json!([{"op": "replace", "path": "/creator/name", "value": "Bob"}]);
    let request = site.request(Method::Patch, path).bearer(&root);
    let answer =
        request.header("Content-Type", "application/json-patch+json").body(step.to_string()).send().await;
    assert_eq!(answer.is(200).json()["creator"], shown("Person", "Bob"));
    let refused = site.patch(path, &root, &json!({"creator": {"name": 7}})).send().await;
    refused.is(422).at("/creator/name");
    let refused = site.patch(path, &root, &json!({"creator": 7})).send().await;
    refused.is(422).at("/creator");
    let none = site.patch(path, &root, &json!({"creator": null})).send().await;
    assert!(none.is(200).json().get("creator").is_none());
}

#[rocket::async_test]
async fn members_of_the_collection_stay_short() {
    let (site, _, _) = awkward().await;

    let list = site.get("/v2/datasets").await.is(200).json();

    assert!(list["@context"].is_string(), "{list}");
    let member = &list["member"][0];
    assert_eq!(member["@type"], json!(["Dataset", "schema:Dataset"]));
    for key in ["@context", "conformsTo", "recordSet", "citeAs", "distribution"] {
        assert!(member.get(key).is_none(), "`{key}` in {member}");
    }
}

#[rocket::async_test]
async fn the_page_of_a_dataset_shows_its_columns_and_not_what_only_programs_need() {
    let (site, _, _) = awkward().await;

    let page = site.get_as("/v2/datasets/awkward", "text/html").await.is(200).text();

    assert!(page.contains("sepal length (cm)") && page.contains("Ann"), "{page}");
    for word in ["Record set", "cr:RecordSet", "Conforms to", "mlcommons.org"] {
        assert!(!page.contains(word), "`{word}` in {page}");
    }
}
