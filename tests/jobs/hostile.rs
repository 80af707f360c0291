//! Tables that break solvers, over HTTP: each gives a certified version, or says why there is none.

use super::{Answer, Site, arrange, ended, site};
use almanac::{domain::model::Split, learning::split::split};
use rocket::http::Method;
use serde_json::{Value, json};
use std::fmt::Write;

/// A CSV text of a class that a number tells with errors, and of whatever `other` gives.
fn csv(header: &str, rows: usize, other: impl Fn(usize) -> String) -> String {
    (0..rows).fold(format!("x,{header},y\n"), |mut text, i| {
        let class = if (i * 17) % 40 + (i * 11) % 9 > 22 { "yes" } else { "no" };
        writeln!(text, "{}.5,{},{class}", (i * 17) % 40, other(i)).unwrap();
        text
    })
}

/// What a training on such a table is answered; it is waited for.
async fn train(site: &Site, token: &str, csv: &str, settings: &Value) -> Answer {
    arrange::table(site, token, "table", "Table", csv).await;
    let mut wanted = json!({"name": "model", "dataset": "table", "target": "y"});
    json_patch::merge(&mut wanted, settings);
    let request = site.request(Method::Post, "/v2/models").bearer(token).json(&wanted);
    request.header("Prefer", "wait=30").send().await
}

/// The version that comes out, which is certified.
async fn certified(site: &Site, token: &str, csv: &str, settings: &Value) -> Value {
    let job = train(site, token, csv, settings).await.is(202).field("Location").to_string();
    ended(site, token, &job).await;
    let version = site.get("/v2/models/model/versions/1").await.is(200).json();
    assert_eq!(version["certificate"]["converged"], true, "{}", version["certificate"]);
    version
}

/// The status, and each sentence of a problem document.
async fn refused(csv: &str, settings: &Value) -> (u16, String) {
    let (site, root) = site().await;
    let answer = train(&site, &root, csv, settings).await;
    let found = (answer.status, answer.text());
    site.get("/v2/models/model").await.is(404);
    found
}

#[rocket::async_test]
async fn a_table_that_cannot_be_learned_from_is_422_and_says_why() {
    let quarters = |i: usize| format!("{i}.25");
    let spread = csv("z", 40, quarters);
    let one_cell = csv("z", 40, |i| if i == 7 { "1e300".into() } else { quarters(i) });
    let two_rows = String::from("x,z,y\n1,1,no\n2,2,yes\n");
    let constant = (0..40).fold(String::from("x,z,y\n"), |text, i| text + &format!("2.5,same,{}\n", i % 2));
    let empty = (0..40).fold(String::from("x,z,y\n"), |text, i| text + &format!(",,{}\n", i % 2));
    let untold = (0..40).fold(String::from("x,y\n"), |text, i| text + &format!("{i}.5,\n"));
    for (what, csv, settings, reason) in [
        ("one cell of 1e300", one_cell, json!({}), "expected finite numbers within ±1e100, found 1e300"),
        ("one class", spread.replace(",yes\n", ",no\n"), json!({}), "at least 2 classes, found only"),
        ("two rows", two_rows, json!({}), "at least 2 rows of each class, found 1 of"),
        ("all constant", constant, json!({}), "at least one feature that varies, found none"),
        ("no feature measured", empty, json!({}), "at least one feature"),
        ("no class measured", untold, json!({}), "at least 2 classes, found none"),
    ] {
        let (status, said) = refused(&csv, &settings).await;
        assert_eq!(status, 422, "{what}: {said}");
        assert!(said.contains(reason), "{what}: {said}");
    }
}

#[rocket::async_test]
async fn a_column_of_scale_1e20_teaches_as_much_as_the_same_one_of_scale_1() {
    let number = |i: usize| ((i * 31) % 40) as f64 - 17.0;
    let mut told = Vec::new();
    for scale in [1.0, 1e20] {
        let (site, root) = site().await;
        let csv = csv("z", 40, |i| format!("{:e}", number(i) * scale));
        let version = certified(&site, &root, &csv, &json!({})).await;
        told.push(version["coefficients"][0]["weights"][1]["coefficient"].as_f64().unwrap());
    }
    assert!((told[0] - told[1]).abs() < 1e-9, "{told:?}");
}

#[rocket::async_test]
async fn classes_that_nothing_confuses_are_told_apart_whatever_the_penalty() {
    let apart = (0..40).fold(String::from("x,y\n"), |text, i| {
        let (x, class) = if i % 2 == 0 { (i, "no") } else { (i + 1_000, "yes") };
        text + &format!("{x}.5,{class}\n")
    });
    for c in [1e-4, 1.0, 1e15] {
        let (site, root) = site().await;
        let version = certified(&site, &root, &apart, &json!({"c": c})).await;
        let weight = &version["coefficients"][0]["weights"][0];
        assert!(weight["coefficient"].as_f64().is_some_and(f64::is_finite), "{c}: {weight}");
        assert_eq!(version["errorsOf"], "penalised, indicative", "{c}");
    }
}

#[rocket::async_test]
async fn nearly_a_thousand_columns_are_learned_from_and_a_thousand_and_one_are_refused() {
    let (site, root) = site().await;
    let wide = |columns: usize| {
        let header = (0..columns - 2).map(|i| format!("z{i}")).collect::<Vec<_>>().join(",");
        csv(&header, 20, |i| {
            (0..columns - 2).map(|j| ((i * 7 + j * 13) % 31).to_string()).collect::<Vec<_>>().join(",")
        })
    };
    let more = site.request(Method::Post, "/v2/datasets?identifier=more&name=More").bearer(&root);
    let more = more.header("Content-Type", "text/csv").body(wide(1_001)).send().await;
    assert!(more.is(422).text().contains("at most 1000 columns"), "{more}");

    let version = certified(&site, &root, &wide(980), &json!({})).await;
    assert_eq!(version["features"].as_array().unwrap().len(), 979);
}

#[rocket::async_test]
async fn a_category_of_held_out_rows_alone_is_not_scored_and_refused_in_a_prediction() {
    let table = csv("z", 40, |_| "usual".into());
    let labels: Vec<_> = table.lines().skip(1).map(|line| Some(usize::from(line.ends_with("yes")))).collect();
    let parts = split(&labels, 2, &Split { test: 0.25, seed: 1, stratified: true }).unwrap();
    let (held, trained) = (parts.held_out[0], parts.training[0]);
    let (site, root) = site().await;
    let odd = csv("z", 40, |i| match i {
        _ if i == held => "odd".into(),
        _ if i == trained => "rare".into(),
        _ => "usual".into(),
    });

    let version = certified(&site, &root, &odd, &json!({})).await;
    assert_eq!(version["scores"]["leftOutRows"], 1);
    assert!(
        version["warnings"].to_string().contains("1 held-out rows are not scored"),
        "{}",
        version["warnings"]
    );
    let path = "/v2/models/model/versions/1/prediction";
    let told = site.get(&format!("{path}?x=3.5&z=odd")).await;
    assert!(told.is(422).text().contains("expected one of `rare`, `usual`, found"), "{told}");
    site.get(&format!("{path}?x=3.5&z=usual")).await.is(200);
}
