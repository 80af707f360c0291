//! Conditional requests (RFC 9110 §13): which proceed, which are answered with 304 or 412.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use almanac::http::{
    date,
    etag::{ETag, State},
    precondition::{Current, Outcome, Preconditions},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use proptest::prelude::*;

const MODIFIED_MS: i64 = 784_111_777_250;
const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

const READS: [Method; 2] = [Method::GET, Method::HEAD];
const WRITES: [Method; 4] = [Method::PUT, Method::PATCH, Method::POST, Method::DELETE];

fn tag() -> ETag {
    ETag::of(State::of(b"rain"), b"{}")
}

fn stale() -> ETag {
    ETag::of(State::of(b"snow"), b"{}")
}

fn there() -> Current {
    Current::representation(tag(), Some(MODIFIED_MS))
}

fn fields(lines: &[(HeaderName, &str)]) -> HeaderMap {
    lines.iter().map(|(name, line)| (name.clone(), line.parse().expect("a field value"))).fold(
        HeaderMap::new(),
        |mut map, (name, line): (HeaderName, HeaderValue)| {
            map.append(name, line);
            map
        },
    )
}

/// What the fields say about a request for something that is there.
fn says(method: &Method, lines: &[(HeaderName, &str)]) -> Outcome {
    Preconditions::from(&fields(lines)).evaluate(method, Some(&there()))
}

fn says_of_nothing(method: &Method, lines: &[(HeaderName, &str)]) -> Outcome {
    Preconditions::from(&fields(lines)).evaluate(method, None)
}

#[test]
fn a_request_without_preconditions_proceeds() {
    for method in READS.iter().chain(&WRITES) {
        assert_eq!(says(method, &[]), Outcome::Proceed);
        assert_eq!(says_of_nothing(method, &[]), Outcome::Proceed);
    }
}

#[test]
fn if_match_lets_through_the_state_that_it_names_in_any_representation() {
    let html = ETag::of(State::of(b"rain"), b"<p>").to_string();
    let listed = format!("\"x\", {html}");
    for method in READS.iter().chain(&WRITES) {
        for value in [&tag().to_string(), &html, &listed, "*", "\"W/\", \"MZtExXCkF_80RIls\""] {
            assert_eq!(says(method, &[(header::IF_MATCH, value)]), Outcome::Proceed, "{method} {value}");
        }
    }
}

#[test]
fn if_match_fails_on_another_state_a_weak_tag_a_malformed_one_and_none() {
    let weak = format!("W/{}", tag());
    let unquoted = tag().to_string().replace('"', "");
    for method in READS.iter().chain(&WRITES) {
        for value in [&stale().to_string(), &weak, &unquoted, "", ",", "\"", "*, \"x\""] {
            assert_eq!(says(method, &[(header::IF_MATCH, value)]), Outcome::Failed, "{method} {value}");
        }
    }
}

#[test]
fn if_match_fails_where_nothing_is_even_with_a_star() {
    for method in READS.iter().chain(&WRITES) {
        for value in ["*", &tag().to_string(), "nonsense"] {
            assert_eq!(says_of_nothing(method, &[(header::IF_MATCH, value)]), Outcome::Failed);
        }
    }
}

#[test]
fn if_match_on_two_lines_is_one_list() {
    let (stale, right) = (stale().to_string(), tag().to_string());
    let lines = [(header::IF_MATCH, stale.as_str()), (header::IF_MATCH, right.as_str())];
    assert_eq!(says(&Method::PUT, &lines), Outcome::Proceed);
}

#[test]
fn if_unmodified_since_counts_only_without_if_match() {
    for method in READS.iter().chain(&WRITES) {
        assert_eq!(says(method, &[(header::IF_UNMODIFIED_SINCE, EARLIER)]), Outcome::Failed);
        assert_eq!(says(method, &[(header::IF_UNMODIFIED_SINCE, SAME)]), Outcome::Proceed);
        assert_eq!(says(method, &[(header::IF_UNMODIFIED_SINCE, LATER)]), Outcome::Proceed);
        let both = [(header::IF_MATCH, "*"), (header::IF_UNMODIFIED_SINCE, EARLIER)];
        assert_eq!(says(method, &both), Outcome::Proceed);
    }
}

#[test]
fn if_none_match_answers_304_to_reads_and_412_to_writes() {
    let weak = format!("W/{}", tag());
    for value in [&tag().to_string(), &weak, "*"] {
        for method in &READS {
            assert_eq!(says(method, &[(header::IF_NONE_MATCH, value)]), Outcome::NotModified, "{value}");
        }
        for method in &WRITES {
            assert_eq!(says(method, &[(header::IF_NONE_MATCH, value)]), Outcome::Failed, "{value}");
        }
    }
    for method in READS.iter().chain(&WRITES) {
        let other = stale().to_string();
        assert_eq!(says(method, &[(header::IF_NONE_MATCH, &other)]), Outcome::Proceed);
    }
}

#[test]
fn if_none_match_of_a_read_compares_the_bytes_and_of_a_write_the_state() {
    let html = ETag::of(State::of(b"rain"), b"<p>").to_string();
    assert_eq!(says(&Method::GET, &[(header::IF_NONE_MATCH, &html)]), Outcome::Proceed);

    let known = Current::resource(State::of(b"rain"), None);
    let any = Preconditions::from(&fields(&[(header::IF_NONE_MATCH, "*")]));
    assert_eq!(any.evaluate(&Method::GET, Some(&known)), Outcome::NotModified);
    let write = Preconditions::from(&fields(&[(header::IF_NONE_MATCH, &html)]));
    assert_eq!(write.evaluate(&Method::PUT, Some(&known)), Outcome::Failed);
    assert_eq!(known.name(), "\"MZtExXCkF_80RIls\"");
}

#[test]
fn if_none_match_star_creates_only() {
    let lines = [(header::IF_NONE_MATCH, "*")];
    assert_eq!(says_of_nothing(&Method::PUT, &lines), Outcome::Proceed);
    assert_eq!(says(&Method::PUT, &lines), Outcome::Failed);
}

#[test]
fn a_malformed_if_none_match_gives_no_304_and_stops_writes() {
    let unquoted = tag().to_string().replace('"', "");
    for value in [&unquoted, "\"", "*, *", "W/", "null"] {
        let lines = [(header::IF_NONE_MATCH, value), (header::IF_MODIFIED_SINCE, LATER)];
        for method in &READS {
            assert_eq!(says(method, &lines), Outcome::Proceed, "{value}");
        }
        for method in &WRITES {
            assert_eq!(says(method, &lines), Outcome::Failed, "{value}");
            assert_eq!(says_of_nothing(method, &lines), Outcome::Failed, "{value}");
        }
    }
}

#[test]
fn if_modified_since_counts_only_for_reads_without_if_none_match() {
    let other = stale().to_string();
    for method in &READS {
        assert_eq!(says(method, &[(header::IF_MODIFIED_SINCE, EARLIER)]), Outcome::Proceed);
        assert_eq!(says(method, &[(header::IF_MODIFIED_SINCE, SAME)]), Outcome::NotModified);
        assert_eq!(says(method, &[(header::IF_MODIFIED_SINCE, LATER)]), Outcome::NotModified);
        let both = [(header::IF_NONE_MATCH, other.as_str()), (header::IF_MODIFIED_SINCE, LATER)];
        assert_eq!(says(method, &both), Outcome::Proceed);
    }
    for method in &WRITES {
        assert_eq!(says(method, &[(header::IF_MODIFIED_SINCE, LATER)]), Outcome::Proceed);
    }
}

#[test]
fn a_failed_if_match_wins_over_a_304() {
    let (stale, right) = (stale().to_string(), tag().to_string());
    let lines = [(header::IF_MATCH, stale.as_str()), (header::IF_NONE_MATCH, right.as_str())];
    assert_eq!(says(&Method::GET, &lines), Outcome::Failed);
    let lines = [(header::IF_MATCH, right.as_str()), (header::IF_NONE_MATCH, right.as_str())];
    assert_eq!(says(&Method::GET, &lines), Outcome::NotModified);
}

#[test]
fn all_three_date_formats_are_read() {
    for date in [SAME, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(says(&Method::GET, &[(header::IF_MODIFIED_SINCE, date)]), Outcome::NotModified, "{date}");
        assert_eq!(says(&Method::PUT, &[(header::IF_UNMODIFIED_SINCE, date)]), Outcome::Proceed, "{date}");
        let headers = fields(&[(header::LAST_MODIFIED, date)]);
        assert_eq!(date::seconds(&headers, &header::LAST_MODIFIED), Some(MODIFIED_MS / 1000));
    }
}

#[test]
fn bad_and_repeated_dates_are_ignored() {
    for date in ["", "yesterday", "1994-11-06T08:49:37Z", "Sun, 31 Feb 1994 08:49:37 GMT", "0", "-1"] {
        assert_eq!(says(&Method::GET, &[(header::IF_MODIFIED_SINCE, date)]), Outcome::Proceed, "{date}");
        assert_eq!(says(&Method::PUT, &[(header::IF_UNMODIFIED_SINCE, date)]), Outcome::Proceed, "{date}");
    }
    let twice = [(header::IF_MODIFIED_SINCE, LATER), (header::IF_MODIFIED_SINCE, LATER)];
    assert_eq!(says(&Method::GET, &twice), Outcome::Proceed);
}

#[test]
fn dates_are_ignored_where_there_is_none_to_compare_with() {
    let undated = Current::representation(tag(), None);
    let since = Preconditions::from(&fields(&[(header::IF_MODIFIED_SINCE, LATER)]));
    let until = Preconditions::from(&fields(&[(header::IF_UNMODIFIED_SINCE, EARLIER)]));
    for current in [Some(&undated), None] {
        assert_eq!(since.evaluate(&Method::GET, current), Outcome::Proceed);
        assert_eq!(until.evaluate(&Method::PUT, current), Outcome::Proceed);
    }
}

#[test]
fn methods_without_a_representation_ignore_preconditions() {
    for method in [Method::OPTIONS, Method::TRACE] {
        assert_eq!(says(&method, &[(header::IF_MATCH, "\"x\"")]), Outcome::Proceed);
        assert_eq!(says(&method, &[(header::IF_NONE_MATCH, "*")]), Outcome::Proceed);
    }
}

#[test]
fn only_if_match_and_a_star_guard_the_state() {
    let guard = |name, value| Preconditions::from(&fields(&[(name, value)])).guard_state();
    assert!(guard(header::IF_MATCH, "\"x\"") && guard(header::IF_MATCH, "*"));
    assert!(guard(header::IF_NONE_MATCH, "*"));
    assert!(!guard(header::IF_NONE_MATCH, "\"x\""));
    assert!(!guard(header::IF_UNMODIFIED_SINCE, LATER));
    assert!(!Preconditions::from(&HeaderMap::new()).guard_state());
}

#[test]
fn a_date_is_written_in_the_preferred_format_and_within_four_digits_of_year() {
    assert_eq!(date::value(MODIFIED_MS), SAME);
    assert_eq!(date::value(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(date::value(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
}

/// Values that hold, miss and break each field, and its absence.
fn values() -> impl Strategy<Value = Vec<(HeaderName, String)>> {
    let tags = || {
        prop::option::of(prop_oneof![
            Just("*".to_string()),
            Just(tag().to_string()),
            Just(stale().to_string()),
            Just(format!("W/{}", tag())),
            Just(format!("{}, {}", stale(), tag())),
            "[ -~]{0,40}",
        ])
    };
    let dates = || {
        prop::option::of(prop_oneof![
            Just(EARLIER.to_string()),
            Just(SAME.to_string()),
            Just(LATER.to_string()),
            "[ -~]{0,30}",
        ])
    };
    (tags(), tags(), dates(), dates()).prop_map(|(matching, none_match, since, until)| {
        let names =
            [header::IF_MATCH, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE];
        let values = [matching, none_match, since, until];
        names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect()
    })
}

fn any_method() -> impl Strategy<Value = Method> {
    prop::sample::select([&READS[..], &WRITES[..]].concat())
}

proptest! {
    #[test]
    fn a_304_is_for_reads_of_what_is_there_and_writes_pass_or_fail(
        lines in values(), method in any_method(), exists: bool,
    ) {
        let lines: Vec<_> = lines.iter().map(|(name, value)| (name.clone(), value.as_str())).collect();
        let current = exists.then(there);
        let outcome = Preconditions::from(&fields(&lines)).evaluate(&method, current.as_ref());
        if outcome == Outcome::NotModified {
            prop_assert!(READS.contains(&method) && exists);
        }
    }

    #[test]
    fn a_write_with_if_match_passes_only_if_the_state_or_a_star_stands_in_it(
        lines in values(), method in prop::sample::select(WRITES.to_vec()),
    ) {
        let named = lines.iter().find(|(name, _)| name == header::IF_MATCH).map(|(_, value)| value.clone());
        let lines: Vec<_> = lines.iter().map(|(name, value)| (name.clone(), value.as_str())).collect();
        if says(&method, &lines) == Outcome::Proceed {
            let state = format!("\"{}", tag().state());
            prop_assert!(named.is_none_or(|value| value.trim_matches([' ', ',']) == "*" || value.contains(&state)));
        }
    }

    #[test]
    fn the_stored_state_lets_exactly_one_of_two_writers_through(one: Vec<u8>, other: Vec<u8>) {
        prop_assume!(one != other);
        let read = ETag::of(State::of(&one), b"").to_string();
        let put = Preconditions::from(&fields(&[(header::IF_MATCH, &read)]));
        let before = Current::resource(State::of(&one), None);
        let after = Current::resource(State::of(&other), None);
        prop_assert_eq!(put.evaluate(&Method::PUT, Some(&before)), Outcome::Proceed);
        prop_assert_eq!(put.evaluate(&Method::PUT, Some(&after)), Outcome::Failed);
    }
}
