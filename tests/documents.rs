//! Documents as they are sent: a snapshot of each kind, so that no change to one goes unseen.
//!
//! Snapshots stand in `tests/snapshots/v1|v2`, moments and tokens taken out. A change on purpose:
//! `UPDATE_SNAPSHOTS=1 cargo test --test documents`, then read the difference before committing it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{Site, arrange, routes};
use rocket::http::Method;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Version, name of the snapshot, and the URL that it is taken from. What is not mounted is left out.
const DOCUMENTS: &[(&str, &str, &str)] = &[
    ("v2", "root", "/"),
    ("v2", "vocabulary", "/vocab"),
    ("v2", "problems", "/problems"),
    ("v2", "problem", "/problems/not-found"),
    ("v2", "not-found", "/v2/articles/none"),
    ("v2", "entry", "/v2"),
    ("v2", "documentation", "/v2/doc"),
    ("v2", "context", "/v2/context"),
    ("v2", "articles", "/v2/articles?itemsPerPage=2"),
    ("v2", "article", "/v2/articles/article-1"),
    ("v2", "datasets", "/v2/datasets"),
    ("v2", "dataset", "/v2/datasets/rain"),
    ("v2", "columns", "/v2/datasets/rain/columns"),
    ("v2", "rows", "/v2/datasets/rain/rows"),
    ("v2", "row", "/v2/datasets/rain/rows/2"),
    ("v2", "revisions", "/v2/datasets/rain/revisions"),
    ("v2", "revision", "/v2/datasets/rain/revisions/1"),
    ("v2", "models", "/v2/models"),
    ("v2", "model", "/v2/models/species"),
    ("v2", "versions", "/v2/models/species/versions"),
    ("v2", "version", "/v2/models/species/versions/1"),
    ("v2", "predictions", "/v2/models/species/versions/1/predictions"),
    ("v2", "prediction", "/v2/models/species/versions/1/prediction?bill_length_mm=39.1&island=Torgersen"),
    ("v2", "messages", "/v2/messages"),
    ("v2", "message", "/v2/messages/1"),
    ("v2", "jobs", "/v2/jobs"),
    ("v2", "job", "/v2/jobs/1"),
    ("v2", "me", "/v2/me"),
    ("v2", "tokens", "/v2/me/tokens"),
    ("v2", "token", "/v2/me/tokens/1"),
    ("v2", "users", "/v2/users"),
    ("v2", "user", "/v2/users/root"),
    ("v1", "entry", "/v1"),
    ("v1", "context", "/v1/context"),
    ("v1", "articles", "/v1/articles?limit=2"),
    ("v1", "article", "/v1/articles/article-1"),
    ("v1", "datasets", "/v1/datasets"),
    ("v1", "dataset", "/v1/datasets/rain"),
    ("v1", "rows", "/v1/datasets/rain/rows"),
    ("v1", "models", "/v1/models"),
    ("v1", "model", "/v1/models/species"),
    ("v1", "prediction", "/v1/models/species/predict/bill_length_mm/39.1/island/Torgersen"),
    ("v1", "messages", "/v1/messages"),
    ("v1", "hello", "/v1/hello?name=Ann"),
];

fn folder(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(version)
}

/// The document with what differs from run to run taken out.
const HASHED: [&str; 2] = ["http://almanac.test/v2/context/", "http://almanac.test/vocab/"];

fn redacted(value: Value) -> Value {
    match value {
        Value::String(text) if is_moment(&text) => "<moment>".into(),
        Value::String(text) if text.starts_with("alm_") => "<token>".into(),
        Value::String(text) if HASHED.iter().any(|start| text.starts_with(start)) => {
            // Of the context and the vocabulary, whose snapshots show each change.
            format!("{}/<hash>", text.rsplit_once('/').unwrap().0).into()
        }
        // Sums of a training differ in the last digits between processors.
        Value::Number(number) if number.is_f64() => rounded(number.as_f64().unwrap()),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, redacted(value))).collect(),
        other => other,
    }
}

fn rounded(number: f64) -> Value {
    let small = number.abs() < 1e-6;
    if small { Value::from("<almost 0>") } else { format!("{number:.4e}").parse::<f64>().unwrap().into() }
}

fn is_moment(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

/// Whether a route is mounted for the URL.
fn is_mounted(site: &Site, target: &str) -> bool {
    let given: Vec<&str> = target.split('?').next().unwrap().split('/').collect();
    routes::patterns(site, "GET").iter().any(|pattern| {
        let wanted: Vec<&str> = pattern.split('/').collect();
        let fits = |(want, found): (&&str, &&str)| want.starts_with('<') || want == found;
        let rest = wanted.last().is_some_and(|last| last.ends_with("..>")) && wanted.len() <= given.len();
        (rest || wanted.len() == given.len()) && wanted.iter().zip(&given).all(fits)
    })
}

#[rocket::async_test]
async fn every_document_is_as_its_snapshot() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();

    let mut changed = Vec::new();
    for (version, name, target) in DOCUMENTS {
        if !is_mounted(&site, target) {
            continue;
        }
        let answer = site.request(Method::Get, target).bearer(&root).send().await;
        let found = format!("{:#}\n", redacted(answer.json()));
        let path = folder(version).join(format!("{name}.json"));
        let kept = fs::read_to_string(&path).unwrap_or_default();
        if kept != found && update {
            fs::create_dir_all(folder(version)).unwrap();
            fs::write(&path, &found).unwrap();
        } else if kept != found {
            changed.push(difference(&format!("{version}/{name}"), &kept, &found));
        }
    }

    assert!(
        changed.is_empty(),
        "these documents are not as their snapshots; if that is on purpose, run with UPDATE_SNAPSHOTS=1:\n{}",
        changed.join("\n")
    );
}

/// The first lines that differ.
fn difference(name: &str, kept: &str, found: &str) -> String {
    if kept.is_empty() {
        return format!("{name}: there is no snapshot yet");
    }
    let (kept, found): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), found.lines().collect());
    let same = kept.iter().zip(&found).take_while(|(one, other)| one == other).count();
    let show = |lines: &[&str], sign: &str| {
        let some = lines.iter().skip(same).take(5);
        some.map(|line| format!("  {sign} {line}")).collect::<Vec<_>>().join("\n")
    };
    format!("{name}, from line {}:\n{}\n{}", same + 1, show(&kept, "-"), show(&found, "+"))
}

#[test]
fn every_snapshot_belongs_to_a_document() {
    let known: BTreeSet<PathBuf> =
        DOCUMENTS.iter().map(|(version, name, _)| folder(version).join(format!("{name}.json"))).collect();

    for version in ["v1", "v2"] {
        for file in fs::read_dir(folder(version)).into_iter().flatten() {
            let path = file.unwrap().path();
            assert!(known.contains(&path), "{}: expected a line in DOCUMENTS", path.display());
        }
    }
}

#[rocket::async_test]
async fn rendering_twice_gives_the_same_bytes() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;

    for (_, _, target) in DOCUMENTS.iter().filter(|(_, _, target)| is_mounted(&site, target)) {
        for media in ["application/ld+json", "text/html", "application/prs.hal-forms+json", "text/turtle"] {
            let get = || site.request(Method::Get, target).bearer(&root).header("Accept", media);
            let (first, second) = (get().send().await, get().send().await);
            assert_eq!(first.body, second.body, "{target} as {media}");
            assert_eq!(first.header("ETag"), second.header("ETag"), "{target} as {media}");
        }
    }
}
