//! Searching: what is found by which words, in which order, by whom; the same on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::permission::Role,
    store::{Pools, migrate},
};
use common::{BASE, Site, arrange};
use rocket::http::Method;
use serde_json::{Value, json};

const IRIS: &str = "sepal_length,\"Blütenblatt (cm)\",species\n5.1,1.4,setosa\n4.9,1.3,setosa\n";

/// A dataset, and articles of which each has the word `iris` somewhere else.
async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Publisher).await;
    let articles = [
        json!({"identifier": "in-text", "headline": "Botany", "articleBody": "Of an Iris, *a lily*."}),
        json!({"identifier": "in-abstract", "headline": "Fields", "abstract": "The iris of the fens."}),
        json!({"identifier": "in-keywords", "headline": "Bulbs", "keywords": ["iris", "Élan vital"]}),
        json!({"identifier": "in-title", "headline": "Iris and others"}),
        json!({"identifier": "elsewhere", "headline": "Rain", "articleBody": "It rained, 100%."}),
    ];
    for article in articles {
        site.post("/v2/articles", &ann, &article).await.is(201);
    }
    arrange::table(&site, &ann, "fisher", "Iris", IRIS).await;
    (site, ann)
}

/// The last segments of the members' URLs, in order.
fn slugs(page: &Value) -> Vec<String> {
    let of = |member: &Value| member["@id"].as_str().unwrap().rsplit('/').next().unwrap().to_string();
    page["member"].as_array().unwrap().iter().map(of).collect()
}

/// What is found on the whole site by these words.
async fn found(site: &Site, words: &str) -> Vec<String> {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
    slugs(&site.get(&format!("/v2/search?{query}")).await.is(200).json())
}

#[rocket::async_test]
async fn what_fits_best_comes_first() {
    let (site, ann) = site().await;

    let order = ["fisher", "in-title", "in-keywords", "in-abstract", "in-text"];
    assert_eq!(found(&site, "iris").await, order);
    // Of two that fit alike the one that changed last.
    site.post("/v2/articles", &ann, &json!({"identifier": "later", "headline": "The iris"})).await.is(201);
    assert_eq!(found(&site, "iris").await[..3], ["fisher", "later", "in-title"]);
}

#[rocket::async_test]
async fn words_are_found_wherever_they_stand_in_any_case_with_or_without_accents() {
    let (site, ann) = site().await;

    for (words, wanted) in [
        ("BLUTENBLATT", vec!["fisher"]),
        ("Blütenblatt", vec!["fisher"]),
        ("sepal", vec!["fisher"]),
        ("length sepal", vec!["fisher"]),
        ("elan", vec!["in-keywords"]),
        ("e\u{301}lan vital", vec!["in-keywords"]),
        ("rain 100", vec!["elsewhere"]),
        // The last word may go on, no other may.
        ("irises", vec![]),
        ("lil", vec!["in-text"]),
        ("lil iris", vec![]),
        ("iris lil", vec!["in-text"]),
        ("iris rain", vec![]),
        // By its identifier, and by who wrote it.
        ("in-keywords", vec!["in-keywords"]),
        ("rain ann", vec!["elsewhere"]),
    ] {
        assert_eq!(found(&site, words).await, wanted, "{words}");
    }
    let draft = json!({"identifier": "asia", "headline": "東京都の天気", "articleBody": "Straße, İzmir, ﬁne, ΣΊΣΥΦΟΣ"});
    site.post("/v2/articles", &ann, &draft).await.is(201);
    for words in ["東京", "天気", "strasse", "izmir", "fine", "σίσυφος", "ＦＩＮＥ"] {
        assert_eq!(found(&site, words).await, ["asia"], "{words}");
    }
}

#[rocket::async_test]
async fn what_is_looked_for_is_words_and_never_a_query() {
    let (site, ann) = site().await;
    let draft = json!({"identifier": "odd", "headline": "NOT near AND or title", "articleBody": "a*b c:d \"e f\" g'h"});
    site.post("/v2/articles", &ann, &draft).await.is(201);

    for words in [
        "NOT near",
        "AND",
        "a b",
        "\"e f\"",
        "\"f e\"",
        "g'h",
        "a*b",
        "near(and or)",
        "NOT AND \"",
        "a & b",
        "a | b",
        "!a",
        "a:*",
        "b:A",
        "{title} : near",
        "^not -and +or",
        "a\\b",
    ] {
        assert!(found(&site, words).await.contains(&"odd".to_string()), "{words}");
    }
    for words in ["'", "\"", "*", "%", "();--", "\\"] {
        assert_eq!(found(&site, words).await, [""; 0], "{words} has no word");
    }
    assert_eq!(found(&site, "iris OR rain").await, [""; 0]);
    assert_eq!(found(&site, "iris'; drop table search; --").await, [""; 0]);
    assert_eq!(found(&site, "iris").await.len(), 5);
}

#[rocket::async_test]
async fn without_words_everything_is_there_and_the_newest_first() {
    let (site, _) = site().await;

    let all = site.get("/v2/search").await.is(200).json();
    assert_eq!(all["totalItems"], 6);
    assert_eq!(slugs(&all)[..2], ["fisher", "elsewhere"]);
    assert_eq!(slugs(&site.get("/v2/search?q=&limit=&after=").await.is(200).json()).len(), 6);
    assert_eq!(slugs(&site.get("/v2/search?q=%20&page=9&order[x]=asc").await.is(200).json()).len(), 6);
    let first = &all["member"][0];
    assert_eq!(first["@id"], format!("{BASE}/v2/datasets/fisher"));
    assert_eq!((&first["@type"][0], &first["@type"][1]), (&json!("SearchResult"), &json!("Dataset")));
    assert_eq!((&first["title"], &first["author"]), (&json!("Iris"), &json!("ann")));
}

#[rocket::async_test]
async fn pages_go_on_where_they_ended_whatever_comes_meanwhile() {
    let (site, ann) = site().await;
    for number in 0..7 {
        let draft = json!({"identifier": format!("n{number}"), "headline": format!("Iris number {number}")});
        site.post("/v2/articles", &ann, &draft).await.is(201);
    }
    let whole = found(&site, "iris").await;
    assert_eq!(whole.len(), 12);

    let (mut url, mut walked, mut firsts) = ("/v2/search?q=iris&limit=5".to_string(), Vec::new(), Vec::new());
    let last = loop {
        let page = site.get(&url).await.is(200).json();
        assert_eq!(page["totalItems"], whole.len() + firsts.len());
        walked.extend(slugs(&page));
        firsts.push(slugs(&page));
        // Newer than what was read: it belongs before it.
        let draft = json!({"headline": format!("Iris, meanwhile {}", firsts.len())});
        site.post("/v2/articles", &ann, &draft).await.is(201);
        match page["view"]["next"].as_str() {
            Some(next) => url = next.into(),
            None => break page,
        }
    };
    assert_eq!(walked, whole);
    let before = last["view"]["previous"].as_str().unwrap();
    assert_eq!(slugs(&site.get(before).await.is(200).json()), firsts[1]);
}

#[rocket::async_test]
async fn bad_parameters_are_named() {
    let (site, _) = site().await;
    let next = site.get("/v2/search?q=iris&limit=2").await.is(200).json()["view"]["next"].to_string();
    let cursor = next.trim_matches('"').split("after=").nth(1).unwrap().to_string();

    for (query, parameter) in [
        ("q=%00".to_string(), "q"),
        (format!("q={}", "x".repeat(201)), "q"),
        ("q=a&q=b".into(), "q"),
        ("limit=0".into(), "limit"),
        ("limit=101".into(), "limit"),
        ("after=nonsense".into(), "after"),
        (format!("q=rain&after={cursor}"), "after"),
        (format!("q=iris&after={cursor}&before={cursor}"), "before"),
    ] {
        let answer = site.get(&format!("/v2/search?{query}")).await;
        answer.is(400).has_problem("invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["parameter"], parameter, "{answer}");
    }
    for path in ["articles", "datasets", "models"] {
        for query in ["q=%00".to_string(), format!("q={}", "x".repeat(201)), "q=a&q=b".into()] {
            let answer = site.get(&format!("/v2/{path}?{query}")).await;
            answer.is(400).has_problem("invalid-parameter");
            assert_eq!(answer.json()["errors"][0]["parameter"], "q", "{answer}");
        }
    }
}

#[rocket::async_test]
async fn what_not_everybody_sees_is_found_by_nobody_and_counted_nowhere() {
    let (site, ann) = site().await;
    let root = site.user("root", Role::Admin).await;
    let counted = async |words: &str| {
        let page = site.request(Method::Get, &format!("/v2/search?q={words}")).bearer(&root).send().await;
        page.is(200).json()["totalItems"].as_i64().unwrap()
    };

    for visibility in ["unlisted", "private"] {
        for path in ["/v2/articles/in-title", "/v2/datasets/fisher"] {
            site.patch(path, &ann, &json!({"visibility": visibility})).send().await.is(200);
        }
        assert_eq!(found(&site, "iris").await, ["in-keywords", "in-abstract", "in-text"]);
        assert_eq!((counted("iris").await, counted("sepal").await), (3, 0));
        assert_eq!(slugs(&site.get("/v2/articles?q=others").await.json()), [""; 0]);
        assert_eq!(slugs(&site.get("/v2/datasets?q=sepal").await.json()), [""; 0]);
    }
    for path in ["/v2/articles/in-title", "/v2/datasets/fisher"] {
        site.patch(path, &ann, &json!({"visibility": "public"})).send().await.is(200);
    }
    assert_eq!(found(&site, "iris").await.len(), 5);
}

#[rocket::async_test]
async fn what_was_found_is_kept_until_something_that_can_be_found_changes() {
    let (site, ann) = site().await;
    let first = site.get("/v2/search?q=iris").await;
    let tag = first.is(200).etag();
    assert_eq!(first.field("Cache-Control"), "max-age=0, s-maxage=10, stale-if-error=600");
    assert_eq!(first.field("xkey"), "list:datasets list:models list:articles");
    let again =
        async |tag: &str| site.request(Method::Get, "/v2/search?q=iris").if_none_match(tag).send().await;
    again(&tag).await.is(304);

    site.patch("/v2/articles/elsewhere", &ann, &json!({"headline": "Irises in the rain"}))
        .send()
        .await
        .is(200);
    let tag = again(&tag).await.is(200).etag();
    assert_eq!(found(&site, "iris").await.len(), 6);
    site.delete("/v2/articles/elsewhere", &ann).send().await.is(204);
    let tag = again(&tag).await.is(200).etag();
    site.delete("/v2/datasets/fisher", &ann).send().await.is(204);
    again(&tag).await.is(200);
    assert_eq!(found(&site, "iris").await.len(), 4);
    assert_eq!(found(&site, "sepal").await, [""; 0]);
}

#[rocket::async_test]
async fn a_table_that_comes_in_is_found_by_its_columns_and_the_one_before_no_more() {
    let (site, ann) = site().await;

    let table = site.request(Method::Post, "/v2/datasets/fisher/revisions").bearer(&ann);
    table.header("Content-Type", "text/csv").body("petal\n1\n2\n").send().await.is(201);

    assert_eq!(found(&site, "petal").await, ["fisher"]);
    assert_eq!(found(&site, "sepal").await, [""; 0]);
    let described = json!({"columns": [{"identifier": "petal", "description": "Along the midrib."}]});
    site.patch("/v2/datasets/fisher", &ann, &described).send().await.is(200);
    assert_eq!(found(&site, "midrib").await, ["fisher"]);
}

#[rocket::async_test]
async fn collections_are_searched_by_the_same_words_best_first_page_by_page() {
    let (site, ann) = site().await;
    let listed = async |query: &str| slugs(&site.get(&format!("/v2/articles?{query}")).await.is(200).json());

    let order = ["in-title", "in-keywords", "in-abstract", "in-text"];
    assert_eq!(listed("q=IRIS").await, order);
    assert_eq!(
        listed("q=iris&order[headline]=asc").await,
        ["in-text", "in-keywords", "in-abstract", "in-title"]
    );
    assert_eq!(listed("q=iris&headline=bul&author=ann&id[]=in-keywords").await, ["in-keywords"]);
    assert_eq!(listed("q=").await.len(), 5);
    assert_eq!(listed("q=*").await, [""; 0]);
    assert_eq!(slugs(&site.get("/v2/datasets?q=sepal").await.is(200).json()), ["fisher"]);
    assert_eq!(slugs(&site.get("/v2/models?q=sepal").await.is(200).json()), [""; 0]);
    let mut page = site.get("/v2/articles?q=iris&itemsPerPage=1").await.is(200).json();
    let mut walked = slugs(&page);
    while let Some(next) = page["view"]["next"].as_str() {
        assert_eq!(page["totalItems"], 4);
        page = site.get(next).await.is(200).json();
        walked.extend(slugs(&page));
    }
    assert_eq!(walked, order);
    site.delete("/v2/articles/in-title", &ann).send().await.is(204);
    assert_eq!(listed("q=iris").await, order[1..]);
}

#[rocket::async_test]
async fn a_model_is_found_once_it_has_a_version_and_until_its_dataset_is_gone() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;

    assert_eq!(found(&site, "which penguin").await, ["species"]);
    assert_eq!(slugs(&site.get("/v2/models?q=penguins").await.is(200).json()), ["species"]);
    let words = json!({"headline": "Adélie, or which?", "description": "By the bill."});
    site.patch("/v2/models/species", &root, &words).send().await.is(200);
    assert_eq!(found(&site, "adelie").await, ["species"]);
    assert_eq!(found(&site, "which penguin").await, ["species"], "by the dataset that it is of");
    site.delete("/v2/models/species", &root).send().await.is(204);
    assert_eq!(found(&site, "adelie").await, [""; 0]);
}

#[rocket::async_test]
async fn an_article_of_the_greatest_length_is_found_by_its_words() {
    let (site, ann) = site().await;
    let mut body = String::from("begin ");
    for number in 0.. {
        let word = format!("w{number} ");
        if body.len() + word.len() + 10 > 512 * 1024 {
            break;
        }
        body.push_str(&word);
    }
    body.push_str(&"x".repeat(9));
    let draft = json!({"identifier": "long", "headline": "Long", "articleBody": body});
    site.post("/v2/articles", &ann, &draft).await.is(201);

    assert_eq!(found(&site, "long w17").await, ["long"]);
    assert_eq!(found(&site, "begin w0 long").await, ["long"]);
}

#[rocket::async_test]
async fn what_the_index_lacks_is_added_when_the_database_is_brought_up() {
    let (site, _) = site().await;
    let run = async |sql: &'static str| match site.works().store.pools() {
        Pools::Sqlite { write, .. } => drop(sqlx::query(sql).execute(write).await.unwrap()),
        Pools::Postgres(pool) => drop(sqlx::query(sql).execute(pool).await.unwrap()),
    };
    // As a server before this one writes, which knows of no index.
    run("update article set headline = 'Snow', revision = revision + 1 where slug = 'elsewhere'").await;
    run("delete from search where slug = 'in-title'").await;
    assert_eq!(found(&site, "snow").await, [""; 0]);

    migrate::up(&site.works().store).await.unwrap();

    assert_eq!(found(&site, "snow").await, ["elsewhere"]);
    assert_eq!(found(&site, "iris").await[..2], ["fisher", "in-title"]);
    assert_eq!(found(&site, "rain").await, ["elsewhere"], "of its text");
}

#[rocket::async_test]
async fn every_page_has_a_field_to_search_and_what_is_found_is_shown_without_a_script() {
    let (site, ann) = site().await;
    let odd = json!({"identifier": "odd", "headline": "<b>iris</b>", "abstract": "1 < 2 & \"so\""});
    site.post("/v2/articles", &ann, &odd).await.is(201);

    let action =
        format!("<form class=\"search\" role=\"search\" method=\"get\" action=\"{BASE}/v2/search\">");
    for path in ["/", "/v2", "/v2/datasets/fisher", "/v2/articles", "/sign-in", "/v2/none", "/v2/search"] {
        let page = site.get_as(path, "text/html").await.text();
        assert!(page.contains(&action), "{path}: {page}");
    }
    let page = site.get_as("/v2/search?q=%3Ciris%3E&limit=3", "text/html").await.is(200).text();
    assert!(page.contains("value=\"&lt;iris&gt;\""), "{page}");
    assert!(page.contains("&lt;b&gt;iris&lt;/b&gt;") && page.contains("1 &lt; 2 &amp; "), "{page}");
    assert!(page.contains("Dataset · by ann") && page.contains("rel=\"next\""), "{page}");
    let none = site.get_as("/v2/search?q=nothing+like+it", "text/html").await.is(200).text();
    assert!(none.contains("has all of these words"), "{none}");
}

#[rocket::async_test]
async fn the_front_door_and_the_entry_point_say_how_to_search() {
    let (site, _) = site().await;

    for path in ["/", "/v2"] {
        let answer = site.get(path).await;
        let template = &answer.is(200).json()["search"];
        assert_eq!(template["template"], format!("{BASE}/v2/search{{?q}}"));
        assert_eq!(template["mapping"][0]["property"], "freetextQuery");
        let link = format!("<{BASE}/v2/search>; rel=\"search\"");
        assert!(answer.all("Link").iter().any(|line| line.contains(&link)), "{answer}");
    }
    let page = site.get_as("/", "text/html").await.is(200).text();
    let data = page.split("application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["@type"], "WebSite");
    assert_eq!(data["potentialAction"]["@type"], "SearchAction");
    assert_eq!(data["potentialAction"]["target"]["urlTemplate"], format!("{BASE}/v2/search?q={{words}}"));
    let search = site.get("/v2/search?q=iris&limit=1").await.is(200).json();
    assert_eq!(search["search"]["template"], format!("{BASE}/v2/search{{?q,limit,after,before}}"));
}
