//! What pages show of documents that theirs link to: columns, rows, curves, and lines for programs.

#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use almanac::{
    domain::Kind,
    http::media::Media,
    page,
    represent::{
        Document,
        link::{Base, Place},
        policy::Subject,
    },
};
use serde_json::{Value, json};

fn base() -> Base {
    Base::new("https://data.example/site")
}

fn document(place: &Place, class: &str, members: Value) -> Document {
    let subject = Subject::Item { kind: Kind::Dataset, slug: "x".into() };
    let mut document = Document::v2(&base(), place, &[class], subject);
    for (key, value) in members.as_object().unwrap() {
        document.set(key, value.clone());
    }
    document
}

fn shown(document: &Document) -> String {
    let variants = [(Media::JsonLd, format!("{}.jsonld", document.id()))];
    String::from_utf8(page::Sheet { document, base: &base(), variants: &variants }.render().to_vec()).unwrap()
}

fn revision() -> String {
    Place::Revision("frost".into(), "7".into()).url(&base())
}

fn profile() -> String {
    Place::Artifact("frost".into(), "7".into(), "profile.0.json".into()).url(&base())
}

fn rows() -> String {
    Place::Rows("frost".into()).url(&base())
}

/// A dataset with its newest revision, the profile of that, and two rows.
fn dataset() -> Document {
    let file = format!("{}/data.0.csv", revision());
    let mut dataset = document(
        &Place::Dataset("frost".into()),
        "Dataset",
        json!({
            "identifier": "frost", "name": "Frost nights", "rowCount": 1_248,
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "columns": [
                {"identifier": "night_min", "name": "night_min", "columnType": "number", "unitText": "°C"},
                {"identifier": "kind", "name": "kind", "columnType": "category"}
            ],
            "rows": rows(), "newestRevision": revision(),
            "distribution": [{"contentUrl": file, "encodingFormat": "text/csv", "contentSize": "9"}]
        }),
    );
    dataset.include(revision(), json!({"profile": profile(), "sha256": "9f2c".repeat(16)}));
    dataset.include(
        profile(),
        json!({"rows": 1_248, "columns": [
            {"identifier": "night_min", "count": 1_248, "missing": 3, "minimum": -9.4, "maximum": 10.5,
             "mean": 1.04, "standardDeviation": 3.38,
             "histogram": {"start": -10.0, "width": 10.0, "counts": [500, 748]}},
            {"identifier": "kind", "count": 1_248, "missing": 0, "distinct": 2, "other": 0,
             "top": [{"value": "apple", "count": 1_000}, {"value": "<plum>", "count": 248}]}
        ]}),
    );
    let search = json!({"template": format!("{}{{?sort,facet,q,filter%5Bkind%5D%5Beq%5D}}", rows()), "mapping": [
        {"variable": "sort"}, {"variable": "facet"}, {"variable": "q"}, {"variable": "filter[kind][eq]"}
    ]});
    dataset.include(
        rows(),
        json!({"search": search, "view": {"@id": rows()}, "member": [
            {"@id": format!("{}/1", rows()), "cells": {"night_min": 5.9, "kind": "apple"}},
            {"@id": format!("{}/2", rows()), "cells": {"night_min": null, "kind": "<plum>"}}
        ]}),
    );
    dataset
}

#[test]
fn a_column_is_drawn_with_a_title_that_says_what_it_holds() {
    let page = shown(&dataset());

    let title = "<title>Histogram of night_min: 2 bins of width 10 from -9.4 to 10.5, most rows (748) from 0 to 10</title>";
    assert!(page.contains(title), "{page}");
    assert!(page.contains("<title>Counts of kind: apple 1000, &lt;plum&gt; 248</title>"));
    assert!(page.contains("mean 1.04 · sd 3.38 · 3 missing"));
    assert!(page.contains(&format!("<a href=\"{}\">The figures behind these charts</a>", profile())));
    assert_eq!(page.matches("role=\"img\"").count(), 2);
    assert!(!page.contains(" style="), "the policy would stop it");
}

#[test]
fn a_dataset_shows_its_first_rows_under_heads_that_sort() {
    let page = shown(&dataset());

    assert!(page.contains("The first 2 of 1,248 rows"), "{page}");
    assert!(page.contains(&format!("<a rel=\"nofollow\" href=\"{}?sort=night_min\">night_min</a>", rows())));
    assert!(page.contains("content <b class=\"digest\">sha-256 9f2c…9f2c</b>"));
    assert!(page.contains(">CC BY 4.0</a>"));
}

#[test]
fn rows_that_were_chosen_keep_their_order_in_each_link_and_field() {
    let here = format!("{}?sort=-night_min&filter%5Bkind%5D%5Beq%5D=apple&after=xyz", rows());
    let whole = dataset();
    let mut rows_page = document(&Place::Rows("frost".into()), "RowCollection", whole.included[2].1.clone());
    rows_page.set("view", json!({"@id": here}));
    rows_page.set("dataset", whole.id());
    rows_page.set("facets", json!([{"identifier": "kind", "counts": [{"value": "<plum>", "count": 248}]}]));
    rows_page.include(whole.id().into(), whole.value.clone());
    for (url, value) in whole.included.iter().take(2) {
        rows_page.include(url.clone(), value.clone());
    }

    let page = shown(&rows_page);

    assert!(page.contains("aria-sort=\"descending\""), "{page}");
    let url = rows();
    // The next click turns the order round; a filter stays, a cursor does not.
    assert!(page.contains(&format!("{url}?filter%5Bkind%5D%5Beq%5D=apple&amp;sort=night_min\"")), "{page}");
    assert!(page.contains("<option value=\"apple\" selected>apple</option>"));
    assert!(page.contains("<option value=\"&lt;plum&gt;\">"));
    assert!(page.contains("<input type=\"hidden\" name=\"sort\" value=\"-night_min\">"));
    assert!(page.contains(&format!("{url}?sort=-night_min&amp;filter%5Bkind%5D%5Beq%5D=%3Cplum%3E\"")));
}

#[test]
fn lines_for_programs_name_the_file_of_the_revision() {
    let page = shown(&dataset());

    let file = format!("{}/data.0.csv", revision());
    assert!(page.contains(&format!("curl --fail --output data.csv \\\n  '{file}'")), "{page}");
    assert!(page.contains(&format!("data = pd.read_csv(\n    &quot;{file}&quot;\n)")));
    assert!(page.contains("<script type=\"module\" src=\"https://data.example/site/static/almanac."));
    assert!(page::has_script(&dataset()));
}

#[test]
fn search_engines_read_the_dataset_and_nothing_ends_its_block() {
    let mut dataset = dataset();
    dataset.set("name", "</script><script>alert(1)</script>");

    let page = shown(&dataset);

    let block = page.split("<script type=\"application/ld+json\">").nth(1).unwrap();
    let block = &block[..block.find("</script>").unwrap()];
    let value: Value = serde_json::from_str(block).unwrap();
    assert_eq!(value["@type"], "Dataset");
    assert_eq!(value["name"], "</script><script>alert(1)</script>");
    assert_eq!(value["variableMeasured"], json!(["night_min", "kind"]));
}

/// A version of two classes with what is known of its weights and curves.
fn version() -> Document {
    let curves = format!("{}/curves", Place::Version("m".into(), "1".into()).url(&base()));
    let weight = json!({"feature": "wind", "coefficient": -0.66, "low": -0.9, "high": -0.42});
    let mut version = document(
        &Place::Version("m".into(), "1".into()),
        "Version",
        json!({
            "name": "m", "classes": ["no", "damage"], "threshold": 0.4, "curves": curves,
            "coefficients": [{"ofClass": "damage", "weights": [weight, {"feature": "cloud", "coefficient": 0.1}]}]
        }),
    );
    let roc = json!([
        {"falsePositiveRate": 0.0, "truePositiveRate": 0.0, "threshold": 1.0},
        {"falsePositiveRate": 0.0, "truePositiveRate": 0.5, "threshold": 0.6},
        {"falsePositiveRate": 0.0, "truePositiveRate": 0.75, "threshold": 0.4},
        {"falsePositiveRate": 1.0, "truePositiveRate": 1.0, "threshold": 0.0}
    ]);
    let calibration =
        json!([{"meanPredicted": 0.1, "observed": 0.2}, {"meanPredicted": 0.9, "observed": 0.6}]);
    version.include(
        curves,
        json!({"curvesByClass": [{"ofClass": "damage", "rocAuc": 0.955, "rocCurve": roc, "calibration": calibration}]}),
    );
    version
}

#[test]
fn curves_are_drawn_with_the_threshold_and_without_points_that_nobody_sees() {
    let page = shown(&version());

    assert!(page.contains("<title>ROC curve: damage area 0.955</title>"), "{page}");
    // From the origin straight up, then to the corner: the point between is on the line.
    assert!(page.contains("d=\"M44 270L44 75L304 10\""), "{page}");
    assert!(page.contains(">threshold 0.4</text>"));
    assert!(page.contains("<title>Calibration: damage at most 30 points off the diagonal</title>"));
    assert!(!page.contains("Precision and recall"), "what the document does not have is not drawn");
}

#[test]
fn weights_are_drawn_from_the_greatest_with_their_intervals() {
    let page = shown(&version());

    let title = "Standardised coefficients towards damage with 95 % intervals: wind -0.66 ± 0.24, cloud 0.10";
    assert!(page.contains(&format!("<title>{title}</title>")), "{page}");
    assert_eq!(page.matches("class=\"whisk\"").count(), 1);
    assert!(page.contains("← more no") && page.contains("more damage →"));
}

#[test]
fn long_names_are_cut_where_a_drawing_has_no_room() {
    let (long, feature) = ("x".repeat(121), "average_daily_precipitation_in_millimetres");
    let mut version = version();
    version.set("classes", json!(["no", long]));
    let weight = json!({"feature": feature, "coefficient": 0.5});
    version.set("coefficients", json!([{"ofClass": long, "weights": [weight]}]));

    let page = shown(&version);

    let texts = page.split("<text ").skip(1).map(|rest| rest.split('>').nth(1).unwrap());
    let longest = texts.map(|text| text.split('<').next().unwrap().chars().count()).max();
    assert!(longest.is_some_and(|letters| letters <= 32), "{longest:?} {page}");
}

#[test]
fn a_job_that_goes_on_is_followed_and_one_that_ended_is_not() {
    let place = Place::Job("4".into());
    let running = document(&place, "Job", json!({"title": "Train", "status": "running", "progress": 0.25}));
    let result = Place::Version("m".into(), "1".into()).url(&base());
    let ended = document(
        &place,
        "Job",
        json!({"title": "Train", "status": "succeeded", "progress": 1.0, "result": result}),
    );

    let (running, ended) = (shown(&running), shown(&ended));

    assert!(running.contains(&format!("data-follow=\"{}\"", place.url(&base()))), "{running}");
    assert!(running.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"));
    assert!(running.contains("<progress max=\"1\" value=\"0.25\""));
    assert!(!ended.contains("data-follow") && !ended.contains("http-equiv"));
    assert!(ended.contains(&format!("It made <a href=\"{result}\">")));
}
