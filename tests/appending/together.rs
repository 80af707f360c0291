//! Rows that many clients add one by one, at the same time.

use super::{ROWS, birds, rows};
use crate::common::{Answer, Site};
use almanac::{
    domain::{audit::Line, permission::Role},
    store::{self, Pools, dataset},
};
use futures::future::join_all;
use serde_json::json;
use sqlx::AssertSqlSafe;
use std::{cell::Cell, collections::HashSet};

on_both! {
    each_of_many_who_add_a_row_at_once_gets_their_own
    many_who_add_a_row_at_once_share_transactions
    what_each_of_many_added_is_noted_as_theirs
    a_row_that_does_not_fit_keeps_no_other_out
    a_row_that_the_database_refuses_keeps_no_other_out
    nobody_adds_rows_to_what_is_gone_or_hidden
    a_client_that_goes_away_takes_nobodys_row_along
    who_reads_on_from_the_last_number_misses_no_row_that_two_servers_add
}

/// Answers to that many new rows that are sent at once, each with its number as mass.
async fn sent(site: &Site, token: &str, many: usize) -> Vec<Answer> {
    join_all((0..many).map(|mass| async move {
        site.post(ROWS, token, &json!({"cells": {"mass": mass, "site": format!("site {mass}")}})).await
    }))
    .await
}

#[track_caller]
fn are(status: u16, answers: Vec<Answer>) {
    for answer in answers {
        answer.is(status);
    }
}

async fn found(site: &Site) -> almanac::domain::dataset::Dataset {
    dataset::find(&mut site.works().store.read().await.unwrap(), "birds").await.unwrap()
}

/// What was noted of rows, the newest first.
async fn noted(site: &Site) -> Vec<Line> {
    let mut conn = site.works().store.read().await.unwrap();
    let lines = store::audit::page(&mut conn, i64::MAX, 1_000).await.unwrap();
    lines.into_iter().filter(|line| line.deed.resource == ROWS).collect()
}

/// Transactions that wrote something so far.
async fn written(site: &Site) -> i64 {
    const COUNT: &str = "select count(*) from cache_bump";
    match site.works().store.pools() {
        Pools::Sqlite { write, .. } => sqlx::query_scalar(COUNT).fetch_one(write).await,
        Pools::Postgres(pool) => sqlx::query_scalar(COUNT).fetch_one(pool).await,
    }
    .unwrap()
}

/// Runs a statement that no handler would.
async fn run(site: &Site, sql: String) {
    match site.works().store.pools() {
        Pools::Sqlite { write, .. } => sqlx::query(AssertSqlSafe(sql)).execute(write).await.map(drop),
        Pools::Postgres(pool) => sqlx::query(AssertSqlSafe(sql)).execute(pool).await.map(drop),
    }
    .unwrap();
}

mod promises {
    use super::*;

    pub async fn each_of_many_who_add_a_row_at_once_gets_their_own(site: &Site) {
        let token = birds(site).await;
        let before = found(site).await;

        let answers = sent(site, &token, 200).await;

        let mut numbers = HashSet::new();
        for (mass, answer) in answers.iter().enumerate() {
            let made = answer.is(201).json();
            assert_eq!(made["cells"]["mass"], json!(mass));
            assert!(numbers.insert(made["identifier"].to_string()), "given twice: {}", made["identifier"]);
            let read = site.get(answer.header("Location").unwrap()).await;
            assert_eq!((&read.is(200).json()["cells"], read.etag()), (&made["cells"], answer.etag()));
        }
        let after = found(site).await;
        assert_eq!((after.rows - before.rows, after.edits - before.edits), (200, 200));
        assert_eq!(rows(site).await.len(), 201);
    }

    pub async fn what_each_of_many_added_is_noted_as_theirs(site: &Site) {
        let (token, other) = (birds(site).await, site.user("ann", Role::Publisher).await);
        let before = noted(site).await.len();

        let (these, those) = futures::join!(sent(site, &token, 40), sent(site, &other, 40));

        let lines = noted(site).await;
        assert_eq!(lines.len() - before, 80);
        for (answers, actor) in [(these, "root"), (those, "ann")] {
            for answer in answers {
                let request = answer.is(201).field("X-Request-Id");
                let line = lines.iter().find(|line| line.deed.request == request).unwrap();
                assert_eq!((line.deed.actor.as_str(), line.deed.action.as_str()), (actor, "POST"));
                assert_eq!(line.changed, "dataset:birds list:datasets");
            }
        }
    }

    pub async fn a_row_that_does_not_fit_keeps_no_other_out(site: &Site) {
        let token = birds(site).await;
        let (good, bad) = (json!({"cells": {"mass": 1}}), json!({"cells": {"mass": "wet"}}));
        let send =
            |number: usize| site.post(ROWS, &token, if number.is_multiple_of(5) { &bad } else { &good });

        let answers = join_all((0..50).map(send)).await;

        for (number, answer) in answers.iter().enumerate() {
            answer.is(if number.is_multiple_of(5) { 422 } else { 201 });
        }
        assert_eq!(rows(site).await.len(), 41);
        assert_eq!(found(site).await.rows, 41);
    }

    pub async fn a_row_that_the_database_refuses_keeps_no_other_out(site: &Site) {
        let token = birds(site).await;
        let storage = found(site).await.storage;
        run(site, format!("create unique index once on d{storage} (c0)")).await;
        let send = async |mass: usize| site.post(ROWS, &token, &json!({"cells": {"mass": mass}})).await;

        let answers = join_all((0..60).map(|number| send(100 + number / 2))).await;

        let added = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.status == 409).count();
        assert_eq!((added, refused), (30, 30));
        let masses: HashSet<String> = rows(site).await.iter().map(|row| row["mass"].to_string()).collect();
        assert_eq!(masses.len(), 31);
        let head = found(site).await;
        assert_eq!((head.rows, head.edits), (31, 31));
        assert_eq!(noted(site).await.len(), 31);
    }

    pub async fn nobody_adds_rows_to_what_is_gone_or_hidden(site: &Site) {
        let (token, other) = (birds(site).await, site.user("ann", Role::Publisher).await);
        site.patch("/v2/datasets/birds", &token, &json!({"visibility": "private"})).send().await.is(200);

        let (own, hidden) = futures::join!(sent(site, &token, 20), sent(site, &other, 20));

        for answer in own {
            assert_eq!(answer.is(201).header("Cache-Control"), Some("private, no-store"));
        }
        let missing = site.post("/v2/datasets/none/rows", &other, &json!({"cells": {}})).await;
        for answer in hidden {
            let (found, expected) =
                (answer.is(404).header("Cache-Control"), missing.is(404).header("Cache-Control"));
            assert_eq!((found, answer.json()["title"].clone()), (expected, missing.json()["title"].clone()));
        }
        site.delete("/v2/datasets/birds", &token).send().await.is(204);
        are(410, sent(site, &token, 20).await);
        are(404, sent(site, &other, 20).await);
    }

    pub async fn a_client_that_goes_away_takes_nobodys_row_along(site: &Site) {
        let token = birds(site).await;
        let row = json!({"cells": {"mass": 7}});
        let mut gone = Vec::new();
        for _ in 0..10 {
            let mut request = Box::pin(site.post(ROWS, &token, &row));
            let _ = futures::poll!(&mut request);
            gone.push(request);
        }
        let staying = join_all((0..10).map(|_| site.post(ROWS, &token, &row)));

        drop(gone);

        are(201, staying.await);
        // Of those who went some may have been too late to take it back.
        let there = rows(site).await.len();
        assert!((11..=21).contains(&there), "{there}");
        assert_eq!(found(site).await.rows, there as i64);
    }

    pub async fn who_reads_on_from_the_last_number_misses_no_row_that_two_servers_add(site: &Site) {
        let (token, beside) = (birds(site).await, Site::beside(site).await);
        let head = found(site).await;
        let done = Cell::new(false);
        let writing = async {
            let answers = futures::join!(sent(site, &token, 100), sent(&beside, &token, 100));
            done.set(true);
            answers
        };
        let reading = async {
            let (mut read, mut last) = (HashSet::new(), 0);
            loop {
                let is_last = done.get();
                let mut conn = site.works().store.read().await.unwrap();
                let new =
                    store::rows::after(&mut conn, head.storage, &head.columns, last, 1_000).await.unwrap();
                last = new.last().map_or(last, |row| row.id);
                read.extend(new.iter().map(|row| row.id.to_string()));
                if is_last {
                    return read;
                }
            }
        };

        let ((these, those), read) = futures::join!(writing, reading);

        for answer in these.iter().chain(&those) {
            let made = answer.is(201).json();
            assert!(read.contains(made["identifier"].as_str().unwrap()), "missed: {}", made["identifier"]);
        }
        assert_eq!(read.len(), 201);
        assert_eq!(found(site).await.rows, 201);
    }

    pub async fn many_who_add_a_row_at_once_share_transactions(site: &Site) {
        let token = birds(site).await;
        let before = written(site).await;

        are(201, sent(site, &token, 200).await);

        let transactions = written(site).await - before;
        assert!(transactions <= 100, "{transactions} transactions for 200 rows");
    }
}
