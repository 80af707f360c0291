//! Collections: filters, order and pages, and that generic clients' own parameters do no harm.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{BASE, Site};
use serde_json::{Value, json};

/// Articles by two authors, in this order.
async fn site() -> Site {
    let site = Site::empty().await;
    let (ann, bob) = (site.user("ann", Role::Editor).await, site.user("bob", Role::Editor).await);
    for (token, headline) in [(&ann, "Snow"), (&bob, "rain 100%"), (&ann, "Rain_y"), (&bob, "Älter, 雨")] {
        let slug = format!("a-{}", headline.len());
        let draft = json!({"headline": headline, "identifier": slug});
        site.post("/v2/articles", token, &draft).await.is(201);
    }
    site
}

/// The members' headlines, in order.
async fn headlines(site: &Site, query: &str) -> Vec<String> {
    let page = site.get(&format!("/v2/articles?{query}")).await.is(200).json();
    let of = |member: &Value| member["headline"].as_str().unwrap().to_string();
    page["member"].as_array().unwrap().iter().map(of).collect()
}

#[rocket::async_test]
async fn a_filter_finds_text_in_any_case_and_takes_no_wildcards() {
    let site = site().await;

    assert_eq!(headlines(&site, "headline=RAIN").await, ["Rain_y", "rain 100%"]);
    assert_eq!(headlines(&site, "headline=n_y").await, ["Rain_y"]);
    assert_eq!(headlines(&site, "headline=0%25").await, ["rain 100%"]);
    assert_eq!(headlines(&site, "headline=%E9%9B%A8").await, ["Älter, 雨"]);
    assert_eq!(headlines(&site, "headline=rain&author=bob").await, ["rain 100%"]);
    assert_eq!(headlines(&site, "headline='%20or%201=1%20--").await, [""; 0]);
}

#[rocket::async_test]
async fn an_order_is_by_letters_whatever_their_case_and_the_same_on_both_databases() {
    let site = site().await;

    let up = headlines(&site, "order[headline]=asc").await;
    assert_eq!(up, ["rain 100%", "Rain_y", "Snow", "Älter, 雨"]);
    let down = headlines(&site, "order%5Bheadline%5D=DESC").await;
    assert_eq!(down, up.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(headlines(&site, "order[author]=asc").await, ["Rain_y", "Snow", "Älter, 雨", "rain 100%"]);
}

#[rocket::async_test]
async fn members_are_found_by_identifier_path_and_url() {
    let site = site().await;

    let query = format!("id[0]=a-4&id[1]=/v2/articles/a-9&id[]={BASE}/v2/articles/a-6&id=none");
    let mut found = headlines(&site, &query).await;
    found.sort();
    assert_eq!(found, ["Rain_y", "Snow", "rain 100%"].map(String::from));
}

#[rocket::async_test]
async fn the_links_of_a_page_keep_what_was_asked_for() {
    let site = site().await;

    let page =
        site.get("/v2/articles?headline=rain&order[headline]=asc&itemsPerPage=1&x=1").await.is(200).json();

    assert_eq!(page["totalItems"], 2);
    assert_eq!(
        page["view"]["@id"],
        format!("{BASE}/v2/articles?headline=rain&order[headline]=asc&itemsPerPage=1&x=1")
    );
    let next = page["view"]["next"].as_str().unwrap();
    let next = site.get(next.strip_prefix(BASE).unwrap()).await.is(200).json();
    assert_eq!(next["member"][0]["headline"], "Rain_y");
}

#[rocket::async_test]
async fn parameters_of_generic_clients_are_ignored_and_bad_values_of_ours_are_not() {
    let site = site().await;

    assert_eq!(headlines(&site, "order[id]=ASC&nonsense[a][b]=1&exists[headline]=true").await.len(), 4);
    for (query, parameter) in [
        ("order[headline]=sideways", "order[headline]"),
        ("headline=%00", "headline"),
        ("id[]=%00", "id[]"),
        ("page=0", "page"),
        ("headline=a&headline=b", "headline"),
        ("order[headline]=asc&order[headline]=asc", "order[headline]"),
    ] {
        let answer = site.get(&format!("/v2/articles?{query}")).await;
        answer.is(400).has_problem("invalid-parameter");
        assert!(answer.text().contains(parameter), "{answer}");
    }
}

#[rocket::async_test]
async fn every_collection_says_which_parameters_it_reads() {
    let site = site().await;
    let root = site.user("root", Role::Admin).await;

    for path in ["articles", "datasets", "models", "messages", "jobs", "users", "me/tokens"] {
        let document =
            site.request(rocket::http::Method::Get, &format!("/v2/{path}")).bearer(&root).send().await;
        let mapping = document.is(200).json()["search"]["mapping"].as_array().unwrap().clone();
        let variables: Vec<&str> = mapping.iter().map(|one| one["variable"].as_str().unwrap()).collect();
        assert!(variables.contains(&"page") && variables.contains(&"itemsPerPage"), "{path}: {variables:?}");
    }
}

#[rocket::async_test]
async fn a_search_form_with_nothing_in_it_finds_everything() {
    let site = site().await;

    let page = site.get_as("/v2/articles", "text/html").await.is(200).text();
    let form = page
        .split("<main")
        .nth(1)
        .and_then(|main| main.split("<form").nth(1))
        .and_then(|rest| rest.split("</form>").next())
        .expect("a form");
    let names = form.split(" name=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let query: Vec<String> = names.map(|name| format!("{name}=")).collect();

    assert!(query.contains(&"headline=".to_string()), "{form}");
    assert_eq!(headlines(&site, &query.join("&")).await.len(), 4);
    assert_eq!(headlines(&site, &query.join("&").replace("headline=", "headline=snow")).await, ["Snow"]);
}
