//! When a writer on PostgreSQL is told that its change is there: once it is on the disk.

use super::{Place, noon, tables, tx};
use almanac::{
    domain::{audit::Deed, column::Cell},
    store::{
        Fault, Pools, dataset,
        rows::{self, Ended, Together, Wanted},
    },
};
use sqlx::{Connection, PgConnection, PgPool};

/// The sessions that make commits of this database durable.
const FLUSHING: &str = "
  select pid
    from pg_stat_activity
   where datname = current_database() and query like '%pg_postmaster_start_time()%' and pid <> pg_backend_pid()";

const TERMINATE: &str = "select pg_terminate_backend(pid, 10000) from unnest($1::int[]) as pid";

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

    // Where the machine halts for a second the writer waits for the disk itself, and is right to be told so.
    for _ in 0..20 {
        let sessions = flushing(place, pool).await;
        let mut begun = tx(place).await;
        dataset::touch(&mut begun, &penguins, 0, noon());
        // As a crash would end them, with all others: this one's own transaction lives on.
        sqlx::query(TERMINATE).bind(&sessions).execute(pool).await.unwrap();
        let lost = begun.commit().await;
        assert_ne!(flushing(place, pool).await, sessions, "later writers are served by another session");
        if matches!(lost, Err(Fault::Busy(_))) {
            return;
        }
    }
    panic!("expected a commit that is not acknowledged");
}

pub async fn rows_are_numbered_in_the_order_in_which_they_can_be_read(place: &Place) {
    let Some(pool) = pool(place) else { return };
    let penguins = tables::dataset(place, "penguins").await;
    let cells = tables::cells().remove(0);
    let mut first = tx(place).await;
    dataset::lead(&mut first, &penguins, 1, noon()).await.unwrap();
    let mut second = tx(place).await;

    let later = async {
        dataset::lead(&mut second, &penguins, 1, noon()).await.unwrap();
        let row = rows::insert(&mut second, penguins.storage, &penguins.columns, &cells).await.unwrap();
        second.commit().await.unwrap();
        row.id
    };
    let earlier = async {
        let waits = "select count(*) from pg_stat_activity
                      where datname = current_database() and wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(pool).await.unwrap() == 0 {}
        let row = rows::insert(&mut first, penguins.storage, &penguins.columns, &cells).await.unwrap();
        first.commit().await.unwrap();
        row.id
    };

    assert_eq!(futures::join!(later, earlier), (2, 1));
}

pub async fn a_table_that_lost_rows_is_not_published(place: &Place) {
    let penguins = tables::dataset(place, "penguins").await;
    let mut tx = tx(place).await;
    rows::insert(&mut tx, penguins.storage, &penguins.columns, &tables::cells().remove(0)).await.unwrap();

    rows::all_there(&mut tx, penguins.storage, 1).await.unwrap();
    let lost = rows::all_there(&mut tx, penguins.storage, 2).await;
    assert_eq!(matches!(lost, Err(Fault::Busy(_))), pool(place).is_some(), "{lost:?}");
}

/// A row that anybody may add; before it is, `first` is done.
fn wanted(first: impl FnOnce() + Send + 'static) -> Wanted<()> {
    let fit = move |cells: Vec<Cell>| {
        first();
        Ok(cells)
    };
    Wanted {
        deed: Deed::own(),
        sees: Box::new(|_| true),
        cells: Box::new(|_| fit(tables::cells().remove(0))),
    }
}

pub async fn rows_that_a_crash_may_have_undone_are_not_acknowledged_nor_added_twice(place: &Place) {
    let Some(pool) = pool(place) else { return };
    let penguins = tables::dataset(place, "penguins").await;
    let together = Together::default();

    for round in 1..=20 {
        let (sessions, url) = (flushing(place, pool).await, place.url.clone());
        // In the middle of the transaction, from a runtime of its own: this one waits meanwhile.
        let crash = move || {
            let terminated = async {
                let mut conn = PgConnection::connect(&url).await.unwrap();
                sqlx::query(TERMINATE).bind(&sessions).execute(&mut conn).await.unwrap();
            };
            let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            std::thread::scope(|scope| scope.spawn(|| runtime().block_on(terminated)).join()).unwrap();
        };
        let (first, second) = futures::join!(
            together.add(&place.store, "penguins", 1, wanted(crash)),
            together.add(&place.store, "penguins", 1, wanted(|| ())),
        );

        let mut conn = place.store.read().await.unwrap();
        let there = rows::last(&mut conn, penguins.storage).await.unwrap();
        assert_eq!(there, 2 * round, "nobody adds again what may be there");
        if let (Ended::Failed(Fault::Busy(_)), Ended::Failed(Fault::Busy(_))) = (first, second) {
            return;
        }
    }
    panic!("expected rows that are not acknowledged");
}

pub async fn whoever_adds_a_row_to_a_closed_database_hears_that_it_is_busy(place: &Place) {
    tables::dataset(place, "penguins").await;
    let together = Together::default();
    place.store.close().await;

    let (first, second) = futures::join!(
        together.add(&place.store, "penguins", 1, wanted(|| ())),
        together.add(&place.store, "penguins", 2, wanted(|| ())),
    );

    assert!(matches!(first, Ended::Failed(Fault::Busy(_))));
    assert!(matches!(second, Ended::Failed(Fault::Busy(_))));
}
