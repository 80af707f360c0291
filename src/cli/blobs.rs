//! `almanac blobs`: the bytes of tables and messages, swept and checked.

use super::{Fault, Global};
use crate::{
    blob::{check::Depth, sweep::Listing},
    jobs::Works,
};
use clap::Subcommand;
use serde_json::json;

/// Delete bytes that nothing refers to any more, check that the others are there
#[derive(Debug, Subcommand)]
pub enum Blobs {
    /// Delete bytes that nothing has referred to for `blobs.grace_s`; the first time they are only marked
    Sweep,
    /// Check that all bytes that something refers to are there, in their full length
    Check {
        /// Compare all bytes with their SHA-256
        #[arg(long)]
        verify: bool,
    },
}

impl Blobs {
    pub(in crate::cli) async fn run(self, works: &Works, global: &Global) -> Result<(), Fault> {
        match self {
            Blobs::Sweep => sweep(works, global).await,
            Blobs::Check { verify: true } => check(works, Depth::Bytes, global).await,
            Blobs::Check { verify: false } => check(works, Depth::Sizes, global).await,
        }
    }
}

async fn sweep(works: &Works, global: &Global) -> Result<(), Fault> {
    let swept = works.blobs.sweep(Listing::Whole).await?;
    if global.json {
        let told = json!({"found": swept.found, "marked": swept.marked, "deleted": swept.deleted,
            "deletedBytes": swept.deleted_bytes});
        println!("{told}");
    } else {
        println!("{} found that were not noted", swept.found);
        println!("{} marked, to be deleted by a later sweep", swept.marked);
        println!("{} deleted, {} bytes", swept.deleted, swept.deleted_bytes);
    }
    Ok(())
}

async fn check(works: &Works, depth: Depth, global: &Global) -> Result<(), Fault> {
    let mut wrong = 0_u64;
    let right = works.blobs.check(depth, |digest, what| {
        wrong += 1;
        if global.json {
            println!("{}", json!({"sha256": digest, "wrong": what.to_string()}));
        } else {
            println!("{digest}: {what}");
        }
    });
    let right = right.await?;
    if wrong > 0 {
        return Err(Fault::failure(format!("{wrong} blobs are not as they were kept, {right} are")));
    }
    eprintln!("{right} blobs are as they were kept");
    Ok(())
}
