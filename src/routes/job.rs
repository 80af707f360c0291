//! Jobs under version 2: one's own; for an administrator everybody's.
//!
//! Another's job is answered as if there were none.

use super::{
    answer::{self, Answer},
    ask::Ask,
    dataset, fault, included, model,
    number::number,
    watch,
};
use crate::{
    auth::{
        May,
        guard::{
            act::{Delete, Read},
            thing::Job,
        },
    },
    domain::{
        Kind,
        job::{Job as Found, Work},
        permission::{Action, may},
        user::User,
    },
    http::{
        media::Media,
        problem::{Problem, kind},
    },
    represent::{
        link::Place,
        v2::{self, PageOf},
    },
    store::{self, Handle},
};
use chrono::Utc;
use rocket::{Shutdown, delete, get};

/// The job; as events, the job as it goes on.
#[get("/jobs/<id>")]
pub async fn read(id: &str, may: May<Read, Job>, ask: Ask<'_>, shutdown: Shutdown) -> Answer {
    if ask.media == Media::EventStream {
        let job = find(&mut ask.read().await?, id, &may.user).await?;
        return watch::answer(&ask, job, shutdown);
    }
    shown(id, &may.user, &ask).await
}

/// The job as it is.
pub async fn shown(id: &str, user: &User, ask: &Ask<'_>) -> Answer {
    let mut conn = ask.read().await?;
    let job = find(&mut conn, id, user).await?;
    let mut document = v2::job::read(ask.base(), &job);
    if included::are_wanted(ask) {
        // What is gone by now has no title.
        if let Ok(dataset) = dataset::find(&ask.sight, &mut conn, job.work.dataset()).await {
            included::name_of_dataset(ask, &mut document, &dataset);
        }
        if let Work::Train(training) = &job.work
            && let Ok((model, _)) = model::find(&ask.sight, &mut conn, &training.model).await
        {
            included::name_of_model(ask, &mut document, &model);
        }
    }
    answer::read(ask, document)
}

/// A page of jobs, newest first.
#[get("/jobs")]
pub async fn list(may: May<Read, Job>, ask: Ask<'_>) -> Answer {
    let page = ask.page()?;
    let (offset, limit) = (page.offset() as i64, page.size as i64);
    let (jobs, total) =
        store::job::page(&mut ask.read().await?, may.user.id, sees_all(&may.user), offset, limit)
            .await
            .map_err(fault::store)?;
    let page = PageOf::numbered(ask.base(), &Place::Jobs, &ask.url(), "", page, total);
    answer::read(&ask, v2::job::list(ask.base(), &jobs, &page))
}

/// The job is called off; 409 if it has ended.
#[delete("/jobs/<id>")]
pub async fn delete(id: &str, may: May<Delete, Job>, ask: Ask<'_>) -> Answer {
    let mut tx = ask.write().await?;
    let job = find(&mut tx, id, &may.user).await?;
    ask.judge(Some((&job.state(), job.modified)))?;
    store::job::cancel(&mut tx, job.id, Utc::now()).await.map_err(|fault| match fault {
        store::Fault::Changed => ended(&job),
        other => fault::store(other),
    })?;
    tx.commit().await.map_err(fault::store)?;
    ask.works().ended.notify_waiters();
    Ok(answer::deleted())
}

fn ended(job: &Found) -> Problem {
    let detail = format!("expected a job that is queued or running, found one that has {}", job.status);
    Problem::new(&kind::ENDED, detail)
}

fn sees_all(user: &User) -> bool {
    may(Some(user.role), Action::Read, Kind::Job, false)
}

/// The job of that number, if it is the user's or the user sees all.
pub async fn find(conn: &mut impl Handle, id: &str, user: &User) -> Result<Found, Problem> {
    let absent = || Problem::not_found("such job");
    match store::job::find(conn, number(id).ok_or_else(absent)?).await {
        Ok(job) if job.owner == user.name || sees_all(user) => Ok(job),
        Ok(_) | Err(store::Fault::Missing) => Err(absent()),
        Err(fault) => Err(fault::store(fault)),
    }
}
