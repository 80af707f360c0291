//! The schema, the statements, the connections.

use super::{Place, is, tx};
use almanac::{
    domain::visibility::Visibility,
    store::{self, Pools, Store, instance, migrate},
};
use chrono::Utc;
use futures::future::join_all;
use sqlx::{Executor, SqlSafeStr};
use std::time::Duration;

pub async fn every_statement_is_one_that_the_database_can_prepare(place: &Place) {
    let mut count = 0;
    for store::Statement(name, text) in store::statements() {
        let sql = text.into_sql_str();
        let prepared = match place.store.pools() {
            Pools::Sqlite { write, .. } => write.acquire().await.unwrap().prepare(sql).await.map(drop),
            Pools::Postgres(pool) => pool.acquire().await.unwrap().prepare(sql).await.map(drop),
        };
        prepared.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        count += 1;
    }
    assert!(count > 50, "expected every statement of the store, found {count}");
}

pub async fn migrations_go_up_down_and_up_again(place: &Place) {
    let store = &place.store;
    let applied = async || migrate::status(store).await.unwrap().iter().filter(|step| step.applied).count();
    let all = migrate::status(store).await.unwrap().len();
    assert_eq!(applied().await, all);
    super::people::user(place, "ann").await;
    super::tables::dataset(place, "penguins").await;

    for left in (0..all).rev() {
        let step = migrate::down(store).await.unwrap().unwrap();
        assert!(!step.applied);
        assert_eq!(applied().await, left);
    }
    assert_eq!(migrate::down(store).await.unwrap(), None);
    migrate::up(store).await.unwrap();
    migrate::up(store).await.unwrap();

    assert_eq!(applied().await, all);
    let mut conn = store.read().await.unwrap();
    assert_eq!(store::user::count(&mut conn).await.unwrap(), 0, "expected an empty database again");
    drop(conn);
    super::people::user(place, "ann").await;
    super::tables::dataset(place, "penguins").await;
}

/// Users, a table with rows, a revision and a message; what the first version had.
async fn told(place: &Place) -> (Vec<String>, i64, i64) {
    let mut conn = place.store.read().await.unwrap();
    let (users, _) = store::user::page(&mut conn, 0, 10).await.unwrap();
    let (messages, _) = store::message::page(&mut conn, 0, 10).await.unwrap();
    let dataset = store::dataset::find(&mut conn, "penguins").await.unwrap();
    let revision = store::revision::find(&mut conn, dataset.id, 1).await.unwrap();
    let names = users.into_iter().map(|user| user.name).chain(messages.into_iter().map(|m| m.digest));
    (names.collect(), dataset.rows, revision.csv.size)
}

pub async fn what_every_version_knows_survives_the_way_down_to_it_and_up_again(place: &Place) {
    let store = &place.store;
    super::people::messages_come_back_as_they_were(place).await;
    super::people::user(place, "bea").await;
    super::tables::revisions_come_back_as_they_were_sealed(place).await;
    store::blob::touch(store, &"a".repeat(64), 9, None, Utc::now()).await.unwrap();
    let before = told(place).await;
    let all = migrate::status(store).await.unwrap().len();

    for depth in 1..all {
        for _ in 0..depth {
            migrate::down(store).await.unwrap().unwrap();
        }
        migrate::up(store).await.unwrap();
        assert_eq!(told(place).await, before, "{depth} down and up");
    }
}

pub async fn what_is_not_for_all_keeps_the_database_from_a_version_that_would_show_it(place: &Place) {
    const VISIBILITY: i64 = 20_261_127_183_000;
    let store = &place.store;
    super::people::user(place, "ann").await;
    super::tables::dataset(place, "penguins").await;
    // By hand: the store knows the newest schema alone.
    let turn = async |visibility: Visibility| {
        let sql = sqlx::AssertSqlSafe(format!("update dataset set visibility = '{visibility}'"));
        match store.pools() {
            Pools::Sqlite { write, .. } => sqlx::query(sql).execute(write).await.map(drop).unwrap(),
            Pools::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop).unwrap(),
        }
    };
    let is_next = async || {
        let applied = migrate::status(store).await.unwrap().into_iter().rfind(|step| step.applied).unwrap();
        applied.version == VISIBILITY
    };
    turn(Visibility::Private).await;
    while !is_next().await {
        migrate::down(store).await.unwrap().unwrap();
    }

    migrate::down(store).await.unwrap_err();

    turn(Visibility::Public).await;
    assert!(is_next().await);
    migrate::down(store).await.unwrap().unwrap();
    migrate::up(store).await.unwrap();
    let again = store::dataset::find(&mut store.read().await.unwrap(), "penguins").await.unwrap();
    let ann = store::user::find(&mut store.read().await.unwrap(), "ann").await.unwrap().0;
    assert_eq!((again.owner, again.about.visibility), (Some(ann.id), Visibility::Public));
}

pub async fn a_database_of_a_newer_almanac_is_refused(place: &Place) {
    const LATER: &str =
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                         select 99990101000000, 'later', success, checksum, 0 from _sqlx_migrations limit 1";
    match place.store.pools() {
        Pools::Sqlite { write, .. } => sqlx::query(LATER).execute(write).await.map(drop).unwrap(),
        Pools::Postgres(pool) => sqlx::query(LATER).execute(pool).await.map(drop).unwrap(),
    }

    let refused = migrate::up(&place.store).await;

    assert!(refused.unwrap_err().to_string().contains("newer Almanac"));
}

pub async fn a_secret_is_made_once_however_many_ask(place: &Place) {
    let fresh: Vec<String> = (0..8).map(|number| format!("secret {number}")).collect();
    let asked = join_all(fresh.iter().map(|fresh| instance::secret(&place.store, "cursor", fresh))).await;

    let told: Vec<String> = asked.into_iter().map(Result::unwrap).collect();
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    assert_eq!(instance::secret(&place.store, "cursor", "later").await.unwrap(), told[0]);
    assert_eq!(instance::secret(&place.store, "other", "another").await.unwrap(), "another");
}

pub async fn a_transaction_that_is_not_committed_changes_nothing(place: &Place) {
    let mut writing = tx(place).await;
    store::user::insert(&mut writing, "ann", None, almanac::domain::permission::Role::Reader, Utc::now())
        .await
        .unwrap();
    drop(writing);

    let mut conn = place.store.read().await.unwrap();
    is(store::user::find(&mut conn, "ann").await, "Missing");
}

pub async fn a_closed_database_is_busy_and_not_empty(place: &Place) {
    let other = Store::open(&place.url, 2, Duration::from_secs(1)).await.unwrap();
    let mut held = other.read().await.unwrap();
    is(store::user::find(&mut held, "ann").await, "Missing");
    drop(held);

    other.close().await;

    is(other.read().await.map(drop), "Busy");
    is(other.write().await.map(drop), "Busy");
}

/// The migration from which on a job holds any work.
const WORK: i64 = 20_261_127_120_000;

pub async fn trainings_are_kept_when_jobs_become_any_work_and_back(place: &Place) {
    let (store, trained) = (&place.store, super::work::ended_trainings(place).await);
    let found = async || {
        let mut conn = store.read().await.unwrap();
        let mut jobs = Vec::new();
        for job in &trained {
            jobs.push(store::job::find(&mut conn, job.id).await.unwrap());
        }
        jobs
    };
    assert_eq!(found().await, trained);
    let import = super::work::import(place).await;

    while migrate::status(store).await.unwrap().iter().any(|step| step.version >= WORK && step.applied) {
        migrate::down(store).await.unwrap();
    }
    migrate::up(store).await.unwrap();

    assert_eq!(found().await, trained);
    let mut conn = store.read().await.unwrap();
    is(store::job::find(&mut conn, import.id).await, "Missing");
    drop(conn);
    let next = super::work::import(place).await;
    assert!(next.id > import.id, "numbers are not used again");
}
