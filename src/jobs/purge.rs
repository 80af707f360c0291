//! Purging: proxies in front are told which answers are out of date, by tag, after each write.
//!
//! `PURGE / HTTP/1.1` with the tags in `xkey`, as `deploy/default.vcl` reads it. The bumps of the store are
//! the outbox: a row counts as done once every proxy has taken it. A proxy that does not answer is asked
//! again, ever more seldom, with everything that it missed; purging twice does no harm. This process's
//! own bumps go out at once; those of others only when they were left lying.

use super::{Fault, Works};
use crate::{
    domain::tag::Tag,
    store::{
        Store,
        bump::{self, Bump},
    },
};
use chrono::{Duration as Span, Utc};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::spawn_blocking, time::MissedTickBehavior};

/// Bytes of the tags of one request: well below what servers take of a field.
const MOST_BYTES: usize = 4_000;
/// Bumps that wait in memory for one proxy; what is beyond them waits in the database.
const MOST_WAITING: usize = 2_000;
/// How often the outbox is looked into.
const LOOK: Duration = Duration::from_millis(250);
/// How long a bump lies before anybody but its writer's process takes it up.
const LEFT_LYING: Span = Span::milliseconds(200);
/// How long a proxy may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Pauses between tries: from one to the other.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// With several replicas, one that has not heard of a write yet may still give a proxy the old state
/// after the purge: so it is purged once more.
const ONCE_MORE: Duration = Duration::from_secs(1);

/// Where bumps are handed in.
#[derive(Debug, Clone)]
pub struct Purges(mpsc::UnboundedSender<Bump>);

impl Purges {
    /// Has the proxies told.
    pub fn push(&self, bump: Bump) {
        // Nobody listens when the server goes down: the next one finds it in the outbox.
        let _ = self.0.send(bump);
    }
}

/// Tells the proxies until `stop`; `None` where there are none.
pub fn start(works: &Works, stop: &Arc<AtomicBool>) -> Option<Purges> {
    if works.settings.cache.proxies.is_empty() {
        return None;
    }
    let (told, done) = mpsc::unbounded_channel();
    let agent = agent();
    let proxy = |url: &String| {
        let (send, receive) = mpsc::unbounded_channel();
        tokio::spawn(teller(url.clone(), agent.clone(), receive, told.clone()));
        send
    };
    let proxies = works.settings.cache.proxies.iter().map(proxy).collect();
    let (send, receive) = mpsc::unbounded_channel();
    let outbox =
        Outbox { store: works.store.clone(), proxies, open: BTreeMap::new(), once_more: VecDeque::new() };
    tokio::spawn(outbox.run(receive, done, stop.clone()));
    Some(Purges(send))
}

/// Bumps on their way to the proxies.
struct Outbox {
    store: Store,
    proxies: Vec<mpsc::UnboundedSender<Bump>>,
    /// Each bump that is not noted as done, and how many proxies were not told yet.
    open: BTreeMap<i64, usize>,
    /// Bumps to be told again, and when.
    once_more: VecDeque<(Instant, Bump)>,
}

impl Outbox {
    async fn run(
        mut self,
        mut receive: mpsc::UnboundedReceiver<Bump>,
        mut done: mpsc::UnboundedReceiver<Vec<i64>>,
        stop: Arc<AtomicBool>,
    ) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !stop.load(Ordering::Relaxed) {
            let step = tokio::select! {
                Some(bump) = receive.recv() => {
                    self.send(bump);
                    Ok(())
                }
                Some(told) = done.recv() => {
                    self.told(&told);
                    while let Ok(told) = done.try_recv() {
                        self.told(&told);
                    }
                    self.note().await
                }
                _ = look.tick() => {
                    self.repeat();
                    self.look().await
                }
            };
            if let Err(fault) = step {
                tracing::debug!(%fault, "the outbox of purges was not read or written");
            }
        }
    }

    fn send(&mut self, bump: Bump) {
        if self.open.len() < MOST_WAITING && !self.open.contains_key(&bump.id) {
            self.open.insert(bump.id, self.proxies.len());
            self.tell(&bump);
            if self.store.is_shared() {
                // By no number: the first telling is what is noted.
                self.once_more.push_back((Instant::now() + ONCE_MORE, Bump { id: 0, ..bump }));
            }
        }
    }

    fn tell(&self, bump: &Bump) {
        for proxy in &self.proxies {
            // A teller ends only with the runtime.
            let _ = proxy.send(bump.clone());
        }
    }

    /// Tells again what it is time for.
    fn repeat(&mut self) {
        while let Some((_, bump)) = self.once_more.pop_front_if(|(due, _)| *due <= Instant::now()) {
            self.tell(&bump);
        }
    }

    fn told(&mut self, bumps: &[i64]) {
        for id in bumps {
            if let Some(left) = self.open.get_mut(id) {
                *left = left.saturating_sub(1);
            }
        }
    }

    /// What was left lying, by this process or another.
    async fn look(&mut self) -> Result<(), Fault> {
        for bump in bump::unpurged(&self.store, Utc::now() - LEFT_LYING).await? {
            self.send(bump);
        }
        self.note().await
    }

    /// Notes the bumps that every proxy was told.
    async fn note(&mut self) -> Result<(), Fault> {
        let done: Vec<i64> = self.open.iter().filter(|(_, left)| **left == 0).map(|(id, _)| *id).collect();
        if !done.is_empty() {
            bump::purged(&self.store, &done).await?;
            self.open.retain(|_, left| *left > 0);
        }
        Ok(())
    }
}

/// Tells one proxy what it is given, all that waits at once, and says what it was told. One that does not
/// answer holds nobody else up.
async fn teller(
    url: String,
    agent: ureq::Agent,
    mut receive: mpsc::UnboundedReceiver<Bump>,
    told: mpsc::UnboundedSender<Vec<i64>>,
) {
    let (mut waiting, mut pause) = (Vec::new(), Duration::ZERO);
    loop {
        if waiting.is_empty() {
            match receive.recv().await {
                Some(bump) => waiting.push(bump),
                None => return,
            }
        }
        while let Ok(bump) = receive.try_recv() {
            waiting.push(bump);
        }
        let lines = lines(&waiting.iter().flat_map(|bump| &bump.tags).collect());
        let (proxy, agent) = (url.clone(), agent.clone());
        let sent = spawn_blocking(move || lines.iter().try_for_each(|line| purge(&agent, &proxy, line)));
        match sent.await.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(()) => {
                if pause > Duration::ZERO {
                    tracing::info!(proxy = url, "the proxy takes purges again");
                }
                pause = Duration::ZERO;
                let _ = told.send(waiting.drain(..).map(|bump| bump.id).collect());
            }
            Err(reason) => {
                if pause == Duration::ZERO {
                    tracing::warn!(proxy = url, reason, "the proxy takes no purges; it is tried again");
                }
                pause = (pause * 2).clamp(PAUSES.0, PAUSES.1);
                tokio::time::sleep(pause).await;
            }
        }
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .allow_non_standard_methods(true)
        .http_status_as_error(true);
    config.build().new_agent()
}

/// Tags as field values, each of a length that servers take.
fn lines(tags: &BTreeSet<&Tag>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for tag in tags {
        match lines.last_mut().filter(|line| line.len() + tag.as_str().len() < MOST_BYTES) {
            Some(line) => {
                line.push(' ');
                line.push_str(tag.as_str());
            }
            None => lines.push(tag.to_string()),
        }
    }
    lines
}

fn purge(agent: &ureq::Agent, url: &str, tags: &str) -> Result<(), String> {
    let request = http::Request::builder().method("PURGE").uri(url).header("xkey", tags).body(());
    let request = request.map_err(|error| error.to_string())?;
    agent.run(request).map(drop).map_err(|error| error.to_string())
}
