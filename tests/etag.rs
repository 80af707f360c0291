//! Entity tags (RFC 9110 §8.8.3): made from bytes, read from what clients send, compared in two ways.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use almanac::http::etag::{ETag, State, Tag, Tags};
use http::{HeaderMap, HeaderValue, header::IF_NONE_MATCH};
use proptest::prelude::*;

fn tags(lines: &[&str]) -> Option<Tags> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(IF_NONE_MATCH, HeaderValue::from_bytes(line.as_bytes()).expect("a field value"));
    }
    Tags::of(&headers, &IF_NONE_MATCH)
}

fn list(lines: &[&str]) -> Tags {
    tags(lines).expect("the field is there")
}

fn ours() -> ETag {
    ETag::of(State::of(b"rain"), b"<p>rain</p>")
}

#[test]
fn the_table_of_section_8_8_3_2_holds() {
    for (one, other, strongly, weakly) in [
        (r#"W/"1""#, r#"W/"1""#, false, true),
        (r#"W/"1""#, r#"W/"2""#, false, false),
        (r#"W/"1""#, r#""1""#, false, true),
        (r#""1""#, r#""1""#, true, true),
    ] {
        let (one, other) = (Tag::parse(one).expect(one), Tag::parse(other).expect(other));
        for (a, b) in [(&one, &other), (&other, &one)] {
            assert_eq!(a.equals_strongly(b), strongly, "{a:?} {b:?}");
            assert_eq!(a.equals_weakly(b), weakly, "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_tag_is_two_times_sixteen_characters_of_sha_256() {
    // From sha256sum and base64, not from the code under test.
    assert_eq!(State::of(b"rain").to_string(), "MZtExXCkF_80RIls");
    let tag = ours();
    assert_eq!(tag.to_string(), "\"MZtExXCkF_80RIls.H1qrK-m-o6rUa6os\"");
    assert_eq!(tag.value(), tag.to_string());
}

#[test]
fn a_stored_state_comes_back_and_a_damaged_one_still_makes_a_valid_tag() {
    let state = State::of(b"rain");

    assert_eq!(State::stored(&state.to_string()), state);
    for damaged in ["", "snow", "MZtExXCkF_80RIl", "MZtExXCkF_80RIl\"", "MZtExXCkF_80RIls="] {
        assert_eq!(State::parse(damaged), None, "{damaged}");
        assert_ne!(State::stored(damaged), state);
        assert_eq!(State::stored(damaged), State::stored(damaged));
    }
}

#[test]
fn a_stream_is_named_by_what_determines_it_part_by_part() {
    let state = State::of(b"wine");
    let tag = |parts: &[&str]| ETag::of_parts(state, parts.iter().copied());

    assert_eq!(tag(&["text/csv", "gzip"]), tag(&["text/csv", "gzip"]));
    assert_ne!(tag(&["ab", "c"]), tag(&["a", "bc"]));
    assert_ne!(tag(&["text/csv", ""]), tag(&["text/csv"]));
}

#[test]
fn lists_may_span_lines_and_hold_empty_members_commas_and_spaces() {
    let tags = list(&[",, W/\"a,b\" , ", "", "\"c d\",\t\"\"", &format!(" {} ", ours())]);

    assert!(!tags.is_malformed());
    assert!(tags.contain(ours()));
    let Tags::List { tags, .. } = tags else { panic!("a list") };
    let expected = ["W/\"a,b\"", "\"c d\"", "\"\"", &ours().to_string()].map(Tag::parse);
    assert_eq!(tags.into_iter().map(Some).collect::<Vec<_>>(), expected);
}

#[test]
fn a_star_means_anything_only_when_it_stands_alone() {
    assert_eq!(tags(&["*"]), Some(Tags::Any));
    assert_eq!(tags(&["", " * ", ","]), Some(Tags::Any));
    for lines in [&["*, \"a\""][..], &["*", "\"a\""], &["*", "*"], &["\"*\""]] {
        assert!(!list(lines).contain(ours()), "{lines:?}");
        assert_eq!(list(lines).is_malformed(), lines != ["\"*\""], "{lines:?}");
    }
}

#[test]
fn an_absent_field_is_no_list_and_an_empty_one_is_an_empty_list() {
    assert_eq!(tags(&[]), None);
    assert_eq!(tags(&[""]), Some(Tags::List { tags: vec![], malformed: false }));
}

#[test]
fn a_malformed_tag_matches_nothing_though_it_holds_the_right_one() {
    let right = ours().to_string();
    let bare = right.trim_matches('"');
    for wrong in [
        bare.to_string(),
        format!("\"{bare}"),
        format!("{bare}\""),
        format!("'{bare}'"),
        format!("w/{right}"),
        format!("W/ {right}"),
        format!("x{right}"),
        format!("{right}x"),
        format!("{right} {right}"),
        format!("\"a, {right}"),
        format!("\\{right}"),
    ] {
        let tags = list(&[&wrong]);
        assert!(!tags.contain(ours()), "{wrong}");
        assert!(!tags.name_strongly(ours().state()), "{wrong}");
    }
    assert!(list(&[&format!("{bare}, {right}")]).contain(ours()), "the malformed one hides no other");
    assert!(list(&[&format!("{bare}, {right}")]).is_malformed());
}

#[test]
fn bytes_that_are_no_utf_8_match_nothing() {
    let mut headers = HeaderMap::new();
    headers.append(IF_NONE_MATCH, HeaderValue::from_bytes(b"\"\xff\"").expect("obs-text"));

    let tags = Tags::of(&headers, &IF_NONE_MATCH).expect("the field is there");
    assert!(tags.is_malformed() && !tags.contain(ours()));
}

#[test]
fn a_state_is_named_by_any_strong_tag_of_its_resource() {
    let state = State::of(b"rain");
    let (html, json) = (ETag::of(state, b"<p>"), ETag::of(state, b"{}"));
    let other = ETag::of(State::of(b"snow"), b"<p>");

    for named in [html.to_string(), json.to_string(), format!("\"{state}\""), format!("\"{state}.x-gzip\"")] {
        assert!(list(&[&named]).name_strongly(state), "{named}");
    }
    for named in [other.to_string(), format!("\".{state}\""), format!("\"{state}x\""), "\"\"".into()] {
        assert!(!list(&[&named]).name_weakly(state), "{named}");
    }
    let weakened = list(&[&format!("W/{html}")]);
    assert!(!weakened.name_strongly(state));
    assert!(weakened.name_weakly(state) && weakened.contain(html));
    assert!(!list(&[&html.to_string()]).contain(json), "If-None-Match asks for the bytes");
}

fn any_state() -> impl Strategy<Value = State> {
    any::<Vec<u8>>().prop_map(|content| State::of(&content))
}

proptest! {
    #[test]
    fn a_tag_of_ours_survives_the_way_to_a_client_and_back(state in any_state(), bytes in any::<Vec<u8>>()) {
        let tag = ETag::of(state, &bytes);
        let text = tag.to_string();
        prop_assert_eq!(text.len(), 35);
        prop_assert_eq!(ETag::parse(&text), Some(tag));
        prop_assert_eq!(State::parse(&state.to_string()), Some(state));
        prop_assert!(list(&[&text]).contain(tag) && list(&[&text]).name_strongly(state));
    }

    #[test]
    fn the_tag_changes_with_the_bytes_and_the_state(a in any_state(), b in any_state(), x in any::<Vec<u8>>(), y in any::<Vec<u8>>()) {
        prop_assert_eq!(ETag::of(a, &x) == ETag::of(b, &y), a == b && x == y);
        prop_assert_eq!(ETag::of(a, &x).state(), a);
    }

    #[test]
    fn comparison_does_not_depend_on_order(a in "(W/)?\"[ab]\"", b in "(W/)?\"[ab]\"") {
        let (a, b) = (Tag::parse(&a).expect("a tag"), Tag::parse(&b).expect("a tag"));
        prop_assert_eq!(a.equals_strongly(&b), b.equals_strongly(&a));
        prop_assert_eq!(a.equals_weakly(&b), b.equals_weakly(&a));
        prop_assert!(!a.equals_strongly(&b) || a.equals_weakly(&b));
    }

    #[test]
    fn what_stands_around_a_tag_in_a_list_does_not_hide_it(
        before in prop::collection::vec("(W/)?\"[ -!#-~]{0,8}\"|", 0..4),
        after in prop::collection::vec("(W/)?\"[ -!#-~]{0,8}\"|", 0..4),
        several_lines: bool,
    ) {
        let members: Vec<String> = [before, vec![ours().to_string()], after].concat();
        let lines = if several_lines { members } else { vec![members.join(" , ")] };
        let tags = list(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert!(!tags.is_malformed());
        prop_assert!(tags.contain(ours()));
    }

    #[test]
    fn nothing_but_the_tag_itself_matches_it(line in "[ -~\\u{80}-\\u{ff}]{0,60}") {
        let tags = list(&[&line]);
        prop_assert_eq!(tags.contain(ours()), line.trim_matches([' ', ',']) == "*");
    }
}
