//! Migrations: up, down and where the database stands.
//!
//! The files are embedded; each runs in a transaction of its own. A database that a newer Almanac
//! migrated is refused.

use super::{Fault, Pools, Raw, Store, on, rows, search, sql};
use sqlx::{
    PgPool,
    migrate::{MigrateError, MigrationType, Migrator},
    postgres::PgPoolOptions,
};
use std::{fs::File, path::Path};
use tokio::task::spawn_blocking;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

sql! {
    APPLIED = "select version from _sqlx_migrations where success order by version";
}

/// One migration and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// `YYYYMMDDhhmmss`.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

fn migrator(store: &Store) -> &'static Migrator {
    match store.pools() {
        Pools::Sqlite { .. } => &SQLITE,
        Pools::Postgres(_) => &POSTGRES,
    }
}

fn fault(error: MigrateError) -> Fault {
    match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::VersionMissing(version) => Fault::Broken(format!(
            "it was migrated by a newer Almanac (migration {version}): expected this version's or an older schema"
        )),
        other => Fault::Broken(other.to_string()),
    }
}

/// Holds off other processes that migrate, for as long as it lives; PostgreSQL does so by itself.
///
/// Not by SQLite's own lock: each migration is a transaction, and what is lacking is asked for before.
async fn alone(store: &Store) -> Result<Option<File>, Fault> {
    let Pools::Sqlite { write, .. } = store.pools() else { return Ok(None) };
    let options = write.connect_options();
    // The folder and not a file of its own, which would lie about.
    let folder = options.get_filename().parent().filter(|folder| folder.is_dir()).map(Path::to_path_buf);
    let Some(folder) = folder else { return Ok(None) };
    let locked = spawn_blocking(move || {
        let folder = File::open(folder)?;
        folder.lock()?;
        Ok::<_, std::io::Error>(folder)
    });
    let locked = locked.await.map_err(|error| Fault::Broken(error.to_string()))?;
    locked.map(Some).map_err(|error| Fault::Broken(format!("the folder was not locked: {error}")))
}

/// A connection that is closed afterwards: one on which a migration failed holds the lock of all migrations still.
async fn apart(pool: &PgPool) -> Result<PgPool, Fault> {
    let options = (*pool.connect_options()).clone();
    Ok(PgPoolOptions::new().max_connections(1).connect_with(options).await?)
}

/// Applies what the database lacks.
pub async fn up(store: &Store) -> Result<(), Fault> {
    let _alone = alone(store).await?;
    rows::drop_broken(store).await?;
    match store.pools() {
        Pools::Sqlite { write, .. } => SQLITE.run(write).await,
        Pools::Postgres(pool) => {
            let own = apart(pool).await?;
            let done = POSTGRES.run(&own).await;
            own.close().await;
            done
        }
    }
    .map_err(fault)?;
    // What no migration in SQL can do: the words of what is there.
    let added = search::catch_up(store).await?;
    if added > 0 {
        tracing::info!(added, "added to what can be searched");
    }
    Ok(())
}

/// Takes the newest migration back, and with it the data that it made room for.
pub async fn down(store: &Store) -> Result<Option<Step>, Fault> {
    let _alone = alone(store).await?;
    rows::drop_broken(store).await?;
    let steps = status(store).await?;
    let Some(last) = steps.iter().rposition(|step| step.applied) else { return Ok(None) };
    let target = last.checked_sub(1).map_or(0, |before| steps[before].version);
    if last == 0 {
        rows::drop_all(store).await?;
    }
    match store.pools() {
        Pools::Sqlite { write, .. } => SQLITE.undo(write, target).await,
        Pools::Postgres(pool) => {
            let own = apart(pool).await?;
            let done = POSTGRES.undo(&own, target).await;
            own.close().await;
            done
        }
    }
    .map_err(fault)?;
    Ok(Some(Step { applied: false, ..steps[last].clone() }))
}

/// Every migration, oldest first.
pub async fn status(store: &Store) -> Result<Vec<Step>, Fault> {
    let applied = applied(store).await?;
    let known = migrator(store).iter().filter(|m| m.migration_type != MigrationType::ReversibleDown);
    Ok(known
        .map(|m| Step {
            version: m.version,
            name: m.description.to_string(),
            applied: applied.contains(&m.version),
        })
        .collect())
}

/// Versions that the database has; none where it was never migrated.
async fn applied(store: &Store) -> Result<Vec<i64>, Fault> {
    let mut tx = store.write().await?;
    let there = match tx.open() {
        Raw::Sqlite(db) => {
            sqlx::query_scalar::<_, i64>("select count(*) from sqlite_master where name = '_sqlx_migrations'")
                .fetch_one(db)
                .await?
        }
        Raw::Postgres(db) => {
            let table = "select count(*) from pg_tables where tablename = '_sqlx_migrations'";
            sqlx::query_scalar::<_, i64>(table).fetch_one(db).await?
        }
    };
    if there == 0 {
        return Ok(Vec::new());
    }
    Ok(on!(&mut tx, db => sqlx::query_scalar(APPLIED).fetch_all(db))?)
}
