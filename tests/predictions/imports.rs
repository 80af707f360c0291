//! Weights that were learned elsewhere, as versions like any other.

use super::*;

const VERSIONS: &str = "/v2/models/species/versions";

/// The answer to a training, or to weights, that was waited for.
async fn post(site: &Site, token: &str, path: &str, wanted: &Value) -> Answer {
    let request = site.request(Method::Post, path).bearer(token).json(wanted);
    request.header("Prefer", "wait=30").send().await
}

/// The document of the version that was made.
async fn made(site: &Site, token: &str, path: &str, wanted: &Value) -> Value {
    let job = post(site, token, path, wanted).await.is(202).json();
    let url = job["result"].as_str().unwrap_or_else(|| panic!("{job:#}")).to_string();
    site.get(url.strip_prefix(common::BASE).unwrap()).await.is(200).json()
}

async fn weights(site: &Site) -> Value {
    site.get(&format!("{VERSIONS}/1/coefficients")).await.is(200).json()
}

#[rocket::async_test]
async fn the_weights_of_a_version_make_a_version_that_says_the_same_in_every_way() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;

    let version = made(&site, &ann, VERSIONS, &json!({"givenWeights": weights(&site).await})).await;
    assert_eq!(version["certificate"]["solver"], "imported");
    assert_eq!(version["certificate"]["converged"], true);
    assert_eq!((&version["version"], &version["trainedRows"]), (&json!(2), &Value::Null));
    let first = site.get(&format!("{VERSIONS}/1")).await.is(200).json();
    for same in ["classes", "features", "coefficients", "scores", "settings", "inputs", "outputs"] {
        assert_eq!(version[same], first[same], "{same}");
    }
    let told = async |number: u8| {
        let query = "bill_length_mm=39.1&island=Dream";
        let one = site.get(&format!("{VERSIONS}/{number}/prediction?{query}")).await.is(200).json();
        let row = json!([{"bill_length_mm": null, "island": "Biscoe"}]);
        let many = site.request(Method::Post, &format!("{VERSIONS}/{number}/predictions")).json(&row);
        let many = many.send().await.is(200).json();
        let tensors = json!({"inputs": [
            {"name": "bill_length_mm", "shape": [1], "datatype": "FP64", "data": [39.1]},
            {"name": "island", "shape": [1], "datatype": "BYTES", "data": ["Dream"]},
        ]});
        let infer = site.request(Method::Post, &format!("{VERSIONS}/{number}/infer")).json(&tensors);
        let infer = infer.send().await.is(200).json();
        let graph = site.get(&format!("{VERSIONS}/{number}/onnx")).await.is(200).body.len();
        let weights = site.get(&format!("{VERSIONS}/{number}/coefficients")).await.is(200).json();
        let of = |one: &Value| (one["probabilities"].clone(), one["class"].clone());
        (of(&one), of(&many["member"][0]), infer["outputs"].clone(), graph, weights)
    };
    assert_eq!(told(2).await, told(1).await);
    let card = site.get_as(&format!("{VERSIONS}/2/card"), "text/markdown").await.is(200).text();
    assert!(card.contains("Learned elsewhere") && card.contains("Taken in by ann"), "{card}");
}

#[rocket::async_test]
async fn weights_written_by_hand_make_a_model() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let wanted = json!({
        "name": "by-hand", "dataset": "penguins", "target": "sex", "c": 10, "standardise": false,
        "givenWeights": {
            "classes": ["female", "male"], "features": ["body_mass_g", "island=Dream", "island=Torgersen"],
            "categories": {"island": ["Biscoe", "Dream", "Torgersen"]},
            "coef_": [[0.002, 0.5, 0.25]], "intercept_": [-8.5], "threshold": 0.75,
        },
    });

    let version = made(&site, &ann, "/v2/models", &wanted).await;
    assert_eq!((&version["threshold"], &version["settings"]["c"]), (&json!(0.75), &json!(10)));
    assert_eq!(version["certificate"]["converged"], false);
    assert!(version["warnings"][1].as_str().unwrap().contains("not the optimum"), "{}", version["warnings"]);
    assert!(version["scores"]["rocAuc"].as_f64().unwrap() > 0.5);
    let path = "/v2/models/by-hand/versions/1/prediction?body_mass_g=4500&island=Dream";
    let told = site.get(path).await.is(200).json();
    let expected = 1.0 / (1.0 + f64::exp(-(0.002 * 4500.0 + 0.5 - 8.5)));
    assert!((probabilities(&told)[1] - expected).abs() < 1e-12, "{told}");
    assert_eq!(told["class"], "female", "{expected} is below the threshold");
}

#[rocket::async_test]
async fn a_training_after_an_import_learns_again_with_its_settings() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    made(&site, &ann, VERSIONS, &json!({"c": 0.5, "givenWeights": weights(&site).await})).await;

    let version = made(&site, &ann, VERSIONS, &json!({})).await;
    assert_eq!(version["settings"]["c"], 0.5);
    assert_eq!(version["settings"]["featureNames"], json!(["bill_length_mm", "island"]));
    assert_ne!(version["certificate"]["solver"], "imported");
}

#[rocket::async_test]
async fn weights_that_are_wrong_are_422_by_pointer() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let good = weights(&site).await;
    let (columns, classes) = (good["features"].as_array().unwrap().len(), 3);
    let with = |key: &str, value: Value| {
        let mut document = good.clone();
        document[key] = value;
        json!({"givenWeights": document})
    };
    let row = vec![0.5; columns];
    let mut wrong = row.iter().map(|number| json!(number)).collect::<Vec<_>>();
    wrong[1] = json!("NaN");
    let mut none = wrong.clone();
    none[1] = Value::Null;
    let given = |at: &str| format!("/givenWeights/{at}");
    for (sent, pointers) in [
        (json!({"givenWeights": [1]}), vec!["/givenWeights".to_string()]),
        (json!({"givenWeights": {}}), ["classes", "features", "coef_", "intercept_"].map(given).into()),
        (with("coef_", json!([row, row])), vec![given("coef_")]),
        (with("coef_", json!([row, row, [1, 2]])), vec![given("coef_/2")]),
        (with("coef_", json!([row, row, row[0]])), vec![given("coef_/2")]),
        (with("coef_", json!([row, wrong, row])), vec![given("coef_/1/1")]),
        (with("coef_", json!([row, row, none])), vec![given("coef_/2/1")]),
        (with("coef_", json!([row, row, vec![1e300; columns]])), {
            (0..columns).map(|column| given(&format!("coef_/2/{column}"))).collect()
        }),
        (with("intercept_", json!([1, 2])), vec![given("intercept_")]),
        (with("intercept_", json!(vec!["1"; classes])), {
            (0..classes).map(|class| given(&format!("intercept_/{class}"))).collect()
        }),
        (with("mean_", json!([0.5])), vec![given("mean_")]),
        (with("scale_", json!(vec![0; columns])), {
            (0..columns).map(|column| given(&format!("scale_/{column}"))).collect()
        }),
        (with("threshold", json!(0.5)), vec![given("threshold")]),
        (with("classes", json!(["Adelie", "Chinstrap", "Rockhopper"])), vec![given("classes")]),
        (with("classes", json!(["Adelie", "Adelie", {}])), vec![given("classes/2")]),
        (with("categories", json!({"islet": ["Dream"]})), vec![given("categories/islet")]),
        (with("categories", json!({"island": ["Dream"]})), vec![given("categories/island")]),
        (json!({"givenWeights": good, "penaltySearch": {}}), vec!["/penaltySearch".into()]),
        (json!({"givenWeights": good, "features": ["island"]}), vec!["/features".into()]),
        (json!({"givenWeights": good, "threshold": "f1"}), vec!["/threshold".into()]),
    ] {
        let answer = post(&site, &ann, VERSIONS, &sent).await;
        assert_eq!(answer.is(422).pointers(), pointers, "{sent}");
    }
    for (place, name) in
        [(0, "bill_girth_mm"), (0, "species"), (1, "bill_length_mm"), (1, "island=Elsewhere")]
    {
        let mut document = good.clone();
        document["features"][place] = json!(name);
        let answer = post(&site, &ann, VERSIONS, &json!({"givenWeights": document})).await;
        assert!(answer.is(422).pointers()[0].starts_with("/givenWeights/"), "{name}: {answer}");
    }
    site.get(&format!("{VERSIONS}/2")).await.is(404);
}
