//! Problem documents (RFC 9457): what an error says in its fields and in its document.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use almanac::http::{
    decode::Undecodable,
    etag::{ETag, State},
    media::Media,
    precondition::Current,
    problem::{At, Entry, Problem, kind::KINDS},
};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;

fn lines(problem: &Problem, name: &str) -> Vec<String> {
    let text = |value: HeaderValue| value.to_str().expect("ASCII").to_string();
    problem.fields().filter(|(known, _)| known == name).map(|(_, value)| text(value)).collect()
}

/// One problem from every constructor.
fn problems() -> Vec<Problem> {
    let entry = || vec![Entry::new(At::Whole, "a number", "\"wet\"")];
    vec![
        Problem::malformed("line 1: expected `{`"),
        Problem::invalid_parameters(entry()),
        Problem::unauthorized(
            "expected credentials",
            ["Bearer", "Basic realm=\"almanac\", charset=\"UTF-8\""],
        ),
        Problem::forbidden("expected the role editor"),
        Problem::not_found("article `rain`"),
        Problem::method_not_allowed(&Method::PUT, &[Method::GET, Method::HEAD]),
        Problem::not_acceptable(&[Media::JsonLd, Media::Html]),
        Problem::coding_not_acceptable(),
        Problem::timeout(10),
        Problem::taken("article `rain`"),
        Problem::identifier_retired("article `rain`"),
        Problem::in_use("model `rain` was trained on it"),
        Problem::gone("article `rain`"),
        Problem::precondition_failed(None),
        Problem::payload_too_large(1024),
        Problem::payload_too_dense(100),
        Problem::unsupported_media_type(&Method::POST, Some("text/x"), &[Media::Json]),
        Problem::unsupported_coding("br"),
        Problem::range_not_satisfiable(10),
        Problem::unprocessable(entry()),
        Problem::precondition_required(),
        Problem::too_many_requests(7),
        Problem::internal(),
        Problem::not_implemented("BREW", &[Method::GET]),
        Problem::unavailable(2),
    ]
}

#[test]
fn every_kind_has_a_slug_of_its_own_and_an_explanation() {
    let slugs: BTreeSet<&str> = KINDS.iter().map(|kind| kind.slug).collect();
    assert_eq!(slugs.len(), KINDS.len(), "each slug once");
    let made: BTreeSet<&str> = problems().iter().map(|problem| problem.kind().slug).collect();
    assert!(made.is_subset(&slugs), "{made:?}");
    for kind in KINDS {
        assert!(kind.slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", kind.slug);
        assert!(kind.status.is_client_error() || kind.status.is_server_error());
        assert!(kind.explanation.len() > 40 && kind.explanation.ends_with('.'), "{}", kind.slug);
    }
    assert!(KINDS.is_sorted_by_key(|kind| kind.status));
}

#[test]
fn every_problem_says_in_its_fields_what_it_says_in_its_document() {
    for problem in problems() {
        let document = problem.document("http://localhost/", "http://localhost/v2/x");
        let kind = problem.kind();
        assert_eq!(document["type"], format!("http://localhost/problems/{}", kind.slug));
        assert_eq!(document["status"], kind.status.as_u16());
        assert_eq!(document["title"], kind.title);
        assert_eq!(document["instance"], "http://localhost/v2/x");
        assert!(!problem.detail().is_empty() && !problem.detail().ends_with('.'), "{problem}");
        assert_eq!(document["detail"], problem.detail());
        assert_eq!(lines(&problem, "x-almanac-error-code"), [kind.slug]);
        assert_eq!(lines(&problem, "x-almanac-error-message"), [problem.detail()]);
    }
}

#[test]
fn a_problem_document_has_its_keys_in_one_order() {
    let errors = vec![
        Entry::new(At::Pointer("/cells/0/a~1b".into()), "a number", "\"wet\""),
        Entry::new(At::Cell { line: 17, column: "rain_mm".into() }, "a number", "\"wet\""),
    ];
    let document = Problem::unprocessable(errors).document("http://localhost", "/v2/datasets");
    let expected = json!({
        "type": "http://localhost/problems/unprocessable",
        "title": "Invalid content",
        "status": 422,
        "detail": "`/cells/0/a~1b`: expected a number, found \"wet\" (and 1 more)",
        "instance": "/v2/datasets",
        "errors": [
            {
                "pointer": "/cells/0/a~1b",
                "expected": "a number",
                "found": "\"wet\"",
                "detail": "`/cells/0/a~1b`: expected a number, found \"wet\"",
            },
            {
                "line": 17,
                "column": "rain_mm",
                "expected": "a number",
                "found": "\"wet\"",
                "detail": "column `rain_mm`, line 17: expected a number, found \"wet\"",
            },
        ],
        "violations": [{ "propertyPath": "cells[0].a/b", "message": "expected a number, found \"wet\"" }],
    });
    assert_eq!(document.to_string(), expected.to_string());
}

#[test]
fn a_problem_brings_the_fields_that_its_status_demands() {
    let allow = Problem::method_not_allowed(&Method::PUT, &[Method::GET, Method::HEAD]);
    assert_eq!(lines(&allow, "allow"), ["GET, HEAD"]);
    assert_eq!(allow.detail(), "expected GET or HEAD, found PUT");
    let challenges = ["Bearer", "Basic realm=\"almanac\""];
    assert_eq!(lines(&Problem::unauthorized("x", challenges), "www-authenticate"), challenges);
    assert_eq!(lines(&Problem::unavailable(2), "retry-after"), ["2"]);
    assert_eq!(lines(&Problem::too_many_requests(7), "retry-after"), ["7"]);
    assert_eq!(lines(&Problem::range_not_satisfiable(10), "content-range"), ["bytes */10"]);
    assert_eq!(lines(&Problem::unsupported_coding("br"), "accept-encoding"), ["gzip, zstd"]);
    for (method, field) in
        [(Method::POST, "accept-post"), (Method::PATCH, "accept-patch"), (Method::PUT, "accept")]
    {
        let problem = Problem::unsupported_media_type(&method, None, &[Media::Json, Media::Csv]);
        assert_eq!(lines(&problem, field), ["application/json, text/csv"]);
        let others = ["accept-post", "accept-patch"].into_iter().filter(|other| *other != field);
        assert!(others.into_iter().all(|other| lines(&problem, other).is_empty()), "{method}");
    }
}

#[test]
fn a_412_names_the_current_tag_or_state() {
    let state = State::of(b"rain");
    let tag = ETag::of(state, b"{}");
    let known = Problem::precondition_failed(Some(&Current::representation(tag, None)));
    assert_eq!(known.document("", "")["current"], tag.to_string());
    assert_eq!(lines(&known, "etag"), [tag.to_string()]);

    let unrendered = Problem::precondition_failed(Some(&Current::resource(state, None)));
    assert_eq!(unrendered.document("", "")["current"], format!("\"{state}\""));
    assert!(lines(&unrendered, "etag").is_empty());
    assert_eq!(Problem::precondition_failed(None).document("", "")["current"], json!(null));
}

#[test]
fn a_cause_is_for_the_log_and_stands_in_no_answer() {
    let problem = Problem::internal().with_cause("disk full: spool");
    assert_eq!(problem.cause(), Some("disk full: spool"));
    assert!(problem.to_string().contains("disk full"));
    assert!(!problem.document("", "").to_string().contains("disk"));
    assert!(problem.fields().all(|(_, value)| !format!("{value:?}").contains("disk")));
}

#[test]
fn a_status_that_came_from_elsewhere_becomes_a_kind_of_ours() {
    for (status, slug) in [
        (400, "malformed"),
        (404, "not-found"),
        (413, "payload-too-large"),
        (418, "malformed"),
        (422, "unprocessable"),
        (500, "internal"),
        (503, "unavailable"),
        (599, "internal"),
    ] {
        let status = StatusCode::from_u16(status).expect("a status");
        assert_eq!(Problem::of_status(status).kind().slug, slug, "{status}");
    }
}

#[test]
fn a_body_that_cannot_be_decoded_has_its_status() {
    let status = |fault: Undecodable| Problem::from(fault).status().as_u16();
    assert_eq!(status(Undecodable::Unknown("br".into())), 415);
    assert_eq!(status(Undecodable::TooLarge { limit: 1 }), 413);
    assert_eq!(status(Undecodable::TooDense { ratio: 1 }), 413);
    assert_eq!(status(Undecodable::Malformed(almanac::http::coding::Coding::Gzip)), 400);
}

proptest! {
    #[test]
    fn no_text_breaks_out_of_a_problems_fields(text: String) {
        let problem = Problem::unauthorized(&text, [text.as_str()]).with_field(HeaderName::from_static("link"), &text);
        prop_assert_eq!(problem.fields().count(), 4);
        for (_, value) in problem.fields() {
            prop_assert!(value.as_bytes().iter().all(|b| (b' '..=b'~').contains(b)));
        }
        prop_assert_eq!(&problem.document("", "")["detail"], &json!(text));
    }
}
