//! Work that is queued rather than done: how long its request waits for it, and what it is answered.

use super::{
    answer::{self, Answer},
    ask::Ask,
    fault,
    once::Once,
};
use crate::{
    domain::{
        job::{Job, Made, Work},
        user::User,
    },
    http::{
        prefer::Prefer,
        problem::Problem,
        reply::{Reply, Success},
    },
    represent::{failure, link::Place, v2},
    store,
};
use chrono::Utc;
use http::header;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Longest wait for a job before the answer, in seconds.
const LONGEST_WAIT_S: u64 = 30;

/// Seconds after which it is worth looking at a job again.
const AGAIN_S: &str = "1";

/// Queues work that is done once for its key.
pub async fn queue(ask: &Ask<'_>, once: &Once, work: &Work, owner: &User) -> Result<Job, Problem> {
    let mut tx = once.write(ask).await?;
    let job = store::job::enqueue(&mut tx, work, owner, Utc::now()).await.map_err(fault::store)?;
    once.commit(tx, &Place::Job(job.id.to_string())).await?;
    Ok(job)
}

/// The job once it ended or the wait is over, which is as long as the client prefers; else `otherwise_s`.
///
/// One that failed in sight is a problem.
pub async fn waited(ask: &Ask<'_>, job: Job, otherwise_s: u64) -> Result<Job, Problem> {
    let works = ask.works();
    works.queued.of(job.work.lane()).notify_one();
    let prefer = Prefer::of(&ask.head.headers);
    let seconds = match (prefer.wait_s, prefer.respond_async) {
        (Some(wait), _) => u64::from(wait).min(LONGEST_WAIT_S),
        (None, true) => 0,
        (None, false) => otherwise_s,
    };
    if seconds == 0 {
        // Whatever became of it by now: who does not wait is answered alike each time.
        return Ok(job);
    }
    let job = ended(ask, job, Instant::now() + Duration::from_secs(seconds)).await?;
    match &job.failure {
        Some(why) => {
            let url = Place::Job(job.id.to_string()).url(ask.base());
            Err(failure::problem(why).with_member("job", json!(url)))
        }
        None => Ok(job),
    }
}

/// The revision that a queued job made while its request waited, and whether it is new; else the job: 202.
pub async fn revision(ask: &Ask<'_>, job: Job) -> Result<Result<(i64, bool), Job>, Problem> {
    let job = waited(ask, job, 0).await?;
    Ok(match job.made {
        Some(Made::Revision { number, fresh }) => Ok((number, fresh)),
        _ => Err(job),
    })
}

/// Whether the client would rather not wait.
pub fn is_preferred(ask: &Ask<'_>) -> bool {
    Prefer::of(&ask.head.headers).respond_async
}

/// The answer to what was waited for, which says which preferences were followed.
pub fn preferred(ask: &Ask<'_>, reply: Reply) -> Reply {
    Prefer::of(&ask.head.headers).apply_waiting(reply)
}

/// 202: the job as it stands, and what of the client's preferences was followed.
pub fn accepted(ask: &Ask<'_>, job: &Job) -> Answer {
    let reply = preferred(ask, answer::written(ask, Success::Accepted, v2::job::read(ask.base(), job))?);
    if job.status.is_final() {
        return Ok(reply);
    }
    Ok(reply.with(header::RETRY_AFTER, AGAIN_S))
}

async fn ended(ask: &Ask<'_>, mut job: Job, until: Instant) -> Result<Job, Problem> {
    loop {
        let ended = ask.works().ended.notified();
        tokio::pin!(ended);
        ended.as_mut().enable();
        job = store::job::find(&mut ask.read().await?, job.id).await.map_err(fault::store)?;
        if job.status.is_final() || timeout_at(until, ended).await.is_err() {
            return Ok(job);
        }
    }
}
