//! Bodies of clients that know no short keys: JSON-LD in any of its forms says the same.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{BASE, Site, arrange};
use rocket::http::Method;
use serde_json::{Value, json};

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    (site, root)
}

/// A POST of JSON-LD.
async fn jsonld(site: &Site, path: &str, token: &str, value: &Value) -> common::Answer {
    let request =
        site.request(Method::Post, path).bearer(token).header("Content-Type", "application/ld+json");
    request.body(value.to_string()).send().await
}

#[rocket::async_test]
async fn an_article_in_every_form_of_json_ld_is_the_same_article() {
    let (site, root) = site().await;
    let rain = format!("{BASE}/v2/datasets/rain");
    let forms = [
        json!({"headline": "A b", "keywords": ["x", "y"], "about": [rain]}),
        json!({"headline": ["A b"], "keywords": ["x", "y"], "about": rain}),
        json!({"schema:headline": "A b", "schema:keywords": ["x", "y"], "schema:about": {"@id": rain}}),
        json!({"https://schema.org/headline": [{"@value": "A b", "@language": "en"}],
               "https://schema.org/keywords": [{"@value": "x"}, {"@value": "y"}],
               "https://schema.org/about": [{"@id": rain}]}),
        json!([{"@id": "", "@type": [format!("{BASE}/vocab#Article")],
                "https://schema.org/headline": [{"@value": "A b", "@type": "http://www.w3.org/2001/XMLSchema#string"}],
                "https://schema.org/keywords": [{"@list": [{"@value": "x"}, {"@value": "y"}]}],
                "https://schema.org/about": [{"@id": rain}]}]),
        json!({"@context": {"s": "https://schema.org/", "title": "s:headline"}, "title": "A b",
               "s:keywords": {"@set": ["x", "y"]}, "s:about": {"@id": rain}}),
        json!({"@context": format!("{BASE}/v2/context"), "headline": "A b", "keywords": ["x", "y"], "about": [rain]}),
        json!({"@context": {"@vocab": "https://schema.org/", "title": {"@id": "headline"}}, "title": "A b",
               "keywords": ["x", "y"], "about": [rain], "abstract": []}),
        json!({"@graph": [{"headline": "A b", "keywords": ["x", "y"], "about": [rain]}]}),
    ];
    for (index, form) in forms.iter().enumerate() {
        let slug = format!("form-{index}");
        let mut form = form.clone();
        let first = match &mut form {
            Value::Array(nodes) => &mut nodes[0],
            form if form["@graph"].is_array() => &mut form["@graph"][0],
            form => form,
        };
        first["schema:identifier"] = json!(slug);

        let made = jsonld(&site, "/v2/articles", &root, &form).await;

        let made = made.is(201).json();
        assert_eq!(made["identifier"], slug, "{form}");
        assert_eq!(made["headline"], "A b", "{form}");
        assert_eq!(made["keywords"], json!(["x", "y"]), "{form}");
        assert_eq!(made["about"], json!([rain]), "{form}");
    }
}

#[rocket::async_test]
async fn a_context_that_stands_elsewhere_is_refused_and_never_fetched() {
    let (site, root) = site().await;

    for (context, pointer) in [
        (json!("https://example.org/context"), "/@context"),
        (json!([format!("{BASE}/v2/context"), "https://example.org/context"]), "/@context/1"),
        (json!({"@import": "https://example.org/context"}), "/@context/@import"),
        (json!(7), "/@context"),
    ] {
        let body = json!({"@context": context, "headline": "a"});
        site.post("/v2/articles", &root, &body).await.is(422).has_problem("unprocessable").at(pointer);
        jsonld(&site, "/v2/articles", &root, &body).await.is(422).has_problem("unprocessable").at(pointer);
    }
    for (about, pointer) in [
        (json!([{"@context": "https://example.org/context", "@id": BASE}]), "/about/0/@context"),
        (json!({"@id": BASE, "x": {"@context": [null, "https://example.org/"]}}), "/about/x/@context/1"),
    ] {
        let body = json!({"headline": "a", "about": about});
        jsonld(&site, "/v2/articles", &root, &body).await.is(422).has_problem("unprocessable").at(pointer);
    }
    let scoped = json!({"about": {"@id": "schema:about", "@context": "https://example.org/"}});
    let body = json!({"@context": scoped, "headline": "a"});
    jsonld(&site, "/v2/articles", &root, &body).await.is(422).at("/@context/about/@context");
}

#[rocket::async_test]
async fn a_graph_of_more_or_less_than_one_thing_is_refused() {
    let (site, root) = site().await;

    let own = json!({"@graph": [{"@context": {"title": "https://schema.org/headline"}, "title": "Own"}]});
    assert_eq!(jsonld(&site, "/v2/articles", &root, &own).await.is(201).json()["headline"], "Own");
    let beside = json!({"headline": "a", "@graph": [{"headline": "b"}]});
    jsonld(&site, "/v2/articles", &root, &beside).await.is(422).has_problem("unprocessable").at("/@graph");
    for graph in [json!([]), json!([{"headline": "a"}, {"headline": "b"}]), json!(["a"]), json!(7)] {
        let body = json!({"@graph": graph});
        jsonld(&site, "/v2/articles", &root, &body).await.is(422).has_problem("unprocessable").at("/@graph");
    }
}

#[rocket::async_test]
async fn whole_records_are_taken_back_as_they_were_given() {
    let (site, root) = site().await;

    for path in ["articles/article-1", "datasets/rain", "models/species", "users/root"] {
        let path = format!("/v2/{path}");
        let read = || async { site.request(Method::Get, &path).bearer(&root).send().await };
        let whole = read().await.is(200).json();

        site.patch(&path, &root, &whole).send().await.is(200);

        let mut again = read().await.is(200).json();
        if whole.get("dateModified").is_some() {
            again["dateModified"] = whole["dateModified"].clone();
        }
        assert_eq!(again, whole, "{path}");
    }
    let row = site.get("/v2/datasets/rain/rows/2").await.is(200).json();
    site.put("/v2/datasets/rain/rows/2", &root, &row).send().await.is(200);
    assert_eq!(site.get("/v2/datasets/rain/rows/2").await.is(200).json(), row);
}

#[rocket::async_test]
async fn the_role_of_whoever_writes_is_not_to_be_slipped_in_under_any_name() {
    let (site, root) = site().await;

    for key in ["role", "almanac:role", &format!("{BASE}/vocab#role")] {
        let body = json!({"headline": "a", key: "admin"});
        jsonld(&site, "/v2/articles", &root, &body).await.is(422).at("/role");
    }
}

#[rocket::async_test]
async fn cells_and_features_are_read_by_the_iris_of_their_columns() {
    let (site, root) = site().await;
    let column = |slug: &str, name: &str| format!("{BASE}/v2/datasets/{slug}#rows/{name}");
    let typed = |value: &str, name: &str| json!([{"@value": value, "@type": format!("http://www.w3.org/2001/XMLSchema#{name}")}]);

    let cells = json!({column("rain", "place"): [{"@value": "Ulm"}], column("rain", "rain_mm"): typed("1.5", "double"),
                       column("rain", "wet"): typed("true", "boolean")});
    let row = json!({format!("{BASE}/vocab#cells"): [cells]});
    let row = jsonld(&site, "/v2/datasets/rain/rows", &root, &row).await.is(201).json();
    assert_eq!(row["cells"]["rain_mm"], 1.5);
    assert_eq!(row["cells"]["wet"], true);

    let features = json!({column("penguins", "bill_length_mm"): typed("39.1", "double"), column("penguins", "island"): [{"@value": "Dream"}]});
    let one = jsonld(&site, "/v2/models/species/predictions", &root, &features).await.is(201).json();
    assert_eq!(one["input"][0]["value"], 39.1);
    let list =
        jsonld(&site, "/v2/models/species/predictions", &root, &json!([features])).await.is(200).json();
    assert_eq!(list["member"].as_array().map(Vec::len), Some(1), "a list of one is a list");
}

#[rocket::async_test]
async fn a_plain_form_makes_a_dataset_from_a_line_of_headers() {
    let (site, root) = site().await;

    let body = json!({"name": "Heights", "columns": "height (cm) ,\"a, b\""});
    let made: Value = site.post("/v2/datasets", &root, &body).await.is(201).json();

    let names: Vec<&str> =
        made["columns"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["height (cm)", "a, b"]);
    assert_eq!(made["columns"][0]["identifier"], "height_cm");
}

#[rocket::async_test]
async fn keywords_may_be_one_text_with_commas_between() {
    let (site, root) = site().await;

    let made = site.post("/v2/articles", &root, &json!({"headline": "a", "keywords": "rain, snow ,"})).await;

    assert_eq!(made.is(201).json()["keywords"], json!(["rain", "snow"]));
}

#[rocket::async_test]
async fn names_that_are_iris_count_in_a_merge_patch_too() {
    let (site, root) = site().await;

    let change = json!({"https://schema.org/abstract": [{"@value": "Dry."}], "schema:headline": "Sun"});
    let request = site.request(Method::Patch, "/v2/articles/article-1").bearer(&root);
    let request = request.header("Content-Type", "application/merge-patch+json").body(change.to_string());

    let article = request.send().await.is(200).json();
    assert_eq!((&article["abstract"], &article["headline"]), (&json!("Dry."), &json!("Sun")));
}

#[rocket::async_test]
async fn a_document_of_very_many_names_is_read_in_time_that_grows_with_it() {
    let (site, root) = site().await;
    let once = async |names: usize, turn: usize| {
        let context: serde_json::Map<String, Value> =
            (0..names).map(|at| (format!("t{at}"), json!(format!("https://schema.org/t{at}")))).collect();
        let mut body: serde_json::Map<String, Value> =
            (0..names).map(|at| (format!("t{at}"), json!(1))).collect();
        body.insert("@context".into(), Value::Object(context));
        body.insert("schema:headline".into(), json!(format!("{names} names, turn {turn}")));
        let began = std::time::Instant::now();
        jsonld(&site, "/v2/articles", &root, &Value::Object(body)).await.is(201);
        began.elapsed()
    };

    let (mut few, mut many) = (std::time::Duration::MAX, std::time::Duration::MAX);
    for turn in 0..3 {
        few = few.min(once(2_000, turn).await);
        many = many.min(once(14_000, turn).await);
    }

    // Seven times as many: were each compared with each, it would take 49 times as long.
    assert!(many < few * 25, "2,000 names took {few:?}, 14,000 took {many:?}");
}

#[rocket::async_test]
async fn only_iris_of_our_columns_are_columns_and_of_two_names_the_one_that_says_something_counts() {
    let (site, root) = site().await;

    let foreign = json!({"https://evil.example/foo#rows/headline": "Evil", "schema:headline": "Good"});
    let made = jsonld(&site, "/v2/articles", &root, &foreign).await;
    assert_eq!(made.is(201).json()["headline"], "Good");
    let twice = json!({"headline": null, "schema:headline": "Said"});
    assert_eq!(jsonld(&site, "/v2/articles", &root, &twice).await.is(201).json()["headline"], "Said");
}

#[rocket::async_test]
async fn a_number_that_is_not_finite_is_refused_and_loses_no_cell() {
    let (site, root) = site().await;
    for text in ["INF", "NaN", "1e999"] {
        let value = json!({"@value": text, "@type": "xsd:double"});
        let cells = json!({"cells": {"rain_mm": value}});
        let request = site.request(Method::Patch, "/v2/datasets/rain/rows/1").bearer(&root);
        let request = request.header("Content-Type", "application/ld+json").body(cells.to_string());
        request.send().await.is(422).has_problem("unprocessable");
        let features = json!({"bill_length_mm": value, "island": "Dream"});
        jsonld(&site, "/v2/models/species/predictions", &root, &features).await.is(422);
    }
    assert_eq!(site.get("/v2/datasets/rain/rows/1").await.json()["cells"]["rain_mm"], 1.5);
}

#[rocket::async_test]
async fn a_document_that_brings_its_own_context_is_json_ld_whatever_it_is_called() {
    let (site, root) = site().await;

    let change = json!({"@context": {"h": "schema:headline"}, "h": "Through a term"});
    for media in ["application/merge-patch+json", "application/json"] {
        let request = site.request(Method::Patch, "/v2/articles/article-1").bearer(&root);
        let article = request.header("Content-Type", media).body(change.to_string()).send().await;
        assert_eq!(article.is(200).json()["headline"], "Through a term");
    }
    let licence = json!({"schema:license": [{"@id": "https://creativecommons.org/licenses/by/4.0/"}]});
    let dataset = site.patch("/v2/datasets/rain", &root, &licence).send().await;
    assert_eq!(dataset.is(200).json()["license"], "https://creativecommons.org/licenses/by/4.0/");
}

#[rocket::async_test]
async fn what_an_article_is_about_is_an_iri_or_refused() {
    let (site, root) = site().await;

    for iri in ["http://x/%zz", "http://x/#a#b", "http://x/[", "http://x/\u{fffe}", "http:x", "http:///a"] {
        let body = json!({"headline": "a", "about": [iri]});
        site.post("/v2/articles", &root, &body).await.is(422).at("/about/0");
    }
}
