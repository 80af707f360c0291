//! HAL-FORMS: what a template offers can be sent as it says.

use super::{HAL_FORMS, get, site};
use crate::common::{Answer, BASE, Site};
use rocket::http::Method;
use serde_json::{Map, Value, json};

/// Sends a template of a resource, filled in as a generic client does: the values given, the template's own
/// where there are none, and nothing where a required one is missing.
async fn submit(site: &Site, token: &str, resource: &Value, name: &str, values: Value) -> Answer {
    let template = &resource["_templates"][name];
    let method: Method = template["method"].as_str().unwrap_or_else(|| panic!("{resource}")).parse().unwrap();
    let mut sent: Map<String, Value> = values.as_object().unwrap().clone();
    for property in template["properties"].as_array().into_iter().flatten() {
        let name = property["name"].as_str().unwrap();
        if let Some(value) = property.get("value").filter(|_| !sent.contains_key(name)) {
            sent.insert(name.into(), value.clone());
        }
        assert!(property["required"] != true || sent.contains_key(name), "`{name}` is required");
    }
    let request = site.request(method, template["target"].as_str().unwrap()).bearer(token);
    let request = match template["contentType"].as_str() {
        Some(media) => request.body(Value::from(sent).to_string()).header("Content-Type", media),
        None => request,
    };
    request.header("Accept", HAL_FORMS).send().await
}

fn property<'t>(resource: &'t Value, template: &str, name: &str) -> &'t Value {
    let properties = resource["_templates"][template]["properties"].as_array().unwrap();
    properties.iter().find(|property| property["name"] == name).unwrap_or_else(|| panic!("{resource}"))
}

#[rocket::async_test]
async fn an_article_is_written_changed_replaced_and_deleted_by_its_templates() {
    let (site, root) = site().await;
    let articles = get(&site, &root, "/v2/articles", HAL_FORMS).await.is(200).json();
    assert_eq!(property(&articles, "default", "headline")["required"], true);

    let made =
        submit(&site, &root, &articles, "default", json!({"headline": "Snow", "identifier": "snow"})).await;
    let article = made.is(201).json();
    let changed = submit(&site, &root, &article, "default", json!({"abstract": "White."})).await;
    let article = changed.is(200).json();
    assert_eq!((&article["headline"], &article["abstract"]), (&json!("Snow"), &json!("White.")));
    let replaced = submit(&site, &root, &article, "put", json!({"headline": "Ice"})).await.is(200).json();
    assert_eq!((&replaced["headline"], &replaced["abstract"]), (&json!("Ice"), &json!("White.")));
    submit(&site, &root, &replaced, "delete", json!({})).await.is(204);
    site.get("/v2/articles/snow").await.is(404);
}

#[rocket::async_test]
async fn members_of_a_collection_have_their_own_templates() {
    let (site, root) = site().await;
    let articles = get(&site, &root, "/v2/articles", HAL_FORMS).await.is(200).json();

    let newest = &articles["_embedded"]["item"][0];
    submit(&site, &root, newest, "default", json!({"headline": "Other"})).await.is(200);

    assert_eq!(site.headline("/v2/articles/article-3").await, "Other");
    let hal = get(&site, &root, "/v2/articles", super::HAL).await.json();
    assert!(hal["_templates"].is_null() && hal["_embedded"]["item"][0]["_templates"].is_null(), "{hal}");
}

#[rocket::async_test]
async fn a_prediction_is_made_by_a_template_with_the_features_of_the_model() {
    let (site, root) = site().await;
    let url = "/v2/models/species/versions/1/predictions";
    let predictions = get(&site, &root, url, HAL_FORMS).await.is(200).json();

    let island = property(&predictions, "default", "island");
    assert_eq!(island["options"]["inline"], json!(["Biscoe", "Dream", "Torgersen"]));
    let bill = property(&predictions, "default", "bill_length_mm");
    // What the training rows held is no bound: beyond it a prediction comes with a warning.
    assert_eq!((&bill["type"], &bill["min"], &bill["max"]), (&json!("number"), &json!(null), &json!(null)));
    let values = json!({"bill_length_mm": 39.1, "island": "Torgersen"});
    let prediction = submit(&site, &root, &predictions, "default", values).await;
    assert_eq!(prediction.is(201).json()["class"], "Adelie");
    let missing = json!({"bill_length_mm": null, "island": "Dream"});
    submit(&site, &root, &predictions, "default", missing).await.is(201);
}

#[rocket::async_test]
async fn a_template_that_makes_a_version_demands_nothing_that_the_model_has() {
    let (site, root) = site().await;
    let versions = get(&site, &root, "/v2/models/species/versions", HAL_FORMS).await.is(200).json();
    let models = get(&site, &root, "/v2/models", HAL_FORMS).await.is(200).json();

    assert_eq!(property(&models, "default", "target")["required"], true);
    let demanded = versions["_templates"]["default"]["properties"].as_array().unwrap();
    assert!(demanded.iter().all(|property| property["required"].is_null()), "{versions}");
    let training = submit(&site, &root, &versions, "default", json!({"c": 0.5})).await;
    assert!(training.is(202).field("Location").starts_with(&format!("{BASE}/v2/jobs/")));
}

#[rocket::async_test]
async fn documents_that_can_only_be_read_have_no_templates() {
    let (site, root) = site().await;

    for url in ["/", "/v2", "/vocab", "/problems", "/v2/models/species/versions/1"] {
        let hal = get(&site, &root, url, HAL_FORMS).await.is(200).json();
        assert!(hal.get("_templates").is_none(), "{hal}");
    }
}
