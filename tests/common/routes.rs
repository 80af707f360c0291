//! The mounted routes, as tests enumerate them.

use super::{BASE, Site};
use almanac::{
    domain::Kind,
    domain::permission::Action,
    represent::link::{Base, Place},
};
use rocket::http::Method;

/// Method and pattern of every mounted route of the API, each once, sorted; the pattern is without trailing slash.
pub fn all(site: &Site) -> Vec<(String, String)> {
    mounted(site).into_iter().filter(|(_, pattern)| !Place::is_page(pattern)).collect()
}

/// The same of the pages that show what they show to who is signed in.
pub fn pages(site: &Site) -> Vec<(String, String)> {
    mounted(site).into_iter().filter(|(_, pattern)| Place::is_page(pattern)).collect()
}

/// The same of both.
pub fn mounted(site: &Site) -> Vec<(String, String)> {
    let routes = site.rocket().routes().filter(|route| !almanac::routes::hit::is(route)).map(|route| {
        let path = route.uri.path().trim_end_matches('/');
        (route.method.to_string(), if path.is_empty() { "/".to_string() } else { path.to_string() })
    });
    let mut routes: Vec<_> = routes.collect();
    routes.sort();
    routes.dedup();
    routes
}

/// The patterns that have a method.
pub fn patterns(site: &Site, method: &str) -> Vec<String> {
    all(site).into_iter().filter(|(found, _)| found == method).map(|(_, pattern)| pattern).collect()
}

/// Rocket's method of that name.
pub fn method(name: &str) -> Method {
    name.parse().expect("a method")
}

/// A path that fits a pattern: real names where every site has them, `1` elsewhere.
pub fn filled(pattern: &str) -> String {
    match Place::parse(pattern) {
        Some(Place::ProblemType(_)) => return Place::ProblemType("not-found".into()).path(),
        Some(Place::ContextOf(_)) => {
            return Place::ContextOf(Base::new(BASE).hashes().context.clone()).path();
        }
        Some(Place::VocabularyOf(_)) => {
            return Place::VocabularyOf(Base::new(BASE).hashes().vocabulary.clone()).path();
        }
        Some(Place::OpenApi(_)) => return Place::OpenApi("v2".into()).path(),
        Some(Place::Reference(_)) => return Place::Reference("v2".into()).path(),
        Some(Place::Static(_)) => return Place::Static("almanac.css".into()).path(),
        Some(Place::V1Predict(..)) => return Place::V1Predict("1".into(), "x/1".into()).path(),
        _ => {}
    }
    let segments = pattern.split('/').map(|segment| if segment.starts_with('<') { "1" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// A pattern whose variable segments have no names: `/v2/articles/<>`.
pub fn nameless(pattern: &str) -> String {
    let segments = pattern.split('/').map(|segment| match segment {
        rest if rest.ends_with("..>") => "<..>",
        variable if variable.starts_with('<') => "<>",
        fixed => fixed,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The kind of what stands at a pattern, by its last fixed segment; `None` for what is nobody's:
/// entry points, schemas, files, health, version 1's greeting and echo.
pub fn kind(pattern: &str) -> Option<Kind> {
    let fixed = pattern.split('/').rfind(|segment| !segment.starts_with('<'))?;
    // Rows of a revision are the revision's.
    let fixed = if pattern.contains("/revisions/") { "revisions" } else { fixed };
    Some(match fixed {
        "articles" => Kind::Article,
        "datasets" | "columns" | "applications" => Kind::Dataset,
        "rows" | "export" => Kind::Row,
        "revisions" => Kind::Revision,
        "models" => Kind::Model,
        "versions" | "curves" | "comparison" | "card" | "onnx" | "coefficients" => Kind::Version,
        "prediction" | "predictions" | "predict" | "infer" => Kind::Prediction,
        "jobs" => Kind::Job,
        "messages" | "content" => Kind::Message,
        "users" => Kind::User,
        "me" | "tokens" => Kind::Token,
        "usage" => Kind::Usage,
        "" | "v1" | "v2" | "doc" | "context" | "vocab" | "problems" | "static" | "favicon.ico" | "livez"
        | "readyz" | "health" | "live" | "ready" | "hello" | "echo" | "openapi" | "api-catalog" | "docs"
        | "robots" | "sitemap" | "search" => {
            return None;
        }
        other => panic!("expected a segment that this list knows, found {other:?} in {pattern}"),
    })
}

/// What a method does.
pub fn action(method: &str) -> Action {
    match method {
        "GET" => Action::Read,
        "POST" => Action::Create,
        "PUT" => Action::Replace,
        "PATCH" => Action::Patch,
        "DELETE" => Action::Delete,
        other => panic!("expected a method that a permission is about, found {other}"),
    }
}
