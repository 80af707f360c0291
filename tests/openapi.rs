//! The OpenAPI description: what is mounted and nothing else, in the served files and in the committed ones.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::permission::Role,
    represent::{
        class::{classes, v1},
        openapi::{EXAMPLES, Version, document},
    },
};
use common::{Answer, BASE, Site, arrange, routes};
use rocket::http::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path};

/// Method and nameless pattern of every operation that a description has.
fn described(document: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let nameless = |part| match part {
            "{features}" => "<..>",
            variable if str::starts_with(variable, '{') => "<>",
            fixed => fixed,
        };
        let nameless: Vec<&str> = path.split('/').map(nameless).collect();
        for method in item.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            found.insert((method.to_uppercase(), nameless.join("/")));
        }
    }
    found
}

/// The operation of that name, its method and its path.
fn operation<'d>(document: &'d Value, id: &str) -> (&'d str, &'d str, &'d Value) {
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["operationId"] == id {
                return (method, path, operation);
            }
        }
    }
    panic!("no operation {id}");
}

#[rocket::async_test]
async fn the_descriptions_together_are_the_mounted_routes() {
    let site = Site::empty().await;

    let mounted: BTreeSet<(String, String)> = routes::all(&site)
        .into_iter()
        .map(|(method, pattern)| (method, routes::nameless(&pattern)))
        .collect();
    let of = |version: Version| described(&document(None, version));
    let (first, second) = (of(Version::One), of(Version::Two));

    let both: BTreeSet<_> = first.union(&second).cloned().collect();
    assert_eq!(
        mounted.difference(&both).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "not described"
    );
    assert_eq!(both.difference(&mounted).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not mounted");
    assert!(first.is_disjoint(&second));
}

#[rocket::async_test]
async fn each_version_is_served_as_it_is_committed() {
    let site = Site::empty().await;

    for version in Version::ALL {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/openapi/{}.json", version.name()));
        let whole = document(None, version);
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&whole).unwrap())).unwrap();
        }
        let committed: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(
            committed, whole,
            "UPDATE_SNAPSHOTS=1 cargo test --test openapi; then read the difference"
        );

        let served = site.get(&format!("/openapi/{}.json", version.name())).await;
        assert_eq!(served.is(200).field("Content-Type"), "application/json");
        let mut served = served.json();
        assert_eq!(served["servers"][0]["url"], BASE);
        served["servers"] = whole["servers"].clone();
        assert_eq!(served, whole);
    }
    site.get("/openapi/v3.json").await.is(404).has_problem("not-found");
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
    fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    for version in Version::ALL {
        let document = document(None, version);
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some_and(|value| !value.is_null()), "{reference}");
        }
        let mut ids = BTreeSet::new();
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().iter().filter(|(key, _)| *key != "parameters") {
                let id = operation.1["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_string()), "{id} twice");
            }
        }
    }
}

#[test]
fn every_property_of_every_class_is_in_the_schemas() {
    for (version, classes) in
        [(Version::One, v1::CLASSES.iter().collect::<Vec<_>>()), (Version::Two, classes().collect())]
    {
        let document = document(None, version);
        let schemas = &document["components"]["schemas"];
        for class in classes {
            for property in class.properties {
                let shown = &schemas[class.name]["properties"][property.key];
                assert_eq!(shown.is_object(), property.is_readable(), "{}.{}", class.name, property.key);
            }
            for (purpose, method) in [("Draft", "POST"), ("Change", "PATCH"), ("Replacement", "PUT")] {
                let sent = schemas.get(format!("{}{purpose}", class.name));
                let Some(sent) = sent else { continue };
                for property in class.properties {
                    let may =
                        if method == "POST" { property.is_creatable() } else { property.is_changeable() };
                    let there = sent["properties"].get(property.key).is_some();
                    assert_eq!(there, may, "{}{purpose}.{}", class.name, property.key);
                }
            }
        }
    }
}

/// Sends the example of an operation to a path.
async fn sent(site: &Site, token: &str, method: &str, path: &str, example: &Value) -> Answer {
    let method = routes::method(&method.to_uppercase());
    let merged = method == Method::Patch && example.is_object();
    let media = if merged { "application/merge-patch+json" } else { "application/json" };
    let request = site.request(method, path).bearer(token).header("Content-Type", media);
    request.body(example.to_string()).send().await
}

#[rocket::async_test]
async fn every_example_is_taken() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let document = document(None, Version::Two);

    for (id, text) in EXAMPLES {
        let example: Value = serde_json::from_str(text).unwrap();
        let (method, path, operation) = operation(&document, id);
        let content = &operation["requestBody"]["content"];
        let merged = method == "patch" && example.is_object();
        let media = if merged { "application/merge-patch+json" } else { "application/json" };
        assert_eq!(content[media]["example"], example, "{id}");
        let path = match *id {
            "createRow" | "patchRows" => "/v2/datasets/penguins/rows".into(),
            "replaceRow" | "patchRow" => "/v2/datasets/penguins/rows/1".into(),
            // What the examples before have made.
            "createRevision" => "/v2/datasets/heights-of-siblings/revisions".into(),
            "patchDataset" => "/v2/datasets/heights-of-siblings".into(),
            "patchUser" => "/v2/users/hanna".into(),
            _ => path
                .replace("{slug}", if path.contains("models") { "species" } else { "article-1" })
                .replace("{number}", "1"),
        };
        // Rows come before the revision that seals them, users before they are changed.
        if *id == "patchUser" {
            let user = json!({"identifier": "hanna"});
            site.post("/v2/users", &root, &user).await;
        }
        // The demo's model asks for more than the one that is here.
        let is_asked = |name: &str| ["bill_length_mm", "island"].contains(&name);
        let example = match example {
            Value::Object(mut members) if id.ends_with("Prediction") => {
                members.retain(|name, _| is_asked(name));
                Value::Object(members)
            }
            mut tensors if id.ends_with("Infer") => {
                tensors["inputs"]
                    .as_array_mut()
                    .unwrap()
                    .retain(|one| is_asked(one["name"].as_str().unwrap()));
                tensors
            }
            list => list,
        };
        let answer = sent(&site, &root, method, &path, &example).await;
        assert!((200..300).contains(&answer.status), "{id}: {answer}");
    }
}

#[rocket::async_test]
async fn the_catalogue_names_both_versions_and_what_describes_them() {
    let site = Site::empty().await;

    let answer = site.get("/.well-known/api-catalog").await;

    let media = answer.is(200).field("Content-Type");
    assert_eq!(media, "application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"");
    let linkset = answer.json()["linkset"].clone();
    let items: Vec<&str> =
        linkset[0]["item"].as_array().unwrap().iter().map(|item| item["href"].as_str().unwrap()).collect();
    assert_eq!(items, [format!("{BASE}/v2"), format!("{BASE}/v1")]);
    for described in linkset.as_array().unwrap().iter().skip(1) {
        for relation in ["service-desc", "service-doc", "status"] {
            let target = &described[relation][0];
            let path = target["href"].as_str().unwrap().strip_prefix(BASE).unwrap();
            let media = target["type"].as_str().unwrap();
            let read = site.get_as(path, media).await;
            assert!(read.is(200).field("Content-Type").starts_with(media), "{path}");
        }
    }
    assert!(site.get("/").await.all("Link").iter().any(|line| line.contains("rel=\"api-catalog\"")));
}

#[rocket::async_test]
async fn the_reference_runs_scripts_of_ours_and_no_others() {
    let site = Site::empty().await;

    let front = site.get("/docs").await;
    assert_eq!(front.is(307).field("Location"), format!("{BASE}/docs/v2"));
    for version in ["v1", "v2"] {
        let page = site.get(&format!("/docs/{version}")).await;
        let policy = page.is(200).field("Content-Security-Policy").to_string();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        let text = page.text();
        assert!(text.contains(&format!("data-description=\"{BASE}/openapi/{version}.json\"")), "{text}");
        // Each script and style is a file of ours, and no code stands in the page.
        for part in text.split("<script").skip(1) {
            let (tag, rest) = part.split_once('>').unwrap();
            assert!(rest.starts_with("</script>"), "{part:.80}");
            let path = tag.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            let file = site.get(path.strip_prefix(BASE).unwrap()).await;
            assert_eq!(file.is(200).field("Cache-Control"), "max-age=31536000, immutable");
        }
    }
    site.get("/docs/v3").await.is(404);
}
