//! Whose things are, and who says who sees them.

use crate::common::{BASE, Site, browser::Browser, hidden};
use almanac::domain::permission::Role;
use rocket::http::Method;
use serde_json::json;

#[rocket::async_test]
async fn its_owner_and_administrators_alone_say_who_sees_a_thing() {
    let (site, owner) = hidden::site(json!({})).await;
    let other = site.anybody(Role::Publisher).await;
    let root = site.user("root", Role::Admin).await;

    for path in hidden::THINGS {
        for wanted in ["unlisted", "private"] {
            let refused = site.patch(path, &other, &json!({"visibility": wanted})).send().await;
            refused.is(403).has_problem("forbidden");
        }
        assert_eq!(site.get(path).await.is(200).json()["visibility"], "public");
        site.patch(path, &owner, &json!({"visibility": "private"})).send().await.is(200);
        site.get(path).await.is(404);
        // Not before its dataset, for a model.
        if path.contains("/models/") {
            continue;
        }
        site.patch(path, &root, &json!({"visibility": "unlisted"})).send().await.is(200);
        site.get(path).await.is(200);
    }
    hidden::show(&site, &root).await;
}

#[rocket::async_test]
async fn another_who_may_write_goes_on_writing_what_is_for_all_to_see() {
    let (site, _) = hidden::site(json!({})).await;
    let other = site.anybody(Role::Publisher).await;

    for path in hidden::THINGS {
        let words = json!({"headline": "Other", "name": "Other", "visibility": "public"});
        let words = match path.contains("/models/") {
            true => json!({"headline": "Other", "visibility": "public"}),
            false => words,
        };
        site.patch(path, &other, &words).send().await.is(200);
    }
}

#[rocket::async_test]
async fn whoever_makes_a_thing_owns_it_whatever_the_body_says() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    let bob = site.user("bob", Role::Editor).await;

    for (number, owner) in [json!("bob"), json!(2), json!({"name": "bob"})].into_iter().enumerate() {
        let draft = json!({"headline": "Rain", "owner": owner});
        site.post("/v2/articles", &ann, &draft).await.is(422).at("/owner");
        let path = site.article(&ann, &format!("Rain {number}")).await;
        site.patch(&path, &ann, &json!({"owner": owner})).send().await.is(422).at("/owner");
        site.patch(&path, &ann, &json!({"visibility": "private"})).send().await.is(200);
        site.request(Method::Get, &path).bearer(&bob).send().await.is(404);
    }
}

#[rocket::async_test]
async fn nobody_of_a_deleted_owners_name_has_what_was_theirs() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    let ann = site.user("ann", Role::Editor).await;
    let draft = json!({"identifier": "rain", "headline": "Rain", "visibility": "private"});
    site.post("/v2/articles", &ann, &draft).await.is(201);
    site.delete("/v2/users/ann", &root).send().await.is(204);

    let again = site.user("ann", Role::Editor).await;

    site.request(Method::Get, "/v2/articles/rain").bearer(&again).send().await.is(404);
    site.request(Method::Get, "/v2/articles/rain").bearer(&root).send().await.is(200);
}

#[rocket::async_test]
async fn a_draft_is_private_until_it_is_published() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    let draft = json!({"identifier": "rain", "headline": "Rain", "visibility": "private"});
    let made = site.post("/v2/articles", &ann, &draft).await;
    assert_eq!(made.is(201).header("xkey"), None, "{made}");
    site.get("/v2/articles/rain").await.is(404);

    site.patch("/v2/articles/rain", &ann, &json!({"visibility": "public"})).send().await.is(200);

    site.get("/v2/articles/rain").await.is(200);
    assert_eq!(site.get("/v2/articles").await.json()["totalItems"], 1);
}

#[rocket::async_test]
async fn what_says_nothing_of_visibility_publishes_nothing() {
    let (site, owner) = hidden::site(json!({})).await;
    hidden::hide(&site, &owner, "private").await;

    for path in hidden::THINGS {
        let nothing = json!({"visibility": null});
        site.patch(path, &owner, &nothing).send().await.is(200);
        site.get(path).await.is(404);
    }
    let whole = json!({"headline": "Replaced"});
    site.put("/v2/articles/article-1", &owner, &whole).send().await.is(200);
    site.get("/v2/articles/article-1").await.is(404);
}

#[rocket::async_test]
async fn a_visibility_that_there_is_not_is_422_at_its_member() {
    let (site, owner) = hidden::site(json!({})).await;

    for wanted in [json!("secret"), json!(""), json!("Private"), json!(true), json!(["private"])] {
        for path in hidden::THINGS {
            let refused = site.patch(path, &owner, &json!({"visibility": wanted})).send().await;
            refused.is(422).at("/visibility");
        }
    }
    let upload = site.request(Method::Post, "/v2/datasets?identifier=x&visibility=secret").bearer(&owner);
    upload.header("Content-Type", "text/csv").body("a\n1\n").send().await.is(400);
}

#[rocket::async_test]
async fn a_table_that_a_job_imports_is_seen_by_whom_its_sender_said() {
    let site = Site::empty().await;
    let owner = site.user("owner", Role::Publisher).await;
    let path = "/v2/datasets?identifier=rain&name=Rain&visibility=private";
    let upload = site.request(Method::Post, path).bearer(&owner).header("Content-Type", "text/csv");

    upload.header("Prefer", "respond-async, wait=30").body("a,b\n1,2\n").send().await.is(201);

    site.get("/v2/datasets/rain").await.is(404);
    let own = site.request(Method::Get, "/v2/datasets/rain").bearer(&owner).send().await;
    assert_eq!(own.is(200).json()["visibility"], "private");
}

#[rocket::async_test]
async fn a_person_hides_and_shows_a_thing_by_its_form() {
    let site = crate::common::browser::site().await;
    site.user("ann", Role::Editor).await;
    let mut ann = Browser::signed_in(&site, "ann").await;
    let draft = [("headline", "Rain"), ("articleBody", "wet"), ("visibility", "private"), ("do", "save")];
    ann.post("/edit/articles", &draft).await.is(303);
    site.get("/v2/articles/rain").await.is(404);
    let form = ann.get("/edit/articles/rain").await.is(200).text();
    assert!(form.contains("name=\"visibility\""), "{form}");

    let shown = [("headline", "Rain"), ("articleBody", "wet"), ("visibility", "public"), ("do", "save")];
    ann.post("/edit/articles/rain", &shown).await.is(303);

    site.get("/v2/articles/rain").await.is(200);
}

#[rocket::async_test]
async fn version_1_says_nothing_of_visibility_and_shows_nothing_private() {
    let (site, owner) = hidden::site(json!({})).await;
    let paths =
        ["/v1/articles/article-1", "/v1/datasets/rain", "/v1/datasets/rain/rows", "/v1/models/species"];
    for path in &paths[..2] {
        assert_eq!(site.get(path).await.is(200).json().get("visibility"), None);
    }

    hidden::hide(&site, &owner, "private").await;

    for path in paths {
        site.get(path).await.is(404);
        let own = site.request(Method::Get, path).bearer(&owner).send().await;
        assert_eq!(own.is(200).field("Cache-Control"), "private, no-store");
        assert!(own.text().contains(BASE) || path.ends_with("/rows"), "{own}");
    }
}
