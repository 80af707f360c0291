//! The one place that assembles Rocket: state, mounts, fairings, the catcher.

use crate::{
    auth::{
        known::Known,
        password::Hasher,
        rates::Rates,
        session::{self, Sessions},
        sight,
        throttle::Throttle,
    },
    config::Config,
    http::{
        head::{self, Named},
        problem::Problem,
        reply::{Refusal, refuse},
    },
    jobs::{Works, runner::Runner, tally},
    represent::{format, policy::Subject},
    routes::{self, always, answer, arrival::Arrival, ask::Site, hit, load, rate, sign, unversioned, usage},
    store::{self, Db},
};
use ::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use rocket::{
    Build, Data, Orbit, Request, Response, Rocket,
    fairing::{AdHoc, Fairing, Info, Kind},
    http::Method,
};
use rocket_db_pools::Database;
use std::fmt;

/// Why the server cannot be put together.
#[derive(Debug)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

fn fault(error: impl fmt::Display) -> Fault {
    Fault(error.to_string())
}

/// The server with these settings: database migrated, jobs claimed once it listens.
pub fn build(config: &Config) -> Rocket<Build> {
    let settings = config.clone();
    let mut rocket = rocket::custom(config.figment.clone())
        // Ours are in `always`; Rocket's own would stand beside them.
        .attach(rocket::shield::Shield::new())
        .attach(Db::init())
        .attach(AdHoc::try_on_ignite("Almanac", move |rocket| async move {
            match manage(&rocket, &settings).await {
                Ok((site, hasher, known)) => Ok(rocket.manage(site).manage(hasher).manage(known)),
                Err(fault) => {
                    tracing::error!(%fault, "the server cannot start");
                    Err(rocket)
                }
            }
        }))
        .attach(Envelope)
        .attach(AdHoc::on_liftoff("Base", |rocket| Box::pin(async move { lift_off(rocket) })))
        .attach(AdHoc::on_shutdown("Jobs", |rocket| {
            Box::pin(async move {
                if let Some(runner) = rocket.state::<Runner>() {
                    runner.stop().await;
                }
            })
        }))
        .manage(Runner::default())
        .manage(Sessions::new(&config.settings.sessions))
        .manage(Throttle::default())
        .manage(Rates::new(&config.settings.rates))
        .manage(load::Load::new(&config.settings.load))
        .manage(config.settings.clients.clone())
        .register("/", rocket::catchers![routes::catcher::any]);
    for (mount, routes) in routes::endpoints() {
        rocket = rocket.mount(mount, routes);
    }
    rocket
}

/// Writes what was counted last and closes the database of a server that has ended.
pub async fn close(rocket: &Rocket<rocket::Ignite>) {
    if let Some(site) = rocket.state::<Site>() {
        if let Err(fault) = tally::write(&site.works).await {
            tracing::warn!(%fault, "usage of the last seconds was not written");
        }
        site.works.store.close().await;
    }
}

/// The same server, which tells its URL once it answers.
///
/// `tell` is given that URL and the address that it listens on.
pub fn announcing(rocket: Rocket<Build>, tell: fn(&str, &str)) -> Rocket<Build> {
    rocket.attach(AdHoc::on_liftoff("Announcement", move |rocket| {
        Box::pin(async move {
            if let Some(site) = rocket.state::<Site>() {
                tell(&site.base().join(""), &listening_on(rocket.config()));
            }
        })
    }))
}

async fn manage(rocket: &Rocket<Build>, config: &Config) -> Result<(Site, Hasher, Known), Fault> {
    let db = Db::fetch(rocket).ok_or_else(|| fault("the database was not opened"))?;
    store::migrate::up(db).await.map_err(fault)?;
    let works = Works::open((**db).clone(), &config.settings).await.map_err(fault)?;
    let (mut fresh, mut secret) = ([0; 32], [0; 64]);
    getrandom::fill(&mut fresh).map_err(fault)?;
    getrandom::fill(&mut secret).map_err(fault)?;
    let key = store::instance::secret(db, "cursor", &STANDARD.encode(fresh)).await.map_err(fault)?;
    let key = STANDARD.decode(key).map_err(fault)?;
    let hasher = Hasher::new(&config.settings.passwords).map_err(fault)?;
    let site = Site::new(works, key);
    let known = Known::new(secret, site.cache.clone());
    Ok((site, hasher, known))
}

fn listening_on(config: &rocket::Config) -> String {
    let host = match config.address {
        std::net::IpAddr::V6(address) => format!("[{address}]"),
        std::net::IpAddr::V4(address) => address.to_string(),
    };
    format!("http://{host}:{}", config.port)
}

fn lift_off(rocket: &Rocket<Orbit>) {
    if let (Some(site), Some(runner)) = (rocket.state::<Site>(), rocket.state::<Runner>()) {
        site.listens_on(&listening_on(rocket.config()));
        if let Some(sessions) = rocket.state::<Sessions>() {
            sessions.reached_at(&site.base().join(""));
        }
        runner.start(site.works.clone(), site.cache.clone());
    }
}

/// What is done to every request before routing, and to every answer after.
struct Envelope;

#[rocket::async_trait]
impl Fairing for Envelope {
    fn info(&self) -> Info {
        Info { name: "Envelope", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        Arrival::of(request);
        undo_method_override(request, data).await;
        head::remember_method(request);
        if let Err(problem) = head::check(request) {
            refuse(request, Refusal::Problem(Box::new(problem)));
            return head::turn_away(request);
        }
        match format::bare(request.uri().path().as_str()) {
            Some((bare, media)) => head::route_by(request, &bare, Named::Suffix(media)),
            None => unversioned::forward(request),
        }
        if let Err(problem) = admitted(request).await {
            refuse(request, Refusal::Problem(Box::new(problem)));
            head::turn_away(request);
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let arrival = Arrival::of(request);
        hit::land(request);
        load::leave(request);
        if let Some(site) = request.rocket().state::<Site>() {
            usage::count(request, site);
            sign::note_guess(request, site);
        }
        unversioned::complete(request, response);
        response.set_raw_header(always::REQUEST_ID, &*arrival.id);
        if let Some(site) =
            request.rocket().state::<Site>().filter(|_| !response.headers().contains(always::MARK))
        {
            let mut fields = HeaderMap::new();
            always::complete(
                &mut fields,
                &site.works.settings.v1,
                site.base(),
                request.uri().path().as_str(),
            );
            for (name, value) in &fields {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                if *name == header::LINK || !response.headers().contains(name.as_str()) {
                    response.adjoin_raw_header(name.as_str().to_string(), value);
                }
            }
        }
        if sight::is_private(request) {
            if request.headers().contains(header::AUTHORIZATION.as_str()) {
                keep_to_program(response);
            } else {
                session::make_personal(request);
            }
        }
        if session::is_personal(request) {
            keep_to_one(response);
        }
        rate::settle(request, response);
        arrival.log(request, response.status().code);
    }
}

/// Of an answer that tells a program of something private nothing is kept, and no proxy hears its name.
fn keep_to_program(response: &mut Response<'_>) {
    let control = Subject::Personal.cache_control().to_string();
    response.set_raw_header(header::CACHE_CONTROL.as_str(), control);
    response.set_raw_header("cross-origin-resource-policy", "same-origin");
    response.remove_header(answer::XKEY.as_str());
}

/// Of an answer to who is signed in with a browser nothing is kept, and nothing is for other sites' pages.
fn keep_to_one(response: &mut Response<'_>) {
    let control = Subject::Personal.cache_control().to_string();
    response.set_raw_header(header::CACHE_CONTROL.as_str(), control);
    response.set_raw_header("cross-origin-resource-policy", "same-origin");
    let access = header::ACCESS_CONTROL_ALLOW_ORIGIN;
    for name in [header::ETAG, header::LAST_MODIFIED, access, answer::XKEY] {
        response.remove_header(name.as_str());
    }
}

/// Whether a request is let in: version 1 has not ended, its client does not ask too often, not too much is going on.
async fn admitted(request: &Request<'_>) -> Result<(), Problem> {
    ended(request).map_or(Ok(()), Err)?;
    rate::charge(request).await?;
    load::enter_to_change(request).await
}

/// Why a request to version 1 is refused once that has ended.
fn ended(request: &Request<'_>) -> Option<Problem> {
    // A browser that asks for a script whether it may ask: only then can the script read the refusal.
    if request.method() == Method::Options
        && request.headers().contains(header::ACCESS_CONTROL_REQUEST_METHOD.as_str())
    {
        return None;
    }
    let site = request.rocket().state::<Site>()?;
    always::ended(&site.works.settings.v1, site.base(), request.uri().path().as_str())
}

/// Rocket turns a form POST that begins with `_method=DELETE` into a DELETE, before any code of ours:
/// a link from another site could then delete. Nothing here asks for it, so it is always undone.
async fn undo_method_override(request: &mut Request<'_>, data: &mut Data<'_>) {
    let form = request.content_type().is_some_and(|kind| kind.is_form());
    if form && request.method() != Method::Post && data.peek(8).await.starts_with(b"_method=") {
        request.set_method(Method::Post);
    }
}
