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
    applied(&site, &ann, &key).await.is(422).at("/keyColumn");
    site.get("/v2/datasets/told").await.is(404);
    let reader = site.user("bob", Role::Reader).await;
    applied(&site, &reader, &json!({"dataset": "penguins"})).await.is(403);
}

/// A dataset `odd` whose columns and classes are named as those of an application's result, and a model of it.
pub async fn odd(site: &Site, token: &str) {
    let row = |number: usize| {
        let told = ["yes", "yes ", "yes\u{a0}or no"][number % 3];
        json!({"class": number, "probability_yes": number * 2, "n": (number * 7) % 10, "key": number, "told": told})
    };
    let rows: Vec<Value> = (0..90).map(row).collect();
    let request = site.request(Method::Post, "/v2/datasets?identifier=odd&name=Odd").bearer(token);
    request.json(&json!(rows)).send().await.is(201);
    let wanted = json!({
        "identifier": "odd", "headline": "Odd", "dataset": "odd", "target": "told", "features": ["n"],
    });
    let training = site.request(Method::Post, "/v2/models").bearer(token).json(&wanted);
    let job = training.header("Prefer", "wait=30").send().await.is(202).json();
    assert_eq!(job["status"], "succeeded", "{job}");
}

#[rocket::async_test]
async fn classes_and_keys_of_any_name_become_columns_or_are_refused_before_the_job() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    odd(&site, &ann).await;
    let apply = async |key: Value| {
        let wanted = json!({"dataset": "odd", "identifier": "told", "keyColumn": key});
        let path = APPLICATIONS.replace("species", "odd");
        let request = site.request(Method::Post, &path).bearer(&ann).json(&wanted);
        request.header("Prefer", "wait=30").send().await
    };

    for key in ["class", "probability_yes"] {
        apply(json!(key)).await.is(422).at("/keyColumn");
    }
    let job = apply(json!("key")).await.is(202).json();

    assert_eq!(job["status"], "succeeded", "{job}");
    let rows = site.get_as("/v2/datasets/told/rows?limit=1", "text/csv").await.is(200).text();
    let header: Vec<&str> = rows.lines().next().unwrap().split(',').collect();
    let expected = ["key", "class", "probability_yes", "probability_yes_2", "probability_yes\u{a0}or no"];
    assert_eq!(header, expected);
}

#[rocket::async_test]
async fn a_key_column_keeps_its_type_its_unit_and_its_description() {
    let site = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let csv = "id,ringed,bill_length_mm,island\n1.10,2020-05-01,39.1,Dream\n1.1,2020-05-02,40,Biscoe\n\
               1e5,2020-05-03,45,Dream\n2.0,,50,Dream\n";
    let said = "types[id]=text&units[id]=no.&descriptions[id]=Ring%20of%20the%20bird&types[ringed]=text";
    let request = site.request(Method::Post, &format!("/v2/datasets?identifier=rings&name=Rings&{said}"));
    request.bearer(&ann).header("Content-Type", "text/csv").body(csv).send().await.is(201);

    for (slug, key, header, kind, cells) in [
        ("told", json!("id_"), "id", "text", ["1.10", "1.1", "1e5", "2.0"]),
        ("days", json!("ringed"), "ringed", "text", ["2020-05-01", "2020-05-02", "2020-05-03", ""]),
        ("rows", Value::Null, "row", "integer", ["1", "2", "3", "4"]),
    ] {
        let mut wanted = json!({"dataset": "rings", "identifier": slug});
        if key.is_string() {
            wanted["keyColumn"] = key;
        }
        let job = applied(&site, &ann, &wanted).await.is(202).json();
        assert_eq!(job["status"], "succeeded", "{job}");
        let rows = site.get_as(&format!("/v2/datasets/{slug}/rows"), "text/csv").await.is(200).text();
        let firsts: Vec<&str> = rows.lines().map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(firsts, [&[header][..], &cells[..]].concat());
        let column = site.get(&format!("/v2/datasets/{slug}")).await.is(200).json()["columns"][0].clone();
        assert_eq!(column["columnType"], kind, "{column}");
    }
    let column = site.get("/v2/datasets/told").await.json()["columns"][0].clone();
    assert_eq!(
        (&column["unitText"], &column["description"]),
        (&json!("no."), &json!("Ring of the bird")),
        "{column}"
    );
}
