//! What other processes write is seen: a second store stands for a second process, which tells the first
//! one nothing but through the database.

use super::{RAIN, Site, article, kept, site};
use almanac::{
    domain::{article::Draft, permission::Role},
    store::{Pools, Store, article as stored},
};
use chrono::Utc;
use serde_json::json;
use std::time::{Duration, Instant};

/// Another process on the same database.
async fn other(site: &Site) -> Store {
    let url = match site.works().store.pools() {
        Pools::Sqlite { .. } => {
            format!("sqlite://{}", site.works().settings.data_dir.join("almanac.db").display())
        }
        Pools::Postgres(_) => site.database_url(),
    };
    Store::open(&url, 2, Duration::from_secs(10)).await.unwrap()
}

/// Writes as the other process, and says how long the first one took to see it.
async fn seen_after(site: &Site, other: &Store, headline: &str) -> Duration {
    let mut tx = other.write().await.unwrap();
    let old = stored::find(&mut tx, "rain").await.unwrap();
    let draft = Draft { headline: headline.into(), ..old.draft };
    stored::replace(&mut tx, "rain", old.revision, &draft, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();
    // Only this process's own server notifies; the other one does so itself.
    almanac::store::bump::notify(other).await.unwrap();
    let written = Instant::now();
    while site.headline(RAIN).await != headline {
        assert!(written.elapsed() < Duration::from_secs(10), "expected {headline} to be seen");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    written.elapsed()
}

async fn typical(site: &Site, other: &Store) -> Duration {
    let mut waits = Vec::new();
    for round in 0..9 {
        kept(site, RAIN).await;
        waits.push(seen_after(site, other, &format!("Round {round}")).await);
    }
    waits.sort();
    println!("seen after {waits:?}");
    waits[waits.len() / 2]
}

#[rocket::async_test]
async fn what_another_process_writes_is_seen_within_a_tenth_of_a_second() {
    let (site, root) = site().await;
    article(&site, &root, "rain").await;
    let other = other(&site).await;

    assert!(typical(&site, &other).await < Duration::from_millis(100));
}

#[rocket::async_test]
async fn it_is_seen_within_a_second_when_the_listener_was_cut() {
    let Some(site) = Site::on_postgres_with(json!({"cache": {"status": true}})).await else { return };
    let root = site.user("root", Role::Admin).await;
    article(&site, &root, "rain").await;
    let other = other(&site).await;
    let Pools::Postgres(pool) = other.pools() else { panic!("expected PostgreSQL") };
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'";

    for round in 0..3 {
        kept(&site, RAIN).await;
        let gone: i64 = sqlx::query_scalar(cut).fetch_one(pool).await.unwrap();
        assert!(gone >= 1 || round > 0, "expected a listener to cut");
        let waited = seen_after(&site, &other, &format!("Cut {round}")).await;
        assert!(waited < Duration::from_secs(1), "{waited:?}");
    }
}
