//! Jobs: who sees them, and how they are called off; what they do, and how they are followed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;
#[path = "jobs/events.rs"]
mod events;
#[path = "jobs/hostile.rs"]
mod hostile;
#[path = "jobs/next.rs"]
mod next;
#[path = "jobs/tables.rs"]
mod tables;
#[path = "jobs/training.rs"]
mod training;

use almanac::{
    domain::{
        dataset::{About, Creator},
        job::{Job, Status, Training, Work},
        model::Draft,
        permission::Role,
        version::Words,
        visibility::Visibility,
    },
    jobs::{
        Progress,
        import::{Order, Source, Target, import},
    },
    store::{self, Handle, Raw},
    table::{Options, source::Format},
};
use chrono::{Duration, Utc};
use common::{
    Answer, BASE, Site, arrange,
    browser::{self, Browser, SECURE},
};
use rocket::http::Method;
use serde_json::{Value, json};
use std::io::Write;

/// A site with an administrator, and the token of that one.
async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    (site, root)
}

async fn with(site: &Site, token: &str, target: &str) -> Answer {
    site.request(Method::Get, target).bearer(token).send().await
}

/// What stands at the job that an answer names, once it has ended.
async fn ended(site: &Site, token: &str, job: &str) -> Value {
    loop {
        let told = site.works().ended.notified();
        let document = with(site, token, job).await.is(200).json();
        if !["queued", "running"].contains(&document["status"].as_str().unwrap()) {
            return document;
        }
        told.await;
    }
}

/// The content without what names the request.
fn without_instance(answer: &Answer) -> Value {
    let mut value = answer.json();
    value["instance"] = Value::Null;
    value
}

/// A job of somebody's that seems to be run by another process, so that no worker here takes it.
async fn job(site: &Site, owner: &str, slug: &str) -> Job {
    let owner = site.find_user(owner).await;
    let mut spool = site.works().blobs.spool().await.unwrap();
    spool.write_all(b"mm,wet\n1,no\n2,no\n8,yes\n9,yes\n").unwrap();
    let about = About {
        name: slug.into(),
        description: None,
        license: None,
        creator: None,
        creator_kind: Creator::default(),
        keywords: vec![],
        visibility: Visibility::Public,
    };
    let target = Target::New { slug: slug.parse().unwrap(), about, remarks: Default::default() };
    let source = Source { file: spool.into(), format: Format::Csv, options: Options::default() };
    let imported =
        import(site.works(), source, target, Order::of(&owner), &Progress::default()).await.unwrap();
    let now = Utc::now();
    let words = Words { headline: slug.into(), description: None, visibility: Visibility::Public };
    let settings = Draft::of("wet").checked().unwrap();
    let mut tx = site.works().store.write().await.unwrap();
    let dataset = imported.dataset.id;
    let model = store::model::insert(&mut tx, &slug.parse().unwrap(), &words, dataset, &owner.name, now)
        .await
        .unwrap();
    let (model, dataset) = (model.slug.to_string(), slug.to_string());
    let work = Work::Train(Training { model, dataset, revision: 1, settings, weights: None });
    let job = store::job::enqueue(&mut tx, &work, &owner, now).await.unwrap();
    let taken = "update job set status = 'running', attempt = 1, lease = $2 where id = $1";
    let lease = (now + Duration::days(1)).timestamp_millis();
    match tx.raw().await.unwrap() {
        Raw::Sqlite(db) => drop(sqlx::query(taken).bind(job.id).bind(lease).execute(db).await.unwrap()),
        Raw::Postgres(db) => drop(sqlx::query(taken).bind(job.id).bind(lease).execute(db).await.unwrap()),
    }
    let job = store::job::find(&mut tx, job.id).await.unwrap();
    tx.commit().await.unwrap();
    job
}

async fn status(site: &Site, job: &Job) -> Status {
    store::job::find(&mut site.works().store.read().await.unwrap(), job.id).await.unwrap().status
}

#[rocket::async_test]
async fn a_running_job_is_shown_to_its_owner_and_kept_nowhere() {
    let (site, _) = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let job = job(&site, "ann", "rain").await;

    let answer = with(&site, &ann, &format!("/v2/jobs/{}", job.id)).await;
    let document = answer.is(200).json();
    assert_eq!((&document["status"], &document["author"]), (&json!("running"), &json!("ann")));
    assert_eq!(document["revision"], "http://almanac.test/v2/datasets/rain/revisions/1");
    assert_eq!(answer.field("Cache-Control"), "no-store");
    assert_eq!(answer.header("ETag"), None);
}

#[rocket::async_test]
async fn a_cancelled_job_has_ended_and_cannot_be_cancelled_again() {
    let (site, _) = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let job = job(&site, "ann", "rain").await;
    let path = format!("/v2/jobs/{}", job.id);

    site.delete(&path, &ann).send().await.is(204);
    let answer = with(&site, &ann, &path).await;
    assert_eq!(answer.is(200).json()["status"], "cancelled");
    assert_eq!(answer.field("Cache-Control"), "private, no-cache");
    answer.etag();
    let answer = site.delete(&path, &ann).send().await;
    answer.is(409).has_problem("already-ended");
    let lease = Utc::now() + Duration::seconds(60);
    let beat = store::job::beat(&site.works().store, &job, lease, 0.5, None).await;
    assert!(matches!(beat, Err(store::Fault::Changed)), "its worker is told");
}

#[rocket::async_test]
async fn a_job_is_called_off_from_its_page_by_its_owner_alone() {
    let site = browser::site().await;
    site.user("ann", Role::Publisher).await;
    site.user("bob", Role::Publisher).await;
    let job = job(&site, "ann", "rain").await;
    let (path, form) = (format!("/v2/jobs/{}", job.id), format!("/edit/jobs/{}", job.id));
    let mut ann = Browser::signed_in(&site, "ann").await;
    let mut bob = Browser::signed_in(&site, "bob").await;

    bob.get(&form).await.is(404);
    let token = bob.token("/edit/articles").await;
    bob.send(&form, &[("csrf", &token), ("do", "delete"), ("if-match", "*")]).await.is(404);
    let shown = ann.get(&path).await.is(200).text();
    assert!(shown.contains(&format!("href=\"{SECURE}{form}\">Call it off</a>")), "{shown}");
    let page = ann.get(&form).await.is(200).text();
    assert!(page.contains("Call it off") && !page.contains("Delete"), "{page}");
    ann.send(&form, &[("do", "delete")]).await.is(403);
    let answer = ann.post(&form, &[("do", "delete"), ("if-match", "*")]).await;
    assert_eq!(answer.is(303).field("Location"), format!("{SECURE}{path}"));

    assert_eq!(status(&site, &job).await, Status::Cancelled);
    let shown = ann.get(&path).await.is(200).text();
    assert!(shown.contains("cancelled") && !shown.contains("Call it off"), "{shown}");
    assert!(!ann.get(&form).await.is(200).text().contains("name=\"do\""));
}

#[rocket::async_test]
async fn the_job_of_another_is_answered_as_an_absent_one_except_to_administrators() {
    let (site, root) = site().await;
    site.user("ann", Role::Publisher).await;
    let bob = site.user("bob", Role::Publisher).await;
    let job = job(&site, "ann", "rain").await;
    let path = format!("/v2/jobs/{}", job.id);

    for method in [Method::Get, Method::Delete] {
        let others = site.request(method, &path).bearer(&bob).send().await;
        let none = site.request(method, "/v2/jobs/999").bearer(&bob).send().await;
        others.is(404).has_problem("not-found");
        assert_eq!(without_instance(&others), without_instance(&none));
        assert_eq!(others.fields_without(&[]), none.fields_without(&[]));
    }
    assert_eq!(status(&site, &job).await, Status::Running);
    with(&site, &root, &path).await.is(200);
    site.delete(&path, &root).send().await.is(204);
    assert_eq!(status(&site, &job).await, Status::Cancelled);
}

#[rocket::async_test]
async fn jobs_lists_ones_own_and_everybodys_to_administrators() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let bob = site.user("bob", Role::Publisher).await;
    job(&site, "ann", "rain").await;
    job(&site, "ann", "wind").await;
    job(&site, "bob", "snow").await;

    for (token, total) in [(&ann, 2), (&bob, 1), (&root, 3)] {
        let page = with(&site, token, "/v2/jobs").await;
        let document = page.is(200).json();
        assert_eq!(document["totalItems"], total);
        assert_eq!(document["member"].as_array().unwrap().len(), total);
        assert_eq!(page.field("Cache-Control"), "private, no-cache");
    }
    let page = with(&site, &root, "/v2/jobs?itemsPerPage=1&page=3").await.is(200).json();
    assert_eq!(page["member"][0]["author"], "ann");
    site.get("/v2/jobs").await.is(401).has_problem("unauthorized");
    site.get("/v2/jobs/1").await.is(401);
}

#[rocket::async_test]
async fn a_user_with_jobs_cannot_be_deleted_but_disabled() {
    let (site, root) = site().await;
    site.user("ann", Role::Publisher).await;
    job(&site, "ann", "rain").await;

    let answer = site.delete("/v2/users/ann", &root).send().await;
    answer.is(409).has_problem("in-use");
    assert!(answer.text().contains("disable"), "{answer}");
    site.patch("/v2/users/ann", &root, &json!({"disabled": true})).send().await.is(200);
}
