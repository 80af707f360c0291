//! Forms that are refused: nothing that was typed is lost, nothing that is wrong is left unsaid. And forms that are
//! sent twice.

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

/// The page on which a table is published, after its form was sent with some fields filled in otherwise.
async fn publishing(browser: &mut Browser<'_>, typed: &[(&str, &str)]) -> String {
    let file = ("birds.csv", "bird,mass\na,1\nb,x\nc,2\nd,3\ne,4\n");
    let page = browser.send_file("/edit/datasets", &[], file).await.is(200).text();
    let fields = browser::filled(&page);
    let kept = sent(&fields, "save").into_iter().filter(|(name, _)| typed.iter().all(|(one, _)| one != name));
    browser
        .post("/edit/datasets", &kept.chain(typed.iter().copied()).collect::<Vec<_>>())
        .await
        .is(422)
        .text()
}

#[rocket::async_test]
async fn what_is_wrong_with_a_table_stands_at_its_field() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    let long = "x".repeat(30_000);

    for (name, text, id) in [
        ("identifier", "Bad Slug!", "identifier-fault"),
        ("description", &long, "description-fault"),
        ("visibility", "bogus", "visibility-fault"),
        ("types[bird]", "bogus", "types-0-fault"),
        ("types[mass]", "bogus", "types-1-fault"),
        ("units[mass]", &long, "units-1-fault"),
    ] {
        let page = publishing(&mut browser, &[(name, text)]).await;
        assert!(page.contains(&format!(" id=\"{id}\"")), "{name}: {page}");
        let (_, form) = page.split_once("<form class=\"edit\"").unwrap();
        let (_, field) = form.split_once(&format!(" name=\"{name}\"")).unwrap();
        let tag = field.split('>').next().unwrap();
        assert!(tag.contains("aria-invalid=\"true\"") && tag.contains(id), "{name}: {tag}");
        assert_eq!(page.matches("aria-invalid").count(), 1, "{name}");
    }
}

#[rocket::async_test]
async fn cells_that_are_not_of_a_type_are_told_at_their_column() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let page = publishing(&mut browser, &[("types[mass]", "integer"), ("types[bird]", "integer")]).await;

    let (_, fault) = page.split_once("id=\"types-0-fault\"").unwrap();
    let (first, rest) = fault.split_once("</p>").unwrap();
    assert!(first.contains("in line 2") && first.contains("in line 4"), "{first}");
    // What has no room at its column is listed.
    assert!(rest.contains("line 6") && !first.contains("line 6"), "{page}");
    let (_, fault) = page.split_once("id=\"types-1-fault\"").unwrap();
    assert!(fault.split("</p>").next().unwrap().contains("in line 3"), "{page}");
}

#[rocket::async_test]
async fn what_is_wrong_and_has_no_field_is_listed() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let page = publishing(&mut browser, &[("types[nothing]", "bogus")]).await;

    let (_, listed) = page.split_once("role=\"alert\"").unwrap();
    let (listed, _) = listed.split_once("</div>").unwrap();
    assert!(listed.contains("types[nothing]: Expected one of"), "{listed}");
}

#[rocket::async_test]
async fn an_article_that_a_program_may_send_is_saved_by_its_form() {
    let site = site().await;
    let publisher = site.anybody(Role::Publisher).await;
    let text = "雨".repeat(303_000);
    site.post("/v2/articles", &publisher, &json!({"headline": "Rain", "articleBody": text})).await.is(201);
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let page = browser.get("/edit/articles/rain").await.is(200).text();
    browser.post("/edit/articles/rain", &sent(&browser::filled(&page), "save")).await.is(303);
    assert_eq!(site.get("/v2/articles/rain").await.json()["articleBody"], text.as_str());

    let longer = "x".repeat(1_100_000);
    let fields = [("headline", "Rain"), ("articleBody", longer.as_str()), ("do", "save")];
    let page = browser.post("/edit/articles", &fields).await.is(422).text();
    assert!(page.contains(&longer) && page.contains("1048576 bytes"), "what was typed is there");
}

#[rocket::async_test]
async fn who_sees_a_thing_is_asked_of_those_who_say_it_and_what_others_typed_is_kept() {
    let site = site().await;
    for (name, role) in [("editor", Role::Editor), ("admin", Role::Admin)] {
        site.user(name, role).await;
    }
    let mut owner = Browser::signed_in(&site, "publisher").await;
    let fields = [("headline", "Rain"), ("articleBody", "wet"), ("do", "save")];
    owner.post("/edit/articles", &fields).await.is(303);
    let (page, field) = ("/edit/articles/rain", "name=\"visibility\"");

    let mut editor = Browser::signed_in(&site, "editor").await;
    let mut admin = Browser::signed_in(&site, "admin").await;
    assert!(owner.get(page).await.is(200).text().contains(field));
    assert!(admin.get(page).await.is(200).text().contains(field));
    let shown = editor.get(page).await.is(200).text();
    assert!(!shown.contains(field), "{shown}");

    // As a form that was opened before somebody else took the article over.
    let mut fields = browser::filled(&shown);
    fields.iter_mut().find(|(name, _)| name == "articleBody").unwrap().1 = "typed for an hour".into();
    let forged = [sent(&fields, "save"), vec![("visibility", "private")]].concat();
    let refused = editor.post(page, &forged).await.is(403).text();
    assert!(refused.contains("expected its owner, or an administrator"), "{refused}");
    let again = browser::filled(&refused);
    assert!(again.contains(&("articleBody".into(), "typed for an hour".into())), "{refused}");
    editor.post(page, &sent(&again, "save")).await.is(303);
    assert_eq!(site.get("/v2/articles/rain").await.json()["articleBody"], "typed for an hour");
}

/// Sends the form of a page twice, filled in with a field: where both answers lead to.
async fn twice(browser: &mut Browser<'_>, page: &str, typed: &[(&str, &str)]) -> [String; 2] {
    let opened = browser.get(page).await.is(200).text();
    let fields = browser::filled(&opened);
    let kept = sent(&fields, "save").into_iter().filter(|(name, _)| typed.iter().all(|(one, _)| one != name));
    let fields: Vec<(&str, &str)> = kept.chain(typed.iter().copied()).collect();
    let mut led = [String::new(), String::new()];
    for place in &mut led {
        let answer = browser.post(page, &fields).await;
        *place = answer.is(303).header("Location").unwrap().to_string();
    }
    led
}

#[rocket::async_test]
async fn a_form_that_is_sent_twice_makes_one_thing() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    // More than is kept of an answer.
    let long = "x".repeat(300_000);

    for (page, typed) in [
        ("/edit/datasets/notes/rows", [("cells.place", "Bonn"), ("cells.note", "x")]),
        ("/edit/messages", [("text", "Hello"), ("unused", "")]),
        ("/edit/articles", [("headline", "Rain"), ("articleBody", "wet")]),
        ("/edit/articles", [("headline", "Snow"), ("articleBody", &long)]),
    ] {
        let [first, second] = twice(&mut browser, page, &typed).await;
        assert_eq!(first, second, "{page}");
        let of_it = page.replace("/edit", "/v2");
        assert!(first.starts_with(&format!("{}{of_it}/", browser::SECURE)), "{first}");
    }

    assert_eq!(site.get("/v2/datasets/notes").await.json()["rowCount"], 3);
    site.get("/v2/articles/rain-2").await.is(404);
    site.get("/v2/articles/snow-2").await.is(404);
}

#[rocket::async_test]
async fn a_form_that_is_sent_again_with_another_content_makes_another_thing_when_that_is_meant() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    let page = "/edit/datasets/notes/rows";
    let opened = browser.get(page).await.is(200).text();
    let mut fields = browser::filled(&opened);
    browser.post(page, &sent(&fields, "save")).await.is(303);

    // As after the button that goes back.
    fields.iter_mut().find(|(name, _)| name == "cells.note").unwrap().1 = "second".into();
    let asked = browser.post(page, &sent(&fields, "save")).await.is(422).text();
    assert!(asked.contains("This form was sent before"), "{asked}");
    assert_eq!(site.get("/v2/datasets/notes").await.json()["rowCount"], 3);

    browser.post(page, &sent(&browser::filled(&asked), "save")).await.is(303);
    let row = site.get("/v2/datasets/notes/rows/4").await.is(200).json();
    assert_eq!(row["cells"]["note"], "second");
}

#[rocket::async_test]
async fn a_file_that_is_sent_twice_is_taken_once() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;
    let page = "/edit/datasets/notes/rows";
    let opened = browser.get(page).await.is(200).text();
    let (_, many) = opened.split_once("enctype=\"multipart/form-data\"").unwrap();
    let (_, once) = many.split_once("name=\"once\" value=\"").unwrap();
    let once = once.split('"').next().unwrap();

    for _ in 0..2 {
        let file = ("more.csv", "place,note\nBonn,x\nUlm,y\n");
        browser.send_file(page, &[("once", once), ("do", "save")], file).await.is(303);
    }
    assert_eq!(site.get("/v2/datasets/notes").await.json()["rowCount"], 4);

    let file = ("birds.csv", "mass\n1\n2\n");
    let looked = browser.send_file("/edit/datasets", &[], file).await.is(200).text();
    let fields = browser::filled(&looked);
    for _ in 0..2 {
        let answer = browser.post("/edit/datasets", &sent(&fields, "save")).await;
        assert_eq!(
            answer.is(303).header("Location").unwrap(),
            format!("{}/v2/datasets/birds", browser::SECURE)
        );
    }
    site.get("/v2/datasets/birds-2").await.is(404);
}

/// The attributes of the field of a name on a page.
fn field<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, field) =
        page.split_once(&format!(" name=\"{name}\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    field.split('>').next().unwrap()
}

#[rocket::async_test]
async fn what_is_wrong_with_a_user_stands_at_its_field_and_what_was_typed_stays() {
    let site = site().await;
    site.user("admin", Role::Admin).await;
    let mut browser = Browser::signed_in(&site, "admin").await;

    let typed = [("identifier", "eve"), ("role", "publisher"), ("password", "short")];
    let page = browser.post("/account/users", &typed).await.is(422).text();
    assert!(field(&page, "password").contains("aria-invalid=\"true\""), "{page}");
    assert!(!page.contains("/password`") && !page.contains("value=\"short\""), "{page}");
    assert!(page.contains("<option value=\"publisher\" selected>"), "{page}");
    assert!(page.contains("name=\"identifier\" type=\"text\" value=\"eve\""), "{page}");

    let typed = [("identifier", "admin"), ("role", "editor"), ("password", "long enough for all")];
    let page = browser.post("/account/users", &typed).await.is(422).text();
    assert!(field(&page, "identifier").contains("aria-invalid=\"true\""), "{page}");

    let page = browser.post("/account/users/publisher", &[("revision", "1"), ("password", "short")]).await;
    assert!(field(&page.is(422).text(), "password").contains("aria-invalid=\"true\""), "{page}");
    let page = browser.post("/account/users/admin", &[("revision", "1"), ("role", "reader")]).await;
    assert!(page.is(422).text().contains("<option value=\"reader\" selected>"), "{page}");
}

#[rocket::async_test]
async fn what_is_wrong_with_a_token_or_a_password_stands_at_its_field() {
    let site = site().await;
    let mut browser = Browser::signed_in(&site, "publisher").await;

    let typed = [("name", "notebook"), ("days", "0"), ("scope", "publisher")];
    let page = browser.post("/account/tokens", &typed).await.is(422).text();
    assert!(field(&page, "days").contains("value=\"0\""), "{page}");
    assert!(field(&page, "days").contains("aria-invalid=\"true\""), "{page}");
    assert!(page.contains("<option value=\"publisher\" selected>"), "{page}");
    assert!(page.contains("name=\"name\" type=\"text\" value=\"notebook\""), "{page}");

    for (typed, wrong) in [
        ([("current", "wrong"), ("new", "long enough for all"), ("again", "long enough for all")], "current"),
        ([("current", common::PASSWORD), ("new", "short"), ("again", "short")], "new"),
        ([("current", common::PASSWORD), ("new", "long enough for all"), ("again", "other")], "again"),
    ] {
        let page = browser.post("/account/password", &typed).await.is(422).text();
        assert!(field(&page, wrong).contains("aria-invalid=\"true\""), "{wrong}: {page}");
        assert_eq!(page.matches("aria-invalid").count(), 1, "{wrong}: {page}");
        assert!(!page.contains("long enough for all"), "{page}");
    }
}

#[rocket::async_test]
async fn a_prediction_that_is_refused_is_asked_for_again_by_the_form_with_what_was_typed() {
    let site = browser::site().await;
    let root = site.user("admin", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let path = "/v2/models/species/versions/1/prediction?bill_length_mm=39,1&island=Torgersen";

    let page = site.get_as(path, "text/html").await;

    assert!([400, 422].contains(&page.status), "{page}");
    let page = page.text();
    let (_, main) = page.split_once("<main").unwrap();
    let typed = field(main, "bill_length_mm");
    assert!(typed.contains("value=\"39,1\"") && typed.contains("aria-invalid=\"true\""), "{typed}");
    assert!(main.contains("<option value=\"Torgersen\" selected>"), "{main}");
    assert!(main.contains("class=\"fault\""), "{main}");
    let told = site.get(path).await;
    assert!(told.json()["errors"][0]["parameter"] == "bill_length_mm", "{told}");
}
