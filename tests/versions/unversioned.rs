//! URLs without a version, and the media types that name one.

use super::{V1, V2, kept, site};
use crate::common::{Answer, BASE, MERGE, Site, arrange, routes};
use almanac::{domain::permission::Role, represent::link::Place};
use rocket::http::Method;
use serde_json::json;

#[rocket::async_test]
async fn the_media_type_of_a_version_gives_its_document_and_its_url() {
    let (site, _) = site(json!({})).await;

    for (media, version) in [(V1, "/v1"), (V2, "/v2")] {
        for path in [
            "/articles/rain",
            "/articles",
            "/articles?page=1",
            "/datasets",
            "/models",
            "/messages",
            "/context",
        ] {
            let answer = site.get_as(path, media).await;
            let named = format!("{version}{path}");
            let versioned = site.get(&named).await;
            answer.is(200);
            assert_eq!(answer.field("Content-Type"), media, "{answer}");
            assert_eq!(answer.json(), versioned.json(), "{path}");
            assert_eq!(answer.field("Cache-Control"), versioned.field("Cache-Control"), "{path}");
            assert_eq!(answer.header("xkey"), versioned.header("xkey"), "{path}");
            assert_eq!(answer.field("Vary"), "Accept, Accept-Encoding", "{path}");
            if path != "/context" {
                assert_eq!(answer.field("Content-Location"), format!("{BASE}{named}"), "{path}");
            }
            let ends = answer.header("Deprecation").is_some() && answer.header("Sunset").is_some();
            assert_eq!(ends, version == "/v1", "{answer}");
        }
    }
}

#[rocket::async_test]
async fn whoever_names_no_version_is_sent_to_the_second_one_query_and_suffix_kept() {
    let (site, _) = site(json!({})).await;

    for (path, accept) in [
        ("/articles/rain", None),
        ("/articles/rain", Some("*/*")),
        ("/articles/rain", Some("text/html,application/xhtml+xml,*/*;q=0.8")),
        ("/articles/rain", Some("application/ld+json")),
        ("/articles/rain", Some("application/*")),
        ("/articles?page=2&itemsPerPage=1", None),
        ("/articles/rain.html", Some(V2)),
        ("/datasets/x/rows/1", None),
        ("/me", None),
        ("/messages/1/content", Some(V2)),
        ("/articles/none", None),
        ("/articles/a%2Fb", None),
        ("/articles/rain", Some("application/vnd.almanac.v2+json;q=0.5, text/html")),
    ] {
        let request = site.request(Method::Get, path);
        let request = if let Some(accept) = accept { request.header("Accept", accept) } else { request };
        let answer = request.send().await;
        answer.is(307);
        assert_eq!(answer.field("Location"), format!("{BASE}/v2{path}"), "{answer}");
        assert_eq!(answer.field("Vary"), "Accept, Accept-Encoding", "{answer}");
        assert_eq!(answer.field("Cache-Control"), site.get("/v2").await.field("Cache-Control"));
        assert_eq!(answer.header("Deprecation"), None, "{answer}");
    }
}

#[rocket::async_test]
async fn a_version_wins_over_a_media_range_and_the_newer_one_over_the_older() {
    let (site, _) = site(json!({})).await;

    for (accept, expected) in [
        (format!("{V1}, */*"), V1),
        (format!("{V1}, {V2}"), V2),
        (format!("{V1}, {V2};q=0.9"), V1),
        (V1.to_uppercase(), V1),
        (format!("{V2}, text/html;q=0.9"), V2),
    ] {
        let answer = site.get_as("/articles/rain", &accept).await;
        assert_eq!(answer.is(200).field("Content-Type"), expected, "{accept}");
    }
}

#[rocket::async_test]
async fn a_version_that_lacks_the_resource_is_406_that_says_what_there_is() {
    let (site, root) = site(json!({})).await;
    arrange::everything(&site, &root).await;

    for path in ["/datasets/rain/rows/1", "/users", "/me", "/jobs", "/messages/1"] {
        let answer = site.request(Method::Get, path).header("Accept", V1).bearer(&root).send().await;
        answer.is(406).has_problem("not-acceptable");
        assert_eq!(answer.json()["variants"], json!([V2]), "{answer}");
        assert_eq!(answer.field("Vary"), "Accept, Accept-Encoding");
        let second = site.request(Method::Get, path).header("Accept", V2).bearer(&root).send().await;
        assert_eq!(second.is(200).field("Content-Type"), V2, "{path}");
    }
}

#[rocket::async_test]
async fn a_write_is_sent_to_the_second_version_with_its_method() {
    let (site, root) = site(json!({})).await;

    for (method, path) in [
        (Method::Post, "/articles"),
        (Method::Put, "/articles/rain"),
        (Method::Patch, "/articles/rain"),
        (Method::Delete, "/articles/rain"),
    ] {
        let request = site.request(method, path).bearer(&root).header("Accept", V1);
        let answer = request.json(&json!({"headline": "Snow"})).send().await;
        answer.is(307);
        assert_eq!(answer.field("Location"), format!("{BASE}/v2{path}"), "{answer}");
        assert_eq!(answer.field("Cache-Control"), "no-store");
    }
    assert_eq!(site.headline("/v2/articles/rain").await, "Rain");
}

#[rocket::async_test]
async fn a_prefix_of_the_public_url_is_kept() {
    let (site, _) = site(json!({"public_url": "https://data.example.org/almanac"})).await;

    let answer = site.get("/articles/rain?page=1").await;
    let second = site.get_as("/articles/rain", V2).await;

    assert_eq!(answer.is(307).field("Location"), "https://data.example.org/almanac/v2/articles/rain?page=1");
    let location = "https://data.example.org/almanac/v2/articles/rain";
    assert_eq!(second.is(200).field("Content-Location"), location);
}

#[rocket::async_test]
async fn every_place_of_the_second_version_can_be_reached_without_a_version_and_nothing_else() {
    let site = Site::empty().await;

    let second = Place::PATTERNS.iter().filter(|pattern| pattern.starts_with("/v2/"));
    for path in second.map(|pattern| routes::filled(pattern).trim_start_matches("/v2").to_string()) {
        let answer = site.get(&path).await;
        answer.is(307);
        assert_eq!(answer.field("Location"), format!("{BASE}/v2{path}"), "{answer}");
    }
    for path in ["/hello", "/nothing", "/v3/articles", "/v2/v2/articles", "/v1/rows", "/models/1/predict/x/1"]
    {
        site.get_as(path, V1).await.is(404).has_problem("not-found");
    }
}

#[rocket::async_test]
async fn another_spelling_is_sent_to_the_one_spelling_first() {
    let (site, _) = site(json!({})).await;

    for path in ["/articles/", "//articles", "/articles//"] {
        let answer = site.get_as(path, V2).await;
        assert_eq!(answer.is(308).field("Location"), format!("{BASE}/articles"), "{answer}");
    }
}

#[rocket::async_test]
async fn what_stands_without_a_version_is_validated_like_any_document() {
    let (site, root) = site(json!({})).await;
    let path = "/articles/rain";
    let first = site.get_as(path, V1).await;
    let second = site.get_as(path, V2).await;
    assert_ne!(first.is(200).etag(), second.is(200).etag(), "two representations");

    let again =
        |media: &str, tag: &str| site.request(Method::Get, path).header("Accept", media).if_none_match(tag);
    let same = again(V2, &second.etag()).send().await;
    let other = again(V1, &second.etag()).send().await;
    let head = site.request(Method::Head, path).header("Accept", V1).send().await;
    let strict = site.request(Method::Get, path).header("Accept", V2).if_match("\"none\"").send().await;

    same.is(304);
    assert_eq!(same.field("Vary"), "Accept, Accept-Encoding");
    assert_eq!(same.field("Content-Location"), format!("{BASE}/v2/articles/rain"));
    other.is(200);
    assert_eq!(head.fields_without(&[]), first.fields_without(&[]));
    strict.is(412);
    let patch = site.patch("/v2/articles/rain", &root, &json!({"headline": "Snow"}));
    patch.if_match(&first.etag()).send().await.is(200);
    again(V2, &second.etag()).send().await.is(200);
}

#[rocket::async_test]
async fn the_cache_in_front_keeps_each_version_apart_and_forgets_both_with_the_resource() {
    let (site, root) = site(json!({"cache": {"status": true}})).await;
    let path = "/articles/rain";

    for media in [V1, V2, V1, V2] {
        let (kept, _) = kept(&site, path, media).await;
        let anew =
            site.request(Method::Get, path).header("Accept", media).header("Cache-Control", "no-cache");
        let anew = anew.send().await;
        assert_eq!(kept.field("Content-Type"), media);
        assert_eq!(kept.body, anew.body);
        assert_eq!(kept.fields_without(&["cache-status"]), anew.fields_without(&["cache-status"]));
    }
    site.get(path).await.is(307);
    site.get_as(path, "text/html").await.is(307);

    site.patch("/v2/articles/rain", &root, &json!({"headline": "Snow"})).send().await.is(200);

    assert_eq!(site.get_as(path, V1).await.json()["title"], "Snow");
    assert_eq!(site.get_as(path, V2).await.json()["headline"], "Snow");
}

#[rocket::async_test]
async fn a_versions_own_media_type_is_given_at_its_own_urls_to_who_asks_for_it() {
    let (site, _) = site(json!({})).await;

    for (path, own, other) in
        [("/v1/articles/rain", V1, V2), ("/v2/articles/rain", V2, V1), ("/v1/hello", V1, V2)]
    {
        let answer = site.get_as(path, own).await;
        assert_eq!(answer.is(200).field("Content-Type"), own, "{answer}");
        assert_eq!(answer.field("Content-Location"), format!("{BASE}{path}"));
        assert_eq!(answer.json(), site.get(path).await.json());
        assert_eq!(site.get_as(path, "application/*").await.field("Content-Type"), "application/ld+json");
        let wrong = site.get_as(path, other).await;
        wrong.is(406).has_problem("not-acceptable");
        assert!(wrong.json()["variants"].as_array().unwrap().contains(&json!(own)), "{wrong}");
    }
    site.get_as("/", V2).await.is(406);
}

#[rocket::async_test]
async fn a_body_in_a_versions_own_media_type_is_json_there_and_nowhere_else() {
    let (site, root) = site(json!({})).await;
    let send = async |method, path: &str, media: &str, value| {
        site.request(method, path).bearer(&root).json(&value).header("Content-Type", media).send().await
    };

    let made = send(Method::Post, "/v2/articles", V2, json!({"headline": "Snow"})).await;
    let patched = send(Method::Patch, "/v2/articles/rain", V2, json!({"headline": "Hail"})).await;
    let dataset = send(
        Method::Post,
        "/v2/datasets",
        V2,
        json!({"name": "Sea", "columns": [{"name": "depth", "columnType": "number"}]}),
    );
    let dataset = dataset.await;
    let message = send(Method::Post, "/v1/messages", V1, json!({"text": "hello"})).await;
    let wrong = send(Method::Post, "/v2/articles", V1, json!({"headline": "Fog"})).await;
    let wrong_too = send(Method::Post, "/v1/messages", V2, json!({"text": "hello"})).await;

    made.is(201);
    assert_eq!(patched.is(200).json()["headline"], "Hail");
    dataset.is(201);
    message.is(201);
    wrong.is(415).has_problem("unsupported-media-type");
    wrong_too.is(415).has_problem("unsupported-media-type");
    assert!(wrong.json()["accepted"].as_array().unwrap().contains(&json!(V2)), "{wrong}");
    let options = site.request(Method::Options, "/v2/articles/rain").send().await;
    assert!(options.field("Accept-Patch").contains(V2) && options.field("Accept-Patch").contains(MERGE));
}

#[rocket::async_test]
async fn a_script_of_another_site_may_ask_without_a_version() {
    let (site, _) = site(json!({})).await;

    let request = site.request(Method::Options, "/articles/rain").header("Origin", "https://example.org");
    let preflight = request.header("Access-Control-Request-Method", "PATCH").send().await;

    // A browser follows no redirect of a preflight.
    assert!([200, 204].contains(&preflight.status), "{preflight}");
    assert!(preflight.field("Access-Control-Allow-Methods").contains("PATCH"), "{preflight}");
    let options = site.request(Method::Options, "/articles/rain").send().await;
    assert_eq!(options.is(200).json()["@id"], format!("{BASE}/v2/articles/rain"));
}

#[rocket::async_test]
async fn a_private_resource_without_a_version_is_as_private_as_with_one() {
    let (site, root) = site(json!({})).await;
    let bob = site.user("bob", Role::Reader).await;
    let get = |token: &str| site.request(Method::Get, "/users").header("Accept", V2).bearer(token);

    site.get_as("/users", V2).await.is(401);
    get(&bob).send().await.is(403);
    get("alm_wrong").send().await.is(401);
    let allowed = get(&root).send().await;
    assert_eq!(allowed.is(200).field("Cache-Control"), "private, no-cache");
    site.get_as("/users", V2).await.is(401);
}

#[rocket::async_test]
async fn the_other_formats_that_an_answer_names_are_those_of_the_version_that_gives_it() {
    let (site, root) = site(json!({})).await;
    arrange::table(&site, &root, "wind", "Wind", "place,n\nUlm,1\n").await;

    for (media, own) in [("v1", "/v1/datasets/wind"), ("v2", "/v2/datasets/wind")] {
        let vendor = format!("application/vnd.almanac.{media}+json");
        for rest in ["", "/rows"] {
            let here = site.get_as(&format!("/datasets/wind{rest}"), &vendor).await;
            let there = site.get_as(&format!("{own}{rest}"), &vendor).await;
            let alternates = |answer: &Answer| {
                let lines =
                    answer.is(200).all("Link").into_iter().filter(|line| line.contains("rel=\"alternate\""));
                lines.map(String::from).collect::<Vec<_>>()
            };
            assert_eq!(alternates(&here), alternates(&there), "{own}{rest}");
        }
    }
}
