//! Jobs in the database: a queue that workers claim from by conditional update.

use super::{Conn, Fault, Handle, Store, Tx, fault::unreadable, model, on, run, sql, value};
use crate::domain::{
    Kind,
    job::{Failure, Job, Lane, Made, Step, Training, Work},
    model::{Saved, Settings},
    tag::Tag,
    user::User,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Times that a job is tried before it is given up.
pub const MOST_ATTEMPTS: i64 = 3;

/// Times that a job is put off because database or blob store are away: some hours.
pub const MOST_POSTPONED: i64 = 200;

/// How long a job is left alone that could not be read.
const UNREAD_MS: i64 = 60_000;

sql! {
    FIND = "
  select job.id, job.kind, job.spec, model.slug as model, dataset.slug as dataset, job.revision, job.status,
         job.progress, job.step, job.result, job.trouble, job.reason, job.faults, users.name as owner, job.attempt,
         job.postponed, job.created, job.modified
    from job
    join users on users.id = job.owner_id
    left join model on model.id = job.model_id
    left join dataset on dataset.id = model.dataset_id
   where job.id = $1";

    PAGE = "
  select job.id, job.kind, job.spec, model.slug as model, dataset.slug as dataset, job.revision, job.status,
         job.progress, job.step, job.result, job.trouble, job.reason, job.faults, users.name as owner, job.attempt,
         job.postponed, job.created, job.modified
    from job
    join users on users.id = job.owner_id
    left join model on model.id = job.model_id
    left join dataset on dataset.id = model.dataset_id
   where job.owner_id = $1 or $2
order by job.id desc
   limit $3 offset $4";

    COUNT = "select count(*) from job where owner_id = $1 or $2";

    INSERT = "
  insert into job (kind, spec, model_id, revision, upload, status, owner_id, created, modified)
  values ($1, $2, (select id from model where slug = $3), $4, $5, 'queued', $6, $7, $7)
returning id";

    NEXT = "
  select id
    from job
   where ((status = 'queued' and not_before <= $1) or (status = 'running' and lease < $1))
     and (kind = 'train') = $2
order by id
   limit 1";

    CLAIM = "
  update job
     set status = 'running', attempt = attempt + 1, lease = $3, modified = $2
   where id = $1 and (status = 'queued' or (status = 'running' and lease < $2))";

    BEAT = "
  update job
     set lease = $3, progress = $4, step = $5, modified = $6
   where id = $1 and attempt = $2 and status = 'running'";

    SUCCEED = "
  update job
     set status = 'succeeded', progress = 1, result = $3, modified = $4
   where id = $1 and attempt = $2 and status = 'running'";

    FAIL = "
  update job
     set status = 'failed', trouble = $3, reason = $4, faults = $5, modified = $6
   where id = $1 and attempt = $2 and status = 'running'";

    RELEASE = "
  update job
     set status = 'queued', attempt = attempt - 1, progress = 0, step = null, lease = 0, modified = $3
   where id = $1 and attempt = $2 and status = 'running'";

    POSTPONE = "
  update job
     set status = 'queued', attempt = attempt - 1, progress = 0, step = null, postponed = postponed + 1, not_before = $4,
         lease = 0, modified = $3
   where id = $1 and attempt = $2 and status = 'running'";

    PASS_OVER = "
  update job
     set status = case when postponed < $4 then 'queued' else 'failed' end, attempt = attempt - 1,
         postponed = postponed + 1, not_before = $3, lease = 0, modified = $2,
         trouble = case when postponed < $4 then null else 'internal' end,
         reason = case when postponed < $4 then null else 'no server here can read what is to be done' end
   where id = $1 and status = 'running'";

    CANCEL = "
  update job
     set status = 'cancelled', modified = $2
   where id = $1 and status in ('queued', 'running')";

    PENDING = "select count(*) from job where model_id = $1 and status in ('queued', 'running')";

    FORGET = "delete from job where model_id = $1";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    kind: String,
    spec: String,
    model: Option<String>,
    dataset: Option<String>,
    revision: Option<i64>,
    status: String,
    progress: f64,
    step: Option<String>,
    result: Option<String>,
    trouble: Option<String>,
    reason: Option<String>,
    faults: Option<String>,
    owner: String,
    attempt: i64,
    postponed: i64,
    created: i64,
    modified: i64,
}

/// What is asked of a training.
#[derive(Serialize, Deserialize)]
struct Asked {
    #[serde(flatten)]
    settings: Settings,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<Saved>,
}

impl Stored {
    fn read(self) -> Result<Job, Fault> {
        Ok(Job {
            id: self.id,
            work: self.work()?,
            status: self.status.parse().map_err(|()| unreadable("job.status", &self.status))?,
            progress: self.progress,
            step: self.step.as_deref().map(value::document).transpose()?,
            made: self.result.as_deref().map(value::document).transpose()?,
            failure: self.failure()?,
            owner: self.owner,
            attempt: self.attempt,
            postponed: self.postponed,
            created: value::moment(self.created)?,
            modified: value::moment(self.modified)?,
        })
    }

    fn work(&self) -> Result<Work, Fault> {
        Ok(match (self.kind.as_str(), &self.model, &self.dataset, self.revision) {
            ("train", Some(model), Some(dataset), Some(revision)) => {
                let Asked { settings, weights } = value::document(&self.spec)?;
                let (model, dataset) = (model.clone(), dataset.clone());
                Work::Train(Training { model, dataset, revision, settings, weights })
            }
            ("import", ..) => Work::Import(value::document(&self.spec)?),
            ("predict", ..) => Work::Predict(value::document(&self.spec)?),
            ("seal", ..) => Work::Seal(value::document(&self.spec)?),
            (kind, ..) => return Err(unreadable("job.kind", kind)),
        })
    }

    fn failure(&self) -> Result<Option<Failure>, Fault> {
        let (Some(trouble), Some(reason)) = (&self.trouble, &self.reason) else { return Ok(None) };
        Ok(Some(Failure {
            trouble: trouble.parse().map_err(|()| unreadable("job.trouble", trouble))?,
            reason: reason.clone(),
            faults: self.faults.as_deref().map(value::document).transpose()?.unwrap_or_default(),
        }))
    }
}

/// The job with that number.
pub async fn find(conn: &mut impl Handle, id: i64) -> Result<Job, Fault> {
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(FIND).bind(id).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.read()
}

/// Jobs of a user (of everybody for an administrator), newest first, and how many there are in all.
pub async fn page(
    conn: &mut Conn,
    owner: i64,
    everybody: bool,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Job>, i64), Fault> {
    let total: i64 = on!(conn, db => sqlx::query_scalar(COUNT).bind(owner).bind(everybody).fetch_one(db))?;
    let rows: Vec<Stored> = on!(conn, db => sqlx::query_as(PAGE)
        .bind(owner).bind(everybody).bind(limit).bind(offset).fetch_all(db))?;
    Ok((rows.into_iter().map(Stored::read).collect::<Result<_, _>>()?, total))
}

/// Queues work for its owner.
pub async fn enqueue(tx: &mut Tx, work: &Work, owner: &User, now: DateTime<Utc>) -> Result<Job, Fault> {
    let (spec, model, revision, upload) = match work {
        Work::Train(training) => {
            let model = Some(training.model.as_str());
            let Training { settings, weights, .. } = training.clone();
            (value::text(&Asked { settings, weights }), model, Some(training.revision), None)
        }
        Work::Import(import) => (value::text(import), None, None, Some(import.upload.as_str())),
        Work::Seal(seal) => (value::text(seal), None, None, None),
        Work::Predict(application) => (value::text(application), None, None, None),
    };
    let id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(work.name()).bind(&spec).bind(model).bind(revision).bind(upload).bind(owner.id)
        .bind(now.timestamp_millis())
        .fetch_one(db))?;
    tx.tell(Tag::item(Kind::Job, id));
    find(tx, id).await
}

/// Takes the oldest job of a lane that waits, or whose worker died, until `lease`; `None` when there is none.
///
/// One that cannot be read is passed over and put off; in the end it has failed.
pub async fn claim(
    store: &Store,
    lane: Lane,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
) -> Result<Option<Job>, Fault> {
    let (now, lease) = (now.timestamp_millis(), lease.timestamp_millis());
    loop {
        let mut conn = store.read().await?;
        let next: Option<i64> = on!(&mut conn, db => sqlx::query_scalar(NEXT)
            .bind(now).bind(lane == Lane::Learning).fetch_optional(db))?;
        drop(conn);
        let Some(id) = next else { return Ok(None) };
        let mut tx = store.write().await?;
        if run!(&mut tx, sqlx::query(CLAIM).bind(id).bind(now).bind(lease))? == 0 {
            return Ok(None);
        }
        match find(&mut tx, id).await {
            Ok(job) => {
                tx.commit().await?;
                return Ok(Some(job));
            }
            // It would be the oldest one for ever, and hold up all that came after it. Put off and not failed: a
            // newer server beside this one may know what is to be done.
            Err(Fault::Broken(what)) => {
                tracing::error!(job = id, %what, "a job cannot be read");
                let until = now + UNREAD_MS;
                run!(&mut tx, sqlx::query(PASS_OVER).bind(id).bind(now).bind(until).bind(MOST_POSTPONED))?;
                tx.commit().await?;
            }
            Err(fault) => return Err(fault),
        }
    }
}

/// Tells that a worker is alive and how far it is; [`Fault::Changed`] if the job is no longer its own.
pub async fn beat(
    store: &Store,
    job: &Job,
    lease: DateTime<Utc>,
    progress: f64,
    step: Option<Step>,
) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let now = Utc::now().timestamp_millis();
    let lease = lease.timestamp_millis();
    let step = step.as_ref().map(value::text);
    let beaten = run!(
        &mut tx,
        sqlx::query(BEAT).bind(job.id).bind(job.attempt).bind(lease).bind(progress).bind(&step).bind(now)
    )?;
    tx.commit().await?;
    own(beaten)
}

/// Ends the job with what it made, in the transaction that keeps that.
pub async fn succeed(tx: &mut Tx, job: &Job, made: &Made, now: DateTime<Utc>) -> Result<(), Fault> {
    let (made, now) = (value::text(made), now.timestamp_millis());
    own(run!(tx, sqlx::query(SUCCEED).bind(job.id).bind(job.attempt).bind(&made).bind(now))?)
}

/// Ends the job with the reason why it made nothing.
pub async fn fail(store: &Store, job: &Job, why: &Failure, now: DateTime<Utc>) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let faults = (!why.faults.is_empty()).then(|| value::text(&why.faults));
    let failed = run!(
        &mut tx,
        sqlx::query(FAIL)
            .bind(job.id)
            .bind(job.attempt)
            .bind(why.trouble.name())
            .bind(&why.reason)
            .bind(&faults)
            .bind(now.timestamp_millis())
    )?;
    tx.commit().await?;
    own(failed)
}

/// Gives the job back untouched: the server is going down.
pub async fn release(store: &Store, job: &Job, now: DateTime<Utc>) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let now = now.timestamp_millis();
    let released = run!(&mut tx, sqlx::query(RELEASE).bind(job.id).bind(job.attempt).bind(now))?;
    tx.commit().await?;
    own(released)
}

/// Puts the job off until a moment, as if it had not been tried: what it needs is away.
pub async fn postpone(
    store: &Store,
    job: &Job,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let (now, until) = (now.timestamp_millis(), until.timestamp_millis());
    let put_off = run!(&mut tx, sqlx::query(POSTPONE).bind(job.id).bind(job.attempt).bind(now).bind(until))?;
    tx.commit().await?;
    own(put_off)
}

/// Calls the job off; [`Fault::Changed`] if it had ended.
pub async fn cancel(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<(), Fault> {
    tx.tell(Tag::item(Kind::Job, id));
    own(run!(tx, sqlx::query(CANCEL).bind(id).bind(now.timestamp_millis()))?)
}

/// Makes room for another model of the same name: forgets one that never got a version, and its
/// jobs. [`Fault::Taken`] while one of them still waits or runs.
pub(in crate::store) async fn forget_failed(tx: &mut Tx, model: i64) -> Result<(), Fault> {
    let pending: i64 = on!(tx, db => sqlx::query_scalar(PENDING).bind(model).fetch_one(db))?;
    if pending > 0 {
        return Err(Fault::Taken);
    }
    run!(tx, sqlx::query(FORGET).bind(model))?;
    model::forget(tx, model).await
}

fn own(rows: u64) -> Result<(), Fault> {
    if rows == 1 { Ok(()) } else { Err(Fault::Changed) }
}
