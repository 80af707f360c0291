//! `almanac user`: add users, change their password or role.

use super::{Fault, Global};
use crate::{
    auth::password::Hasher,
    domain::{
        password::password_at,
        permission::Role,
        user::{User as Found, name_at},
    },
    jobs::Works,
    store,
};
use chrono::Utc;
use clap::{Args, Subcommand};
use std::io::{IsTerminal, Read};

/// Add users, change their password or role
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a user
    Add {
        /// Lower-case letters, digits, hyphens, underscores
        name: String,
        /// reader, editor, publisher or admin
        #[arg(long, default_value = "reader")]
        role: Role,
        /// How the password comes in
        #[command(flatten)]
        password: Password,
    },
    /// Give a user another password; their tokens are revoked
    Passwd {
        /// The user
        name: String,
        /// How the password comes in
        #[command(flatten)]
        password: Password,
    },
    /// Give a user another role
    Role {
        /// The user
        name: String,
        /// reader, editor, publisher or admin
        role: Role,
    },
    /// Refuse a user's credentials from now on; their tokens are revoked
    Disable {
        /// The user
        name: String,
    },
    /// Take a disabled user's password again
    Enable {
        /// The user
        name: String,
    },
    /// List users: name, role, whether disabled
    List,
}

/// How the password comes in.
#[derive(Debug, Args)]
pub struct Password {
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

impl User {
    pub(in crate::cli) async fn run(self, works: &Works, global: &Global) -> Result<(), Fault> {
        match self {
            User::Add { name, role, password } => add(works, global, &name, role, password).await,
            User::Passwd { name, password } => {
                store::user::find(&mut works.store.read().await?, &name).await.map_err(unknown(&name))?;
                let hash = password.hashed(works).await?;
                let mut tx = works.store.write().await?;
                store::user::set_password(&mut tx, &name, &hash, Utc::now()).await.map_err(unknown(&name))?;
                tx.commit().await?;
                eprintln!("{name} has another password; their tokens are revoked");
                Ok(())
            }
            User::Role { name, role } => change(works, &name, Some(role), None).await,
            User::Disable { name } => change(works, &name, None, Some(true)).await,
            User::Enable { name } => change(works, &name, None, Some(false)).await,
            User::List => list(works, global).await,
        }
    }
}

async fn add(
    works: &Works,
    global: &Global,
    name: &str,
    role: Role,
    password: Password,
) -> Result<(), Fault> {
    let name = name_at("/name", name)?;
    let hash = password.hashed(works).await?;
    let mut tx = works.store.write().await?;
    let user = store::user::insert(&mut tx, &name, Some(&hash), role, Utc::now()).await;
    let user = user.map_err(|fault| match fault {
        store::Fault::Taken => Fault::conflict(format!("there is a user `{name}` already")),
        other => other.into(),
    })?;
    tx.commit().await?;
    if global.json {
        println!("{}", serde_json::json!({"name": user.name, "role": user.role.name()}));
    } else {
        println!("{} ({})", user.name, user.role);
    }
    Ok(())
}

async fn change(works: &Works, name: &str, role: Option<Role>, disabled: Option<bool>) -> Result<(), Fault> {
    let mut tx = works.store.write().await?;
    let (user, _) = store::user::find(&mut tx, name).await.map_err(unknown(name))?;
    let role = role.unwrap_or(user.role);
    let disabled = disabled.unwrap_or(user.disabled);
    let keeps = role == Role::Admin && !disabled;
    if user.role == Role::Admin
        && !user.disabled
        && !keeps
        && store::user::hold_administrators(&mut tx).await? <= 1
    {
        return Err(Fault::conflict(format!(
            "`{name}` is the last administrator: make somebody else one first"
        )));
    }
    let user = store::user::change(&mut tx, &user, role, disabled, Utc::now()).await?;
    tx.commit().await?;
    eprintln!("{}", line(&user));
    Ok(())
}

async fn list(works: &Works, global: &Global) -> Result<(), Fault> {
    let (users, _) = store::user::page(&mut works.store.read().await?, 0, i64::from(u32::MAX)).await?;
    for user in &users {
        if global.json {
            let told =
                serde_json::json!({"name": user.name, "role": user.role.name(), "disabled": user.disabled});
            println!("{told}");
        } else {
            println!("{}", line(user));
        }
    }
    Ok(())
}

/// `ann (editor)`, `bob (reader, disabled)`.
fn line(user: &Found) -> String {
    format!("{} ({}{})", user.name, user.role, if user.disabled { ", disabled" } else { "" })
}

fn unknown(name: &str) -> impl Fn(store::Fault) -> Fault + '_ {
    move |fault| match fault {
        store::Fault::Missing => Fault::missing(format!("user `{name}`")),
        other => other.into(),
    }
}

impl Password {
    async fn hashed(&self, works: &Works) -> Result<String, Fault> {
        let text = self.read()?;
        let least = works.settings.passwords.min_password_length;
        let password = password_at("/password", &text, least)?;
        Ok(Hasher::new(&works.settings.passwords)?.hash(password).await?)
    }

    fn read(&self) -> Result<String, Fault> {
        if self.password_stdin {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(Fault::failure)?;
            return Ok(text.trim_end_matches(['\r', '\n']).to_string());
        }
        if !std::io::stdin().is_terminal() {
            return Err(Fault::usage("expected a terminal to ask for the password, or --password-stdin"));
        }
        let first = rpassword::prompt_password("Password: ").map_err(Fault::failure)?;
        let again = rpassword::prompt_password("Again: ").map_err(Fault::failure)?;
        if first == again { Ok(first) } else { Err(Fault::refused("expected the same password twice")) }
    }
}
