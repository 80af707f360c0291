//! Pages of rows as tables.

use super::{get, site};
use rocket::http::Method;
use serde_json::{Value, json};

#[rocket::async_test]
async fn all_rows_as_csv_are_the_file_of_the_revision() {
    let (site, root) = site().await;
    for slug in ["rain", "penguins"] {
        let dataset = site.get(&format!("/v2/datasets/{slug}")).await.json();
        let file = site.get(dataset["distribution"][0]["contentUrl"].as_str().unwrap()).await;

        let rows = get(&site, &root, &format!("/v2/datasets/{slug}/rows?limit=1000"), "text/csv").await;

        assert_eq!(rows.is(200).field("Content-Type"), "text/csv; charset=utf-8");
        assert_eq!(rows.text(), file.is(200).text(), "{slug}");
    }
}

#[rocket::async_test]
async fn a_line_of_ndjson_holds_the_cells_of_a_row() {
    let (site, root) = site().await;
    let document = site.get("/v2/datasets/rain/rows").await.json();

    let rows = get(&site, &root, "/v2/datasets/rain/rows", "application/x-ndjson").await;

    let lines: Vec<Value> =
        rows.is(200).text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cells: Vec<Value> =
        document["member"].as_array().unwrap().iter().map(|row| row["cells"].clone()).collect();
    assert_eq!(lines, cells);
}

#[rocket::async_test]
async fn pages_of_a_table_are_linked_by_fields_and_by_suffix() {
    let (site, root) = site().await;
    let mut seen = String::new();

    let mut next = Some("/v2/datasets/rain/rows.csv?limit=3".to_string());
    while let Some(url) = next {
        let page = get(&site, &root, &url, "text/csv").await;
        seen.extend(page.is(200).text().lines().skip(1).map(|line| format!("{line}\n")));
        let link = page.all("Link").into_iter().find(|line| line.contains("rel=\"next\""));
        next = link.map(|line| line[1..line.find('>').unwrap()].to_string());
    }

    let whole = get(&site, &root, "/v2/datasets/rain/rows", "text/csv").await.text();
    assert_eq!(whole.split_once('\n').unwrap().1, seen);
    assert!(whole.starts_with("place,rain (mm),@type,wet,day\n"), "{whole}");
}

#[rocket::async_test]
async fn one_row_is_a_table_of_one_row() {
    let (site, root) = site().await;

    let row = get(&site, &root, "/v2/datasets/rain/rows/2", "text/csv").await;
    assert_eq!(row.is(200).text().lines().nth(1), Some("\"Bad \"\"Urach\"\"\",,b,false,2024-03-01"));
    let cells = json!({"place": "Kiel", "rain_mm": null, "type_": "c", "wet": true, "day": null});
    let made =
        site.request(Method::Post, "/v2/datasets/rain/rows").bearer(&root).json(&json!({"cells": cells}));
    let made = made.header("Accept", "application/x-ndjson").send().await;
    assert_eq!(made.is(201).json(), cells);
    get(&site, &root, "/v2/articles.csv", "*/*").await.is(404);
}
