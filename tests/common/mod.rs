//! A whole site for one test: its own data folder, its own database, no socket.
//!
//! [`Site::empty`] takes SQLite, or PostgreSQL when `ALMANAC_TEST_DATABASE=postgres`;
//! [`Site::on_postgres`] takes the server that `ALMANAC_TEST_POSTGRES` names, if there is one.

#![allow(dead_code, reason = "each test program uses another part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

pub mod answer;
pub mod arrange;
pub mod browser;
pub mod crawl;
pub mod database;
pub mod hidden;
pub mod routes;
pub mod wire;

pub use answer::Answer;

use almanac::{
    auth::{bearer, password::Hasher},
    config::Config,
    domain::{permission::Role, user::User},
    jobs::Works,
    routes::ask,
    server, store,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Duration, Utc};
use database::Database;
use rocket::{
    Build, Rocket,
    http::{Header, Method},
    local::asynchronous::{Client, LocalRequest, LocalResponse},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The base of every link of a test's site.
pub const BASE: &str = "http://almanac.test";

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// The media type of a merge patch.
pub const MERGE: &str = "application/merge-patch+json";

/// A server and what it keeps, gone when dropped.
pub struct Site {
    client: Client,
    settings: Value,
    database: Option<Database>,
    // After the client: the database file lies in it.
    _folder: Option<TempDir>,
}

impl Site {
    /// A site with nothing in it.
    pub async fn empty() -> Site {
        Site::with(json!({})).await
    }

    /// An empty site with some settings changed, as a JSON object.
    pub async fn with(settings: Value) -> Site {
        Site::built(settings, |rocket| rocket).await
    }

    /// An empty site with settings changed and something added to the server: a route, a fairing.
    pub async fn built(settings: Value, change: impl FnOnce(Rocket<Build>) -> Rocket<Build>) -> Site {
        let database = match database::chosen() {
            database::Choice::Sqlite => None,
            database::Choice::Postgres => {
                Some(Database::create().await.expect("expected ALMANAC_TEST_POSTGRES"))
            }
        };
        Site::over(database, settings, change).await
    }

    /// An empty site on PostgreSQL; `None` where there is none to test with.
    pub async fn on_postgres() -> Option<Site> {
        Site::on_postgres_with(json!({})).await
    }

    /// The same with some settings changed.
    pub async fn on_postgres_with(settings: Value) -> Option<Site> {
        let database = Database::create().await?;
        Some(Site::over(Some(database), settings, |rocket| rocket).await)
    }

    /// Address of the site's PostgreSQL database.
    pub fn database_url(&self) -> String {
        self.database.as_ref().expect("a site on PostgreSQL").url.clone()
    }

    async fn over(
        database: Option<Database>,
        changes: Value,
        change: impl FnOnce(Rocket<Build>) -> Rocket<Build>,
    ) -> Site {
        let folder = TempDir::new().expect("a temporary folder");
        let mut settings = json!({
            "data_dir": folder.path(),
            "public_url": BASE,
            "log": "error",
            "workers": 2,
            "shutdown": {"ctrlc": false, "signals": []},
            // The smallest that Argon2 takes: tests check that it is asked, not that it is slow.
            "passwords": {"memory_kib": 8, "passes": 1},
            // Tests ask as fast as they can; `tests/rates.rs` holds clients up.
            "rates": {"enabled": false},
        });
        if let Some(database) = &database {
            settings["databases"] = json!({"almanac": {"url": database.url}});
        }
        merge(&mut settings, changes);
        let config = Config::exactly(settings.clone()).expect("settings that are fine");
        let rocket = change(server::build(&config));
        let client = Client::untracked(rocket).await.expect("a server that starts");
        Site { client, settings, database, _folder: Some(folder) }
    }

    /// A second server over the same folder and database, in the same process but sharing nothing else.
    pub async fn beside(site: &Site) -> Site {
        let client = Client::untracked(site.another()).await.expect("a server that starts");
        Site { client, settings: site.settings.clone(), database: None, _folder: None }
    }

    /// Another server with the same settings, folder and database, which would listen on any free port.
    pub fn another(&self) -> Rocket<Build> {
        let mut settings = self.settings.clone();
        merge(&mut settings, json!({"address": "127.0.0.1", "port": 0}));
        server::build(&Config::exactly(settings).expect("settings that are fine"))
    }

    /// The server itself.
    pub fn rocket(&self) -> &Rocket<rocket::Orbit> {
        self.client.rocket()
    }

    /// Store, blobs, settings: to arrange what a test is given.
    pub fn works(&self) -> &Works {
        &self.rocket().state::<ask::Site>().expect("a site").works
    }

    /// Adds a user with [`PASSWORD`] and gives a token of theirs.
    pub async fn user(&self, name: &str, role: Role) -> String {
        let hasher = self.rocket().state::<Hasher>().expect("a hasher");
        let hash = hasher.hash(PASSWORD.into()).await.expect("a hash");
        let mut tx = self.works().store.write().await.expect("a transaction");
        let user =
            store::user::insert(&mut tx, name, Some(&hash), role, Utc::now()).await.expect("a new user");
        tx.commit().await.expect("a commit");
        self.token(&user, Some(Utc::now() + Duration::days(1))).await
    }

    /// A token of a user's that ends at that moment.
    pub async fn token(&self, owner: &User, expires: Option<DateTime<Utc>>) -> String {
        let token = bearer::fresh().expect("randomness");
        let digest = bearer::digest(&token).expect("a whole token");
        let mut tx = self.works().store.write().await.expect("a transaction");
        store::token::insert(&mut tx, owner, "test", &digest, Utc::now(), expires)
            .await
            .expect("a new token");
        tx.commit().await.expect("a commit");
        token
    }

    /// A token of somebody of that role, who is added by the first call.
    pub async fn anybody(&self, role: Role) -> String {
        let name = format!("any-{role}");
        let mut conn = self.works().store.read().await.expect("a connection");
        let known = store::user::find(&mut conn, &name).await;
        drop(conn);
        match known {
            Ok((user, _)) => self.token(&user, None).await,
            Err(_) => self.user(&name, role).await,
        }
    }

    /// The user of that name.
    pub async fn find_user(&self, name: &str) -> User {
        let mut conn = self.works().store.read().await.expect("a connection");
        store::user::find(&mut conn, name).await.expect("a user of that name").0
    }

    /// A request; the target is a path with query, or a URL that begins with [`BASE`].
    pub fn request(&self, method: Method, target: &str) -> Request<'_> {
        let target = target.strip_prefix(BASE).unwrap_or(target);
        let target = if target.is_empty() { "/" } else { target };
        Request { inner: self.client.req(method, target.to_string()), said: format!("{method} {target}") }
    }

    /// A GET without any field of its own, sent.
    pub async fn get(&self, target: &str) -> Answer {
        self.request(Method::Get, target).send().await
    }

    /// A GET that asks for a media type, sent.
    pub async fn get_as(&self, target: &str, media: &str) -> Answer {
        self.request(Method::Get, target).header("Accept", media).send().await
    }

    /// A POST of a JSON document with a token, sent.
    pub async fn post(&self, target: &str, token: &str, value: &Value) -> Answer {
        self.request(Method::Post, target).bearer(token).json(value).send().await
    }

    /// A PUT of a JSON document with a token, to be sent.
    pub fn put(&self, target: &str, token: &str, value: &Value) -> Request<'_> {
        self.request(Method::Put, target).bearer(token).json(value)
    }

    /// A PATCH by a merge patch with a token, to be sent.
    pub fn patch(&self, target: &str, token: &str, value: &Value) -> Request<'_> {
        self.request(Method::Patch, target).bearer(token).json(value).header("Content-Type", MERGE)
    }

    /// A DELETE with a token, to be sent.
    pub fn delete(&self, target: &str, token: &str) -> Request<'_> {
        self.request(Method::Delete, target).bearer(token)
    }

    /// An article of that headline by the owner of the token; its path.
    pub async fn article(&self, token: &str, headline: &str) -> String {
        let answer = self.post("/v2/articles", token, &json!({"headline": headline})).await;
        answer.is(201).header("Location").expect("a Location").trim_start_matches(BASE).to_string()
    }

    /// The headline of the article at that path.
    pub async fn headline(&self, path: &str) -> String {
        self.get(path).await.is(200).json()["headline"].as_str().expect("a headline").to_string()
    }
}

/// `changes` into `settings`, object by object.
fn merge(settings: &mut Value, changes: Value) {
    match (settings, changes) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                merge(old.entry(key).or_insert(Value::Null), value);
            }
        }
        (old, new) => *old = new,
    }
}

/// A request that is being put together.
pub struct Request<'c> {
    inner: LocalRequest<'c>,
    said: String,
}

impl<'c> Request<'c> {
    /// A field; one of that name that was set before is replaced.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Request<'c> {
        self.inner.inner_mut().replace_header(Header::new(name.into(), value.into()));
        self
    }

    /// One more line of a field.
    pub fn line(mut self, name: impl Into<String>, value: impl Into<String>) -> Request<'c> {
        self.inner.add_header(Header::new(name.into(), value.into()));
        self
    }

    /// Where it comes from; nowhere unless said.
    pub fn sent_from(mut self, address: &str) -> Request<'c> {
        let address = std::net::SocketAddr::new(address.parse().expect("an address"), 4711);
        self.inner = self.inner.remote(address);
        self.header("Host", "almanac.test")
    }

    /// A token.
    pub fn bearer(self, token: &str) -> Request<'c> {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// A name and a password.
    pub fn basic(self, name: &str, password: &str) -> Request<'c> {
        let credentials = STANDARD.encode(format!("{name}:{password}"));
        self.header("Authorization", format!("Basic {credentials}"))
    }

    /// A state that is expected.
    pub fn if_match(self, tag: &str) -> Request<'c> {
        self.header("If-Match", tag)
    }

    /// A representation that is known.
    pub fn if_none_match(self, tag: &str) -> Request<'c> {
        self.header("If-None-Match", tag)
    }

    /// A JSON document as body; its media type is `application/json` unless set afterwards.
    pub fn json(self, value: &Value) -> Request<'c> {
        self.header("Content-Type", "application/json").body(value.to_string())
    }

    /// The fields of a form as body.
    pub fn form(self, fields: &[(&str, &str)]) -> Request<'c> {
        let text: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("Content-Type", "application/x-www-form-urlencoded").body(text)
    }

    /// A body as it is.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request<'c> {
        self.inner.set_body(body.into());
        self
    }

    /// The answer once it has begun, to be read piece by piece.
    pub async fn open(self) -> LocalResponse<'c> {
        self.inner.dispatch().await
    }

    /// The answer, read to its end.
    pub async fn send(self) -> Answer {
        let response = self.inner.dispatch().await;
        let status = response.status().code;
        let headers = response
            .headers()
            .iter()
            .map(|field| (field.name().to_string(), field.value().to_string()))
            .collect();
        let body = response.into_bytes().await.unwrap_or_default();
        Answer { said: self.said, status, headers, body }
    }
}
