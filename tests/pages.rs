//! Pages: whatever a document says, its page says the same, and nothing in it can act.

#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use almanac::{
    domain::Kind,
    http::{media::Media, problem::Problem},
    page,
    represent::{
        Document,
        link::{Base, Place},
        policy::Subject,
        v2,
    },
};
use serde_json::{Value, json};

fn base() -> Base {
    Base::new("https://data.example/site")
}

fn subject() -> Subject {
    Subject::Item { kind: Kind::Article, slug: "x".into() }
}

/// A document at a place, with these members.
fn document(place: &Place, types: &[&str], members: Value) -> Document {
    let mut document = Document::v2(&base(), place, types, subject());
    for (key, value) in members.as_object().unwrap() {
        document.set(key, value.clone());
    }
    document
}

fn article(members: Value) -> String {
    shown(&document(&Place::Article("rain".into()), &["Article"], members))
}

fn shown(document: &Document) -> String {
    let variants = [(Media::JsonLd, format!("{}.jsonld", document.id()))];
    let bytes = page::Sheet { document, base: &base(), variants: &variants }.render();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What every page must hold, and nothing that a strict Content-Security-Policy would stop.
fn is_sound(page: &str) {
    for part in
        ["<main id=\"main\"", "class=\"skip\" href=\"#main\"", "<header", "<footer", "aria-label=\"Main\""]
    {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert_eq!(page.matches("<h1>").count(), 1, "{page}");
    // Scripts are our own file, or data.
    let scripts = page.split("<script ").skip(1).map(|rest| &rest[..rest.find('>').unwrap()]);
    let fine = |script: &str| {
        script == "type=\"application/ld+json\""
            || script.starts_with("type=\"module\" src=\"https://data.example/site/static/almanac.")
    };
    assert_eq!(scripts.filter(|script| !fine(script)).collect::<Vec<_>>(), [""; 0], "{page}");
    for forbidden in ["<script>", "<style", " style=", "<iframe", "javascript:", "img src=\"http"] {
        assert!(!page.to_lowercase().contains(forbidden), "{forbidden} in {page}");
    }
    assert_eq!(tags(page, "table"), page.matches("<caption>").count(), "each table has a caption: {page}");
}

fn tags(page: &str, name: &str) -> usize {
    page.matches(&format!("<{name}>")).count() + page.matches(&format!("<{name} ")).count()
}

/// Every http IRI that a document holds, wherever it stands.
fn iris<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if text.starts_with("http") && !text.contains('{') => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| iris(item, found)),
        Value::Object(members) => members.values().for_each(|member| iris(member, found)),
        _ => {}
    }
}

fn version() -> Value {
    json!({
        "identifier": "2",
        "model": Place::Model("penguins-species".into()).url(&base()),
        "revision": Place::Revision("penguins".into(), "1".into()).url(&base()),
        "classes": ["Adelie", "Chinstrap"],
        "features": [
            {"feature": "bill_length_mm", "columnType": "number", "unit": "mm", "minimum": 32.1, "maximum": 59.6},
            {"feature": "island", "columnType": "text", "levels": ["Biscoe", "\"Dream\""]}
        ],
        "coefficients": [{"ofClass": "Adelie", "intercept": 0.123456789, "weights": [
            {"feature": "bill_length_mm", "coefficient": -2.5},
            {"feature": "island", "category": "Dream", "coefficient": 1e-9}
        ]}],
        "scores": {
            "heldOutRows": 67, "accuracy": 0.985, "rocAuc": 0.99912, "logLoss": 0.05,
            "baseline": {"majorityClass": "Adelie", "accuracy": 0.438, "logLoss": 1.04},
            "confusion": [
                {"actual": "Adelie", "predicted": "Adelie", "count": 29},
                {"actual": "Chinstrap", "predicted": "Adelie", "count": 1}
            ]
        },
        "predict": {
            "@type": "IriTemplate",
            "template": format!("{}{{?bill_length_mm,island}}",
                Place::Prediction("penguins-species".into(), "2".into()).url(&base())),
            "mapping": [
                {"@type": "IriTemplateMapping", "variable": "bill_length_mm", "required": true},
                {"@type": "IriTemplateMapping", "variable": "island", "required": true}
            ]
        },
        "operation": [{"@type": "Operation", "method": "GET", "title": "Read the version"}]
    })
}

#[test]
fn an_article_is_a_page_with_title_summary_and_canonical_url() {
    let page = article(
        json!({"headline": "Rain in April", "abstract": "It rained.", "articleBody": "Some **rain**."}),
    );

    is_sound(&page);
    assert!(page.contains("<title>Rain in April · Almanac</title>"), "{page}");
    assert!(page.contains("<h1>Rain in April</h1>"));
    assert!(page.contains("<meta name=\"description\" content=\"It rained.\">"));
    assert!(page.contains("Some <strong>rain</strong>."));
    let url = Place::Article("rain".into()).url(&base());
    assert!(page.contains(&format!("<link rel=\"canonical\" href=\"{url}\">")));
    assert!(page.contains(&format!("type=\"application/ld+json\" href=\"{url}.jsonld\"")));
    assert!(page.contains(&format!("<a href=\"{}\">Articles</a>", Place::Articles.url(&base()))));
}

#[test]
fn hostile_text_is_text_wherever_it_stands() {
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let page = article(json!({
        "headline": evil, "abstract": evil, "author": evil, "keywords": [evil, evil],
        evil: evil, "cells": {evil: evil}, "list": [{evil: evil}, {evil: evil}],
        "deep": [{"a": [{evil: [evil, {evil: {evil: [evil]}}]}]}],
        "operation": [{"method": evil, "title": evil}],
        "predict": {"template": format!("{}{{?x}}", base().join("/p")),
                    "mapping": [{"variable": evil, "unit": evil, "levels": [evil]}]},
        "class": evil, "probabilities": [{"class": evil, "probability": 0.5}],
        "member": [{"title": evil, "comment": evil}], "totalItems": 1
    }));

    is_sound(&page);
    assert!(!page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn only_web_iris_become_links() {
    let elsewhere = "https://elsewhere.example/a?b=1&c=2";
    let page = article(json!({
        "headline": "x", "about": [elsewhere], "license": "java\tscript:alert(1)",
        "a": "JaVaScRiPt:alert(1)", "b": "data:text/html,x", "c": "//elsewhere.example", "d": "https:",
        "e": {"@id": "vbscript:x", "title": "t"}, "f": "http://host/\" onclick=x", "g": "almanac:<b>",
        "member": [{"@id": "javascript:alert(1)", "title": "t"}],
        "view": {"@id": "javascript:0", "previous": "javascript:1", "next": "javascript:2"},
        "distribution": [{"contentUrl": "javascript:x.csv"}]
    }));

    let hrefs: Vec<&str> =
        page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(hrefs.contains(&"https://elsewhere.example/a?b=1&amp;c=2"), "{hrefs:?}");
    let strange: Vec<_> = hrefs
        .iter()
        .filter(|href| {
            !href.starts_with("https://data.example/") && !href.starts_with("https://elsewhere.example/a")
        })
        .collect();
    assert_eq!(strange, [&"#main"]);
}

#[test]
fn markdown_is_cleaned_and_shows_no_foreign_picture() {
    let page = article(
        json!({"headline": "x", "articleBody": "# Top\n\n<script>a()</script><b onclick=x>bold</b>\n\n\
        [go](javascript:alert(1)) ![pic](https://elsewhere.example/a.png) ![own](/site/own.png)\n\n\
        <img src='/\\elsewhere.example/x.png' alt=back> <iframe src=x></iframe>\n\n\
        | a | b |\n|---|--:|\n| 1 | 2 |\n\n<style>*{}</style><p style='x'>p</p>"}),
    );

    assert!(page.contains("<h2>Top</h2>"), "{page}");
    assert!(page.contains("<b>bold</b>"));
    assert!(page.contains("<img src=\"/site/own.png\" alt=\"own\">"));
    assert!(page.contains("<th>a</th>"));
    for gone in ["a()", "onclick", "javascript:", "elsewhere.example", "<iframe", "<style", "style="] {
        assert!(!page.contains(gone), "{gone} in {page}");
    }
}

#[test]
fn every_link_of_a_version_is_on_its_page() {
    let document = document(&Place::Version("penguins-species".into(), "2".into()), &["Version"], version());

    let page = shown(&document);

    let mut links = Vec::new();
    iris(&document.value, &mut links);
    assert!(links.len() >= 4);
    for link in links {
        assert!(page.contains(&format!("href=\"{link}\"")), "no link {link} in {page}");
    }
}

#[test]
fn a_version_shows_scores_beside_the_baseline_and_a_form() {
    let page =
        shown(&document(&Place::Version("penguins-species".into(), "2".into()), &["Version"], version()));

    is_sound(&page);
    assert!(page.contains("<dt>ROC AUC</dt><dd>0.999</dd>"), "{page}");
    assert!(page.contains("<dt>Accuracy</dt><dd>0.985</dd><dd class=\"hint\">always “Adelie”: 0.438</dd>"));
    assert!(page.contains("<td class=\"miss\"><b>1</b>wrong</td>"));
    let action = Place::Prediction("penguins-species".into(), "2".into()).url(&base());
    assert!(page.contains(&format!("<form class=\"fields card\" method=\"get\" action=\"{action}\">")));
    assert!(page.contains("mm, seen 32.1 to 59.6"));
    assert!(page.contains(
        "name=\"bill_length_mm\" type=\"text\" inputmode=\"decimal\" autocomplete=\"off\" required"
    ));
    assert!(page.contains("<option value=\"&quot;Dream&quot;\">"));
    assert!(page.contains("0.123457"), "six significant digits: {page}");
}

#[test]
fn a_form_never_leads_away_from_the_site() {
    let page = article(json!({"headline": "x", "predict": {
        "template": "https://elsewhere.example/steal{?password}", "mapping": [{"variable": "password"}]
    }}));

    let main = page.split("<main").nth(1).unwrap();
    assert!(!main.contains("<form"), "{page}");
    assert!(page.contains("<code>https://elsewhere.example/steal{?password}</code>"));
}

#[test]
fn a_prediction_shows_class_probabilities_contributions_and_its_input() {
    let place = Place::Prediction("penguins-species".into(), "2".into());
    let page = shown(&document(
        &place,
        &["Prediction"],
        json!({
            "class": "Adelie",
            "probabilities": [{"class": "Adelie", "probability": 0.9912}, {"class": "Gentoo", "probability": 0.0088}],
            "baseLogit": [-0.5], "logit": [1.75],
        "contributions": [{"feature": "bill_length_mm", "contribution": [2.25]}],
            "input": {"bill_length_mm": 39.1, "sex": null}
        }),
    ));

    is_sound(&page);
    assert!(page.contains("The model says <strong>Adelie</strong>, probability <strong>99.1 %</strong>."));
    assert!(
        page.contains("<progress max=\"1\" value=\"0.9912\" aria-label=\"Probability of Adelie\">"),
        "{page}"
    );
    assert!(page.contains("<th class=\"num\" scope=\"col\">towards Gentoo</th>"));
    assert!(page.contains("<dt>sex</dt><dd><span class=\"null\">—</span></dd>"));
}

#[test]
fn rows_are_one_table_under_column_identifiers() {
    let row = |id: i64, cells: Value| json!({"@id": Place::Row("penguins".into(), id.to_string()).url(&base()), "cells": cells});
    let page_of = v2::PageOf {
        requested: format!("{}?after=2", Place::Rows("penguins".into()).url(&base())),
        total: Some(1_344),
        steps: vec![("next", format!("{}?after=4", Place::Rows("penguins".into()).url(&base())))],
    };
    let page = shown(&document(
        &Place::Rows("penguins".into()),
        &["RowCollection"],
        json!({
            "title": "Rows", "totalItems": page_of.total,
            "member": [
                row(3, json!({"bill_length_mm": 40.30, "year": 2007, "note": "<b>"})),
                row(4, json!({"bill_length_mm": null, "year": 2008, "sex": "female"}))
            ],
            "view": {"@id": page_of.requested, "next": page_of.steps[0].1}
        }),
    ));

    is_sound(&page);
    assert!(page.contains("<h1>Rows of penguins</h1>"), "{page}");
    assert!(page.contains("<caption>Rows of penguins: 2 of 1,344</caption>"));
    assert!(page.contains("<th class=\"num\" scope=\"col\">bill_length_mm</th>"));
    assert!(page.contains("<th scope=\"col\">note</th><th scope=\"col\">sex</th>"));
    assert!(page.contains(
        "rows/3\">3</a></th><td class=\"num\">40.3</td><td class=\"num\">2007</td><td>&lt;b&gt;</td>"
    ));
    assert!(page.contains("<td class=\"num\"><span class=\"null\">—</span></td>"));
    assert!(page.contains("?after=4\">Next</a>") && !page.contains("Previous"));
}

#[test]
fn a_thing_with_a_mere_number_is_named_by_its_place() {
    let columns = Place::Columns("penguins".into()).url(&base());
    let page = shown(&document(
        &Place::Row("penguins".into(), "3".into()),
        &["Row"],
        json!({"@context": [Place::Context.url(&base()), columns], "identifier": "3",
               "cells": {"operation": "x", "bill_length_mm": null, "url": "https://elsewhere.example/"}}),
    ));

    is_sound(&page);
    assert!(page.contains("<h1>penguins, row 3</h1>"), "{page}");
    assert!(page.contains(&format!("<a href=\"{columns}\">")));
    assert!(page.contains("<dt>operation</dt><dd>x</dd>"));
    assert!(page.contains("<dd>https://elsewhere.example/</dd>"), "data is shown as it is");
}

#[test]
fn things_are_called_by_their_titles_where_these_are_known() {
    let dataset = Place::Dataset("penguins".into()).url(&base());
    let members = json!({
        "dataset": dataset, "parent": Place::Revision("penguins".into(), "1".into()).url(&base()),
        "subjectOf": [Place::Article("telling".into()).url(&base()), Place::Article("other".into()).url(&base())],
    });
    let place = Place::Rows("penguins".into());
    let mut document = document(&place, &["RowCollection"], members);
    document.titled(dataset.clone(), "Palmer <penguins>");
    document.titled(Place::Article("telling".into()).url(&base()), "Telling them apart");
    let page = shown(&document);

    is_sound(&page);
    assert!(page.contains("<h1>Rows of Palmer &lt;penguins&gt;</h1>"), "{page}");
    assert!(page.contains(&format!("<li><a href=\"{dataset}\">Palmer &lt;penguins&gt;</a></li>")), "{page}");
    assert!(page.contains(">Palmer &lt;penguins&gt;, revision 1</a>"), "{page}");
    assert!(page.contains(">Telling them apart</a>") && page.contains(">other</a>"), "{page}");
}

#[test]
fn a_file_is_offered_as_a_download() {
    let name = format!("data.{}.csv", "9f2c41ab".repeat(8));
    let url = Place::Artifact("penguins".into(), "1".into(), name.clone()).url(&base());
    let page = article(json!({"headline": "x", "distribution": [
        {"@id": url, "@type": "DataDownload", "name": name, "contentUrl": url, "contentSize": "1234"}
    ]}));

    assert!(page.contains(&format!("<a class=\"btn\" href=\"{url}\">Download CSV</a>")), "{page}");
    assert!(page.contains("data.9f2c41ab….csv</a></th>"));
}

#[test]
fn a_collection_lists_its_members_by_title() {
    let members: Vec<Value> = (0..250)
        .map(|i| {
            json!({"@id": Place::Article(format!("a{i}")).url(&base()), "headline": format!("Title {i}"),
                        "articleBody": "long", "author": "ada"})
        })
        .collect();
    let page = shown(&document(
        &Place::Articles,
        &["ArticleCollection"],
        json!({
            "title": "Articles", "totalItems": 250, "member": members
        }),
    ));

    is_sound(&page);
    assert!(page.contains("a249\">Title 249</a>"), "no member is left out");
    assert!(!page.contains("long"));
    assert!(page.contains("aria-current=\"page\">Articles</a>"), "{page}");
}

#[test]
fn a_long_list_ends_with_a_link_to_the_whole() {
    let items: Vec<Value> = (0..1_300).map(|i| json!({"count": i})).collect();
    let page = article(json!({"headline": "x", "bins": items, "numbers": (0..500).collect::<Vec<i32>>()}));

    let whole = format!("{}.jsonld", Place::Article("rain".into()).url(&base()));
    assert!(page.contains(&format!("<a href=\"{whole}\">and 900 more</a>")), "{page}");
    assert!(page.contains(&format!("<a href=\"{whole}\">and 100 more</a>")));
}

#[test]
fn moments_sizes_and_truth_are_told_for_people() {
    let page =
        article(json!({"headline": "x", "dateModified": "2024-05-01T10:20:30.123Z", "contentSize": "13478",
        "disabled": false, "seed": 20240501, "iterations": 12000}));

    assert!(
        page.contains("<time datetime=\"2024-05-01T10:20:30.123Z\">2024-05-01 10:20 UTC</time>"),
        "{page}"
    );
    for shown in ["13,478 bytes", "<dd>no</dd>", "<dd>20240501</dd>", "<dd>12,000</dd>"] {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
}

#[test]
fn a_problem_is_a_page_that_says_what_where_and_links_its_type() {
    let problem = Problem::not_found("article `<rain>`").with_member("variants", json!(["a/b"]));
    let value = problem.document("https://data.example/site", "https://data.example/site/x");

    let page = page::problem(&value, &base());

    let page = String::from_utf8(page.to_vec()).unwrap();
    is_sound(&page);
    assert!(page.contains("there is no article `&lt;rain&gt;`"), "{page}");
    assert!(page.contains("status <b>404</b>"));
    assert!(page.contains(&format!("href=\"{}\"", Place::ProblemType("not-found".into()).url(&base()))));
    assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"));
}

#[test]
fn a_page_of_anything_is_sound() {
    let odd = [
        v2::entry::root(&base(), &[Place::Entry, Place::V1]),
        v2::entry::entry(&base()),
        v2::entry::context(&base()),
        v2::entry::documentation(&base()),
        v2::entry::vocabulary(&base()),
        v2::entry::problems(&base()),
        almanac::represent::Document::context(json!("text")),
        almanac::represent::Document::context(
            json!({"@id": 5, "member": 3, "class": [], "scores": 1, "operation": {}, "view": []}),
        ),
        document(
            &Place::Me,
            &["Me"],
            json!({"member": [1, "a", ["b"]], "a": [[1, 2], [3]], "b": [], "c": {}}),
        ),
        document(&Place::Me, &["Me"], (0..200).fold(json!({}), |inner, _| json!({"deeper": [inner]}))),
    ];
    for document in &odd {
        is_sound(&shown(document));
    }
}

#[test]
fn the_same_document_is_the_same_page() {
    let document = document(&Place::Version("m".into(), "2".into()), &["Version"], version());

    assert_eq!(shown(&document), shown(&document));
}

#[test]
fn a_page_of_a_thing_is_within_60_kilobytes() {
    let page = shown(&document(&Place::Version("m".into(), "2".into()), &["Version"], version()));
    assert!(page.len() <= 60 * 1024, "{} bytes", page.len());
    let documentation = shown(&v2::entry::documentation(&base())).len();
    assert!(documentation <= 320 * 1024, "{documentation} bytes");
}

#[test]
fn no_two_rows_of_a_table_have_one_id() {
    let row =
        |id: &str, day: &str| json!({"@id": format!("https://data.example/site/v2/usage?{id}"), "day": day});
    let members = json!({"member": [
        row("day=1#usage", "2024-01-01"), row("day=2#usage", "2024-01-02"), row("day=3#usage", "2024-01-03"),
        row("day=4#last", "2024-01-04")
    ]});
    let page = shown(&document(&Place::Usage, &["UsageCollection"], members));

    assert!(page.contains("2024-01-03") && !page.contains("id=\"usage\""), "{page}");
    assert!(page.contains("<tr id=\"last\">"), "{page}");
}
