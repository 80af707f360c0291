//! Walks through all pages, against a plain computation over all rows.

use super::{encoded, numbers};
use crate::common::{Site, arrange};
use almanac::domain::permission::Role;
use chrono::DateTime;
use proptest::{
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use rocket::http::Method;
use serde_json::{Value, json};
use std::cmp::Ordering;

/// Columns and, of each, what its cells may be.
const COLUMNS: &[(&str, &[&str])] = &[
    ("n", &["-5", "0", "1", "2", "3", "40", ""]),
    ("x", &["-1.5", "0.1", "0.30000000000000004", "2.5", "1e300", "5e-324", ""]),
    ("t", &["a", "B", "b", "Ä", "ä", "ab", "a b", "雨", "%_", "'", "\u{1f327}", ""]),
    ("f", &["true", "false", ""]),
    ("d", &["2024-02-29", "2024-03-01", "1999-12-31", "0001-01-01", ""]),
    ("m", &["2024-02-29T12:00:00Z", "2024-02-29T12:00:00.5Z", "1969-12-31T23:59:59.999999Z", ""]),
    ("c", &["north", "North", "south", ""]),
];
const ROWS: usize = 150;

/// Of each column a choice for each row.
fn table(runner: &mut TestRunner) -> String {
    let mut lines = String::from("n,x,t,f,d,m,c\n");
    for row in 0..ROWS {
        let cells: Vec<String> = COLUMNS
            .iter()
            .map(|(name, cells)| match drawn(runner, &select(*cells)) {
                // Longer than a cursor, equal to the end.
                "ab" if *name == "t" => format!("{}{}", "ab".repeat(400), row % 3),
                cell => cell.into(),
            })
            .collect();
        lines.push_str(&cells.join(","));
        lines.push('\n');
    }
    lines
}

fn drawn<T>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

/// A condition: column, operator, value.
type Filter = (&'static str, &'static str, String);

fn filter() -> impl Strategy<Value = Filter> {
    (any::<Index>(), any::<Index>(), any::<Index>()).prop_map(|(column, operator, value)| {
        let (name, cells) = COLUMNS[column.index(COLUMNS.len())];
        let operators: &[&str] = match name {
            "f" => &["eq", "ne", "isnull"],
            "t" | "c" => &["eq", "ne", "lt", "le", "gt", "ge", "in", "isnull", "contains"],
            _ => &["eq", "ne", "lt", "le", "gt", "ge", "in", "isnull"],
        };
        let operator = operators[operator.index(operators.len())];
        let value = match operator {
            "isnull" => ["true", "false"][value.index(2)],
            // Two of them, or one twice.
            "in" => {
                let other = cells[(value.index(cells.len() - 1) + 2) % (cells.len() - 1)];
                let values = format!("{},{other},{other}", cells[value.index(cells.len() - 1)]);
                return (name, operator, values);
            }
            _ => cells[value.index(cells.len() - 1)],
        };
        (name, operator, value.to_string())
    })
}

/// A key: column, whether the greatest comes first.
fn order() -> impl Strategy<Value = Vec<(&'static str, bool)>> {
    let names: Vec<&'static str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let keys = proptest::sample::subsequence(names, 0..=3).prop_shuffle();
    (keys, any::<[bool; 3]>()).prop_map(|(keys, down)| keys.into_iter().zip(down).collect())
}

/// How two present cells of a column stand to each other.
fn compare(column: &str, one: &Value, other: &Value) -> Ordering {
    let text = |value: &Value| value.as_str().unwrap().to_string();
    match column {
        "n" | "x" => one.as_f64().unwrap().total_cmp(&other.as_f64().unwrap()),
        "f" => one.as_bool().cmp(&other.as_bool()),
        "m" => {
            let moment = |value: &Value| DateTime::parse_from_rfc3339(&text(value)).unwrap();
            moment(one).cmp(&moment(other))
        }
        _ => text(one).chars().cmp(text(other).chars()),
    }
}

fn holds(row: &Value, (column, operator, value): &Filter) -> bool {
    let cell = &row["cells"][*column];
    if *operator == "isnull" {
        return cell.is_null() == (value == "true");
    }
    if *operator == "in" {
        return value.split(',').any(|one| holds(row, &(column, "eq", one.to_string())));
    }
    let wanted = match *column {
        "n" | "x" | "f" => serde_json::from_str(value).unwrap(),
        _ => Value::from(value.as_str()),
    };
    !cell.is_null()
        && match *operator {
            "contains" => cell.as_str().unwrap().to_ascii_lowercase().contains(&value.to_ascii_lowercase()),
            "eq" => compare(column, cell, &wanted).is_eq(),
            "ne" => compare(column, cell, &wanted).is_ne(),
            "lt" => compare(column, cell, &wanted).is_lt(),
            "le" => compare(column, cell, &wanted).is_le(),
            "gt" => compare(column, cell, &wanted).is_gt(),
            _ => compare(column, cell, &wanted).is_ge(),
        }
}

/// What the rows should be, by looking at each.
fn expected(all: &[Value], filters: &[Filter], order: &[(&str, bool)]) -> Vec<i64> {
    let mut rows: Vec<&Value> =
        all.iter().filter(|row| filters.iter().all(|filter| holds(row, filter))).collect();
    // Stable: the numbers decide among equals, in the direction of the last key.
    if order.last().is_some_and(|(_, down)| *down) {
        rows.reverse();
    }
    rows.sort_by(|one, other| {
        let by = |(column, down): &(&str, bool)| {
            let (one, other) = (&one["cells"][*column], &other["cells"][*column]);
            match (one.is_null(), other.is_null()) {
                (false, false) if *down => compare(column, other, one),
                (false, false) => compare(column, one, other),
                (one, other) => one.cmp(&other),
            }
        };
        order.iter().map(by).fold(Ordering::Equal, Ordering::then)
    });
    rows.iter().map(|row| row["identifier"].as_str().unwrap().parse().unwrap()).collect()
}

/// Numbers of the rows of each page, from a page on, by one relation.
async fn walk(site: &Site, mut url: String, relation: &str) -> (Vec<Vec<i64>>, String) {
    let mut pages = Vec::new();
    loop {
        let page = site.get(&url).await.is(200).json();
        pages.push(numbers(&page));
        assert!(pages.len() <= ROWS + 1, "{url} leads on and on");
        match page["view"][relation].as_str() {
            Some(next) => url = next.into(),
            None => return (pages, url),
        }
    }
}

async fn walks_visit_each_row_once_and_in_order(site: &Site, cases: usize) {
    let mut runner = TestRunner::deterministic();
    let root = site.user("root", Role::Admin).await;
    arrange::table(site, &root, "walked", "Walked", &table(&mut runner)).await;
    walks(site, &mut runner, cases).await;

    // Then the same with indexes.
    let indexed: Vec<Value> =
        COLUMNS.iter().map(|(name, _)| json!({"identifier": name, "indexed": true})).collect();
    let patched = site.request(Method::Patch, "/v2/datasets/walked").bearer(&root);
    patched.json(&json!({"columns": indexed})).send().await.is(200);
    walks(site, &mut runner, cases).await;
}

async fn walks(site: &Site, runner: &mut TestRunner, cases: usize) {
    let all = site.get("/v2/datasets/walked/rows?limit=1000").await.is(200).json();
    let all = all["member"].as_array().unwrap();
    let query = (proptest::collection::vec(filter(), 0..=2), order(), 1_usize..60);
    for _ in 0..cases {
        let (filters, order, limit) = drawn(runner, &query);
        let mut url = format!("/v2/datasets/walked/rows?limit={limit}");
        for (column, operator, value) in &filters {
            url.push_str(&format!("&filter[{column}][{operator}]={}", encoded(value)));
        }
        let keys: Vec<String> =
            order.iter().map(|(name, down)| format!("{}{name}", if *down { "-" } else { "" })).collect();
        url.push_str(&format!("&sort={}", keys.join(",")));
        let expected = expected(all, &filters, &order);

        let (pages, last) = walk(site, url.clone(), "next").await;
        assert_eq!(pages.concat(), expected, "{url}");
        let total = site.get(&url).await.json()["totalItems"].clone();
        assert_eq!(total, expected.len(), "{url}");
        let (mut back, _) = walk(site, last, "previous").await;
        back.reverse();
        assert_eq!(back.concat(), expected, "backwards: {url}");
    }
}

#[rocket::async_test]
async fn a_walk_under_any_filter_and_order_is_what_looking_at_each_row_gives() {
    walks_visit_each_row_once_and_in_order(&Site::empty().await, 100).await;
    if let Some(site) = Site::on_postgres().await {
        walks_visit_each_row_once_and_in_order(&site, 100).await;
    }
}
