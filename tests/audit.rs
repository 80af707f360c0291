//! What was changed, by whom: noted with the change, chained, never altered without being found out.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::{
        audit::Line,
        job::{self, Work},
        permission::Role,
    },
    jobs::audit,
    store,
};
use common::{
    PASSWORD, Site, arrange,
    browser::{Browser, site},
};
use rocket::http::Method;
use serde_json::json;

/// Lines that were noted, the newest first.
async fn lines(site: &Site) -> Vec<Line> {
    let mut conn = site.works().store.read().await.unwrap();
    store::audit::page(&mut conn, i64::MAX, 1_000).await.unwrap()
}

async fn followed(site: &Site) -> Result<i64, i64> {
    let mut conn = site.works().store.read().await.unwrap();
    store::audit::verify(&mut conn).await.unwrap().map(|chain| chain.lines)
}

#[rocket::async_test]
async fn each_change_is_noted_with_who_when_what_and_the_states() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    let path = site.article(&ann, "Rain").await;
    let first = site.get(&path).await.etag();
    let answer = site.patch(&path, &ann, &json!({"headline": "Snow"})).send().await;
    let (second, request) = (answer.is(200).etag(), answer.field("X-Request-Id").to_string());
    site.delete(&path, &ann).send().await.is(204);

    let lines = lines(&site).await;
    let state = |tag: &str| tag.trim_matches('"').split('.').next().map(String::from);
    let [gone, changed, made] = &lines[..3] else { panic!("{lines:?}") };
    assert!(lines[..3].iter().all(|line| line.deed.actor == "ann" && line.changed.contains("article:rain")));
    assert_eq!((made.deed.action.as_str(), made.deed.resource.as_str()), ("POST", "/v2/articles"));
    assert_eq!((&made.before, &made.after), (&None, &state(&first)));
    assert_eq!((changed.deed.action.as_str(), changed.deed.resource.as_str()), ("PATCH", path.as_str()));
    assert_eq!((&changed.before, &changed.after), (&state(&first), &state(&second)));
    assert_eq!(changed.deed.request, request);
    assert_eq!((gone.deed.action.as_str(), &gone.before, &gone.after), ("DELETE", &state(&second), &None));
}

#[rocket::async_test]
async fn nothing_is_noted_of_what_was_refused_and_no_secret_of_what_was_done() {
    let site = Site::empty().await;
    let (ann, root) = (site.user("ann", Role::Reader).await, site.user("root", Role::Admin).await);
    let before = lines(&site).await.len();

    site.post("/v2/articles", &ann, &json!({"headline": "Rain"})).await.is(403);
    site.post("/v2/users", &root, &json!({"identifier": "Eve B"})).await.is(422);
    site.patch("/v2/users/ann", &root, &json!({"role": "editor"})).if_match("\"x\"").send().await.is(412);
    assert_eq!(lines(&site).await.len(), before);
    let secret = "a secret of eve, long enough";
    site.post("/v2/users", &root, &json!({"identifier": "eve", "password": secret})).await.is(201);
    let token = site.post("/v2/me/tokens", &root, &json!({"name": "x"})).await.is(201).json();
    let lines = lines(&site).await;
    assert_eq!(lines.len(), before + 2);
    let text = format!("{lines:?}");
    assert!(!text.contains(secret) && !text.contains(token["token"].as_str().unwrap()));
    assert!(lines[..2].iter().all(|line| line.deed.actor == "root"), "{lines:?}");
}

#[rocket::async_test]
async fn a_chain_holds_until_a_line_is_altered_or_taken_away() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    for headline in ["Rain", "Snow", "Hail"] {
        site.article(&ann, headline).await;
    }

    audit::whole(site.works()).await.unwrap();
    let noted = lines(&site).await;
    assert!(noted.len() >= 3 && noted.iter().all(|line| line.link.is_some()), "{noted:?}");
    assert_eq!(followed(&site).await, Ok(noted.len() as i64));
    site.article(&ann, "Fog").await;
    assert_eq!(followed(&site).await, Ok(noted.len() as i64), "what is not chained yet is no fault");
    audit::whole(site.works()).await.unwrap();
    assert_eq!(followed(&site).await, Ok(noted.len() as i64 + 1));
    let last = lines(&site).await[0].link.clone().unwrap().1;
    let mut conn = site.works().store.read().await.unwrap();
    assert_eq!(store::audit::verify(&mut conn).await.unwrap().unwrap().hash, last);
}

#[rocket::async_test]
async fn an_administrator_sees_what_was_changed_and_nobody_else_does() {
    let site = site().await;
    let ann = site.user("ann", Role::Editor).await;
    site.user("root", Role::Admin).await;
    site.article(&ann, "Rain").await;

    let page = Browser::signed_in(&site, "root").await.get("/account/audit").await;
    assert!(page.is(200).text().contains("article:rain") && !page.text().contains(PASSWORD), "{page}");
    Browser::signed_in(&site, "ann").await.get("/account/audit").await.is(403);
    Browser::new(&site).get("/account/audit").await.is(303);
    site.request(Method::Get, "/account/audit").bearer(&ann).send().await.is(303);
}

/// Who did what of the lines that name one of these tags, the oldest first.
async fn of(site: &Site, tag: &str) -> Vec<(String, String, String, bool)> {
    let found = lines(site).await.into_iter().rev();
    let found = found.filter(|line| line.changed.split(' ').any(|one| one.starts_with(tag)));
    found
        .map(|line| (line.deed.actor, line.deed.action, line.deed.resource, !line.deed.request.is_empty()))
        .collect()
}

fn done(actor: &str, action: &str, resource: &str, asked: bool) -> (String, String, String, bool) {
    (actor.into(), action.into(), resource.into(), asked)
}

#[rocket::async_test]
async fn tables_and_rows_are_noted_with_who_sent_them() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Publisher).await;
    arrange::table(&site, &ann, "rain", "Rain", "place,mm\nUlm,1\n").await;
    let send = async |path: &str| {
        let request = site.request(Method::Post, path).bearer(&ann).body("place,mm\nAalen,2\n");
        request.header("Content-Type", "text/csv").send().await.is(201);
    };
    send("/v2/datasets/rain/rows").await;
    let sealing = site.request(Method::Post, "/v2/datasets/rain/revisions").bearer(&ann).body("");
    sealing.send().await.is(201);
    send("/v2/datasets/rain/revisions").await;
    let columns = json!({"name": "Snow", "columns": [{"name": "cm", "columnType": "number"}]});
    site.post("/v2/datasets", &ann, &columns).await.is(201);

    let (rows, revisions) = ("/v2/datasets/rain/rows", "/v2/datasets/rain/revisions");
    let expected = ["/v2/datasets", rows, revisions, revisions].map(|path| done("ann", "POST", path, true));
    assert_eq!(of(&site, "dataset:rain").await, expected);
    assert_eq!(of(&site, "dataset:snow").await, [done("ann", "POST", "/v2/datasets", true)]);
}

#[rocket::async_test]
async fn what_a_job_made_is_noted_with_whose_job_it_was_and_so_is_that_it_was_queued_or_called_off() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Publisher).await;
    arrange::table(&site, &ann, "rain", "Rain", "place,mm\nUlm,1\n").await;
    let columns = json!({"cells": {"place": "Aalen", "mm": 2}});
    site.post("/v2/datasets/rain/rows", &ann, &columns).await.is(201);
    let sealing = site.request(Method::Post, "/v2/datasets/rain/revisions").bearer(&ann).body("");
    sealing.header("Prefer", "respond-async, wait=30").send().await.is(201);

    let path = "/v2/datasets/rain/revisions";
    assert_eq!(of(&site, "job:1").await[..1], [done("ann", "POST", path, true)]);
    let made = of(&site, "dataset:rain").await.pop();
    assert_eq!(made, Some(done("ann", "seal", "/v2/jobs/1", false)));

    let mut tx = site.works().store.write().await.unwrap();
    let never = Work::Seal(job::Seal { dataset: "rain".into(), note: None });
    let owner = site.find_user("ann").await;
    let job = store::job::enqueue(&mut tx, &never, &owner, chrono::Utc::now()).await.unwrap();
    store::job::cancel(&mut tx, job.id, chrono::Utc::now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(of(&site, "job:2").await, [done("almanac", "", "", false)]);
}

#[rocket::async_test]
async fn who_signs_in_and_out_is_noted_and_who_may_not_is_too() {
    let site = site().await;
    site.user("ann", Role::Reader).await;
    let mut browser = Browser::signed_in(&site, "ann").await;
    let token = browser.token("/account").await;
    browser.send("/sign-out", &[("csrf", &token)]).await.is(303);
    browser.sign_in("ann", "a wrong one, long enough").await.is(422);
    browser.sign_in("my password by mistake", "x").await.is(422);

    let sessions = [done("ann", "POST", "/sign-in", true), done("ann", "POST", "/sign-out", true)];
    assert_eq!(of(&site, "session:").await, sessions);
    let refused = [done("", "POST", "/sign-in", true)];
    assert_eq!(of(&site, "refused:ann").await, refused);
    assert_eq!(of(&site, "refused:nobody").await, refused);
    assert!(!format!("{:?}", lines(&site).await).contains("mistake"));
}

#[rocket::async_test]
async fn wrong_passwords_of_programs_are_noted_while_they_are_judged_and_a_flood_adds_no_lines() {
    let site = Site::empty().await;
    site.user("ann", Role::Reader).await;
    let guess = async |name: &str, count: usize| {
        let request = site.request(Method::Get, "/v2/articles").sent_from("192.0.2.1");
        request.basic(name, &format!("wrong {count}")).send().await
    };

    let first = guess("ann", 0).await;
    guess("nobody of that name", 0).await.is(401);
    for count in 1..40 {
        guess("ann", count).await;
    }
    // Nobody waits for the lines.
    while lines(&site).await.iter().filter(|line| line.changed.contains("refused:")).count() < 11 {
        tokio::task::yield_now().await;
    }
    let noted = lines(&site).await;
    let refused: Vec<&Line> = noted.iter().filter(|line| line.changed == "refused:ann").collect();
    assert_eq!(refused.len(), 10);
    assert_eq!(refused[9].deed.request, first.is(401).field("X-Request-Id"));
    assert_eq!(of(&site, "refused:nobody").await, [done("", "GET", "/v2/articles", true)]);
    assert!(!format!("{noted:?}").contains("of that name"));
}

#[rocket::async_test]
async fn where_nothing_is_to_be_chained_nothing_is_written() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    site.article(&ann, "Rain").await;
    audit::whole(site.works()).await.unwrap();

    // Of SQLite's writers there is one: another transaction that writes would wait for this one.
    let writing = site.works().store.write().await.unwrap();
    audit::whole(site.works()).await.unwrap();
    drop(writing);
}
