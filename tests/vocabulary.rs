//! One table of classes: what it says is true of every document, and each rendering of it says the same.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::permission::Role,
    represent::class::{Class, Property, Range, class, class_of, classes},
};
use common::{Site, arrange, crawl};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How RDF types the values of a range.
fn typing(range: Range) -> &'static str {
    match range {
        Range::Link(_) | Range::Object(_) => "node",
        Range::Text | Range::Scalar => "plain",
        Range::Integer => "integer",
        Range::Number => "number",
        Range::Boolean => "boolean",
        Range::Date => "day",
        Range::DateTime => "moment",
        Range::Url => "url",
        Range::Term => "term",
        Range::Json => "json",
    }
}

#[test]
fn a_key_means_the_same_in_every_class() {
    let mut known: BTreeMap<&str, (&str, &str, &str)> = BTreeMap::new();
    for class in classes() {
        for Property { key, term, range, .. } in class.properties {
            let means = (*term, typing(*range));
            let (term, typing, first) = *known.entry(key).or_insert((means.0, means.1, class.name));
            assert_eq!(means, (term, typing), "`{key}` in {} and in {first}", class.name);
        }
    }
}

#[test]
fn every_class_that_a_property_names_is_there() {
    let foreign = ["Resource", "Collection"];
    for class_ in classes() {
        for property in class_.properties {
            let named = property.range.class();
            let known = named.is_none_or(|name| class(name).is_some() || foreign.contains(&name));
            assert!(known, "{}: `{}` names {named:?}", class_.name, property.key);
            assert!(property.about.ends_with('.'), "{}: `{}` is not explained", class_.name, property.key);
        }
    }
}

/// Members of which the table does not tell: JSON-LD's own, operations, links between descriptions.
const OUTSIDE: &[&str] = &["operation", "apiDocumentation", "problems", "vocabulary", "account"];

/// What a document holds that its class does not say, and what it should and does not.
fn faults(class_: &Class, members: &Map<String, Value>, faults: &mut BTreeSet<String>) {
    for (key, value) in
        members.iter().filter(|(key, _)| !key.starts_with('@') && !OUTSIDE.contains(&key.as_str()))
    {
        let Some(property) = class_.properties.iter().find(|property| property.key == key) else {
            faults.insert(format!("{} has `{key}`, which the table lacks", class_.name));
            continue;
        };
        if property.many.is_some() != value.is_array() {
            faults.insert(format!("{}: `{key}` is {value:.60}", class_.name));
        }
        for value in value.as_array().map_or(std::slice::from_ref(value), |list| list) {
            let fits = match property.range {
                Range::Text | Range::Url | Range::Date | Range::DateTime => value.is_string(),
                Range::Integer => value.is_i64(),
                Range::Number => value.is_number() || value.is_null(),
                Range::Boolean => value.is_boolean(),
                Range::Scalar => !value.is_object(),
                Range::Link(_) | Range::Term => value.is_string() || value.is_object(),
                Range::Object(_) | Range::Json => value.is_object(),
            };
            if !fits {
                faults.insert(format!("{}: `{key}` holds {value:.60}", class_.name));
            }
            let inner = matches!(property.range, Range::Object(name) if name != "Cells")
                .then(|| property.range.class());
            if let (Some(Some(name)), Some(members)) = (inner, value.as_object()) {
                class(name).into_iter().for_each(|class| self::faults(class, members, faults));
            }
        }
    }
    for property in class_.properties.iter().filter(|property| property.always && property.is_readable()) {
        if !members.contains_key(property.key) {
            faults.insert(format!("{} lacks `{}`", class_.name, property.key));
        }
    }
}

#[rocket::async_test]
async fn every_document_is_as_the_table_says() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;

    let mut crawl = crawl::crawl(&site, Some(&root)).await;
    // Templates are no links.
    let prediction = "/v2/models/species/versions/1/prediction?bill_length_mm=39.1&island=Torgersen";
    crawl.answers.insert(prediction.into(), site.get(prediction).await);
    // The first version links to none before it.
    let comparison = "/v2/models/species/versions/1/comparison?with=1";
    crawl.answers.insert(comparison.into(), site.get(comparison).await);

    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    for (_, answer) in crawl.answers.iter().filter(|(_, answer)| crawl::is_document(answer)) {
        let document = answer.json();
        let members = document.as_object();
        if let (Some(class), Some(members)) = (members.and_then(class_of), members) {
            seen.insert(class.name);
            faults(class, members, &mut found);
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    for class in classes().filter(|class| class.is_ours() && !class.operations.is_empty()) {
        assert!(seen.contains(class.name), "no {} was met", class.name);
    }
}

#[rocket::async_test]
async fn each_term_is_found_by_its_iri_in_the_page_and_in_the_document() {
    let site = Site::empty().await;

    let document = site.get("/vocab").await.is(200).json();
    let page = site.get_as("/vocab", "text/html").await.is(200).text();

    let terms = document["hasPart"].as_array().unwrap();
    assert!(terms.len() > 150, "expected the whole vocabulary, found {}", terms.len());
    for term in terms {
        let (_, fragment) = term["@id"].as_str().unwrap().split_once('#').unwrap();
        assert_eq!(term["label"], fragment);
        assert!(page.contains(&format!("id=\"{fragment}\"")), "{fragment} is nowhere in the page");
    }
}

/// The templates of HAL-FORMS that a class's document has, by method, with the names of their properties.
async fn forms(site: &Site, token: &str, path: &str) -> BTreeMap<String, BTreeSet<String>> {
    let request = site.request(rocket::http::Method::Get, path).bearer(token);
    let answer = request.header("Accept", "application/prs.hal-forms+json").send().await;
    let mut forms = BTreeMap::new();
    for template in answer.is(200).json()["_templates"].as_object().into_iter().flatten().map(|(_, one)| one)
    {
        let names = template["properties"].as_array().into_iter().flatten();
        let names = names.map(|property| property["name"].as_str().unwrap().to_string()).collect();
        forms.insert(template["method"].as_str().unwrap().to_string(), names);
    }
    forms
}

#[rocket::async_test]
async fn every_rendering_of_the_table_has_every_property() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let context = site.get("/v2/context").await.json()["@context"].clone();
    let documentation = site.get("/v2/doc").await.json();

    for class in classes().filter(|class| class.is_ours() && class.name != "EntryPoint") {
        let described = documentation["supportedClass"].as_array().unwrap().iter();
        let described = described.clone().find(|one| one["@id"] == class.term).expect(class.name);
        for property in class.properties {
            let term = &context[property.key];
            let id = term.as_str().or_else(|| term["@id"].as_str());
            assert_eq!(id, Some(property.term), "the context of {}.{}", class.name, property.key);
            let supported = described["supportedProperty"].as_array().unwrap().iter();
            let supported = supported.clone().find(|one| one["title"] == property.key).expect(property.key);
            assert_eq!(supported["property"]["@id"], property.term);
            assert_eq!(supported["writeable"], property.is_creatable(), "{}.{}", class.name, property.key);
        }
        let methods: Vec<&str> = class.operations.iter().map(|operation| operation.method).collect();
        let told = described["supportedOperation"].as_array().unwrap().iter();
        assert_eq!(
            told.map(|one| one["method"].as_str().unwrap()).collect::<Vec<_>>(),
            methods,
            "{}",
            class.name
        );
    }
    for (path, expected) in [
        ("/v2/articles", "Article"),
        ("/v2/articles/article-1", "Article"),
        ("/v2/datasets", "Dataset"),
        ("/v2/datasets/penguins", "Dataset"),
        ("/v2/models", "Model"),
        ("/v2/models/species", "Model"),
        ("/v2/models/species/versions", "Training"),
        ("/v2/users", "User"),
        ("/v2/users/root", "User"),
        ("/v2/me/tokens", "Token"),
    ] {
        for (method, names) in
            forms(&site, &root, path).await.into_iter().filter(|(method, _)| method != "DELETE")
        {
            let sent =
                |one: &&Property| if method == "POST" { one.is_creatable() } else { one.is_changeable() };
            let wanted: BTreeSet<String> = class(expected)
                .unwrap()
                .properties
                .iter()
                .filter(sent)
                .map(|one| one.key.to_string())
                .collect();
            assert_eq!(names, wanted, "{method} {path}");
        }
    }
}
