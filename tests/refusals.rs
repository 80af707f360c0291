//! Forms that are refused: nothing that was typed is lost, nothing that is wrong is left unsaid.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{
    Site, arrange,
    browser::{self, Browser},
};
use serde_json::json;

const ROW: &str = "/edit/datasets/notes/rows/1";

/// A site that browsers reach, with a publisher, and a dataset `notes` of two rows.
async fn site() -> Site {
    let site = browser::site().await;
    site.user("publisher", Role::Publisher).await;
    let publisher = site.anybody(Role::Publisher).await;
    arrange::table(&site, &publisher, "notes", "Notes", "place,note\nUlm,a\nAalen,c\n").await;
    site
}

/// The fields of a page's form, as a browser would send them, with the button.
fn sent<'f>(fields: &'f [(String, String)], button: &'f str) -> Vec<(&'f str, &'f str)> {
    let fields = fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    fields.filter(|(name, _)| *name != "csrf").chain([("do", button)]).collect()
}

/// Somebody else changes what a page is about while its delete form stands open in the browser, which is then sent.
async fn too_late(browser: &mut Browser<'_>, page: &str, theirs: &serde_json::Value) -> String {
    let opened = browser.get(page).await.is(200).text();
    let state = browser::filled(&opened).into_iter().find(|(name, _)| name == "if-match").unwrap().1;
    let editor = browser.site.anybody(Role::Editor).await;
    browser.site.patch(&page.replace("/edit", "/v2"), &editor, theirs).send().await.is(200);
    browser.post(page, &[("if-match", &state), ("do", "delete")]).await.is(422).text()
}

#[rocket::async_test]
async fn a_row_whose_deletion_is_refused_stands_in_the_form_as_it_is() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let page = too_late(&mut browser, ROW, &json!({"cells": {"place": "Bonn"}})).await;

    assert!(page.contains("It was not deleted") && !page.contains("what you typed"), "{page}");
    browser.post(ROW, &sent(&browser::filled(&page), "save")).await.is(303);
    let row = site.get("/v2/datasets/notes/rows/1").await.is(200).json();
    assert_eq!(row["cells"], json!({"place": "Bonn", "note": "a"}));
}

#[rocket::async_test]
async fn an_article_whose_deletion_is_refused_stands_in_the_form_as_it_is() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    let fields = [("headline", "Rain"), ("articleBody", "wet"), ("keywords", "a, b"), ("do", "save")];
    browser.post("/edit/articles", &fields).await.is(303);

    let page = too_late(&mut browser, "/edit/articles/rain", &json!({"abstract": "short"})).await;

    browser.post("/edit/articles/rain", &sent(&browser::filled(&page), "save")).await.is(303);
    let article = site.get("/v2/articles/rain").await.is(200).json();
    assert_eq!((&article["articleBody"], &article["abstract"]), (&json!("wet"), &json!("short")));
    assert_eq!(article["keywords"], json!(["a", "b"]));
}

#[rocket::async_test]
async fn a_dataset_that_a_model_depends_on_stands_in_the_form_as_it_is() {
    let site = browser::site().await;
    let root = site.user("admin", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let words = json!({"description": "Of three islands.", "keywords": ["birds", "ice"]});
    site.patch("/v2/datasets/penguins", &root, &words).send().await.is(200);
    let mut browser = Browser::signed_in(&site, "admin").await;
    let (path, page) = ("/v2/datasets/penguins", "/edit/datasets/penguins");
    let before = site.get(path).await.json();
    let opened = browser.get(page).await.is(200).text();
    let state = browser::filled(&opened).into_iter().find(|(name, _)| name == "if-match").unwrap().1;

    let refused = browser.post(page, &[("if-match", &state), ("do", "delete")]).await.is(422).text();

    assert!(refused.contains("expected nothing that depends on it"), "{refused}");
    browser.post(page, &sent(&browser::filled(&refused), "save")).await.is(303);
    let after = site.get(path).await.json();
    for key in ["name", "description", "keywords", "license", "creator"] {
        assert_eq!(after[key], before[key], "{key}");
    }
}

#[rocket::async_test]
async fn who_changes_a_row_too_late_sees_the_cells_that_somebody_else_wrote() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    let opened = browser.get(ROW).await.is(200).text();
    let mut mine = browser::filled(&opened);
    mine.iter_mut().find(|(name, _)| name == "cells.note").unwrap().1 = "mine".into();
    let editor = site.anybody(Role::Editor).await;
    let theirs = json!({"cells": {"note": "theirs"}});
    site.patch("/v2/datasets/notes/rows/1", &editor, &theirs).send().await.is(200);

    let page = browser.post(ROW, &sent(&mine, "save")).await.is(422).text();

    let (_, now) = page.split_once("id=\"now\"").unwrap();
    let (now, form) = now.split_once("<form").unwrap();
    assert!(now.contains("Ulm") && now.contains("theirs") && !now.contains("mine"), "{now}");
    assert!(form.contains("mine"), "{form}");
}
