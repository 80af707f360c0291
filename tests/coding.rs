//! Content codings (RFC 9110 §8.4): which one a client gets, what it saves, and how much it may cost us.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use almanac::http::{
    coding::{Acceptable, Coding},
    decode::{self, Decoder, Undecodable},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use proptest::prelude::*;

fn fields(name: HeaderName, lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(&name, HeaderValue::from_bytes(line.as_bytes()).expect("a field value"));
    }
    headers
}

fn coding(lines: &[&str]) -> Option<Coding> {
    Acceptable::of(&fields(header::ACCEPT_ENCODING, lines)).best()
}

#[test]
fn the_coding_is_the_one_liked_best() {
    for (lines, expected) in [
        (&[][..], Some(Coding::Identity)),
        (&[""], Some(Coding::Identity)),
        (&["gzip, deflate, br, zstd"], Some(Coding::Zstd)),
        (&["gzip, deflate, br"], Some(Coding::Gzip)),
        (&["x-gzip"], Some(Coding::Gzip)),
        (&["zstd;q=0.5", "GZIP;q=0.8"], Some(Coding::Gzip)),
        (&["br, compress"], Some(Coding::Identity)),
        (&["*"], Some(Coding::Zstd)),
        (&["*;q=0.3, zstd;q=0"], Some(Coding::Gzip)),
        (&["identity, gzip;q=0.5"], Some(Coding::Identity)),
        (&["gzip;q=0"], Some(Coding::Identity)),
        (&["gzip;q=7, zstd;q=x"], Some(Coding::Identity)),
        (&["identity;q=0, gzip"], Some(Coding::Gzip)),
        (&["*;q=0, gzip"], Some(Coding::Gzip)),
        (&["*;q=0, identity"], Some(Coding::Identity)),
        (&["identity;q=0"], None),
        (&["*;q=0"], None),
        (&["br, *;q=0"], None),
    ] {
        assert_eq!(coding(lines), expected, "{lines:?}");
    }
}

fn encoded(accept: &str, content: &[u8]) -> Option<(Coding, Bytes)> {
    let acceptable = Acceptable::of(&fields(header::ACCEPT_ENCODING, &[accept]));
    acceptable.encode(Bytes::copy_from_slice(content))
}

/// Bytes that no coder makes smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn content_is_coded_only_where_that_saves_something() {
    let coded = |accept, content: &[u8]| encoded(accept, content).map(|(coding, _)| coding);
    assert_eq!(coded("gzip", &[b'a'; 511]), Some(Coding::Identity));
    assert_eq!(coded("gzip", &[b'a'; 512]), Some(Coding::Gzip));
    assert_eq!(coded("zstd", &[b'a'; 512]), Some(Coding::Zstd));
    for accept in ["gzip", "zstd"] {
        assert_eq!(encoded(accept, &noise(4096)), Some((Coding::Identity, noise(4096).into())));
    }
}

#[test]
fn content_is_coded_at_any_cost_for_whoever_refuses_identity() {
    for content in [vec![], vec![b'a'; 10], noise(4096)] {
        let (coding, coded) = encoded("gzip, identity;q=0", &content).expect("gzip is allowed");
        assert_eq!(coding, Coding::Gzip);
        assert_eq!(decode::whole(coding, &coded, 10_000), Ok(content));
    }
    assert_eq!(encoded("identity;q=0", b"a"), None);
}

#[test]
fn the_same_content_gives_the_same_bytes_without_time_or_platform() {
    let content = b"station,rain_mm\n".repeat(100);
    let (_, gzip) = encoded("gzip", &content).expect("coded");
    assert_eq!(gzip[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    for accept in ["gzip", "zstd"] {
        assert_eq!(encoded(accept, &content), encoded(accept, &content));
    }
}

proptest! {
    #[test]
    fn no_field_value_is_beyond_the_negotiator(line in "[ -~\t\\u{80}-\\u{ff}]{0,80}") {
        let accepted = Acceptable::of(&fields(header::ACCEPT_ENCODING, &[&line]));
        prop_assert!(accepted.best().is_none_or(|coding| accepted.allows(coding)));
    }

    #[test]
    fn what_is_coded_is_smaller_and_decodes_to_the_same(
        words in prop::collection::vec("rain|wind|[0-9]{1,3}", 0..600), zstd: bool,
    ) {
        let content = words.join(",").into_bytes();
        let (coding, coded) = encoded(if zstd { "zstd" } else { "gzip" }, &content).expect("identity is allowed");
        prop_assert_eq!(coding != Coding::Identity, coded.len() < content.len());
        prop_assert_eq!(decode::whole(coding, &coded, 1 << 20), Ok(content));
    }

    #[test]
    fn a_body_decodes_alike_however_it_is_cut(cuts in prop::collection::vec(1usize..400, 1..20), zstd: bool) {
        let content = noise(5000).repeat(4);
        let (coding, coded) = encoded(if zstd { "zstd" } else { "gzip" }, &content).expect("coded");
        prop_assert_ne!(coding, Coding::Identity);
        let mut decoder = Decoder::new(coding, 20_000).expect("a decoder");
        let (mut rest, mut decoded) = (&coded[..], Vec::new());
        for cut in cuts.iter().cycle() {
            let (piece, later) = rest.split_at((*cut).min(rest.len()));
            decoded.extend(decoder.push(piece).expect("well-formed"));
            rest = later;
            if rest.is_empty() { break }
        }
        decoded.extend(decoder.finish().expect("complete"));
        prop_assert!(decoded == content);
    }

    #[test]
    fn a_damaged_body_is_an_error_or_bounded_and_never_a_panic(
        at in 0usize..200, with: u8, zstd: bool, end in 0usize..200,
    ) {
        let content = b"station,rain_mm\nzugspitze,17.5\n".repeat(50);
        let (coding, coded) = encoded(if zstd { "zstd" } else { "gzip" }, &content).expect("coded");
        let mut damaged = coded.to_vec();
        let at = at % damaged.len();
        damaged[at] ^= with;
        damaged.truncate(damaged.len() - end % damaged.len());
        if let Ok(decoded) = decode::whole(coding, &damaged, 2_000) {
            prop_assert!(decoded.len() <= 2_000);
        }
    }
}

#[test]
fn the_coding_of_a_request_is_one_that_we_know() {
    let of = |lines: &[&str]| decode::coding(&fields(header::CONTENT_ENCODING, lines));
    assert_eq!(of(&[]), Ok(Coding::Identity));
    assert_eq!(of(&["identity"]), Ok(Coding::Identity));
    assert_eq!(of(&["X-GZip"]), Ok(Coding::Gzip));
    assert_eq!(of(&["zstd"]), Ok(Coding::Zstd));
    assert_eq!(of(&["br"]), Err(Undecodable::Unknown("br".into())));
    assert_eq!(of(&["gzip, gzip"]), Err(Undecodable::Unknown("gzip, gzip".into())));
    assert_eq!(of(&["gzip", "zstd"]), Err(Undecodable::Unknown("gzip, zstd".into())));
}

#[test]
fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    for accept in ["identity", "gzip", "zstd"] {
        let content = noise(1000).repeat(3);
        let (coding, coded) = encoded(accept, &content).expect("coded");
        assert_eq!(coding.as_str(), accept);

        assert_eq!(decode::whole(coding, &coded, 3000).map(|decoded| decoded.len()), Ok(3000));
        assert_eq!(decode::whole(coding, &coded, 2999), Err(Undecodable::TooLarge { limit: 2999 }));
    }
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    for accept in ["gzip", "zstd"] {
        let (coding, coded) = encoded(accept, &vec![0; 10 << 20]).expect("coded");
        let fault = decode::whole(coding, &coded, 1 << 30).expect_err("a bomb");
        assert_eq!(fault, Undecodable::TooDense { ratio: 100 }, "{accept}");
    }
    let (coding, short) = encoded("gzip", &[0; 60_000]).expect("coded");
    assert_eq!(decode::whole(coding, &short, 1 << 20).map(|decoded| decoded.len()), Ok(60_000));
}

#[test]
fn a_body_that_ends_early_or_is_something_else_is_malformed() {
    for accept in ["gzip", "zstd"] {
        let content = noise(3000).repeat(2);
        let (coding, coded) = encoded(accept, &content).expect("coded");
        for wrong in [&coded[..coded.len() - 1], &coded[..10], b"{\"a\":1}", &[&coded[..], b"tail"].concat()]
        {
            assert_eq!(
                decode::whole(coding, wrong, 1 << 20),
                Err(Undecodable::Malformed(coding)),
                "{accept}"
            );
        }
        let twice = [&coded[..], &coded[..]].concat();
        assert_eq!(decode::whole(coding, &twice, 1 << 20).map(|decoded| decoded.len()), Ok(12_000));
        assert_eq!(decode::whole(coding, b"", 1 << 20), Ok(vec![]));
    }
}
