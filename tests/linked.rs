//! Linked tables: what others write in the same database, read as a dataset; the same on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::{
        dataset::About,
        permission::Role,
        selection::{Position, Selection, Side},
        slug::Slug,
    },
    jobs::{self, link::Link},
    store::{self, Pools, migrate, rows::OURS},
};
use common::{Answer, Site};
use rocket::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// As somebody else's program does.
async fn run(site: &Site, sql: &'static str) {
    match site.works().store.pools() {
        Pools::Sqlite { write, .. } => drop(sqlx::raw_sql(sql).execute(write).await.unwrap()),
        Pools::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
    }
}

fn is_postgres(site: &Site) -> bool {
    matches!(site.works().store.pools(), Pools::Postgres(_))
}

/// A table as the tutorials have it.
const DATA: &str = "
create table \"my data\" (
    number integer primary key,
    \"Name\" text,
    height double precision,
    born date,
    alive boolean not null,
    \"odd \"\"one\" varchar(20)
);
insert into \"my data\" values
    (-3, 'Ann', 1.5, '1990-02-28', true, 'x'),
    (0, 'Bob', null, null, false, ''),
    (7, '', 2, '2000-02-29', true, 'y'),
    (1000, null, 1e300, '1999-12-31', false, null),
    (1001, 'Ädele', -0.5, '2024-01-01', true, 'x');
";

async fn linked(site: &Site, table: &str, key: Option<&str>) -> Result<store::rows::Keys, String> {
    let author = site.find_user("ann").await;
    let slug: Slug = Slug::from_title(table).unwrap();
    let about = About { name: table.into(), ..About::default() };
    let link = Link { table: table.into(), key: key.map(String::from), slug, about };
    let made = jobs::link::link(site.works(), link, &author).await;
    made.map(|made| store::rows::Keys { rows: made.rows, present: made.rows, distinct: made.rows })
        .map_err(|fault| fault.to_string())
}

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Publisher).await;
    run(&site, DATA).await;
    linked(&site, "my data", None).await.unwrap();
    (site, ann)
}

const ROWS: &str = "/v2/datasets/my-data/rows";

fn ids(page: &Answer) -> Vec<String> {
    let members = page.is(200).json()["member"].as_array().unwrap().clone();
    members.iter().map(|member| member["identifier"].as_str().unwrap().to_string()).collect()
}

#[rocket::async_test]
async fn rows_are_those_of_the_table_with_its_types() {
    let (site, _) = site().await;

    let dataset = site.get("/v2/datasets/my-data").await.is(200).json();
    let columns: Vec<(&str, &str)> = dataset["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["identifier"].as_str().unwrap(), one["columnType"].as_str().unwrap()))
        .collect();
    assert_eq!(
        columns,
        [
            ("number", "integer"),
            ("name", "text"),
            ("height", "number"),
            ("born", "date"),
            ("alive", "boolean"),
            ("odd_one", "text")
        ]
    );
    assert_eq!((&dataset["linked"], &dataset["rowCount"]), (&json!(true), &json!(5)));
    let page = site.get(ROWS).await;
    assert_eq!(ids(&page), ["-3", "0", "7", "1000", "1001"]);
    let cells = |at: usize| page.json()["member"][at]["cells"].clone();
    assert_eq!(
        cells(0),
        json!({"number": -3, "name": "Ann", "height": 1.5, "born": "1990-02-28", "alive": true, "odd_one": "x"})
    );
    assert_eq!(cells(2)["name"], Value::Null, "an empty text is missing, as in every table");
    assert_eq!(cells(3)["height"], json!(1e300));
    let row = site.get(&format!("{ROWS}/1001")).await.is(200).json();
    assert_eq!(row["cells"]["name"], "Ädele");
    site.get(&format!("{ROWS}/8")).await.is(404);
}

#[rocket::async_test]
async fn pages_filters_orders_facets_and_files_are_those_of_every_table() {
    let (site, _) = site().await;
    let asked = async |query: &str| ids(&site.get(&format!("{ROWS}?{query}")).await);

    assert_eq!(asked("sort=-height").await, ["1000", "7", "-3", "1001", "0"]);
    assert_eq!(asked("filter[born][ge]=1999-12-31&sort=born").await, ["1000", "7", "1001"]);
    assert_eq!(asked("filter[alive][eq]=false").await, ["0", "1000"]);
    assert_eq!(asked("filter[number][in]=7,-3").await, ["-3", "7"]);
    assert_eq!(asked("q=AN").await, ["-3"]);
    let facets = site.get(&format!("{ROWS}?facet=odd_one")).await.is(200).json();
    assert_eq!(facets["facets"][0]["counts"][0], json!({"@type": "Count", "value": "x", "count": 2}));
    assert_eq!(facets["totalItems"], 5);
    for order in ["", "&sort=name"] {
        let (mut url, mut walked) = (format!("{ROWS}?limit=2{order}"), Vec::new());
        let last = loop {
            let page = site.get(&url).await;
            walked.extend(ids(&page));
            match page.json()["view"]["next"].as_str() {
                Some(next) => url = next.into(),
                None => break page,
            }
        };
        assert_eq!(walked, asked(order.trim_start_matches('&')).await);
        let before = last.json()["view"]["previous"].as_str().unwrap().to_string();
        assert_eq!(ids(&site.get(&before).await), walked[2..4]);
    }
    let csv = site.get("/v2/datasets/my-data/export.csv?fields=number,name").await.is(200).text();
    assert_eq!(csv, "number,Name\n-3,Ann\n0,Bob\n7,\n1000,\n1001,Ädele\n");
    let old = site.get("/v1/datasets/my-data/rows?offset=1&limit=3").await.is(200).json();
    let numbers: Vec<&Value> = old["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(numbers, ["0", "7", "1000"]);
}

#[rocket::async_test]
async fn what_others_write_is_seen_at_once_and_kept_by_no_cache() {
    let (site, _) = site().await;
    let live =
        [ROWS.to_string(), format!("{ROWS}/7"), format!("{ROWS}?q=Ann"), "/v1/datasets/my-data/rows".into()];
    for target in &live {
        let answer = site.get(target).await;
        assert_eq!(answer.is(200).field("Cache-Control"), "no-store", "{answer}");
        assert_eq!(answer.header("ETag"), None);
    }
    let page = site.get_as("/v2/datasets/my-data", "text/html").await;
    assert!(!page.is(200).text().contains("Ädele"), "the page is kept: {page}");

    run(
        &site,
        "update \"my data\" set \"Name\" = 'Eve' where number = 7; insert into \"my data\" values \
                (8, 'New', 1, null, true, 'z'); delete from \"my data\" where number = 0",
    )
    .await;

    assert_eq!(ids(&site.get(ROWS).await), ["-3", "7", "8", "1000", "1001"]);
    assert_eq!(site.get(&format!("{ROWS}/7")).await.is(200).json()["cells"]["name"], "Eve");
    let old = site.get("/v1/datasets/my-data/rows?offset=4&limit=9").await.is(200).json();
    assert_eq!(old["items"][0]["id"], "1001");
}

#[rocket::async_test]
async fn nothing_is_written_through_here() {
    let (site, ann) = site().await;
    let row = json!({"cells": {"number": 9, "alive": true}});
    let csv = |path: &str| {
        let request = site.request(Method::Post, path).bearer(&ann).header("Content-Type", "text/csv");
        request.body("number,Name,height,born,alive,\"odd \"\"one\"\n9,x,1,,true,\n")
    };

    for answer in [
        site.post(ROWS, &ann, &row).await,
        csv(ROWS).send().await,
        site.put(&format!("{ROWS}/7"), &ann, &row).send().await,
        site.patch(&format!("{ROWS}/7"), &ann, &json!({"cells": {"name": "x"}})).send().await,
        site.delete(&format!("{ROWS}/7"), &ann).send().await,
        site.patch(ROWS, &ann, &json!([{"identifier": "7", "cells": {"name": "x"}}]))
            .header("Content-Type", "application/json")
            .send()
            .await,
        csv("/v2/datasets/my-data/revisions").send().await,
        site.patch(
            "/v2/datasets/my-data",
            &ann,
            &json!({"columns": [{"identifier": "name", "indexed": true}]}),
        )
        .send()
        .await,
    ] {
        answer.is(409).has_problem("read-only");
    }
    assert_eq!(ids(&site.get(ROWS).await), ["-3", "0", "7", "1000", "1001"]);
    let words = json!({"name": "Ours", "columns": [{"identifier": "height", "unitText": "m"}]});
    let changed = site.patch("/v2/datasets/my-data", &ann, &words).send().await;
    assert_eq!(changed.is(200).json()["columns"][2]["unitText"], "m");
}

#[rocket::async_test]
async fn a_sealed_revision_is_a_snapshot_like_every_other() {
    let (site, ann) = site().await;
    let seal = async || site.post("/v2/datasets/my-data/revisions", &ann, &json!({})).await;

    let first = seal().await.is(201).json();
    assert_eq!(first["rowCount"], 5);
    seal().await.is(303);
    run(&site, "delete from \"my data\" where number = 7").await;
    assert_eq!(seal().await.is(201).json()["rowCount"], 4);

    let csv = first["distribution"][0]["contentUrl"].as_str().unwrap();
    let answer = site.get(csv).await;
    assert!(
        answer
            .is(200)
            .text()
            .starts_with("number,Name,height,born,alive,\"odd \"\"one\"\n-3,Ann,1.5,1990-02-28,")
    );
    assert!(answer.field("Cache-Control").contains("immutable"), "{answer}");
    let rows = site.get("/v2/datasets/my-data/revisions/1/rows?limit=2").await;
    assert_eq!(rows.is(200).json()["totalItems"], 5);
    let profile = site.get(first["profile"].as_str().unwrap()).await;
    assert_eq!(profile.is(200).json()["columns"].as_array().unwrap().len(), 6);
    let dataset = site.get("/v2/datasets/my-data").await.is(200).json();
    assert_eq!((&dataset["rowCount"], &dataset["editedSinceRevision"]), (&json!(4), &json!(true)));
}

#[rocket::async_test]
async fn a_table_that_is_gone_is_said_to_be_and_revisions_stay() {
    let (site, ann) = site().await;
    site.post("/v2/datasets/my-data/revisions", &ann, &json!({})).await.is(201);

    let cascade =
        if is_postgres(&site) { "drop table \"my data\" cascade" } else { "drop table \"my data\"" };
    run(&site, cascade).await;

    for target in [
        ROWS.to_string(),
        format!("{ROWS}/7"),
        format!("{ROWS}?sort=name"),
        "/v1/datasets/my-data/rows".into(),
        "/v2/datasets/my-data/export.csv".into(),
    ] {
        site.get(&target).await.is(409).has_problem("source-changed");
    }
    site.post("/v2/datasets/my-data/revisions", &ann, &json!({})).await.is(409).has_problem("source-changed");
    site.get("/v2/datasets/my-data").await.is(200);
    site.get_as("/v2/datasets/my-data", "text/html").await.is(200);
    site.get("/v2/datasets/my-data/revisions/1/rows").await.is(200);
    // Migrations go on, which alter tables.
    migrate::down(&site.works().store).await.unwrap();
    migrate::up(&site.works().store).await.unwrap();
    site.get(ROWS).await.is(409).has_problem("source-changed");
    site.delete("/v2/datasets/my-data", &ann).send().await.is(204);
}

#[rocket::async_test]
async fn a_cell_of_another_type_is_no_cell_and_no_panic() {
    let (site, ann) = site().await;
    if is_postgres(&site) {
        return;
    }
    run(&site, "insert into \"my data\" values (5000, 'x', 'tall', null, true, null)").await;

    site.get(ROWS).await.is(409).has_problem("source-changed");
    site.post("/v2/datasets/my-data/revisions", &ann, &json!({})).await.is(409).has_problem("source-changed");
    assert_eq!(ids(&site.get(&format!("{ROWS}?limit=2")).await), ["-3", "0"]);
}

#[rocket::async_test]
async fn types_of_every_kind_are_read_as_ours_or_as_text() {
    let (site, _) = site().await;
    let (ddl, wanted) = match is_postgres(&site) {
        true => (
            "create schema other;
             create type mood as enum ('low', 'high');
             create table other.kinds (k bigint primary key, s smallint, r real, n numeric(9, 2), z timestamptz,
                 t timestamp, u uuid, j jsonb, m mood, a integer[], v varchar(9), c char(3), d date);
             insert into other.kinds values
                 (9007199254740993, 1, 1.5, 2.25, '2024-01-02 03:04:05.678901+02', '2024-01-02 03:04:05',
                  '00000000-0000-0000-0000-000000000001', '{\"b\": 1}', 'high', '{1,2}', 'x', 'y', 'infinity'),
                 (2, null, 'NaN', 'NaN', 'infinity', '-infinity', null, null, null, null, null, null, null)",
            json!({"k": "9007199254740993", "s": 1, "r": 1.5, "n": 2.25,
                   "z": "2024-01-02T01:04:05.678901Z", "t": "2024-01-02T03:04:05Z",
                   "u": "00000000-0000-0000-0000-000000000001", "j": "{\"b\": 1}", "m": "high", "a": "{1,2}",
                   "v": "x", "c": "y", "d": null}),
        ),
        false => (
            "create table kinds_of (k integer primary key, s smallint, r real, n numeric(9, 2), t timestamp, b boolean,
                 x, w integer, v varchar(9), f decimal);
             insert into kinds_of values (2, null, 9e999, null, null, null, null, null, null, 0.5),
                 (9007199254740993, 1, 1.5, 2, '2024-01-02 03:04:05', 1, 7, 'seven', 8, 3);
             create view kinds as select *, k * 2 as e, r * 2 as g, v || '!' as h from kinds_of",
            json!({"k": "9007199254740993", "s": 1, "r": 1.5, "n": 2, "t": "2024-01-02 03:04:05", "b": true,
                   "x": 7, "w": "seven", "v": "8", "f": 3, "e": "18014398509481986", "g": 3, "h": "8!"}),
        ),
    };
    run(&site, ddl).await;

    let name = if is_postgres(&site) { "other.kinds" } else { "kinds" };
    linked(&site, name, Some("k")).await.unwrap();

    let path = format!("/v2/datasets/{}/rows", Slug::from_title(name).unwrap());
    let row = site.get(&format!("{path}/9007199254740993")).await.is(200).json();
    assert_eq!(row["cells"], wanted);
    let other = site.get(&format!("{path}/2")).await.is(200).json();
    assert_eq!((&other["cells"]["r"], &other["cells"]["t"]), (&Value::Null, &Value::Null));
    assert_eq!(ids(&site.get(&format!("{path}?sort=-r")).await), ["9007199254740993", "2"]);
}

#[rocket::async_test]
async fn a_page_reads_no_more_than_itself_by_the_key_of_the_table() {
    let site = Site::empty().await;
    site.user("ann", Role::Publisher).await;
    let many = match is_postgres(&site) {
        true => {
            "create table many (id integer primary key, v integer);
                 insert into many select n, n % 7 from generate_series(1, 20000) as n;
                 create index many_v on many (v); analyze many"
        }
        false => {
            "create table many (id integer primary key, v integer);
                  with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
                  insert into many select i, i % 7 from n"
        }
    };
    run(&site, many).await;
    linked(&site, "many", None).await.unwrap();
    let mut conn = site.works().store.read().await.unwrap();
    let dataset = store::dataset::find(&mut conn, "many").await.unwrap();
    let side = Side::After(Position { row: 15_000, cells: Vec::new() });

    let table = (dataset.storage, dataset.columns.as_slice());
    let plan = store::rows::plan(&mut conn, table, &Selection::default(), &side, 10).await.unwrap();

    let by_key = ["SEARCH many USING INTEGER PRIMARY KEY", "Index Scan using many_pkey"];
    assert!(by_key.iter().any(|step| plan.contains(step)), "{plan}");
    assert!(!plan.lines().next().unwrap().contains("Sort"), "{plan}");
    assert_eq!(ids(&site.get("/v2/datasets/many/rows?filter[id_][gt]=15000&limit=1").await), ["15001"]);
}

#[rocket::async_test]
async fn what_can_be_done_says_that_rows_are_only_read() {
    let (site, ann) = site().await;
    let path = format!("{ROWS}/7");
    for target in [ROWS, &path] {
        let answer = site.request(Method::Options, target).bearer(&ann).send().await;
        for document in [answer.is(200).json(), site.get(target).await.is(200).json()] {
            let operations = document["operation"].as_array().unwrap();
            let methods: Vec<&Value> = operations.iter().map(|operation| &operation["method"]).collect();
            assert_eq!(methods, ["GET"], "{target}");
        }
    }
}

#[rocket::async_test]
async fn unlinking_takes_the_view_away_and_leaves_the_table() {
    let (site, ann) = site().await;

    site.delete("/v2/datasets/my-data", &ann).send().await.is(204);

    site.get(ROWS).await.is(410);
    run(&site, "insert into \"my data\" values (9, 'x', 1, null, true, null)").await;
    // As PostgreSQL would not while a view is there.
    run(&site, "drop table \"my data\"").await;
}

#[rocket::async_test]
async fn what_cannot_be_linked_is_refused_with_its_reason() {
    let (site, _) = site().await;
    run(&site, "create table keyless (a integer, b text); insert into keyless values (1, 'x'), (1, 'y'), (null, 'z');
                create table named (name varchar(9) primary key);
                create table pairs (a integer, b integer, primary key (a, b));
                create view good as select number, \"Name\", height * 2 as twice from \"my data\"").await;
    let bytes = if is_postgres(&site) {
        "create table bytes (a integer primary key, b bytea)"
    } else {
        "create table bytes (a integer primary key, b blob)"
    };
    run(&site, bytes).await;

    for (table, key, reason) in [
        ("none", None, "expected a table or view of the database"),
        ("users", None, "expected a table or view of the database"),
        ("USERS", None, "expected a table or view of the database"),
        ("token", Some("id"), "expected a table or view of the database"),
        ("linked1", Some("id"), "expected a table or view of the database"),
        ("x\"; drop table users; --", None, "expected a table or view of the database"),
        ("keyless", None, "expected --key"),
        ("keyless", Some("c"), "expected a column of the table"),
        ("keyless", Some("a"), "1 of 3 rows without one"),
        ("named", None, "expected a key of whole numbers"),
        ("pairs", None, "expected --key"),
        ("bytes", None, "found bytes"),
        ("good", None, "expected --key"),
    ] {
        let refused = linked(&site, table, key).await.unwrap_err();
        assert!(refused.contains(reason), "{table}: {refused}");
    }
    run(&site, "delete from keyless where a is null").await;
    let refused = linked(&site, "keyless", Some("a")).await.unwrap_err();
    assert!(refused.contains("1 different ones in 2 rows"), "{refused}");
    assert_eq!(linked(&site, "good", Some("number")).await.unwrap().rows, 5);
    let twice = site.get("/v2/datasets/good/rows/7").await.is(200).json();
    assert_eq!(twice["cells"]["twice"], json!(4));
    assert!(linked(&site, "my data", None).await.unwrap_err().contains("taken"), "its name is in use");
}

#[rocket::async_test]
async fn no_table_of_ours_is_ever_linked() {
    let (site, _) = site().await;
    let all: Vec<String> = match site.works().store.pools() {
        Pools::Sqlite { read, .. } => {
            let ours = "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'";
            sqlx::query_scalar(ours).fetch_all(read).await.unwrap()
        }
        Pools::Postgres(pool) => {
            let ours = "select tablename::text from pg_tables where schemaname = current_schema()";
            sqlx::query_scalar(ours).fetch_all(pool).await.unwrap()
        }
    };
    let numbered = |name: &str| name.starts_with("search_word_") || name == "my data";
    let all: BTreeSet<&str> = all.iter().map(String::as_str).filter(|name| !numbered(name)).collect();

    assert_eq!(all, OURS.iter().copied().collect::<BTreeSet<_>>());
}
