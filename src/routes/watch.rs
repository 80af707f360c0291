//! A job as it goes on: events for whoever keeps the answer open.
//!
//! Each stream asks the database again and again, since any process may be at work on the job; a job that
//! ends in this process is told at once. No connection is held in between.

use super::{answer::Answer, ask::Ask};
use crate::{
    domain::job::Job,
    http::{
        event::{self, Event},
        negotiate::VARY,
    },
    jobs::Works,
    represent::{
        format::jsonld,
        link::Base,
        policy::Subject,
        v2::{self, job::Standing},
    },
    store,
};
use futures::{Stream, stream};
use http::header;
use rocket::Shutdown;
use std::time::Duration;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep},
};

/// Streams at the same time.
pub const MOST: usize = 100;
/// How often the job is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long a stream is silent at most: less than what proxies wait for.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a stream goes on; clients then ask again by themselves, and are let in or not as they are by then.
const LONGEST: Duration = Duration::from_secs(600);
/// How long they wait before they do.
const RETRY: Duration = Duration::from_secs(1);

/// The answer that tells of a job until it has ended; 503 while too many are watching.
pub fn answer(ask: &Ask<'_>, job: Job, shutdown: Shutdown) -> Answer {
    let room = ask.site().watchers.enter()?;
    let watch = Watch {
        works: ask.works().clone(),
        base: ask.base().clone(),
        job,
        told: None,
        heard: Instant::now(),
        ends: Instant::now() + LONGEST,
        stage: Stage::Greeting,
        shutdown,
        _room: room,
    };
    let reply = event::reply(watch.events()).cached(Subject::Passing.cache_control());
    Ok(reply.with(header::VARY, VARY))
}

/// Who watches, what was told so far.
struct Watch {
    works: Works,
    base: Base,
    job: Job,
    told: Option<Standing>,
    /// When something was told last.
    heard: Instant,
    ends: Instant,
    stage: Stage,
    shutdown: Shutdown,
    _room: OwnedSemaphorePermit,
}

/// What comes next.
enum Stage {
    Greeting,
    /// The job as it was found, then as it becomes.
    Found,
    Waiting,
    Over,
}

impl Watch {
    fn events(self) -> impl Stream<Item = Event> {
        stream::unfold(self, |mut watch| async {
            let event = watch.next().await?;
            watch.heard = Instant::now();
            Some((event, watch))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.stage {
                Stage::Greeting => {
                    self.stage = Stage::Found;
                    return Some(Event::Retry(RETRY));
                }
                Stage::Found => self.stage = Stage::Waiting,
                Stage::Waiting => self.look_again().await?,
                Stage::Over => return None,
            }
            if let Some(news) = self.news() {
                return Some(news);
            }
            if self.heard.elapsed() >= SILENCE {
                return Some(Event::Silence);
            }
        }
    }

    /// What the client does not know yet.
    fn news(&mut self) -> Option<Event> {
        if self.job.status.is_final() {
            self.stage = Stage::Over;
            let document = v2::job::read(&self.base, &self.job);
            let data = String::from_utf8_lossy(&jsonld::render(&document)).into_owned();
            return Some(Event::News(self.job.status.name(), data));
        }
        let standing = Standing::of(&self.job);
        if self.told == Some(standing) {
            return None;
        }
        self.told = Some(standing);
        Some(Event::News("progress", standing.json()))
    }

    /// Waits for the next look at the job and takes it; `None` when the stream is to end.
    async fn look_again(&mut self) -> Option<()> {
        let ended = self.works.ended.clone();
        tokio::select! {
            () = sleep(LOOK) => {}
            () = ended.notified() => {}
            () = &mut self.shutdown => return None,
        }
        if Instant::now() >= self.ends {
            return None;
        }
        let found = async { store::job::find(&mut self.works.store.read().await?, self.job.id).await };
        match found.await {
            Ok(job) => self.job = job,
            // The database is away: it may come back, and the client need not know.
            Err(store::Fault::Busy(_)) => {}
            Err(fault) => {
                tracing::debug!(job = self.job.id, %fault, "a job is watched no longer");
                return None;
            }
        }
        Some(())
    }
}
