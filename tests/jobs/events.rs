//! Jobs that are followed as they go on.

use super::{Site, job, site};
use almanac::{domain::permission::Role, store};
use chrono::{Duration, Utc};
use rocket::{
    http::Method,
    local::asynchronous::LocalResponse,
    tokio::io::{AsyncBufReadExt, BufReader},
};
use serde_json::{Value, json};

const EVENTS: &str = "text/event-stream";

/// The stream at a path, once it has begun.
async fn follow<'s>(site: &'s Site, token: &str, path: &str) -> LocalResponse<'s> {
    site.request(Method::Get, path).bearer(token).header("Accept", EVENTS).open().await
}

/// Reads up to the end of the next event, and gives its name and data; silence and the rest are passed over.
async fn event(stream: &mut BufReader<LocalResponse<'_>>) -> Option<(String, Value)> {
    let (mut name, mut data) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap() == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("event", text)) => name = text.into(),
            Some(("data", text)) => data.push_str(text),
            _ if line == "\n" && !name.is_empty() => {
                return Some((name, serde_json::from_str(&data).unwrap()));
            }
            _ => {}
        }
    }
}

#[rocket::async_test]
async fn a_follower_is_told_of_progress_and_of_the_end() {
    let (site, _) = site().await;
    let ann = site.user("ann", Role::Publisher).await;
    let job = job(&site, "ann", "rain").await;
    let path = format!("/v2/jobs/{}", job.id);

    let response = follow(&site, &ann, &path).await;
    let field = |name: &str| response.headers().get(name).collect::<Vec<_>>().join(", ");
    assert_eq!((response.status().code, field("Content-Type")), (200, format!("{EVENTS}; charset=utf-8")));
    assert_eq!((field("Cache-Control"), field("X-Accel-Buffering")), ("no-store".into(), "no".into()));
    assert_eq!(field("Vary"), "Accept, Accept-Encoding");
    assert_eq!(field("Content-Encoding"), "");
    let mut stream = BufReader::new(response);
    let begun = event(&mut stream).await.unwrap();
    assert_eq!(begun, ("progress".into(), json!({"status": "running", "progress": 0.0})));
    // Another process tells the database alone.
    let lease = Utc::now() + Duration::days(1);
    store::job::beat(&site.works().store, &job, lease, 0.5, None).await.unwrap();
    let half = event(&mut stream).await.unwrap();
    assert_eq!(half, ("progress".into(), json!({"status": "running", "progress": 0.5})));
    site.delete(&path, &ann).send().await.is(204);
    let (name, document) = event(&mut stream).await.unwrap();
    assert_eq!((name.as_str(), &document["status"]), ("cancelled", &json!("cancelled")));
    assert_eq!(document["@id"], format!("http://almanac.test{path}"));
    assert_eq!(event(&mut stream).await, None, "the stream ends with the job");
    let head = site.request(Method::Head, &path).bearer(&ann).header("Accept", EVENTS).send().await;
    assert_eq!((head.is(200).body.len(), head.field("X-Accel-Buffering")), (0, "no"));
}

#[rocket::async_test]
async fn a_job_that_has_ended_is_one_event() {
    let (site, root) = site().await;
    let job = job(&site, "root", "rain").await;
    let path = format!("/v2/jobs/{}", job.id);
    site.delete(&path, &root).send().await.is(204);

    let answer = site.request(Method::Get, &path).bearer(&root).header("Accept", EVENTS).send().await;

    let text = answer.is(200).text();
    assert!(text.contains("event: cancelled\ndata: {"), "{text}");
    assert_eq!(text.matches("event: ").count(), 1, "{text}");
}

#[rocket::async_test]
async fn who_may_not_read_a_job_may_not_follow_it() {
    let (site, _) = site().await;
    site.user("ann", Role::Publisher).await;
    let bob = site.user("bob", Role::Publisher).await;
    let job = job(&site, "ann", "rain").await;
    let follow = |path: String| site.request(Method::Get, &path).header("Accept", EVENTS);

    let theirs = follow(format!("/v2/jobs/{}", job.id)).bearer(&bob).send().await;
    theirs.is(404).has_problem("not-found");
    follow(format!("/v2/jobs/{}", job.id)).send().await.is(401);
    follow("/v2/jobs".into()).bearer(&bob).send().await.is(406);
}

#[rocket::async_test]
async fn followers_are_bounded_in_number_and_each_gives_its_place_back() {
    let (site, root) = site().await;
    let job = job(&site, "root", "rain").await;
    let path = format!("/v2/jobs/{}", job.id);
    let mut followers = Vec::new();
    for _ in 0..100 {
        followers.push(follow(&site, &root, &path).await);
    }
    assert!(followers.iter().all(|one| one.status().code == 200));

    let more = site.request(Method::Get, &path).bearer(&root).header("Accept", EVENTS).send().await;
    more.is(503).has_problem("unavailable");
    assert_eq!(more.field("Retry-After"), "10");
    site.request(Method::Get, &path).bearer(&root).send().await.is(200);
    followers.pop();

    assert_eq!(follow(&site, &root, &path).await.status().code, 200);
}

#[rocket::async_test]
async fn followers_hold_no_connection() {
    let site =
        Site::with(json!({"databases": {"almanac": {"max_connections": 2, "connect_timeout": 2}}})).await;
    let root = site.user("root", Role::Admin).await;
    let job = job(&site, "root", "rain").await;
    let path = format!("/v2/jobs/{}", job.id);
    let mut streams = Vec::new();
    for _ in 0..10 {
        let mut stream = BufReader::new(follow(&site, &root, &path).await);
        event(&mut stream).await.unwrap();
        streams.push(stream);
    }

    site.request(Method::Get, &path).bearer(&root).send().await.is(200);
}
