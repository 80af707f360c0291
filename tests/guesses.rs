//! Guesses at passwords: who is held up, who never is.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{auth::password::Hasher, config::Passwords, domain::permission::Role, store};
use common::{
    Answer, PASSWORD, Site,
    browser::{Browser, SECURE},
};
use rocket::http::Method;
use serde_json::json;

async fn basic(site: &Site, from: &str, name: &str, password: &str) -> Answer {
    site.request(Method::Get, "/v2/me").sent_from(from).basic(name, password).send().await
}

/// Guesses until it is held up; the number of guesses that were judged.
async fn guess(site: &Site, from: &str, name: &str) -> usize {
    for count in 0..100 {
        let answer = basic(site, from, name, &format!("guess {count}")).await;
        if answer.status == 429 {
            answer.has_problem("too-many-requests");
            let wait: u64 = answer.field("Retry-After").parse().unwrap();
            assert!((1..=30).contains(&wait), "{answer}");
            assert_eq!(answer.field("Cache-Control"), "no-store");
            return count;
        }
        answer.is(401);
    }
    panic!("expected to be held up");
}

#[rocket::async_test]
async fn ten_wrong_passwords_are_enough_and_nobody_else_is_held_up() {
    let site = Site::empty().await;
    let token = site.user("ann", Role::Reader).await;
    site.user("bob", Role::Reader).await;

    assert_eq!(guess(&site, "2001:db8::1", "ann").await, 10);
    // Not by the right password either, or a guess more could be made with each.
    basic(&site, "2001:db8::2", "ann", PASSWORD).await.is(429);
    // From elsewhere, as somebody else, with a token: all as before.
    basic(&site, "192.0.2.1", "ann", PASSWORD).await.is(200);
    basic(&site, "2001:db8::1", "bob", PASSWORD).await.is(200);
    let request = site.request(Method::Get, "/v2/me").sent_from("2001:db8::1").bearer(&token);
    request.send().await.is(200);
}

#[rocket::async_test]
async fn who_signed_in_a_moment_ago_is_not_held_up_by_who_guesses_beside_them() {
    let site = Site::with(json!({"cache": {"status": true}})).await;
    site.user("ann", Role::Reader).await;
    // Whoever signs in is forgotten once more, with all that is kept, when the server begins to hear others' writes.
    while site.get("/v2/articles").await.header("Cache-Status") != Some("almanac; hit") {
        tokio::task::yield_now().await;
    }
    basic(&site, "192.0.2.1", "ann", PASSWORD).await.is(200);

    guess(&site, "192.0.2.1", "ann").await;
    basic(&site, "192.0.2.1", "ann", PASSWORD).await.is(200);
}

#[rocket::async_test]
async fn a_name_that_nobody_has_is_held_up_as_one_that_somebody_has() {
    let site = Site::empty().await;
    site.user("ann", Role::Reader).await;

    assert_eq!(guess(&site, "192.0.2.1", "nobody").await, guess(&site, "192.0.2.2", "ann").await);
}

#[rocket::async_test]
async fn the_sign_in_page_counts_with_all_others() {
    let site = Site::with(json!({"public_url": SECURE})).await;
    site.user("ann", Role::Reader).await;
    let browser = Browser::new(&site);
    let send = async |password: &str| {
        let fields = [("name", "ann"), ("password", password)];
        browser.request(Method::Post, "/sign-in").sent_from("192.0.2.1").form(&fields).send().await
    };

    guess(&site, "192.0.2.1", "ann").await;
    let answer = send(PASSWORD).await;
    assert_eq!(answer.is(429).field("X-Almanac-Error-Code"), "too-many-requests");
}

#[rocket::async_test]
async fn behind_a_proxy_that_is_named_each_client_counts_alone_and_no_client_can_lie() {
    let site = Site::with(json!({"clients": {"trusted_proxies": ["127.0.0.1"]}})).await;
    site.user("ann", Role::Reader).await;
    let send = async |peer: &str, said: &str, password: &str| {
        let request = site.request(Method::Get, "/v2/me").sent_from(peer).header("X-Forwarded-For", said);
        request.basic("ann", password).send().await.status
    };

    for count in 0..10 {
        assert_eq!(send("127.0.0.1", &format!("10.0.0.{count}, 192.0.2.1"), "wrong").await, 401);
    }
    assert_eq!(send("127.0.0.1", "192.0.2.1", PASSWORD).await, 429);
    assert_eq!(send("127.0.0.1", "192.0.2.2", PASSWORD).await, 200);
    for count in 0..10 {
        assert_eq!(send("192.0.2.9", &format!("10.0.0.{count}"), "wrong again").await, 401);
    }
    assert_eq!(send("192.0.2.9", "192.0.2.77", "another wrong one").await, 429);
}

/// The hash that the database has of a user's password.
async fn hash(site: &Site, name: &str) -> String {
    let mut conn = site.works().store.read().await.unwrap();
    store::user::find(&mut conn, name).await.unwrap().1.unwrap()
}

#[rocket::async_test]
async fn a_password_that_was_hashed_otherwise_is_hashed_as_the_settings_have_it_once_it_was_right() {
    let site = Site::with(json!({"passwords": {"memory_kib": 16, "passes": 2}})).await;
    let token = site.user("ann", Role::Reader).await;
    let cheap = Passwords { memory_kib: 8, passes: 1, ..Passwords::default() };
    let cheap = Hasher::new(&cheap).unwrap().hash(PASSWORD.into()).await.unwrap();
    let good = hash(&site, "ann").await;
    let mut tx = site.works().store.write().await.unwrap();
    store::user::rehash(&mut tx, "ann", &good, &cheap).await.unwrap();
    tx.commit().await.unwrap();

    basic(&site, "192.0.2.1", "ann", "wrong").await.is(401);
    assert_eq!(hash(&site, "ann").await, cheap);
    basic(&site, "192.0.2.1", "ann", PASSWORD).await.is(200);
    // Nobody waits for it.
    while hash(&site, "ann").await == cheap {
        tokio::task::yield_now().await;
    }
    assert!(hash(&site, "ann").await.starts_with("$argon2id$v=19$m=16,t=2,p=1$"));
    basic(&site, "192.0.2.2", "ann", PASSWORD).await.is(200);
    // It is the same password: nobody is signed out.
    site.request(Method::Get, "/v2/me").bearer(&token).send().await.is(200);
}

#[rocket::async_test]
async fn where_the_settings_say_so_nobody_is_held_up() {
    let site = Site::with(json!({"clients": {"limited": false}})).await;
    site.user("ann", Role::Reader).await;

    for count in 0..60 {
        basic(&site, "192.0.2.1", "ann", &format!("guess {count}")).await.is(401);
    }
    basic(&site, "192.0.2.1", "ann", PASSWORD).await.is(200);
}

#[rocket::async_test]
async fn right_passwords_that_come_at_once_are_all_right() {
    let site = Site::empty().await;
    site.user("ann", Role::Reader).await;

    let all = (0..16).map(|_| basic(&site, "192.0.2.1", "ann", PASSWORD));
    for answer in futures::future::join_all(all).await {
        answer.is(200);
    }
}

#[rocket::async_test]
async fn wrong_passwords_that_come_at_once_are_held_up_as_those_one_by_one() {
    let site = Site::empty().await;
    site.user("ann", Role::Reader).await;

    let guesses: Vec<String> = (0..16).map(|count| format!("guess {count}")).collect();
    let all = guesses.iter().map(|guess| basic(&site, "192.0.2.1", "ann", guess));
    let answers = futures::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 10);
    assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 6);
}
