//! `almanac migrate`: the database's schema, up, down, and where it stands.

use super::{Fault, Global};
use crate::store::{Store, migrate};
use clap::Subcommand;

/// Bring the database's schema up, take it back, show where it stands
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Apply what the database lacks
    Up,
    /// Take the newest migration back, and with it the data that it made room for
    Down {
        /// Do it: without this flag it is only told what would happen
        #[arg(long)]
        yes: bool,
    },
    /// List every migration
    Status,
}

impl Migrate {
    pub(in crate::cli) async fn run(self, store: &Store, global: &Global) -> Result<(), Fault> {
        match self {
            Migrate::Up => migrate::up(store).await?,
            Migrate::Down { yes } => {
                let newest = migrate::status(store).await?.into_iter().rfind(|step| step.applied);
                let Some(newest) = newest else {
                    eprintln!("nothing to take back");
                    return Ok(());
                };
                if !yes {
                    let what = format!("{} {}", newest.version, newest.name);
                    return Err(Fault::refused(format!(
                        "this takes back {what} and deletes the data that it made room for; say --yes to do it"
                    )));
                }
                migrate::down(store).await?;
            }
            Migrate::Status => {}
        }
        for step in migrate::status(store).await? {
            if global.json {
                let step =
                    serde_json::json!({"version": step.version, "name": step.name, "applied": step.applied});
                println!("{step}");
            } else {
                println!(
                    "{} {} {}",
                    step.version,
                    if step.applied { "applied" } else { "missing" },
                    step.name
                );
            }
        }
        Ok(())
    }
}
