//! Passwords: Argon2id hashes (RFC 9106), made and checked away from the request threads.

use crate::config::Passwords;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Error, SaltString},
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// How long a check waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes and checks hashes, as many at a time as there are cores: each takes 19 MiB and all of one.
#[derive(Debug, Clone)]
pub struct Hasher {
    settings: Passwords,
    turns: Arc<Semaphore>,
    /// Hash of nobody's password: an unknown name costs as much as a wrong password.
    nobody: Arc<str>,
}

/// What a password was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not the one that was hashed.
    Wrong,
    /// The one that was hashed.
    Right,
    /// The one that was hashed, but in another way than the settings have it now.
    Outdated,
}

/// Why a password was neither accepted nor refused.
#[derive(Debug)]
pub enum Fault {
    /// Too many checks at once: worth another try.
    Busy,
    /// The hash could not be made or read.
    Broken(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Busy => f.write_str("too many passwords are being checked"),
            Fault::Broken(what) => write!(f, "password hash: {what}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Broken(error.to_string())
    }
}

impl Hasher {
    /// A hasher with these settings.
    pub fn new(settings: &Passwords) -> Result<Hasher, Fault> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = hashed(settings, &crate::auth::bearer::random_text(24)?)?;
        Ok(Hasher {
            settings: settings.clone(),
            turns: Arc::new(Semaphore::new(cores)),
            nobody: nobody.into(),
        })
    }

    /// The hash of a password, as a PHC string.
    pub async fn hash(&self, password: String) -> Result<String, Fault> {
        let settings = self.settings.clone();
        self.in_turn(move || hashed(&settings, &password)).await
    }

    /// Whether the password belongs to the hash; `None` is the hash of somebody unknown.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<Verdict, Fault> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let settings = self.settings.clone();
        let verdict = self.in_turn(move || {
            let hash = PasswordHash::new(&hash)?;
            Ok(match Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() {
                true if is_made_with(&settings, &hash) => Verdict::Right,
                true => Verdict::Outdated,
                false => Verdict::Wrong,
            })
        });
        let verdict = verdict.await?;
        Ok(if known { verdict } else { Verdict::Wrong })
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let turn = timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Fault::Busy)?.map_err(|_| Fault::Busy)?;
        let done = spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| Fault::Broken(error.to_string()))?
    }
}

fn hashed(settings: &Passwords, password: &str) -> Result<String, Fault> {
    let params = Params::new(settings.memory_kib, settings.passes, 1, None)
        .map_err(|error| Fault::Broken(error.to_string()))?;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| Fault::Broken(error.to_string()))?;
    let salt = SaltString::encode_b64(&salt)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Ok(argon.hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Whether a hash is one that [`hashed`] would make.
fn is_made_with(settings: &Passwords, hash: &PasswordHash<'_>) -> bool {
    let params = Params::try_from(hash);
    let params = params.is_ok_and(|params| {
        (params.m_cost(), params.t_cost(), params.p_cost()) == (settings.memory_kib, settings.passes, 1)
    });
    params && hash.algorithm == ARGON2ID_IDENT && hash.version == Some(Version::V0x13.into())
}

/// A password as it was hashed: NFC (RFC 8265 §4).
pub fn normalised(password: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    password.nfc().collect()
}
