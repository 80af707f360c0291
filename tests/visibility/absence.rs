//! At its own address: what is not seen is answered as what is not there.

use crate::common::{
    Site,
    hidden::{self, absent, send, tells_nothing},
};
use almanac::domain::permission::Role;
use rocket::http::Method;
use serde_json::json;

/// Those who do not see what is another's alone, nobody first.
async fn others(site: &Site) -> Vec<(String, Option<String>)> {
    let mut others = vec![("nobody".to_string(), None)];
    for role in [Role::Reader, Role::Editor, Role::Publisher] {
        others.push((format!("another {role}"), Some(site.anybody(role).await)));
    }
    others
}

#[rocket::async_test]
async fn every_route_and_method_answers_others_as_if_there_were_nothing() {
    let (site, owner) = hidden::site(json!({})).await;
    let routes = hidden::routes(&site).await;
    hidden::hide(&site, &owner, "private").await;

    for (who, token) in others(&site).await {
        for route in &routes {
            let (none, name, other) = absent(&route.path);
            for method in [route.method.as_str(), "HEAD", "OPTIONS"] {
                let found = send(&site, method, &route.path, token.as_deref(), None).await;
                let none = send(&site, method, &none, token.as_deref(), None).await;
                tells_nothing(&found, (name, other), &none, &who);
            }
        }
    }
}

#[rocket::async_test]
async fn no_precondition_no_range_and_no_media_type_tells_it_apart() {
    let (site, owner) = hidden::site(json!({})).await;
    let routes = hidden::routes(&site).await;
    let mut tags = Vec::new();
    for route in &routes {
        let read = site.request(Method::Get, &route.path).bearer(&owner).send().await;
        tags.push(read.header("ETag").unwrap_or("\"none\"").to_string());
    }
    hidden::hide(&site, &owner, "private").await;
    let editor = site.anybody(Role::Publisher).await;

    for (route, tag) in routes.iter().zip(&tags) {
        let (none, name, other) = absent(&route.path);
        let lines = [
            ("If-Match", "*"),
            ("If-None-Match", "*"),
            ("If-Match", tag),
            ("If-None-Match", tag),
            ("If-Modified-Since", "Fri, 31 Dec 2100 23:59:59 GMT"),
            ("If-Unmodified-Since", "Fri, 31 Dec 2100 23:59:59 GMT"),
            ("Range", "bytes=0-3"),
            ("Accept", "text/html"),
            ("Accept", "text/turtle"),
            ("Accept", "application/problem+json"),
            ("Accept-Encoding", "identity;q=0"),
            ("Cache-Control", "no-cache"),
            ("Prefer", "return=minimal"),
            ("X-HTTP-Method-Override", "DELETE"),
        ];
        for line in lines {
            for token in [None, Some(editor.as_str())] {
                let found = send(&site, &route.method, &route.path, token, Some(line)).await;
                let none = send(&site, &route.method, &none, token, Some(line)).await;
                tells_nothing(&found, (name, other), &none, &format!("{line:?}"));
            }
        }
    }
}

#[rocket::async_test]
async fn no_other_spelling_of_an_address_tells_it_apart() {
    let (site, owner) = hidden::site(json!({})).await;
    let routes = hidden::routes(&site).await;
    hidden::hide(&site, &owner, "private").await;

    for route in routes.iter().filter(|route| route.method == "GET") {
        let spellings: [fn(&str) -> String; 6] = [
            |path| format!("{path}.json"),
            |path| format!("{path}.ttl"),
            |path| format!("{path}.html"),
            |path| format!("{path}/"),
            |path| path.replacen('/', "//", 1),
            // Without a version: the newest one answers, or leads there.
            |path| path.replacen("/v2", "", 1).replacen("/v1", "", 1),
        ];
        let (path, _) = route.path.split_once('?').unwrap_or((&route.path, ""));
        let (none, name, other) = absent(path);
        for spelt in spellings {
            let found = site.get(&spelt(path)).await;
            tells_nothing(&found, (name, other), &site.get(&spelt(&none)).await, &spelt(path));
        }
    }
}

#[rocket::async_test]
async fn what_was_private_when_it_was_deleted_is_gone_for_its_owner_alone() {
    let (site, owner) = hidden::site(json!({})).await;
    let routes = hidden::routes(&site).await;
    hidden::hide(&site, &owner, "private").await;
    for path in hidden::THINGS {
        site.delete(path, &owner).send().await.is(204);
    }

    for route in routes.iter().filter(|route| !route.path.contains("/articles/")) {
        let (none, name, other) = absent(&route.path);
        for (who, token) in others(&site).await {
            let found = send(&site, &route.method, &route.path, token.as_deref(), None).await;
            let none = send(&site, &route.method, &none, token.as_deref(), None).await;
            tells_nothing(&found, (name, other), &none, &who);
        }
        if route.method == "GET" {
            let gone = send(&site, "GET", &route.path, Some(&owner), None).await;
            assert_eq!(gone.is(410).field("Cache-Control"), "private, no-store");
        }
    }
}

#[rocket::async_test]
async fn a_token_of_an_administrator_sees_no_more_than_its_scope() {
    let (site, owner) = hidden::site(json!({})).await;
    hidden::hide(&site, &owner, "private").await;
    let root = site.user("root", Role::Admin).await;
    let weak = site.post("/v2/me/tokens", &root, &json!({"name": "weak", "scope": "reader"})).await;
    let weak = weak.is(201).json()["token"].as_str().unwrap().to_string();

    for path in hidden::THINGS {
        site.request(Method::Get, path).bearer(&root).send().await.is(200);
        site.request(Method::Get, path).bearer(&weak).send().await.is(404);
    }
}

#[rocket::async_test]
async fn bad_credentials_are_refused_before_anything_is_looked_for() {
    let (site, owner) = hidden::site(json!({})).await;
    hidden::hide(&site, &owner, "private").await;

    for path in ["/v2/articles/article-1", "/v2/datasets/rain", "/v2/models/species"] {
        let (none, name, other) = absent(path);
        let found = site.request(Method::Get, path).bearer("alm_wrong").send().await;
        let none = site.request(Method::Get, &none).bearer("alm_wrong").send().await;
        tells_nothing(found.is(401), (name, other), &none, "nobody");
    }
}
