//! Which blobs there are, and what refers to them: their bytes are in the blob store.
//!
//! A row is committed before its bytes are put, and deleted in the transaction in which they are. So
//! bytes that somebody keeps are never swept: he waits for the row, and puts them anew.

use super::{Fault, Store, on, run, sql};
use chrono::{DateTime, Utc};

/// Digests that something refers to: the one list. What has a column with a digest of a blob belongs here,
/// and a new column wants an index.
macro_rules! referenced {
    () => {
        "select digest from revision where withdrawn is null
            and dataset_id in (select id from dataset where deleted is null)
         union all select profile from revision where withdrawn is null
            and dataset_id in (select id from dataset where deleted is null)
         union all select parquet from revision where withdrawn is null and parquet is not null
            and dataset_id in (select id from dataset where deleted is null)
         union all select digest from message
         union all select upload from job where upload is not null and status in ('queued', 'running')"
    };
}

sql! {
    TOUCH = "
  insert into blob (digest, size, touched) values ($1, $2, $3)
      on conflict (digest) do update set size = excluded.size, touched = excluded.touched, doomed = null";

    KNOWN = "select count(*) from blob where digest = $1";

    TOTAL = "select cast(coalesce(sum(size), 0) as bigint) from blob";

    ADOPT = "
  insert into blob (digest, size, touched) values ($1, $2, $3)
      on conflict (digest) do nothing";

    IDLE = concat!("
  select digest
    from blob
   where doomed is null and touched < $1
     and not exists (select 1 from (", referenced!(), ") as used where used.digest = blob.digest)
order by touched
   limit $2");

    DOOM = "update blob set doomed = $3 where digest = $1 and doomed is null and touched < $2";

    FORGET = "update blob set doomed = $3 where digest = $1 and touched <= $2";

    DOOMED = concat!("
  select digest
    from blob
   where doomed <= $1
     and not exists (select 1 from (", referenced!(), ") as used where used.digest = blob.digest)
order by doomed
   limit $2");

    REMOVE = concat!("
  delete from blob
   where digest = $1 and doomed <= $2
     and not exists (select 1 from (", referenced!(), ") as used where used.digest = blob.digest)
returning size");

    REFERENCED = concat!("
  select used.digest, blob.size
    from (select distinct digest from (", referenced!(), ") as every where digest > $1) as used
    left join blob on blob.digest = used.digest
order by used.digest
   limit $2");
}

/// Rows of one transaction or page.
const SOME: i64 = 500;

/// Notes that bytes are kept, before they are put; `false`, and no note, where they do not fit into a
/// quota of so many bytes.
pub async fn touch(
    store: &Store,
    digest: &str,
    size: i64,
    quota: Option<i64>,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let mut tx = store.write().await?;
    let known: i64 = match quota {
        Some(_) => on!(&mut tx, db => sqlx::query_scalar(KNOWN).bind(digest).fetch_one(db))?,
        None => 1,
    };
    run!(&mut tx, sqlx::query(TOUCH).bind(digest).bind(size).bind(now.timestamp_millis()))?;
    if let Some(quota) = quota.filter(|_| known == 0) {
        let total: i64 = on!(&mut tx, db => sqlx::query_scalar(TOTAL).fetch_one(db))?;
        if total > quota {
            return Ok(false);
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// The bytes of all blobs.
pub async fn total(store: &Store) -> Result<i64, Fault> {
    let mut conn = store.read().await?;
    Ok(on!(&mut conn, db => sqlx::query_scalar(TOTAL).fetch_one(db))?)
}

/// Notes what was found in the blob store, unless it is known: digests and sizes. Gives the number of news.
pub async fn adopt(store: &Store, found: &[(String, i64)], now: DateTime<Utc>) -> Result<u64, Fault> {
    let mut news = 0;
    for some in found.chunks(SOME as usize) {
        let mut tx = store.write().await?;
        for (digest, size) in some {
            news += run!(&mut tx, sqlx::query(ADOPT).bind(digest).bind(size).bind(now.timestamp_millis()))?;
        }
        tx.commit().await?;
    }
    Ok(news)
}

/// Marks blobs that nothing refers to and that were kept last before `before`; gives their number.
pub async fn doom(store: &Store, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, Fault> {
    let (before, now) = (before.timestamp_millis(), now.timestamp_millis());
    let mut marked = 0;
    loop {
        let mut conn = store.read().await?;
        let idle: Vec<String> =
            on!(&mut conn, db => sqlx::query_scalar(IDLE).bind(before).bind(SOME).fetch_all(db))?;
        drop(conn);
        let mut tx = store.write().await?;
        let mut some = 0;
        for digest in &idle {
            some += run!(&mut tx, sqlx::query(DOOM).bind(digest).bind(before).bind(now))?;
        }
        tx.commit().await?;
        marked += some;
        if some == 0 {
            return Ok(marked);
        }
    }
}

/// Marks one blob, unless it was kept again after `since`: what referred to it was taken back.
pub async fn forget(
    store: &Store,
    digest: &str,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let (since, now) = (since.timestamp_millis(), now.timestamp_millis());
    run!(&mut tx, sqlx::query(FORGET).bind(digest).bind(since).bind(now))?;
    tx.commit().await
}

/// Some of the blobs that were marked before `before` and that nothing refers to.
pub async fn doomed(store: &Store, before: DateTime<Utc>) -> Result<Vec<String>, Fault> {
    let mut conn = store.read().await?;
    let before = before.timestamp_millis();
    Ok(on!(&mut conn, db => sqlx::query_scalar(DOOMED).bind(before).bind(SOME).fetch_all(db))?)
}

/// Deletes a blob that was marked before `before`: the row, then by `delete` its bytes, then commits.
///
/// Gives its size; `None` if it was kept again meanwhile, or something refers to it.
pub async fn remove<E: From<Fault>>(
    store: &Store,
    digest: &str,
    before: DateTime<Utc>,
    delete: impl AsyncFnOnce() -> Result<(), E>,
) -> Result<Option<i64>, E> {
    let mut tx = store.write().await?;
    let size: Result<Option<i64>, sqlx::Error> = on!(&mut tx, db => sqlx::query_scalar(REMOVE)
        .bind(digest).bind(before.timestamp_millis()).fetch_optional(db));
    let Some(size) = size.map_err(Fault::from)? else { return Ok(None) };
    delete().await?;
    tx.commit().await?;
    Ok(Some(size))
}

/// Blobs that something refers to, in order, from the one after `after` on: digest and, where it was noted,
/// size. At most a page of them.
pub async fn referenced(store: &Store, after: &str) -> Result<Vec<(String, Option<i64>)>, Fault> {
    let mut conn = store.read().await?;
    Ok(on!(&mut conn, db => sqlx::query_as(REFERENCED).bind(after).bind(SOME).fetch_all(db))?)
}
