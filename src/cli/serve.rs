//! `almanac serve`: answer HTTP requests until told to stop.

use super::{Fault, demo};
use crate::{
    config::{Config, Flags},
    server,
};
use clap::Args;
use std::io::Write;

/// Answer HTTP requests
#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on [default: 127.0.0.1]
    #[arg(long)]
    address: Option<String>,
    /// Port to listen on; 0 takes any free one [default: 8000]
    #[arg(long)]
    port: Option<u16>,
    /// Where clients reach this server, with path prefix [default: the address it listens on]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Publish example data and make an administrator first, unless they are there
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(in crate::cli) fn flags(&self, flags: &mut Flags) {
        flags.address.clone_from(&self.address);
        flags.port = self.port;
        flags.public_url.clone_from(&self.public_url);
    }

    pub(in crate::cli) async fn run(self, config: &Config) -> Result<(), Fault> {
        let works = super::works(config).await?;
        if self.demo {
            demo::prepare(&works).await?;
        } else {
            demo::hint(&works).await?;
        }
        works.store.close().await;
        let rocket = server::announcing(server::build(config), ready);
        match rocket.launch().await {
            Ok(ended) => {
                server::close(&ended).await;
                Ok(())
            }
            Err(error) => Err(refused(&error, config)),
        }
    }
}

/// Why it does not listen; Rocket's error panics when it is dropped unseen.
fn refused(error: &rocket::Error, config: &Config) -> Fault {
    match error.kind() {
        rocket::error::ErrorKind::Bind(reason) => {
            let port = config.figment.extract_inner::<u16>("port").unwrap_or_default();
            Fault::failure(format!("port {port}: {reason}; try --port with another, or 0 for any free one"))
        }
        other => Fault::failure(other),
    }
}

/// The one line on standard output, for people and for scripts.
fn ready(url: &str, address: &str) {
    if url != address {
        eprintln!("the public URL is {url}; it must lead to {address}, without the path of the public URL");
    }
    let mut out = std::io::stdout().lock();
    // Nobody reads it: that is no reason not to serve.
    let _ = writeln!(out, "listening on {url}").and_then(|()| out.flush());
}
