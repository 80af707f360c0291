//! Guesses at passwords: how many somebody may make, by where they come from.
//!
//! A guess takes one of a few, which come back with time, and at once if it was right. They are counted for a user
//! as guessed from one network, and for the network: never for a user alone, or anybody could lock anybody out.

use crate::http::address::Network;
use quick_cache::sync::Cache;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

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
}

/// Guesses that have not come back yet, as of a moment.
#[derive(Debug)]
struct Taken {
    guesses: f64,
    at: Instant,
}

impl Taken {
    /// Takes one more, or says how long to wait for it.
    fn take(&mut self, allowance: Allowance, now: Instant) -> Result<(), Duration> {
        let back = now.saturating_duration_since(self.at).as_secs_f64() / allowance.every.as_secs_f64();
        self.guesses = (self.guesses - back).max(0.0);
        self.at = now;
        let over = self.guesses + 1.0 - f64::from(allowance.guesses);
        if over > 0.0 {
            return Err(allowance.every.mul_f64(over));
        }
        self.guesses += 1.0;
        Ok(())
    }
}

impl Default for Throttle {
    fn default() -> Throttle {
        Throttle { taken: Cache::new(MOST) }
    }
}

impl Throttle {
    /// Takes a guess at a user's password from a network, or says how long to wait until there is one.
    pub fn take(&self, network: Network, name: &str, now: Instant) -> Result<(), Duration> {
        self.taken(of_network(network)).lock().map_or(Ok(()), |mut taken| taken.take(OF_NETWORK, now))?;
        self.taken(of_user(network, name)).lock().map_or(Ok(()), |mut taken| taken.take(OF_USER, now))
    }

    /// The guess was right: it is given back, and those at this user before it are forgotten.
    pub fn give_back(&self, network: Network, name: &str) {
        if let Ok(mut taken) = self.taken(of_network(network)).lock() {
            taken.guesses = (taken.guesses - 1.0).max(0.0);
        }
        self.taken.remove(&of_user(network, name));
    }

    fn taken(&self, key: Key) -> Arc<Mutex<Taken>> {
        let fresh = || Arc::new(Mutex::new(Taken { guesses: 0.0, at: Instant::now() }));
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

    #[test]
    fn ten_wrong_guesses_at_a_user_are_enough_from_one_network() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let (here, there) = (network("2001:db8::1"), network("2001:db8:0:1::1"));
        for _ in 0..10 {
            throttle.take(here, "ann", now).unwrap();
        }

        let wait = throttle.take(network("2001:db8::2"), "ann", now).unwrap_err();
        assert_eq!(wait, Duration::from_secs(30));
        throttle.take(here, "bob", now).unwrap();
        throttle.take(there, "ann", now).unwrap();
        throttle.take(here, "ann", now + wait).unwrap();
        throttle.take(here, "ann", now + wait).unwrap_err();
    }

    #[test]
    fn a_network_guesses_at_no_more_users_than_fifty() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for user in 0..50 {
            throttle.take(network("192.0.2.1"), &format!("user-{user}"), now).unwrap();
        }

        assert_eq!(throttle.take(network("192.0.2.1"), "ann", now), Err(Duration::from_secs(6)));
        throttle.take(network("192.0.2.2"), "ann", now).unwrap();
    }

    #[test]
    fn who_knows_the_password_is_never_held_up() {
        let (throttle, now, here) = (Throttle::default(), Instant::now(), network("192.0.2.1"));

        for _ in 0..1_000 {
            throttle.take(here, "ann", now).unwrap();
            throttle.give_back(here, "ann");
        }
    }
}
