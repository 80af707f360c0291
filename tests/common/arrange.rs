//! A site with one of each thing, for tests that walk through all of it.

use super::{Site, routes};
use rocket::http::Method;
use serde_json::json;

/// A table with every type of column but a moment, missing cells, and headers that are no identifiers.
const RAIN: &str = "\
place,rain (mm),@type,wet,day
Aalen,1.5,a,true,2024-02-29
\"Bad \"\"Urach\"\"\",,b,false,2024-03-01
Ulm,1e-3,a,,2024-03-02
雨,12,b,true,
";

/// One of each thing, made by the owner of an administrator's token: articles `article-1` to
/// `article-3`, datasets `rain` and `penguins`, the model `species` with its job, a message, a token.
pub async fn everything(site: &Site, root: &str) {
    table(site, root, "rain", "Rain", RAIN).await;
    table(site, root, "penguins", "Palmer penguins", include_str!("../../static/examples/penguins.csv"))
        .await;
    let wanted = json!({
        "identifier": "species", "headline": "Which penguin?", "dataset": "penguins", "target": "species",
        "missing": "mean-indicator", "features": ["bill_length_mm", "island"],
    });
    let training = site.request(Method::Post, "/v2/models").bearer(root).json(&wanted);
    training.header("Prefer", "wait=30").send().await.is(202);
    site.get("/v2/models/species").await.is(200);
    for number in 1..=3 {
        article(site, root, number).await;
    }
    let message = site.request(Method::Post, "/v2/messages").bearer(root).body("Hello");
    message.header("Content-Type", "text/plain").send().await.is(201);
    site.post("/v2/me/tokens", root, &json!({"name": "arranged"})).await.is(201);
}

/// Every sixth of the Palmer penguins: enough to train on, few enough to walk through.
fn penguins() -> String {
    let (header, rows) =
        include_str!("../../static/examples/penguins.csv").split_once('\n').expect("a header");
    let some = rows.lines().step_by(6).map(|row| format!("{row}\n"));
    std::iter::once(format!("{header}\n")).chain(some).collect()
}

/// A dataset with its first revision.
pub async fn table(site: &Site, token: &str, slug: &str, name: &str, csv: &str) {
    let path = format!("/v2/datasets?identifier={slug}&name={}", name.replace(' ', "%20"));
    let request = site.request(Method::Post, &path).bearer(token).body(csv);
    request.header("Content-Type", "text/csv").send().await.is(201);
}

async fn article(site: &Site, root: &str, number: u32) {
    let draft = json!({
        "identifier": format!("article-{number}"),
        "headline": format!("Article {number} <&> \"雨\""),
        "articleBody": "# It *rained*\n\n[elsewhere](https://example.org/)\n",
        "abstract": "Wet.",
        "keywords": ["rain", "april"],
        "about": [
            "https://example.org/rain",
            {"@id": format!("{}/v2/datasets/penguins", super::BASE)},
            {"@id": format!("{}/v2/models/species", super::BASE)},
        ],
    });
    site.post("/v2/articles", root, &draft).await.is(201);
}

/// The path of something that is there, for a pattern, on a site with [`everything`] whose owner's first
/// token came first; with a query where a GET needs one.
pub async fn real(site: &Site, pattern: &str) -> String {
    let mut file = String::new();
    if pattern.ends_with("<number>/<file>") {
        let revision = site.get("/v2/datasets/rain/revisions/1").await.is(200).json();
        let url = revision["distribution"][0]["contentUrl"].as_str().expect("a file").to_string();
        file.push_str(url.rsplit('/').next().expect("its name"));
    }
    let hash = routes::filled(pattern).rsplit('/').next().unwrap_or_default().to_string();
    let mut path = String::new();
    for segment in pattern.split('/').skip(1) {
        path.push('/');
        path.push_str(match segment {
            "<file>" if path.starts_with("/static") => "almanac.css",
            "<file>" => &file,
            "<slug>" if path.contains("/articles") => "article-1",
            "<slug>" if path.contains("/datasets") => "rain",
            "<slug>" => "species",
            "<version>" => "v2",
            "<hash>" => hash.as_str(),
            "<name>" if path.starts_with("/problems") => "not-found",
            "<name>" => "root",
            "<id>" if path.contains("/tokens") => "2",
            "<features..>" => "bill_length_mm/40/island/Dream",
            variable if variable.starts_with('<') => "1",
            fixed => fixed,
        });
    }
    if path.ends_with("/prediction") {
        path.push_str("?bill_length_mm=40&island=Dream");
    }
    if path.contains("/versions/") && path.ends_with("/comparison") {
        // There is none before the first.
        path.push_str("?with=1");
    }
    path
}
