//! Usage in the database: counts by day, route and principal.

use super::{Conn, Fault, Store, Tx, on, run, sql, value};
use crate::domain::usage::{Principal, Usage, Wanted};
use chrono::{DateTime, Utc};

sql! {
    ADD = "
  insert into usage (day, route, version, principal, requests)
  values ($1, $2, $3, $4, $5)
      on conflict (day, route, principal) do update
     set requests = usage.requests + excluded.requests";

    // A version, route or principal that is empty stands for any.
    PAGE = "
  select day, route, version, principal, requests
    from usage
   where ($1 = '' or version = $1 or version = $2)
     and ($3 = '' or route = $3)
     and ($4 = '' or principal = $4)
     and day between $5 and $6
order by day desc, version, route, principal
   limit $7 offset $8";

    COUNT = "
  select count(*)
    from usage
   where ($1 = '' or version = $1 or version = $2)
     and ($3 = '' or route = $3)
     and ($4 = '' or principal = $4)
     and day between $5 and $6";

    OLD = "select count(*) from usage where day < $1";

    FORGET = "delete from usage where day < $1";
}

#[derive(sqlx::FromRow)]
struct Stored {
    day: i64,
    route: String,
    version: String,
    principal: String,
    requests: i64,
}

impl Stored {
    fn read(self) -> Result<Usage, Fault> {
        Ok(Usage {
            day: value::moment(self.day)?,
            route: self.route,
            version: self.version,
            principal: Principal::named(&self.principal),
            requests: self.requests,
        })
    }
}

/// Adds what was counted to what there is.
pub async fn add(tx: &mut Tx, counted: &[Usage]) -> Result<(), Fault> {
    for one in counted {
        run!(
            tx,
            sqlx::query(ADD)
                .bind(one.day.timestamp_millis())
                .bind(&one.route)
                .bind(&one.version)
                .bind(one.principal.name())
                .bind(one.requests)
        )?;
    }
    Ok(())
}

/// What [`Wanted`] is to the statements: no version stands for none.
struct Bounds {
    versions: [&'static str; 2],
    days: (i64, i64),
}

impl Bounds {
    fn of(wanted: &Wanted) -> Bounds {
        let millis = |day: Option<DateTime<Utc>>, open: i64| day.map_or(open, |day| day.timestamp_millis());
        let versions = match wanted.versions.as_deref() {
            None => ["", ""],
            Some([]) => [NONE, NONE],
            Some([one]) => [*one, *one],
            Some([one, other, ..]) => [*one, *other],
        };
        Bounds { versions, days: (millis(wanted.from, i64::MIN), millis(wanted.to, i64::MAX)) }
    }
}

/// A version that there is not.
const NONE: &str = "-";

/// Usage as wanted, the newest day first, and how many entries there are in all.
pub async fn page(
    conn: &mut Conn,
    wanted: &Wanted,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Usage>, i64), Fault> {
    let Bounds { versions: [one, other], days: (from, to) } = Bounds::of(wanted);
    let route = wanted.route.as_deref().unwrap_or_default();
    let principal = wanted.principal.as_deref().unwrap_or_default();
    let total: i64 = on!(conn, db => sqlx::query_scalar(COUNT)
        .bind(one).bind(other).bind(route).bind(principal).bind(from).bind(to).fetch_one(db))?;
    let rows: Vec<Stored> = on!(conn, db => sqlx::query_as(PAGE)
        .bind(one).bind(other).bind(route).bind(principal).bind(from).bind(to)
        .bind(limit).bind(offset).fetch_all(db))?;
    Ok((rows.into_iter().map(Stored::read).collect::<Result<_, Fault>>()?, total))
}

/// Deletes the days before `before`; gives the number of entries.
pub async fn forget(store: &Store, before: DateTime<Utc>) -> Result<u64, Fault> {
    let before = before.timestamp_millis();
    let mut conn = store.read().await?;
    let old: i64 = on!(&mut conn, db => sqlx::query_scalar(OLD).bind(before).fetch_one(db))?;
    drop(conn);
    if old == 0 {
        return Ok(0);
    }
    let mut tx = store.write().await?;
    let gone = run!(&mut tx, sqlx::query(FORGET).bind(before))?;
    tx.commit().await?;
    Ok(gone)
}
