//! Forms by which people write: each does what the operation of the same title does for programs, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{
    Site, arrange,
    browser::{self, Browser, SECURE},
};
use serde_json::{Value, json};

/// A site that browsers reach, with somebody of each role who has its name.
async fn people() -> Site {
    let site = browser::site().await;
    for role in [Role::Reader, Role::Editor, Role::Publisher] {
        site.user(&role.to_string(), role).await;
    }
    site
}

/// What an attribute of the page holds: the value behind `before`.
fn behind<'p>(page: &'p str, before: &str) -> &'p str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split('"').next().unwrap()
}

#[rocket::async_test]
async fn a_form_makes_what_a_program_would_have_made() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "editor").await;

    let fields =
        [("headline", "Rain"), ("articleBody", "Some\r\nlines."), ("keywords", "wet, cold"), ("do", "save")];
    let answer = browser.post("/edit/articles", &fields).await;

    assert_eq!(answer.is(303).header("Location").unwrap(), format!("{SECURE}/v2/articles/rain"));
    let article = site.get("/v2/articles/rain").await.is(200).json();
    assert_eq!(article["articleBody"], "Some\nlines.");
    assert_eq!(article["keywords"], json!(["wet", "cold"]));
    assert_eq!(article["author"], "editor");
}

#[rocket::async_test]
async fn a_preview_makes_nothing() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "editor").await;

    let fields = [("headline", "Rain"), ("articleBody", "**wet** <script>x()</script>"), ("do", "preview")];
    let page = browser.post("/edit/articles", &fields).await.is(200).text();

    assert!(page.contains("<strong>wet</strong>"), "{page}");
    assert!(!page.contains("<script>"), "{page}");
    site.get("/v2/articles/rain").await.is(404);
}

#[rocket::async_test]
async fn what_is_left_empty_is_taken_out_and_what_has_no_field_stays() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "editor").await;
    let first = [("headline", "Rain"), ("abstract", "short"), ("articleBody", "text"), ("do", "save")];
    browser.post("/edit/articles", &first).await.is(303);

    let page = browser.get("/edit/articles/rain").await.is(200).text();
    let state = behind(&page, "name=\"if-match\" value=\"").replace("&quot;", "\"");
    assert!(!page.contains("name=\"identifier\""), "its address stays: {page}");
    let second = [
        ("headline", "Rain"),
        ("abstract", ""),
        ("articleBody", "text"),
        ("if-match", &state),
        ("do", "save"),
    ];
    browser.post("/edit/articles/rain", &second).await.is(303);

    let article = site.get("/v2/articles/rain").await.json();
    assert_eq!(article.get("abstract"), None);
    assert_eq!(article["articleBody"], "text");
}

#[rocket::async_test]
async fn who_comes_too_late_sees_both_versions_and_changes_nothing() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "editor").await;
    browser
        .post("/edit/articles", &[("headline", "Rain"), ("articleBody", "first"), ("do", "save")])
        .await
        .is(303);
    let page = browser.get("/edit/articles/rain").await.text();
    let state = behind(&page, "name=\"if-match\" value=\"").replace("&quot;", "\"");
    let theirs = [("headline", "Rain"), ("articleBody", "theirs"), ("if-match", &state), ("do", "save")];
    browser.post("/edit/articles/rain", &theirs).await.is(303);

    let mine = [("headline", "Rain"), ("articleBody", "mine"), ("if-match", &state), ("do", "save")];
    let page = browser.post("/edit/articles/rain", &mine).await.is(422).text();

    assert!(page.contains("theirs") && page.contains("mine"), "{page}");
    assert_eq!(site.get("/v2/articles/rain").await.json()["articleBody"], "theirs");
    let newer = behind(&page, "name=\"if-match\" value=\"").replace("&quot;", "\"");
    assert_ne!(newer, state, "sent once more it replaces what was shown");
}

#[rocket::async_test]
async fn a_fault_stands_beside_its_field() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "editor").await;

    let fields = [("headline", "Rain"), ("identifier", "No Slug"), ("do", "save")];
    let page = browser.post("/edit/articles", &fields).await.is(422).text();

    assert!(page.contains("id=\"identifier-fault\""), "{page}");
    assert!(page.contains("aria-describedby=\"identifier-hint identifier-fault\" aria-invalid=\"true\""));
    assert!(!page.contains("id=\"headline-fault\""));
}

#[rocket::async_test]
async fn a_form_is_for_those_who_may_and_for_places_where_something_is_written() {
    let site = people().await;
    let mut nobody = Browser::new(&site);
    let mut reader = Browser::signed_in(&site, "reader").await;

    let answer = nobody.get("/edit/articles").await;
    assert!(answer.is(303).header("Location").unwrap().contains("/sign-in"));
    reader.get("/edit/articles").await.is(403);
    reader.get("/edit/datasets").await.is(403);
    let mut editor = Browser::signed_in(&site, "editor").await;
    for absent in ["/edit/vocab", "/edit/usage", "/edit/articles/none", "/edit/problems", "/edit/users"] {
        editor.get(absent).await.is(404);
    }
}

#[rocket::async_test]
async fn a_form_without_its_token_does_nothing() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "editor").await;

    browser.send("/edit/articles", &[("headline", "Rain"), ("do", "save")]).await.is(403);

    site.get("/v2/articles/rain").await.is(404);
}

#[rocket::async_test]
async fn a_table_is_published_only_by_who_sent_its_file() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    let digest = "0".repeat(64);

    for forged in [digest.clone(), format!("{digest}.csv.0"), format!("{digest}.csv.0.AAAA"), String::new()] {
        let fields = [("upload", forged.as_str()), ("name", "x"), ("do", "save")];
        browser.post("/edit/datasets", &fields).await.is(403);
    }
}

#[rocket::async_test]
async fn pages_of_forms_are_kept_by_nobody() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    for page in ["/edit/articles", "/edit/datasets", "/edit/models", "/edit/messages"] {
        let answer = browser.get(page).await;
        assert_eq!(answer.is(200).header("Cache-Control").unwrap(), "private, no-store", "{page}");
        assert_eq!(answer.header("ETag"), None, "{page}");
    }
}

#[rocket::async_test]
async fn cells_that_contradict_each_other_are_no_fault_of_the_server() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "editor").await;

    browser.get("/edit/articles?cells=1&cells.a=2").await.is(200);
    let fields = [("headline", "Rain"), ("cells", "1"), ("cells.a", "2"), ("do", "preview")];
    browser.post("/edit/articles", &fields).await.is(200);
}

/// A dataset with one row whose text has two lines.
async fn notes(site: &Site) {
    let publisher = site.anybody(Role::Publisher).await;
    arrange::table(site, &publisher, "notes", "Notes", "place,note\nUlm,\"a\nb\"\nAalen,c\n").await;
}

#[rocket::async_test]
async fn a_form_that_is_opened_changes_nothing_about_what_others_are_given() {
    let site = people().await;
    notes(&site).await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    let row = "/v2/datasets/notes/rows/1";
    let accept = "text/csv, application/json;q=0.5";

    browser.get("/edit/datasets/notes/rows/1").await.is(200);
    let answer = site.get_as(row, accept).await;
    assert!(answer.is(200).field("Content-Type").starts_with("text/csv"), "{answer}");
}

#[rocket::async_test]
async fn a_text_keeps_its_lines_when_its_row_is_changed_by_a_form() {
    let site = people().await;
    notes(&site).await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let page = browser.get("/edit/datasets/notes/rows/1").await.is(200).text();
    assert!(page.contains("<textarea id=\"cells.note\""), "{page}");
    let state = behind(&page, "name=\"if-match\" value=\"").replace("&quot;", "\"");
    // As browsers send the lines of a text.
    let fields =
        [("cells.place", "Bad Urach"), ("cells.note", "a\r\nb"), ("if-match", &state), ("do", "save")];
    browser.post("/edit/datasets/notes/rows/1", &fields).await.is(303);

    let row = site.get("/v2/datasets/notes/rows/1").await.json();
    assert_eq!(row["cells"], json!({"place": "Bad Urach", "note": "a\nb"}));
}

#[rocket::async_test]
async fn keywords_with_commas_stay_one_each() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "editor").await;
    let editor = site.anybody(Role::Editor).await;
    let words = json!(["Smith, John", "wet", "6\" of rain"]);
    site.post("/v2/articles", &editor, &json!({"headline": "Rain", "keywords": words})).await.is(201);

    let page = browser.get("/edit/articles/rain").await.is(200).text();
    let state = behind(&page, "name=\"if-match\" value=\"").replace("&quot;", "\"");
    let (_, field) = page.split_once("id=\"keywords\"").unwrap();
    let typed = behind(field, "value=\"").replace("&quot;", "\"");
    let fields = [("headline", "Snow"), ("keywords", typed.as_str()), ("if-match", &state), ("do", "save")];
    browser.post("/edit/articles/rain", &fields).await.is(303);

    let article = site.get("/v2/articles/rain").await.json();
    assert_eq!((&article["headline"], &article["keywords"]), (&json!("Snow"), &words));
}

const REVISIONS: &str = "/edit/datasets/notes/revisions";

#[rocket::async_test]
async fn the_next_revision_comes_as_a_file_or_is_what_there_is() {
    let site = people().await;
    notes(&site).await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let fields = [("note", "From a file"), ("delimiter", ";"), ("do", "save")];
    let answer = browser.send_file(REVISIONS, &fields, ("next.csv", "place;note\nUlm;d\n")).await;
    assert!(
        answer.is(303).header("Location").unwrap().ends_with("/v2/datasets/notes/revisions/2"),
        "{answer}"
    );
    let revision = site.get("/v2/datasets/notes/revisions/2").await.is(200).json();
    assert_eq!((&revision["note"], &revision["rowCount"]), (&json!("From a file"), &json!(1)));

    let row = json!({"cells": {"place": "Aalen", "note": "e"}});
    let editor = site.anybody(Role::Editor).await;
    site.post("/v2/datasets/notes/rows", &editor, &row).await.is(201);
    let answer = browser.send_file(REVISIONS, &[("note", ""), ("do", "save")], ("", "")).await;
    assert!(
        answer.is(303).header("Location").unwrap().ends_with("/v2/datasets/notes/revisions/3"),
        "{answer}"
    );
    assert_eq!(site.get("/v2/datasets/notes/revisions/3").await.is(200).json()["rowCount"], 2);
}

#[rocket::async_test]
async fn a_file_that_is_wrong_is_refused_with_its_lines_and_one_without_a_token_is_not_read() {
    let site = people().await;
    notes(&site).await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let page = browser.send_file(REVISIONS, &[("do", "save")], ("next.csv", "a,b\n1\n")).await;
    assert!(page.is(422).text().contains("line 2"), "{page}");
    let rows = "/edit/datasets/notes/rows";
    let page = browser.send_file(rows, &[("do", "save")], ("rows.csv", "place,other\nUlm,1\n")).await;
    assert!(page.is(422).text().contains("other"), "{page}");
    let page = browser.send_file(rows, &[("do", "save"), ("csrf", "no")], ("rows.csv", "place\nUlm\n")).await;
    page.is(403);
    assert_eq!(site.get("/v2/datasets/notes").await.json()["rowCount"], 2);
}

#[rocket::async_test]
async fn many_rows_come_as_a_file_in_any_format() {
    let site = people().await;
    notes(&site).await;
    let mut browser = Browser::signed_in(&site, "editor").await;

    let rows = "/edit/datasets/notes/rows";
    for file in [
        ("more.csv", "note,place\nx,Ulm\ny,Aalen\n"),
        ("more.json", " [{\"place\": \"Ulm\", \"note\": \"z\"}]"),
        ("more.ndjson", "{\"place\": \"Ulm\", \"note\": null}\n"),
    ] {
        let answer = browser.send_file(rows, &[("do", "save")], file).await;
        assert!(answer.is(303).header("Location").unwrap().contains("/v2/datasets/notes/rows"), "{answer}");
    }

    let rows = site.get("/v2/datasets/notes/rows").await.json();
    let notes: Vec<&Value> =
        rows["member"].as_array().unwrap().iter().map(|row| &row["cells"]["note"]).collect();
    assert_eq!(notes, [&json!("a\nb"), &json!("c"), &json!("x"), &json!("y"), &json!("z"), &json!(null)]);
}

#[rocket::async_test]
async fn a_file_of_json_is_published_as_any_other() {
    let site = people().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let file = ("frost.json", "[{\"night\": 1, \"cold\": true}, {\"night\": 2, \"cold\": false}]");
    let page = browser.send_file("/edit/datasets", &[], file).await.is(200).text();
    let upload = behind(&page, "name=\"upload\" value=\"").to_string();
    let fields = [("upload", upload.as_str()), ("name", "Frost"), ("do", "save")];
    browser.post("/edit/datasets", &fields).await.is(303);

    assert_eq!(site.get("/v2/datasets/frost").await.is(200).json()["rowCount"], 2);
}

#[rocket::async_test]
async fn what_belongs_to_an_object_has_fields_of_its_own() {
    let site = people().await;
    let publisher = site.anybody(Role::Publisher).await;
    let table: String = (0..60).map(|i| format!("{},{}\n", i % 7, ["dry", "wet"][i % 2])).collect();
    arrange::table(&site, &publisher, "frost", "Frost", &format!("wind,sky\n{table}")).await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    let fields = |test: &'static str| {
        [
            ("headline", "Wet"),
            ("dataset", "frost"),
            ("target", "sky"),
            ("split.test", test),
            ("split.seed", "7"),
            ("split.stratified", ""),
            ("penaltySearch.candidates", "0.1, 1"),
            ("penaltySearch.folds", "3"),
            ("do", "save"),
        ]
    };

    let page = browser.get("/edit/models?dataset=frost").await.is(200).text();
    assert!(
        page.contains("<legend>Split</legend>") && page.contains("<label for=\"split.test\">Test</label>")
    );
    let page = browser.post("/edit/models", &fields("2")).await.is(422).text();
    assert!(
        page.contains("id=\"split.test-fault\"")
            && page.contains("name=\"split.seed\" type=\"text\" value=\"7\"")
    );
    browser.post("/edit/models", &fields("0.5")).await.is(303);
    let version = loop {
        // The job is at work.
        let answer = site.get("/v2/models/wet/versions/1").await;
        if answer.status == 200 {
            break answer.json();
        }
        tokio::task::yield_now().await;
    };
    let settings = &version["settings"];
    assert_eq!((&settings["split"]["test"], &settings["split"]["seed"]), (&json!(0.5), &json!(7)));
    assert_eq!(settings["penaltySearch"]["folds"], 3);
}
