//! `almanac openapi`: the description of the API for programs.

use super::Fault;
use crate::represent::openapi::{Version, document};
use clap::Args;

/// Prints the OpenAPI description of a version of the API, as `/openapi/v2.json` serves it
#[derive(Debug, Args)]
pub struct OpenApi {
    /// Version: v1 or v2
    #[arg(default_value = "v2", value_parser = ["v1", "v2"])]
    version: String,
}

impl OpenApi {
    /// Prints it.
    pub fn run(&self) -> Result<(), Fault> {
        let version = Version::named(&self.version).unwrap_or(Version::Two);
        let text = serde_json::to_string_pretty(&document(None, version)).map_err(Fault::failure)?;
        println!("{text}");
        Ok(())
    }
}
