//! Opening a database: by its URL, with the settings that Almanac's promises need.

use super::{
    Pools, Store, bump::Heard, commit::Commits, durable::Log, flush::Flush, reader::Readers,
    replica::Replica, rows,
};
use sqlx::{
    ConnectOptions, Connection, SqlitePool,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Oldest SQLite without the WAL-reset bug: earlier ones can lose an acknowledged write.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// How long until it is tried again to connect to a file that others are opening.
const AGAIN: Duration = Duration::from_millis(20);
/// How long a connection that nobody uses is trusted to be there.
const TRUSTED: Duration = Duration::from_secs(1);

impl Store {
    /// Opens the database at `url` with at most `connections`, each waited for at most `patience`.
    pub async fn open(url: &str, connections: u32, patience: Duration) -> Result<Store, sqlx::Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options: PgConnectOptions = url.parse()?;
            // Once without the pool, which tries until its patience ends and then forgets why.
            options.connect().await?.close().await?;
            let commits = Commits::Postgres(Flush::new(options.clone()));
            let pool = postgres_pool(connections, patience).connect_with(options).await?;
            return Ok(Store::over(Pools::Postgres(pool), commits));
        }
        if !url.starts_with("sqlite:") {
            let scheme = url.split(':').next().unwrap_or_default();
            let expected = "a database URL: expected sqlite: or postgres:";
            return Err(sqlx::Error::Configuration(format!("{expected}, found {scheme}:").into()));
        }
        let options = sqlite_options(url, patience)?;
        // Not tested before use: a file does not hang up, and the question costs as much as a statement.
        let pool = |most| {
            SqlitePoolOptions::new()
                .max_connections(most)
                .acquire_timeout(patience)
                .test_before_acquire(false)
        };
        let write = connected(pool(1), &options, patience).await?;
        refuse_old_sqlite(&write).await?;
        let log = Log::of(options.get_filename())?;
        let rows = rows::Direct::to(options.get_filename(), patience);
        let read = connected(pool(connections), &options.read_only(true), patience).await?;
        let readers = Readers::new(read.clone(), rows.clone(), connections, patience);
        Ok(Store::over(Pools::Sqlite { read, readers, write, rows }, Commits::Sqlite(Arc::new(log))))
    }

    fn over(pools: Pools, commits: Commits) -> Store {
        Store { pools, heard: Heard::default(), replica: None, commits }
    }

    /// The same, which reads from a replica where that is as good: see [`Store::read_any`].
    pub fn with_replica(self, url: &str, connections: u32, patience: Duration) -> Result<Store, sqlx::Error> {
        let Pools::Postgres(primary) = &self.pools else {
            return Err(sqlx::Error::Configuration("read_url: expected a PostgreSQL to follow".into()));
        };
        // Not connected to yet: it may be away when a server starts.
        let pool = postgres_pool(connections, patience).connect_lazy_with(url.parse::<PgConnectOptions>()?);
        let replica = Some(Replica::new(pool, primary.clone()));
        Ok(Store { replica, ..self })
    }
}

/// Connections to a PostgreSQL. One that was just in use is not asked whether it is still there, which would
/// cost each request a turn.
fn postgres_pool(connections: u32, patience: Duration) -> PgPoolOptions {
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(patience);
    pool.test_before_acquire(false).before_acquire(|conn, idle| {
        Box::pin(async move { Ok(idle.idle_for < TRUSTED || conn.ping().await.is_ok()) })
    })
}

fn sqlite_options(url: &str, patience: Duration) -> Result<SqliteConnectOptions, sqlx::Error> {
    let options: SqliteConnectOptions = url.parse()?;
    Ok(options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Not full, which syncs each commit alone: `durable.rs` syncs for many, before any is acknowledged.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        // 1 MiB of pages for each connection: the rest is the system's to cache, once for all of them.
        .pragma("cache_size", "-1024")
        .busy_timeout(patience))
}

/// Connects, and again while others are about to: SQLite waits for nobody who switches to the write-ahead log or
/// recovers it.
async fn connected(
    pool: SqlitePoolOptions,
    options: &SqliteConnectOptions,
    patience: Duration,
) -> Result<SqlitePool, sqlx::Error> {
    let began = Instant::now();
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(sqlx::Error::Database(error)) if is_busy(&*error) && began.elapsed() < patience => {
                sleep(AGAIN).await;
            }
            connected => return connected,
        }
    }
}

/// Whether it is one of the kinds of `SQLITE_BUSY` (5), which the lower eight bits of a code tell.
fn is_busy(error: &dyn DatabaseError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

async fn refuse_old_sqlite(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let (version,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(pool).await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let found = (next(), next(), next());
    if found >= OLDEST_SQLITE {
        return Ok(());
    }
    let (a, b, c) = OLDEST_SQLITE;
    Err(sqlx::Error::Configuration(format!("expected SQLite {a}.{b}.{c} or newer, found {version}").into()))
}
