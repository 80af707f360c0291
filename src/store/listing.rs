//! Pages of a collection: which members, in which order, how many.
//!
//! Names of columns come from tables of ours, values are bound: nothing that a client sends becomes SQL.

use super::{Fault, Handle, on, search};
use crate::domain::search::Query;
use sqlx::{FromRow, postgres::PgRow, sqlite::SqliteRow};
use std::fmt::Write as _;

/// A property of the members that can be asked for, and where it stands.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    /// A column of text.
    Text(&'static str, &'static str),
    /// A column of numbers or moments.
    Number(&'static str, &'static str),
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Least first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// Which members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Whose property contains the text; ASCII letters in any case, the same on both databases.
    Contains(&'static str, String),
    /// Whose identifier is one of these.
    Among(Vec<String>),
    /// That have all words; those that fit best come first, unless another order is asked for.
    Found(Query),
}

/// A page that somebody asks for; properties that the members do not have count for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Members before it.
    pub offset: i64,
    /// Members on it, at most.
    pub limit: i64,
    /// Those of a user that not everybody sees; else those that everybody sees.
    pub owner: Option<i64>,
    /// All of them must hold.
    pub filters: Vec<Filter>,
    /// Keys and directions, first one first; the newest first unless said, and among equals.
    pub order: Vec<(&'static str, Direction)>,
}

/// Where the members of a collection stand: table, properties, and the two statements' beginnings, which
/// end in a `where` clause.
pub(in crate::store) struct Listed {
    pub table: &'static str,
    pub fields: &'static [Field],
    pub page: &'static str,
    pub count: &'static str,
    /// What the members are only seen with, if they are seen by everybody.
    pub with: Option<&'static str>,
}

impl Listing {
    /// A stretch of all that everybody sees, newest first.
    pub fn stretch(offset: i64, limit: i64) -> Listing {
        Listing { offset, limit, ..Listing::default() }
    }

    /// The same of what a user has that not everybody sees.
    pub fn hidden_of(self, owner: i64) -> Listing {
        Listing { owner: Some(owner), ..self }
    }

    /// The page, and how many members there are on all pages.
    pub(in crate::store) async fn read<T>(
        &self,
        conn: &mut impl Handle,
        listed: &Listed,
    ) -> Result<(Vec<T>, i64), Fault>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        let postgres = conn.is_postgres();
        let (wheres, texts) = self.wheres(listed, postgres);
        let count = format!("{}{wheres}", listed.count);
        let total: i64 = on!(conn, db => {
            let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(count));
            for text in &texts {
                query = query.bind(text);
            }
            query.fetch_one(db)
        })?;
        let (end, more) = self.end(listed, postgres, texts.len());
        let page = format!("{}{wheres}{end}", listed.page);
        let members: Vec<T> = on!(conn, db => {
            let mut query = sqlx::query_as(sqlx::AssertSqlSafe(page));
            for text in texts.iter().chain(&more) {
                query = query.bind(text);
            }
            query.bind(self.limit).bind(self.offset).fetch_all(db)
        })?;
        Ok((members, total))
    }

    /// Who may be shown them: the one condition of every list, search and count.
    fn seen(&self, listed: &Listed) -> String {
        let table = listed.table;
        match self.owner {
            Some(owner) => {
                format!("\n     and {table}.owner_id = {owner} and {table}.visibility <> 'public'")
            }
            None => {
                let tables = std::iter::once(table).chain(listed.with);
                tables.map(|table| format!("\n     and {table}.visibility = 'public'")).collect()
            }
        }
    }

    /// Further conditions, and the texts that are bound in them.
    fn wheres(&self, listed: &Listed, postgres: bool) -> (String, Vec<String>) {
        let (mut wheres, mut texts) = (self.seen(listed), Vec::new());
        for filter in &self.filters {
            match filter {
                Filter::Contains(key, text) => {
                    let Some(Field::Text(_, column)) = field(listed, key) else { continue };
                    texts.push(pattern(text));
                    let column = lower(column, postgres);
                    let _ = write!(wheres, "\n     and {column} like ${} escape '!'", texts.len());
                }
                Filter::Found(query) => {
                    let (found, text) = search::among(listed.table, query, postgres, texts.len() + 1);
                    texts.push(text);
                    let _ = write!(wheres, "\n     and {found}");
                }
                Filter::Among(slugs) if slugs.is_empty() => wheres.push_str("\n     and 1 = 0"),
                Filter::Among(slugs) => {
                    let first = texts.len() + 1;
                    texts.extend(slugs.iter().cloned());
                    let places: Vec<String> = (first..=texts.len()).map(|at| format!("${at}")).collect();
                    let _ = write!(wheres, "\n     and {}.slug in ({})", listed.table, places.join(", "));
                }
            }
        }
        (wheres, texts)
    }

    /// Order and extent; their parameters follow so many others: the texts that are given, and two numbers.
    fn end(&self, listed: &Listed, postgres: bool, bound: usize) -> (String, Vec<String>) {
        let (mut keys, mut texts): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        if let (Some(Filter::Found(query)), true) =
            (self.filters.iter().find(|filter| matches!(filter, Filter::Found(_))), self.order.is_empty())
        {
            let (fitness, bound) = search::fitness(listed.table, query, postgres, bound + 1);
            keys.push(format!("{fitness} desc"));
            texts = bound;
        }
        for (key, direction) in &self.order {
            let by = match field(listed, key) {
                Some(Field::Text(_, column)) => lower(column, postgres),
                Some(Field::Number(_, column)) => column.to_string(),
                None => continue,
            };
            let direction = if *direction == Direction::Descending { " desc" } else { "" };
            keys.push(format!("{by}{direction}"));
        }
        let table = listed.table;
        keys.extend([format!("{table}.created desc"), format!("{table}.id desc")]);
        let bound = bound + texts.len();
        let end = format!("\norder by {}\n   limit ${} offset ${}", keys.join(", "), bound + 1, bound + 2);
        (end, texts)
    }
}

fn field(listed: &Listed, key: &str) -> Option<Field> {
    listed.fields.iter().copied().find(|field| match field {
        Field::Text(known, _) | Field::Number(known, _) => *known == key,
    })
}

/// A column with ASCII letters in lower case, compared byte by byte: on PostgreSQL both are up to the
/// collation, on SQLite they are so by themselves.
fn lower(column: &str, postgres: bool) -> String {
    if postgres { format!("lower({column} collate \"C\")") } else { format!("lower({column})") }
}

/// `like`'s pattern for a text somewhere inside.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}
