//! What RFC 9110 and 9111 demand of every answer, asked of every URL of a crawl in every media type.
//! Single promises, with their reasons, stand in the tests that are named after them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::permission::Role,
    represent::{format, link::Place},
};
use common::{Answer, BASE, Site, arrange, crawl::crawl};
use rocket::http::Method;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const TYPES: [&str; 4] = ["*/*", "application/json", "text/html", "image/png"];
const CODINGS: [&str; 3] = ["identity", "gzip", "zstd, br"];
/// Fields that speak of the content (RFC 9110 §8), which a 304 does not have.
const OF_CONTENT: [&str; 3] = ["content-type", "content-encoding", "content-length"];

async fn site() -> (Site, String) {
    let site = Site::with(json!({"cache": {"status": true}})).await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    (site, root)
}

/// A few URLs of each pattern, suffix and query: rows and predictions are many, and alike.
fn some_of_each(urls: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts = BTreeMap::new();
    let few = urls.filter(|url| {
        let target = url.strip_prefix(BASE).unwrap();
        let (path, query) =
            target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let (bare, suffix) =
            format::bare(path).map_or((path.into(), None), |(bare, media)| (bare, Some(media)));
        let kind = (Place::parse(&bare).map(|place| place.pattern()), suffix, query.is_some());
        let count = counts.entry(kind).or_insert(0);
        *count += 1;
        *count <= 2
    });
    few.collect()
}

/// One URL as one client asks for it.
struct Asked<'s> {
    site: &'s Site,
    token: &'s str,
    url: &'s str,
    media: &'static str,
    coding: &'static str,
}

impl Asked<'_> {
    fn request(&self, method: Method) -> common::Request<'_> {
        let request = self.site.request(method, self.url).bearer(self.token);
        request.header("Accept", self.media).header("Accept-Encoding", self.coding)
    }

    async fn answer(&self) -> Answer {
        self.request(Method::Get).send().await
    }
}

/// What every answer has, whatever its status.
fn has_what_every_answer_has(answer: &Answer) {
    for name in ["Cache-Control", "X-Request-Id", "X-Content-Type-Options", "Content-Security-Policy"] {
        answer.field(name);
    }
    assert_eq!(answer.field("Access-Control-Allow-Origin"), "*");
    let control = answer.field("Cache-Control");
    assert!(!control.contains("public"), "{answer}");
    let private = control.contains("private") || control.contains("no-store");
    assert!(!(private && control.contains("s-maxage")), "{answer}");
    assert!(
        !(private && answer.header("xkey").is_some()),
        "expected no tag of what no proxy keeps: {answer}"
    );
    if let Some(tags) = answer.header("xkey") {
        assert!(tags.len() <= 512 && tags.split(' ').count() <= 8, "{answer}");
    }
    for name in ["ETag", "Last-Modified", "Content-Location", "Vary", "Content-Type"] {
        assert!(answer.all(name).len() <= 1, "expected `{name}` once at most, found {answer}");
    }
    assert!(answer.header("Content-Type").is_some() || answer.body.is_empty(), "{answer}");
}

/// That HEAD, 304 and 412 of the same say the same.
async fn is_validated(asked: &Asked<'_>, whole: &Answer) {
    let but = ["cache-status", "cache-control"];
    let head = asked.request(Method::Head).send().await;
    assert_eq!((head.status, head.body.len()), (whole.status, 0), "{head}");
    assert_eq!(head.fields_without(&but), whole.fields_without(&but), "HEAD {}", asked.url);
    let Some(tag) = whole.header("ETag") else {
        assert!(whole.field("Cache-Control").contains("no-store"), "expected a tag, found {whole}");
        return;
    };
    let strong = tag.starts_with('"') && tag.ends_with('"') && tag.len() == 35;
    assert!(strong, "expected a strong tag of two halves, found {whole}");
    let known = asked.request(Method::Get).if_none_match(tag).send().await;
    assert_eq!((known.status, known.body.len()), (304, 0), "{known}");
    let fields = [&but[..], &OF_CONTENT[..]].concat();
    assert_eq!(known.fields_without(&but), whole.fields_without(&fields), "304 of {}", asked.url);
    let stale = asked.request(Method::Get).if_match("\"0123456789abcdef\"").send().await;
    assert_eq!(stale.status, 412, "{stale}");
    let again = asked.answer().await;
    assert_eq!((again.header("ETag"), &again.body), (Some(tag), &whole.body), "{}", asked.url);
}

/// That the representation's own URL gives the same bytes, without negotiation.
async fn has_a_url_of_its_own(asked: &Asked<'_>, whole: &Answer) {
    let Some(own) = whole.header("Content-Location") else { return };
    let request = asked.site.request(Method::Get, own).bearer(asked.token);
    let named = request.header("Accept-Encoding", asked.coding).header("Accept", "image/png").send().await;
    assert_eq!(named.status, 200, "{named}");
    assert!(!named.field("Vary").contains("Accept,"), "{named}");
    assert_eq!(
        (named.header("Content-Type"), named.header("ETag")),
        (whole.header("Content-Type"), whole.header("ETag"))
    );
    assert_eq!(named.body, whole.body, "{own}");
}

#[rocket::async_test]
async fn every_answer_of_a_crawl_is_as_the_standards_demand() {
    let (site, root) = site().await;
    let urls = some_of_each(crawl(&site, Some(&root)).await.answers.into_keys());
    assert!(urls.len() > 80, "expected a web, found {urls:?}");

    let mut statuses = BTreeMap::new();
    for url in &urls {
        let (mut vary, mut tags) = (BTreeSet::new(), BTreeMap::new());
        for (media, coding) in TYPES.iter().flat_map(|media| CODINGS.map(|coding| (*media, coding))) {
            let asked = Asked { site: &site, token: &root, url, media, coding };
            let answer = asked.answer().await;
            *statuses.entry(answer.status).or_insert(0) += 1;
            has_what_every_answer_has(&answer);
            vary.insert(answer.header("Vary").map(String::from));
            if answer.status == 200 {
                is_validated(&asked, &answer).await;
                has_a_url_of_its_own(&asked, &answer).await;
                if let Some(tag) = answer.header("ETag") {
                    let other = tags.insert(tag.to_string(), answer.body.clone());
                    assert!(
                        other.is_none_or(|other| other == answer.body),
                        "one tag, two contents: {answer}"
                    );
                }
            }
        }
        assert_eq!(vary.len(), 1, "expected one Vary for every answer of {url}, found {vary:?}");
    }

    let seen: Vec<u16> = statuses.keys().copied().collect();
    assert_eq!(seen, [200, 307, 406], "{statuses:?}");
}

#[rocket::async_test]
async fn other_methods_of_every_url_are_405_with_the_methods_that_there_are() {
    let (site, root) = site().await;

    for url in some_of_each(crawl(&site, Some(&root)).await.answers.into_keys()) {
        let options = site.request(Method::Options, &url).bearer(&root).send().await;
        let allow = options.field("Allow").to_string();
        has_what_every_answer_has(&options);
        for method in [Method::Put, Method::Patch, Method::Delete, Method::Post] {
            if !allow.split(", ").any(|allowed| allowed == method.as_str()) {
                let refused = site.request(method, &url).bearer(&root).json(&json!({})).send().await;
                assert_eq!((refused.status, refused.field("Allow")), (405, allow.as_str()), "{refused}");
                has_what_every_answer_has(&refused);
            }
        }
        assert!(url.starts_with(BASE));
    }
}
