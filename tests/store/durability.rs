//! When a writer on PostgreSQL is told that its change is there: once it is on the disk.

use super::{Place, noon, people, tables, tx};
use almanac::store::{Fault, Pools, dataset};
use sqlx::PgPool;

/// The sessions that make commits of this database durable.
const FLUSHING: &str = "
  select pid
    from pg_stat_activity
   where datname = current_database() and query like '%pg_postmaster_start_time()%' and pid <> pg_backend_pid()";

fn pool(place: &Place) -> Option<&PgPool> {
    match place.store.pools() {
        Pools::Postgres(pool) => Some(pool),
        Pools::Sqlite { .. } => None,
    }
}

/// Writes until the store has a session that flushes for many.
async fn flushing(place: &Place, pool: &PgPool) -> Vec<i32> {
    loop {
        let empty = tx(place).await;
        empty.commit().await.unwrap();
        let found: Vec<i32> = sqlx::query_scalar(FLUSHING).fetch_all(pool).await.unwrap();
        if !found.is_empty() {
            return found;
        }
    }
}

pub async fn a_change_that_a_crash_may_have_undone_is_not_acknowledged(place: &Place) {
    let Some(pool) = pool(place) else { return };
    let penguins = tables::dataset(place, "penguins").await;
    let sessions = flushing(place, pool).await;

    let mut begun = tx(place).await;
    dataset::touch(&mut begun, &penguins, 0, noon());
    // As a crash would, with all others; this one's own transaction lives on, so it is only the promise that fails.
    sqlx::query("select pg_terminate_backend(pid, 10000) from unnest($1::int[]) as pid")
        .bind(&sessions)
        .execute(pool)
        .await
        .unwrap();
    let lost = begun.commit().await;

    assert!(matches!(lost, Err(Fault::Busy(_))), "{lost:?}");
    people::user(place, "ann").await;
    assert_ne!(flushing(place, pool).await, sessions, "later writers are served by another session");
}
