//! Databases of PostgreSQL, one for each test.
//!
//! `ALMANAC_TEST_POSTGRES` is the address of a server without database, such as
//! `postgres://almanac@127.0.0.1:5433/`; its user must be allowed to create databases.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, postgres::PgConnectOptions};
use std::{io::Write, sync::Once};

/// So that it is said once.
static LEFT_OUT: Once = Once::new();

/// The address of the server to test with, without database.
fn server() -> Option<String> {
    let url = std::env::var("ALMANAC_TEST_POSTGRES").ok().filter(|url| !url.is_empty())?;
    Some(format!("{}/", url.trim_end_matches('/')))
}

/// Which database a test gets that did not ask for one.
pub enum Choice {
    /// A file of its own.
    Sqlite,
    /// A database of its own on `ALMANAC_TEST_POSTGRES`.
    Postgres,
}

/// What `ALMANAC_TEST_DATABASE` says: `sqlite` (also when unset) or `postgres`.
pub fn chosen() -> Choice {
    match std::env::var("ALMANAC_TEST_DATABASE").as_deref() {
        Ok("postgres") => Choice::Postgres,
        Ok("sqlite") | Err(_) => Choice::Sqlite,
        Ok(other) => panic!("ALMANAC_TEST_DATABASE: expected sqlite or postgres, found {other:?}"),
    }
}

/// A database that is dropped with this value.
pub struct Database {
    /// Its address.
    pub url: String,
    name: String,
    server: String,
}

impl Database {
    /// A new database; `None` where there is no server to test with, which is said once.
    pub async fn create() -> Option<Database> {
        let Some(server) = server() else {
            LEFT_OUT.call_once(|| {
                // Not `eprintln!`, which is shown for failed tests only.
                let _ = writeln!(
                    std::io::stderr(),
                    "left out: PostgreSQL (ALMANAC_TEST_POSTGRES names no server)"
                );
            });
            return None;
        };
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("randomness");
        let name = format!("almanac_test_{:016x}", u64::from_be_bytes(random));
        // A language's order on purpose, where there is one: the server must sort by code point by itself.
        let ordered =
            format!("create database {name} template template0 locale_provider icu icu_locale 'en-US'");
        if tried(&server, ordered).await.is_err() {
            run(&server, format!("create database {name}")).await;
        }
        Some(Database { url: format!("{server}{name}"), name, server })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, statement) = (self.server.clone(), format!("drop database {} with (force)", self.name));
        // A runtime of its own: the test's cannot be waited for from here.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run(&server, statement));
        });
        let _ = dropped.join();
    }
}

async fn run(server: &str, statement: String) {
    tried(server, statement)
        .await
        .expect("PostgreSQL at ALMANAC_TEST_POSTGRES, and a user who may create databases");
}

async fn tried(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let options: PgConnectOptions = format!("{server}postgres").parse()?;
    let mut conn = options.connect().await?;
    conn.execute(AssertSqlSafe(statement)).await?;
    conn.close().await
}
