//! How much may be asked for at once, and what is counted.

use super::{found, rows};
use crate::common::{Site, arrange};
use almanac::domain::permission::Role;
use serde_json::{Value, json};

#[rocket::async_test]
async fn a_wide_table_takes_as_much_as_is_allowed_and_no_more() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    let names: Vec<String> = (0..445).map(|number| format!("t{number}")).collect();
    let columns: Vec<Value> = names.iter().map(|name| json!({"name": name, "columnType": "text"})).collect();
    let draft = json!({"identifier": "birds", "name": "Wide", "columns": columns});
    site.post("/v2/datasets", &root, &draft).await.is(201);
    site.post("/v2/datasets/birds/rows", &root, &json!({"cells": {"t444": "wren"}})).await.is(201);

    let filters = |many: usize| "filter[t444][contains]=w&".repeat(many);
    let searches = |many: usize| "q=e&".repeat(many);
    let sort = |many: usize| format!("sort={}", names[..many].join(","));
    let listed = |many: usize| format!("filter[t444][in]={}", "wren,".repeat(many - 1) + "wren");
    assert_eq!(found(&site, &(filters(100) + &searches(10) + &sort(8))).await, [1]);
    assert_eq!(found(&site, &listed(1_000)).await, [1]);
    for (query, parameter) in
        [(filters(101), "filter"), (listed(1_001), "filter"), (searches(11), "q"), (sort(9), "sort")]
    {
        let answer = rows(&site, query.trim_end_matches('&')).await;
        assert_eq!(answer.is(400).json()["errors"][0]["parameter"], parameter);
    }
    let template = rows(&site, "").await.json()["search"]["mapping"].as_array().unwrap().len();
    assert!(template <= 100, "{template} variables");
}

#[rocket::async_test]
async fn a_count_under_a_filter_ends_where_it_would_cost_too_much() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    let lines: String = (0..10_050).map(|number| format!("{number},{}\n", number % 7)).collect();
    arrange::table(&site, &root, "birds", "Many", &format!("n,k\n{lines}")).await;

    assert_eq!(rows(&site, "limit=1").await.json()["totalItems"], 10_050);
    assert_eq!(rows(&site, "limit=1&filter[n][ge]=50").await.json()["totalItems"], 10_000);
    assert!(rows(&site, "limit=1&filter[n][ge]=49").await.json().get("totalItems").is_none());
    assert_eq!(rows(&site, "limit=9&filter[n][lt]=5").await.json()["totalItems"], 5);
    let page = rows(&site, "limit=1&filter[k][eq]=3").await.json();
    assert_eq!(page["totalItems"], 1_436);
    let html = site.get_as("/v2/datasets/birds/rows?limit=1&filter[n][ge]=49", "text/html").await;
    assert!(html.is(200).text().contains("<table"));
}
