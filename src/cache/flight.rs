//! Single flight: of many requests for one thing that is not there, one makes it and the others wait.
//!
//! Whoever leads holds a [`Lead`]; once it is dropped, the answer kept or not, the others look again and
//! then go on by themselves: what is not kept (an error, a private thing) is never made one by one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// What is being made now, by the hash of what it is: two things of one hash only wait for each other.
#[derive(Debug, Clone, Default)]
pub struct Flights(Arc<Mutex<HashMap<u64, watch::Receiver<()>>>>);

/// What a request is to do.
#[derive(Debug)]
pub enum Turn {
    /// Make it; whoever comes meanwhile waits.
    Lead(Lead),
    /// Wait for the one who makes it.
    Follow(Follow),
}

/// The right to make something, until it is dropped.
#[derive(Debug)]
pub struct Lead {
    flights: Flights,
    key: u64,
    _ended: watch::Sender<()>,
}

/// The end of another's flight.
#[derive(Debug)]
pub struct Follow(watch::Receiver<()>);

impl Flights {
    /// Whose turn it is.
    pub fn turn(&self, key: u64) -> Turn {
        let mut flights = self.all();
        if let Some(under_way) = flights.get(&key) {
            return Turn::Follow(Follow(under_way.clone()));
        }
        let (ended, under_way) = watch::channel(());
        flights.insert(key, under_way);
        Turn::Lead(Lead { flights: self.clone(), key, _ended: ended })
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u64, watch::Receiver<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.flights.all().remove(&self.key);
    }
}

impl Follow {
    /// Waits until the thing was made, or given up.
    pub async fn ended(mut self) {
        // An error is the leader's end: nothing is ever sent.
        let _ = self.0.changed().await;
    }
}
