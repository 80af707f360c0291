//! The next table of a dataset, at once and by a job: what its columns keep, and what is said beside it.

use super::{
    Site, site,
    tables::{RAIN, idle, large, upload, work},
};
use serde_json::json;

/// What the columns of `codes` are: types, and whether cells may be missing.
async fn columns(site: &Site) -> Vec<(String, String, bool)> {
    let document = site.get("/v2/datasets/codes").await.is(200).json();
    let told = |column: &serde_json::Value| {
        let text = |member: &str| column[member].as_str().unwrap_or_default().to_string();
        (text("columnType"), text("unitText"), column["nullable"].as_bool().unwrap())
    };
    document["columns"].as_array().unwrap().iter().map(told).collect()
}

#[rocket::async_test]
async fn the_next_table_keeps_the_types_of_its_columns_where_every_cell_fits() {
    for (site, root) in [large().await, site().await] {
        let made = json!({"identifier": "codes", "name": "Codes", "columns": [
            {"identifier": "code", "name": "code", "columnType": "category", "nullable": false},
            {"identifier": "mm", "name": "mm", "columnType": "number", "unitText": "mm", "nullable": true}]});
        site.post("/v2/datasets", &root, &made).await.is(201);
        let expected = |code: (&str, bool), mm: &str| {
            vec![(code.0.into(), String::new(), code.1), (mm.into(), "mm".to_string(), true)]
        };
        let next = async |query: &str, table: &str| {
            let target = format!("/v2/datasets/codes/revisions{query}");
            upload(&site, &root, &target, table).header("Prefer", "wait=30").send().await.is(201);
            columns(&site).await
        };

        assert_eq!(next("", "code,mm\n1,2\n2,3\n").await, expected(("category", false), "number"));
        assert_eq!(next("", "code,mm\n1,2\n,3\n").await, expected(("category", true), "number"));
        assert_eq!(next("?types[code]=integer", "code,mm\n1,x\n").await, expected(("integer", true), "text"));
    }
}

#[rocket::async_test]
async fn what_is_said_of_columns_beside_the_next_table_is_theirs() {
    for (site, root) in [large().await, site().await] {
        upload(&site, &root, "/v2/datasets?identifier=wet&units[mm]=cm&index=day", RAIN)
            .header("Prefer", "wait=30")
            .send()
            .await
            .is(201);
        let next = |query: &str| {
            let target = format!("/v2/datasets/wet/revisions?{query}");
            upload(&site, &root, &target, "day,mm\n2024-05-04,7\n").header("Prefer", "wait=30").send()
        };

        next("units[mm]=mm&descriptions[day]=UTC&index=mm").await.is(201);

        let document = site.get("/v2/datasets/wet").await.is(200).json();
        let [day, mm] = [&document["columns"][0], &document["columns"][1]];
        assert_eq!((&day["description"], &mm["unitText"]), (&json!("UTC"), &json!("mm")));
        assert_eq!((&day["indexed"], &mm["indexed"]), (&json!(true), &json!(true)));
        let unknown = next("units[zz]=m").await;
        assert!(unknown.text().contains("units[zz]"), "{unknown:?}");
        let after = site.get("/v2/datasets/wet").await.is(200).json();
        assert_eq!(after["newestRevision"], document["newestRevision"]);
    }
}

#[rocket::async_test]
async fn a_job_reads_a_table_in_the_dialect_that_was_said_of_it() {
    let (site, root) = idle().await;
    let query = "quote=%27&escape=%5C";
    let table = "1,'a,\\'b'\n2,c\n";
    let post = |target: String| {
        upload(&site, &root, &target, table).header("Content-Type", "text/csv; header=absent").send()
    };

    post(format!("/v2/datasets?identifier=said&{query}")).await.is(202);
    assert!(work(&site).await);
    post(format!("/v2/datasets/said/revisions?{query}&types[column_1]=category")).await.is(202);
    assert!(work(&site).await);
    post(format!("/v2/datasets/said/rows?{query}")).await.is(201);

    let rows = site.get("/v2/datasets/said/rows").await.is(200).json();
    let cells: Vec<_> = rows["member"].as_array().unwrap().iter().map(|row| &row["cells"]).collect();
    let [one, two] =
        [json!({"column_1": "1", "column_2": "a,'b"}), json!({"column_1": "2", "column_2": "c"})];
    assert_eq!(cells, [&one, &two, &one, &two]);
    let target = "/v2/datasets?identifier=other&header=present";
    let present = upload(&site, &root, target, "a\n1\n").header("Content-Type", "text/csv; header=absent");
    present.send().await.is(202);
    assert!(work(&site).await);
    assert_eq!(site.get("/v2/datasets/other").await.is(200).json()["rowCount"], 1);
    upload(&site, &root, "/v2/datasets?header=perhaps", "a\n1\n").send().await.is(400);
}

#[rocket::async_test]
async fn words_about_a_table_are_bounded_also_where_none_comes() {
    let (site, root) = site().await;
    let made =
        json!({"identifier": "codes", "name": "Codes", "columns": [{"name": "code", "columnType": "text"}]});
    site.post("/v2/datasets", &root, &made).await.is(201);

    for (query, parameter) in [
        (format!("units[code]={}", "m".repeat(5_000)), "units[code]"),
        ("delimiter=ab".into(), "delimiter"),
        ("header=maybe".into(), "header"),
    ] {
        for (path, body) in [("revisions", json!({})), ("rows", json!({"cells": {"code": "a"}}))] {
            let target = format!("/v2/datasets/codes/{path}?{query}");
            let problem = site.post(&target, &root, &body).await.is(400).json();
            assert_eq!(problem["errors"][0]["parameter"], parameter, "{target}");
        }
    }
}
