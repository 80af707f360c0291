//! Trainings over HTTP: what may be asked for, what is told of it, what a later one keeps.

use super::{Answer, BASE, Site, arrange, site};
use almanac::{
    domain::{job::Step, permission::Role},
    store,
};
use chrono::{Duration, Utc};
use rocket::http::Method;
use serde_json::{Value, json};
use std::fmt::Write;

/// A site with 60 rows of a number that tells the class with errors, in three places.
async fn with_rain() -> (Site, String) {
    let (site, root) = site().await;
    let mut csv = String::from("mm,place,wet\n");
    for i in 0..60 {
        let wet = if (i * 17) % 60 + (i * 11) % 19 > 38 { "yes" } else { "no" };
        writeln!(csv, "{}.5,{},{wet}", (i * 17) % 60, ["hill", "sea", "town"][i % 3]).unwrap();
    }
    arrange::table(&site, &root, "rain", "Rain", &csv).await;
    (site, root)
}

async fn train(site: &Site, token: &str, path: &str, settings: &Value) -> Answer {
    let request = site.request(Method::Post, path).bearer(token).json(settings);
    request.header("Prefer", "wait=30").send().await
}

/// The document of a version that a training has made.
async fn version(site: &Site, token: &str, path: &str, settings: &Value) -> Value {
    let job = train(site, token, path, settings).await.is(202).json();
    let url = job["result"].as_str().unwrap_or_else(|| panic!("{job:#}")).to_string();
    site.get(url.strip_prefix("http://almanac.test").unwrap()).await.is(200).json()
}

#[rocket::async_test]
async fn rows_penalty_and_threshold_that_were_asked_for_are_recorded_and_asked_for_again() {
    let (site, root) = with_rain().await;
    let filter = "filter[place][in]=hill,sea";
    let wanted = json!({
        "name": "wet", "dataset": "rain", "target": "wet", "filter": filter, "threshold": "f1",
        "penaltySearch": {"candidates": [1, 0.01], "folds": 3},
    });

    let first = version(&site, &root, "/v2/models", &wanted).await;
    let settings = &first["settings"];
    assert_eq!((&settings["filter"], &settings["threshold"]), (&json!(filter), &json!("f1")));
    assert_eq!(settings["penaltySearch"], json!({"candidates": [0.01, 1], "folds": 3}));
    assert!([json!(0.01), json!(1)].contains(&settings["c"]), "{settings}");
    assert_eq!(first["filteredRows"], 20);
    assert_eq!(first["validation"]["tried"].as_array().unwrap().len(), 2);
    assert!(first["threshold"].as_f64().is_some_and(|at| at > 0.0 && at < 1.0));

    let again = version(&site, &root, "/v2/models/wet/versions", &json!({})).await;
    assert_eq!((&again["settings"], &again["coefficients"]), (settings, &first["coefficients"]));
    let other = json!({"c": 0.5, "filter": null});
    let given = version(&site, &root, "/v2/models/wet/versions", &other).await;
    assert_eq!((&given["settings"]["c"], &given["filteredRows"]), (&json!(0.5), &json!(0)));
    assert_eq!(given["settings"]["penaltySearch"], Value::Null);
    assert_eq!(given["settings"]["threshold"], "f1");
}

#[rocket::async_test]
async fn a_training_that_is_asked_for_wrongly_is_422_by_pointer() {
    let (site, root) = with_rain().await;
    let wanted = |more: Value| {
        let mut wanted = json!({"name": "wet", "dataset": "rain", "target": "wet"});
        json_patch::merge(&mut wanted, &more);
        wanted
    };
    for (more, pointer) in [
        (json!({"filter": "filter[depth][gt]=1"}), "/filter"),
        (json!({"filter": "place=hill"}), "/filter"),
        (json!({"penaltySearch": {"candidates": [1, -1]}}), "/penaltySearch/candidates/1"),
        (json!({"penaltySearch": {"folds": 1}}), "/penaltySearch/folds"),
        (json!({"penaltySearch": {}, "c": 1}), "/c"),
        (json!({"threshold": "best"}), "/threshold"),
        (json!({"threshold": 1}), "/threshold"),
        (json!({"target": "place", "threshold": 0.4}), "/threshold"),
    ] {
        let answer = train(&site, &root, "/v2/models", &wanted(more.clone())).await;
        assert_eq!(answer.is(422).pointers(), [pointer], "{more}");
    }
    site.get("/v2/models/wet").await.is(404);
}

#[rocket::async_test]
async fn a_name_beside_an_identifier_is_the_headline_unless_one_is_sent() {
    let (site, root) = with_rain().await;
    for (slug, words, headline) in [
        ("big", json!({"identifier": "big", "name": "My Big Model"}), "My Big Model"),
        ("own", json!({"identifier": "own", "name": "Not this", "headline": "But this"}), "But this"),
        ("bare", json!({"identifier": "bare"}), "bare"),
        ("named", json!({"name": "named"}), "named"),
        ("both", json!({"name": "both", "headline": "Both"}), "Both"),
    ] {
        let mut wanted = json!({"dataset": "rain", "target": "wet"});
        json_patch::merge(&mut wanted, &words);
        train(&site, &root, "/v2/models", &wanted).await.is(202);
        let model = site.get(&format!("/v2/models/{slug}")).await.is(200).json();
        assert_eq!((&model["name"], &model["headline"]), (&json!(slug), &json!(headline)));
    }
    for (name, pointer) in [(json!("n".repeat(301)), "/name"), (json!(5), "/name")] {
        let wanted = json!({"identifier": "long", "name": name, "dataset": "rain", "target": "wet"});
        assert_eq!(train(&site, &root, "/v2/models", &wanted).await.is(422).pointers(), [pointer]);
    }
    let spaced = json!({"name": "My Big Model", "dataset": "rain", "target": "wet"});
    assert_eq!(train(&site, &root, "/v2/models", &spaced).await.is(422).pointers(), ["/name"]);
}

#[rocket::async_test]
async fn a_revision_of_another_dataset_than_the_one_that_is_named_is_refused() {
    let (site, root) = with_rain().await;
    arrange::table(&site, &root, "snow", "Snow", "cm\n1\n2\n").await;
    let url = |path: &str| format!("{BASE}/v2/datasets/{path}");
    let wanted = |more: Value| {
        let mut wanted = json!({"identifier": "wet", "target": "wet"});
        json_patch::merge(&mut wanted, &more);
        wanted
    };

    for dataset in [json!("snow"), json!(url("snow")), json!({"@id": url("snow")})] {
        for revision in [json!(url("rain/revisions/1")), json!({"@id": url("rain/revisions/1")})] {
            let more = wanted(json!({"dataset": dataset, "revision": revision}));
            let answer = train(&site, &root, "/v2/models", &more).await;
            assert_eq!(answer.is(422).pointers(), ["/revision"], "{more}");
            assert!(answer.text().contains("`snow`") && answer.text().contains("`rain`"), "{answer}");
        }
    }
    let unspelt = wanted(json!({"dataset": "rain", "revision": url("rain/revisions/newest")}));
    assert_eq!(train(&site, &root, "/v2/models", &unspelt).await.is(422).pointers(), ["/revision"]);
    site.get("/v2/models/wet").await.is(404);

    let right = wanted(json!({"dataset": url("rain"), "revision": url("rain/revisions/1")}));
    version(&site, &root, "/v2/models", &right).await;
    let versions = "/v2/models/wet/versions";
    let other = train(&site, &root, versions, &json!({"revision": url("snow/revisions/1")})).await;
    assert_eq!(other.is(422).pointers(), ["/revision"]);
    let apply = json!({"dataset": "snow", "revision": url("rain/revisions/1")});
    let application = train(&site, &root, "/v2/models/wet/versions/1/applications", &apply).await;
    assert_eq!(application.is(422).pointers(), ["/revision"]);
}

#[rocket::async_test]
async fn curves_and_what_differs_from_another_version_are_documents_of_their_own() {
    let (site, root) = with_rain().await;
    let wanted = json!({"name": "wet", "dataset": "rain", "target": "wet"});
    version(&site, &root, "/v2/models", &wanted).await;
    let other = json!({"c": 0.01, "features": ["mm"]});
    let second = version(&site, &root, "/v2/models/wet/versions", &other).await;

    let curves = site.get("/v2/models/wet/versions/2/curves").await.is(200).json();
    let curve = &curves["curvesByClass"][0];
    assert_eq!((&curve["ofClass"], &curve["rocAuc"]), (&json!("yes"), &second["scores"]["rocAuc"]));
    assert_eq!(
        curve["rocCurve"][0],
        json!({"falsePositiveRate": 0.0, "truePositiveRate": 0.0, "threshold": null})
    );
    let rows: i64 =
        curve["calibration"].as_array().unwrap().iter().map(|bin| bin["count"].as_i64().unwrap()).sum();
    assert_eq!(json!(rows), second["scores"]["heldOutRows"]);

    let differs = site.get("/v2/models/wet/versions/2/comparison").await.is(200).json();
    assert_eq!((&differs["sameRowsHeldOut"], &differs["featuresRemoved"]), (&json!(true), &json!(["place"])));
    let changed = differs["settingsChanged"].as_array().unwrap();
    assert!(changed.contains(&json!({"setting": "c", "before": 1, "after": 0.01})), "{changed:?}");
    let scores = differs["scoreChanges"].as_array().unwrap();
    let accuracy = scores.iter().find(|one| one["score"] == "accuracy").unwrap();
    assert_eq!(accuracy["after"], second["scores"]["accuracy"]);
    let back = site.get("/v2/models/wet/versions/1/comparison?with=2").await.is(200).json();
    assert_eq!(back["featuresAdded"], json!(["place"]));
    site.get("/v2/models/wet/versions/1/comparison").await.is(404);
    site.get("/v2/models/wet/versions/1/comparison?with=7").await.is(404);
    site.get("/v2/models/wet/versions/1/comparison?with=last").await.is(400);
}

#[rocket::async_test]
async fn a_running_training_says_its_iteration_objective_and_gradient() {
    let (site, _) = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let job = super::job(&site, "ann", "rain").await;
    let step = Step { part: 2, parts: 7, iteration: 20, objective: 12.5, max_gradient: 0.25 };
    let lease = Utc::now() + Duration::days(1);
    store::job::beat(&site.works().store, &job, lease, 0.3, Some(step)).await.unwrap();

    let document = super::with(&site, &ann, &format!("/v2/jobs/{}", job.id)).await.is(200).json();
    assert_eq!((&document["part"], &document["parts"]), (&json!(2), &json!(7)));
    assert_eq!((&document["iterations"], &document["objective"]), (&json!(20), &json!(12.5)));
    assert_eq!(document["maxGradient"], 0.25);
}
