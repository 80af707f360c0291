//! Notes of blobs: what is kept is not swept, whoever sweeps.

use super::{Place, noon, written};
use almanac::{
    domain::message::Message,
    store::{Fault, blob, message},
};
use chrono::{DateTime, Duration, Utc};
use tokio::sync::oneshot;

fn digest(number: u8) -> String {
    format!("{number:064x}")
}

async fn kept(place: &Place, number: u8, size: i64, at: DateTime<Utc>) {
    assert!(blob::touch(&place.store, &digest(number), size, None, at).await.unwrap());
}

/// A message whose bytes they are.
async fn refer(place: &Place, number: u8) -> i64 {
    let message = Message {
        id: 0,
        media_type: "image/png".into(),
        digest: digest(number),
        size: 1,
        filename: None,
        author: "ann".into(),
        created: noon(),
    };
    written!(place.store, tx => message::insert(&mut tx, message)).id
}

async fn removed(place: &Place, number: u8, before: DateTime<Utc>) -> Option<i64> {
    let delete = async || Ok::<(), Fault>(());
    blob::remove(&place.store, &digest(number), before, delete).await.unwrap()
}

pub async fn only_blobs_that_nothing_refers_to_are_marked_and_removed(place: &Place) {
    let (early, late) = (noon(), noon() + Duration::hours(2));
    kept(place, 1, 10, early).await;
    kept(place, 2, 20, early).await;
    kept(place, 3, 30, late).await;
    let message = refer(place, 2).await;
    assert_eq!(blob::total(&place.store).await.unwrap(), 60);

    assert_eq!(blob::doom(&place.store, late, late).await.unwrap(), 1);
    assert_eq!(blob::doomed(&place.store, late).await.unwrap(), [digest(1)]);
    assert_eq!(removed(place, 1, early).await, None, "expected it to be marked for a while");
    assert_eq!(removed(place, 1, late).await, Some(10));
    assert_eq!((removed(place, 2, late).await, removed(place, 3, late).await), (None, None));
    assert_eq!(blob::total(&place.store).await.unwrap(), 50);

    written!(place.store, tx => message::delete(&mut tx, message));
    assert_eq!(blob::doom(&place.store, late, late).await.unwrap(), 1);
    assert_eq!(removed(place, 2, late).await, Some(20));
}

pub async fn a_blob_that_is_kept_again_or_referred_to_again_is_not_removed(place: &Place) {
    let later = noon() + Duration::hours(1);
    kept(place, 1, 10, noon()).await;
    kept(place, 2, 20, noon()).await;
    assert_eq!(blob::doom(&place.store, later, later).await.unwrap(), 2);

    kept(place, 1, 10, later).await;
    refer(place, 2).await;

    assert_eq!(blob::doomed(&place.store, later).await.unwrap(), Vec::<String>::new());
    assert_eq!((removed(place, 1, later).await, removed(place, 2, later).await), (None, None));
}

pub async fn keeping_waits_for_a_removal_that_is_at_work(place: &Place) {
    kept(place, 1, 10, noon()).await;
    blob::doom(&place.store, noon() + Duration::hours(1), noon()).await.unwrap();
    let (begun, wait) = oneshot::channel();
    let store = place.store.clone();
    let keeping = tokio::spawn(async move {
        wait.await.unwrap();
        blob::touch(&store, &digest(1), 10, None, noon()).await.unwrap();
        Utc::now()
    });

    let ended = std::sync::Mutex::new(None);
    let delete = async || {
        begun.send(()).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        *ended.lock().unwrap() = Some(Utc::now());
        Ok::<(), Fault>(())
    };
    let size = blob::remove(&place.store, &digest(1), noon() + Duration::hours(1), delete).await.unwrap();

    assert_eq!(size, Some(10));
    assert!(keeping.await.unwrap() >= ended.lock().unwrap().unwrap());
    assert_eq!(blob::total(&place.store).await.unwrap(), 10, "expected a new note");
}

pub async fn a_removal_whose_bytes_are_not_deleted_changes_nothing(place: &Place) {
    let later = noon() + Duration::hours(1);
    kept(place, 1, 10, noon()).await;
    blob::doom(&place.store, later, noon()).await.unwrap();

    let delete = async || Err(Fault::Broken("away".into()));
    assert!(blob::remove(&place.store, &digest(1), later, delete).await.is_err());

    assert_eq!(blob::doomed(&place.store, later).await.unwrap(), [digest(1)]);
}

pub async fn a_quota_is_not_exceeded_and_what_is_there_needs_none(place: &Place) {
    let touch = async |number, size| {
        blob::touch(&place.store, &digest(number), size, Some(100), noon()).await.unwrap()
    };
    assert!(touch(1, 60).await);
    assert!(!touch(2, 41).await);
    assert!(touch(1, 60).await);
    assert!(touch(2, 40).await);
    assert_eq!(blob::total(&place.store).await.unwrap(), 100);
}

pub async fn what_is_found_in_the_blob_store_is_noted_once(place: &Place) {
    kept(place, 1, 10, noon()).await;
    let found: Vec<(String, i64)> = (0..=255).map(|number| (digest(number), 1)).collect();

    assert_eq!(blob::adopt(&place.store, &found, noon()).await.unwrap(), 255);
    assert_eq!(blob::adopt(&place.store, &found, noon()).await.unwrap(), 0);
    assert_eq!(blob::total(&place.store).await.unwrap(), 255 + 10);
    refer(place, 1).await;
    refer(place, 2).await;
    let all = [(digest(1), Some(10)), (digest(2), Some(1))];
    assert_eq!(blob::referenced(&place.store, "").await.unwrap(), all);
    assert_eq!(blob::referenced(&place.store, &digest(1)).await.unwrap(), all[1..]);
}
