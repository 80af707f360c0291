//! Rows of a head as one file.

use crate::{common::Site, encoded, numbers};
use almanac::{
    domain::{
        column::{Cell, Column, ColumnType},
        permission::Role,
    },
    table::parquet::own::Artifact,
};
use rocket::http::Method;
use serde_json::{Value, json};
use std::io::Write;

const EXPORT: &str = "/v2/datasets/many/export";

/// More rows than one range has, with ties, missing cells and text that CSV quotes; some of them deleted.
async fn many(site: &Site) -> String {
    let root = site.user("root", Role::Admin).await;
    let columns = json!([
        {"name": "n", "columnType": "integer"},
        {"name": "mass (g)", "identifier": "mass", "columnType": "number"},
        {"name": "site", "columnType": "text", "indexed": true},
    ]);
    let draft = json!({"identifier": "many", "name": "Many", "columns": columns});
    site.post("/v2/datasets", &root, &draft).await.is(201);
    let row = |n: i64| match n % 7 {
        0 => format!("{n},,\"a, \"\"b\"\"\"\n"),
        rest => format!("{n},{}.5,s{rest}\n", n * 37 % 1_000),
    };
    let table: String = std::iter::once("n,mass (g),site\n".into()).chain((1..=13_000).map(row)).collect();
    let request = site.request(Method::Post, "/v2/datasets/many/rows").bearer(&root);
    request.header("Content-Type", "text/csv").body(table).send().await.is(201);
    for number in [1, 700, 13_000] {
        site.delete(&format!("/v2/datasets/many/rows/{number}"), &root).send().await.is(204);
    }
    root
}

/// The first column of all pages.
async fn paged(site: &Site, query: &str) -> Vec<i64> {
    let mut url = format!("/v2/datasets/many/rows?limit=1000&{query}");
    let mut found = Vec::new();
    loop {
        let page = site.get(&url).await.is(200).json();
        found.extend(numbers(&page));
        match page["view"]["next"].as_str() {
            Some(next) => url = next.into(),
            None => return found,
        }
    }
}

#[rocket::async_test]
async fn a_file_has_the_rows_of_all_pages_in_their_order() {
    let site = Site::empty().await;
    many(&site).await;
    for query in [
        "",
        "sort=mass",
        "sort=-mass,site",
        "sort=-site",
        "sort=site,-mass&filter[mass][lt]=700",
        "filter[site][in]=s1,s3&filter[n][gt]=5000",
        "q=B%22",
        "filter[n][lt]=0",
    ] {
        let expected = paged(&site, query).await;

        let csv = site.get(&format!("{EXPORT}.csv?{query}")).await.is(200).text();

        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(reader.headers().unwrap(), vec!["n", "mass (g)", "site"], "{query}");
        let found: Vec<i64> = reader.records().map(|row| row.unwrap()[0].parse().unwrap()).collect();
        assert_eq!(found, expected, "{query}");
        let lines = site.get(&format!("{EXPORT}.ndjson?{query}")).await.is(200).text();
        let line = |line: &str| serde_json::from_str::<Value>(line).unwrap()["n"].as_i64().unwrap();
        assert_eq!(lines.lines().map(line).collect::<Vec<_>>(), expected, "{query}");
        let list = site.get(&format!("{EXPORT}.json?{query}")).await.is(200).json();
        let items = list.as_array().unwrap().iter().map(|item| item["n"].as_i64().unwrap());
        assert_eq!(items.collect::<Vec<_>>(), expected, "{query}");
        let document = site.get(&format!("{EXPORT}.jsonld?{query}")).await.is(200).json();
        let member = |row: &Value| row["cells"]["n"].as_i64().unwrap();
        let members = document["member"].as_array().unwrap().iter().map(member);
        assert_eq!(members.collect::<Vec<_>>(), expected, "{query}");
    }
}

#[rocket::async_test]
async fn a_file_that_is_json_ld_has_the_rows_as_their_pages_do() {
    let site = Site::empty().await;
    many(&site).await;
    let query = "sort=n&filter[n][lt]=9";

    let page = site.get(&format!("/v2/datasets/many/rows?{query}")).await.is(200).json();
    let file = site.get_as(&format!("{EXPORT}?{query}"), "application/ld+json").await;

    assert_eq!(file.is(200).field("Content-Type"), "application/ld+json");
    let id = "http://almanac.test/v2/datasets/many/export?sort=n&filter%5Bn%5D%5Blt%5D=9";
    assert_eq!(file.json()["@id"], id);
    for member in ["@context", "member", "dataset"] {
        assert_eq!(file.json()[member], page[member], "{member}");
    }
    let list = site.get_as(&format!("{EXPORT}?{query}"), "application/json").await.is(200).json();
    assert_eq!(list[0], page["member"][0]["cells"]);
}

#[rocket::async_test]
async fn a_parquet_file_of_rows_is_read_by_others() {
    let site = Site::empty().await;
    many(&site).await;
    let answer = site.get_as(&format!("{EXPORT}?fields=n,mass"), "application/vnd.apache.parquet").await;
    assert!(answer.is(200).field("Content-Disposition").contains("many.parquet"));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&answer.body).unwrap();
    let columns =
        [Column::new("n", "n", ColumnType::Integer), Column::new("mass", "mass (g)", ColumnType::Number)];

    let rows = Artifact::open(file.reopen().unwrap(), &columns).unwrap().range(0..20_000).unwrap();

    assert_eq!(rows.len(), 12_997);
    assert_eq!(rows[0], [Cell::Integer(2), Cell::Number(74.5)]);
    assert_eq!(rows[5], [Cell::Integer(7), Cell::Missing]);
}

#[rocket::async_test]
async fn clients_that_do_not_read_hold_no_connection() {
    let site =
        Site::with(json!({"databases": {"almanac": {"max_connections": 2, "connect_timeout": 3}}})).await;
    let root = many(&site).await;
    let mut open = Vec::new();
    for index in 0..20 {
        let target = format!("{EXPORT}.{}?sort=mass", ["csv", "ndjson"][index % 2]);
        open.push((index, target));
    }
    let mut held = Vec::new();
    for (_, target) in &open {
        held.push(site.request(Method::Get, target).open().await);
    }

    site.get("/v2/datasets/many/rows?limit=1&fields=n").await.is(200);
    site.post("/v2/datasets/many/rows", &root, &json!({"cells": {"n": 0}})).await.is(201);

    for response in held {
        assert_eq!(response.status().code, 200);
        let lines = response.into_string().await.unwrap().lines().count();
        assert!(lines >= 12_997, "{lines}");
    }
}

#[rocket::async_test]
async fn what_is_asked_of_a_file_wrongly_is_named_and_nobody_keeps_one() {
    let site = Site::empty().await;
    let root = many(&site).await;
    for (query, at) in [
        ("limit=5", "limit"),
        ("after=x", "after"),
        ("facet=site", "facet"),
        ("sort=c1", "sort"),
        ("sort=mass;drop table d1", "sort"),
        ("fields=rowid", "fields"),
        ("filter[c0][eq]=1", "filter[c0][eq]"),
        ("colour=red", "colour"),
    ] {
        let (name, text) = query.split_once('=').unwrap();
        let target = format!("{EXPORT}?{}={}", encoded(name), encoded(text));
        let errors = site.get(&target).await.is(400).json()["errors"].to_string();
        assert!(errors.contains(&format!("\"parameter\":\"{at}\"")), "{errors}");
    }
    // A browser that follows the link saves it.
    let answer = site.get_as(EXPORT, "text/html").await;
    assert_eq!(answer.is(200).field("Content-Type"), "text/csv; charset=utf-8");
    assert_eq!(answer.is(200).field("Cache-Control"), "no-store");
    assert!(answer.header("ETag").is_none());
    site.delete("/v2/datasets/many", &root).send().await.is(204);
    site.get(EXPORT).await.is(410);
    site.get("/v2/datasets/none/export").await.is(404);
}

#[rocket::async_test]
async fn a_page_of_rows_links_to_the_file_with_all_of_them() {
    let site = Site::empty().await;
    many(&site).await;
    let page =
        site.get("/v2/datasets/many/rows?limit=3&facet=site&sort=-n&filter[n][lt]=10").await.is(200).json();

    let file = site.get(page["export"].as_str().unwrap()).await.is(200).text();

    assert_eq!(file.lines().count(), 9, "{file}");
    assert!(file.lines().nth(1).unwrap().starts_with("9,"), "{file}");
}

#[rocket::async_test]
async fn no_more_files_are_open_than_there_is_room_for() {
    let site = Site::empty().await;
    many(&site).await;
    let open = || site.request(Method::Get, EXPORT).open();

    let mut reading = Vec::new();
    while reading.len() < 32 {
        let answer = open().await;
        assert_eq!(answer.status().code, 200);
        reading.push(answer);
    }
    site.get(EXPORT).await.is(503).header("Retry-After").unwrap();
    site.get("/v2/datasets/many/rows?limit=1").await.is(200);

    reading.clear();
    site.get(EXPORT).await.is(200);
}
