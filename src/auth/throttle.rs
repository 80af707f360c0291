//! Guesses at passwords: how many somebody may make, by where they come from.
//!
//! A guess takes one of a few, which come back with time, and at once if it was right. They are counted for a user
//! as guessed from one network, and for the network: never for a user alone, or anybody could lock anybody out.
//! While a guess is judged nobody knows which it is: what there is no room for beside it waits for it.

use crate::http::address::Network;
use quick_cache::sync::Cache;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// Networks, and users as guessed from one, that are remembered.
const MOST: usize = 100_000;
/// Characters of a name that count: no user has more.
const LONGEST_NAME: usize = 64;

/// How many guesses there are at first, and after how long one more comes back.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    guesses: u32,
    every: Duration,
}

const OF_USER: Allowance = Allowance { guesses: 10, every: Duration::from_secs(30) };
const OF_NETWORK: Allowance = Allowance { guesses: 50, every: Duration::from_secs(6) };

/// Whose guesses are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key(Network, Option<String>);

/// What was guessed of late.
#[derive(Debug)]
pub struct Throttle {
    taken: Cache<Key, Arc<Mutex<Taken>>>,
    judged: Arc<Notify>,
}

/// Wrong guesses that have not come back yet, as of a moment, and those that are being judged.
#[derive(Debug)]
struct Taken {
    wrong: f64,
    at: Instant,
    pending: u32,
}

/// Why there is no room for a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    /// Too many were wrong: until one has come back.
    For(Duration),
    /// Too many are being judged.
    UntilJudged,
}

impl Taken {
    /// Begins one more, or says why not.
    fn begin(&mut self, allowance: Allowance, now: Instant) -> Result<(), Full> {
        self.come_back(allowance, now);
        let over = self.wrong + 1.0 - f64::from(allowance.guesses);
        if over > 0.0 {
            return Err(Full::For(allowance.every.mul_f64(over)));
        }
        if over + f64::from(self.pending) > 0.0 {
            return Err(Full::UntilJudged);
        }
        self.pending += 1;
        Ok(())
    }

    fn end(&mut self, allowance: Allowance, now: Instant, wrong: bool) {
        self.come_back(allowance, now);
        self.pending = self.pending.saturating_sub(1);
        self.wrong += if wrong { 1.0 } else { 0.0 };
    }

    fn come_back(&mut self, allowance: Allowance, now: Instant) {
        let back = now.saturating_duration_since(self.at).as_secs_f64() / allowance.every.as_secs_f64();
        self.wrong = (self.wrong - back).max(0.0);
        self.at = self.at.max(now);
    }
}

impl Default for Throttle {
    fn default() -> Throttle {
        Throttle { taken: Cache::new(MOST), judged: Arc::default() }
    }
}

/// A guess that is being judged: wrong unless somebody says that it was right.
#[derive(Debug)]
#[must_use = "it is wrong once it is dropped"]
pub struct Guess {
    network: Arc<Mutex<Taken>>,
    user: Arc<Mutex<Taken>>,
    judged: Arc<Notify>,
    right: bool,
}

impl Guess {
    /// It was right: it is given back, and those at this user before it are forgotten.
    pub fn is_right(mut self) {
        self.right = true;
    }
}

impl Drop for Guess {
    fn drop(&mut self) {
        let now = Instant::now();
        if let Ok(mut network) = self.network.lock() {
            network.end(OF_NETWORK, now, !self.right);
        }
        if let Ok(mut user) = self.user.lock() {
            user.end(OF_USER, now, !self.right);
            if self.right {
                user.wrong = 0.0;
            }
        }
        self.judged.notify_waiters();
    }
}

impl Throttle {
    /// Begins a guess at a user's password from a network, once those are judged that might leave no room for it;
    /// or says how long to wait until there is room.
    pub async fn begin(&self, network: Network, name: &str) -> Result<Guess, Duration> {
        loop {
            // Listening before looking: a judgement between the two would be heard by nobody.
            let judged = self.judged.notified();
            tokio::pin!(judged);
            judged.as_mut().enable();
            match self.begin_at(network, name, Instant::now()) {
                Ok(guess) => return Ok(guess),
                Err(Full::For(wait)) => return Err(wait),
                Err(Full::UntilJudged) => judged.await,
            }
        }
    }

    fn begin_at(&self, network: Network, name: &str, now: Instant) -> Result<Guess, Full> {
        let (network, user) = (self.taken(of_network(network)), self.taken(of_user(network, name)));
        network.lock().map_or(Ok(()), |mut taken| taken.begin(OF_NETWORK, now))?;
        let begun = user.lock().map_or(Ok(()), |mut taken| taken.begin(OF_USER, now));
        if let Err(full) = begun {
            // It is not judged: nobody learns anything by it.
            if let Ok(mut network) = network.lock() {
                network.end(OF_NETWORK, now, false);
            }
            return Err(full);
        }
        Ok(Guess { network, user, judged: self.judged.clone(), right: false })
    }

    fn taken(&self, key: Key) -> Arc<Mutex<Taken>> {
        let fresh = || Arc::new(Mutex::new(Taken { wrong: 0.0, at: Instant::now(), pending: 0 }));
        self.taken
            .get_or_insert_with(&key, || Ok::<_, std::convert::Infallible>(fresh()))
            .unwrap_or_else(|never| match never {})
    }
}

fn of_network(network: Network) -> Key {
    Key(network, None)
}

fn of_user(network: Network, name: &str) -> Key {
    Key(network, Some(name.chars().take(LONGEST_NAME).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::of(text.parse().unwrap())
    }

    /// A guess that is wrong.
    fn wrong(throttle: &Throttle, network: Network, name: &str, now: Instant) -> Result<(), Full> {
        throttle.begin_at(network, name, now).map(drop)
    }

    #[test]
    fn ten_wrong_guesses_at_a_user_are_enough_from_one_network() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let (here, there) = (network("2001:db8::1"), network("2001:db8:0:1::1"));
        for _ in 0..10 {
            wrong(&throttle, here, "ann", now).unwrap();
        }

        let Err(Full::For(wait)) = wrong(&throttle, network("2001:db8::2"), "ann", now) else {
            panic!("expected to be held up");
        };
        assert!(wait > Duration::from_secs(29) && wait <= Duration::from_secs(31), "{wait:?}");
        wrong(&throttle, here, "bob", now).unwrap();
        wrong(&throttle, there, "ann", now).unwrap();
        wrong(&throttle, here, "ann", now + wait + Duration::from_secs(1)).unwrap();
        wrong(&throttle, here, "ann", now + wait + Duration::from_secs(1)).unwrap_err();
    }

    #[test]
    fn a_network_guesses_at_no_more_users_than_fifty() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for user in 0..50 {
            wrong(&throttle, network("192.0.2.1"), &format!("user-{user}"), now).unwrap();
        }

        assert!(matches!(wrong(&throttle, network("192.0.2.1"), "ann", now), Err(Full::For(_))));
        wrong(&throttle, network("192.0.2.2"), "ann", now).unwrap();
    }

    #[test]
    fn who_knows_the_password_is_never_held_up() {
        let (throttle, now, here) = (Throttle::default(), Instant::now(), network("192.0.2.1"));

        for _ in 0..1_000 {
            throttle.begin_at(here, "ann", now).unwrap().is_right();
        }
    }

    #[test]
    fn beside_guesses_that_are_judged_others_wait_and_are_not_refused() {
        let (throttle, now, here) = (Throttle::default(), Instant::now(), network("192.0.2.1"));
        let judged: Vec<Guess> = (0..10).map(|_| throttle.begin_at(here, "ann", now).unwrap()).collect();

        assert_eq!(wrong(&throttle, here, "ann", now), Err(Full::UntilJudged));
        judged.into_iter().for_each(Guess::is_right);
        wrong(&throttle, here, "ann", now).unwrap();
    }
}
