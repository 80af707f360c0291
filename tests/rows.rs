//! Rows of a dataset's head: filters, search, order, columns, counts and pages, the same on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

#[path = "rows/bounds.rs"]
mod bounds;
#[path = "rows/columns.rs"]
mod columns;
mod common;
#[path = "rows/files.rs"]
mod files;
#[path = "rows/indexed.rs"]
mod indexed;
#[path = "rows/walks.rs"]
mod walks;

use almanac::domain::permission::Role;
use common::{Answer, BASE, Site};
use serde_json::{Value, json};

/// Header and rows of a table with a column of each type, missing cells, and text in many alphabets.
const BIRDS: &str = "\
name,mass,rings,tagged,seen,at,site
Ærø tern,100.5,1,true,2024-02-29,2024-02-29T12:00:00Z,north
arctic TERN,99,2,false,2024-03-01,2024-03-01T12:00:00.5Z,north
\"Gull, \"\"common\"\"\",400,,true,2023-12-31,2024-01-01T00:30:00+01:00,south
50%_off,0.1,0,,2024-01-01,,south
,-3,7,false,,2020-05-05T05:05:05Z,
雨,1e3,9007199254740993,true,2024-02-28,2024-02-29T11:59:59.999999Z,north
";

/// The same with types that six rows do not suggest.
async fn birds(site: &Site) -> String {
    let root = site.user("root", Role::Admin).await;
    let types = ["text", "number", "integer", "boolean", "date", "datetime", "category"];
    let mut lines = csv::Reader::from_reader(BIRDS.as_bytes());
    let names: Vec<String> = lines.headers().unwrap().iter().map(String::from).collect();
    let columns: Vec<Value> =
        names.iter().zip(types).map(|(name, kind)| json!({"name": name, "columnType": kind})).collect();
    let draft = json!({"identifier": "birds", "name": "Birds", "columns": columns});
    site.post("/v2/datasets", &root, &draft).await.is(201);
    for line in lines.records() {
        let cell = |(text, kind): (&str, &str)| match kind {
            _ if text.is_empty() => Value::Null,
            "number" | "integer" | "boolean" => serde_json::from_str(text).unwrap(),
            _ => json!(text),
        };
        let line = line.unwrap();
        let cells: serde_json::Map<String, Value> =
            names.iter().cloned().zip(line.iter().zip(types).map(cell)).collect();
        site.post("/v2/datasets/birds/rows", &root, &json!({"cells": cells})).await.is(201);
    }
    root
}

/// A text as it stands in a query.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn rows(site: &Site, query: &str) -> Answer {
    site.get(&format!("/v2/datasets/birds/rows?{query}")).await
}

/// Numbers of the rows of a page, in order.
fn numbers(page: &Value) -> Vec<i64> {
    let number = |row: &Value| row["identifier"].as_str().unwrap().parse().unwrap();
    page["member"].as_array().unwrap().iter().map(number).collect()
}

async fn found(site: &Site, query: &str) -> Vec<i64> {
    numbers(&rows(site, query).await.is(200).json())
}

#[rocket::async_test]
async fn each_operator_compares_cells_as_their_column_is_typed() {
    let site = Site::empty().await;
    birds(&site).await;

    for (query, expected) in [
        ("filter[mass][gt]=99", vec![1, 3, 6]),
        ("filter[mass][ge]=99&filter[mass][lt]=400", vec![1, 2]),
        ("filter[mass][eq]=1000.0", vec![6]),
        ("filter[rings][eq]=9007199254740993", vec![6]),
        ("filter[rings][eq]=9007199254740992", vec![]),
        ("filter[rings][ne]=1", vec![2, 4, 5, 6]),
        ("filter[rings][in]=1,2", vec![1, 2]),
        ("filter[tagged][eq]=true", vec![1, 3, 6]),
        ("filter[tagged][ne]=true", vec![2, 5]),
        ("filter[tagged][isnull]=true", vec![4]),
        ("filter[name][isnull]=false", vec![1, 2, 3, 4, 6]),
        ("filter[seen][le]=2024-01-01", vec![3, 4]),
        ("filter[at][lt]=2024-01-01T00:00:00Z", vec![3, 5]),
        ("filter[at][eq]=2023-12-31T23:30:00Z", vec![3]),
        ("filter[at][gt]=2024-02-29T11:59:59.999998Z", vec![1, 2, 6]),
        ("filter[site][eq]=north&filter[tagged][eq]=true", vec![1, 6]),
        ("filter[site][in][]=south&filter[site][in][1]=north", vec![1, 2, 3, 4, 6]),
        ("filter[name][contains]=tern", vec![1, 2]),
        ("filter[name][contains]=%25_", vec![4]),
        ("filter[name][contains]=%C3%A6", vec![]),
        ("filter[name][in]=%22Gull,%20%22%22common%22%22%22,%E9%9B%A8", vec![3, 6]),
        ("filter[name][gt]=a", vec![1, 2, 6]),
        ("filter[name][eq]=", vec![1, 2, 3, 4, 5, 6]),
    ] {
        assert_eq!(found(&site, query).await, expected, "{query}");
    }
}

#[rocket::async_test]
async fn a_whole_number_that_readers_of_json_would_round_is_a_text_and_may_be_sent_back() {
    let site = Site::empty().await;
    let root = birds(&site).await;
    let row = "/v2/datasets/birds/rows/6";

    let mut sent = site.get(row).await.is(200).json();
    assert_eq!(sent["cells"]["rings"], "9007199254740993");
    let page = site.get("/v2/datasets/birds/rows?facet=rings").await.is(200).json();
    assert_eq!(page["member"][5]["cells"]["rings"], "9007199254740993");
    assert!(page["facets"].to_string().contains("\"9007199254740993\""), "{}", page["facets"]);
    let triples = site.get(&format!("{row}.nt")).await.is(200).text();
    assert!(
        triples.contains("\"9007199254740993\"^^<http://www.w3.org/2001/XMLSchema#integer>"),
        "{triples}"
    );
    let lines = site.get("/v2/datasets/birds/rows.ndjson").await.is(200).text();
    assert!(lines.contains(":9007199254740993,"), "{lines}");

    sent["cells"]["mass"] = json!(2);
    let now = site.put(row, &root, &sent).send().await.is(200).json();
    assert_eq!((&now["cells"]["mass"], &now["cells"]["rings"]), (&json!(2), &json!("9007199254740993")));
    sent["cells"]["rings"] = json!(i64::MIN);
    let now = site.put(row, &root, &sent).send().await.is(200).json();
    assert_eq!(now["cells"]["rings"], "-9223372036854775808");
    for wrong in ["9", "9007199254740991", "+9007199254740993", "9223372036854775808"] {
        sent["cells"]["rings"] = json!(wrong);
        site.put(row, &root, &sent).send().await.is(422).has_problem("unprocessable").at("/cells/rings");
    }
}

#[rocket::async_test]
async fn a_search_finds_text_in_any_column_of_text() {
    let site = Site::empty().await;
    birds(&site).await;

    assert_eq!(found(&site, "q=TERN").await, [1, 2]);
    assert_eq!(found(&site, "q=sOuth").await, [3, 4]);
    assert_eq!(found(&site, "q=north&q=t").await, [1, 2, 6]);
    assert_eq!(found(&site, "q=100").await, [0; 0]);
    assert_eq!(found(&site, "q=%25").await, [4]);
}

#[rocket::async_test]
async fn an_order_is_by_code_point_with_missing_cells_last_in_both_directions() {
    let site = Site::empty().await;
    birds(&site).await;

    assert_eq!(found(&site, "sort=name").await, [4, 3, 2, 1, 6, 5]);
    assert_eq!(found(&site, "sort=-name").await, [6, 1, 2, 3, 4, 5]);
    assert_eq!(found(&site, "sort=-mass").await, [6, 3, 1, 2, 4, 5]);
    assert_eq!(found(&site, "sort=tagged,-at").await, [2, 5, 1, 6, 3, 4]);
    assert_eq!(found(&site, "sort=site,rings").await, [1, 2, 6, 4, 3, 5]);
    assert_eq!(found(&site, "sort=-site&sort=name").await, [4, 3, 2, 1, 6, 5]);
}

#[rocket::async_test]
async fn other_columns_are_left_out_in_every_format() {
    let site = Site::empty().await;
    birds(&site).await;

    let page = rows(&site, "fields=site,mass&sort=name&limit=2").await.is(200).json();
    assert_eq!(page["member"][0]["cells"], json!({"mass": 0.1, "site": "south"}));
    let query = "fields=site,mass&sort=name&filter[site][eq]=north&limit=2";
    let csv = site.get(&format!("/v2/datasets/birds/rows.csv?{query}")).await.is(200).text();
    assert_eq!(csv, "mass,site\n99,north\n100.5,north\n");
    let ndjson = site.get(&format!("/v2/datasets/birds/rows.ndjson?{query}")).await.is(200).text();
    assert_eq!(ndjson, "{\"mass\":99,\"site\":\"north\"}\n{\"mass\":100.5,\"site\":\"north\"}\n");
    for media in ["text/html", "text/turtle", "application/hal+json", "application/prs.hal-forms+json"] {
        site.get_as(&format!("/v2/datasets/birds/rows?{query}"), media).await.is(200);
    }
}

#[rocket::async_test]
async fn values_of_a_column_are_counted_in_the_whole_selection() {
    let site = Site::empty().await;
    birds(&site).await;

    let page = rows(&site, "facet=site,tagged&limit=1").await.is(200).json();
    let counts = |facet: &Value| -> Vec<(Value, i64)> {
        let one = |one: &Value| (one["value"].clone(), one["count"].as_i64().unwrap());
        facet["counts"].as_array().unwrap().iter().map(one).collect()
    };
    assert_eq!(page["facets"][0]["identifier"], "tagged");
    assert_eq!(counts(&page["facets"][0]), [(json!(true), 3), (json!(false), 2), (Value::Null, 1)]);
    assert_eq!(counts(&page["facets"][1]), [(json!("north"), 3), (json!("south"), 2), (Value::Null, 1)]);
    let page = rows(&site, "facet=site&filter[mass][lt]=100&limit=1").await.is(200).json();
    assert_eq!(
        counts(&page["facets"][0]),
        [(json!("north"), 1), (json!("south"), 1), (Value::Null, 1)],
        "equally many: by value, missing last"
    );
    assert!(rows(&site, "limit=1").await.json().get("facets").is_none());
}

#[rocket::async_test]
async fn what_is_wrong_with_a_query_is_400_and_named() {
    let site = Site::empty().await;
    birds(&site).await;
    let cursor = next_cursor(&rows(&site, "limit=2&sort=name&filter[mass][gt]=0").await.json());

    for (query, parameter, expected) in [
        ("filter[colour][eq]=red".to_string(), "filter[colour][eq]", "a column of the dataset"),
        ("filter[mass][like]=1".into(), "filter[mass][like]", "one of eq, ne, lt"),
        ("filter[mass][contains]=1".into(), "filter[mass][contains]", "column of type number"),
        ("filter[tagged][lt]=true".into(), "filter[tagged][lt]", "one of eq, ne, isnull"),
        ("filter[mass]=1".into(), "filter[mass]", "filter[column][operator]"),
        ("filter[mass][eq][0]=1".into(), "filter[mass][eq][0]", "filter[column][operator]"),
        ("filter[mass][eq]=wet".into(), "filter[mass][eq]", "a finite number"),
        ("filter[mass][eq]=NaN".into(), "filter[mass][eq]", "a finite number"),
        ("filter[rings][eq]=1.5".into(), "filter[rings][eq]", "an integer"),
        ("filter[rings][in]=1,,2".into(), "filter[rings][in]", "an integer"),
        ("filter[seen][eq]=2024-02-30".into(), "filter[seen][eq]", "a date"),
        ("filter[at][lt]=2024-01-01".into(), "filter[at][lt]", "a date and time"),
        ("filter[tagged][isnull]=maybe".into(), "filter[tagged][isnull]", "true or false"),
        ("filter[name][eq]=%00".into(), "filter[name][eq]", "text"),
        ("filter[name][contains]=a%00".into(), "filter[name][contains]", "U+0000"),
        ("q=%00".into(), "q", "U+0000"),
        ("sort=name,colour".into(), "sort", "a column of the dataset"),
        ("sort=name,-name".into(), "sort", "each column once"),
        ("fields=mass,c1".into(), "fields", "a column of the dataset"),
        ("facet=id".into(), "facet", "a column of the dataset"),
        ("facet=name,mass,rings,tagged,seen,at".into(), "facet", "at most 5 columns"),
        ("limit=0".into(), "limit", "one whole number"),
        ("mass=1".into(), "mass", "`filter[column][operator]`"),
        ("offset=3".into(), "offset", "`limit`, `after`"),
        ("after=x".into(), "after", "a cursor"),
        (format!("after={cursor}"), "after", "in this order, with these filters"),
        (format!("sort=name&before={cursor}"), "before", "in this order, with these filters"),
        (format!("sort=-name&filter[mass][gt]=0&after={cursor}"), "after", "in this order"),
        (
            format!("sort=name&filter[mass][gt]=0&after={cursor}&before={cursor}"),
            "before",
            "`after` or `before`",
        ),
    ] {
        let answer = rows(&site, &query).await;
        answer.is(400).has_problem("invalid-parameter");
        let error = answer.json()["errors"][0].clone();
        assert_eq!(error["parameter"], parameter, "{query}: {answer}");
        assert!(error["expected"].as_str().unwrap().contains(expected), "{query}: {answer}");
    }
    let several = rows(&site, "sort=x&filter[y][eq]=1&z=1").await.json();
    assert_eq!(several["errors"].as_array().unwrap().len(), 3);
    rows(&site, &format!("limit=1&sort=name&filter[mass][gt]=0&after={cursor}")).await.is(200);
}

fn next_cursor(page: &Value) -> String {
    let next = page["view"]["next"].as_str().unwrap();
    next.split("after=").nth(1).unwrap().to_string()
}

#[rocket::async_test]
async fn what_generic_clients_send_and_fields_left_empty_do_no_harm() {
    let site = Site::empty().await;
    birds(&site).await;

    let query = "page=1&itemsPerPage=30&order[name]=asc&limit=&after=&before=&sort=&fields=&facet=&q=&filter[mass][ge]=";
    let page = rows(&site, query).await.is(200).json();

    assert_eq!(numbers(&page), [1, 2, 3, 4, 5, 6]);
    assert_eq!(page["totalItems"], 6);
}

#[rocket::async_test]
async fn nothing_that_is_sent_becomes_sql() {
    let site = Site::empty().await;
    birds(&site).await;
    let injections = [
        "'",
        "\"",
        "' or 1=1 --",
        "1; drop table d1; --",
        "1) or (1=1",
        "mass) or (1=1",
        "c0",
        "id",
        "id; drop table users",
        "$1",
        "?1",
        "name desc, (select value from instance)",
        "\\",
        "/* */",
        "%' or '1'='1",
        "x' union select name, password from users --",
    ];

    for injection in injections {
        let text = encoded(injection);
        for parameter in ["limit", "after", "before", "sort", "fields", "facet"] {
            rows(&site, &format!("{parameter}={text}")).await.is(400);
        }
        rows(&site, &format!("sort=-{text}")).await.is(400);
        rows(&site, &format!("{text}=1")).await.is(400);
        rows(&site, &format!("filter[{text}][eq]=1")).await.is(400);
        rows(&site, &format!("filter[mass][{text}]=1")).await.is(400);
        for column in ["mass", "rings", "tagged", "seen", "at"] {
            rows(&site, &format!("filter[{column}][eq]={text}")).await.is(400);
        }
        for operator in ["eq", "contains"] {
            let expected: &[i64] = if operator == "contains" && injection == "\"" { &[3] } else { &[] };
            assert_eq!(
                found(&site, &format!("filter[name][{operator}]={text}")).await,
                expected,
                "{injection}"
            );
        }
        assert_eq!(found(&site, &format!("filter[name][ne]={text}")).await, [1, 2, 3, 4, 6], "{injection}");
        let listed = rows(&site, &format!("filter[name][in]={text}")).await;
        // Of a quote alone CSV makes an empty value.
        listed.is(if injection == "\"" { 400 } else { 200 });
        let expected: &[i64] = if injection == "\"" { &[3] } else { &[] };
        assert_eq!(found(&site, &format!("q={text}")).await, expected, "{injection}");
    }
    assert_eq!(found(&site, "").await, [1, 2, 3, 4, 5, 6]);
}

#[rocket::async_test]
async fn the_links_of_a_page_keep_what_was_asked_for() {
    let site = Site::empty().await;
    birds(&site).await;

    let query = "limit=1&filter[name][contains]=T&sort=-mass&fields=mass&facet=site";
    let page = rows(&site, query).await.is(200).json();

    assert_eq!(page["view"]["@id"], format!("{BASE}/v2/datasets/birds/rows?{query}"));
    assert_eq!(page["totalItems"], 2);
    let next = site.get(page["view"]["next"].as_str().unwrap()).await.is(200).json();
    assert_eq!((numbers(&next), &next["totalItems"]), (vec![2], &json!(2)));
    assert_eq!(next["member"][0]["cells"], json!({"mass": 99}));
    assert_eq!(next["facets"], page["facets"]);
    assert!(next["view"].get("next").is_none());
    let previous = site.get(next["view"]["previous"].as_str().unwrap()).await.is(200).json();
    assert_eq!(numbers(&previous), [1]);
    assert!(previous["view"].get("previous").is_none());
}

#[rocket::async_test]
async fn a_walk_goes_on_where_it_was_when_its_row_is_changed_or_deleted() {
    let site = Site::empty().await;
    let root = birds(&site).await;
    let next = async |query: &str| {
        let page = rows(&site, query).await.is(200).json();
        page["view"]["next"].as_str().unwrap().to_string()
    };
    let after_tern = next("sort=-mass&limit=3").await;

    let moved = json!({"cells": {"mass": 5000}});
    site.patch("/v2/datasets/birds/rows/1", &root, &moved).send().await.is(200);
    assert_eq!(numbers(&site.get(&after_tern).await.is(200).json()), [2, 4, 5]);
    site.delete("/v2/datasets/birds/rows/1", &root).send().await.is(204);
    assert_eq!(numbers(&site.get(&after_tern).await.is(200).json()), [2, 4, 5]);

    // A cell that no URL takes is looked up in its row.
    let long = json!({"cells": {"name": "a".repeat(5_000)}});
    site.patch("/v2/datasets/birds/rows/5", &root, &long).send().await.is(200);
    let after_long = next("sort=name&limit=3").await;
    assert!(after_long.len() < 200, "{after_long}");
    assert_eq!(numbers(&site.get(&after_long).await.is(200).json()), [2, 6]);
    site.delete("/v2/datasets/birds/rows/5", &root).send().await.is(204);
    let answer = site.get(&after_long).await;
    assert_eq!(answer.is(400).json()["errors"][0]["parameter"], "after");
}

#[rocket::async_test]
async fn the_template_of_a_page_names_what_can_be_asked_and_is_answered_as_it_says() {
    let site = Site::empty().await;
    birds(&site).await;

    let page = rows(&site, "").await.is(200).json();
    let mapping = page["search"]["mapping"].as_array().unwrap();
    let variables: Vec<&str> = mapping.iter().map(|one| one["variable"].as_str().unwrap()).collect();
    for there in
        ["limit", "after", "sort", "fields", "facet", "q", "filter[mass][ge]", "filter[name][contains]"]
    {
        assert!(variables.contains(&there), "{there}: {variables:?}");
    }
    for absent in ["filter", "filter[mass][contains]", "filter[tagged][lt]"] {
        assert!(!variables.contains(&absent), "{absent}");
    }
    let about = mapping.iter().find(|one| one["variable"] == "filter[mass][ge]").unwrap();
    assert_eq!(about["property"], format!("{BASE}/v2/datasets/birds#rows/mass"));
    let values = ["true", "1", "2024-01-01", "2024-01-01T00:00:00Z", "north"];
    for variable in variables.iter().filter(|variable| variable.starts_with("filter[")) {
        let name = encoded(variable);
        let mut taken = 0;
        for value in values {
            taken += usize::from(rows(&site, &format!("{name}={value}")).await.status == 200);
        }
        assert!(taken > 0, "{variable} takes no value");
    }
}
