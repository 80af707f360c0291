//! What was changed, by whom, in the database: noted by [`Tx::commit`], chained by a job, never changed.

use super::{Conn, Fault, Handle, Raw, Store, Tx, on, run, sql, value};
use crate::domain::{
    audit::{Deed, Line},
    state::State,
    tag::Tag,
};
use chrono::Utc;
use sha2::{Digest, Sha256};

/// Lines that are chained or verified at a time.
const STRETCH: i64 = 500;

/// Whether this transaction is the only one on PostgreSQL that chains; the number stands for that alone.
const ALONE: &str = "select pg_try_advisory_xact_lock(7241)";

sql! {
    INSERT = "
  insert into audit (created, actor, action, resource, changed, before, after, request)
  values ($1, $2, $3, $4, $5, $6, $7, $8)";

    PAGE = "
  select id, created, actor, action, resource, changed, before, after, request, place, hash
    from audit
   where id < $1
order by id desc
   limit $2";

    UNCHAINED = "
  select id, created, actor, action, resource, changed, before, after, request, place, hash
    from audit
   where place is null
order by id
   limit $1";

    CHAINED = "
  select id, created, actor, action, resource, changed, before, after, request, place, hash
    from audit
   where place > $1
order by place
   limit $2";

    END = "
  select place, hash
    from audit
   where place is not null
order by place desc
   limit 1";

    CHAIN = "update audit set place = $2, hash = $3 where id = $1 and place is null";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    created: i64,
    actor: String,
    action: String,
    resource: String,
    changed: String,
    before: Option<String>,
    after: Option<String>,
    request: String,
    place: Option<i64>,
    hash: Option<String>,
}

impl Stored {
    fn read(self) -> Result<Line, Fault> {
        let Stored { actor, action, resource, request, .. } = self;
        Ok(Line {
            id: self.id,
            created: value::moment(self.created)?,
            deed: Deed { actor, action, resource, request },
            changed: self.changed,
            before: self.before,
            after: self.after,
            link: self.place.zip(self.hash),
        })
    }
}

/// Whose deed a transaction is, the states of the one thing that it changes, and what it does of which nothing
/// that is published depends.
#[derive(Debug, Clone)]
pub(in crate::store) struct Note {
    pub deed: Deed,
    pub before: Option<State>,
    pub after: Option<State>,
    pub told: Vec<Tag>,
}

impl Note {
    /// Of nobody's request.
    pub(in crate::store) fn own() -> Note {
        Note { deed: Deed::own(), before: None, after: None, told: Vec::new() }
    }

    /// Whether something is changed of which nothing that is published depends.
    pub(in crate::store) fn has_states(&self) -> bool {
        self.before.is_some() || self.after.is_some()
    }
}

/// Notes what a transaction changed.
pub(in crate::store) async fn note(tx: &mut Tx, note: &Note, changed: &str) -> Result<(), Fault> {
    let Note { deed, before, after, .. } = note;
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(Utc::now().timestamp_millis())
            .bind(&deed.actor)
            .bind(&deed.action)
            .bind(&deed.resource)
            .bind(changed)
            .bind(before.as_ref().map(State::as_str))
            .bind(after.as_ref().map(State::as_str))
            .bind(&deed.request)
    )?;
    Ok(())
}

/// Lines before a number, the newest first.
pub async fn page(conn: &mut Conn, before: i64, limit: i64) -> Result<Vec<Line>, Fault> {
    let rows: Vec<Stored> = on!(conn, db => sqlx::query_as(PAGE).bind(before).bind(limit).fetch_all(db))?;
    rows.into_iter().map(Stored::read).collect()
}

/// Puts lines that have no place yet at the end of the chain; says how many. One server at a time does.
pub async fn chain(store: &Store) -> Result<usize, Fault> {
    // Before there is a transaction: one that changes nothing is written to the log of the database too.
    let mut conn = store.read().await?;
    let unchained =
        on!(&mut conn, db => sqlx::query_as::<_, Stored>(UNCHAINED).bind(1_i64).fetch_optional(db))?;
    drop(conn);
    if unchained.is_none() {
        return Ok(0);
    }
    let mut tx = store.write().await?;
    // SQLite has one writer anyway.
    if let Raw::Postgres(db) = tx.raw().await?
        && !sqlx::query_scalar::<_, bool>(ALONE).fetch_one(db).await?
    {
        return Ok(0);
    }
    let rows: Vec<Stored> = on!(&mut tx, db => sqlx::query_as(UNCHAINED).bind(STRETCH).fetch_all(db))?;
    let end: Option<(i64, String)> = on!(&mut tx, db => sqlx::query_as(END).fetch_optional(db))?;
    let (mut place, mut hash) = end.unwrap_or_default();
    let chained = rows.len();
    for row in rows {
        let line = row.read()?;
        place += 1;
        hash = hashed(&line, place, &hash);
        run!(&mut tx, sqlx::query(CHAIN).bind(line.id).bind(place).bind(&hash))?;
    }
    tx.commit().await?;
    Ok(chained)
}

/// Lines that hold: how many, and the hash of the last one.
///
/// Lines that were taken from the end leave a chain that holds; who kept a hash from before finds it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// How many.
    pub lines: i64,
    /// The last one's; empty if there is none.
    pub hash: String,
}

/// Follows the chain from its first line: what holds, or the number of the first line that does not.
pub async fn verify(conn: &mut Conn) -> Result<Result<Chain, i64>, Fault> {
    let (mut place, mut hash) = (0, String::new());
    loop {
        let rows: Vec<Stored> =
            on!(conn, db => sqlx::query_as(CHAINED).bind(place).bind(STRETCH).fetch_all(db))?;
        if rows.is_empty() {
            return Ok(Ok(Chain { lines: place, hash }));
        }
        for row in rows {
            let line = row.read()?;
            place += 1;
            hash = hashed(&line, place, &hash);
            if line.link != Some((place, hash.clone())) {
                return Ok(Err(line.id));
            }
        }
    }
}

fn hashed(line: &Line, place: i64, previous: &str) -> String {
    let digest = Sha256::digest(line.content(place, previous));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
