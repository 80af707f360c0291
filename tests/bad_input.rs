//! Bad input: every answer says what was expected, what came and where, and nothing is changed.
//! Shown on articles; what other kinds refuse beside it stands in their own files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::permission::Role;
use common::{Answer, MERGE, Site};
use rocket::http::Method;
use serde_json::json;

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

/// A POST of bytes as JSON.
async fn post_raw(site: &Site, token: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = site.request(Method::Post, "/v2/articles").bearer(token);
    request.header("Content-Type", "application/json").body(body).send().await
}

#[rocket::async_test]
async fn a_body_that_is_no_json_is_400_that_says_where() {
    let (site, ann) = site().await;
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let hostile = format!("{}1", "[".repeat(100_000));

    for body in [
        "",
        "{",
        "{\"headline\": \"Rain\"} x",
        "{\"headline\": NaN}",
        "{\"headline\": 1e400}",
        "{\"headline\": \"Rain\", \"keywords\": [-1e999]}",
        "{\"headline\": \"\\ud800\"}",
        "{'headline': 'Rain'}",
        "{\"headline\": \"a\", \"headline\": \"b\"}",
        "{\"headline\": \"a\", \"about\": {\"@id\": \"x\", \"@id\": \"y\"}}",
        &deep,
        &hostile,
    ] {
        let answer = post_raw(&site, &ann, body).await;
        answer.is(400).has_problem("malformed");
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains("line 1 column"), "expected a place, found {detail} for {body:.40}");
    }
    post_raw(&site, &ann, b"{\"headline\": \"\xff\"}".to_vec()).await.is(400).has_problem("malformed");
    assert_eq!(count(&site).await, 0);
}

#[rocket::async_test]
async fn each_wrong_member_is_named_by_a_pointer_with_what_was_expected_and_what_came() {
    let (site, ann) = site().await;
    let draft = json!({
        "headline": 7, "articleBody": ["a", "b"], "abstract": {"a": 1}, "keywords": ["fine", 3, null], "about": ["no"],
        "identifier": "No Slug",
    });

    let answer = site.post("/v2/articles", &ann, &draft).await;

    answer.is(422).has_problem("unprocessable");
    let mut pointers = answer.pointers();
    pointers.sort();
    let all =
        ["/about/0", "/abstract", "/articleBody", "/headline", "/identifier", "/keywords/1", "/keywords/2"];
    assert_eq!(pointers, all, "{answer}");
    for error in answer.json()["errors"].as_array().unwrap() {
        assert!(error["expected"].is_string() && error["found"].is_string(), "{error}");
    }
    let violations = answer.json()["violations"].clone();
    assert!(
        violations.as_array().unwrap().iter().any(|one| one["propertyPath"] == "keywords[1]"),
        "{violations}"
    );
}

#[rocket::async_test]
async fn a_document_that_is_no_object_is_422() {
    let (site, ann) = site().await;

    for body in ["[]", "null", "7", "\"Rain\"", "true"] {
        post_raw(&site, &ann, body).await.is(422).has_problem("unprocessable");
    }
}

#[rocket::async_test]
async fn an_article_needs_a_headline() {
    let (site, ann) = site().await;

    for draft in [json!({}), json!({"headline": null}), json!({"headline": " "}), json!({"headline": ""})] {
        site.post("/v2/articles", &ann, &draft).await.is(422).has_problem("unprocessable").at("/headline");
    }
}

#[rocket::async_test]
async fn members_beyond_their_bounds_are_422() {
    let (site, ann) = site().await;
    let fine = "x".repeat(300);

    let cases = [
        (json!({"headline": "x".repeat(301)}), "/headline"),
        (json!({"headline": "a", "abstract": "x".repeat(2_001)}), "/abstract"),
        (json!({"headline": "a", "articleBody": "x".repeat(512 * 1024 + 1)}), "/articleBody"),
        (json!({"headline": "a", "keywords": vec!["x"; 51]}), "/keywords"),
        (json!({"headline": "a", "keywords": ["x".repeat(301)]}), "/keywords/0"),
    ];
    for (draft, pointer) in cases {
        site.post("/v2/articles", &ann, &draft).await.is(422).at(pointer);
    }
    site.post("/v2/articles", &ann, &json!({"identifier": "fine", "headline": fine})).await.is(201);
}

#[rocket::async_test]
async fn u_0000_is_422_in_every_text() {
    let (site, ann) = site().await;
    let nul = "a\u{0}b";

    let cases = [
        (json!({"headline": nul}), "/headline"),
        (json!({"headline": "a", "articleBody": nul}), "/articleBody"),
        (json!({"headline": "a", "abstract": nul}), "/abstract"),
        (json!({"headline": "a", "keywords": ["b", nul]}), "/keywords/1"),
        (json!({"headline": "a", "about": [format!("https://example.org/{nul}")]}), "/about/0"),
        (json!({"headline": "a", "identifier": nul}), "/identifier"),
    ];
    for (draft, pointer) in cases {
        site.post("/v2/articles", &ann, &draft).await.is(422).has_problem("unprocessable").at(pointer);
    }
    assert_eq!(count(&site).await, 0);
}

#[rocket::async_test]
async fn control_members_are_422_and_members_that_we_only_show_are_ignored() {
    let (site, ann) = site().await;

    for key in ["role", "owner", "created"] {
        let draft = json!({"headline": "Rain", key: "admin"});
        site.post("/v2/articles", &ann, &draft).await.is(422).at(&format!("/{key}"));
    }
    let draft =
        json!({"headline": "Rain", "author": "eve", "dateModified": "1999-01-01", "id": 7, "operation": []});
    let made = site.post("/v2/articles", &ann, &draft).await;
    assert_eq!(made.is(201).json()["author"], "ann");
}

#[rocket::async_test]
async fn a_body_that_is_too_large_is_413_with_the_bound_and_changes_nothing() {
    let site = Site::with(json!({"bodies": {"json_bytes": 1000}})).await;
    let ann = site.user("ann", Role::Editor).await;
    let sized = |bytes: usize| {
        let empty = json!({"articleBody": "", "headline": "Rain"}).to_string();
        json!({"articleBody": "x".repeat(bytes - empty.len()), "headline": "Rain"})
    };

    let more = site.post("/v2/articles", &ann, &sized(1001)).await;
    let enough = site.post("/v2/articles", &ann, &sized(1000)).await;

    more.is(413).has_problem("payload-too-large");
    assert_eq!(more.json()["limit"], 1000);
    enough.is(201);
    assert_eq!(count(&site).await, 1);
}

#[rocket::async_test]
async fn a_compressed_body_is_read_and_its_bound_is_that_of_its_content() {
    let site = Site::with(json!({"bodies": {"json_bytes": 1000}})).await;
    let ann = site.user("ann", Role::Editor).await;
    let send = async |coding: &str, bytes: Vec<u8>| {
        let request = site.request(Method::Post, "/v2/articles").bearer(&ann).body(bytes);
        request.header("Content-Type", "application/json").header("Content-Encoding", coding).send().await
    };
    let gzip = |text: &str| {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let small = json!({"headline": "Rain"}).to_string();
    let large = json!({"headline": "Rain", "articleBody": "x".repeat(5_000)}).to_string();

    send("gzip", gzip(&small)).await.is(201);
    send("gzip", gzip(&large)).await.is(413).has_problem("payload-too-large");
    send("gzip", small.clone().into()).await.is(400).has_problem("malformed");
    send("sdch", small.into()).await.is(415).has_problem("unsupported-coding");
}

#[rocket::async_test]
async fn another_media_type_is_415_with_those_that_are_read() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;

    for media in [
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/merge-patch+json"),
        None,
    ] {
        let request =
            site.request(Method::Post, "/v2/articles").bearer(&ann).body("{\"headline\": \"Snow\"}");
        let request = if let Some(media) = media { request.header("Content-Type", media) } else { request };
        let answer = request.send().await;
        answer.is(415).has_problem("unsupported-media-type");
        let read = "application/ld+json, application/json, application/vnd.almanac.v2+json";
        assert_eq!(answer.field("Accept-Post"), read);
    }
    let request = site.request(Method::Patch, &path).bearer(&ann).header("Content-Type", "text/plain");
    let answer = request.body("{}").send().await;
    let patches = answer.is(415).has_problem("unsupported-media-type").field("Accept-Patch");
    assert!(patches.contains(MERGE) && patches.contains(STEPS), "{patches}");
    assert_eq!(count(&site).await, 1);
}

#[rocket::async_test]
async fn a_media_type_is_read_whatever_its_case_and_parameters() {
    let (site, ann) = site().await;

    for (index, media) in [
        "Application/JSON",
        "application/ld+json; profile=\"http://www.w3.org/ns/json-ld#compacted\"",
        "application/json;charset=utf-8",
    ]
    .into_iter()
    .enumerate()
    {
        let draft = json!({"headline": format!("Rain {index}")});
        let request = site.request(Method::Post, "/v2/articles").bearer(&ann).json(&draft);
        request.header("Content-Type", media).send().await.is(201);
    }
}

#[rocket::async_test]
async fn an_identifier_that_is_no_slug_is_422() {
    let (site, ann) = site().await;

    for identifier in ["Rain", "rain.csv", "-rain", "ra--in", "", "ra in", &"r".repeat(101)] {
        let draft = json!({"identifier": identifier, "headline": "Rain"});
        let answer = site.post("/v2/articles", &ann, &draft).await;
        answer.is(422).has_problem("unprocessable").at("/identifier");
    }
    assert_eq!(count(&site).await, 0);
}

#[rocket::async_test]
async fn what_an_article_is_about_must_be_an_absolute_iri() {
    let (site, ann) = site().await;

    for bad in ["rain", "/v2/datasets/penguins", "javascript:alert(1)", "http://a b/", "", "urn:x"] {
        let draft = json!({"headline": "Rain", "about": ["https://example.org/", bad]});
        site.post("/v2/articles", &ann, &draft).await.is(422).has_problem("unprocessable").at("/about/1");
    }
    let number = site.post("/v2/articles", &ann, &json!({"headline": "Rain", "about": [7]})).await;
    number.is(422).at("/about/0");
    assert_eq!(count(&site).await, 0);
}

#[rocket::async_test]
async fn a_put_to_what_can_be_no_name_is_422_and_makes_nothing() {
    let (site, ann) = site().await;

    for name in ["Rain", "ra%20in", "-rain", "%00", "ra%2Fin", "%C3%BC"] {
        let answer =
            site.put(&format!("/v2/articles/{name}"), &ann, &json!({"headline": "Rain"})).send().await;
        answer.is(422).has_problem("unprocessable");
    }
    assert_eq!(count(&site).await, 0);
}

#[rocket::async_test]
async fn a_put_of_a_wrong_document_changes_nothing() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;
    let before = site.get(&path).await;

    site.put(&path, &ann, &json!({"headline": 7})).send().await.is(422);

    assert_eq!(site.get(&path).await.body, before.body);
}

#[rocket::async_test]
async fn a_json_patch_that_is_none_is_400() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;

    for steps in [json!({"headline": "Snow"}), json!([{"op": "paint", "path": "/headline"}]), json!([7])] {
        let answer = site.patch(&path, &ann, &steps).header("Content-Type", STEPS).send().await;
        answer.is(400).has_problem("malformed");
    }
}

#[rocket::async_test]
async fn a_patch_that_leads_to_a_wrong_article_is_422_and_changes_nothing() {
    let (site, ann) = site().await;
    let path = site.article(&ann, "Rain").await;
    let before = site.get(&path).await.body;

    for (change, pointer) in [
        (json!({"headline": null}), "/headline"),
        (json!({"headline": 7}), "/headline"),
        (json!({"articleBody": "a\u{0}"}), "/articleBody"),
        (json!({"role": "admin"}), "/role"),
        (json!({"identifier": "snow"}), "/identifier"),
    ] {
        site.patch(&path, &ann, &change).send().await.is(422).has_problem("unprocessable").at(pointer);
    }
    for change in [json!([]), json!(7), json!("x"), json!(null)] {
        site.patch(&path, &ann, &change).send().await.is(422).has_problem("unprocessable");
    }
    assert_eq!(site.get(&path).await.body, before);
}

#[rocket::async_test]
async fn a_put_whose_document_names_another_article_is_422() {
    let (site, ann) = site().await;

    let other = json!({"identifier": "snow", "headline": "Rain"});
    site.put("/v2/articles/rain", &ann, &other).send().await.is(422).at("/identifier");
    let same = json!({"identifier": "rain", "headline": "Rain"});
    site.put("/v2/articles/rain", &ann, &same).send().await.is(201);
}

#[rocket::async_test]
async fn u_0000_in_a_url_is_404_or_400_on_every_database() {
    let (site, _) = site().await;
    let ann = site.user("publisher", Role::Publisher).await;

    for path in ["/v2/articles/%00", "/v2/datasets/a%00b", "/v2/models/%00/versions/1", "/v1/articles/%00"] {
        site.request(Method::Get, path).send().await.is(404).has_problem("not-found");
    }
    let upload = site.request(Method::Post, "/v2/datasets?name=a&note=%00").bearer(&ann);
    let upload = upload.header("Content-Type", "text/csv").body("a,b\n1,2\n").send().await;
    upload.is(400).has_problem("invalid-parameter");
}

#[rocket::async_test]
async fn a_table_whose_rows_fit_no_page_is_422_on_every_database() {
    let site = Site::empty().await;
    let ann = site.user("publisher", Role::Publisher).await;
    let table = |columns: usize, cell: &str| {
        let header: Vec<String> = (0..columns).map(|index| format!("h{index}")).collect();
        let row = vec![cell; columns].join(",");
        format!("{}\n{row}\n{row}\n", header.join(","))
    };
    let send = async |name: &str, table: String| {
        let path = format!("/v2/datasets?name={name}");
        let upload = site.request(Method::Post, &path).bearer(&ann).header("Content-Type", "text/csv");
        upload.body(table).send().await
    };

    send("numbers", table(990, "1.5")).await.is(201);
    send("texts", table(440, "eighteen_or_so_bytes_and_more")).await.is(201);
    send("short", table(440, "seventeen_bytes_x")).await.is(201);
    send("too-many-numbers", table(1000, "1.5")).await.is(422).has_problem("unprocessable");
    send("too-many-texts", table(600, "word")).await.is(422).has_problem("unprocessable");
}

#[rocket::async_test]
async fn an_iri_too_long_for_an_index_is_422_on_every_database() {
    let (site, ann) = site().await;
    let about = |length: usize| json!({"headline": format!("a{length}"), "about": [format!("https://a.example/{}", noise(length))]});

    site.post("/v2/articles", &ann, &about(1_900)).await.is(201);
    site.post("/v2/articles", &ann, &about(2_000)).await.is(422).at("/about/0");
}

/// Characters that do not compress.
fn noise(length: usize) -> String {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'a' + (state >> 33) as u8 % 26)
    };
    (0..length).map(|_| next()).collect()
}

#[rocket::async_test]
async fn a_whole_number_may_be_written_with_a_fraction_of_nothing_and_no_other() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    common::arrange::everything(&site, &root).await;
    let columns = json!([{"name": "n", "columnType": "integer"}]);
    site.post("/v2/datasets", &root, &json!({"name": "Numbers", "columns": columns})).await.is(201);

    for (text, kept) in
        [("3.0", 3), ("-0.0", 0), ("1e3", 1000), ("9007199254740991", 9_007_199_254_740_991_i64)]
    {
        let body = format!("{{\"cells\": {{\"n\": {text}}}}}");
        let request = site.request(Method::Post, "/v2/datasets/numbers/rows").bearer(&root);
        let row = request.header("Content-Type", "application/json").body(body).send().await;
        assert_eq!(row.is(201).json()["cells"]["n"], kept, "{text}");
    }
    for text in ["3.5", "1e300", "true", "\"3\""] {
        let body = format!("{{\"cells\": {{\"n\": {text}}}}}");
        let request = site.request(Method::Post, "/v2/datasets/numbers/rows").bearer(&root);
        request.header("Content-Type", "application/json").body(body).send().await.is(422).at("/cells/n");
    }
}
