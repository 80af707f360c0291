//! The command line: one file for each command.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 ok, 1 failure,
//! 2 usage, 3 not found, 4 refused, 5 conflict.

pub mod blobs;
pub mod check;
pub mod dataset;
pub mod demo;
pub mod fault;
pub mod migrate;
pub mod openapi;
pub mod predict;
pub mod progress;
pub mod publish;
pub mod revision;
pub mod serve;
pub mod token;
pub mod train;
pub mod user;

pub use fault::Fault;

use crate::{
    config::{Config, Flags},
    jobs::Works,
    store::{self, Store},
};
use clap::{Args, Parser, Subcommand};
use std::{io::IsTerminal, path::PathBuf, process::ExitCode, time::Duration};
use tracing_subscriber::EnvFilter;

/// Publishes tables, models trained on them and articles about them as linked, cacheable documents.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, after_help = FIRST_STEPS)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const FIRST_STEPS: &str = "First steps:\n  almanac serve --demo          a server with example data and an administrator\n  \
                           almanac publish wine.csv      a table of yours, on the same data folder\n\
                           Every setting is explained in Rocket.toml; each is also an ALMANAC_* variable.";

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Folder of the database, the blobs and the spool files [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer HTTP requests
    Serve(serve::Serve),
    /// Put a table online: a dataset and its first revision, or the next one
    Publish(publish::Publish),
    /// Show tables of the same database as datasets
    #[command(subcommand)]
    Dataset(dataset::Dataset),
    /// Train a classifier on a dataset
    Train(train::Train),
    /// Ask a model
    Predict(predict::Predict),
    /// Add users, change their password or role
    #[command(subcommand)]
    User(user::User),
    /// Make and revoke tokens
    #[command(subcommand)]
    Token(token::Token),
    /// Bring the database's schema up, take it back, show where it stands
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Delete bytes that nothing refers to any more, check that the others are there
    #[command(subcommand)]
    Blobs(blobs::Blobs),
    /// Check that what was noted of changes was not altered
    Check,
    /// Take a revision's content back
    #[command(subcommand)]
    Revision(revision::Revision),
    /// Describe the API for programs (OpenAPI)
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    /// Load the example data: a dataset, a model, an article
    Seed,
}

/// Parses the command line and runs it.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("almanac: {fault}");
            fault.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<(), Fault> {
    if let Command::OpenApi(openapi) = &cli.command {
        return openapi.run();
    }
    let mut flags = Flags { data_dir: cli.global.data_dir.clone(), ..Flags::default() };
    if let Command::Serve(serve) = &cli.command {
        serve.flags(&mut flags);
    }
    let config = Config::load(&flags).map_err(Fault::failure)?;
    log(&config, matches!(cli.command, Command::Serve(_)))?;
    std::fs::create_dir_all(&config.settings.data_dir)
        .map_err(|error| Fault::failure(format!("{}: {error}", config.settings.data_dir.display())))?;
    let global = cli.global;
    runtime(&config)?.block_on(async move {
        match cli.command {
            Command::Serve(serve) => serve.run(&config).await,
            Command::Publish(publish) => publish.run(&works(&config).await?, &global).await,
            Command::Dataset(dataset) => dataset.run(&works(&config).await?, &global).await,
            Command::Train(train) => train.run(&works(&config).await?, &global).await,
            Command::Predict(predict) => predict.run(&works(&config).await?, &global).await,
            Command::User(user) => user.run(&works(&config).await?, &global).await,
            Command::Token(token) => token.run(&works(&config).await?, &global).await,
            Command::Migrate(migrate) => migrate.run(&open(&config).await?, &global).await,
            Command::Blobs(blobs) => blobs.run(&works(&config).await?, &global).await,
            Command::Check => check::run(&works(&config).await?, &global).await,
            Command::Revision(revision) => revision.run(&works(&config).await?, &global).await,
            // Answered already: it needs no database.
            Command::OpenApi(openapi) => openapi.run(),
            Command::Seed => demo::seed(&works(&config).await?).await,
        }
    })
}

/// Rocket's own runtime, which `rocket::execute` makes, knows nothing of our settings.
fn runtime(config: &Config) -> Result<tokio::runtime::Runtime, Fault> {
    let workers = config.figment.extract_inner::<usize>("workers").map_err(Fault::failure)?;
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers.max(1))
        .thread_name("almanac-worker")
        .enable_all()
        // Turn and turn about: of 512 connections half are woken into the queue that all workers share, and
        // every 31st look at it, as is usual, let them starve (p99 170 ms -> 13 ms, at the same throughput).
        .global_queue_interval(2)
        .build()
        .map_err(Fault::failure)
}

/// The database as it is.
async fn open(config: &Config) -> Result<Store, Fault> {
    let url = config.database_url();
    Store::open(&url, 2, Duration::from_secs(5))
        .await
        .map_err(|error| Fault::failure(format!("database: {error}")))
}

/// The database with today's schema, and the blobs.
async fn works(config: &Config) -> Result<Works, Fault> {
    let store = open(config).await?;
    store::migrate::up(&store).await?;
    Works::open(store, &config.settings).await.map_err(Fault::failure)
}

/// Logs to standard error: for people on a terminal, JSON lines elsewhere; commands only warnings.
fn log(config: &Config, serving: bool) -> Result<(), Fault> {
    let level = if serving { config.settings.log.as_str() } else { "warn" };
    // Rocket would repeat at length what we log ourselves.
    let filter = EnvFilter::try_new(format!("rocket=off,{level}"))
        .map_err(|error| Fault::failure(format!("log: {error}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        log.with_target(false).try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
    started.map_err(Fault::failure)?;
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a panic: please report it")));
    Ok(())
}
