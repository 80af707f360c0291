//! Range requests (RFC 9110 §14), the last step of a conditional request.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use almanac::http::{
    etag::{ETag, State},
    range::{self, ByteRange, Parts, Selection},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use proptest::prelude::*;

fn fields(lines: &[(HeaderName, &str)]) -> HeaderMap {
    lines.iter().map(|(name, line)| (name.clone(), line.parse().expect("a field value"))).fold(
        HeaderMap::new(),
        |mut map, (name, line): (HeaderName, HeaderValue)| {
            map.append(name, line);
            map
        },
    )
}

fn tag() -> ETag {
    ETag::of(State::of(b"rain"), b"{}")
}

fn cut(range: &str, length: u64) -> Option<(u64, u64)> {
    match select(&[(header::RANGE, range)], length) {
        Selection::Part(part) => Some((part.first(), part.last())),
        _ => None,
    }
}

fn select(lines: &[(HeaderName, &str)], length: u64) -> Selection {
    range::select(&Method::GET, &fields(lines), tag(), length)
}

#[test]
fn one_range_is_cut_out() {
    assert_eq!(cut("bytes=0-4", 10), Some((0, 4)));
    assert_eq!(cut("bytes=4-4", 10), Some((4, 4)));
    assert_eq!(cut("bytes=4-", 10), Some((4, 9)));
    assert_eq!(cut("bytes=4-99999999999999999999999", 10), Some((4, 9)));
    assert_eq!(cut("bytes=-3", 10), Some((7, 9)));
    assert_eq!(cut("bytes=-30", 10), Some((0, 9)));
    assert_eq!(cut("BYTES= 1-2 ,, 90-", 10), Some((1, 2)));
}

#[test]
fn ranges_that_overlap_or_touch_are_one_and_others_are_parts_in_the_order_asked_for() {
    assert_eq!(cut("bytes=5-7, 0-3, 2-5", 10), Some((0, 7)));
    assert_eq!(cut("bytes=0-3,4-5", 10), Some((0, 5)));
    let Selection::Parts(parts) = select(&[(header::RANGE, "bytes=90-95, 5-7, 0-3, 2-4, 80-")], 100) else {
        panic!("expected parts")
    };
    assert_eq!(parts.iter().map(|part| (part.first(), part.last())).collect::<Vec<_>>(), [(80, 99), (0, 7)]);
    let many = vec!["0-"; 17].join(",");
    assert_eq!(select(&[(header::RANGE, &format!("bytes={many}"))], 10), Selection::Whole);
}

#[test]
fn parts_are_never_longer_than_the_whole_and_as_long_as_they_say() {
    let of = |length: u64| {
        let Selection::Parts(ranges) = select(&[(header::RANGE, "bytes=0-3,-4")], length) else {
            panic!("expected parts")
        };
        Parts::of(&ranges, tag(), "text/plain", length)
    };

    assert_eq!(of(200), None);
    let parts = of(400).expect("parts");
    let text: usize = parts.parts().map(|(head, range)| head.len() + range.len() as usize).sum();
    assert_eq!(parts.len(), (text + parts.end().len()) as u64);
    assert!(parts.len() < 400);
    let (head, _) = parts.parts().nth(1).expect("a second part");
    assert!(head.contains("\r\nContent-Range: bytes 396-399/400\r\n\r\n"), "{head}");
}

#[test]
fn ranges_past_the_end_are_not_satisfiable() {
    for value in ["bytes=10-", "bytes=10-12,99-", "bytes=-0", "bytes=99999999999999999999999-"] {
        assert_eq!(select(&[(header::RANGE, value)], 10), Selection::Unsatisfiable, "{value}");
    }
    assert_eq!(select(&[(header::RANGE, "bytes=0-")], 0), Selection::Unsatisfiable);
    assert_eq!(select(&[(header::RANGE, "bytes=-5")], 0), Selection::Whole);
    assert_eq!(range::unsatisfied(10), "bytes */10");
}

#[test]
fn malformed_ranges_foreign_units_and_other_methods_give_the_whole() {
    for value in ["", "bytes", "bytes=", "bytes=-", "bytes=3-1", "bytes=a-b", "bytes=+1-2", "bytes=1-2-3"] {
        assert_eq!(select(&[(header::RANGE, value)], 10), Selection::Whole, "{value}");
    }
    assert_eq!(select(&[(header::RANGE, "bytes=0-1,x")], 10), Selection::Whole);
    assert_eq!(select(&[(header::RANGE, "lines=0-1")], 10), Selection::Whole);
    assert_eq!(select(&[(header::RANGE, "bytes=0-1"), (header::RANGE, "bytes=0-1")], 10), Selection::Whole);
    let headers = fields(&[(header::RANGE, "bytes=0-1")]);
    assert_eq!(range::select(&Method::HEAD, &headers, tag(), 10), Selection::Whole);
}

#[test]
fn if_range_is_the_whole_strong_tag_and_nothing_else() {
    let right = tag().to_string();
    let part = |if_range: &str| select(&[(header::RANGE, "bytes=0-1"), (header::IF_RANGE, if_range)], 10);

    assert!(matches!(part(&right), Selection::Part(_)));
    let weak = format!("W/{right}");
    let same_state = ETag::of(State::of(b"rain"), b"<p>").to_string();
    for other in [&weak, &same_state, &format!("{right}, {right}"), "Sun, 06 Nov 1994 08:49:37 GMT", "*", ""]
    {
        assert_eq!(part(other), Selection::Whole, "{other}");
    }
}

proptest! {
    #[test]
    fn a_part_lies_within_the_representation_and_says_so(
        value in "bytes=([0-9]{0,3}-[0-9]{0,3},?){1,4}", length in 0u64..500,
    ) {
        if let Selection::Part(part) = select(&[(header::RANGE, &value)], length) {
            prop_assert!(part.first() <= part.last() && part.last() < length);
            prop_assert_eq!(part.len(), part.last() - part.first() + 1);
            let expected = format!("bytes {}-{}/{length}", part.first(), part.last());
            prop_assert_eq!(part.content_range(length), expected.as_str());
        }
    }

    #[test]
    fn every_byte_asked_for_in_one_range_is_sent_and_no_other(
        first in 0u64..50, more in 0u64..50, length in 1u64..80,
    ) {
        let answer = select(&[(header::RANGE, &format!("bytes={first}-{}", first + more))], length);
        let asked: Vec<u64> = (first..=first + more).filter(|byte| *byte < length).collect();
        let sent: Vec<u64> = match answer {
            Selection::Part(part) => (part.first()..=part.last()).collect(),
            Selection::Parts(_) => panic!("expected no parts of one range"),
            Selection::Unsatisfiable => vec![],
            Selection::Whole => (0..length).collect(),
        };
        prop_assert_eq!(sent, asked);
    }

    #[test]
    fn ranges_sort_by_where_they_begin(a in 0u64..9, b in 0u64..9) {
        let range = |first: u64| match select(&[(header::RANGE, &format!("bytes={first}-"))], 10) {
            Selection::Part(part) => Some(part),
            _ => None,
        };
        let (one, other): (Option<ByteRange>, Option<ByteRange>) = (range(a), range(b));
        prop_assert!(one.is_some() && other.is_some());
        prop_assert_eq!(one.cmp(&other), a.cmp(&b));
    }
}
