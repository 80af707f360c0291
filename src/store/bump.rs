//! Bumps: which tags each transaction changed, in a table that every process reads on from.
//!
//! A writer calls [`Tx::bump`]; its own process is told at once, before the writer goes on
//! ([`Store::on_bump`]). Other processes follow with a [`Tail`]: on SQLite one connection asks for
//! `data_version`, which changes when anybody commits; on PostgreSQL a notification says that there is
//! something to read, and every half second it is read anyway. A notification may be lost, a row not.
//!
//! A log that is read on from, not a count for each tag: nothing has to be folded, and what a reader
//! does follows what was written, not how many tags there are.

use super::{Fault, Pools, Store, Tx, on, run, sql};
use crate::domain::tag::Tag;
use chrono::{DateTime, Utc};
use sqlx::{
    Connection, PgConnection, SqliteConnection,
    postgres::{PgListener, PgPoolOptions},
};
use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

sql! {
    INSERT = "insert into cache_bump (tags, at) values ($1, $2) returning id";

    AFTER = "
  select id, tags
    from cache_bump
   where id > $1
order by id";

    NEWEST = "select coalesce(max(id), 0) from cache_bump";

    UNPURGED = "
  select id, tags
    from cache_bump
   where not purged and at < $1
order by id
   limit 1000";

    PURGED = "update cache_bump set purged = true where id = $1";

    OLD = "select count(*) from cache_bump where at < $1 and (purged or at < $2)";

    FORGET = "delete from cache_bump where at < $1 and (purged or at < $2)";
}

/// What PostgreSQL alone knows: which transactions were running when one looked.
const HORIZON: &str = "select pg_snapshot_xmin(pg_current_snapshot())::text";

const SINCE: &str = "
    with now as (select pg_snapshot_xmin(pg_current_snapshot())::text as horizon)
  select now.horizon, cache_bump.id, cache_bump.tags
    from now
    left join cache_bump on cache_bump.xid >= $1::text::xid8
order by cache_bump.id";

const NOTIFY: &str = "select pg_notify('almanac_bump', '')";

/// The channel of [`NOTIFY`].
const CHANNEL: &str = "almanac_bump";

/// How often SQLite is asked whether somebody wrote: another process is seen within 0.1 s.
const LOOK: Duration = Duration::from_millis(25);
/// How long PostgreSQL's table is not read without a notification: one may be lost.
const LISTEN: Duration = Duration::from_millis(500);

/// How long a bump is kept for readers that are behind.
pub const KEPT: chrono::Duration = chrono::Duration::minutes(10);
/// How long a reader may have been away and still find every bump.
const BEHIND: chrono::Duration = chrono::Duration::minutes(5);

/// What one transaction changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bump {
    /// Its number; on PostgreSQL not in the order of commits.
    pub id: i64,
    /// Tags of what is out of date.
    pub tags: Vec<Tag>,
}

type Hear = Box<dyn Fn(&Bump) + Send + Sync>;

/// Who is told of this process's commits.
#[derive(Clone, Default)]
pub(in crate::store) struct Heard(Arc<OnceLock<Hear>>);

impl Heard {
    pub(in crate::store) fn by(&self, hear: impl Fn(&Bump) + Send + Sync + 'static) {
        self.0.get_or_init(|| Box::new(hear));
    }

    pub(in crate::store) fn tell(&self, bump: &Bump) {
        if let Some(hear) = self.0.get() {
            hear(bump);
        }
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Heard")
    }
}

/// Writes the bump of a transaction, as its last statement; gives its number.
pub(in crate::store) async fn insert(tx: &mut Tx, tags: &[Tag]) -> Result<i64, Fault> {
    let tags = tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(" ");
    let now = Utc::now().timestamp_millis();
    Ok(on!(tx, db => sqlx::query_scalar(INSERT).bind(tags).bind(now).fetch_one(db))?)
}

fn read((id, tags): (i64, String)) -> Bump {
    Bump { id, tags: tags.split(' ').filter_map(Tag::parse).collect() }
}

/// What a [`Tail`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Each bump since the last time, perhaps none; one may be told twice.
    Bumps(Vec<Bump>),
    /// It was away for so long that bumps may be gone: anything may have changed.
    Lost,
}

/// A process's place in the bumps.
#[derive(Debug)]
pub struct Tail {
    store: Store,
    source: Option<Source>,
    /// When it was known last that nothing is missing.
    at: DateTime<Utc>,
}

#[derive(Debug)]
enum Source {
    Sqlite { conn: SqliteConnection, version: i64, newest: i64 },
    Postgres { conn: PgConnection, listener: PgListener, horizon: String, seen: HashSet<i64> },
}

impl Tail {
    /// A tail that begins with what is committed from now on.
    pub async fn begin(store: &Store) -> Result<Tail, Fault> {
        let source = Some(Source::open(store).await?);
        Ok(Tail { store: store.clone(), source, at: Utc::now() })
    }

    /// Waits a moment, or until somebody wrote, and tells what was bumped.
    ///
    /// After a fault it can be called again: it connects anew and tells [`News::Lost`] first.
    pub async fn next(&mut self) -> Result<News, Fault> {
        let Some(source) = &mut self.source else {
            self.source = Some(Source::open(&self.store).await?);
            return Ok(self.caught_up(News::Lost));
        };
        match source.next().await {
            Ok(_) if Utc::now() - self.at > BEHIND => Ok(self.caught_up(News::Lost)),
            Ok(bumps) => Ok(self.caught_up(News::Bumps(bumps))),
            Err(error) => {
                self.source = None;
                Err(error.into())
            }
        }
    }

    fn caught_up(&mut self, news: News) -> News {
        self.at = Utc::now();
        if news != News::Bumps(Vec::new()) {
            // First: who hears of it may read at once.
            self.store.outdate_replica();
        }
        news
    }
}

impl Source {
    async fn open(store: &Store) -> Result<Source, Fault> {
        Ok(match store.pools() {
            Pools::Sqlite { read, .. } => {
                let mut conn = read.acquire().await?.detach();
                let version = data_version(&mut conn).await?;
                let newest = sqlx::query_scalar(NEWEST).fetch_one(&mut conn).await?;
                Source::Sqlite { conn, version, newest }
            }
            Pools::Postgres(pool) => {
                // Connections of its own: one of the pool's would keep the pool from ever being closed.
                let options = (*pool.connect_options()).clone();
                let own = PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
                let mut listener = PgListener::connect_with(&own).await?;
                listener.listen(CHANNEL).await?;
                let mut conn = PgConnection::connect_with(&options).await?;
                let horizon = sqlx::query_scalar(HORIZON).fetch_one(&mut conn).await?;
                Source::Postgres { conn, listener, horizon, seen: HashSet::new() }
            }
        })
    }

    async fn next(&mut self) -> Result<Vec<Bump>, sqlx::Error> {
        match self {
            Source::Sqlite { conn, version, newest } => {
                tokio::time::sleep(LOOK).await;
                let now = data_version(conn).await?;
                if now == *version {
                    return Ok(Vec::new());
                }
                let rows: Vec<(i64, String)> =
                    sqlx::query_as(AFTER).bind(*newest).fetch_all(&mut *conn).await?;
                // Only now: had the reading failed, the next look must see the change again.
                *version = now;
                *newest = rows.last().map_or(*newest, |(id, _)| *id);
                Ok(rows.into_iter().map(read).collect())
            }
            Source::Postgres { conn, listener, horizon, seen } => {
                tokio::select! {
                    // A lost connection is made again by the listener itself; meanwhile the clock reads.
                    heard = listener.try_recv() => {
                        if !matches!(heard, Ok(Some(_))) {
                            tokio::time::sleep(LISTEN / 5).await;
                        }
                    }
                    () = tokio::time::sleep(LISTEN) => {}
                }
                let rows: Vec<(String, Option<i64>, Option<String>)> =
                    sqlx::query_as(SINCE).bind(&*horizon).fetch_all(conn).await?;
                let mut bumps = Vec::new();
                let mut window = HashSet::new();
                for (now, id, tags) in rows {
                    *horizon = now;
                    if let (Some(id), Some(tags)) = (id, tags) {
                        window.insert(id);
                        if !seen.contains(&id) {
                            bumps.push(read((id, tags)));
                        }
                    }
                }
                *seen = window;
                Ok(bumps)
            }
        }
    }
}

async fn data_version(conn: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("pragma data_version").fetch_one(conn).await
}

/// Tells other processes on PostgreSQL that there are bumps to read; on SQLite they see it themselves.
///
/// After the commit and not in its transaction: there it would put all commits in one row (4x slower).
pub async fn notify(store: &Store) -> Result<(), Fault> {
    if let Pools::Postgres(pool) = store.pools() {
        sqlx::query(NOTIFY).execute(pool).await?;
    }
    Ok(())
}

/// Bumps from before `before` of which no proxy was told, oldest first, at most 1,000.
pub async fn unpurged(store: &Store, before: DateTime<Utc>) -> Result<Vec<Bump>, Fault> {
    let mut conn = store.read().await?;
    let rows: Vec<(i64, String)> = on!(&mut conn, db => sqlx::query_as(UNPURGED)
        .bind(before.timestamp_millis()).fetch_all(db))?;
    Ok(rows.into_iter().map(read).collect())
}

/// Notes that every proxy was told of these bumps.
pub async fn purged(store: &Store, ids: &[i64]) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    for id in ids {
        run!(&mut tx, sqlx::query(PURGED).bind(id))?;
    }
    tx.commit().await
}

/// Deletes bumps that every reader has: those from before `purged`, if the proxies know of them, and
/// all from before `any`.
pub async fn forget(store: &Store, purged: DateTime<Utc>, any: DateTime<Utc>) -> Result<u64, Fault> {
    let (purged, any) = (purged.timestamp_millis(), any.timestamp_millis());
    let mut conn = store.read().await?;
    let old: i64 = on!(&mut conn, db => sqlx::query_scalar(OLD).bind(purged).bind(any).fetch_one(db))?;
    drop(conn);
    if old == 0 {
        return Ok(0);
    }
    let mut tx = store.write().await?;
    let gone = run!(&mut tx, sqlx::query(FORGET).bind(purged).bind(any))?;
    tx.commit().await?;
    Ok(gone)
}
