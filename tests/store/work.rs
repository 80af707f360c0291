//! Models and the jobs that train them.

use super::{Place, is, noon, people, tables, tx, written};
use almanac::{
    domain::{
        Kind,
        job::{Job, Status},
        model::Draft,
        version::{Model, Words},
    },
    store::{Fault, dataset, job, model},
};
use chrono::Duration;
use futures::future::join_all;

/// A model whose first training waits.
async fn queued(place: &Place) -> (Model, Job) {
    let (ann, dataset) = (people::user(place, "ann").await, tables::dataset(place, "penguins").await);
    let words = Words { headline: "Species".into(), description: None };
    let slug = "species".parse().unwrap();
    let model = written!(place.store, tx => model::insert(&mut tx, &slug, &words, dataset.id, "ann", noon()));
    let settings = Draft::of("species").checked().unwrap();
    let job = written!(place.store, tx => job::enqueue(&mut tx, &model, 1, &settings, &ann, noon()));
    assert_eq!((job.status, job.owner.as_str(), job.attempt), (Status::Queued, "ann", 0));
    (model, job)
}

pub async fn of_eight_workers_one_gets_the_job(place: &Place) {
    let (_, job) = queued(place).await;
    let lease = noon() + Duration::minutes(1);

    let claims = join_all((0..8).map(|_| job::claim(&place.store, noon(), lease))).await;

    let won: Vec<Job> = claims.into_iter().filter_map(|claim| claim.unwrap()).map(|(job, _)| job).collect();
    assert_eq!(won.len(), 1, "{won:?}");
    assert_eq!((won[0].id, won[0].status, won[0].attempt), (job.id, Status::Running, 1));
}

pub async fn a_worker_that_lost_its_lease_can_end_nothing(place: &Place) {
    queued(place).await;
    let lease = noon() + Duration::minutes(1);
    let (first, _) = job::claim(&place.store, noon(), lease).await.unwrap().unwrap();
    assert!(job::claim(&place.store, noon(), lease).await.unwrap().is_none());

    let later = lease + Duration::seconds(1);
    let (second, _) = job::claim(&place.store, later, later + Duration::minutes(1)).await.unwrap().unwrap();

    assert_eq!((second.id, second.attempt), (first.id, first.attempt + 1));
    is(job::beat(&place.store, &first, later, 0.5).await, "Changed");
    is(job::fail(&place.store, &first, "late", later).await, "Changed");
    is(job::release(&place.store, &first, later).await, "Changed");
    let mut stale = tx(place).await;
    is(job::succeed(&mut stale, &first, 1, later).await, "Changed");
    drop(stale);
    job::fail(&place.store, &second, "one class only", later).await.unwrap();
    let mut conn = place.store.read().await.unwrap();
    let ended = job::find(&mut conn, first.id).await.unwrap();
    assert_eq!((ended.status, ended.reason.as_deref()), (Status::Failed, Some("one class only")));
}

pub async fn a_dataset_that_a_training_waits_for_cannot_be_deleted(place: &Place) {
    let (model, job) = queued(place).await;
    let found = dataset::find(&mut place.store.read().await.unwrap(), "penguins").await.unwrap();

    let mut refused = tx(place).await;
    match dataset::delete(&mut refused, &found, noon()).await {
        Err(Fault::InUse(by)) => assert_eq!(by, [(Kind::Model, model.slug.to_string())]),
        other => panic!("expected InUse, found {other:?}"),
    }
    drop(refused);

    written!(place.store, tx => job::cancel(&mut tx, job.id, noon()));
    written!(place.store, tx => dataset::delete(&mut tx, &found, noon()));
}
