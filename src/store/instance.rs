//! Secrets of this instance, made once.

use super::{Fault, Store, on, run, sql};

sql! {
    FIND = "select value from instance where name = $1";

    KEEP = "insert into instance (name, value) values ($1, $2) on conflict (name) do nothing";
}

/// The secret of that name; `fresh` becomes it if there is none yet.
///
/// Two processes that start together agree: the first one's insert holds.
pub async fn secret(store: &Store, name: &str, fresh: &str) -> Result<String, Fault> {
    let mut conn = store.read().await?;
    let kept: Option<String> = on!(&mut conn, db => sqlx::query_scalar(FIND).bind(name).fetch_optional(db))?;
    if let Some(kept) = kept {
        return Ok(kept);
    }
    drop(conn);
    let mut tx = store.write().await?;
    run!(&mut tx, sqlx::query(KEEP).bind(name).bind(fresh))?;
    let kept = on!(&mut tx, db => sqlx::query_scalar(FIND).bind(name).fetch_one(db))?;
    tx.commit().await?;
    Ok(kept)
}
