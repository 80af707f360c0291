//! `almanac revision`: what only an operator does with revisions.

use super::{Fault, Global};
use crate::{
    jobs::{Works, withdraw::withdraw},
    store,
};
use clap::Subcommand;
use serde_json::json;

/// Take revisions back
#[derive(Debug, Subcommand)]
pub enum Revision {
    /// Take a revision's content back for good, as personal data has to be: its URLs answer 410, its files are
    /// deleted, models that learned from it say so; the dataset's rows of today stay
    Withdraw {
        /// The dataset
        dataset: String,
        /// The revision's number
        number: i64,
    },
}

impl Revision {
    pub(in crate::cli) async fn run(self, works: &Works, global: &Global) -> Result<(), Fault> {
        let Revision::Withdraw { dataset, number } = self;
        let done = withdraw(works, &dataset, number).await.map_err(|fault| match fault {
            crate::jobs::Fault::Store(store::Fault::Missing) => {
                Fault::missing(format!("revision {number} of `{dataset}`"))
            }
            crate::jobs::Fault::Store(store::Fault::Changed) => {
                Fault::refused(format!("revision {number} of `{dataset}` is withdrawn already"))
            }
            other => other.into(),
        })?;
        if global.json {
            println!("{}", json!({"deletedFiles": done.deleted, "models": done.models}));
            return Ok(());
        }
        println!("{dataset} revision {number} is withdrawn");
        eprintln!("{} files deleted", done.deleted);
        for model in done.models {
            eprintln!("model {model} learned from it, and says so");
        }
        Ok(())
    }
}
