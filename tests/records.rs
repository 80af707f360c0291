//! Rows of revisions, which never change, and what one revision changed since another.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{Answer, Site, arrange};
use serde_json::{Value, json};

const DATASET: &str = "/v2/datasets/rain";

/// A site with a dataset of so many rows, `n` from 1 and its square; the token of an administrator.
async fn site(rows: u64) -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    let csv: String = (1..=rows).map(|n| format!("{n},{},row {n}\n", n * n)).collect();
    arrange::table(&site, &root, "rain", "Rain", &format!("n,square,name\n{csv}")).await;
    (site, root)
}

async fn revise(site: &Site, root: &str, csv: &str) {
    let request = site.request(rocket::http::Method::Post, &format!("{DATASET}/revisions"));
    request.bearer(root).header("Content-Type", "text/csv").body(csv).send().await.is(201);
}

fn numbers(page: &Value) -> Vec<i64> {
    page["member"].as_array().unwrap().iter().map(|row| row["cells"]["n"].as_i64().unwrap()).collect()
}

async fn counts(site: &Site, target: &str) -> [Value; 4] {
    let found = site.get(target).await.is(200).json();
    ["rowsAdded", "rowsRemoved", "rowsChanged", "rowsUnchanged"].map(|key| found[key].clone())
}

#[rocket::async_test]
async fn following_next_gives_every_row_once_whatever_became_of_the_head() {
    let (site, root) = site(1_050).await;
    site.delete(&format!("{DATASET}/rows/7"), &root).send().await.is(204);
    revise(&site, &root, "n\n1\n").await;

    let (mut url, mut seen, mut pages) =
        (format!("{DATASET}/revisions/1/rows?limit=100"), Vec::new(), Vec::new());
    loop {
        let page = site.get(&url).await.is(200).json();
        assert_eq!(page["totalItems"], 1_050);
        seen.extend(numbers(&page));
        pages.push(url);
        match page["view"]["next"].as_str() {
            Some(next) => url = next.to_string(),
            None => {
                assert!(page["view"]["previous"].is_string());
                break;
            }
        }
    }
    assert_eq!((seen, pages.len()), ((1..=1_050).collect::<Vec<i64>>(), 11));
}

#[rocket::async_test]
async fn a_page_can_show_some_columns_and_is_csv_and_ndjson_too() {
    let (site, _) = site(3).await;
    let target = format!("{DATASET}/revisions/1/rows?limit=2&after=1&fields=square,n");

    let page = site.get(&target).await.is(200).json();
    let csv = site.get_as(&target, "text/csv").await.is(200).text();
    let ndjson = site.get_as(&target, "application/x-ndjson").await.is(200).text();

    assert_eq!(page["member"][0]["cells"], json!({"n": 2, "square": 4}));
    assert_eq!(page["member"][0]["identifier"], "2");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert_eq!(ndjson.lines().count(), 2, "{ndjson}");
}

#[rocket::async_test]
async fn what_is_no_position_no_column_or_no_parameter_is_named() {
    let (site, _) = site(3).await;

    for (query, parameter) in [
        ("after=4", "after"),
        ("after=-1", "after"),
        ("after=01", "after"),
        ("after=x", "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("fields=n,none", "fields"),
        ("sort=n", "sort"),
        ("filter[n][eq]=1", "filter[n][eq]"),
    ] {
        let answer = site.get(&format!("{DATASET}/revisions/1/rows?{query}")).await;
        let errors = answer.is(400).json()["errors"].clone();
        assert_eq!(errors[0]["parameter"], parameter, "{query}: {errors}");
    }
    site.get(&format!("{DATASET}/revisions/2/rows")).await.is(404);
    assert!(
        numbers(&site.get(&format!("{DATASET}/revisions/1/rows?after=3")).await.is(200).json()).is_empty()
    );
}

#[rocket::async_test]
async fn rows_of_a_revision_are_kept_by_caches_and_gone_with_the_dataset() {
    let (site, root) = site(3).await;
    let target = format!("{DATASET}/revisions/1/rows");

    let first: Answer = site.get(&target).await;
    let again = site.request(rocket::http::Method::Get, &target).if_none_match(&first.etag()).send().await;
    site.delete(DATASET, &root).send().await.is(204);

    assert!(first.field("Cache-Control").contains("s-maxage="), "{first}");
    again.is(304);
    site.get(&target).await.is(410);
    site.get(&format!("{DATASET}/revisions/1/comparison")).await.is(410);
}

#[rocket::async_test]
async fn a_comparison_counts_rows_by_the_column_that_tells_them_apart() {
    let (site, root) = site(5).await;
    revise(&site, &root, "n,square,name\n1,1,row 1\n2,5,row 2\n4,16,row 4\n5,25,row five\n9,81,row 9\n")
        .await;

    let found = site.get(&format!("{DATASET}/revisions/2/comparison")).await.is(200).json();

    assert_eq!(found["keyColumns"], json!(["n"]));
    assert!(found["since"].as_str().unwrap().ends_with("/revisions/1"));
    let target = format!("{DATASET}/revisions/2/comparison?since=1&key=n");
    assert_eq!(counts(&site, &target).await, [json!(1), json!(1), json!(2), json!(2)]);
    let other_way = format!("{DATASET}/revisions/1/comparison?since=2");
    assert_eq!(counts(&site, &other_way).await, [json!(1), json!(1), json!(2), json!(2)]);
    let by_name = format!("{DATASET}/revisions/2/comparison?key=name");
    assert_eq!(counts(&site, &by_name).await, [json!(2), json!(2), json!(1), json!(2)]);
}

#[rocket::async_test]
async fn without_a_key_rows_are_compared_as_a_whole_and_as_often_as_they_are_there() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::table(&site, &root, "rain", "Rain", "wet,mm\nyes,1.5\nyes,1.5\nno,0\nno,0\n").await;
    revise(&site, &root, "wet,mm\nyes,1.5\nno,0\nno,0\nno,0\nno,\n").await;

    let found = site.get(&format!("{DATASET}/revisions/2/comparison")).await.is(200).json();

    assert_eq!((&found["keyColumns"], &found["rowsChanged"]), (&Value::Null, &Value::Null));
    let target = format!("{DATASET}/revisions/2/comparison");
    assert_eq!(counts(&site, &target).await, [json!(2), json!(1), Value::Null, json!(3)]);
    site.get(&format!("{target}?key=wet")).await.is(400);
}

#[rocket::async_test]
async fn a_comparison_tells_columns_that_came_went_and_changed_their_type() {
    let (site, root) = site(2).await;
    revise(&site, &root, "n,square,colour\n1,1,red\n2,four,blue\n").await;

    let found = site.get(&format!("{DATASET}/revisions/2/comparison")).await.is(200).json();
    let first = site.get(&format!("{DATASET}/revisions/1/comparison")).await.is(200).json();

    let names = |found: &Value, key: &str| -> Vec<String> {
        let columns = found[key].as_array().unwrap().iter();
        columns.map(|column| column["identifier"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(names(&found, "columnsAdded"), ["colour"]);
    assert_eq!(names(&found, "columnsRemoved"), ["name"]);
    assert_eq!(names(&found, "columnsRetyped"), ["square"]);
    assert_eq!(found["rowsUnchanged"], 2);
    assert_eq!(names(&first, "columnsAdded"), ["n", "square", "name"]);
    assert_eq!((&first["since"], &first["rowsAdded"]), (&Value::Null, &json!(2)));
    for query in ["since=0", "since=9", "since=x", "since=1&key=none"] {
        let status = site.get(&format!("{DATASET}/revisions/2/comparison?{query}")).await.status;
        assert_eq!(status, 400, "{query}");
    }
}

#[rocket::async_test]
async fn tables_without_a_common_column_have_no_row_in_common() {
    let (site, root) = site(3).await;
    revise(&site, &root, "other\n1\n2\n").await;

    let target = format!("{DATASET}/revisions/2/comparison");

    assert_eq!(counts(&site, &target).await, [json!(2), json!(3), Value::Null, json!(0)]);
}

#[rocket::async_test]
async fn a_key_that_is_no_column_is_refused_for_the_first_revision_too() {
    let (site, _) = site(2).await;

    for key in ["none", "%00", "n,none"] {
        let answer = site.get(&format!("{DATASET}/revisions/1/comparison?key={key}")).await;
        assert_eq!(answer.is(400).json()["errors"][0]["parameter"], "key", "{key}");
    }
    let found = site.get(&format!("{DATASET}/revisions/1/comparison?key=n")).await.is(200).json();
    assert_eq!(found["keyColumns"], json!(["n"]));
}

#[rocket::async_test]
async fn what_somebody_asks_of_a_revision_never_becomes_sql() {
    let (site, root) = site(3).await;
    revise(&site, &root, "n,square,name\n1,1,x\n").await;
    let document = site.get(&format!("{DATASET}/revisions/1")).await.body;
    for hostile in [
        "'; drop table revision; --",
        "1 or 1=1",
        "1) union select name, password from users --",
        "\"; delete from dataset where \"1\"=\"1",
        "1/**/;select pg_sleep(10)",
        "$1",
        "%00",
        "n\0",
        "c0",
        "rowid",
    ] {
        let text: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        for query in [
            format!("rows?limit={text}"),
            format!("rows?after={text}"),
            format!("rows?fields={text}"),
            format!("rows?{text}=1"),
            format!("comparison?since={text}"),
            format!("comparison?key={text}"),
        ] {
            let target = format!("{DATASET}/revisions/2/{query}");
            let answer = site.get(&target).await;
            let is_named = [400, 422].contains(&answer.status) && !answer.text().contains("SQL");
            assert!(is_named, "{target}: {answer}");
        }
        let path: String =
            percent_encoding::utf8_percent_encode(hostile, percent_encoding::NON_ALPHANUMERIC).collect();
        for place in ["rows", "comparison"] {
            let status = site.get(&format!("{DATASET}/revisions/{path}/{place}")).await.status;
            assert!([400, 404].contains(&status), "{hostile}: {status}");
        }
    }
    assert_eq!(site.get(&format!("{DATASET}/revisions/1")).await.body, document);
    assert_eq!(numbers(&site.get(&format!("{DATASET}/revisions/1/rows")).await.json()), [1, 2, 3]);
}
