//! Imports and sealings as jobs.

use super::{Site, ended, site, with};
use almanac::{
    domain::{
        job::{Job, Lane, Status},
        permission::Role,
    },
    jobs::{runner::Runner, worker},
    store,
};
use chrono::{Duration, Utc};
use rocket::http::Method;
use serde_json::json;
use std::sync::atomic::AtomicBool;

pub(super) const RAIN: &str = "day,mm\n2024-05-01,3.5\n2024-05-02,0\n2024-05-03,12\n";

/// A site where every table is large, and the token of its administrator.
pub(super) async fn large() -> (Site, String) {
    let site = Site::with(json!({"import": {"job_bytes": 1, "job_cells": 1}})).await;
    let root = site.user("root", Role::Admin).await;
    (site, root)
}

/// The same where no worker takes anything: the test is the worker.
pub(super) async fn idle() -> (Site, String) {
    let (site, root) = large().await;
    site.rocket().state::<Runner>().unwrap().stop().await;
    (site, root)
}

pub(super) fn upload<'s>(
    site: &'s Site,
    token: &str,
    target: &str,
    table: &str,
) -> super::common::Request<'s> {
    site.request(Method::Post, target).bearer(token).header("Content-Type", "text/csv").body(table)
}

pub(super) async fn work(site: &Site) -> bool {
    worker::next(site.works(), Lane::Tables, &AtomicBool::new(false)).await.unwrap()
}

async fn job(site: &Site, id: i64) -> Job {
    store::job::find(&mut site.works().store.read().await.unwrap(), id).await.unwrap()
}

/// Tables with rows that nobody can see.
async fn leftovers(site: &Site) -> usize {
    store::rows::drop_leftovers(&site.works().store, Utc::now() + Duration::hours(1)).await.unwrap()
}

#[rocket::async_test]
async fn a_large_table_is_imported_by_a_job_that_leads_to_its_revision() {
    let (site, root) = idle().await;

    let answer = upload(&site, &root, "/v2/datasets?identifier=rain&note=first", RAIN).send().await;
    let at = answer.is(202).field("Location").to_string();
    assert_eq!((answer.field("Cache-Control"), answer.field("Retry-After")), ("no-store", "1"));
    let queued = with(&site, &root, &at).await.json();
    assert_eq!((&queued["title"], &queued["status"]), (&json!("Import rain"), &json!("queued")));
    assert_eq!((queued.get("dataset"), queued.get("result")), (None, None), "there is none yet");
    site.get("/v2/datasets/rain").await.is(404);
    assert!(work(&site).await);

    let done = with(&site, &root, &at).await.is(200).json();
    assert_eq!((&done["status"], &done["progress"]), (&json!("succeeded"), &json!(1.0)));
    assert_eq!(done["dataset"], "http://almanac.test/v2/datasets/rain");
    assert_eq!(done["result"], "http://almanac.test/v2/datasets/rain/revisions/1");
    let revision = site.get("/v2/datasets/rain/revisions/1").await.is(200).json();
    assert_eq!((&revision["author"], &revision["note"]), (&json!("root"), &json!("first")));
}

#[rocket::async_test]
async fn who_waits_for_a_large_table_is_answered_as_if_it_were_small() {
    let (site, root) = large().await;

    let made = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN).header("Prefer", "wait=30");
    let made = made.send().await;
    assert_eq!(made.is(201).field("Location"), "http://almanac.test/v2/datasets/rain");
    assert_eq!((made.field("Preference-Applied"), made.json()["name"].as_str()), ("wait=30", Some("rain")));
    made.etag();

    let next = |table: &'static str| {
        upload(&site, &root, "/v2/datasets/rain/revisions", table).header("Prefer", "wait=30").send()
    };
    let same = next(RAIN).await;
    let first = "http://almanac.test/v2/datasets/rain/revisions/1";
    assert_eq!(same.is(303).field("Location"), first, "equal content");
    let other = next("day,mm\n2024-05-01,4\n").await;
    assert_eq!(other.is(201).json()["version"], 2);
    let faulty = next("day,mm\n2024-05-01\n").await;
    faulty.is(422).has_problem("unprocessable");
    assert!(faulty.json()["job"].as_str().unwrap().starts_with("http://almanac.test/v2/jobs/"), "{faulty}");
}

#[rocket::async_test]
async fn a_client_that_would_rather_not_wait_gets_a_job_for_a_small_table_too() {
    let (site, root) = site().await;

    let answer = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN).header("Prefer", "respond-async");
    let answer = answer.send().await;
    assert_eq!(answer.is(202).field("Preference-Applied"), "respond-async");
    ended(&site, &root, answer.field("Location")).await;
    site.get("/v2/datasets/rain").await.is(200);
    let seal = site.request(Method::Post, "/v2/datasets/rain/revisions").bearer(&root);
    let answer = seal.header("Prefer", "respond-async").send().await;
    let sealed = ended(&site, &root, answer.is(202).field("Location")).await;

    assert_eq!(sealed["title"], "Seal a revision of rain");
    assert_eq!(sealed["result"], "http://almanac.test/v2/datasets/rain/revisions/1", "nothing was edited");
}

#[rocket::async_test]
async fn a_large_head_is_sealed_by_a_job() {
    let (site, root) = large().await;
    let made = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN).header("Prefer", "wait=30");
    made.send().await.is(201);
    site.post("/v2/datasets/rain/rows", &root, &json!({"cells": {"day": "2024-05-04", "mm": 1.5}}))
        .await
        .is(201);

    let answer = site.post("/v2/datasets/rain/revisions", &root, &json!({"note": "one more"})).await;
    let sealed = ended(&site, &root, answer.is(202).field("Location")).await;

    assert_eq!(sealed["result"], "http://almanac.test/v2/datasets/rain/revisions/2");
    let revision = site.get("/v2/datasets/rain/revisions/2").await.json();
    assert_eq!((&revision["rowCount"], &revision["note"]), (&json!(4), &json!("one more")), "{revision}");
}

/// What answers requests, and what writes to the database, is never of the rank of what is done in the background: a
/// thread keeps the rank of whichever began it.
#[cfg(target_os = "linux")]
#[rocket::async_test]
async fn a_sealing_lowers_no_thread_but_its_own() {
    const IDLE: &str = "5";
    let (site, root) = large().await;
    let answer = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN).send().await;
    ended(&site, &root, answer.is(202).field("Location")).await;
    let row = json!({"cells": {"day": "2024-05-04", "mm": 1.5}});
    site.post("/v2/datasets/rain/rows", &root, &row).await.is(201);
    let seal = site.request(Method::Post, "/v2/datasets/rain/revisions").bearer(&root).json(&json!({}));
    let answer = seal.header("Prefer", "respond-async").send().await;
    ended(&site, &root, answer.is(202).field("Location")).await;
    // Each has had reason to begin threads by now.
    site.get("/v2/datasets/rain/export.csv").await.is(200);

    for thread in std::fs::read_dir("/proc/self/task").unwrap() {
        let Ok(stat) = std::fs::read_to_string(thread.unwrap().path().join("stat")) else { continue };
        let (name, rest) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).unwrap();
        // proc_pid_stat(5): the policy is the 41st, the state the third.
        if rest.split_whitespace().nth(41 - 3) == Some(IDLE) {
            assert!(["work", "part", "linfa"].contains(&name), "{name}");
        }
    }
}

#[rocket::async_test]
async fn the_same_key_gives_the_same_job() {
    let (site, root) = idle().await;
    let post = async || {
        let request = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN);
        request.header("Idempotency-Key", "\"k1\"").send().await
    };

    let first = post().await;
    let second = post().await;

    assert_eq!(first.is(202).field("Location"), second.is(202).field("Location"));
    assert_eq!(second.field("Idempotent-Replayed"), "true");
    assert_eq!(with(&site, &root, "/v2/jobs").await.json()["totalItems"], 1);
    work(&site).await;
    assert!(!work(&site).await);
}

#[rocket::async_test]
async fn a_table_that_is_wrong_fails_its_job_and_says_where() {
    let (site, root) = large().await;
    let target = "/v2/datasets?identifier=rain&types[mm]=number";

    let answer = upload(&site, &root, target, "day,mm\n2024-05-01,1\n2024-05-02,wet\n").send().await;
    let failed = ended(&site, &root, answer.is(202).field("Location")).await;

    assert_eq!((&failed["status"], &failed["error"]["status"]), (&json!("failed"), &json!(422)));
    let kind = failed["error"]["type"].as_str().unwrap();
    assert_eq!(kind, "http://almanac.test/problems/unprocessable");
    let error = &failed["error"]["errors"][0];
    assert_eq!((&error["line"], &error["column"]), (&json!(3), &json!("mm")), "{failed}");
    assert_eq!((&error["expected"], &error["found"]), (&json!("a finite number"), &json!("\"wet\"")));
    site.get("/v2/datasets/rain").await.is(404);
    assert_eq!(leftovers(&site).await, 0);
}

/// A table of more bytes than suggest its types, whose last row is this.
fn long(last: &str) -> String {
    let rows = (1..=2_500).map(|n| format!("{n},{}\n", "x".repeat(1_000)));
    std::iter::once("n,text\n".into()).chain(rows).chain([format!("{last}\n")]).collect()
}

#[rocket::async_test]
async fn a_large_table_has_the_types_of_all_its_rows_however_it_begins() {
    let (site, root) = idle().await;

    for (slug, last, kind) in
        [("whole", "2501,y", "integer"), ("half", "0.5,y", "number"), ("code", "007,y", "text")]
    {
        let target = format!("/v2/datasets?identifier={slug}");
        upload(&site, &root, &target, &long(last)).send().await.is(202);
        assert!(work(&site).await);

        let head = format!("/v2/datasets/{slug}");
        let document = site.get(&head).await.is(200).json();
        assert_eq!(
            (&document["columns"][0]["columnType"], &document["rowCount"]),
            (&json!(kind), &json!(2_501)),
            "{slug}"
        );
        let cell = if kind == "text" { json!("7") } else { json!(7) };
        let made =
            site.post(&format!("{head}/rows"), &root, &json!({"cells": {"n": cell, "text": "z"}})).await;
        assert!(made.is(201).field("Location").ends_with("/rows/2502"), "the next number");
        let revision = site.get(&format!("{head}/revisions/1")).await.is(200).json();
        let files = revision["distribution"].as_array().unwrap();
        let csv = files.iter().find(|file| file["encodingFormat"] == "text/csv").unwrap();
        let text = site.get(csv["contentUrl"].as_str().unwrap()).await.is(200).text();
        assert!(text.ends_with(&format!("\n{last}\n")), "{slug}");
    }
    assert_eq!(leftovers(&site).await, 0, "the tables that were begun by a wrong guess are dropped");
}

#[rocket::async_test]
async fn a_large_table_that_is_wrong_at_its_end_leaves_nothing_behind() {
    let (site, root) = idle().await;
    let answer = upload(&site, &root, "/v2/datasets?identifier=rain", &long("1,2,3")).send().await;
    let at = answer.is(202).field("Location").to_string();

    assert!(work(&site).await);

    let failed = with(&site, &root, &at).await.is(200).json();
    let error = &failed["error"]["errors"][0];
    assert_eq!((&error["line"], &error["expected"]), (&json!(2_502), &json!("2 cells")), "{failed}");
    site.get("/v2/datasets/rain").await.is(404);
    assert_eq!(leftovers(&site).await, 0);
}

#[rocket::async_test]
async fn a_name_that_is_taken_is_refused_at_once_and_one_taken_meanwhile_fails_the_job() {
    let (site, root) = idle().await;
    let post = |name: &str| upload(&site, &root, &format!("/v2/datasets?identifier={name}"), RAIN).send();
    let first = post("rain").await.is(202).field("Location").to_string();
    let second = post("rain").await.is(202).field("Location").to_string();

    work(&site).await;
    work(&site).await;

    assert_eq!(with(&site, &root, &first).await.json()["status"], "succeeded");
    let failed = with(&site, &root, &second).await.json();
    assert_eq!(failed["error"]["type"], "http://almanac.test/problems/taken");
    post("rain").await.is(409).has_problem("taken");
    let next = upload(&site, &root, "/v2/datasets/rain/revisions", "a,b\n1,2\n").send().await;
    let next = next.is(202).field("Location").to_string();
    site.delete("/v2/datasets/rain", &root).send().await.is(204);
    work(&site).await;
    let failed = with(&site, &root, &next).await.json();
    assert_eq!(failed["error"]["type"], "http://almanac.test/problems/gone");
    post("rain").await.is(409).has_problem("identifier-retired");
    assert_eq!(leftovers(&site).await, 1, "the deleted dataset's own, which is read on for a while");
}

#[rocket::async_test]
async fn an_import_that_is_called_off_leaves_nothing_behind() {
    let (site, root) = large().await;
    let table: String =
        std::iter::once("n,a,b\n".into()).chain((0..150_000).map(|n| format!("{n},{n}.5,x{n}\n"))).collect();
    let answer = upload(&site, &root, "/v2/datasets?identifier=rain", &table).send().await;
    let at = answer.is(202).field("Location").to_string();
    let standing = async || with(&site, &root, &at).await.is(200).json();
    let mut seen = standing().await;
    while seen["progress"].as_f64().unwrap() == 0.0 {
        assert!(["queued", "running"].contains(&seen["status"].as_str().unwrap()), "{seen}");
        seen = standing().await;
    }
    assert!(seen["progress"].as_f64().unwrap() < 1.0, "{seen}");

    site.delete(&at, &root).send().await.is(204);

    assert_eq!(standing().await["status"], "cancelled");
    site.rocket().state::<Runner>().unwrap().stop().await;
    site.get("/v2/datasets/rain").await.is(404);
    assert_eq!(standing().await["status"], "cancelled");
    assert_eq!(leftovers(&site).await, 0, "its worker has dropped the table");
    let referenced = store::blob::referenced(&site.works().store, "").await.unwrap();
    assert!(referenced.is_empty(), "{referenced:?}");
}

#[rocket::async_test]
async fn the_job_of_a_worker_that_was_killed_is_taken_by_another_server() {
    let (site, root) = idle().await;
    let answer = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN).send().await;
    let at = answer.is(202).field("Location").to_string();
    let (store, now) = (&site.works().store, Utc::now());
    let dead = store::job::claim(store, Lane::Tables, now, now - Duration::seconds(1)).await;
    let dead = dead.unwrap().unwrap();

    let beside = Site::beside(&site).await;
    let done = ended(&beside, &root, &at).await;

    assert_eq!((&done["status"], &done["attempt"]), (&json!("succeeded"), &json!(2)), "{done}");
    let late = store::job::beat(store, &dead, now + Duration::days(1), 0.5, None).await;
    assert!(matches!(late, Err(store::Fault::Changed)), "the dead one is told if it rises");
}

#[rocket::async_test]
async fn a_job_whose_workers_die_again_and_again_is_given_up() {
    let (site, root) = idle().await;
    let answer = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN).send().await;
    let at = answer.is(202).field("Location").to_string();
    for _ in 0..store::job::MOST_ATTEMPTS {
        let now = Utc::now();
        let before = now - Duration::seconds(1);
        store::job::claim(&site.works().store, Lane::Tables, now, before).await.unwrap().unwrap();
    }

    work(&site).await;

    let failed = with(&site, &root, &at).await.json();
    assert_eq!(failed["error"]["type"], "http://almanac.test/problems/internal");
    assert!(failed["error"]["detail"].as_str().unwrap().contains("attempts"), "{failed}");
}

#[rocket::async_test]
async fn a_job_is_put_off_while_the_blobs_are_away_and_done_once_they_are_back() {
    let (site, root) = idle().await;
    let answer = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN).send().await;
    let at = answer.is(202).field("Location").to_string();
    let id = at.rsplit('/').next().unwrap().parse().unwrap();
    let uploads = store::blob::referenced(&site.works().store, "").await.unwrap();
    let folder = site.works().settings.data_dir.join("blobs").join(&uploads[0].0[..2]);
    let aside = folder.with_extension("aside");
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "no folder").unwrap();

    assert!(work(&site).await);
    let waiting = job(&site, id).await;
    assert_eq!((waiting.status, waiting.attempt, waiting.postponed), (Status::Queued, 0, 1));
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    while job(&site, id).await.status == Status::Queued {
        work(&site).await;
    }

    let done = job(&site, id).await;
    assert_eq!((done.status, done.attempt), (Status::Succeeded, 1));
}

#[rocket::async_test]
async fn a_server_that_goes_down_gives_its_import_back_untouched() {
    let (site, root) = idle().await;
    let answer = upload(&site, &root, "/v2/datasets?identifier=rain", RAIN).send().await;
    let id = answer.is(202).field("Location").rsplit('/').next().unwrap().parse().unwrap();

    // The first beat hears of it; a table that is done by then is done.
    worker::next(site.works(), Lane::Tables, &AtomicBool::new(true)).await.unwrap();

    let found = job(&site, id).await;
    assert!(matches!((found.status, found.attempt), (Status::Queued, 0) | (Status::Succeeded, 1)));
    assert_eq!(leftovers(&site).await, 0);
}
