//! How much is worked on at the same time: what comes beyond it waits for a moment, in a queue that is short.
//!
//! Answers that are kept need no turn, nor does who asks how the server is. A turn lasts until the answer begins:
//! who reads slowly holds nobody up. Reads and writes have turns of their own: a write lasts as long as its client
//! takes to send it.

use super::health;
use crate::{
    config,
    http::{head, problem::Problem},
};
use http::Method;
use rocket::Request;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// Seconds until there may be room for another.
const AGAIN_S: u64 = 1;

/// The turns of reads and of writes.
#[derive(Debug)]
pub struct Load {
    reads: Lane,
    writes: Lane,
}

#[derive(Debug)]
struct Lane {
    turns: Arc<Semaphore>,
    queue: Semaphore,
}

impl Lane {
    fn new(settings: &config::Load) -> Lane {
        let turns = Arc::new(Semaphore::new(settings.at_once as usize));
        Lane { turns, queue: Semaphore::new(settings.waiting as usize) }
    }

    /// A turn, if there is one.
    fn free(&self) -> Option<OwnedSemaphorePermit> {
        self.turns.clone().try_acquire_owned().ok()
    }

    /// A turn once there is one; 503 if too many wait for it, or for too long.
    async fn next(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let busy = || Problem::unavailable(AGAIN_S);
        let _place = self.queue.try_acquire().map_err(|_| busy())?;
        let turn = timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or_else(busy)
    }
}

impl Load {
    /// With these settings.
    pub fn new(settings: &config::Load) -> Load {
        Load { reads: Lane::new(settings), writes: Lane::new(settings) }
    }
}

/// The turn that a request has.
#[derive(Default)]
struct Turn(Mutex<Option<OwnedSemaphorePermit>>);

fn hold(request: &Request<'_>, turn: OwnedSemaphorePermit) {
    let held: &Turn = request.local_cache(Turn::default);
    if let Ok(mut held) = held.0.lock() {
        *held = Some(turn);
    }
}

/// The lane of a request; none if it needs no turn.
fn lane<'r>(request: &'r Request<'_>) -> Option<&'r Lane> {
    let load = request.rocket().state::<Load>()?;
    let (method, path) = head::line(request);
    match method.is_safe() {
        true if health::is_asked(path) => None,
        true => Some(&load.reads),
        false => Some(&load.writes),
    }
}

/// Whether a request may go on at once.
pub fn enters(request: &Request<'_>) -> bool {
    let Some(lane) = lane(request) else { return true };
    let turn = lane.free();
    let enters = turn.is_some();
    turn.into_iter().for_each(|turn| hold(request, turn));
    enters
}

/// Waits until a request may go on; 503 if that takes too long.
pub async fn enter(request: &Request<'_>) -> Result<(), Problem> {
    if let Some(lane) = lane(request) {
        hold(request, lane.next().await?);
    }
    Ok(())
}

/// The same for one that no kept answer can answer; others ask for their turn once that is known.
pub async fn enter_to_change(request: &Request<'_>) -> Result<(), Problem> {
    let may_be_kept = matches!(*head::line(request).0, Method::GET | Method::HEAD);
    if may_be_kept || enters(request) { Ok(()) } else { enter(request).await }
}

/// Ends the turn of a request: its answer begins.
pub fn leave(request: &Request<'_>) {
    let held: &Turn = request.local_cache(Turn::default);
    if let Ok(mut held) = held.0.lock() {
        held.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rocket::async_test]
    async fn who_finds_no_turn_waits_and_who_finds_no_place_to_wait_is_sent_away() {
        let lane = Lane::new(&config::Load { at_once: 1, waiting: 1 });
        let first = lane.free().unwrap();
        assert!(lane.free().is_none());
        let mut second = Box::pin(lane.next());
        assert!(futures::poll!(&mut second).is_pending());

        assert_eq!(lane.next().await.unwrap_err().status(), 503);
        drop(first);
        drop(second.await.unwrap());
        assert!(lane.free().is_some());
    }
}
