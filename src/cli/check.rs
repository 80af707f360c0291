//! `almanac check`: whether what was noted of changes is as it was.

use super::{Fault, Global};
use crate::{jobs::Works, store};
use serde_json::json;

/// Follows the chain of the audit table.
pub(in crate::cli) async fn run(works: &Works, global: &Global) -> Result<(), Fault> {
    let followed = store::audit::verify(&mut works.store.read().await?).await?;
    if global.json {
        let told = json!({"lines": followed.ok(), "altered": followed.err()});
        println!("{told}");
    }
    match followed {
        Ok(lines) => {
            eprintln!("{lines} lines of the audit table are as they were written");
            Ok(())
        }
        Err(line) => Err(Fault::failure(format!(
            "line {line} of the audit table was altered, or one before it taken away"
        ))),
    }
}
