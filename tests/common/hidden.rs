//! Things that not everybody sees, and what to compare their answers with.

use super::{Answer, Site, arrange, routes};
use almanac::domain::permission::Role;
use rocket::http::Method;
use serde_json::json;

/// Names of what [`arrange::everything`] makes, each with one of the same length that nothing has.
const NAMES: [(&str, &str, &str); 4] = [
    ("/articles/", "article-1", "article-9"),
    ("/datasets/", "penguins", "pelicans"),
    ("/datasets/", "rain", "none"),
    ("/models/", "species", "nothing"),
];

/// The paths of what is hidden by [`hide`], what depends on others first.
pub const THINGS: [&str; 6] = [
    "/v2/articles/article-1",
    "/v2/articles/article-2",
    "/v2/articles/article-3",
    "/v2/models/species",
    "/v2/datasets/penguins",
    "/v2/datasets/rain",
];

/// A route with a thing in it: method, pattern, and the path of something real.
pub struct Route {
    /// The method.
    pub method: String,
    /// As it is mounted.
    pub pattern: String,
    /// Where something stands.
    pub path: String,
}

/// A site with one of each thing, all of them `owner`'s, a publisher; the owner's token.
pub async fn site(settings: serde_json::Value) -> (Site, String) {
    let site = Site::with(settings).await;
    let owner = site.user("owner", Role::Publisher).await;
    arrange::everything(&site, &owner).await;
    (site, owner)
}

/// Has everything be seen by those whom `visibility` names.
pub async fn hide(site: &Site, token: &str, visibility: &str) {
    for path in THINGS {
        site.patch(path, token, &json!({"visibility": visibility})).send().await.is(200);
    }
}

/// The opposite of [`hide`]: what others depend on first.
pub async fn show(site: &Site, token: &str) {
    for path in THINGS.into_iter().rev() {
        site.patch(path, token, &json!({"visibility": "public"})).send().await.is(200);
    }
}

/// Every route of both versions below an article, a dataset or a model, while these are there for all.
pub async fn routes(site: &Site) -> Vec<Route> {
    let mut found = Vec::new();
    for (method, pattern) in routes::all(site).into_iter().filter(|(_, pattern)| pattern.contains("<slug>")) {
        let path = arrange::real(site, &pattern).await;
        found.push(Route { method, pattern, path });
    }
    assert!(found.len() > 40, "expected the routes of two versions, found {}", found.len());
    found
}

/// The same path of something that never was; the name that was exchanged, and for which.
pub fn absent(path: &str) -> (String, &'static str, &'static str) {
    let (below, name, other) = NAMES
        .into_iter()
        .find(|(below, name, _)| path.contains(&format!("{below}{name}")))
        .unwrap_or_else(|| panic!("expected the path of something arranged, found {path}"));
    (path.replace(&format!("{below}{name}"), &format!("{below}{other}")), name, other)
}

/// Says that an answer is, but for the name that was asked for, that to what is not there.
#[track_caller]
pub fn tells_nothing(found: &Answer, (name, other): (&str, &str), none: &Answer, who: &str) {
    assert_eq!(found.status, none.status, "{who}: expected {none}, found {found}");
    let fields: Vec<_> = found
        .fields_without(&[])
        .into_iter()
        .map(|(field, value)| (field, value.replace(name, other)))
        .collect();
    assert_eq!(fields, none.fields_without(&[]), "{who}: {found}");
    let text = String::from_utf8_lossy(&found.body).replace(name, other);
    assert_eq!(text, String::from_utf8_lossy(&none.body), "{who}: {found}");
}

/// A request with a body where its method has one: of the media type that it takes, and of no meaning.
pub async fn send(
    site: &Site,
    method: &str,
    path: &str,
    token: Option<&str>,
    line: Option<(&str, &str)>,
) -> Answer {
    let method: Method = routes::method(method);
    let mut request = site.request(method, path);
    if ![Method::Get, Method::Head, Method::Options, Method::Delete].contains(&method) {
        request = request.json(&json!({}));
    }
    // Many rows are changed by a list.
    if method == Method::Patch && !path.ends_with("/rows") {
        request = request.header("Content-Type", super::MERGE);
    }
    if let Some(token) = token {
        request = request.bearer(token);
    }
    if let Some((field, value)) = line {
        request = request.header(field.to_string(), value.to_string());
    }
    request.send().await
}
