//! Settings: one typed place, filled from defaults, `Rocket.toml`, `ALMANAC_*` and flags, the later
//! winning over the earlier.
//!
//! Rocket's own keys (`address`, `port`, `limits` ..) stand beside ours in the same file. A key that
//! nobody knows is an error: a misspelt setting must not be silently ignored.

mod blobs;
mod bodies;
mod people;
mod rates;
mod versions;

pub use blobs::{Blobs, Place};
pub use bodies::Bodies;
pub use people::{Clients, Passwords, Sessions};
pub use rates::{Allowance, Load, Rates};
pub use versions::{Usage, V1};

use rocket::figment::{
    Figment, Profile,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, path::PathBuf};

/// Environment variables that carry our prefix but are no settings.
const NO_SETTINGS: &[&str] = &["profile", "config", "test_postgres", "test_database", "kill_rounds"];

/// Everything that can be set, but for Rocket's own keys and the databases' addresses.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Folder of the database file, the blobs and the spool files.
    pub data_dir: PathBuf,
    /// Where clients reach this server, with path prefix; default: the address that it listens on.
    pub public_url: Option<String>,
    /// Whether a write without If-Match or If-None-Match is refused with 428.
    pub require_if_match: bool,
    /// What is logged: `error`, `warn`, `info`, `debug`.
    pub log: String,
    /// Answers that are kept in memory, and proxies that keep them outside.
    pub cache: Cache,
    /// Bounds on what is sent to us.
    pub bodies: Bodies,
    /// Where bytes are kept, and how many.
    pub blobs: Blobs,
    /// How tables are read.
    pub import: Import,
    /// How models are trained.
    pub learning: Learning,
    /// How passwords are checked.
    pub passwords: Passwords,
    /// How long browsers stay signed in.
    pub sessions: Sessions,
    /// Where clients come from, and how often they may guess at passwords.
    pub clients: Clients,
    /// How often they may ask for anything.
    pub rates: Rates,
    /// How much is worked on at the same time.
    pub load: Load,
    /// The first version of the API and its end.
    pub v1: V1,
    /// Who called what.
    pub usage: Usage,
}

/// Answers that are kept in memory, and proxies that keep them outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Cache {
    /// Memory for answers, in bytes; 0 keeps none.
    pub size_bytes: u64,
    /// Whether answers say in `Cache-Status` (RFC 9211) whether they were kept.
    pub status: bool,
    /// Proxies that are told by `PURGE` what was changed: their URLs.
    pub proxies: Vec<String>,
}

/// How tables are read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Import {
    /// Cells that mean "nothing was measured", beside the empty one.
    pub missing: Vec<String>,
    /// Imports and sealings at the same time that nobody waits for.
    pub workers: usize,
    /// Tables of more bytes than this are imported by a job.
    pub job_bytes: u64,
    /// Heads of more cells than this are sealed by a job.
    pub job_cells: u64,
}

/// How models are trained.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Learning {
    /// Trainings at the same time.
    pub workers: usize,
    /// Largest matrix, in cells (rows × encoded columns).
    pub cells: usize,
    /// Seconds after which a training fails.
    pub deadline_s: u64,
    /// Trainings of at most this many cells are waited for, so that the answer is the finished job.
    pub wait_cells: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            data_dir: "data".into(),
            public_url: None,
            require_if_match: false,
            log: "info".into(),
            cache: Cache::default(),
            bodies: Bodies::default(),
            blobs: Blobs::default(),
            import: Import::default(),
            learning: Learning::default(),
            passwords: Passwords::default(),
            sessions: Sessions::default(),
            clients: Clients::default(),
            rates: Rates::default(),
            load: Load::default(),
            v1: V1::default(),
            usage: Usage::default(),
        }
    }
}

impl Default for Cache {
    fn default() -> Cache {
        Cache { size_bytes: 32 << 20, status: false, proxies: Vec::new() }
    }
}

impl Default for Import {
    fn default() -> Import {
        let missing = ["NA", "NaN", "null"].map(String::from).to_vec();
        Import { missing, workers: 1, job_bytes: 8 << 20, job_cells: 2_000_000 }
    }
}

impl Default for Learning {
    fn default() -> Learning {
        Learning { workers: 1, cells: 50_000_000, deadline_s: 600, wait_cells: 200_000 }
    }
}

/// Why the settings cannot be used.
#[derive(Debug)]
pub struct Misconfigured(String);

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misconfigured {}

/// What a command line may set; `None` leaves the setting as it is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    /// Address to listen on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Port to listen on; 0 takes any free one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// See [`Settings::data_dir`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// See [`Settings::public_url`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
}

/// The settings of this process, and the figment that Rocket is built from.
#[derive(Debug, Clone)]
pub struct Config {
    /// Ours.
    pub settings: Settings,
    /// All of them, Rocket's and the databases' too.
    pub figment: Figment,
}

impl Config {
    /// Reads defaults, `Rocket.toml` (or the file that `ALMANAC_CONFIG` names), `ALMANAC_*`, flags.
    pub fn load(flags: &Flags) -> Result<Config, Misconfigured> {
        let named = std::env::var_os("ALMANAC_CONFIG").map(PathBuf::from);
        if let Some(file) = named.as_ref().filter(|file| !file.is_file()) {
            return Err(Misconfigured(format!("ALMANAC_CONFIG: expected a file, found {}", file.display())));
        }
        let file = named.unwrap_or_else(|| "Rocket.toml".into());
        let profile = Profile::from_env_or("ALMANAC_PROFILE", rocket::Config::DEFAULT_PROFILE);
        refuse_unknown_profiles(&file, &profile)?;
        let own = Figment::new()
            .merge(Toml::file(&file).nested())
            .merge(Env::prefixed("ALMANAC_").ignore(NO_SETTINGS).split("__").global())
            .select(profile.clone());
        refuse_unknown(&own)?;
        Config::from_figment(Config::defaults(profile).merge(own).merge(Serialized::globals(flags)))
    }

    /// The defaults alone with some settings changed, whatever the environment says: for tests.
    pub fn exactly(changes: impl Serialize) -> Result<Config, Misconfigured> {
        Config::from_figment(
            Config::defaults(rocket::Config::DEBUG_PROFILE).merge(Serialized::globals(changes)),
        )
    }

    fn defaults(profile: Profile) -> Figment {
        Figment::from(rocket::Config::default())
            // Not `globals`, which win over each profile: a file's [default] would count for nothing.
            .merge(Serialized::defaults(Settings::default()))
            // See docs/limits.md for each.
            .merge(("ident", false))
            .merge(("ip_header", false))
            .merge(("log_level", "off"))
            .merge(("cli_colors", false))
            .merge(("shutdown.grace", 20))
            .merge(("shutdown.mercy", 5))
            .merge(("shutdown.ctrlc", true))
            .select(profile)
    }

    fn from_figment(figment: Figment) -> Result<Config, Misconfigured> {
        let settings: Settings = figment.extract().map_err(|error| Misconfigured(explained(&error)))?;
        figment.extract::<rocket::Config>().map_err(|error| Misconfigured(explained(&error)))?;
        check_bounds(&settings)?;
        settings.passwords.check(figment.profile()).map_err(Misconfigured)?;
        if let Some(url) = &settings.public_url {
            check_public_url(url)?;
        }
        for proxy in &settings.cache.proxies {
            check_proxy(proxy)?;
        }
        settings.v1.check().map_err(Misconfigured)?;
        settings.blobs.check().map_err(Misconfigured)?;
        let url = database_url(&figment, &settings);
        if url.starts_with("sqlite:") && figment.contains("databases.almanac.read_url") {
            let expected = "databases.almanac.read_url: expected a PostgreSQL in databases.almanac.url";
            return Err(Misconfigured(format!("{expected}, found SQLite")));
        }
        let figment = figment
            .join(("databases.almanac.max_connections", 10))
            .join(("databases.almanac.connect_timeout", 3))
            .merge(("databases.almanac.url", url));
        Ok(Config { settings, figment })
    }

    /// Where the database is: an SQLite file in the data folder unless set.
    pub fn database_url(&self) -> String {
        database_url(&self.figment, &self.settings)
    }
}

fn database_url(figment: &Figment, settings: &Settings) -> String {
    figment
        .extract_inner("databases.almanac.url")
        .unwrap_or_else(|_| format!("sqlite://{}", settings.data_dir.join("almanac.db").display()))
}

/// Profiles of a file or of `ALMANAC_PROFILE` that nobody knows: a misspelt section is not ignored.
fn refuse_unknown_profiles(file: &std::path::Path, profile: &Profile) -> Result<(), Misconfigured> {
    let sections = Figment::new().merge(Toml::file(file).nested());
    let named: Vec<Profile> = sections.profiles().cloned().collect();
    let known = ["default", "global", "debug", "release"].map(Profile::new);
    let own = [profile.clone()];
    let known = || known.iter().chain(own.iter());
    if let Some(other) = named.iter().find(|named| known().all(|known| known != *named)) {
        let expected = "expected the sections [default], [debug], [release] or the one of ALMANAC_PROFILE";
        return Err(Misconfigured(format!("{}: {expected}, found [{other}]", file.display())));
    }
    if known().take(4).all(|known| known != profile) && !named.contains(profile) {
        return Err(Misconfigured(format!("ALMANAC_PROFILE: expected debug or release, found {profile}")));
    }
    Ok(())
}

fn check_bounds(settings: &Settings) -> Result<(), Misconfigured> {
    let bounds = [
        ("sessions.idle_s", settings.sessions.idle_s as usize, 60),
        ("sessions.life_s", settings.sessions.life_s as usize, 60),
        ("sessions.kept_s", settings.sessions.kept_s as usize, 60),
        ("import.workers", settings.import.workers, 1),
        ("learning.workers", settings.learning.workers, 1),
        ("learning.cells", settings.learning.cells, 1),
        ("load.at_once", settings.load.at_once as usize, 1),
    ];
    let bounds = bounds.map(|(name, found, least)| (name.to_string(), found, least));
    let rates = settings.rates.numbers().map(|(name, found)| (name, found as usize, 1));
    for (name, found, least) in bounds.into_iter().chain(rates) {
        if found < least {
            return Err(Misconfigured(format!("{name}: expected at least {least}, found {found}")));
        }
    }
    let level = |text: &str| ["off", "error", "warn", "info", "debug", "trace"].contains(&text);
    let directive = |text: &str| level(text.rsplit('=').next().unwrap_or_default().trim());
    if settings.log.split(',').all(directive) {
        return Ok(());
    }
    let expected = "log: expected error, warn, info or debug, or target=level";
    Err(Misconfigured(format!("{expected}, found {:?}", settings.log)))
}

/// Keys of `databases.almanac`, of Rocket's `shutdown` and `limits`, of which the defaults name few.
const OPTIONAL: &[&str] = &[
    "public_url",
    "blobs.url",
    "blobs.endpoint",
    "blobs.region",
    "secret_key",
    "proxy_proto_header",
    "temp_dir",
    "databases.almanac.url",
    "databases.almanac.read_url",
    "databases.almanac.min_connections",
    "databases.almanac.max_connections",
    "databases.almanac.connect_timeout",
    "databases.almanac.idle_timeout",
    "databases.almanac.extensions",
    "shutdown.ctrlc",
    "shutdown.signals",
    "shutdown.grace",
    "shutdown.mercy",
];

/// An absolute http(s) URL without query and fragment.
fn check_public_url(text: &str) -> Result<(), Misconfigured> {
    let fine = url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
    });
    let expected = "public_url: expected an absolute http or https URL without query";
    if fine { Ok(()) } else { Err(Misconfigured(format!("{expected}, found {text:?}"))) }
}

/// The address of a proxy: `http://host:port/`.
fn check_proxy(text: &str) -> Result<(), Misconfigured> {
    let fine = url::Url::parse(text).is_ok_and(|url| url.scheme() == "http" && url.query().is_none());
    let expected = "cache.proxies: expected http URLs without query";
    if fine { Ok(()) } else { Err(Misconfigured(format!("{expected}, found {text:?}"))) }
}

fn refuse_unknown(own: &Figment) -> Result<(), Misconfigured> {
    let mut known: BTreeSet<String> = OPTIONAL.iter().map(|key| (*key).to_string()).collect();
    for defaults in
        [Figment::from(rocket::Config::default()), Figment::from(Serialized::defaults(Settings::default()))]
    {
        known.extend(keys(&defaults));
    }
    for key in keys(own) {
        if !known.contains(&key) {
            let what = "expected a setting named in Rocket.toml, found";
            return Err(Misconfigured(format!("{what} `{key}`")));
        }
    }
    Ok(())
}

/// Every key of the selected profile, `a.b` for nested ones; tables themselves are not listed.
fn keys(figment: &Figment) -> Vec<String> {
    fn walk(prefix: &str, dict: &rocket::figment::value::Dict, out: &mut Vec<String>) {
        for (key, value) in dict {
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value.as_dict() {
                Some(inner) => walk(&path, inner, out),
                None => out.push(path),
            }
        }
    }
    let mut out = Vec::new();
    if let Ok(value) = figment.extract::<rocket::figment::value::Dict>() {
        walk("", &value, &mut out);
    }
    out
}

fn explained(error: &rocket::figment::Error) -> String {
    error.clone().into_iter().map(|e| e.to_string()).collect::<Vec<_>>().join("; ")
}
