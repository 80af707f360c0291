//! Predictions by path, and the models that show how.

use super::*;

#[rocket::async_test]
async fn a_prediction_is_read_from_the_path_whatever_the_spelling_of_numbers() {
    let (site, ann) = site().await;
    model(&site, &ann).await;

    for (depth, read, class) in [
        ("-2", json!(-2), "crab"),
        ("-2.25e0", json!(-2.25), "crab"),
        ("-25e-1", json!(-2.5), "crab"),
        ("2.0", json!(2), "snail"),
        ("+2", json!(2), "snail"),
        ("%2B2", json!(2), "snail"),
    ] {
        let answer = site.get(&predict(depth, "north bay")).await;
        let prediction = answer.is(200).json();
        assert_eq!(prediction["class"], class, "{answer}");
        assert_eq!(prediction["input"], json!({"depth_m": read, "place": "north bay"}), "{depth}");
        let sum: f64 =
            ["crab", "snail"].iter().map(|of| prediction["probabilities"][of].as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{answer}");
    }
    for depth in [".5", "0.5", "5e-1", "1e-3", "1.0"] {
        site.get(&predict(depth, "north bay")).await.is(200);
    }
}

#[rocket::async_test]
async fn a_value_in_the_path_may_hold_a_space_a_slash_or_any_letter() {
    let (site, ann) = site().await;
    model(&site, &ann).await;

    for place in ["north bay", "a/b", "Ærø"] {
        let path = predict("-2", place);
        let answer = site.get(&path).await;
        assert_eq!(answer.is(200).json()["input"]["place"], place);
        assert_eq!(answer.json()["@id"], format!("{BASE}{path}"));
        assert_eq!(answer.header("Content-Location"), None, "a dot there is a number's, never a suffix");
    }
}

#[rocket::async_test]
async fn a_missing_value_in_the_path_is_an_empty_segment_behind_its_name() {
    let (site, ann) = site().await;
    let row = |n: usize| {
        let g = if n.is_multiple_of(4) { String::new() } else { (n % 7).to_string() };
        format!("{g},{},{}\n", n % 5, if n % 7 + n % 5 > 4 { "yes" } else { "no" })
    };
    let csv = "g,predict,told\n".to_string() + &(0..90).map(row).collect::<String>();
    let request = site.request(Method::Post, "/v2/datasets?identifier=gaps&name=Gaps").bearer(&ann).body(csv);
    request.header("Content-Type", "text/csv").send().await.is(201);
    let wanted =
        json!({"identifier": "gaps", "dataset": "gaps", "target": "told", "missing": "mean-indicator"});
    site.post("/v2/models", &ann, &wanted).await.is(202);

    for path in ["/g//predict/1", "/predict/1/g/"] {
        let path = format!("/v1/models/gaps/predict{path}");
        let answer = site.get(&path).await;
        assert_eq!(answer.is(200).json()["input"], json!({"g": null, "predict": 1}));
        assert_eq!(answer.json()["@id"], format!("{BASE}{path}"));
    }
    for (path, canonical) in [
        ("/v1/models/gaps/predict/g/1/predict/2/", "/g/1/predict/2"),
        ("/v1/models/gaps/predict/g//predict/1/", "/g//predict/1"),
        ("/v1/models/gaps/predict/predict/1/g//", "/predict/1/g/"),
        ("//v1/models//gaps/predict//g//predict/1", "/g//predict/1"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.is(308).field("Location"), format!("{BASE}/v1/models/gaps/predict{canonical}"));
    }
    site.get("/v1/models/gaps/predict/g/1/predict/").await.is(422).has_problem("unprocessable");
}

#[rocket::async_test]
async fn a_prediction_names_its_model_and_stays_fresh_as_long_as_it() {
    let (site, ann) = site().await;
    model(&site, &ann).await;

    let answer = site.get(&predict("-2", "a/b")).await;

    let prediction = answer.is(200).json();
    assert_eq!(prediction["version"], 1);
    assert_eq!(prediction["links"]["model"], format!("{BASE}/v1/models/kinds"));
    assert_eq!(prediction["links"]["successor"], format!("{BASE}/v2/models/kinds/predictions"));
    assert_eq!(answer.field("xkey"), "model:kinds");
    assert_eq!(answer.field("Cache-Control"), site.get("/v1/models/kinds").await.field("Cache-Control"));
    let same = site.request(Method::Get, &predict("-2", "a/b")).if_none_match(&answer.etag()).send().await;
    same.is(304);
}

#[rocket::async_test]
async fn a_path_that_is_no_prediction_is_refused_with_the_feature() {
    let (site, ann) = site().await;
    model(&site, &ann).await;
    let with = |features: &str| format!("/v1/models/kinds/predict{features}");

    for (path, status, parameter) in [
        (predict("wet", "a/b"), 400, "depth_m"),
        (predict("NaN", "a/b"), 422, "depth_m"),
        (predict("1e400", "a/b"), 422, "depth_m"),
        (predict("1", "south"), 422, "place"),
        (with("/depth_m/1"), 422, "place"),
        (with("/depth_m/1/place"), 400, "place"),
        (with("/depth_m/1/place/a%2Fb/colour/red"), 422, "colour"),
        (with("/depth_m/1/depth_m/1/place/a%2Fb"), 400, "depth_m"),
        (with("/depth_m/1/place/%FF"), 422, "place"),
        (with("/depth_m/1/place/.."), 422, "place"),
    ] {
        let answer = site.get(&path).await;
        answer.is(status);
        let errors = answer.json()["errors"].clone();
        assert_eq!(errors[0]["parameter"], parameter, "{path}: {answer}");
    }
    site.get(&with("")).await.is(422);
    site.get("/v1/models/none/predict/a/1").await.is(404).has_problem("not-found");
}

#[rocket::async_test]
async fn a_model_shows_how_to_predict_and_an_example_that_works() {
    let (site, ann) = site().await;
    model(&site, &ann).await;

    let model = site.get("/v1/models/kinds").await.is(200).json();

    assert_eq!(model["target"], "kind");
    assert_eq!(model["classes"], json!(["crab", "snail"]));
    let feature = &model["features"][1];
    assert_eq!((&feature["id"], &feature["levels"]), (&json!("place"), &json!(["a/b", "north bay", "Ærø"])));
    assert_eq!(
        model["template"],
        format!("{BASE}/v1/models/kinds/predict/depth_m/{{depth_m}}/place/{{place}}")
    );
    let example = site.get(model["links"]["example"].as_str().unwrap()).await;
    assert!(example.is(200).json()["class"].is_string());
    let list = site.get("/v1/models").await.is(200).json();
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["version"]), (&json!("kinds"), &json!(1)));
}
