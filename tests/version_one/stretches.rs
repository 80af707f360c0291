//! Lists and rows: by offset and limit, walked by their links.

use super::*;

/// `offset` of the stretch that a relation of a list leads to.
fn offset(list: &Value, relation: &str) -> Option<String> {
    let url = list["links"][relation].as_str()?;
    Some(url.split("offset=").nth(1)?.split('&').next()?.to_string())
}

#[rocket::async_test]
async fn a_list_is_walked_by_its_links_and_ends() {
    let (site, ann) = site().await;
    for number in 1..=5 {
        site.article(&ann, &format!("Article {number}")).await;
    }
    let url = format!("{BASE}/v1/articles?offset=2&limit=2");

    let list = site.get(&url).await.is(200).json();

    assert_eq!((&list["count"], &list["offset"], &list["limit"]), (&json!(5), &json!(2), &json!(2)));
    let titles: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|item| &item["title"]).collect();
    assert_eq!(titles, ["Article 3", "Article 2"]);
    assert_eq!(list["items"][0].get("body"), None, "a list leaves out what may be long");
    assert_eq!(list["links"]["self"], url);
    assert_eq!(list["links"]["collection"], format!("{BASE}/v1/articles"));
    let steps = ["first", "previous", "next", "last"].map(|relation| offset(&list, relation));
    assert_eq!(steps, ["0", "0", "4", "4"].map(|at| Some(at.to_string())));
    let last = site.get(list["links"]["next"].as_str().unwrap()).await.is(200).json();
    assert_eq!(last["items"].as_array().unwrap().len(), 1);
    assert_eq!(offset(&last, "next"), None);
}

#[rocket::async_test]
async fn a_list_links_its_steps_in_the_header_too() {
    let (site, ann) = site().await;
    for number in 1..=3 {
        site.article(&ann, &format!("Article {number}")).await;
    }

    let list = site.get("/v1/articles?offset=1&limit=1").await;

    for (relation, at) in [("first", 0), ("prev", 0), ("next", 2), ("last", 2)] {
        let link = format!("<{BASE}/v1/articles?offset={at}&limit=1>; rel=\"{relation}\"");
        assert!(list.all("Link").contains(&link.as_str()), "expected {link}, found {list}");
    }
}

#[rocket::async_test]
async fn a_stretch_behind_the_end_is_empty_and_leads_back() {
    let (site, ann) = site().await;
    site.article(&ann, "Rain").await;

    let list = site.get("/v1/articles?offset=1000").await.is(200).json();

    assert_eq!(list["items"], json!([]));
    assert_eq!(offset(&list, "previous").as_deref(), Some("0"));
    assert_eq!(offset(&list, "next"), None);
}

#[rocket::async_test]
async fn a_stretch_that_cannot_be_is_refused_with_the_parameter() {
    let site = Site::empty().await;

    for (query, name) in
        [("limit=0", "limit"), ("limit=101", "limit"), ("offset=-1", "offset"), ("offset=x", "offset")]
    {
        let answer = site.get(&format!("/v1/articles?{query}")).await;
        answer.is(400).has_problem("invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["parameter"], name, "{query}");
    }
}

#[rocket::async_test]
async fn rows_come_by_number_with_offset_and_limit() {
    let (site, ann) = site().await;
    dataset(&site, &ann).await;

    let rows = site.get("/v1/datasets/shore/rows?offset=2&limit=1").await.is(200).json();

    assert_eq!(rows["count"], 60);
    let successor = format!("{BASE}/v2/datasets/shore/rows/3");
    assert_eq!(
        rows["items"],
        json!([{"@type": "Row", "id": "3", "cells": {"depth_m": -2.46, "place": "Ærø", "kind": "crab"},
                "links": {"successor": successor}}])
    );
    assert_eq!(rows["links"]["dataset"], format!("{BASE}/v1/datasets/shore"));
    let behind = site.get("/v1/datasets/shore/rows?offset=60").await.is(200).json();
    assert_eq!(behind["items"], json!([]));
    assert_eq!(offset(&behind, "previous").as_deref(), Some("40"));
}

#[rocket::async_test]
async fn an_offset_counts_rows_that_are_there_whatever_their_numbers() {
    let (site, ann) = site().await;
    dataset(&site, &ann).await;
    let numbers = async |query: &str| {
        let rows = site.get(&format!("/v1/datasets/shore/rows?{query}")).await.is(200).json();
        let number = |row: &Value| row["id"].as_str().unwrap().parse().unwrap();
        rows["items"].as_array().unwrap().iter().map(number).collect::<Vec<i64>>()
    };
    assert_eq!(numbers("offset=57").await, [58, 59, 60]);

    site.delete("/v2/datasets/shore/rows/60", &ann).send().await.is(204);
    assert_eq!(numbers("page=20&limit=3").await, [58, 59]);
    site.delete("/v2/datasets/shore/rows/2", &ann).send().await.is(204);
    assert_eq!(numbers("offset=1&limit=2").await, [3, 4]);
    site.post("/v2/datasets/shore/rows", &ann, &json!({"cells": {}})).await.is(201);
    assert_eq!(numbers("offset=56").await, [58, 59, 61]);
}

#[rocket::async_test]
async fn a_dataset_names_its_columns_its_models_and_its_articles() {
    let (site, ann) = site().await;
    model(&site, &ann).await;
    let article =
        json!({"identifier": "tide", "headline": "Tide", "about": [format!("{BASE}/v2/datasets/shore")]});
    site.post("/v2/articles", &ann, &article).await.is(201);

    let dataset = site.get("/v1/datasets/shore").await.is(200).json();

    assert_eq!(
        dataset["columns"][0],
        json!({"@type": "Column", "id": "depth_m", "title": "depth (m)", "type": "number"})
    );
    assert_eq!(dataset["rowCount"], 60);
    assert_eq!(dataset["links"]["models"], json!([format!("{BASE}/v1/models/kinds")]));
    assert_eq!(dataset["links"]["articles"], json!([format!("{BASE}/v1/articles/tide")]));
}

#[rocket::async_test]
async fn each_representation_of_a_stretch_has_its_own_url() {
    let (site, ann) = site().await;
    site.article(&ann, "Rain").await;

    let own = format!("{BASE}/v1/articles.json?offset=0&limit=1");
    for (target, media) in [("/v1/articles?offset=0&limit=1", "application/json"), (own.as_str(), "*/*")] {
        assert_eq!(site.get_as(target, media).await.is(200).field("Content-Location"), own, "{target}");
    }
}
