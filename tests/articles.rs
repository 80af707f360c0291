//! Articles under version 2: what is written is read.
//! What is wrong with what is sent stands in `bad_input.rs`, expected states in `preconditions.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{BASE, Site};
use rocket::http::Method;
use serde_json::{Value, json};

const STEPS: &str = "application/json-patch+json";

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Editor).await;
    (site, ann)
}

/// How many articles there are.
async fn count(site: &Site) -> u64 {
    site.get("/v2/articles").await.is(200).json()["totalItems"].as_u64().unwrap()
}

// ---- create ----------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_new_article_is_answered_with_its_place_and_is_read_there() {
    let (site, ann) = site().await;
    let draft = json!({
        "identifier": "rain", "headline": "Rain in April", "articleBody": "# It rained\n",
        "abstract": "Wet.", "keywords": ["rain", "april"],
    });

    let made = site.post("/v2/articles", &ann, &draft).await;

    made.is(201);
    assert_eq!(made.field("Location"), format!("{BASE}/v2/articles/rain"));
    let read = site.get("/v2/articles/rain").await.is(200).json();
    assert_eq!(read, made.json(), "expected POST to give what GET gives");
    for (key, value) in draft.as_object().unwrap() {
        assert_eq!(&read[key], value, "{key}");
    }
    assert_eq!(read["author"], "ann");
    assert_eq!(read["datePublished"], read["dateModified"]);
}

#[rocket::async_test]
async fn the_tag_of_a_post_is_the_tag_of_the_next_get() {
    let (site, ann) = site().await;

    let made = site.post("/v2/articles", &ann, &json!({"headline": "Rain"})).await;

    let location = made.is(201).field("Location");
    assert_eq!(made.etag(), site.get(location).await.is(200).etag());
}

#[rocket::async_test]
async fn a_slug_is_made_from_the_headline() {
    let (site, ann) = site().await;

    for (headline, slug) in
        [("A cold April!", "a-cold-april"), ("Über  größe 2", "uber-gro-e-2"), ("-- 1 --", "1")]
    {
        let made = site.post("/v2/articles", &ann, &json!({"headline": headline})).await;
        assert_eq!(made.is(201).json()["identifier"], slug, "{headline}");
    }
    let nameless = site.post("/v2/articles", &ann, &json!({"headline": "雨"})).await;
    let slug = nameless.is(201).json()["identifier"].as_str().unwrap().to_string();
    assert!(slug.starts_with("article-") && slug.len() == 20, "{slug}");
}

#[rocket::async_test]
async fn a_slug_that_is_taken_is_409_and_the_first_article_stays() {
    let (site, ann) = site().await;
    site.post("/v2/articles", &ann, &json!({"identifier": "rain", "headline": "First"})).await.is(201);

    let named = site.post("/v2/articles", &ann, &json!({"identifier": "rain", "headline": "Second"})).await;
    let made = site.post("/v2/articles", &ann, &json!({"headline": "Rain"})).await;

    named.is(409).has_problem("taken");
    made.is(409).has_problem("taken");
    assert_eq!(site.headline("/v2/articles/rain").await, "First");
    assert_eq!(count(&site).await, 1);
}

#[rocket::async_test]
async fn what_an_article_is_about_may_be_a_text_or_an_object_with_an_id() {
    let (site, ann) = site().await;
    let penguins = format!("{BASE}/v2/datasets/penguins");
    let about = json!([{"@id": penguins}, "https://example.org/rain#drops", {"@id": format!("{BASE}/v1/models/species")}]);

    let made = site.post("/v2/articles", &ann, &json!({"headline": "Rain", "about": about})).await;
    let one = site.post("/v2/articles", &ann, &json!({"headline": "One", "about": {"@id": penguins}})).await;

    let told =
        [penguins.clone(), "https://example.org/rain#drops".into(), format!("{BASE}/v2/models/species")];
    assert_eq!(made.is(201).json()["about"], json!(told));
    assert_eq!(one.is(201).json()["about"], json!([penguins]));
}

// ---- replace ---------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_put_creates_and_then_replaces() {
    let (site, ann) = site().await;

    let made =
        site.put("/v2/articles/rain", &ann, &json!({"headline": "First", "abstract": "a"})).send().await;
    let replaced = site.put("/v2/articles/rain", &ann, &json!({"headline": "Second"})).send().await;

    made.is(201);
    assert_eq!(made.field("Location"), format!("{BASE}/v2/articles/rain"));
    replaced.is(200);
    assert_eq!(replaced.header("Location"), None);
    let read = site.get("/v2/articles/rain").await.json();
    assert_eq!(
        (&read["headline"], &read["abstract"]),
        (&json!("Second"), &Value::Null),
        "PUT replaces all of it"
    );
}

#[rocket::async_test]
async fn the_answer_to_a_put_has_no_tag_but_names_what_it_holds() {
    let (site, ann) = site().await;

    for _ in 0..2 {
        let answer = site.put("/v2/articles/rain", &ann, &json!({"headline": "Rain"})).send().await;
        assert_eq!(answer.header("ETag"), None, "{answer}");
        assert_eq!(answer.header("Last-Modified"), None, "{answer}");
        assert_eq!(answer.field("Content-Location"), format!("{BASE}/v2/articles/rain.jsonld"));
    }
}

#[rocket::async_test]
async fn putting_the_same_again_leaves_the_state_as_it_is() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;
    let state = |tag: String| tag.split('.').next().unwrap().to_string();
    let before = state(site.get(&path).await.etag());

    site.put(&path, &ann, &json!({"headline": "Rain"})).send().await.is(200);

    assert_eq!(state(site.get(&path).await.etag()), before);
}

#[rocket::async_test]
async fn a_whole_record_can_be_sent_back_as_it_was_read() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;
    let mut record = site.get(&path).await.json();

    record["headline"] = json!("Snow");
    let answer = site.put(&path, &ann, &record).send().await;

    answer.is(200);
    assert_eq!(site.headline(&path).await, "Snow");
}

// ---- patch -----------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_merge_patch_sets_what_it_names_and_removes_what_is_null() {
    let (site, ann) = site().await;
    let draft = json!({"identifier": "rain", "headline": "Rain", "abstract": "Wet.", "keywords": ["a", "b"]});
    site.post("/v2/articles", &ann, &draft).await.is(201);

    let change = json!({"abstract": null, "keywords": ["c"], "articleBody": "It rained."});
    let answer = site.patch("/v2/articles/rain", &ann, &change).send().await;

    answer.is(200);
    let read = site.get("/v2/articles/rain").await;
    assert_eq!(read.json(), answer.json());
    assert_eq!(answer.etag(), read.etag(), "expected the tag of what it is now");
    let read = read.json();
    assert_eq!(read["headline"], "Rain");
    assert_eq!(read["articleBody"], "It rained.");
    assert_eq!(read["keywords"], json!(["c"]));
    assert_eq!(read["abstract"], Value::Null);
}

#[rocket::async_test]
async fn a_patch_may_come_as_plain_json_or_json_ld() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;

    for (headline, media) in [("One", "application/json"), ("Two", "application/ld+json")] {
        let change = json!({"headline": headline});
        site.patch(&path, &ann, &change).header("Content-Type", media).send().await.is(200);
        assert_eq!(site.headline(&path).await, headline);
    }
}

#[rocket::async_test]
async fn a_json_patch_applies_all_of_its_steps_or_none() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;
    let patch = async |steps: Value| {
        let request = site.patch(&path, &ann, &steps).header("Content-Type", STEPS);
        request.send().await
    };

    let fine = json!([
        {"op": "test", "path": "/headline", "value": "Rain"},
        {"op": "replace", "path": "/headline", "value": "Snow"},
        {"op": "add", "path": "/keywords", "value": ["a"]},
        {"op": "add", "path": "/keywords/-", "value": "b"},
    ]);
    patch(fine).await.is(200);
    let read = site.get(&path).await.json();
    assert_eq!((&read["headline"], &read["keywords"]), (&json!("Snow"), &json!(["a", "b"])));

    let stale = json!([
        {"op": "replace", "path": "/headline", "value": "Hail"},
        {"op": "test", "path": "/keywords/0", "value": "z"},
    ]);
    // In conflict with what is there (RFC 5789 §2.2).
    patch(stale).await.is(409).has_problem("patch-conflict");
    patch(json!([{"op": "remove", "path": "/nothing"}])).await.is(409).has_problem("patch-conflict");
    patch(json!([{"op": "remove", "path": "/headline"}])).await.is(422).at("/headline");
    assert_eq!(site.headline(&path).await, "Snow");
}

// ---- delete ----------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_deleted_article_is_answered_without_content_and_is_gone_from_the_list() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;

    let answer = site.delete(&path, &ann).send().await;

    answer.is(204);
    assert!(answer.body.is_empty() && answer.header("Content-Type").is_none(), "{answer}");
    let read = site.get(&path).await;
    assert!([404, 410].contains(&read.status), "expected 404 or 410, found {read}");
    assert_eq!(count(&site).await, 0);
    let again = site.delete(&path, &ann).send().await;
    assert_eq!(again.status, read.status, "{again}");
}

#[rocket::async_test]
async fn what_is_not_there_is_404() {
    let (site, ann) = site().await;

    site.get("/v2/articles/none").await.is(404).has_problem("not-found");
    site.patch("/v2/articles/none", &ann, &json!({})).send().await.is(404).has_problem("not-found");
    site.delete("/v2/articles/none", &ann).send().await.is(404).has_problem("not-found");
}

// ---- list ------------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn the_list_is_paged_newest_first_and_every_article_stands_on_one_page() {
    let (site, ann) = site().await;
    for number in 1..=5 {
        site.article(&ann, &format!("Article {number}")).await;
    }

    let (mut seen, mut next) = (Vec::new(), Some(format!("{BASE}/v2/articles?itemsPerPage=2")));
    while let Some(url) = next {
        let page = site.get(&url).await.is(200).json();
        assert_eq!(page["view"]["@id"], url, "expected the view to be named as it was asked");
        assert_eq!(page["totalItems"], 5);
        assert!(page["member"].as_array().unwrap().len() <= 2);
        seen.extend(page["member"].as_array().unwrap().iter().map(|one| one["identifier"].clone()));
        next = page["view"]["next"].as_str().map(String::from);
    }

    let newest_first: Vec<String> = (1..=5).rev().map(|number| format!("article-{number}")).collect();
    assert_eq!(seen, newest_first);
}

#[rocket::async_test]
async fn a_page_parameter_with_a_bad_value_is_400_and_an_unknown_one_is_ignored() {
    let (site, _) = site().await;

    for query in [
        "page=0",
        "page=-1",
        "page=x",
        "page=1.5",
        "page=",
        "itemsPerPage=0",
        "itemsPerPage=100000",
        "page=1&page=2",
        "page=99999999999999999999",
    ] {
        let answer = site.get(&format!("/v2/articles?{query}")).await;
        answer.is(400).has_problem("invalid-parameter");
        let named = answer.json()["errors"][0]["parameter"].clone();
        assert!(query.contains(named.as_str().unwrap()), "{query}: {named}");
    }
    site.get("/v2/articles?order%5Bname%5D=ASC&id%5B0%5D=3&nonsense").await.is(200);
    site.get("/v2/articles?page=1000&itemsPerPage=1000").await.is(200);
}

#[rocket::async_test]
async fn a_json_patch_that_copies_itself_larger_and_larger_is_422_and_changes_nothing() {
    let (site, ann) = site().await;
    site.post("/v2/articles", &ann, &json!({"headline": "Bomb"})).await.is(201);
    let before = site.get("/v2/articles/bomb").await.text();
    let mut deeper = vec![json!({"op": "add", "path": "/a", "value": {}})];
    let mut wider = vec![json!({"op": "add", "path": "/a", "value": [1]})];
    for step in 0..22 {
        deeper.push(
            json!({"op": "copy", "from": "/a", "path": format!("/a{}", "/x".repeat(1 << step.min(12)))}),
        );
        wider.push(json!({"op": "copy", "from": "/a", "path": "/a/-"}));
    }

    for steps in [deeper, wider] {
        let patch = site.request(Method::Patch, "/v2/articles/bomb").bearer(&ann);
        let patch = patch.header("Content-Type", "application/json-patch+json");
        patch.body(json!(steps).to_string()).send().await.is(422).has_problem("unprocessable");
    }
    assert_eq!(site.get("/v2/articles/bomb").await.text(), before);
}
