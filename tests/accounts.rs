//! Users and tokens: who may see and change them, and what must never happen to them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use chrono::{DateTime, Duration, Utc};
use common::{Answer, BASE, PASSWORD, Site};
use rocket::http::Method;
use serde_json::{Value, json};

const LONG: &str = "a new password, long enough";

/// A site with an administrator, and the token of that one.
async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    (site, root)
}

/// Whether somebody is let in.
async fn signs_in(site: &Site, name: &str, password: &str) -> bool {
    site.request(Method::Get, "/v2/me").basic(name, password).send().await.status == 200
}

async fn with(site: &Site, token: &str, target: &str) -> Answer {
    site.request(Method::Get, target).bearer(token).send().await
}

/// The content without what names the request.
fn without_instance(answer: &Answer) -> Value {
    let mut value = answer.json();
    value["instance"] = Value::Null;
    value
}

// Users

#[rocket::async_test]
async fn an_administrator_adds_somebody_who_signs_in_with_the_password() {
    let (site, root) = site().await;

    let answer = site
        .post("/v2/users", &root, &json!({"identifier": "ann", "role": "editor", "password": LONG}))
        .await;
    let user = answer.is(201).json();
    assert_eq!(answer.field("Location"), "http://almanac.test/v2/users/ann");
    assert_eq!(
        (&user["identifier"], &user["role"], &user["disabled"]),
        (&json!("ann"), &json!("editor"), &json!(false))
    );
    assert!(!answer.text().contains(LONG) && !answer.text().contains("argon2"));
    assert!(signs_in(&site, "ann", LONG).await);
    let read = with(&site, &root, "/v2/users/ann").await;
    assert_eq!((read.is(200).etag(), &read.body), (answer.etag(), &answer.body));
    assert_eq!(read.field("Cache-Control"), "private, no-cache");
}

#[rocket::async_test]
async fn somebody_without_a_password_signs_in_by_token_only() {
    let (site, root) = site().await;

    let user = site.post("/v2/users", &root, &json!({"identifier": "robot"})).await.is(201).json();
    assert_eq!(user["role"], "reader");
    assert!(!signs_in(&site, "robot", "").await);
    let token = site.token(&site.find_user("robot").await, None).await;
    assert_eq!(with(&site, &token, "/v2/me").await.is(200).json()["identifier"], "robot");
}

#[rocket::async_test]
async fn somebody_added_as_disabled_is_refused() {
    let (site, root) = site().await;
    let value = json!({"identifier": "ann", "password": LONG, "disabled": true});

    assert_eq!(site.post("/v2/users", &root, &value).await.is(201).json()["disabled"], true);
    assert!(!signs_in(&site, "ann", LONG).await);
}

#[rocket::async_test]
async fn a_user_that_cannot_be_is_refused_with_every_fault() {
    let (site, root) = site().await;

    let value = json!({"identifier": "Ann B", "role": "king", "password": "short", "disabled": "no"});
    let answer = site.post("/v2/users", &root, &value).await;
    answer.is(422).has_problem("unprocessable");
    assert_eq!(answer.pointers(), ["/identifier", "/role", "/disabled", "/password"]);
    assert!(!answer.text().contains("short\""), "a password is not quoted");
    for (value, pointer) in [
        (json!({}), "/identifier"),
        (json!({"identifier": 7}), "/identifier"),
        (json!({"identifier": "a".repeat(65)}), "/identifier"),
        (json!({"identifier": "ann", "role": null, "password": 12345678}), "/password"),
        (json!({"identifier": "ann", "password": "ä".repeat(600)}), "/password"),
    ] {
        site.post("/v2/users", &root, &value).await.is(422).at(pointer);
    }
    let answer = site.post("/v2/users", &root, &json!({"identifier": "ann", "password": [LONG]})).await;
    assert!(!answer.is(422).text().contains(LONG), "a password is not quoted");
    site.post("/v2/users", &root, &json!(["ann"])).await.is(422);
    let total = with(&site, &root, "/v2/users").await.json()["totalItems"].clone();
    assert_eq!(total, 1);
}

#[rocket::async_test]
async fn a_name_that_is_taken_is_409() {
    let (site, root) = site().await;

    let answer = site.post("/v2/users", &root, &json!({"identifier": "root", "role": "reader"})).await;
    answer.is(409).has_problem("taken");
    assert_eq!(site.find_user("root").await.role, Role::Admin);
}

#[rocket::async_test]
async fn only_administrators_see_and_change_users() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let requests = [
        (Method::Get, "/v2/users"),
        (Method::Get, "/v2/users/root"),
        (Method::Get, "/v2/users/nobody"),
        (Method::Post, "/v2/users"),
        (Method::Patch, "/v2/users/ann"),
        (Method::Delete, "/v2/users/root"),
    ];

    for (method, path) in requests {
        let request = site.request(method, path).bearer(&ann).json(&json!({"role": "admin"}));
        request.send().await.is(403).has_problem("forbidden");
        let answer = site.request(method, path).send().await;
        answer.is(401).has_problem("unauthorized");
        assert_eq!(answer.all("WWW-Authenticate").len(), 2);
    }
    assert_eq!(site.find_user("ann").await.role, Role::Publisher);
    with(&site, &root, "/v2/users/nobody").await.is(404).has_problem("not-found");
}

#[rocket::async_test]
async fn users_are_listed_by_name_page_by_page() {
    let (site, root) = site().await;
    for name in ["zoe", "ann", "bob"] {
        site.user(name, Role::Reader).await;
    }

    let page = with(&site, &root, "/v2/users?page=2&itemsPerPage=2").await;
    let document = page.is(200).json();
    let names: Vec<&Value> =
        document["member"].as_array().unwrap().iter().map(|user| &user["identifier"]).collect();
    assert_eq!(names, ["root", "zoe"]);
    assert_eq!(document["totalItems"], 4);
    assert_eq!(document["view"]["@id"], "http://almanac.test/v2/users?page=2&itemsPerPage=2");
    assert_eq!(page.field("Cache-Control"), "private, no-cache");
}

#[rocket::async_test]
async fn a_change_of_role_counts_at_once() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Reader).await;
    let article = json!({"headline": "Rain"});
    site.post("/v2/articles", &ann, &article).await.is(403);

    let answer = site.patch("/v2/users/ann", &root, &json!({"role": "editor"})).send().await;
    assert_eq!(answer.is(200).json()["role"], "editor");
    site.post("/v2/articles", &ann, &article).await.is(201);
}

#[rocket::async_test]
async fn a_disabled_user_is_refused_and_stays_without_tokens_when_enabled_again() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Reader).await;

    site.patch("/v2/users/ann", &root, &json!({"disabled": true})).send().await.is(200);
    with(&site, &ann, "/v2/me").await.is(401);
    assert!(!signs_in(&site, "ann", PASSWORD).await);
    site.patch("/v2/users/ann", &root, &json!({"disabled": false})).send().await.is(200);
    assert!(signs_in(&site, "ann", PASSWORD).await);
    with(&site, &ann, "/v2/me").await.is(401);
}

#[rocket::async_test]
async fn a_new_password_replaces_the_old_one_and_revokes_every_token() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Reader).await;

    let answer = site.patch("/v2/users/ann", &root, &json!({"password": LONG})).send().await;
    assert!(!answer.is(200).text().contains(LONG));
    assert!(signs_in(&site, "ann", LONG).await);
    assert!(!signs_in(&site, "ann", PASSWORD).await);
    with(&site, &ann, "/v2/me").await.is(401);
    with(&site, &root, "/v2/me").await.is(200);
}

#[rocket::async_test]
async fn a_password_in_another_normal_form_is_the_same() {
    let (site, root) = site().await;
    let value = json!({"identifier": "ann", "password": "un parapluie cassé"});
    site.post("/v2/users", &root, &value).await.is(201);

    assert!(signs_in(&site, "ann", "un parapluie casse\u{301}").await);
}

#[rocket::async_test]
async fn a_change_that_takes_something_away_or_says_nonsense_is_422() {
    let (site, root) = site().await;
    site.user("ann", Role::Editor).await;
    let before = site.find_user("ann").await;

    for (value, pointer) in [
        (json!({"role": null}), "/role"),
        (json!({"role": "king"}), "/role"),
        (json!({"disabled": null}), "/disabled"),
        (json!({"disabled": 1}), "/disabled"),
        (json!({"password": null}), "/password"),
        (json!({"password": "short"}), "/password"),
        (json!({"role": "reader", "identifier": "bob"}), "/identifier"),
    ] {
        site.patch("/v2/users/ann", &root, &value).send().await.is(422).at(pointer);
    }
    for key in ["role", "disabled"] {
        let steps = json!([{"op": "replace", "path": format!("/{key}"), "value": null}]);
        let request = site.patch("/v2/users/ann", &root, &steps);
        let answer = request.header("Content-Type", "application/json-patch+json").send().await;
        answer.is(422).at(&format!("/{key}"));
    }
    for value in [json!([]), json!("reader"), json!(null)] {
        site.patch("/v2/users/ann", &root, &value).send().await.is(422);
    }
    let request = site.patch("/v2/users/ann", &root, &json!({})).header("Content-Type", "text/plain");
    request.send().await.is(415);
    assert_eq!(site.find_user("ann").await, before);
}

#[rocket::async_test]
async fn users_change_by_steps_too() {
    let (site, root) = site().await;
    site.user("ann", Role::Editor).await;
    let steps = json!([{"op": "test", "path": "/role", "value": "editor"},
                       {"op": "replace", "path": "/role", "value": "publisher"},
                       {"op": "add", "path": "/password", "value": LONG}]);

    let request =
        site.patch("/v2/users/ann", &root, &steps).header("Content-Type", "application/json-patch+json");
    assert_eq!(request.send().await.is(200).json()["role"], "publisher");
    assert!(signs_in(&site, "ann", LONG).await);
    let request =
        site.patch("/v2/users/ann", &root, &steps).header("Content-Type", "application/json-patch+json");
    request.send().await.is(409).has_problem("patch-conflict");
}

#[rocket::async_test]
async fn a_stale_if_match_changes_no_user() {
    let (site, root) = site().await;
    site.user("ann", Role::Reader).await;
    let old = with(&site, &root, "/v2/users/ann").await.etag();
    site.patch("/v2/users/ann", &root, &json!({"role": "editor"})).if_match(&old).send().await.is(200);

    let answer = site.patch("/v2/users/ann", &root, &json!({"disabled": true})).if_match(&old).send().await;
    answer.is(412).has_problem("precondition-failed");
    site.delete("/v2/users/ann", &root).if_match(&old).send().await.is(412);
    let ann = site.find_user("ann").await;
    assert_eq!((ann.role, ann.disabled), (Role::Editor, false));
}

#[rocket::async_test]
async fn a_deleted_user_is_gone_with_every_token() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Reader).await;

    site.delete("/v2/users/ann", &root).send().await.is(204);
    with(&site, &root, "/v2/users/ann").await.is(404);
    with(&site, &ann, "/v2/me").await.is(401);
    site.delete("/v2/users/ann", &root).send().await.is(404);
}

#[rocket::async_test]
async fn the_last_enabled_administrator_stays_one() {
    let (site, root) = site().await;
    site.user("ann", Role::Admin).await;
    site.patch("/v2/users/ann", &root, &json!({"disabled": true})).send().await.is(200);
    let before = site.find_user("root").await;

    for value in
        [json!({"role": "publisher"}), json!({"disabled": true}), json!({"role": "reader", "password": LONG})]
    {
        let answer = site.patch("/v2/users/root", &root, &value).send().await;
        answer.is(409).has_problem("last-administrator");
    }
    site.delete("/v2/users/root", &root).send().await.is(409).has_problem("last-administrator");
    assert_eq!(site.find_user("root").await, before);
    assert!(signs_in(&site, "root", PASSWORD).await);
    site.patch("/v2/users/root", &root, &json!({"role": "admin", "disabled": false})).send().await.is(200);
    site.patch("/v2/users/ann", &root, &json!({"role": "reader"})).send().await.is(200);
}

#[rocket::async_test]
async fn with_two_administrators_either_can_go() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Admin).await;

    site.patch("/v2/users/root", &root, &json!({"role": "reader"})).send().await.is(200);
    with(&site, &root, "/v2/users").await.is(403);
    site.delete("/v2/users/ann", &ann).send().await.is(409).has_problem("last-administrator");
}

#[rocket::async_test]
async fn two_administrators_who_demote_each_other_at_once_leave_one() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Admin).await;

    let one = site.patch("/v2/users/ann", &root, &json!({"role": "reader"})).send();
    let other = site.patch("/v2/users/root", &ann, &json!({"role": "reader"})).send();
    let (one, other) = rocket::tokio::join!(one, other);
    let mut done = [one.status, other.status];
    done.sort();
    assert_eq!(done[0], 200, "{one} {other}");
    assert!([403, 409].contains(&done[1]), "{one} {other}");
    let left = [site.find_user("root").await.role, site.find_user("ann").await.role];
    assert_eq!(left.iter().filter(|role| **role == Role::Admin).count(), 1);
}

// Oneself and one's tokens

#[rocket::async_test]
async fn me_is_whoever_asks_and_kept_by_no_shared_cache() {
    let (site, root) = site().await;
    site.user("ann", Role::Editor).await;

    let ann = site.request(Method::Get, "/v2/me").basic("ann", PASSWORD).send().await;
    let document = ann.is(200).json();
    assert_eq!((&document["identifier"], &document["role"]), (&json!("ann"), &json!("editor")));
    assert_eq!(document["tokens"], "http://almanac.test/v2/me/tokens");
    let root = with(&site, &root, "/v2/me").await;
    assert_ne!(root.etag(), ann.etag());
    assert_eq!(root.field("Cache-Control"), "private, no-cache");
    site.get("/v2/me").await.is(401).has_problem("unauthorized");
    site.request(Method::Get, "/v2/me").bearer("alm_x").send().await.is(401);
}

/// A new token: its path and its text.
async fn new_token(site: &Site, owner: &str) -> (String, String) {
    let document = site.post("/v2/me/tokens", owner, &json!({"name": "laptop"})).await.is(201).json();
    let path = document["@id"].as_str().unwrap().strip_prefix(BASE).unwrap().to_string();
    (path, document["token"].as_str().unwrap().to_string())
}

#[rocket::async_test]
async fn the_text_of_a_token_is_shown_once_and_kept_nowhere() {
    let (site, root) = site().await;

    let answer = site.post("/v2/me/tokens", &root, &json!({"name": "laptop"})).await;
    let text = answer.is(201).json()["token"].as_str().unwrap().to_string();
    assert_eq!(answer.field("Cache-Control"), "no-store");
    assert_eq!(answer.header("ETag"), None);
    with(&site, &text, "/v2/me").await.is(200);
    for target in [answer.field("Location"), "/v2/me/tokens", "/v2/me"] {
        let again = with(&site, &root, target).await;
        assert!(!again.is(200).text().contains(&text[4..]), "{again}");
        assert_eq!(again.field("Cache-Control"), "private, no-cache");
    }
}

#[rocket::async_test]
async fn a_token_lives_90_days_or_as_its_owner_says() {
    let (site, _) = site().await;
    // One that ends makes none that outlives it.
    let root = site.token(&site.find_user("root").await, None).await;
    let end = |document: &Value| document["expires"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();

    let document = site.post("/v2/me/tokens", &root, &json!({})).await.is(201).json();
    assert_eq!((end(&document) - Utc::now()).num_days(), 89);
    let wanted = Utc::now() + Duration::days(2);
    let value = json!({"name": "short", "expires": wanted.to_rfc3339()});
    let document = site.post("/v2/me/tokens", &root, &value).await.is(201).json();
    assert_eq!(end(&document).timestamp_millis(), wanted.timestamp_millis());
    for (value, pointer) in [
        (json!({"expires": "2020-01-01T00:00:00Z"}), "/expires"),
        (json!({"expires": "tomorrow"}), "/expires"),
        (json!({"expires": 7}), "/expires"),
        (json!({"name": ""}), "/name"),
        (json!({"name": "x".repeat(101)}), "/name"),
        (json!({"name": "a\u{0}b"}), "/name"),
        (json!({"owner": "ann"}), "/owner"),
    ] {
        site.post("/v2/me/tokens", &root, &value).await.is(422).at(pointer);
    }
    assert_eq!(with(&site, &root, "/v2/me/tokens").await.json()["totalItems"], 4);
}

#[rocket::async_test]
async fn an_expired_token_is_refused() {
    let (site, _) = site().await;
    let owner = site.find_user("root").await;

    let token = site.token(&owner, Some(Utc::now() - Duration::seconds(1))).await;
    with(&site, &token, "/v2/me").await.is(401).has_problem("unauthorized");
}

#[rocket::async_test]
async fn a_revoked_token_is_refused_at_once_and_for_ever() {
    let (site, root) = site().await;
    let (path, text) = new_token(&site, &root).await;
    with(&site, &text, "/v2/me").await.is(200);
    let tag = with(&site, &root, &path).await.etag();

    site.delete(&path, &root).if_match("\"x\"").send().await.is(412);
    site.delete(&path, &root).if_match(&tag).send().await.is(204);
    with(&site, &text, "/v2/me").await.is(401);
    let read = with(&site, &root, &path).await;
    let revoked = read.is(200).json()["revokedAt"].clone();
    assert!(revoked.is_string());
    assert_ne!(read.etag(), tag);
    site.delete(&path, &root).send().await.is(204);
    assert_eq!(with(&site, &root, &path).await.json()["revokedAt"], revoked);
}

#[rocket::async_test]
async fn the_token_of_another_is_answered_as_an_absent_one() {
    let (site, root) = site().await;
    let ann = site.user("ann", Role::Reader).await;
    let (path, text) = new_token(&site, &ann).await;
    let absent = "/v2/me/tokens/999";

    for method in [Method::Get, Method::Delete] {
        let others = site.request(method, &path).bearer(&root).send().await;
        let none = site.request(method, absent).bearer(&root).send().await;
        others.is(404).has_problem("not-found");
        assert_eq!(without_instance(&others), without_instance(&none));
        assert_eq!(others.fields_without(&[]), none.fields_without(&[]));
    }
    with(&site, &text, "/v2/me").await.is(200);
    let list = with(&site, &root, "/v2/me/tokens").await;
    assert_eq!(list.is(200).json()["totalItems"], 1);
    for id in ["0", "01", "x", "-1"] {
        with(&site, &root, &format!("/v2/me/tokens/{id}")).await.is(404);
    }
}

#[rocket::async_test]
async fn tokens_need_somebody_signed_in() {
    let (site, _) = site().await;

    for (method, path) in [
        (Method::Get, "/v2/me/tokens"),
        (Method::Get, "/v2/me/tokens/1"),
        (Method::Post, "/v2/me/tokens"),
        (Method::Delete, "/v2/me/tokens/1"),
    ] {
        site.request(method, path).json(&json!({})).send().await.is(401).has_problem("unauthorized");
    }
}

#[rocket::async_test]
async fn a_token_may_do_no_more_than_its_scope_and_makes_none_that_may() {
    let (site, root) = site().await;
    let make = async |token: &str, scope: &str| {
        site.post("/v2/me/tokens", token, &json!({"name": "weak", "scope": scope})).await.is(201).json()
    };
    let made = make(&root, "reader").await;
    assert_eq!(made["scope"], "reader");
    let weak = made["token"].as_str().unwrap().to_string();

    assert_eq!(with(&site, &weak, "/v2/me").await.is(200).json()["role"], "reader");
    site.post("/v2/articles", &weak, &json!({"headline": "Rain"})).await.is(403);
    with(&site, &weak, "/v2/users").await.is(403);
    let child = make(&weak, "admin").await;
    assert_eq!(child["scope"], "reader");
    with(&site, child["token"].as_str().unwrap(), "/v2/users").await.is(403);
    let unsaid = site.post("/v2/me/tokens", &weak, &json!({"name": "x", "role": "admin"})).await;
    assert!(unsaid.status == 422 || unsaid.json()["scope"] == "reader", "{unsaid}");
    for scope in [json!("king"), json!(["admin"]), json!(7)] {
        site.post("/v2/me/tokens", &root, &json!({"name": "x", "scope": scope})).await.is(422).at("/scope");
    }
    // Who loses their role loses it with every token.
    let strong = make(&root, "admin").await["token"].as_str().unwrap().to_string();
    site.user("second", Role::Admin).await;
    site.patch("/v2/users/root", &strong, &json!({"role": "reader"})).send().await.is(200);
    with(&site, &strong, "/v2/users").await.is(403);
}

#[rocket::async_test]
async fn it_is_noted_when_a_token_was_used_to_the_hour() {
    let (site, root) = site().await;
    let user = site.find_user("root").await;
    let used = async || {
        let mut conn = site.works().store.read().await.unwrap();
        almanac::store::token::page(&mut conn, user.id, 0, 10).await.unwrap().0[0].used
    };
    assert_eq!(used().await, None);

    with(&site, &root, "/v2/me").await.is(200);
    let noted = async {
        loop {
            if let Some(used) = used().await {
                return used;
            }
            tokio::task::yield_now().await;
        }
    };
    let used = tokio::time::timeout(std::time::Duration::from_secs(10), noted).await.unwrap();
    assert_eq!(used.timestamp() % 3600, 0);
    assert!(Utc::now() - used < Duration::hours(1) + Duration::minutes(1));
}

#[rocket::async_test]
async fn a_token_makes_none_that_outlives_it() {
    let site = Site::empty().await;
    site.user("ann", Role::Editor).await;
    let ann = site.find_user("ann").await;
    let (end, later) = (Utc::now() + Duration::days(2), Utc::now() + Duration::days(4_000));
    let (ends, endless) = (site.token(&ann, Some(end)).await, site.token(&ann, None).await);
    let expires = async |token: &str, wanted: &Value| {
        let made = site.post("/v2/me/tokens", token, wanted).await.is(201).json();
        DateTime::parse_from_rfc3339(made["expires"].as_str().unwrap()).unwrap().timestamp_millis()
    };

    let wanted = json!({"name": "x", "expires": later.to_rfc3339()});
    for wanted in [&wanted, &json!({"name": "y"})] {
        // Twice: what is remembered of a token ends with it too.
        assert_eq!(expires(&ends, wanted).await, end.timestamp_millis());
        assert_eq!(expires(&ends, wanted).await, end.timestamp_millis());
    }
    assert_eq!(expires(&endless, &wanted).await, later.timestamp_millis());
}
