//! A site with one of each thing, for tests that walk through all of it.

use super::Site;
use rocket::http::Method;
use serde_json::{Value, json};

/// Parts of URL patterns whose things are not yet made by [`everything`]: links to them are not
/// demanded. A kind leaves this list when it is arranged below.
pub const KINDS: &[&str] = &["/datasets/", "/models/", "/messages/", "/jobs/", "/tokens/"];

/// One of each thing that routes are mounted for, made by the owner of an administrator's token.
pub async fn everything(site: &Site, root: &str) {
    for number in 1..=3 {
        article(site, root, number).await;
    }
    if has(site, "POST", "/v2/messages") {
        let request = site.request(Method::Post, "/v2/messages").bearer(root).body("Hello");
        request.header("Content-Type", "text/plain").send().await.is(201);
    }
    if has(site, "POST", "/v2/me/tokens") {
        site.post("/v2/me/tokens", root, &json!({"name": "arranged"})).await.is(201);
    }
}

async fn article(site: &Site, root: &str, number: u32) {
    let draft: Value = json!({
        "identifier": format!("article-{number}"),
        "headline": format!("Article {number} <&> \"雨\""),
        "articleBody": "# It *rained*\n\n[elsewhere](https://example.org/)\n",
        "abstract": "Wet.",
        "keywords": ["rain", "april"],
        "about": ["https://example.org/rain"],
    });
    site.post("/v2/articles", root, &draft).await.is(201);
}

/// Whether there is such a route.
pub fn has(site: &Site, method: &str, pattern: &str) -> bool {
    super::routes::all(site).iter().any(|(one, other)| one == method && other == pattern)
}
