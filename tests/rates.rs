//! How often clients may ask: who is held up, when and for how long, and what each is told of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{
    Answer, PASSWORD, Site,
    browser::{Browser, SECURE},
    wire::Wire,
};
use rocket::http::Method;
use serde_json::{Value, json};

const HERE: &str = "192.0.2.1";
const THERE: &str = "192.0.2.2";

/// Settings by which clients are held up early.
fn few() -> Value {
    let anonymous = json!({
        "reads_per_s": 1, "reads_at_once": 5, "writes_per_s": 1, "writes_at_once": 2, "jobs_per_h": 2
    });
    let signed_in = json!({
        "reads_per_s": 1, "reads_at_once": 9, "writes_per_s": 1, "writes_at_once": 7, "jobs_per_h": 2
    });
    json!({"rates": {"enabled": true, "anonymous": anonymous, "signed_in": signed_in}})
}

async fn read(site: &Site, from: &str, target: &str) -> Answer {
    site.request(Method::Get, target).sent_from(from).send().await
}

/// Reads until it is held up; the number of answers, and the refusal.
async fn exhaust(site: &Site, from: &str, target: &str) -> (usize, Answer) {
    for count in 0..100 {
        let answer = read(site, from, target).await;
        if answer.status == 429 {
            return (count, answer);
        }
    }
    panic!("expected to be held up");
}

#[rocket::async_test]
async fn who_reads_too_often_is_told_when_to_come_again_and_nobody_else_is_held_up() {
    let site = Site::with(few()).await;

    let (count, refusal) = exhaust(&site, HERE, "/v2/articles").await;
    // One or two may have come back meanwhile.
    assert!((5..8).contains(&count), "{count}");
    refusal.has_problem("too-many-requests");
    assert_eq!(refusal.field("Retry-After"), "1");
    assert_eq!(refusal.field("Cache-Control"), "no-store");
    assert_eq!(refusal.field("RateLimit-Policy"), "\"reads\";q=5;w=5");
    assert_eq!(refusal.field("RateLimit"), "\"reads\";r=0;t=1");
    assert_eq!(refusal.json()["violated-policies"], json!(["reads"]));
    assert!(refusal.field("Access-Control-Expose-Headers").contains("RateLimit-Policy"));
    read(&site, THERE, "/v2/articles").await.is(200);
}

#[rocket::async_test]
async fn an_ipv6_network_is_one_client() {
    let site = Site::with(few()).await;

    exhaust(&site, "2001:db8::1", "/v2").await;
    read(&site, "2001:db8::ffff:2", "/v2").await.is(429);
    read(&site, "2001:db8:0:1::1", "/v2").await.is(200);
}

#[rocket::async_test]
async fn ten_reads_that_send_nothing_cost_as_much_as_one_that_does() {
    let site = Site::with(few()).await;
    let tag = read(&site, THERE, "/v2/articles").await.field("ETag").to_string();

    for _ in 0..20 {
        let known = site.request(Method::Get, "/v2/articles").sent_from(HERE).if_none_match(&tag);
        known.send().await.is(304);
        site.request(Method::Head, "/v2/articles").sent_from(HERE).send().await.is(200);
        site.request(Method::Options, "/v2/articles").sent_from(THERE).send().await.is(200);
    }
    let (count, _) = exhaust(&site, HERE, "/v2/articles").await;
    assert!((1..5).contains(&count), "{count}");
}

#[rocket::async_test]
async fn what_is_left_is_told_to_one_client_and_never_by_an_answer_that_a_cache_may_give_to_another() {
    let site = Site::with(few()).await;
    let token = site.user("ann", Role::Reader).await;

    for path in ["/", "/v2", "/v2/articles", "/openapi/v2.json", "/v2/health/live", "/livez"] {
        let answer = read(&site, HERE, path).await;
        assert_eq!(answer.is(200).header("RateLimit"), None, "{path}");
        assert_eq!(answer.header("RateLimit-Policy"), None, "{path}");
    }
    let own = site.request(Method::Get, "/v2/me").sent_from(HERE).bearer(&token).send().await;
    assert_eq!(own.is(200).field("RateLimit"), "\"reads\";r=8;t=1");
    assert_eq!(own.field("RateLimit-Policy"), "\"reads\";q=9;w=9");
    let written = site.request(Method::Post, "/v2/messages").sent_from(HERE).bearer(&token);
    let written = written.header("Content-Type", "text/plain").body("hello").send().await;
    assert_eq!(written.is(201).field("RateLimit"), "\"writes\";r=6;t=1");
}

#[rocket::async_test]
async fn a_user_counts_alone_whatever_others_at_the_address_do_and_whichever_token_they_send() {
    let site = Site::with(few()).await;
    let token = site.user("ann", Role::Reader).await;
    let another = site.token(&site.find_user("ann").await, None).await;
    exhaust(&site, HERE, "/v2").await;
    let send = async |token: &str, from: &str| {
        site.request(Method::Get, "/v2/me").sent_from(from).bearer(token).send().await
    };

    for _ in 0..4 {
        send(&token, HERE).await.is(200);
        send(&another, THERE).await.is(200);
    }
    let basic = site.request(Method::Get, "/v2/me").sent_from(HERE).basic("ann", PASSWORD).send().await;
    basic.is(200);
    let refused = futures::future::join_all((0..4).map(|_| send(&token, HERE))).await;
    assert!(refused.iter().any(|answer| answer.status == 429));
}

#[rocket::async_test]
async fn credentials_that_are_not_good_count_for_the_address() {
    let site = Site::with(few()).await;
    let send = async || site.request(Method::Get, "/v2").sent_from(HERE).bearer("alm_wrong").send().await;

    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(send().await.status);
    }
    assert_eq!(statuses[..5], [401; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
    let (left, _) = exhaust(&site, HERE, "/v2").await;
    assert!(left < 3, "{left}");
}

#[rocket::async_test]
async fn writes_are_counted_apart_and_jobs_among_them_once_more() {
    let site = Site::with(few()).await;
    let token = site.user("ann", Role::Publisher).await;
    let post = async |path: &str, value: Value| {
        site.request(Method::Post, path).sent_from(HERE).bearer(&token).json(&value).send().await
    };

    let nothing = json!({"headline": "x", "dataset": "none", "target": "y"});
    post("/v2/models/none/versions", nothing.clone()).await.is(404);
    let second = post("/v2/models", nothing).await;
    assert!(second.field("RateLimit").contains("\"jobs\";r=0"), "{second}");
    let refused = post("/v2/datasets", json!({"name": "x"})).await;
    refused.has_problem("too-many-requests");
    assert_eq!(refused.json()["violated-policies"], json!(["jobs"]));
    let wait: u64 = refused.field("Retry-After").parse().unwrap();
    assert!((1_790..=1_800).contains(&wait), "{wait}");
    post("/v2/articles", json!({"headline": "Still written"})).await.is(201);
}

#[rocket::async_test]
async fn a_form_counts_as_what_it_stands_for() {
    let mut settings = few();
    settings["public_url"] = json!(SECURE);
    let site = Site::with(settings).await;
    site.user("ann", Role::Publisher).await;
    let browser = Browser::signed_in(&site, "ann").await;
    let send = async |path: &str| {
        browser.request(Method::Post, path).sent_from(HERE).form(&[("csrf", "none")]).send().await.status
    };

    assert_eq!(send("/edit/models").await, 403);
    assert_eq!(send("/edit/datasets/none/revisions").await, 403);
    assert_eq!(send("/edit/models").await, 429);
    assert_eq!(send("/edit/articles").await, 403);
}

#[rocket::async_test]
async fn predictions_are_reads() {
    let site = Site::with(few()).await;

    for path in ["predictions", "infer", "versions/1/predictions", "versions/1/infer"] {
        let path = format!("/v2/models/none/{path}");
        site.request(Method::Post, &path).sent_from(HERE).json(&json!({"x": 1.0})).send().await.is(404);
    }
}

#[rocket::async_test]
async fn health_is_told_to_everybody_however_often_they_ask() {
    let site = Site::with(few()).await;
    exhaust(&site, HERE, "/v2").await;

    for path in ["/livez", "/readyz", "/v2/health/live", "/v2/health/ready"] {
        for _ in 0..10 {
            read(&site, HERE, path).await.is(200);
        }
    }
}

#[rocket::async_test]
async fn behind_a_proxy_that_is_named_each_client_counts_alone() {
    let mut settings = few();
    settings["clients"] = json!({"trusted_proxies": ["127.0.0.1"]});
    let site = Site::with(settings).await;
    let send = async |said: &str| {
        site.request(Method::Get, "/v2").sent_from("127.0.0.1").header("X-Forwarded-For", said).send().await
    };

    let mut last = 200;
    for count in 0..10 {
        last = last.max(send(&format!("10.0.0.{count}, {HERE}")).await.status);
    }
    assert_eq!(last, 429);
    send(THERE).await.is(200);
}

#[rocket::async_test]
async fn where_the_settings_say_so_nobody_is_held_up() {
    let mut settings = few();
    settings["rates"]["enabled"] = json!(false);
    let site = Site::with(settings).await;

    for _ in 0..50 {
        read(&site, HERE, "/v2").await.is(200);
    }
}

#[rocket::async_test]
async fn beside_more_than_can_be_worked_on_others_wait_or_are_sent_away() {
    let site = Site::with(json!({"load": {"at_once": 1, "waiting": 0}})).await;
    let token = site.anybody(Role::Reader).await;
    let wire = Wire::beside(&site).await;
    let head = format!(
        "POST /v2/messages HTTP/1.1\r\nHost: almanac.test\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: text/plain\r\nContent-Length: 23\r\n\r\n"
    );
    let (first, rest) = ("Sent in two pieces", ", so\n");
    let begin = async || wire.begin(format!("{head}{first}")).await;
    let again = async || wire.send(format!("{head}{first}{rest}")).await;
    let mut begun = begin().await;
    let refused = loop {
        let answer = again().await;
        if answer.status == 503 {
            break answer;
        }
        if begun.is_answered() {
            // It came while the other one was at work.
            begun.end("").await.is(503);
            begun = begin().await;
        }
    };

    refused.has_problem("unavailable");
    assert_eq!(refused.field("Retry-After"), "1");
    for path in ["/v2/articles", "/livez", "/readyz"] {
        let get = format!("GET {path} HTTP/1.1\r\nHost: almanac.test\r\nConnection: close\r\n\r\n");
        wire.send(get).await.is(200);
    }
    begun.end(rest).await.is(201);
    again().await.is(201);
    wire.end().await;
}
