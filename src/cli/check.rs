//! `almanac check`: whether what was noted of changes is as it was.

use super::{Fault, Global};
use crate::{
    jobs::Works,
    store::{self, audit::Chain},
};
use serde_json::json;

/// Follows the chain of the audit table.
pub(in crate::cli) async fn run(works: &Works, global: &Global) -> Result<(), Fault> {
    let followed = store::audit::verify(&mut works.store.read().await?).await?;
    if global.json {
        let chain = followed.as_ref().ok();
        let told = json!({"lines": chain.map(|chain| chain.lines), "hash": chain.map(|chain| &chain.hash),
            "altered": followed.as_ref().err()});
        println!("{told}");
    }
    match followed {
        Ok(Chain { lines, hash }) => {
            eprintln!("{lines} lines of the audit table are as they were written; the last one's hash:");
            eprintln!("{hash}");
            eprintln!(
                "Lines taken from the end, and those not chained yet, only a hash from before gives away."
            );
            Ok(())
        }
        Err(line) => Err(Fault::failure(format!(
            "line {line} of the audit table was altered, or one before it taken away"
        ))),
    }
}
