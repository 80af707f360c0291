//! FAIR Signposting, level 1 (signposting.org/FAIR): what `Link` says of each thing that is published.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{Answer, BASE, Site, arrange};
use rocket::http::Method;
use serde_json::json;
use std::collections::BTreeSet;

const SCHEMA: &str = "https://schema.org/";
/// Things, and what schema.org calls each.
const THINGS: [(&str, &str); 5] = [
    ("/v2/articles/article-1", "Article"),
    ("/v2/datasets/rain", "Dataset"),
    ("/v2/datasets/rain/revisions/1", "Dataset"),
    ("/v2/models/species", "CreativeWork"),
    ("/v2/models/species/versions/1", "CreativeWork"),
];
const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    site.patch("/v2/datasets/rain", &root, &json!({"license": LICENCE})).send().await.is(200);
    (site, root)
}

/// The links of an answer: target, relation, type.
fn links(answer: &Answer) -> Vec<(String, String, Option<String>)> {
    let joined = answer.all("Link").join(", ");
    let one = |link: &str| {
        let (target, parameters) = link.trim_start_matches('<').split_once(">;").expect("parameters");
        let parameter = |name: &str| {
            let mut parts = parameters.split(';').map(str::trim);
            parts.find_map(|part| Some(part.strip_prefix(name)?.trim_matches(['=', '"']).to_string()))
        };
        (target.to_string(), parameter("rel=").expect("a relation"), parameter("type="))
    };
    joined.split(", <").filter(|link| !link.is_empty()).map(one).collect()
}

/// Targets and types of the links with a relation.
fn by(answer: &Answer, relation: &str) -> Vec<(String, Option<String>)> {
    let links = links(answer).into_iter().filter(|(_, found, _)| found == relation);
    links.map(|(target, _, media)| (target, media)).collect()
}

async fn head(site: &Site, url: &str) -> Answer {
    site.request(Method::Head, url).send().await
}

#[rocket::async_test]
async fn a_thing_has_one_name_to_cite_and_says_what_it_is() {
    let (site, _) = site().await;

    for (path, kind) in THINGS {
        for answer in [head(&site, path).await, site.get_as(path, "text/html").await] {
            assert_eq!(by(answer.is(200), "cite-as"), [(format!("{BASE}{path}"), None)], "{answer}");
            let types: BTreeSet<String> = by(&answer, "type").into_iter().map(|(target, _)| target).collect();
            let wanted = ["AboutPage", kind].map(|name| format!("{SCHEMA}{name}"));
            assert_eq!(types, wanted.into(), "{answer}");
        }
    }
}

#[rocket::async_test]
async fn each_description_is_of_the_type_that_was_said_and_points_back() {
    let (site, _) = site().await;

    for (path, _) in THINGS {
        let described = by(head(&site, path).await.is(200), "describedby");
        let types: Vec<&str> = described.iter().filter_map(|(_, media)| media.as_deref()).collect();
        assert_eq!(types, ["application/ld+json", "text/turtle"], "{path}");
        for (url, media) in described {
            let description = head(&site, &url).await;
            let sent = description.is(200).field("Content-Type").split(';').next().map(String::from);
            assert_eq!(sent, media, "{description}");
            assert_eq!(by(&description, "describes"), [(format!("{BASE}{path}"), None)], "{description}");
            assert!(by(&description, "cite-as").is_empty(), "what describes a thing is not cited for it");
        }
    }
}

#[rocket::async_test]
async fn each_file_is_an_item_of_its_type_and_points_back_to_its_revision() {
    let (site, _) = site().await;

    for path in ["/v2/datasets/rain", "/v2/datasets/rain/revisions/1"] {
        let answer = site.get(path).await;
        let files = answer.is(200).json()["distribution"].as_array().unwrap().clone();
        let wanted: Vec<(String, Option<String>)> = files
            .iter()
            .map(|file| (&file["contentUrl"], &file["encodingFormat"]))
            .map(|(url, media)| (url.as_str().unwrap().into(), media.as_str().map(String::from)))
            .collect();
        assert!(!wanted.is_empty());
        assert_eq!(by(&answer, "item"), wanted, "{answer}");
        for (url, media) in wanted {
            let file = head(&site, &url).await;
            let sent = file.is(200).field("Content-Type").split(';').next().map(String::from);
            assert_eq!(sent, media, "{file}");
            let whole = format!("{BASE}/v2/datasets/rain/revisions/1");
            assert_eq!(by(&file, "collection"), [(whole, None)], "{file}");
        }
    }
}

#[rocket::async_test]
async fn a_licence_is_linked_where_it_is_an_iri() {
    let (site, root) = site().await;

    assert_eq!(by(&site.get("/v2/datasets/rain").await, "license"), [(LICENCE.to_string(), None)]);
    for text in ["CC BY 4.0", "https://", "mailto:a@example.org", "https://example.org/<b>"] {
        site.patch("/v2/datasets/rain", &root, &json!({"license": text})).send().await.is(200);
        assert!(by(&site.get("/v2/datasets/rain").await, "license").is_empty(), "{text}");
    }
}

#[rocket::async_test]
async fn what_is_no_thing_has_no_name_to_cite() {
    let (site, _) = site().await;

    for path in ["/", "/v2", "/v2/datasets", "/v2/datasets/rain/rows", "/v2/datasets/rain/rows/1", "/vocab"] {
        let answer = site.get(path).await;
        for relation in ["cite-as", "type", "describedby", "describes", "item", "license"] {
            assert!(by(answer.is(200), relation).is_empty(), "{relation} in {answer}");
        }
    }
}

#[rocket::async_test]
async fn the_documentation_comes_first_and_alone_and_all_links_fit_in_2000_bytes() {
    let (site, root) = site().await;
    let long = "a-long-name-".repeat(8) + "end";
    arrange::table(&site, &root, &long, "Long", "a,b\n1,2\n").await;
    let long = format!("/v2/datasets/{long}");

    let documentation = format!("<{BASE}/v2/doc>; rel=\"http://www.w3.org/ns/hydra/core#apiDocumentation\"");
    for path in THINGS.iter().map(|(path, _)| *path).chain([long.as_str()]) {
        let answer = site.get(path).await;
        let lines = answer.is(200).all("Link");
        assert_eq!(lines.first(), Some(&documentation.as_str()), "{answer}");
        let signposts = lines.iter().filter(|line| line.contains("cite-as")).count();
        assert_eq!(signposts, 1, "one line for all of them, found {answer}");
        assert!(lines.join(", ").len() <= 2_000, "{answer}");
        for relation in ["cite-as", "type", "describedby", "alternate"] {
            assert!(!by(&answer, relation).is_empty(), "{relation} in {answer}");
        }
    }
}
