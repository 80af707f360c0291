//! Who may do what, for every mounted route, out of the one table in `domain/permission.rs`;
//! and whose credentials are believed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::permission::{Need, Role, need},
    store,
};
use chrono::{Duration, Utc};
use common::{Answer, PASSWORD, Site, routes};
use rocket::http::Method;
use serde_json::json;

/// Every route that the table is about: method, path, and who may.
fn guarded(site: &Site) -> Vec<(String, String, Need)> {
    let routes = routes::all(site).into_iter().filter_map(|(method, pattern)| {
        let kind = routes::kind(&pattern)?;
        let action = routes::action(&method);
        let need = need(kind, action);
        let need =
            need.unwrap_or_else(|| panic!("expected a row for {kind:?} × {action:?}: {method} {pattern}"));
        Some((method, routes::filled(&pattern), need))
    });
    routes.collect()
}

async fn send(site: &Site, method: &str, target: &str, token: Option<&str>) -> Answer {
    let request = site.request(routes::method(method), target);
    let request = if let Some(token) = token { request.bearer(token) } else { request };
    let request = if method == "GET" { request } else { request.json(&json!({})) };
    request.send().await
}

/// The role just below; `None` below the least.
fn below(role: Role) -> Option<Role> {
    Role::ALL.into_iter().rev().find(|lower| *lower < role)
}

fn says_how_to_sign_in(answer: &Answer) {
    answer.is(401).has_problem("unauthorized");
    let challenges = answer.all("WWW-Authenticate");
    assert_eq!(challenges.len(), 2, "expected each challenge on a line of its own, found {answer}");
    assert!(challenges[0].starts_with("Bearer "), "{answer}");
    assert!(challenges[1].starts_with("Basic ") && challenges[1].contains("charset=\"UTF-8\""), "{answer}");
    assert_eq!(answer.field("Cache-Control"), "no-store");
}

// ---- the table -------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn nobody_gets_401_wherever_a_role_is_needed_and_only_there() {
    let site = Site::empty().await;

    for (method, target, need) in guarded(&site) {
        let answer = send(&site, &method, &target, None).await;
        match need {
            Need::Nobody => assert!(![401, 403].contains(&answer.status), "{answer}"),
            Need::Role(_) => says_how_to_sign_in(&answer),
        }
    }
}

#[rocket::async_test]
async fn a_role_that_is_too_low_is_403_that_names_the_one_needed() {
    let site = Site::empty().await;

    for (method, target, need) in guarded(&site) {
        let Need::Role(least) = need else { continue };
        let Some(lower) = below(least) else { continue };
        let token = site.anybody(lower).await;
        let answer = send(&site, &method, &target, Some(&token)).await;
        answer.is(403).has_problem("forbidden");
        assert!(answer.json()["detail"].as_str().unwrap().contains(least.name()), "{answer}");
        assert_eq!(answer.header("WWW-Authenticate"), None, "{answer}");
    }
}

#[rocket::async_test]
async fn a_role_that_is_enough_is_neither_401_nor_403() {
    let site = Site::empty().await;

    for (method, target, need) in guarded(&site) {
        let Need::Role(least) = need else { continue };
        for role in Role::ALL.into_iter().filter(|role| *role >= least) {
            let token = site.anybody(role).await;
            let answer = send(&site, &method, &target, Some(&token)).await;
            assert!(![401, 403].contains(&answer.status) && answer.status < 500, "{role}: {answer}");
        }
    }
}

#[rocket::async_test]
async fn a_refused_write_changes_nothing() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    let bob = site.user("bob", Role::Reader).await;
    let path = site.article(&ann, "Rain").await;
    let before = site.get(&path).await.body;

    for method in [Method::Put, Method::Patch, Method::Delete] {
        let request = || site.request(method, &path).json(&json!({"headline": "Snow"}));
        request().send().await.is(401);
        request().bearer(&bob).send().await.is(403);
        request().bearer("alm_wrong").send().await.is(401);
    }

    assert_eq!(site.get(&path).await.body, before);
}

// ---- credentials -----------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn bad_credentials_are_401_on_public_resources_too() {
    let site = Site::empty().await;

    for (method, pattern) in routes::all(&site) {
        if ["/livez", "/readyz", "/favicon.ico", "/static/<file>"].contains(&pattern.as_str()) {
            continue;
        }
        let answer = send(&site, &method, &routes::filled(&pattern), Some("alm_wrong")).await;
        says_how_to_sign_in(&answer);
    }
}

#[rocket::async_test]
async fn what_is_no_credential_is_401() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Reader).await;
    let cut = &ann[..ann.len() - 1];
    let (first, last) = ann.split_at(ann.len() - 1);
    let mistyped = format!("{first}{}", if last == "0" { "1" } else { "0" });

    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Basic",
        "Basic ****",
        "Basic YW5u",
        "Digest username=\"ann\"",
        &ann,
        &format!("Bearer {cut}"),
        &format!("Bearer {mistyped}"),
        &format!("Bearer {ann} x"),
        &format!("Bearer {ann}, Bearer {ann}"),
        &format!("Token {ann}"),
    ] {
        let answer = site.request(Method::Get, "/v2").header("Authorization", value).send().await;
        says_how_to_sign_in(&answer);
    }
    let twice = site.request(Method::Get, "/v2").bearer(&ann).line("Authorization", format!("Bearer {ann}"));
    says_how_to_sign_in(&twice.send().await);
}

#[rocket::async_test]
async fn a_scheme_is_read_in_any_case() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;

    for value in [format!("bearer {ann}"), format!("BEARER   {ann}")] {
        let request = site.request(Method::Post, "/v2/articles").json(&json!({"headline": value[..6]}));
        request.header("Authorization", value.as_str()).send().await.is(if value.starts_with('b') {
            201
        } else {
            409
        });
    }
    let basic = site.request(Method::Post, "/v2/articles").json(&json!({"headline": "Basic"}));
    let value = "bAsIc YW5uOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==";
    basic.header("Authorization", value).send().await.is(201);
}

#[rocket::async_test]
async fn a_name_and_a_password_are_as_good_as_a_token() {
    let site = Site::empty().await;
    site.user("ann", Role::Editor).await;
    let send = async |name: &str, password: &str| {
        let request = site.request(Method::Get, "/v2").basic(name, password);
        request.send().await
    };

    send("ann", PASSWORD).await.is(200);
    for (name, password) in [
        ("ann", ""),
        ("ann", "wrong"),
        ("ann", &format!("{PASSWORD} ")),
        ("ann", &PASSWORD.to_uppercase()),
        ("bob", PASSWORD),
        ("ANN", PASSWORD),
        ("", ""),
        ("ann'--", PASSWORD),
        ("ann\u{0}", PASSWORD),
    ] {
        says_how_to_sign_in(&send(name, password).await);
    }
}

#[rocket::async_test]
async fn a_password_is_the_same_in_every_normal_form() {
    let site = Site::empty().await;
    let hasher = site.rocket().state::<almanac::auth::password::Hasher>().unwrap();
    let hash = hasher.hash("ein s\u{e4}chsisches Pferd".into()).await.unwrap();
    let mut tx = site.works().store.write().await.unwrap();
    store::user::insert(&mut tx, "uwe", Some(&hash), Role::Reader, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();

    for password in ["ein s\u{e4}chsisches Pferd", "ein sa\u{308}chsisches Pferd"] {
        site.request(Method::Get, "/v2").basic("uwe", password).send().await.is(200);
    }
}

#[rocket::async_test]
async fn a_user_without_a_password_cannot_sign_in_with_one() {
    let site = Site::empty().await;
    let mut tx = site.works().store.write().await.unwrap();
    store::user::insert(&mut tx, "robot", None, Role::Reader, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();

    for password in ["", "null", PASSWORD] {
        let answer = site.request(Method::Get, "/v2").basic("robot", password).send().await;
        says_how_to_sign_in(&answer);
    }
}

#[rocket::async_test]
async fn a_disabled_user_is_refused_by_token_and_by_password_at_once() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    site.request(Method::Get, "/v2").bearer(&ann).send().await.is(200);

    let user = site.find_user("ann").await;
    let mut tx = site.works().store.write().await.unwrap();
    store::user::change(&mut tx, &user, user.role, true, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();

    says_how_to_sign_in(&site.request(Method::Get, "/v2").bearer(&ann).send().await);
    says_how_to_sign_in(&site.request(Method::Get, "/v2").basic("ann", PASSWORD).send().await);
}

#[rocket::async_test]
async fn a_lower_role_counts_at_once() {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    site.article(&ann, "Rain").await;

    let user = site.find_user("ann").await;
    let mut tx = site.works().store.write().await.unwrap();
    store::user::change(&mut tx, &user, Role::Reader, false, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();

    site.delete("/v2/articles/rain", &ann).send().await.is(403).has_problem("forbidden");
}

#[rocket::async_test]
async fn an_expired_token_is_refused_and_one_without_end_is_not() {
    let site = Site::empty().await;
    site.user("ann", Role::Editor).await;
    let user = site.find_user("ann").await;

    let expired = site.token(&user, Some(Utc::now() - Duration::seconds(1))).await;
    let endless = site.token(&user, None).await;

    says_how_to_sign_in(&site.request(Method::Get, "/v2").bearer(&expired).send().await);
    site.request(Method::Get, "/v2").bearer(&endless).send().await.is(200);
}

#[rocket::async_test]
async fn a_revoked_token_is_refused_and_the_others_are_not() {
    let site = Site::empty().await;
    let first = site.user("ann", Role::Editor).await;
    let user = site.find_user("ann").await;
    let second = site.token(&user, None).await;

    let mut conn = site.works().store.read().await.unwrap();
    let (tokens, _) = store::token::page(&mut conn, user.id, 0, 10).await.unwrap();
    drop(conn);
    let newest = tokens.iter().map(|token| token.id).max().unwrap();
    let mut tx = site.works().store.write().await.unwrap();
    store::token::revoke(&mut tx, newest, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();

    says_how_to_sign_in(&site.request(Method::Get, "/v2").bearer(&second).send().await);
    site.request(Method::Get, "/v2").bearer(&first).send().await.is(200);
}
