//! What caches are told: entity tags, 304, Cache-Control, HEAD. Negotiation and URLs: `representations.rs`.
//! What a write does with an expected state stands in `preconditions.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{Answer, Site, routes};
use rocket::http::Method;
use serde_json::json;
use std::collections::BTreeSet;

const TYPES: [&str; 3] = ["application/ld+json", "application/json", "text/html"];
const RAIN: &str = "/v2/articles/rain";

/// A site with one article that is long enough to be compressed.
async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Admin).await;
    let draft = json!({"identifier": "rain", "headline": "Rain", "articleBody": "It rained. ".repeat(200)});
    site.post("/v2/articles", &ann, &draft).await.is(201);
    (site, ann)
}

async fn as_coded(site: &Site, target: &str, media: &str, coding: &str) -> Answer {
    let request = site.request(Method::Get, target).header("Accept", media);
    request.header("Accept-Encoding", coding).send().await
}

fn state(tag: &str) -> String {
    tag.trim_matches('"').split('.').next().unwrap().to_string()
}

// ---- entity tags -----------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn each_media_type_and_coding_has_a_tag_of_its_own_over_one_state() {
    let (site, _) = site().await;

    let mut tags = BTreeSet::new();
    for media in TYPES {
        for coding in ["identity", "gzip", "zstd"] {
            let answer = as_coded(&site, RAIN, media, coding).await;
            answer.is(200);
            assert_eq!(answer.header("Content-Encoding").unwrap_or("identity"), coding, "{answer}");
            assert!(answer.field("Content-Type").starts_with(media), "{answer}");
            assert!(!answer.etag().starts_with("W/"), "expected a strong tag");
            tags.insert(answer.etag());
        }
    }

    assert_eq!(tags.len(), 9, "a strong tag names one representation (RFC 9110 §8.8.1): {tags:#?}");
    let states: BTreeSet<String> = tags.iter().map(|tag| state(tag)).collect();
    assert_eq!(states.len(), 1, "{states:?}");
}

#[rocket::async_test]
async fn the_same_request_gets_the_same_bytes_and_tag_whoever_asks() {
    let (site, ann) = site().await;
    let bob = site.user("bob", Role::Reader).await;

    for target in ["/", "/v2", "/v2/articles", RAIN, "/v2/doc", "/v2/context", "/vocab", "/problems"] {
        for media in TYPES {
            let anonymous = site.get_as(target, media).await;
            for token in [&ann, &bob] {
                let known =
                    site.request(Method::Get, target).header("Accept", media).bearer(token).send().await;
                assert_eq!(known.body, anonymous.body, "{target} as {media}");
                assert_eq!(known.fields_without(&[]), anonymous.fields_without(&[]), "{target} as {media}");
            }
        }
    }
}

#[rocket::async_test]
async fn a_change_changes_the_tags_of_the_article_and_of_its_list() {
    let (site, ann) = site().await;
    let tags = async || (site.get(RAIN).await.etag(), site.get("/v2/articles").await.etag());
    let before = tags().await;

    site.patch(RAIN, &ann, &json!({"headline": "Snow"})).send().await.is(200);

    let after = tags().await;
    assert_ne!((state(&before.0), &before.0, &before.1), (state(&after.0), &after.0, &after.1));
    assert_ne!(before.0, after.0);
    assert_ne!(before.1, after.1);
}

#[rocket::async_test]
async fn every_document_has_a_strong_tag_unless_it_must_not_be_kept() {
    let (site, ann) = site().await;

    for pattern in routes::patterns(&site, "GET") {
        let answer = site.request(Method::Get, &routes::filled(&pattern)).bearer(&ann).send().await;
        let kept = answer.status == 200 && answer.field("Cache-Control") != "no-store";
        assert_eq!(
            answer.header("ETag").is_some_and(|tag| tag.starts_with('"')),
            kept,
            "{pattern}: {answer}"
        );
    }
}

// ---- 304 -------------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn who_has_a_representation_gets_304_with_the_fields_of_the_200_but_those_of_its_content() {
    let (site, ann) = site().await;

    for target in [
        "/",
        "/v2",
        "/v2/articles",
        RAIN,
        "/v2/doc",
        "/v2/context",
        "/v2/articles/rain.html",
        "/static/almanac.css",
    ] {
        for coding in ["identity", "gzip"] {
            let request = || site.request(Method::Get, target).header("Accept-Encoding", coding).bearer(&ann);
            let whole = request().send().await;
            let known = request().if_none_match(&whole.is(200).etag()).send().await;

            known.is(304);
            assert!(known.body.is_empty(), "{known}");
            let but = ["content-type", "content-encoding", "content-length"];
            assert_eq!(known.fields_without(&[]), whole.fields_without(&but), "{target}");
            for name in ["ETag", "Cache-Control"] {
                known.field(name);
            }
        }
    }
}

#[rocket::async_test]
async fn if_none_match_takes_lists_several_lines_weak_tags_and_a_star() {
    let (site, _) = site().await;
    let tag = site.get(RAIN).await.etag();

    for value in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".into(), format!(", {tag},,")]
    {
        site.request(Method::Get, RAIN).if_none_match(&value).send().await.is(304);
    }
    let lines =
        site.request(Method::Get, RAIN).line("If-None-Match", "\"x\"").line("If-None-Match", tag.clone());
    lines.send().await.is(304);
    for value in ["\"x\"", "x", "\"", "W/", "", tag.trim_matches('"'), &format!("\"{}\"", state(&tag))] {
        site.request(Method::Get, RAIN).if_none_match(value).send().await.is(200);
    }
}

#[rocket::async_test]
async fn the_tag_of_another_representation_is_no_304() {
    let (site, _) = site().await;
    let compressed = as_coded(&site, RAIN, TYPES[0], "gzip").await.etag();
    let page = as_coded(&site, RAIN, TYPES[2], "identity").await.etag();
    let plain = as_coded(&site, RAIN, TYPES[1], "identity").await.etag();

    for other in [compressed, page, plain] {
        site.request(Method::Get, RAIN).if_none_match(&other).send().await.is(200);
    }
}

#[rocket::async_test]
async fn if_modified_since_counts_where_there_is_no_if_none_match() {
    let (site, _) = site().await;
    let modified = site.get(RAIN).await.field("Last-Modified").to_string();
    let since = |date: &str| site.request(Method::Get, RAIN).header("If-Modified-Since", date);

    since(&modified).send().await.is(304);
    since("Sun, 06 Nov 1994 08:49:37 GMT").send().await.is(200);
    since("nonsense").send().await.is(200);
    since(&modified).if_none_match("\"x\"").send().await.is(200);
}

#[rocket::async_test]
async fn a_read_that_expects_another_state_is_412_with_the_tag_that_there_is() {
    let (site, _) = site().await;
    let tag = site.get(RAIN).await.etag();

    let failed = site.request(Method::Get, RAIN).if_match("\"x\"").send().await;

    failed.is(412).has_problem("precondition-failed");
    assert_eq!(failed.json()["current"], tag);
    site.request(Method::Get, RAIN).if_match(&tag).send().await.is(200);
}

// ---- Cache-Control ---------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn every_answer_has_one_cache_control_and_none_says_public() {
    let (site, ann) = site().await;

    for (method, pattern) in routes::all(&site) {
        let target = routes::filled(&pattern);
        let (unread, strange) = (format!("{target}/"), format!("{target}/x/y/z"));
        for target in [&target, &unread, &strange] {
            for token in [None, Some(ann.as_str()), Some("alm_wrong")] {
                let request = site.request(routes::method(&method), target);
                let request = if let Some(token) = token { request.bearer(token) } else { request };
                let answer = request.json(&json!({})).send().await;
                let control = answer.field("Cache-Control");
                assert!(!control.contains("public"), "{answer}");
                if method != "GET" || answer.status >= 400 {
                    let kept = control.contains("max-age") && answer.status != 308 && answer.status != 410;
                    assert!(!kept, "expected nothing that outlives this answer, found {answer}");
                }
            }
        }
    }
}

#[rocket::async_test]
async fn what_needs_credentials_is_kept_by_no_shared_cache() {
    let (site, ann) = site().await;

    for pattern in routes::patterns(&site, "GET") {
        let target = routes::filled(&pattern);
        let closed = site.get(&target).await.status == 401;
        let answer = site.request(Method::Get, &target).bearer(&ann).send().await;
        let control = answer.field("Cache-Control");
        if closed && answer.status == 200 {
            assert!(control == "private, no-cache" || control == "no-store", "{answer}");
            assert_eq!(answer.header("xkey"), None, "{answer}");
        }
        for shared in ["s-maxage", "must-revalidate", "stale-"] {
            assert!(!(closed && control.contains(shared)), "{answer}");
        }
    }
}

#[rocket::async_test]
async fn each_kind_of_resource_is_kept_as_long_as_its_policy_says() {
    let (site, _) = site().await;

    for (target, control, tag) in [
        ("/", "max-age=60, s-maxage=300, stale-while-revalidate=60, stale-if-error=86400", "entry"),
        ("/v2", "max-age=60, s-maxage=300, stale-while-revalidate=60, stale-if-error=86400", "entry"),
        ("/v2/context", "max-age=86400, s-maxage=604800", "schema"),
        ("/v2/doc", "max-age=86400, s-maxage=604800", "schema"),
        // Without stale-while-revalidate: a browser's script would read what it has just overwritten.
        ("/v2/articles", "max-age=0, s-maxage=10, stale-if-error=600", "list:articles"),
        (RAIN, "max-age=0, s-maxage=30, stale-if-error=3600", "article:rain"),
    ] {
        let answer = site.get(target).await;
        assert_eq!(answer.is(200).field("Cache-Control"), control, "{target}");
        assert_eq!(answer.field("xkey"), tag, "{target}");
    }
    // Its page shows what is newest.
    let page = site.get_as("/", "text/html").await;
    assert_eq!(page.is(200).field("xkey"), "entry list:datasets list:models list:articles");
    assert_eq!(site.get("/v2/articles/none").await.is(404).field("Cache-Control"), "no-cache");
    assert_eq!(site.get("/livez").await.is(200).field("Cache-Control"), "no-store");
}

// ---- HEAD ------------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn head_has_the_fields_of_get_and_no_content() {
    let (site, ann) = site().await;

    for pattern in routes::patterns(&site, "GET") {
        for accept in ["*/*", "text/html", "image/png"] {
            for token in [None, Some(&ann)] {
                let request = |method| {
                    let request = site.request(method, &routes::filled(&pattern)).header("Accept", accept);
                    if let Some(token) = token { request.bearer(token) } else { request }
                };
                let (get, head) = (request(Method::Get).send().await, request(Method::Head).send().await);
                assert_eq!(head.status, get.status, "{pattern}");
                assert!(head.body.is_empty(), "{head}");
                assert_eq!(head.fields_without(&[]), get.fields_without(&[]), "{pattern}");
            }
        }
    }
    let tag = site.get(RAIN).await.etag();
    site.request(Method::Head, RAIN).if_none_match(&tag).send().await.is(304);
}

// ---- files of ours ---------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_page_links_a_style_sheet_that_never_changes_under_its_name() {
    let (site, _) = site().await;
    let page = site.get_as(RAIN, "text/html").await.text();
    let (_, rest) = page.split_once("href=\"http://almanac.test/static/almanac.").unwrap();
    let hashed = format!("/static/almanac.{}", rest.split('"').next().unwrap());

    let sheet = site.get(&hashed).await;
    let plain = site.get("/static/almanac.css").await;

    assert_eq!(sheet.is(200).field("Cache-Control"), "max-age=31536000, immutable");
    assert!(sheet.field("Content-Type").starts_with("text/css"), "{sheet}");
    assert_eq!((plain.is(200).body.len(), plain.etag()), (sheet.body.len(), sheet.etag()));
    assert_eq!(plain.field("Cache-Control"), "max-age=86400, s-maxage=604800");
    let older = site.get("/static/almanac.0ldHash000.css").await;
    assert_eq!(older.is(307).field("Location"), format!("http://almanac.test{hashed}"));
    assert_eq!(older.field("Cache-Control"), "no-store");
    site.get("/static/other.css").await.is(404);
    site.get("/static/other.js").await.is(404);
}

#[rocket::async_test]
async fn a_file_of_ours_comes_in_brotli_where_that_is_liked_and_a_document_never_does() {
    let (site, _) = site().await;
    let file = async |coding| as_coded(&site, "/static/almanac.css", "*/*", coding).await;
    let plain = file("identity").await;

    let browser = file("gzip, deflate, br, zstd").await;

    assert_eq!(browser.is(200).field("Content-Encoding"), "br");
    let mut decoded = Vec::new();
    brotli::BrotliDecompress(&mut browser.body.as_slice(), &mut decoded).unwrap();
    assert_eq!(decoded, plain.body);
    assert!(browser.body.len() < file("gzip").await.body.len());
    let tags: BTreeSet<String> = [&plain, &browser, &file("zstd").await].map(Answer::etag).into();
    assert_eq!(tags.len(), 3, "{tags:?}");
    for coding in ["br;q=0.5, gzip", "gzip", "br;q=0"] {
        assert_ne!(file(coding).await.is(200).header("Content-Encoding"), Some("br"), "{coding}");
        assert_eq!(file(coding).await.field("Vary"), "Accept-Encoding");
    }
    let request = site.request(Method::Get, "/static/almanac.css").header("Accept-Encoding", "br");
    request.if_none_match(&browser.etag()).send().await.is(304);
    assert_eq!(as_coded(&site, RAIN, "*/*", "br, identity;q=0.5").await.header("Content-Encoding"), None);
}

#[rocket::async_test]
async fn what_documents_refer_to_is_kept_for_good_under_a_url_that_names_its_content() {
    let (site, _) = site().await;

    let context = site.get(RAIN).await.json()["@context"].as_str().unwrap().to_string();
    let vocabulary = site.get("/vocab").await.json()["versionIRI"].as_str().unwrap().to_string();
    for (hashed, plain) in [(context, "/v2/context"), (vocabulary, "/vocab")] {
        let path = hashed.strip_prefix(common::BASE).unwrap();
        let kept = site.get(path).await;
        assert_eq!(kept.is(200).field("Cache-Control"), "max-age=31536000, immutable");
        assert_eq!(kept.json(), site.get(plain).await.is(200).json());

        // A document of another release that somebody kept.
        let (folder, hash) = path.rsplit_once('/').unwrap();
        let other = format!("{folder}/{}", hash.chars().rev().collect::<String>());
        let answer = site.get(&other).await;
        assert_eq!(answer.is(307).field("Location"), format!("{}{plain}", common::BASE));
        assert_eq!(answer.field("Cache-Control"), "no-store");
    }
}
