//! Whole datasets predicted by a job.

use super::*;

const APPLICATIONS: &str = "/v2/models/species/versions/1/applications";

async fn applied(site: &Site, token: &str, wanted: &Value) -> Answer {
    let request = site.request(Method::Post, APPLICATIONS).bearer(token).json(wanted);
    request.header("Prefer", "wait=30").send().await
}

#[rocket::async_test]
async fn a_dataset_of_predictions_says_what_it_was_derived_from() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let version = site.get("/v2/models/species/versions/1").await.is(200).json();
    assert!(version["applications"].as_str().unwrap().ends_with(APPLICATIONS));

    let job =
        applied(&site, &ann, &json!({"dataset": "penguins", "identifier": "told"})).await.is(202).json();

    assert_eq!((&job["status"], &job["progress"]), (&json!("succeeded"), &json!(1.0)));
    let revision = site.get(job["result"].as_str().unwrap()).await.is(200).json();
    let from = revision["wasDerivedFrom"].as_array().unwrap();
    assert!(from[0].as_str().unwrap().ends_with("/v2/datasets/penguins/revisions/1"), "{from:?}");
    assert!(from[1].as_str().unwrap().ends_with("/v2/models/species/versions/1"), "{from:?}");
    assert_eq!(revision["rowCount"], 344);
    let rows = site.get_as("/v2/datasets/told/rows?limit=2", "text/csv").await.is(200).text();
    let lines: Vec<Vec<&str>> = rows.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][..2], ["row", "class"]);
    let expected = one(&site, "39.1", "Torgersen").await;
    assert_eq!((lines[1][0], json!(lines[1][1])), ("1", expected["class"].clone()));
    let told: Vec<f64> = lines[1][2..].iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(told, probabilities(&expected));
}

#[rocket::async_test]
async fn what_cannot_be_predicted_is_refused_or_fails_with_the_reason() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;

    applied(&site, &ann, &json!({})).await.is(422).at("/dataset");
    applied(&site, &ann, &json!({"dataset": "nothing"})).await.is(422).at("/dataset");
    applied(&site, &ann, &json!({"dataset": "penguins", "revision": 9})).await.is(422).at("/revision");
    applied(&site, &ann, &json!({"dataset": "penguins", "identifier": "rain"})).await.is(409);
    let job = applied(&site, &ann, &json!({"dataset": "rain", "identifier": "told"})).await;
    assert!(job.is(422).json()["detail"].as_str().unwrap().contains("bill_length_mm"), "{job}");
    let key = json!({"dataset": "penguins", "identifier": "told", "keyColumn": "no_such_column"});
    applied(&site, &ann, &key).await.is(422);
    site.get("/v2/datasets/told").await.is(404);
    let reader = site.user("bob", Role::Reader).await;
    applied(&site, &reader, &json!({"dataset": "penguins"})).await.is(403);
}
