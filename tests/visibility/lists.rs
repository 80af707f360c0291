//! In what everybody reads: nothing that is not public is named, counted or found.

use crate::common::{self, Answer, Site, arrange, hidden, routes};
use almanac::domain::permission::Role;
use rocket::http::Method;
use serde_json::json;

/// One of each thing of `token`'s that is not public, each with `word` in its name and title.
async fn veiled(site: &Site, token: &str, word: &str, visibility: &str) {
    let draft = json!({
        "identifier": format!("{word}-article"), "headline": format!("{word} article"), "visibility": visibility,
        "about": [format!("{}/v2/datasets/penguins", common::BASE), format!("{}/v2/models/species", common::BASE)],
    });
    site.post("/v2/articles", token, &draft).await.is(201);
    let path = format!("/v2/datasets?identifier={word}-table&name={word}&visibility={visibility}");
    let table = site.request(Method::Post, &path).bearer(token).header("Content-Type", "text/csv");
    table.body("a,b\n1,2\n").send().await.is(201);
    let wanted = json!({
        "identifier": format!("{word}-model"), "headline": word, "dataset": "penguins", "target": "species",
        "missing": "mean-indicator", "features": ["bill_length_mm", "island"], "visibility": visibility,
    });
    let training = site.request(Method::Post, "/v2/models").bearer(token).json(&wanted);
    training.header("Prefer", "wait=30").send().await.is(202);
}

/// What everybody reads: each route's answer, in each of some media types; lists asked in several ways.
async fn public(site: &Site) -> Vec<Answer> {
    let mut targets = Vec::new();
    for pattern in routes::patterns(site, "GET") {
        targets.push(arrange::real(site, &pattern).await);
    }
    let asked = ["headline=e", "name=e", "author=o", "order[dateModified]=desc", "itemsPerPage=1", "page=2"];
    for list in ["/v2/articles", "/v2/datasets", "/v2/models"] {
        targets.extend(asked.map(|query| format!("{list}?{query}")));
        targets.extend(["q=e", "q=zzsecret", "q=zzveiled"].map(|query| format!("{list}?{query}")));
        targets.push(format!("{list}?id[]=zzsecret-article&id[]=zzsecret-table&id[]=zzsecret-model"));
    }
    let asked = ["q=e", "q=zzsecret", "q=zzveiled", "q=owner", "limit=1", "q=penguins&limit=1"];
    targets.extend(asked.map(|query| format!("/v2/search?{query}")));
    let mut answers = Vec::new();
    for target in targets.iter().filter(|target| !target.starts_with("/readyz")) {
        for media in ["*/*", "text/html", "text/turtle", "text/csv"] {
            answers.push(site.get_as(target, media).await);
        }
        answers.push(site.request(Method::Options, target).send().await);
    }
    answers
}

#[rocket::async_test]
async fn nothing_that_everybody_reads_changes_by_a_byte_because_of_something_private_or_unlisted() {
    let (site, owner) = hidden::site(json!({})).await;
    let before = public(&site).await;

    veiled(&site, &owner, "zzsecret", "private").await;
    veiled(&site, &owner, "zzveiled", "unlisted").await;

    let after = public(&site).await;
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.status, after.status, "{after}");
        assert_eq!(before.fields_without(&[]), after.fields_without(&[]), "{after}");
        assert_eq!(before.body, after.body, "{after}");
        // What was asked for comes back in the URL of the page.
        if !after.said.contains("zz") {
            let text = String::from_utf8_lossy(&after.body).into_owned();
            assert!(!text.contains("zzsecret") && !text.contains("zzveiled"), "{after}");
        }
    }
}

#[rocket::async_test]
async fn a_list_is_the_same_for_the_owner_and_for_administrators() {
    let (site, owner) = hidden::site(json!({})).await;
    veiled(&site, &owner, "zzsecret", "private").await;
    let root = site.user("root", Role::Admin).await;

    for list in
        ["/v2", "/v2/articles", "/v2/datasets", "/v2/models", "/v1/articles", "/v1/datasets", "/v1/models"]
    {
        let all = site.get(list).await;
        for token in [&owner, &root] {
            let own = site.request(Method::Get, list).bearer(token).send().await;
            assert_eq!((own.etag(), &own.body), (all.etag(), &all.body), "{own}");
        }
    }
}

#[rocket::async_test]
async fn what_is_unlisted_is_there_for_everybody_at_its_address() {
    let (site, owner) = hidden::site(json!({})).await;
    let routes = hidden::routes(&site).await;
    hidden::hide(&site, &owner, "unlisted").await;

    for route in routes.iter().filter(|route| route.method == "GET") {
        let answer = site.get(&route.path).await;
        assert!([200, 307, 308].contains(&answer.status), "{answer}");
    }
    for list in ["/v2/articles", "/v2/datasets", "/v2/models"] {
        assert_eq!(site.get(list).await.is(200).json()["totalItems"], 0);
    }
}

#[rocket::async_test]
async fn an_article_says_what_it_is_about_whether_or_not_that_is_there() {
    let (site, owner) = hidden::site(json!({})).await;
    hidden::hide(&site, &owner, "private").await;
    let editor = site.anybody(Role::Editor).await;
    let about = ["penguins", "pelicans"].map(|slug| format!("{}/v2/datasets/{slug}", common::BASE));

    let draft = json!({"identifier": "guess", "headline": "Guess", "about": about});
    site.post("/v2/articles", &editor, &draft).await.is(201);

    assert_eq!(site.get("/v2/articles/guess").await.is(200).json()["about"], json!(about));
}
