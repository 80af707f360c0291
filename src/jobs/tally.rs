//! Counting who calls what: in memory, added to the database every few seconds and when the server ends.
//!
//! A request adds one to a number of its route. Names are counted apart up to a bound, so that memory is
//! bounded by routes times names. What a killed process counted in its last seconds is lost.

use super::{Fault, Works};
use crate::{
    domain::usage::{Principal, Usage},
    represent::link::Place,
    store,
};
use chrono::{DateTime, Days, NaiveTime, Utc};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

/// How often what was counted is added to the database.
const EVERY: Duration = Duration::from_secs(5);
/// Names that are counted apart at one route, between two additions.
const MOST_NAMES: usize = 1_000;

/// What was counted since it was added to the database last.
#[derive(Debug)]
pub struct Tally {
    /// One for each of [`Place::PATTERNS`], in their order.
    routes: Vec<Route>,
    /// One addition at a time.
    adding: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Route {
    anonymous: AtomicU64,
    others: AtomicU64,
    users: Mutex<HashMap<Box<str>, u64>>,
}

impl Default for Tally {
    fn default() -> Tally {
        let routes = Place::PATTERNS.iter().map(|_| Route::default()).collect();
        Tally { routes, adding: tokio::sync::Mutex::default() }
    }
}

impl Tally {
    /// Counts a request of a user, or of nobody known, to the route of that number in
    /// [`Place::PATTERNS`].
    pub fn count(&self, route: usize, user: Option<&str>) {
        match (self.routes.get(route), user) {
            (Some(route), Some(name)) => route.add_user(name, 1),
            (Some(route), None) => add(&route.anonymous, 1),
            (None, _) => {}
        }
    }

    /// What was counted, all of it taken away and said to be of that day.
    pub fn take(&self, day: DateTime<Utc>) -> Vec<Usage> {
        let counted = self.routes.iter().zip(Place::PATTERNS).flat_map(|(route, pattern)| {
            route.take().into_iter().map(move |(principal, requests)| Usage {
                day,
                route: (*pattern).into(),
                version: version(pattern).into(),
                principal,
                requests: i64::try_from(requests).unwrap_or(i64::MAX),
            })
        });
        counted.collect()
    }

    /// Counts again what could not be added.
    fn give_back(&self, counted: &[Usage]) {
        for usage in counted {
            let route = Place::PATTERNS.iter().position(|pattern| *pattern == usage.route);
            if let Some(route) = route.and_then(|number| self.routes.get(number)) {
                route.add(&usage.principal, usage.requests.unsigned_abs());
            }
        }
    }
}

impl Route {
    fn add(&self, principal: &Principal, requests: u64) {
        match principal {
            Principal::Anonymous => add(&self.anonymous, requests),
            Principal::Others => add(&self.others, requests),
            Principal::User(name) => self.add_user(name, requests),
        }
    }

    fn add_user(&self, name: &str, requests: u64) {
        let Ok(mut users) = self.users.lock() else { return };
        if let Some(count) = users.get_mut(name) {
            *count += requests;
        } else if users.len() < MOST_NAMES {
            users.insert(name.into(), requests);
        } else {
            add(&self.others, requests);
        }
    }

    fn take(&self) -> Vec<(Principal, u64)> {
        let users = self.users.lock().map(|mut users| std::mem::take(&mut *users)).unwrap_or_default();
        let users = users.into_iter().map(|(name, count)| (Principal::User(name.into()), count));
        let rest = [
            (Principal::Anonymous, self.anonymous.swap(0, Ordering::Relaxed)),
            (Principal::Others, self.others.swap(0, Ordering::Relaxed)),
        ];
        users.chain(rest).filter(|(_, count)| *count > 0).collect()
    }
}

fn add(count: &AtomicU64, requests: u64) {
    count.fetch_add(requests, Ordering::Relaxed);
}

/// The name of the version that a pattern belongs to.
fn version(pattern: &str) -> &'static str {
    if Place::is_v1(pattern) { V1 } else { V2 }
}

/// The names of the versions.
pub const V1: &str = "v1";
/// See [`V1`].
pub const V2: &str = "v2";

/// The number of the route of a path, by which it is counted; `None` for what is of no version, and for
/// the counts themselves: who looks at them twice sees the same.
pub fn route(path: &str) -> Option<usize> {
    if !Place::is_v1(path) && !Place::is_v2(path) {
        return None;
    }
    Place::number_of(path).filter(|number| Place::PATTERNS[*number] != Place::Usage.pattern())
}

/// Adds what was counted so far to the database, as of today.
pub async fn write(works: &Works) -> Result<(), Fault> {
    let _turn = works.tally.adding.lock().await;
    let counted = works.tally.take(midnight(Utc::now()));
    if counted.is_empty() {
        return Ok(());
    }
    let added = async {
        let mut tx = works.store.write().await?;
        store::usage::add(&mut tx, &counted).await?;
        tx.commit().await
    };
    if let Err(fault) = added.await {
        works.tally.give_back(&counted);
        return Err(fault.into());
    }
    Ok(())
}

/// Adds what is counted every few seconds until `stop`; the rest is added when the server has ended.
pub async fn run(works: Works, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(EVERY).await;
        if let Err(fault) = write(&works).await {
            tracing::debug!(%fault, "usage was not written; it is tried again");
        }
    }
}

/// Deletes the days before as many as the settings keep.
pub async fn forget(works: &Works) -> Result<u64, Fault> {
    let days = Days::new(works.settings.usage.days.into());
    match midnight(Utc::now()).checked_sub_days(days) {
        Some(before) => Ok(store::usage::forget(&works.store, before).await?),
        None => Ok(0),
    }
}

fn midnight(at: DateTime<Utc>) -> DateTime<Utc> {
    at.date_naive().and_time(NaiveTime::MIN).and_utc()
}
