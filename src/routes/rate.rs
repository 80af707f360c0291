//! How often clients ask: each request is counted when it comes, and its answer says what is left.
//!
//! What kinds of requests there are stands here, and who asks; the counting is in `auth/rates.rs`.

use super::{arrival::Arrival, health};
use crate::{
    auth::{
        door, guard,
        rates::{Client, Rates, Wish},
        session,
    },
    http::{cache_control, head, problem::Problem, rate_limit, reply},
    represent::link::Place,
};
use http::{Method, header};
use rocket::{Request, Response};

/// What begins a training, an import or an application, once something is posted there.
static JOBS: [Place; 5] = [
    Place::Datasets,
    Place::Revisions(String::new()),
    Place::Models,
    Place::Versions(String::new()),
    Place::Applications(String::new(), String::new()),
];

/// Where something is posted to be calculated, and nothing is changed.
static CALCULATIONS: [Place; 4] = [
    Place::CurrentPredictions(String::new()),
    Place::Predictions(String::new(), String::new()),
    Place::Infer(String::new()),
    Place::VersionInfer(String::new(), String::new()),
];

/// What a request asks for; nothing that is counted where it asks how the server is.
fn wish(method: &Method, path: &str) -> Option<Wish> {
    let is_among = |places: &[Place], path: &str| places.iter().any(|place| place.has(path));
    match *method {
        Method::GET => (!health::is_asked(path)).then_some(Wish::Read),
        Method::HEAD | Method::OPTIONS => (!health::is_asked(path)).then_some(Wish::Glance),
        Method::POST if is_among(&CALCULATIONS, path) => Some(Wish::Read),
        Method::POST if is_among(&JOBS, path) => Some(Wish::Job),
        // A form counts as what it stands for.
        Method::POST if Place::written_by(path).is_some_and(|place| is_among(&JOBS, &place.path())) => {
            Some(Wish::Job)
        }
        _ => Some(Wish::Write),
    }
}

/// Counts a request that came; 429 if its client has asked too often of late.
pub async fn charge(request: &Request<'_>) -> Result<(), Problem> {
    let Some(rates) = request.rocket().state::<Option<Rates>>().and_then(Option::as_ref) else {
        return Ok(());
    };
    let method = head::line(request).0;
    let Some(wish) = wish(method, request.uri().path().as_str()) else { return Ok(()) };
    let Some(client) = client(request, method).await else { return Ok(()) };
    let arrival = Arrival::of(request);
    match rates.charge(client, wish, arrival.at) {
        Ok(charge) => {
            let _ = arrival.charge.set(charge);
            Ok(())
        }
        Err(overdrawn) => Err(rate_limit::refusal(overdrawn.wait, &overdrawn.standing)),
    }
}

/// Who asks: a user, if what they sent is good. Who reads with a browser is nobody in particular, since what they
/// read is mostly public, and no session is looked up for that.
async fn client(request: &Request<'_>, method: &Method) -> Option<Client> {
    let user = if request.headers().contains(header::AUTHORIZATION.as_str()) {
        guard::id(request).await
    } else if !method.is_safe() && session::came(request) {
        session::of(request).await.ok().flatten().map(|session| session.user.id)
    } else {
        None
    };
    user.map(Client::User).or_else(|| door::network(request).map(Client::Network))
}

/// Gives back what an answer without content costs less, and says what is left: never where a shared cache may keep
/// the answer, which would tell it to others.
pub fn settle(request: &Request<'_>, response: &mut Response<'_>) {
    let Some(charge) = Arrival::of(request).charge.get() else { return };
    if reply::is_not_modified(response) {
        charge.was_a_glance();
    }
    let control = response.headers().get_one(header::CACHE_CONTROL.as_str());
    if control.is_some_and(cache_control::is_for_one) {
        for (name, value) in rate_limit::fields(&charge.standings()) {
            response.set_raw_header(name.as_str().to_string(), value);
        }
    }
}
