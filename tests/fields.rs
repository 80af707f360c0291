//! Field values and query parameters: written so that nothing breaks out of them,
//! read so that nothing bad passes for good.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use almanac::http::{
    cache_control::CacheControl,
    digest, field,
    link_header::Link,
    media::Media,
    page::{Bounds, Page, Window},
    prefer::{Prefer, Return},
    problem::{At, Entry},
    query,
};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

// Cache-Control

#[test]
fn directives_stand_in_one_order() {
    let list = CacheControl::fresh(0).stale_if_error(600).stale_while_revalidate(30).shared(10);
    assert_eq!(list.value(), "max-age=0, s-maxage=10, stale-while-revalidate=30, stale-if-error=600");
    assert_eq!(CacheControl::fresh(31_536_000).immutable().value(), "max-age=31536000, immutable");
    assert_eq!(CacheControl::private().value(), "private, no-cache");
    assert_eq!(CacheControl::no_cache().value(), "no-cache");
    assert_eq!(CacheControl::no_store().value(), "no-store");
}

#[test]
fn nothing_private_is_ever_shareable() {
    for kept in [CacheControl::private(), CacheControl::no_store()] {
        let tried = kept.shared(10).stale_while_revalidate(10).stale_if_error(10);
        assert_eq!(tried.value(), kept.value());
        assert!(!tried.is_shareable());
    }
    assert!(CacheControl::fresh(1).is_shareable());
}

// Link

#[test]
fn a_link_names_its_relation_first_after_one_space() {
    let hydra = "http://www.w3.org/ns/hydra/core#apiDocumentation";
    assert_eq!(
        Link::new("http://localhost/v2/doc", hydra).value(),
        "<http://localhost/v2/doc>; rel=\"http://www.w3.org/ns/hydra/core#apiDocumentation\""
    );
    assert_eq!(
        Link::new("/v2/articles/rain.html", "alternate")
            .media(Media::Html)
            .title("Rain \"in\" April")
            .value(),
        r#"</v2/articles/rain.html>; rel="alternate"; type="text/html"; title="Rain \"in\" April""#
    );
}

#[test]
fn a_link_escapes_what_would_break_out() {
    assert_eq!(Link::new("/a>b c\r\n%20é", "next").value(), "</a%3Eb%20c%0D%0A%20%C3%A9>; rel=\"next\"");
    assert_eq!(
        Link::new("/", "up").title("Übersicht").value(),
        "</>; rel=\"up\"; title*=UTF-8''%C3%9Cbersicht"
    );
}

proptest! {
    #[test]
    fn a_link_is_one_field_value_with_one_target(target: String, title: String) {
        let text = Link::new(&target, "item").title(title.clone()).to_string();
        prop_assert_eq!(Link::new(&target, "item").title(title.clone()).value(), text.as_str());
        prop_assert!(text.bytes().all(|b| (b' '..=b'~').contains(&b)));
        let inside = &text[1..text.find('>').expect("an end")];
        let decoded = percent_encoding::percent_decode_str(inside).collect::<Vec<u8>>();
        prop_assert_eq!(decoded, percent_encoding::percent_decode_str(&target).collect::<Vec<u8>>());
    }

    #[test]
    fn any_text_becomes_a_value_of_one_line(text: String) {
        let value = field::value(&text);
        prop_assert_eq!(value.len(), text.chars().count());
        prop_assert!(value.as_bytes().iter().all(|b| (b' '..=b'~').contains(b)));
    }

    #[test]
    fn a_quoted_text_is_read_back(text in "[ -~]{0,30}") {
        let quoted = field::quoted(&text);
        prop_assert_eq!(field::unquoted(&quoted).map(|read| read.into_owned()), Some(text));
    }
}

#[test]
fn weights_have_at_most_three_digits_and_are_at_most_one() {
    for (text, expected) in [
        ("1", Some(1000)),
        ("1.000", Some(1000)),
        ("0", Some(0)),
        ("0.", Some(0)),
        ("0.5", Some(500)),
        ("0.001", Some(1)),
        (".2", Some(200)),
    ] {
        assert_eq!(field::weight(text), expected, "{text}");
    }
    for text in ["", ".", "1.001", "2", "0.0001", "-0.5", "0,5", "1e0", "00.5", " 1", "٠"] {
        assert_eq!(field::weight(text), None, "{text}");
    }
}

#[test]
fn a_digest_is_a_byte_sequence_of_a_structured_field() {
    assert_eq!(digest::value(&[0; 32]), "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
}

// Prefer

fn prefer(lines: &[&str]) -> Prefer {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append("prefer", HeaderValue::from_str(line).expect("a field value"));
    }
    Prefer::of(&headers)
}

#[test]
fn preferences_are_read_over_lines_and_the_first_counts() {
    let all = prefer(&["Respond-Async, wait=10; x=y", "RETURN = \"minimal\" , return=representation"]);
    assert_eq!(all, Prefer { answer: Some(Return::Minimal), respond_async: true, wait_s: Some(10) });
    assert_eq!(prefer(&["return=representation"]).answer, Some(Return::Representation));
    assert_eq!(Return::Minimal.as_str(), "return=minimal");
    assert_eq!(prefer(&["wait=soon, wait=5"]).wait_s, None);
}

#[test]
fn unknown_and_malformed_preferences_are_ignored() {
    for line in
        ["", "return", "return=all", "wait=-1", "wait", "respond-async=1", "foo; return=minimal", "=;,\""]
    {
        assert_eq!(prefer(&[line]), Prefer::default(), "{line}");
    }
}

// Query and paging

fn pairs(raw: &str) -> Vec<(String, String)> {
    query::pairs(raw).expect("a well-formed query")
}

#[test]
fn a_query_is_decoded_in_its_order() {
    let decoded = pairs("a=1+2&b=%C3%A9%2B&&c&a=&d=e=f");
    let expected = [("a", "1 2"), ("b", "é+"), ("c", ""), ("a", ""), ("d", "e=f")];
    assert_eq!(decoded, expected.map(|(name, value)| (name.to_string(), value.to_string())));
    assert_eq!(query::first(&decoded, "a"), Some("1 2"));
    assert_eq!(query::first(&decoded, "z"), None);
}

#[test]
fn broken_escapes_and_bytes_name_their_parameter() {
    for (raw, name) in
        [("a=1&b=%zz", "b"), ("b=%", "b"), ("b=%e", "b"), ("b=%FF", "b"), ("b=%C3%28", "b"), ("%=1", "%")]
    {
        let fault = query::pairs(raw).expect_err(raw);
        assert_eq!(fault.at, At::Parameter(name.to_string()), "{raw}");
        assert!(!fault.expected.is_empty() && fault.found.starts_with('"'), "{fault}");
    }
}

const BOUNDS: Bounds = Bounds { default: 30, most: 100 };

#[test]
fn pages_and_windows_have_defaults_and_bounds() {
    assert_eq!(Page::parse(&pairs("name=x"), BOUNDS), Ok(Page { number: 1, size: 30 }));
    let page = Page::parse(&pairs("itemsPerPage=100&page=3"), BOUNDS).expect("a page");
    assert_eq!((page.offset(), page.last(0), page.last(300), page.last(301)), (200, 1, 3, 4));
    assert_eq!(Window::parse(&pairs(""), BOUNDS), Ok(Window { offset: 0, limit: 30 }));
    assert_eq!(Window::parse(&pairs("offset=7&limit=1"), BOUNDS), Ok(Window { offset: 7, limit: 1 }));
}

#[test]
fn a_bad_page_names_parameter_expectation_and_what_came() {
    for value in ["0", "-1", "%2B1", "1.5", "x", "", "99999999999999999999", "1+", "%D9%A1"] {
        let faults = Page::parse(&pairs(&format!("page={value}")), BOUNDS).expect_err(value);
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].at, At::Parameter("page".into()), "{value}");
    }
    let faults = Page::parse(&pairs("page=0&itemsPerPage=101"), BOUNDS).expect_err("both are bad");
    let texts: Vec<String> = faults.iter().map(Entry::to_string).collect();
    assert_eq!(
        texts,
        [
            "parameter `page`: expected one whole number from 1 to 1000000000, found \"0\"",
            "parameter `itemsPerPage`: expected one whole number from 1 to 100, found \"101\"",
        ]
    );
    let twice = Window::parse(&pairs("limit=1&limit=2"), BOUNDS).expect_err("twice");
    assert_eq!(twice[0].found, "2 of them");
    assert!(Window::parse(&pairs("limit=0"), BOUNDS).is_err());
}

proptest! {
    #[test]
    fn a_decoded_query_is_what_was_encoded(values in prop::collection::vec((any::<String>(), any::<String>()), 0..5)) {
        let encoded = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let raw: Vec<String> = values.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        prop_assert_eq!(query::pairs(&raw.join("&")), Ok(values));
    }

    #[test]
    fn a_page_that_is_read_stays_within_its_bounds(page in "[0-9]{1,12}", size in "[0-9]{1,4}") {
        let query = pairs(&format!("page={page}&itemsPerPage={size}"));
        match Page::parse(&query, BOUNDS) {
            Ok(page) => {
                prop_assert!((1..=BOUNDS.most).contains(&page.size) && page.number >= 1);
                prop_assert!(i64::try_from(page.offset() + page.size).is_ok());
            }
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }
}
