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
}

/// Places and hashes for lines that have none, many at once: by a list for each column, and by JSON.
const CHAIN_POSTGRES: &str = "
  update audit
     set place = link.place, hash = link.hash
    from unnest($1::bigint[], $2::bigint[], $3::text[]) as link (id, place, hash)
   where audit.id = link.id and audit.place is null";

/// The plus keeps SQLite from going through all lines without a place for each of these.
const CHAIN_SQLITE: &str = "
  update audit
     set place = link.value ->> 1, hash = link.value ->> 2
    from json_each($1) as link
   where audit.id = link.value ->> 0 and +audit.place is null";

/// [`INSERT`] for each of several deeds, in their order: PostgreSQL takes a list for each column, SQLite JSON.
const INSERT_EACH_POSTGRES: &str = "
  insert into audit (created, actor, action, resource, changed, request)
  select $1, actor, action, resource, $2, request
    from unnest($3::text[], $4::text[], $5::text[], $6::text[])
         with ordinality as deed (actor, action, resource, request, place)
order by place";

const INSERT_EACH_SQLITE: &str = "
  insert into audit (created, actor, action, resource, changed, request)
  select $1, value ->> 0, value ->> 1, value ->> 2, $2, value ->> 3
    from json_each($3)
order by key";

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

/// The same for each of several deeds that changed the same, which has no states.
pub(in crate::store) async fn note_each(tx: &mut Tx, deeds: &[Deed], changed: &str) -> Result<(), Fault> {
    let now = Utc::now().timestamp_millis();
    match tx.open() {
        Raw::Sqlite(db) => {
            let each =
                |deed: &Deed| [&deed.actor, &deed.action, &deed.resource, &deed.request].map(String::clone);
            let deeds: Vec<_> = deeds.iter().map(each).collect();
            let query = sqlx::query(INSERT_EACH_SQLITE).bind(now).bind(changed).bind(value::text(&deeds));
            query.execute(db).await?;
        }
        Raw::Postgres(db) => {
            let all = |part: fn(&Deed) -> &String| deeds.iter().map(part).cloned().collect::<Vec<_>>();
            let query = sqlx::query(INSERT_EACH_POSTGRES).bind(now).bind(changed);
            let query = query.bind(all(|deed| &deed.actor)).bind(all(|deed| &deed.action));
            query.bind(all(|deed| &deed.resource)).bind(all(|deed| &deed.request)).execute(db).await?;
        }
    }
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
    let mut links = Vec::with_capacity(rows.len());
    for row in rows {
        let line = row.read()?;
        place += 1;
        hash = hashed(&line, place, &hash);
        links.push((line.id, place, hash.clone()));
    }
    link(&mut tx, &links).await?;
    tx.commit().await?;
    Ok(links.len())
}

/// Gives lines, by number, their places and hashes.
async fn link(tx: &mut Tx, links: &[(i64, i64, String)]) -> Result<(), Fault> {
    match tx.open() {
        Raw::Sqlite(db) => sqlx::query(CHAIN_SQLITE).bind(value::text(&links)).execute(db).await.map(drop)?,
        Raw::Postgres(db) => {
            let (ids, places): (Vec<i64>, Vec<i64>) = links.iter().map(|(id, place, _)| (id, place)).unzip();
            let hashes: Vec<&str> = links.iter().map(|(_, _, hash)| hash.as_str()).collect();
            let query = sqlx::query(CHAIN_POSTGRES).bind(ids).bind(places).bind(hashes);
            query.execute(db).await.map(drop)?;
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_get_their_places_by_their_numbers_however_many_have_none() {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("../../migrations/sqlite/20261127172000_audit.up.sql")).unwrap();
        let mut plan = db.prepare(&format!("explain query plan {CHAIN_SQLITE}")).unwrap();
        let steps = plan.query_map(["[]"], |step| step.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        assert!(steps[0].starts_with("SCAN link"), "{steps:?}");
        assert!(steps[1].starts_with("SEARCH audit USING INTEGER PRIMARY KEY"), "{steps:?}");
    }
}
