//! Versions as files for other programs.

use super::*;

#[rocket::async_test]
async fn a_version_links_its_graph_and_its_weights_which_never_change() {
    let site = site().await;
    let version = site.get("/v2/models/species/versions/1").await.is(200).json();

    for (link, media) in [("onnx", "application/onnx"), ("coefficientFile", "application/json")] {
        let url = version[link].as_str().unwrap();
        let answer = site.get(url).await;
        assert_eq!(answer.is(200).field("Content-Type"), media);
        assert!(answer.field("Content-Disposition").contains("species-1."), "{answer}");
        let again = site.request(Method::Get, url).if_none_match(answer.field("ETag")).send().await;
        again.is(304);
    }
}

#[rocket::async_test]
async fn the_weights_predict_what_the_model_predicts() {
    let site = site().await;
    let file = site.get("/v2/models/species/versions/1/coefficients").await.is(200).json();
    let numbers =
        |key: &str| -> Vec<f64> { file[key].as_array().unwrap().iter().filter_map(Value::as_f64).collect() };
    let row: Vec<f64> = file["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| match name.as_str().unwrap() {
            "bill_length_mm" => 39.1,
            "island=Dream" => 1.0,
            _ => 0.0,
        })
        .collect();
    let z: Vec<f64> = row
        .iter()
        .zip(numbers("mean_"))
        .zip(numbers("scale_"))
        .map(|((x, mean), scale)| (x - mean) / scale)
        .collect();
    let logits =
        file["coef_"].as_array().unwrap().iter().zip(numbers("intercept_")).map(|(row, intercept)| {
            let row = row.as_array().unwrap().iter().filter_map(Value::as_f64);
            intercept + row.zip(&z).map(|(w, z)| w * z).sum::<f64>()
        });
    let powers: Vec<f64> = logits.map(f64::exp).collect();
    let sum: f64 = powers.iter().sum();

    let expected = probabilities(&one(&site, "39.1", "Dream").await);
    for (power, expected) in powers.iter().zip(expected) {
        assert!((power / sum - expected).abs() < 1e-12);
    }
}

#[rocket::async_test]
async fn the_model_card_is_markdown_and_a_document() {
    let site = site().await;
    let card = site.get("/v2/models/species/versions/1").await.is(200).json()["card"].clone();

    let document = site.get(card.as_str().unwrap()).await.is(200).json();
    let text = site.get_as(card.as_str().unwrap(), "text/markdown").await;

    assert_eq!(text.is(200).field("Content-Type"), "text/markdown; charset=utf-8");
    assert_eq!(document["text"], text.text());
    for word in ["# Which penguin?, version 1", "`bill_length_mm`", "log loss", "SHA-256"] {
        assert!(text.text().contains(word), "no {word} in {}", text.text());
    }
}

#[rocket::async_test]
async fn the_names_in_a_graph_are_json() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    applications::odd(&site, &ann).await;
    let graph = site.get("/v2/models/odd/versions/1/onnx").await.is(200).body.clone();

    let classes = serde_json::to_vec(&["yes", "yes ", "yes\u{a0}or no"]).unwrap();

    assert!(graph.windows(classes.len()).any(|bytes| bytes == classes));
}
