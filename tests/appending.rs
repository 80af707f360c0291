//! Many rows at once: all of them or none, in any order of columns, on both databases. And what nobody should send.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{Answer, BASE, Site};
use rocket::http::Method;
use serde_json::{Value, json};

const ROWS: &str = "/v2/datasets/birds/rows";

/// A site with a table of two columns that must be there and one with an index, and an editor's token.
async fn birds(site: &Site) -> String {
    let token = site.user("root", Role::Admin).await;
    let columns = json!([
        {"name": "Body mass (g)", "identifier": "mass", "columnType": "number", "nullable": false},
        {"name": "seen", "columnType": "date"},
        {"name": "site", "columnType": "text", "indexed": true},
    ]);
    let draft = json!({"identifier": "birds", "name": "Birds", "columns": columns});
    site.post("/v2/datasets", &token, &draft).await.is(201);
    site.post(ROWS, &token, &json!({"cells": {"mass": 1, "site": "first"}})).await.is(201);
    token
}

/// What runs on each database that there is.
macro_rules! on_both {
    ($($name:ident)*) => { $(
        #[rocket::async_test]
        async fn $name() {
            promises::$name(&Site::empty().await).await;
            if let Some(site) = Site::on_postgres().await {
                promises::$name(&site).await;
            }
        }
    )* };
}

on_both! {
    a_table_in_any_format_and_order_of_columns_becomes_rows
    one_row_that_does_not_fit_keeps_all_others_out
    at_most_a_hundred_faults_are_listed
    a_page_of_rows_can_be_posted_as_it_was_read
    a_table_is_appended_once_for_one_idempotency_key
    a_table_is_not_appended_to_rows_in_another_state
    what_somebody_writes_never_becomes_sql
}

#[path = "appending/together.rs"]
mod together;

#[path = "appending/changing.rs"]
mod changing;

async fn posted(site: &Site, token: &str, media: &str, body: &str) -> Answer {
    let request = site.request(Method::Post, ROWS).bearer(token).header("Content-Type", media);
    request.body(body).send().await
}

async fn rows(site: &Site) -> Vec<Value> {
    let page = site.get(&format!("{ROWS}?limit=1000")).await.is(200).json();
    page["member"].as_array().unwrap().iter().map(|row| row["cells"].clone()).collect()
}

mod promises {
    use super::*;

    pub async fn a_table_in_any_format_and_order_of_columns_becomes_rows(site: &Site) {
        let token = birds(site).await;
        let ulm = json!({"mass": 2.5, "seen": "2024-02-29", "site": "Ulm"});
        let none = json!({"mass": 3, "seen": null, "site": null});
        let lines = format!("{ulm}\n{none}\n");
        for (media, body) in [
            ("text/csv", "site,Body mass (g),seen\nUlm,2.5,2024-02-29\n,3,\n"),
            ("text/csv", "mass,site,seen\n2.5,Ulm,2024-02-29\n3,,NA\n"),
            ("text/tab-separated-values", "site\tmass\tseen\nUlm\t2.5\t2024-02-29\n\t3\t\n"),
            ("application/x-ndjson", &lines),
            ("application/json", &json!([ulm, none]).to_string()),
            ("application/json", &json!([{"cells": ulm}, {"cells": {"mass": 3}}]).to_string()),
        ] {
            let before = rows(site).await.len();

            let answer = posted(site, &token, media, body).await;

            let page = answer.is(201).json();
            assert_eq!((&page["added"], &page["totalItems"]), (&json!(2), &json!(before + 2)), "{media}");
            let there = rows(site).await;
            assert_eq!(there[before..], [ulm.clone(), none.clone()], "{media}: {body}");
            let location = answer.field("Location");
            assert_eq!(page["view"]["@id"], location);
            let new = site.get(location.strip_prefix(BASE).unwrap()).await.is(200).json();
            assert_eq!(new["member"], page["member"]);
            assert_eq!(new["member"].as_array().unwrap().len(), 2);
        }
    }

    pub async fn one_row_that_does_not_fit_keeps_all_others_out(site: &Site) {
        let token = birds(site).await;
        let (dataset, before) = (site.get("/v2/datasets/birds").await.etag(), rows(site).await);
        let long = "x".repeat(2_001);
        for (media, body, at) in [
            ("text/csv", "mass,site\n1,a\nwet,b\n", "wet"),
            ("text/csv", "mass,sight\n1,a\n", "sight"),
            ("text/csv", "site\na\n", "mass"),
            ("text/csv", "mass,site\n1,a\n,b\n", "mass"),
            ("text/csv", "mass,site\n1,a\n2,b,c\n", "3"),
            ("text/csv", "mass,site\n", "row"),
            ("text/csv", &format!("mass,site\n1,{long}\n"), "index"),
            ("application/json", r#"[{"mass": 1}, {"mass": 2, "colour": "red"}]"#, "/1/colour"),
            ("application/json", r#"[{"mass": 1}, {"cells": {"mass": "wet"}}]"#, "/1/cells/mass"),
            ("application/json", r#"[{"mass": 1}, {"site": "no mass"}]"#, "nothing"),
            ("application/json", "[]", "row"),
            (
                "application/x-ndjson",
                "{\"mass\": 1}\n{\"seen\": \"2024-02-30\", \"mass\": 1}\n",
                "2024-02-30",
            ),
        ] {
            let answer = posted(site, &token, media, body).await;
            let errors = answer.is(422).json()["errors"].to_string();
            assert!(errors.contains(at), "{body}: {errors}");
        }
        for (media, body) in [("application/json", r#"[{"mass": 1}, {"mass":"#), ("image/png", "x")] {
            let status = posted(site, &token, media, body).await.status;
            assert!([400, 415, 422].contains(&status), "{media}: {status}");
        }
        assert_eq!(rows(site).await, before);
        assert_eq!(site.get("/v2/datasets/birds").await.etag(), dataset);
        let number = site.post(ROWS, &token, &json!({"cells": {"mass": 1}})).await.is(201).json();
        assert_eq!(number["identifier"], "2");
    }

    pub async fn at_most_a_hundred_faults_are_listed(site: &Site) {
        let token = birds(site).await;
        let wrong: String = std::iter::once("mass\n").chain(std::iter::repeat_n("wet\n", 5_000)).collect();
        let answer = posted(site, &token, "text/csv", &wrong).await;
        assert_eq!(answer.is(422).json()["errors"].as_array().unwrap().len(), 100);
    }

    pub async fn a_page_of_rows_can_be_posted_as_it_was_read(site: &Site) {
        let token = birds(site).await;
        let page = site.get(ROWS).await.json();
        posted(site, &token, "application/json", &page["member"].to_string()).await.is(201);
        let there = rows(site).await;
        assert_eq!((there.len(), &there[0]), (2, &there[1]));
    }

    pub async fn a_table_is_appended_once_for_one_idempotency_key(site: &Site) {
        let token = birds(site).await;
        let send = async || {
            let request = site.request(Method::Post, ROWS).bearer(&token).header("Content-Type", "text/csv");
            request.header("Idempotency-Key", "\"once\"").body("mass\n1\n2\n").send().await
        };
        let (first, again) = (send().await, send().await);
        assert_eq!((first.is(201).json(), again.header("Idempotent-Replayed")), (again.json(), Some("true")));
        assert_eq!(rows(site).await.len(), 3);
    }

    pub async fn a_table_is_not_appended_to_rows_in_another_state(site: &Site) {
        let token = birds(site).await;
        let old = site.get(ROWS).await.etag();
        posted(site, &token, "text/csv", "mass\n5\n").await.is(201);
        let request = site.request(Method::Post, ROWS).bearer(&token).header("Content-Type", "text/csv");
        request.if_match(&old).body("mass\n6\n").send().await.is(412);
        assert_eq!(rows(site).await.len(), 2);
    }

    /// Each parameter of a page of rows, by name and by value, and each place of a row.
    pub async fn what_somebody_writes_never_becomes_sql(site: &Site) {
        let token = birds(site).await;
        for hostile in HOSTILE {
            let text: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
            let queries = [
                format!("filter[site][eq]={text}"),
                format!("filter[site][in]={text},{text}"),
                format!("filter[site][contains]={text}"),
                format!("filter[mass][gt]={text}"),
                format!("filter[site][isnull]={text}"),
                format!("filter[{text}][eq]=1"),
                format!("filter[site][{text}]=1"),
                format!("filter[site][eq][{text}]=1"),
                format!("sort={text}"),
                format!("sort=-{text}"),
                format!("fields={text}"),
                format!("facet={text}"),
                format!("q={text}"),
                format!("limit={text}"),
                format!("after={text}"),
                format!("before={text}"),
                format!("{text}={text}"),
            ];
            for query in queries {
                let answer = site.get(&format!("{ROWS}?{query}")).await;
                match answer.status {
                    200 => assert_eq!(answer.json()["member"], json!([]), "{query}"),
                    status => assert_eq!(status, 400, "{query}"),
                }
            }
            for path in [format!("{ROWS}/{text}"), format!("/v2/datasets/{text}/rows")] {
                let status = site.get(&path).await.status;
                assert!([400, 404].contains(&status), "{path}: {status}");
            }
        }
        for hostile in HOSTILE {
            let row = json!({"cells": {"mass": 1, "site": hostile}});
            let status = site.post(ROWS, &token, &row).await.status;
            assert_eq!(status, if hostile.contains('\0') { 422 } else { 201 }, "{hostile:?}");
            let named = json!({"cells": {"mass": 1, *hostile: "x"}});
            site.post(ROWS, &token, &named).await.is(422);
        }
        let kept = HOSTILE.iter().filter(|hostile| !hostile.contains('\0'));
        let texts: Vec<Value> = rows(site).await[1..].iter().map(|cells| cells["site"].clone()).collect();
        assert_eq!(texts, kept.map(|hostile| json!(hostile)).collect::<Vec<_>>());
    }
}

/// What would do harm if it were read as SQL, or is long or odd enough to be misread.
const HOSTILE: &[&str] = &[
    "'; drop table d1; --",
    "\"; drop table d1; --",
    "1; drop table d1",
    "1) or 1=1 --",
    "' or ''='",
    "' union select password from user_account --",
    "c0; delete from dataset",
    "c0",
    "id",
    "revision",
    "rowid",
    "$1",
    "?1",
    "%",
    "\\",
    "\\'; select 1; --",
    "/* */",
    "x'00'",
    "nan",
    "null",
    "\u{0}",
    "a\u{0}b",
    "\u{202e}\u{feff}雨",
    "pg_sleep(9)",
    "(select 1)",
    "d1",
];
