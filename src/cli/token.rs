//! `almanac token`: make and revoke tokens.

use super::{Fault, Global};
use crate::{auth::bearer, jobs::Works, store};
use chrono::{Duration, Utc};
use clap::Subcommand;

/// Make and revoke tokens
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token for a user; it is printed once and cannot be read again
    Add {
        /// The user
        user: String,
        /// What the token is for
        #[arg(long, default_value = "command line")]
        name: String,
        /// Days until it expires
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..36_500))]
        days: u32,
    },
    /// Refuse a token from now on
    Revoke {
        /// Its number, as `token add` tells on standard error
        id: i64,
    },
}

impl Token {
    pub(in crate::cli) async fn run(self, works: &Works, global: &Global) -> Result<(), Fault> {
        let now = Utc::now();
        match self {
            Token::Add { user, name, days } => {
                let text = bearer::fresh()?;
                let digest = bearer::digest(&text).ok_or_else(|| Fault::failure("a token that is none"))?;
                let mut tx = works.store.write().await?;
                let (owner, _) = store::user::find(&mut tx, &user).await.map_err(|fault| match fault {
                    store::Fault::Missing => Fault::missing(format!("user `{user}`")),
                    other => other.into(),
                })?;
                if owner.disabled {
                    let why = format!("user `{user}` is disabled: `almanac user enable {user}` first");
                    return Err(Fault::refused(why));
                }
                let expires = now + Duration::days(days.into());
                let token = store::token::insert(&mut tx, &owner, &name, &digest, now, Some(expires)).await?;
                tx.commit().await?;
                eprintln!("token {} of {}, until {}", token.id, owner.name, expires.format("%Y-%m-%d"));
                if global.json {
                    println!("{}", serde_json::json!({"id": token.id, "token": text}));
                } else {
                    println!("{text}");
                }
                Ok(())
            }
            Token::Revoke { id } => {
                let mut tx = works.store.write().await?;
                store::token::revoke(&mut tx, id, now).await.map_err(|fault| match fault {
                    store::Fault::Missing => Fault::missing(format!("live token {id}")),
                    other => other.into(),
                })?;
                tx.commit().await?;
                eprintln!("token {id} is refused from now on");
                Ok(())
            }
        }
    }
}
