//! Negotiation (RFC 9110 §12): which media type a request gets. Codings stand in `coding.rs`.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use almanac::http::{
    media::{Media, MediaType},
    negotiate,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use proptest::prelude::*;

const DOCUMENT: [Media; 4] = [Media::JsonLd, Media::Json, Media::Html, Media::Csv];
const BROWSERS: [&str; 3] = [
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8",
];

fn fields(name: HeaderName, lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(&name, HeaderValue::from_bytes(line.as_bytes()).expect("a field value"));
    }
    headers
}

fn chosen(lines: &[&str]) -> Option<Media> {
    negotiate::media(&fields(header::ACCEPT, lines), &DOCUMENT)
}

#[test]
fn whoever_does_not_care_gets_json_ld() {
    for lines in [&[][..], &[""], &["*/*"], &["application/*"], &["*/*;q=0.1"], &["image/png, */*;q=0.001"]] {
        assert_eq!(chosen(lines), Some(Media::JsonLd), "{lines:?}");
    }
}

#[test]
fn a_browser_gets_a_page_and_json_ld_where_there_is_none() {
    for browser in BROWSERS {
        assert_eq!(chosen(&[browser]), Some(Media::Html), "{browser}");
        let headers = fields(header::ACCEPT, &[browser]);
        assert_eq!(negotiate::media(&headers, &[Media::JsonLd, Media::Csv]), Some(Media::JsonLd));
    }
}

#[test]
fn a_page_is_given_only_where_it_is_liked_better_or_named_more_exactly() {
    assert_eq!(chosen(&["text/html, application/ld+json"]), Some(Media::JsonLd));
    assert_eq!(chosen(&["text/html;q=0.9, application/ld+json"]), Some(Media::JsonLd));
    assert_eq!(chosen(&["text/html, application/ld+json;q=0.9"]), Some(Media::Html));
    assert_eq!(chosen(&["text/html, */*"]), Some(Media::Html));
    assert_eq!(chosen(&["text/html;q=0.5, */*"]), Some(Media::JsonLd));
}

#[test]
fn the_more_exact_range_decides_whatever_the_order() {
    assert_eq!(chosen(&["*/*, application/ld+json;q=0.1"]), Some(Media::Json));
    assert_eq!(chosen(&["application/ld+json;q=0.1, */*"]), Some(Media::Json));
    assert_eq!(chosen(&["text/*;q=1, text/html;q=0.2, application/json;q=0.5"]), Some(Media::Csv));
    assert_eq!(chosen(&["application/json, text/plain, */*"]), Some(Media::Json));
}

/// The example of RFC 9110 §12.5.1, its weights read off pairwise.
#[test]
fn the_table_of_section_12_5_1_holds() {
    let accept = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, \
                  text/plain;format=fixed;q=0.4, */*;q=0.5";
    let headers = fields(header::ACCEPT, &[accept]);
    let best = |offered: &[Media]| negotiate::media(&headers, offered);

    assert_eq!(best(&[Media::Html, Media::Png, Media::Text]), Some(Media::Text));
    assert_eq!(best(&[Media::Html, Media::Png]), Some(Media::Png));
    assert_eq!(best(&[Media::Html]), Some(Media::Html));
}

#[test]
fn lines_are_one_list_and_case_and_spaces_do_not_matter() {
    assert_eq!(chosen(&["application/ld+json;q=0.1", "text/csv"]), Some(Media::Csv));
    assert_eq!(chosen(&[" , TEXT/CSV ;\tQ=0.9 ,, application/LD+json ; q=0.8"]), Some(Media::Csv));
}

#[test]
fn parameters_that_we_have_suit_and_others_do_not() {
    let profile = "application/ld+json;profile=\"http://www.w3.org/ns/json-ld#compacted, \\\"x;q=0\"";
    assert_eq!(chosen(&[profile]), Some(Media::JsonLd));
    assert_eq!(chosen(&["text/html;charset=UTF-8"]), Some(Media::Html));
    assert_eq!(chosen(&["text/html;level=1"]), None);
    assert_eq!(chosen(&["text/html;charset=latin1"]), None);
    assert_eq!(chosen(&["text/html;level=1, application/json;q=0.1"]), Some(Media::Json));
    assert_eq!(chosen(&["text/html;q=0.5;extension=\"a,b\""]), Some(Media::Html));
}

#[test]
fn a_weight_of_nothing_excludes_and_nothing_left_is_406() {
    assert_eq!(chosen(&["*/*, application/ld+json;q=0, application/json;q=0.0"]), Some(Media::Html));
    for lines in [&["*/*;q=0"][..], &["text/html;q=0"], &["image/png"], &["text/turtle, application/rdf+xml"]]
    {
        assert_eq!(chosen(lines), None, "{lines:?}");
    }
}

#[test]
fn malformed_members_are_ignored_and_alone_count_as_none() {
    for wrong in ["html", "text/", "/html", "*/html", "text/html;q=2", "text/html;q=0.1234", "text/html;q=-1"]
    {
        assert_eq!(chosen(&[wrong]), Some(Media::JsonLd), "{wrong}");
        assert_eq!(chosen(&[&format!("{wrong}, text/csv")]), Some(Media::Csv), "{wrong}");
    }
    assert_eq!(chosen(&["*/html, text/csv;q=0.1"]), Some(Media::Csv));
    assert_eq!(chosen(&["text/html;q=\"0.5, text/csv"]), Some(Media::JsonLd), "a quote left open");
    let java = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2";
    let headers = fields(header::ACCEPT, &[java]);
    assert_eq!(negotiate::media(&headers, &[Media::Json]), Some(Media::Json));
}

#[test]
fn nothing_on_offer_is_never_chosen() {
    assert_eq!(negotiate::media(&HeaderMap::new(), &[]), None);
    assert_eq!(negotiate::media(&fields(header::ACCEPT, &["*/*"]), &[]), None);
}

fn member() -> impl Strategy<Value = String> {
    let range = prop::sample::select(vec![
        "*/*",
        "text/*",
        "application/*",
        "text/html",
        "text/csv",
        "application/json",
        "application/ld+json",
        "image/png",
        "nonsense",
    ]);
    (range, prop::option::of(0u16..=1000)).prop_map(|(range, weight)| match weight {
        Some(weight) => format!("{range};q={}.{:03}", weight / 1000, weight % 1000),
        None => range.to_string(),
    })
}

proptest! {
    #[test]
    fn what_is_chosen_was_on_offer_and_not_excluded(accept in prop::collection::vec(member(), 0..6)) {
        let line = accept.join(",");
        if let Some(media) = chosen(&[&line]) {
            prop_assert!(DOCUMENT.contains(&media));
            let named: Vec<&String> = accept.iter().filter(|member| member.starts_with(media.essence())).collect();
            let excluded = !named.is_empty() && named.iter().all(|member| member.ends_with(";q=0.000"));
            prop_assert!(!excluded, "{} {}", line, media);
        }
    }

    #[test]
    fn order_lines_and_repetition_of_members_change_nothing(
        accept in prop::collection::vec(member(), 1..6).prop_shuffle(),
    ) {
        let whole = chosen(&[&accept.join(", ")]);
        let members: Vec<&str> = accept.iter().map(String::as_str).collect();
        let turned: Vec<&str> = members.iter().rev().copied().collect();
        prop_assert_eq!(chosen(&members), whole);
        prop_assert_eq!(chosen(&turned), whole);
        prop_assert_eq!(chosen(&[members.clone(), members].concat()), whole);
    }

    #[test]
    fn a_single_offer_named_exactly_is_chosen_by_its_weight(weight in 0u16..=1000) {
        let line = format!("text/csv;q={}.{:03}", weight / 1000, weight % 1000);
        prop_assert_eq!(chosen(&[&line]), (weight > 0).then_some(Media::Csv));
    }

    #[test]
    fn no_field_value_is_beyond_the_negotiator(line in "[ -~\t\\u{80}-\\u{ff}]{0,80}") {
        prop_assert!(chosen(&[&line]).is_none_or(|media| DOCUMENT.contains(&media)));
    }
}

#[test]
fn media_types_are_well_formed_and_each_suffix_names_one() {
    for &media in Media::ALL {
        let parsed = MediaType::parse(media.as_str()).expect("well-formed");
        assert_eq!(parsed.media(), Some(media));
        assert_eq!(parsed.to_string(), media.as_str());
        assert!(parsed.is_utf8());
        // XML says it too: RFC 7303 §3.2.
        let is_text = media.essence().starts_with("text/") || media == Media::Xml;
        assert_eq!(parsed.parameter("charset").is_some(), is_text, "{media}");
        if let Some(suffix) = media.suffix() {
            assert_eq!(Media::from_suffix(suffix), Some(media));
        }
    }
    assert_eq!(Media::from_suffix(""), None);
    assert_eq!(Media::JsonLd.suffix(), Some("jsonld"));
    assert_eq!(Media::Csv.essence(), "text/csv");
}

#[test]
fn a_content_type_is_read_with_its_parameters() {
    let form =
        MediaType::parse("Multipart/Form-Data ;; Boundary=\"a; b\\\"c\" ; charset=UTF-8;").expect("fine");
    assert_eq!(form.media(), Some(Media::FormData));
    assert_eq!(form.boundary(), Some("a; b\"c"));
    assert!(form.is_utf8());
    assert_eq!(form.to_string(), "multipart/form-data; boundary=\"a; b\\\"c\"; charset=UTF-8");

    let text = MediaType::parse("text/csv;charset=windows-1252").expect("fine");
    assert!(!text.is_utf8());
    assert_eq!(MediaType::parse("image/webp").expect("fine").media(), None);
    let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
    assert_eq!(MediaType::parse(&long).expect("fine").boundary(), None);
}

#[test]
fn a_malformed_or_repeated_content_type_is_an_error_that_names_it() {
    for wrong in [
        "",
        "text",
        "text/",
        "/csv",
        "te xt/csv",
        "text/csv; charset",
        "text/csv; a=b; A=c",
        "text/csv; a=\"b",
    ] {
        let fault = MediaType::parse(wrong).expect_err(wrong).to_string();
        assert!(fault.contains(&format!("{wrong:?}")), "{fault}");
    }
    let twice = fields(header::CONTENT_TYPE, &["text/csv", "text/csv"]);
    assert!(MediaType::of(&twice).is_err());
    assert_eq!(MediaType::of(&HeaderMap::new()), Ok(None));
}
