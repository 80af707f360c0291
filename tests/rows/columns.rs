//! What a publisher says about columns when a table comes in.

use crate::{common::Site, encoded};
use almanac::domain::permission::Role;
use rocket::http::Method;
use serde_json::{Value, json};

const CSV: &str = "Body mass (g),rings,site\n-999,0,NA\n3500,-999,north\n,7,-1\n";

async fn published(site: &Site, root: &str, words: &[(&str, &str)]) -> crate::Answer {
    let words: Vec<String> =
        words.iter().map(|(name, text)| format!("{}={}", encoded(name), encoded(text))).collect();
    let path = format!("/v2/datasets?identifier=birds&{}", words.join("&"));
    let request = site.request(Method::Post, &path).bearer(root).header("Content-Type", "text/csv");
    request.body(CSV).send().await
}

fn column(document: &Value, identifier: &str) -> Value {
    let columns = document["columns"].as_array().unwrap();
    columns.iter().find(|column| column["identifier"] == identifier).unwrap().clone()
}

#[rocket::async_test]
async fn units_and_descriptions_sent_with_a_table_reach_every_document_about_it() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    let words = [
        ("units[Body mass (g)]", "g"),
        ("descriptions[body_mass_g]", "Weighed on a <spring> balance."),
        ("descriptions[rings]", "Rings on the left leg."),
        ("types[rings]", "text"),
    ];

    let document = published(&site, &root, &words).await.is(201).json();

    let mass = column(&document, "body_mass_g");
    assert_eq!((&mass["unitText"], &mass["columnType"]), (&json!("g"), &json!("integer")));
    assert_eq!(mass["description"], "Weighed on a <spring> balance.");
    assert_eq!(column(&document, "rings")["columnType"], "text");
    let fields = document["recordSet"][0]["field"].as_array().unwrap();
    assert_eq!(fields[1]["description"], "Rings on the left leg.");
    let revision = site.get("/v2/datasets/birds/revisions/1").await.json();
    assert_eq!(column(&revision, "body_mass_g")["unitText"], "g");
    let page = site.get_as("/v2/datasets/birds", "text/html").await.is(200).text();
    assert!(page.contains("Weighed on a &lt;spring&gt; balance."), "{page}");
    let change = json!({"columns": [{"identifier": "rings", "unitText": "rings", "description": null}]});
    let changed = site.patch("/v2/datasets/birds", &root, &change).send().await.is(200).json();
    let rings = column(&changed, "rings");
    assert_eq!((&rings["unitText"], rings.get("description")), (&json!("rings"), None));
}

#[rocket::async_test]
async fn what_spells_a_missing_cell_can_be_said_of_the_table_and_of_a_column() {
    for (words, expected) in [
        (vec![], [json!(-999), json!(0), Value::Null, json!("-1")]),
        (vec![("missing", "-999")], [Value::Null, json!(0), json!("NA"), json!("-1")]),
        (
            vec![("missing[rings]", "0"), ("missing[site]", "-1")],
            [json!(-999), Value::Null, Value::Null, Value::Null],
        ),
    ] {
        let site = Site::empty().await;
        let root = site.user("root", Role::Admin).await;

        published(&site, &root, &words).await.is(201);

        let rows = site.get("/v2/datasets/birds/rows").await.is(200).json();
        let cell = |row: usize, name: &str| rows["member"][row]["cells"][name].clone();
        let found = [cell(0, "body_mass_g"), cell(0, "rings"), cell(0, "site"), cell(2, "site")];
        assert_eq!(found, expected, "{words:?}");
    }
}

#[rocket::async_test]
async fn a_remark_about_a_column_that_is_not_there_keeps_the_table_out_and_is_named() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    let long = "x".repeat(2_001);
    for (name, text) in [
        ("units[mass]", "g"),
        ("descriptions[c0]", "none"),
        ("descriptions[rings]", long.as_str()),
        ("index", "mass"),
    ] {
        let answer = published(&site, &root, &[(name, text)]).await;
        let errors = answer.is(400).json()["errors"].to_string();
        assert!(errors.contains(&format!("\"parameter\":\"{name}\"")), "{errors}");
    }
    published(&site, &root, &[("missing[mass]", "0")]).await.is(422);
    site.get("/v2/datasets/birds").await.is(404);
}
