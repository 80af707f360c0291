//! Jobs in the database: a queue that workers claim from by conditional update.

use super::{Conn, Fault, Handle, Store, Tx, fault::unreadable, model, on, run, sql, value};
use crate::domain::{
    job::{Job, Training},
    model::Settings,
    user::User,
    version::Model,
};
use chrono::{DateTime, Utc};

/// Times that a job is tried before it is given up.
pub const MOST_ATTEMPTS: i64 = 3;

sql! {
    FIND = "
  select job.id, model.slug as model, dataset.slug as dataset, job.revision, job.status, job.progress,
         job.version, job.reason, users.name as owner, job.attempt, job.created, job.modified
    from job
    join model on model.id = job.model_id
    join dataset on dataset.id = model.dataset_id
    join users on users.id = job.owner_id
   where job.id = $1";

    PAGE = "
  select job.id, model.slug as model, dataset.slug as dataset, job.revision, job.status, job.progress,
         job.version, job.reason, users.name as owner, job.attempt, job.created, job.modified
    from job
    join model on model.id = job.model_id
    join dataset on dataset.id = model.dataset_id
    join users on users.id = job.owner_id
   where job.owner_id = $1 or $2
order by job.id desc
   limit $3 offset $4";

    COUNT = "select count(*) from job where owner_id = $1 or $2";

    SETTINGS = "select settings from job where id = $1";

    INSERT = "
  insert into job (model_id, revision, settings, status, owner_id, created, modified)
  values ($1, $2, $3, 'queued', $4, $5, $5)
returning id";

    NEXT = "
  select id
    from job
   where status = 'queued' or (status = 'running' and lease < $1)
order by id
   limit 1";

    CLAIM = "
  update job
     set status = 'running', attempt = attempt + 1, lease = $3, modified = $2
   where id = $1 and (status = 'queued' or (status = 'running' and lease < $2))";

    BEAT = "
  update job
     set lease = $3, progress = $4, modified = $5
   where id = $1 and attempt = $2 and status = 'running'";

    SUCCEED = "
  update job
     set status = 'succeeded', progress = 1, version = $3, modified = $4
   where id = $1 and attempt = $2 and status = 'running'";

    FAIL = "
  update job
     set status = 'failed', reason = $3, modified = $4
   where id = $1 and attempt = $2 and status = 'running'";

    RELEASE = "
  update job
     set status = 'queued', attempt = attempt - 1, lease = 0, modified = $3
   where id = $1 and attempt = $2 and status = 'running'";

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
    model: String,
    dataset: String,
    revision: i64,
    status: String,
    progress: f64,
    version: Option<i64>,
    reason: Option<String>,
    owner: String,
    attempt: i64,
    created: i64,
    modified: i64,
}

impl Stored {
    fn read(self) -> Result<Job, Fault> {
        Ok(Job {
            id: self.id,
            training: Training { model: self.model, dataset: self.dataset, revision: self.revision },
            status: self.status.parse().map_err(|()| unreadable("job.status", &self.status))?,
            progress: self.progress,
            version: self.version,
            reason: self.reason,
            owner: self.owner,
            attempt: self.attempt,
            created: value::moment(self.created)?,
            modified: value::moment(self.modified)?,
        })
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

/// Queues a training of a model on a pinned revision.
pub async fn enqueue(
    tx: &mut Tx,
    model: &Model,
    revision: i64,
    settings: &Settings,
    owner: &User,
    now: DateTime<Utc>,
) -> Result<Job, Fault> {
    let id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(model.id).bind(revision).bind(value::text(settings)).bind(owner.id)
        .bind(now.timestamp_millis())
        .fetch_one(db))?;
    find(tx, id).await
}

/// Takes the oldest job that waits, or whose worker died, until `lease`; `None` when there is none.
pub async fn claim(
    store: &Store,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
) -> Result<Option<(Job, Settings)>, Fault> {
    let mut conn = store.read().await?;
    let next: Option<i64> = on!(&mut conn, db => sqlx::query_scalar(NEXT)
        .bind(now.timestamp_millis()).fetch_optional(db))?;
    drop(conn);
    let Some(id) = next else { return Ok(None) };
    let mut tx = store.write().await?;
    let (now, lease) = (now.timestamp_millis(), lease.timestamp_millis());
    if run!(&mut tx, sqlx::query(CLAIM).bind(id).bind(now).bind(lease))? == 0 {
        return Ok(None);
    }
    let job = find(&mut tx, id).await?;
    let settings: String = on!(&mut tx, db => sqlx::query_scalar(SETTINGS).bind(id).fetch_one(db))?;
    tx.commit().await?;
    Ok(Some((job, value::document(&settings)?)))
}

/// Tells that a worker is alive and how far it is; [`Fault::Changed`] if the job is no longer its own.
pub async fn beat(store: &Store, job: &Job, lease: DateTime<Utc>, progress: f64) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let now = Utc::now().timestamp_millis();
    let lease = lease.timestamp_millis();
    let beaten =
        run!(&mut tx, sqlx::query(BEAT).bind(job.id).bind(job.attempt).bind(lease).bind(progress).bind(now))?;
    tx.commit().await?;
    own(beaten)
}

/// Ends the job with a version, in the transaction that keeps the version.
pub async fn succeed(tx: &mut Tx, job: &Job, version: i64, now: DateTime<Utc>) -> Result<(), Fault> {
    let now = now.timestamp_millis();
    own(run!(tx, sqlx::query(SUCCEED).bind(job.id).bind(job.attempt).bind(version).bind(now))?)
}

/// Ends the job with the reason why there is no version.
pub async fn fail(store: &Store, job: &Job, reason: &str, now: DateTime<Utc>) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let now = now.timestamp_millis();
    let failed = run!(&mut tx, sqlx::query(FAIL).bind(job.id).bind(job.attempt).bind(reason).bind(now))?;
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

/// Calls the job off; [`Fault::Changed`] if it had ended.
pub async fn cancel(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<(), Fault> {
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
