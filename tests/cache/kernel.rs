//! The cache without a server: when an answer may be kept, and when it is out of date.

use almanac::{
    cache::{
        Cache, Keeping,
        epoch::Epoch,
        flight::Turn,
        page::{Offer, Outlasts},
    },
    http::{
        coding::Acceptable,
        etag::{ETag, State},
        media::Media,
        stored::{Given, Stored, Variant},
    },
};
use bytes::Bytes;
use http::{HeaderMap, Method};
use proptest::{collection::vec, prelude::*};
use std::time::Duration;

fn answer(text: &str) -> Stored {
    let content = text.as_bytes();
    Stored::new(ETag::of(State::of(content), content), None, &HeaderMap::new(), content)
}

fn keep(cache: &Cache, since: Epoch, tags: &[&str], text: &str) -> bool {
    let keeping = Keeping {
        target: "/a",
        offer: Offer::Among(&[Media::JsonLd]),
        variant: Variant { media: Media::JsonLd, wish: Acceptable::of(&HeaderMap::new()).wish().unwrap() },
        since,
        tags,
        outlasts: Outlasts { silence: Duration::from_secs(60), error: Duration::from_secs(60) },
        counted: None,
    };
    cache.keep(&keeping, answer(text))
}

fn read(cache: &Cache) -> Option<Bytes> {
    cache.look_up(&Method::GET, "/a", &HeaderMap::new()).map(|(entry, _)| entry.stored.content(Given::Whole))
}

fn hearing() -> Cache {
    let cache = Cache::new(1 << 20);
    cache.heard();
    cache
}

#[test]
fn nothing_is_kept_before_bumps_are_heard() {
    let cache = Cache::new(1 << 20);

    assert!(!keep(&cache, cache.now(), &["a"], "old"));
    cache.heard();
    assert!(keep(&cache, cache.now(), &["a"], "old"));
}

#[test]
fn who_began_before_a_write_keeps_nothing_and_what_was_kept_is_out_of_date() {
    let cache = hearing();
    let early = cache.now();
    assert!(keep(&cache, early, &["a", "b"], "old"));

    cache.bump(["c"]);
    assert_eq!(read(&cache).unwrap(), "old", "another tag is no matter");
    cache.bump(["b"]);

    assert_eq!(read(&cache), None);
    assert!(!keep(&cache, early, &["a", "b"], "old"));
    assert_eq!(read(&cache), None);
    assert!(keep(&cache, cache.now(), &["a", "b"], "new"));
    assert_eq!(read(&cache).unwrap(), "new");
    cache.bump_all();
    assert_eq!(read(&cache), None);
}

#[test]
fn an_answer_that_is_larger_than_its_share_is_not_kept() {
    let cache = hearing();

    assert!(!keep(&cache, cache.now(), &["a"], &"x".repeat(1 << 18)));
}

#[rocket::async_test]
async fn one_leads_and_the_others_follow_until_it_is_dropped() {
    let cache = hearing();
    let turn = || cache.turn("/a", &HeaderMap::new());

    let Turn::Lead(lead) = turn() else { panic!("expected the lead") };
    let Turn::Follow(follow) = turn() else { panic!("expected to follow") };
    assert!(matches!(cache.turn("/b", &HeaderMap::new()), Turn::Lead(_)));
    drop(lead);

    follow.ended().await;
    assert!(matches!(turn(), Turn::Lead(_)));
}

proptest! {
    /// Readers and writers in any order: what is read is never older than the last write before it began.
    #[test]
    fn no_order_of_reads_and_writes_gives_old_bytes(steps in vec((0..4_u8, 0..3_usize), 1..60)) {
        let cache = hearing();
        let (mut value, mut reading) = (0_u64, Vec::new());
        for (step, which) in steps {
            match step {
                // A reader begins: the clock first, then the value.
                0 => reading.push((cache.now(), value)),
                // A writer commits, and its process hears of it before anything else is answered.
                1 => {
                    value += 1;
                    cache.bump(["a"]);
                }
                // A reader ends, early ones last.
                2 => if !reading.is_empty() {
                    let (since, seen) = reading.remove(which % reading.len());
                    keep(&cache, since, &["a"], &seen.to_string());
                },
                _ => cache.bump(["other"]),
            }
            if let Some(found) = read(&cache) {
                prop_assert_eq!(found, Bytes::from(value.to_string()));
            }
        }
    }
}
