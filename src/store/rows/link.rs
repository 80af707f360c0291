//! Tables that others write in the same database, read as if they were heads: by a view `linked<number>` with the columns
//! that the table of a head has.
//!
//! The only place where names that are not ours become SQL: those that the database itself has for what an operator
//! named, in quotes.

use super::{
    RESERVE,
    lines::{Effort, Line, Question, lines},
    table,
};
use crate::{
    domain::column::ColumnType,
    store::{Fault, Handle, Pools, Raw, Store, Tx, on, run},
};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

/// Tables of ours, which hold secrets: none of them is ever shown as a dataset.
pub const OURS: &[&str] = &[
    "_sqlx_migrations",
    "article",
    "article_about",
    "audit",
    "blob",
    "cache_bump",
    "dataset",
    "idempotency",
    "instance",
    "job",
    "message",
    "model",
    "model_version",
    "revision",
    "row_gap",
    "search",
    "search_word",
    "session",
    "storage",
    "token",
    "usage",
    "users",
];

const SQLITE_TABLE: &str = "
    select name from sqlite_schema where type in ('table', 'view') and name = $1 collate nocase";

const SQLITE_COLUMNS: &str = "
    select name, type, pk > 0 from pragma_table_xinfo($1) where hidden <> 1 order by cid";

const POSTGRES_TABLE: &str = "
    select pg_class.oid::bigint, nspname::text, relname::text, nspname = current_schema()
      from pg_class
      join pg_namespace on pg_namespace.oid = relnamespace
     where relkind in ('r', 'p', 'v', 'm', 'f') and nspname not in ('pg_catalog', 'information_schema')
       and (nspname || '.' || relname = $1 or (nspname = current_schema() and relname = $1))
  order by nspname || '.' || relname = $1 desc
     limit 1";

const POSTGRES_COLUMNS: &str = "
    select attname::text, format_type(coalesce(nullif(typbasetype, 0), pg_type.oid), null),
           exists (select 1 from pg_index where indrelid = attrelid and indisprimary and attnum = any (indkey))
      from pg_attribute
      join pg_type on pg_type.oid = atttypid
     where attrelid = $1::oid and attnum > 0 and not attisdropped
  order by attnum";

/// A table or view that is there.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name in SQL.
    quoted: String,
    /// Its columns.
    pub columns: Vec<Theirs>,
}

/// A column of it.
#[derive(Debug, Clone)]
pub struct Theirs {
    /// Its name.
    pub name: String,
    /// Its type, as the database says; nothing where it says none.
    pub declared: String,
    /// Whether the primary key has it.
    pub is_key: bool,
    /// What its cells are read as; `None` of bytes, which are no cells.
    pub kind: Option<ColumnType>,
}

impl Theirs {
    fn quoted(&self) -> String {
        quoted(&self.name)
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Whether a name is that of a table of ours.
fn is_ours(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let numbered = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    OURS.contains(&name.as_str())
        || ["sqlite_", "search_word_"].iter().any(|start| name.starts_with(start))
        || ["d", "linked"].iter().any(|start| name.strip_prefix(start).is_some_and(numbered))
}

/// The table or view of that name, on PostgreSQL perhaps with its schema in front; [`Fault::Missing`] if there is
/// none, or one of ours.
pub async fn source(tx: &mut Tx, name: &str) -> Result<Source, Fault> {
    let (quoted, columns) = match tx.open() {
        Raw::Sqlite(db) => {
            let found: Option<String> =
                sqlx::query_scalar(SQLITE_TABLE).bind(name).fetch_optional(&mut *db).await?;
            let found = found.filter(|found| !is_ours(found)).ok_or(Fault::Missing)?;
            let columns: Vec<(String, String, bool)> =
                sqlx::query_as(SQLITE_COLUMNS).bind(&found).fetch_all(db).await?;
            (quoted(&found), columns)
        }
        Raw::Postgres(db) => {
            let found: Option<(i64, String, String, bool)> =
                sqlx::query_as(POSTGRES_TABLE).bind(name).fetch_optional(&mut *db).await?;
            let found = found.filter(|(_, _, found, here)| !(*here && is_ours(found)));
            let (id, schema, found, _) = found.ok_or(Fault::Missing)?;
            let columns: Vec<(String, String, bool)> =
                sqlx::query_as(POSTGRES_COLUMNS).bind(id).fetch_all(db).await?;
            (format!("{}.{}", self::quoted(&schema), self::quoted(&found)), columns)
        }
    };
    let mut source = Source { quoted, columns: Vec::new() };
    for (name, declared, is_key) in columns {
        let mut column = Theirs { name, declared: declared.to_lowercase(), is_key, kind: None };
        column.kind = match tx.is_postgres() {
            true => postgres_kind(&column.declared),
            false => sqlite_kind(tx, &source.quoted, &column).await?,
        };
        source.columns.push(column);
    }
    Ok(source)
}

/// What a type of PostgreSQL's is read as; one that is not listed as its text.
fn postgres_kind(declared: &str) -> Option<ColumnType> {
    Some(match declared {
        "bytea" => return None,
        "smallint" | "integer" | "bigint" => ColumnType::Integer,
        "real" | "double precision" | "numeric" => ColumnType::Number,
        "boolean" => ColumnType::Boolean,
        "date" => ColumnType::Date,
        "timestamp with time zone" | "timestamp without time zone" => ColumnType::Datetime,
        _ => ColumnType::Text,
    })
}

/// What a column of SQLite's is read as, where any cell may be anything: what its type says if all of its cells are
/// so, else the first that all are.
async fn sqlite_kind(tx: &mut Tx, table: &str, column: &Theirs) -> Result<Option<ColumnType>, Fault> {
    let name = column.quoted();
    let sql = format!(
        "select count({name}), count(case when typeof({name}) = 'blob' then 1 end),
                count(case when typeof({name}) = 'integer' then 1 end),
                count(case when typeof({name}) in ('integer', 'real') then 1 end),
                count(case when typeof({name}) = 'integer' and {name} in (0, 1) then 1 end),
                count(case when typeof({name}) = 'text' and date({name}) = {name} then 1 end)
           from {table}"
    );
    let counts: (i64, i64, i64, i64, i64, i64) =
        on!(tx, db => sqlx::query_as(AssertSqlSafe(sql)).fetch_one(db))?;
    let (all, bytes, integers, numbers, truths, dates) = counts;
    let says = |words: &[&str]| words.iter().any(|word| column.declared.contains(word));
    let wanted: &[(ColumnType, i64)] = match &column.declared {
        _ if bytes > 0 || (says(&["blob"]) && all == 0) => return Ok(None),
        _ if says(&["int"]) => &[(ColumnType::Integer, integers), (ColumnType::Number, numbers)],
        _ if says(&["bool"]) => &[(ColumnType::Boolean, truths), (ColumnType::Number, numbers)],
        _ if says(&["real", "floa", "doub", "num", "dec"]) => &[(ColumnType::Number, numbers)],
        declared if declared == "date" => &[(ColumnType::Date, dates)],
        // Of a column of a view it is not said, or said so.
        declared if (declared.is_empty() || says(&["blob"])) && all > 0 => {
            &[(ColumnType::Integer, integers), (ColumnType::Number, numbers)]
        }
        _ => &[],
    };
    let kind = wanted.iter().find(|(_, fitting)| *fitting == all).map(|(kind, _)| *kind);
    Ok(Some(kind.unwrap_or(ColumnType::Text)))
}

/// Makes the view and gives its number, which is negative; it is dropped as a table is.
pub async fn link(tx: &mut Tx, source: &Source, key: &str, now: DateTime<Utc>) -> Result<i64, Fault> {
    let number: i64 = on!(tx, db => sqlx::query_scalar(RESERVE).bind(now.timestamp_millis()).fetch_one(db))?;
    let postgres = tx.is_postgres();
    let cell = if postgres { postgres_cell } else { sqlite_cell };
    let cells = source.columns.iter().filter_map(|column| Some((column, column.kind?))).enumerate();
    let cells: String =
        cells.map(|(at, (column, kind))| format!(", {} as c{at}", cell(&column.quoted(), kind))).collect();
    // From two, of which PostgreSQL plans but one: into a view of one table it would write.
    let (one, from) = if postgres { ("1::bigint", " cross join (select 1) as once") } else { ("1", "") };
    let sql = format!(
        "create view {} as select {} as id, {one} as revision{cells} from {}{from}",
        table(-number),
        quoted(key),
        source.quoted
    );
    run!(tx, sqlx::query(AssertSqlSafe(sql.clone())))?;
    Ok(-number)
}

/// A column's cell as a head has it, of the same name where it can be: then its indexes are used.
fn sqlite_cell(name: &str, kind: ColumnType) -> String {
    match kind {
        ColumnType::Number => format!(
            "case when typeof({name}) = 'integer' then cast({name} as real) when {name} not in (9e999, -9e999) \
             then {name} end"
        ),
        ColumnType::Text | ColumnType::Category => format!("nullif(cast({name} as text), '')"),
        _ => name.into(),
    }
}

fn postgres_cell(name: &str, kind: ColumnType) -> String {
    match kind {
        ColumnType::Integer | ColumnType::Boolean => name.into(),
        ColumnType::Number => {
            format!("nullif(nullif(nullif({name}::double precision, 'NaN'), 'Infinity'), '-Infinity')")
        }
        ColumnType::Date => format!(
            "case when {name} between date '0001-01-01' and date '9999-12-31' then \
             to_char({name}, 'YYYY-MM-DD') collate \"C\" end"
        ),
        ColumnType::Datetime => {
            format!("case when isfinite({name}) then (extract(epoch from {name}) * 1000000)::bigint end")
        }
        ColumnType::Text | ColumnType::Category => format!("nullif({name}::text, '') collate \"C\""),
    }
}

/// What is known of the key of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// Rows that there are.
    pub rows: i64,
    /// Those that have a key.
    pub present: i64,
    /// Keys, each counted once.
    pub distinct: i64,
}

impl Keys {
    /// Whether each row has one of its own.
    pub fn are_unique(&self) -> bool {
        self.rows == self.distinct
    }
}

/// Counts the rows of a view, and their keys.
pub async fn keys(conn: &mut impl Handle, storage: i64) -> Result<Keys, Fault> {
    let sql = format!("select count(*), count(id), count(distinct id) from {}", table(storage));
    let read = |line: &dyn Line| {
        Ok(Keys { rows: line.number(0)?, present: line.number(1)?, distinct: line.number(2)? })
    };
    let counts = lines(conn, Question::new(sql, &[], Effort::Any), read).await?;
    counts.into_iter().next().ok_or(Fault::Missing)
}

/// How many different texts a column of a view has, at most `most`.
pub async fn distinct(tx: &mut Tx, storage: i64, place: usize, most: i64) -> Result<i64, Fault> {
    let sql = format!(
        "select count(*) from (select distinct c{place} from {} where c{place} is not null limit {most}) as counted",
        table(storage)
    );
    Ok(on!(tx, db => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(db))?)
}

/// What it means that a view does not read: what it shows is there no more, or has other columns or cells.
pub(super) fn apart(fault: Fault) -> Fault {
    match fault {
        Fault::Broken(what) => Fault::Apart(what),
        other => other,
    }
}

/// Drops the views whose tables are gone: SQLite would alter no table any more while they are there.
pub(in crate::store) async fn drop_broken(store: &Store) -> Result<(), Fault> {
    let Pools::Sqlite { write, .. } = store.pools() else { return Ok(()) };
    const VIEWS: &str = "select name from sqlite_schema where type = 'view' and name glob 'linked[0-9]*'";
    let views: Vec<String> = sqlx::query_scalar(VIEWS).fetch_all(write).await?;
    for view in views.iter().filter(|view| is_ours(view)) {
        let look = format!("select 1 from {view} limit 0");
        if sqlx::query(AssertSqlSafe(look)).execute(write).await.is_err() {
            sqlx::query(AssertSqlSafe(format!("drop view {view}"))).execute(write).await?;
        }
    }
    Ok(())
}
