//! Where a name and a password are judged: once for Basic, for the sign-in page, and for who changes a password.

use super::{
    guard,
    password::{self, Hasher, Verdict},
    throttle::Throttle,
};
use crate::{
    config::Clients,
    domain::user::User,
    http::{
        address::{self, Network},
        head,
        problem::Problem,
    },
    store::{self, Db, Store},
};
use http::HeaderMap;
use rocket::{
    Request,
    request::{FromRequest, Outcome},
};

/// The door at which a request stands.
#[derive(Debug, Clone, Copy)]
pub struct Door<'r> {
    store: &'r Store,
    hasher: &'r Hasher,
    throttle: &'r Throttle,
    /// Where the request comes from; nowhere if it was made within the process.
    network: Option<Network>,
}

impl<'r> Door<'r> {
    /// That of a request.
    pub fn of(request: &'r Request<'_>) -> Result<Door<'r>, Problem> {
        let rocket = request.rocket();
        let state = (
            rocket.state::<Db>(),
            rocket.state::<Hasher>(),
            rocket.state::<Throttle>(),
            rocket.state::<Clients>(),
        );
        let (Some(db), Some(hasher), Some(throttle), Some(clients)) = state else {
            return Err(guard::broken(&"the server was put together without a door"));
        };
        let network = network(request).filter(|_| clients.limited);
        Ok(Door { store: db, hasher, throttle, network })
    }

    /// Whose name and password these are; `None` if they are nobody's, which takes as long for a name that
    /// nobody has. 429 once there were too many guesses.
    pub async fn judge(&self, name: &str, password: &str) -> Result<Option<User>, Problem> {
        let Some(network) = self.network else { return self.judged(name, password).await };
        // Begun before the judgement, or as many as come at once would all be judged.
        let guess = self.throttle.begin(network, name).await;
        let guess = guess.map_err(|wait| Problem::too_many_requests(wait.as_secs_f64().ceil() as u64))?;
        let user = self.judged(name, password).await?;
        if user.is_some() {
            guess.is_right();
        }
        Ok(user)
    }

    /// Whether it is counted who guesses here.
    pub fn is_counted(&self) -> bool {
        self.network.is_some()
    }

    /// Hashes a password as the settings have it now, in place of the hash that there is; nobody waits for it.
    fn renew(&self, user: &User, hash: String, password: String) {
        let (store, hasher, name) = (self.store.clone(), self.hasher.clone(), user.name.clone());
        tokio::spawn(async move {
            let renewed = async {
                let fresh = hasher.hash(password).await.map_err(|fault| fault.to_string())?;
                let written = async {
                    let mut tx = store.write().await?;
                    store::user::rehash(&mut tx, &name, &hash, &fresh).await?;
                    tx.commit_lazily().await
                };
                written.await.map_err(|fault| fault.to_string())
            };
            if let Err(fault) = renewed.await {
                tracing::warn!(fault, "a password was not hashed as the settings have it now");
            }
        });
    }

    async fn judged(&self, name: &str, password: &str) -> Result<Option<User>, Problem> {
        let mut conn = self.store.read().await.map_err(guard::unavailable)?;
        let found = match store::user::find(&mut conn, name).await {
            Ok((user, hash)) => Some((user, hash)),
            Err(store::Fault::Missing) => None,
            Err(fault) => return Err(guard::unavailable(fault)),
        };
        drop(conn);
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), hash));
        let (password, user) = (password::normalised(password), user.filter(|user| !user.disabled));
        match self.hasher.verify(password.clone(), hash.clone()).await {
            Ok(Verdict::Wrong) => Ok(None),
            Ok(Verdict::Right) => Ok(user),
            Ok(Verdict::Outdated) => {
                if let Some((user, hash)) = user.as_ref().zip(hash) {
                    self.renew(user, hash, password);
                }
                Ok(user)
            }
            Err(password::Fault::Busy) => Err(Problem::unavailable(1)),
            Err(password::Fault::Broken(what)) => Err(guard::broken(&what)),
        }
    }
}

/// The network that a request comes from; nowhere if it was made within the process.
pub fn network(request: &Request<'_>) -> Option<Network> {
    let peer = request.remote()?.ip();
    let proxies =
        request.rocket().state::<Clients>().map_or(&[][..], |clients| clients.trusted_proxies.as_slice());
    let said = match proxies {
        [] => HeaderMap::new(),
        _ => head::lines(request, &address::FORWARDED_FOR),
    };
    Some(Network::of(address::client(peer, &said, proxies)))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Door<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Door<'r>, ()> {
        match Door::of(request) {
            Ok(door) => Outcome::Success(door),
            Err(problem) => guard::refused(request, problem),
        }
    }
}
