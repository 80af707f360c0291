//! All SQL. One text for both databases, one file per resource.
//!
//! [`Store`] is an SQLite database (many readers, one writer) or a PostgreSQL pool, chosen by the scheme
//! of `databases.almanac.url`. Reads take a [`Conn`], writes a [`Tx`]; both give a [`Raw`] connection, on
//! which `on!` runs one expression for whichever database is open. A write says with [`Tx::bump`] what
//! it changed; who keeps representations hears of it from [`bump`].
//! What differs between the two stands in `rows.rs` (tables with users' rows) and in `migrations/`.

pub mod article;
pub mod audit;
pub mod blob;
pub mod bump;
mod column;
mod commit;
pub mod dataset;
mod durable;
pub mod fault;
mod flush;
pub mod idempotency;
pub mod instance;
pub mod job;
pub mod listing;
pub mod message;
pub mod migrate;
pub mod model;
mod open;
mod reader;
mod replica;
pub mod revision;
pub mod rows;
pub mod search;
pub mod session;
pub mod token;
pub mod usage;
pub mod user;
mod value;

pub use fault::Fault;

use crate::domain::tag::Tag;
use bump::{Bump, Heard};
use commit::Commits;
use reader::{Reader, Readers};
use replica::Replica;
use rocket::figment::Figment;
use sqlx::{
    PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction, pool::PoolConnection,
};
use std::time::Duration;

/// PostgreSQL's transactions that do not wait for the disk: see `flush.rs`.
const LAZY: &str = "begin; set local synchronous_commit to off";
/// Runs one expression on whichever connection is open: `on!(conn, db => query.fetch_one(db))`.
macro_rules! on {
    ($handle:expr, $db:ident => $run:expr) => {
        match $crate::store::Handle::raw(&mut *$handle).await {
            Ok($crate::store::Raw::Sqlite($db)) => $run.await,
            Ok($crate::store::Raw::Postgres($db)) => $run.await,
            Err(error) => Err(error.into()),
        }
    };
}

/// Executes one query and gives the number of rows that it touched: `run!(tx, sqlx::query(SQL))`.
macro_rules! run {
    ($handle:expr, $query:expr) => {
        match $crate::store::Handle::raw(&mut *$handle).await {
            Ok($crate::store::Raw::Sqlite(db)) => $query.execute(db).await.map(|done| done.rows_affected()),
            Ok($crate::store::Raw::Postgres(db)) => $query.execute(db).await.map(|done| done.rows_affected()),
            Err(error) => Err(error.into()),
        }
    };
}

/// Declares a constant statement and registers it, so that a test can PREPARE it on both databases.
macro_rules! sql {
    ($($name:ident = $text:expr;)*) => { $(
        const $name: &str = $text;
        inventory::submit! { $crate::store::Statement(concat!(module_path!(), "::", stringify!($name)), $text) }
    )* };
}

pub(in crate::store) use {on, run, sql};

sql! {
    ANSWER = "select 1";
}

/// A registered statement: where it stands, and its text.
pub struct Statement(pub &'static str, pub &'static str);

inventory::collect!(Statement);

/// Every constant statement of the store.
pub fn statements() -> impl Iterator<Item = &'static Statement> {
    inventory::iter::<Statement>()
}

/// The database that the settings name.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
    heard: Heard,
    replica: Option<Replica>,
    /// Where commits wait for the disk together.
    commits: Commits,
}

/// Its connections.
#[derive(Debug, Clone)]
pub enum Pools {
    /// One file: many readers, one writer.
    Sqlite {
        /// Connections that only read.
        read: SqlitePool,
        /// Who may read at once: as many as there are connections.
        readers: Readers,
        /// The one connection that writes: SQLite has one writer, so waiting happens here, in order.
        write: SqlitePool,
        /// Connections that read users' rows.
        rows: rows::Direct,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// The database of the server, as Rocket manages it.
#[derive(rocket_db_pools::Database)]
#[database("almanac")]
pub struct Db(Store);

/// A connection that reads.
pub enum Conn {
    /// See [`Pools::Sqlite`].
    Sqlite(Reader),
    /// See [`Pools::Postgres`].
    Postgres(PoolConnection<Postgres>),
}

/// A transaction that writes; dropped without [`Tx::commit`] it changes nothing.
pub struct Tx {
    open: Open,
    /// What it changed so far and is not written down yet.
    tags: Vec<Tag>,
    /// What of it nobody keeps.
    quiet: Vec<Tag>,
    /// What is.
    bumps: Vec<Bump>,
    /// Whether its deed is.
    noted: bool,
    /// Whose deed it is.
    note: audit::Note,
    touched: Vec<dataset::Touch>,
    /// PostgreSQL's connection that can make it durable; 0 if it commits so by itself.
    opened: flush::Opened,
    store: Store,
}

enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// The connection inside a [`Conn`] or [`Tx`].
pub enum Raw<'a> {
    /// SQLite's.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL's.
    Postgres(&'a mut PgConnection),
}

/// What statements run on: a [`Conn`] or a [`Tx`].
pub trait Handle: Send {
    /// The connection inside.
    fn raw(&mut self) -> impl Future<Output = Result<Raw<'_>, sqlx::Error>> + Send;

    /// Whether it leads to a PostgreSQL.
    fn is_postgres(&self) -> bool;

    /// How users' rows are read beside it, where that is cheaper.
    fn direct(&self) -> Option<&rows::Direct> {
        None
    }
}

impl Handle for Conn {
    async fn raw(&mut self) -> Result<Raw<'_>, sqlx::Error> {
        match self {
            Conn::Sqlite(reader) => Ok(Raw::Sqlite(reader.conn().await?)),
            Conn::Postgres(conn) => Ok(Raw::Postgres(conn)),
        }
    }

    fn is_postgres(&self) -> bool {
        matches!(self, Conn::Postgres(_))
    }

    fn direct(&self) -> Option<&rows::Direct> {
        match self {
            Conn::Sqlite(reader) => Some(reader.rows()),
            Conn::Postgres(_) => None,
        }
    }
}

impl Handle for Tx {
    async fn raw(&mut self) -> Result<Raw<'_>, sqlx::Error> {
        Ok(self.open())
    }

    fn is_postgres(&self) -> bool {
        matches!(self.open, Open::Postgres(_))
    }
}

impl Tx {
    /// The connection inside.
    fn open(&mut self) -> Raw<'_> {
        match &mut self.open {
            Open::Sqlite(tx) => Raw::Sqlite(tx),
            Open::Postgres(tx) => Raw::Postgres(tx),
        }
    }
}

impl Store {
    /// Notes that something was committed that a replica may not have yet.
    fn outdate_replica(&self) {
        if let Some(replica) = &self.replica {
            replica.tell();
        }
    }

    /// Whether several servers may be at work on it: a PostgreSQL.
    pub fn is_shared(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// Its connections.
    pub fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Calls `hear` after each commit of this process that bumped tags, before its writer goes on; only
    /// the first call counts.
    pub fn on_bump(&self, hear: impl Fn(&Bump) + Send + Sync + 'static) {
        self.heard.by(hear);
    }

    /// A connection that reads what everybody has written: before a write, and to find out who asks.
    pub async fn read(&self) -> Result<Conn, Fault> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Conn::Sqlite(readers.next().await?),
            Pools::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// Whether the database answers: a connection that was just in use is lent unasked.
    pub async fn answers(&self) -> Result<(), Fault> {
        let conn = &mut self.read().await?;
        run!(conn, sqlx::query(ANSWER))?;
        Ok(())
    }

    /// A connection that reads what this process knows was written: a replica's, if there is one that has it.
    pub async fn read_any(&self) -> Result<Conn, Fault> {
        let conn = match &self.replica {
            Some(replica) => replica.conn().await,
            None => None,
        };
        match conn {
            Some(conn) => Ok(Conn::Postgres(conn)),
            None => self.read().await,
        }
    }

    /// A transaction that writes.
    pub async fn write(&self) -> Result<Tx, Fault> {
        let opened = match &self.commits {
            Commits::Postgres(flush) => flush.opened(),
            Commits::Sqlite(_) => 0,
        };
        let open = match &self.pools {
            // Immediate: a transaction that read first could not be upgraded once another wrote.
            Pools::Sqlite { write, .. } => Open::Sqlite(immediate(write).await?),
            Pools::Postgres(pool) if opened == 0 => Open::Postgres(pool.begin().await?),
            Pools::Postgres(pool) => Open::Postgres(pool.begin_with(LAZY).await?),
        };
        Ok(Tx { opened, ..self.transaction(open) })
    }

    fn transaction(&self, open: Open) -> Tx {
        let note = audit::Note::own();
        Tx {
            open,
            tags: Vec::new(),
            quiet: Vec::new(),
            bumps: Vec::new(),
            noted: false,
            touched: Vec::new(),
            opened: 0,
            note,
            store: self.clone(),
        }
    }

    /// Waits until every connection is back and closes them.
    pub async fn close(&self) {
        if let Some(replica) = &self.replica {
            replica.close().await;
        }
        match &self.pools {
            Pools::Sqlite { read, write, rows, .. } => {
                // First: the last connection that is closed copies the log, and these cannot.
                rows.close();
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => {
                pool.close().await;
                if let Commits::Postgres(flush) = &self.commits {
                    flush.close().await;
                }
            }
        }
    }
}

/// A transaction on the one connection that writes, or on a new one if that is stuck.
async fn immediate(write: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    const BEGIN: &str = "begin immediate";
    match write.begin_with(BEGIN).await {
        // A full disk has SQLite end a transaction by itself. The rollback that follows then fails, and sqlx
        // takes the transaction for open, for ever.
        Err(sqlx::Error::InvalidSavePointStatement) => {
            write.acquire().await?.close().await?;
            write.begin_with(BEGIN).await
        }
        begun => begun,
    }
}

#[rocket::async_trait]
impl rocket_db_pools::Pool for Store {
    type Connection = Conn;
    type Error = rocket_db_pools::Error<sqlx::Error, Fault>;

    async fn init(figment: &Figment) -> Result<Store, Self::Error> {
        let config: rocket_db_pools::Config = figment.extract()?;
        let patience = Duration::from_secs(config.connect_timeout);
        let connections = u32::try_from(config.max_connections).unwrap_or(u32::MAX);
        let init = rocket_db_pools::Error::Init;
        let store = Store::open(&config.url, connections, patience).await.map_err(init)?;
        match figment.extract_inner::<String>("read_url") {
            Ok(url) => store.with_replica(&url, connections, patience).map_err(init),
            Err(_) => Ok(store),
        }
    }

    async fn get(&self) -> Result<Conn, Self::Error> {
        self.read().await.map_err(rocket_db_pools::Error::Get)
    }

    /// Nothing: Rocket would close the pool while jobs are still given back. `server::close` does it.
    async fn close(&self) {}
}
