//! Predictions whose model is in memory: answered before all routes, and no otherwise than behind them.

use super::{Answer, Method, Site, arrange, json};
use almanac::domain::permission::Role;

const PREDICTION: &str = "/v2/models/species/versions/1/prediction";
/// A query, a suffix, fields, and the status.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], u16);

const CASES: [Case; 17] = [
    ("bill_length_mm=40.5&island=Torgersen", "", &[], 200),
    ("bill_length_mm=41.5&island=Torgersen", "", &[("Accept", "application/json")], 200),
    ("bill_length_mm=42.5&island=Torgersen", "", &[("Accept", "text/turtle")], 200),
    ("bill_length_mm=43.5&island=Torgersen", ".hal", &[], 200),
    ("bill_length_mm=44.5&island=Torgersen", "", &[("Accept-Encoding", "gzip")], 200),
    ("bill_length_mm=45.5&island=Torgersen", "", &[("If-None-Match", "*")], 304),
    ("bill_length_mm=46.5&island=Torgersen", "", &[("If-Match", "\"other\"")], 412),
    ("bill_length_mm=47.5&island=Torgersen", "", &[("Accept", "image/png")], 406),
    ("island=Torgersen&bill_length_mm=40.5", "", &[], 308),
    ("bill_length_mm=wide&island=Torgersen", "", &[], 400),
    ("bill_length_mm=40.5&island=Mars", "", &[], 422),
    ("bill_length_mm=900.5&island=Torgersen", "", &[], 200),
    ("bill_length_mm=-4.5&island=Biscoe", "", &[], 200),
    ("bill_length_mm=&island=Dream", "", &[], 200),
    (
        "bill_length_mm=41.5&island=Dream",
        "",
        &[("Accept", "application/json"), ("Accept-Encoding", "zstd")],
        200,
    ),
    ("bill_length_mm=42.5&island=Dream", "", &[("Accept-Encoding", "gzip")], 200),
    ("bill_length_mm=43.5&island=Dream", "", &[("If-Match", "*")], 200),
];

async fn asked(site: &Site, method: Method, case: usize, token: Option<&str>) -> Answer {
    let (query, suffix, fields, _) = CASES[case];
    let mut request = site.request(method, &format!("{PREDICTION}{suffix}?{query}"));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    if let Some(token) = token {
        request = request.bearer(token);
    }
    request.send().await
}

/// Who shows a token is answered by the route: it has to be looked at first.
async fn both_are_the_same(site: &Site, token: &str) {
    // From now on the model is in memory.
    site.get(&format!("{PREDICTION}?bill_length_mm=39.5&island=Torgersen")).await.is(200);
    for (case, (query, .., status)) in CASES.iter().enumerate() {
        for method in [Method::Get, Method::Head] {
            let early = asked(site, method, case, None).await;
            let routed = asked(site, method, case, Some(token)).await;
            assert_eq!(early.status, *status, "{query}");
            assert_eq!(routed.status, *status, "{query}");
            let own = ["x-request-id", "ratelimit", "ratelimit-policy"];
            assert_eq!(early.fields_without(&own), routed.fields_without(&own), "{method} {query}");
            // The id of a problem is its own.
            if *status < 400 {
                assert_eq!(early.body, routed.body, "{query}");
            }
        }
    }
}

#[rocket::async_test]
async fn a_prediction_before_all_routes_is_the_one_behind_them_whether_or_not_answers_are_kept() {
    for kept in [0, 1 << 20] {
        let site = Site::with(json!({"cache": {"size_bytes": kept}})).await;
        let root = site.user("root", Role::Admin).await;
        arrange::everything(&site, &root).await;
        both_are_the_same(&site, &root).await;
    }
}

#[rocket::async_test]
async fn a_model_that_is_hidden_or_deleted_predicts_no_more_for_strangers() {
    let site = Site::with(json!({"cache": {"size_bytes": 0}})).await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let url = format!("{PREDICTION}?bill_length_mm=40.5&island=Torgersen");
    site.get(&url).await.is(200);
    let hidden = site.patch("/v2/models/species", &root, &json!({"visibility": "private"}));
    hidden.send().await.is(200);
    site.get(&url).await.is(404);
    let shown = site.patch("/v2/models/species", &root, &json!({"visibility": "public"}));
    shown.send().await.is(200);
    site.get(&url).await.is(200);
    site.delete("/v2/models/species", &root).send().await.is(204);
    site.get(&url).await.is(410);
}

/// A query so long that not all links fit into the head: none of a short one may be said there.
#[rocket::async_test]
async fn a_prediction_with_a_long_query_has_the_links_that_fit_whatever_was_asked_before() {
    let site = Site::with(json!({"cache": {"size_bytes": 0}})).await;
    let root = site.user("root", Role::Admin).await;
    let kinds = [1, 8, 16, 24, 32, 40, 60]
        .map(|length| "é?=&".repeat(length).chars().take(length).collect::<String>());
    let rows = (0..140).map(|row| {
        format!("\"{}\",{},{}\n", kinds[row % 7], row % 11, if row % 3 == 0 { "yes" } else { "no" })
    });
    let csv: String = std::iter::once("kind,level,wet\n".to_string()).chain(rows).collect();
    arrange::table(&site, &root, "kinds", "Kinds", &csv).await;
    let wanted =
        json!({"identifier": "kinds", "dataset": "kinds", "target": "wet", "features": ["kind", "level"]});
    let training = site.request(Method::Post, "/v2/models").bearer(&root).json(&wanted);
    training.header("Prefer", "wait=30").send().await.is(202);
    let urls = kinds.each_ref().map(|kind| {
        let value = percent_encoding::utf8_percent_encode(kind, percent_encoding::NON_ALPHANUMERIC);
        format!("/v2/models/kinds/versions/1/prediction?kind={value}&level=2")
    });
    // Up and down: the first of them may be one that fits, or one that does not.
    let mut lines = Vec::new();
    for url in urls.iter().chain(urls.iter().rev()) {
        let early = site.get(url).await;
        let routed = site.request(Method::Get, url).bearer(&root).send().await;
        assert_eq!(early.status, 200, "{url}");
        let own = ["x-request-id", "ratelimit", "ratelimit-policy"];
        assert_eq!(early.fields_without(&own), routed.fields_without(&own), "{url}");
        assert_eq!(early.body, routed.body, "{url}");
        lines.push(early.all("link").join(", ").matches("alternate").count());
    }
    assert!(lines.iter().max() > lines.iter().min(), "{lines:?}");
}
