//! Indexes that publishers ask for.

use crate::common::{Site, arrange};
use almanac::{
    domain::{
        permission::Role,
        selection::{Key, Selection, Side},
    },
    store::{dataset, rows},
};
use rocket::http::Method;
use serde_json::{Value, json};

const HEAD: &str = "/v2/datasets/birds";

/// Whether rows in order of the first column are read by its index.
async fn is_used(site: &Site) -> bool {
    let mut conn = site.works().store.read().await.unwrap();
    let found = dataset::find(&mut conn, "birds").await.unwrap();
    let order = vec![Key { column: 0, descending: false }];
    let selection = Selection { order, ..Selection::default() };
    let table = (found.storage, found.columns.as_slice());
    let plan = rows::plan(&mut conn, table, &selection, &Side::Start, 10).await.unwrap();
    plan.contains(&format!("d{}_c0", found.storage))
}

async fn said(site: &Site) -> Vec<Value> {
    let columns = site.get(HEAD).await.is(200).json()["columns"].clone();
    columns.as_array().unwrap().iter().map(|column| column["indexed"].clone()).collect()
}

/// Rows, so many that PostgreSQL finds an index worth it.
fn table() -> String {
    (0..5_000).fold("n,t\n".into(), |lines, n| format!("{lines}{},t{}\n", n * 7 % 5_000, n % 9))
}

async fn an_index_is_made_kept_and_dropped_as_asked(site: &Site) {
    let root = site.user("root", Role::Admin).await;
    let request = site.request(Method::Post, "/v2/datasets?identifier=birds&name=Birds&index=n");
    let request = request.bearer(&root).header("Content-Type", "text/csv");
    request.body(table()).send().await.is(201);
    assert_eq!((said(site).await, is_used(site).await), (vec![json!(true), json!(false)], true));

    let next = site.request(Method::Post, &format!("{HEAD}/revisions")).bearer(&root);
    next.header("Content-Type", "text/csv").body(table() + "5000,new\n").send().await.is(201);
    assert_eq!((said(site).await, is_used(site).await), (vec![json!(true), json!(false)], true));
    let sealed = site.get(&format!("{HEAD}/revisions/2")).await.is(200).json();
    assert!(sealed["columns"][0].get("indexed").is_none(), "a revision has no index");

    let tag = site.get(HEAD).await.etag();
    let drop =
        json!({"columns": [{"identifier": "n", "indexed": false}, {"identifier": "t", "indexed": true}]});
    let answer = site.patch(HEAD, &root, &drop).if_match(&tag).send().await;
    assert_ne!(answer.is(200).etag(), tag);
    assert_eq!((said(site).await, is_used(site).await), (vec![json!(false), json!(true)], false));
}

#[rocket::async_test]
async fn an_index_is_there_for_as_long_as_it_is_asked_for() {
    an_index_is_made_kept_and_dropped_as_asked(&Site::empty().await).await;
    if let Some(site) = Site::on_postgres().await {
        an_index_is_made_kept_and_dropped_as_asked(&site).await;
    }
}

#[rocket::async_test]
async fn an_index_that_cannot_be_is_refused_by_name() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    let target = "/v2/datasets?identifier=other&index=sight";
    let request = site.request(Method::Post, target).bearer(&root).header("Content-Type", "text/csv");
    let answer = request.body("n\n1\n").send().await;
    assert_eq!(answer.is(400).json()["errors"][0]["parameter"], "index");
    site.get("/v2/datasets/other").await.is(404);

    arrange::table(&site, &root, "birds", "Birds", &format!("t\n{}\n", "x".repeat(2_001))).await;
    let wanted = json!({"columns": [{"identifier": "t", "indexed": true}]});
    site.patch(HEAD, &root, &wanted).send().await.is(422).at("/columns/0/indexed");
    assert_eq!(said(&site).await, [false]);

    let many: Vec<Value> =
        (0..17).map(|n| json!({"name": format!("c{n}"), "columnType": "integer", "indexed": true})).collect();
    let draft = json!({"identifier": "many", "name": "Many", "columns": many});
    site.post("/v2/datasets", &root, &draft).await.is(422).at("/columns");
}
