//! Models and the jobs that train them.

use super::{Place, is, noon, people, tables, tx, written};
use almanac::{
    domain::{
        Kind,
        fault::Fault as InputFault,
        job::{Failure, Import, Job, Lane, Made, Seal, Status, Training, Trouble, Work},
        model::Draft,
        version::{Model, Words},
        visibility::Visibility,
    },
    store::{Fault, Pools, blob, dataset, job, model, user},
};
use chrono::Duration;
use futures::future::join_all;

/// A model whose first training waits.
async fn queued(place: &Place) -> (Model, Job) {
    let (ann, dataset) = (people::user(place, "ann").await, tables::dataset(place, "penguins").await);
    let words = Words { headline: "Species".into(), description: None, visibility: Visibility::Public };
    let slug = "species".parse().unwrap();
    let model = written!(place.store, tx => model::insert(&mut tx, &slug, &words, dataset.id, "ann", noon()));
    let settings = Draft::of("species").checked().unwrap();
    let (name, dataset) = (model.slug.to_string(), dataset.slug.to_string());
    let work = Work::Train(Training { model: name, dataset, revision: 1, settings, weights: None });
    let job = written!(place.store, tx => job::enqueue(&mut tx, &work, &ann, noon()));
    assert_eq!((job.status, job.owner.as_str(), job.attempt), (Status::Queued, "ann", 0));
    (model, job)
}

pub async fn of_eight_workers_one_gets_the_job(place: &Place) {
    let (_, job) = queued(place).await;
    let lease = noon() + Duration::minutes(1);

    let claims = join_all((0..8).map(|_| job::claim(&place.store, Lane::Learning, noon(), lease))).await;

    let won: Vec<Job> = claims.into_iter().filter_map(|claim| claim.unwrap()).collect();
    assert_eq!(won.len(), 1, "{won:?}");
    assert_eq!((won[0].id, won[0].status, won[0].attempt), (job.id, Status::Running, 1));
}

pub async fn a_worker_that_lost_its_lease_can_end_nothing(place: &Place) {
    queued(place).await;
    let lease = noon() + Duration::minutes(1);
    let first = job::claim(&place.store, Lane::Learning, noon(), lease).await.unwrap().unwrap();
    assert!(job::claim(&place.store, Lane::Learning, noon(), lease).await.unwrap().is_none());

    let later = lease + Duration::seconds(1);
    let lease = later + Duration::minutes(1);
    let second = job::claim(&place.store, Lane::Learning, later, lease).await.unwrap().unwrap();

    assert_eq!((second.id, second.attempt), (first.id, first.attempt + 1));
    is(job::beat(&place.store, &first, later, 0.5, None).await, "Changed");
    is(job::fail(&place.store, &first, &Failure::new(Trouble::Internal, "late"), later).await, "Changed");
    is(job::postpone(&place.store, &first, later, later).await, "Changed");
    is(job::release(&place.store, &first, later).await, "Changed");
    let mut stale = tx(place).await;
    is(job::succeed(&mut stale, &first, &Made::Version(1), later).await, "Changed");
    drop(stale);
    let why = Failure {
        faults: vec![InputFault::at("/target", "two classes", "one")],
        ..Failure::new(Trouble::Training, "one class only")
    };
    job::fail(&place.store, &second, &why, later).await.unwrap();
    let mut conn = place.store.read().await.unwrap();
    let ended = job::find(&mut conn, first.id).await.unwrap();
    assert_eq!((ended.status, ended.failure), (Status::Failed, Some(why)));
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

/// Two trainings that have ended, one with a version and one without.
pub async fn ended_trainings(place: &Place) -> [Job; 2] {
    let (_, first) = queued(place).await;
    let ann = people::find(place, "ann").await;
    let second = written!(place.store, tx => job::enqueue(&mut tx, &first.work, &ann, noon()));
    let lease = noon() + Duration::minutes(1);
    let one = job::claim(&place.store, Lane::Learning, noon(), lease).await.unwrap().unwrap();
    written!(place.store, tx => job::succeed(&mut tx, &one, &Made::Version(1), noon()));
    let two = job::claim(&place.store, Lane::Learning, noon(), lease).await.unwrap().unwrap();
    job::fail(&place.store, &two, &Failure::new(Trouble::Training, "one class"), noon()).await.unwrap();
    let mut conn = place.store.read().await.unwrap();
    [job::find(&mut conn, first.id).await.unwrap(), job::find(&mut conn, second.id).await.unwrap()]
}

/// An import that waits.
pub async fn import(place: &Place) -> Job {
    let known = user::find(&mut place.store.read().await.unwrap(), "ann").await;
    let ann = match known {
        Ok((ann, _)) => ann,
        Err(_) => people::user(place, "ann").await,
    };
    let work = Work::Import(Import {
        dataset: "rain".into(),
        upload: "ab".repeat(32),
        new: None,
        remarks: Default::default(),
        format: "csv".into(),
        options: "{}".into(),
        note: Some("May".into()),
    });
    let job = written!(place.store, tx => job::enqueue(&mut tx, &work, &ann, noon()));
    assert_eq!(job.work, work);
    job
}

pub async fn each_lane_has_its_own_jobs(place: &Place) {
    let lease = noon() + Duration::minutes(1);
    let waiting = import(place).await;
    assert!(job::claim(&place.store, Lane::Learning, noon(), lease).await.unwrap().is_none());

    let claimed = job::claim(&place.store, Lane::Tables, noon(), lease).await.unwrap().unwrap();

    assert_eq!((claimed.id, claimed.work), (waiting.id, waiting.work));
}

pub async fn what_a_job_reads_is_named_until_the_job_has_ended(place: &Place) {
    let seal = Work::Seal(Seal { dataset: "rain".into(), note: None });
    let job = import(place).await;
    let ann = people::find(place, "ann").await;
    written!(place.store, tx => job::enqueue(&mut tx, &seal, &ann, noon()));
    let named = async || -> Vec<String> {
        let found = blob::referenced(&place.store, "").await.unwrap();
        found.into_iter().map(|(digest, _)| digest).collect()
    };
    assert_eq!(named().await, ["ab".repeat(32)]);

    let lease = noon() + Duration::minutes(1);
    job::claim(&place.store, Lane::Tables, noon(), lease).await.unwrap().unwrap();
    assert_eq!(named().await, ["ab".repeat(32)]);
    written!(place.store, tx => job::cancel(&mut tx, job.id, noon()));
    assert_eq!(named().await, [""; 0]);
}

pub async fn a_job_that_is_put_off_waits_and_has_not_been_tried(place: &Place) {
    import(place).await;
    let (lease, later) = (noon() + Duration::minutes(1), noon() + Duration::seconds(8));
    let claim = async |now| job::claim(&place.store, Lane::Tables, now, lease).await.unwrap();
    let first = claim(noon()).await.unwrap();

    job::postpone(&place.store, &first, noon(), later).await.unwrap();

    assert!(claim(later - Duration::seconds(1)).await.is_none());
    let second = claim(later).await.unwrap();
    assert_eq!((second.id, second.attempt, second.postponed), (first.id, 1, 1));
}

pub async fn a_job_that_cannot_be_read_holds_up_no_other(place: &Place) {
    let unread = import(place).await;
    let ann = people::find(place, "ann").await;
    let seal = Work::Seal(Seal { dataset: "rain".into(), note: None });
    let other = written!(place.store, tx => job::enqueue(&mut tx, &seal, &ann, noon()));
    let sql = "update job set spec = 'what a newer server wrote' where id = $1";
    match place.store.pools() {
        Pools::Sqlite { write, .. } => drop(sqlx::query(sql).bind(unread.id).execute(write).await.unwrap()),
        Pools::Postgres(pool) => drop(sqlx::query(sql).bind(unread.id).execute(pool).await.unwrap()),
    }
    let claim = async |now| job::claim(&place.store, Lane::Tables, now, now + Duration::minutes(1)).await;

    assert_eq!(claim(noon()).await.unwrap().unwrap().id, other.id);

    assert!(claim(noon()).await.unwrap().is_none(), "it is left alone for a while");
    let status = async || -> String {
        let sql = "select status from job where id = $1";
        match place.store.pools() {
            Pools::Sqlite { read, .. } => {
                sqlx::query_scalar(sql).bind(unread.id).fetch_one(read).await.unwrap()
            }
            Pools::Postgres(pool) => sqlx::query_scalar(sql).bind(unread.id).fetch_one(pool).await.unwrap(),
        }
    };
    assert_eq!(status().await, "queued");
    // The other one's worker is silent for so long that it is claimed again each time.
    for minute in 1..=job::MOST_POSTPONED {
        let _ = claim(noon() + Duration::seconds(61 * minute)).await.unwrap();
    }
    assert_eq!(status().await, "failed");
}
