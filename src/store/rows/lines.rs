//! One question about rows, on whichever connection: the only place that chooses how they are read.
//!
//! SQLite answers through [`Direct`], but for a transaction's own reads: a page of 100 rows cost 515 µs of
//! CPU through sqlx, which hands each line from thread to thread, and costs 40 µs so.

use super::{
    VIEW,
    cell::{self, bound},
    direct::Direct,
    link,
};
use crate::{
    domain::{
        column::{Cell, ColumnType},
        dataset::Row,
    },
    store::{Fault, Handle, on},
};
use sqlx::AssertSqlSafe;

/// How long a question may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// A few lines found by their key: answered where it is asked, for that costs less than another thread.
    Little,
    /// Perhaps all rows are looked at.
    Any,
}

/// A statement and what is bound in it.
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) bound: Vec<(Cell, ColumnType)>,
    pub(super) effort: Effort,
}

impl Question {
    /// A statement with numbers alone.
    pub(super) fn new(sql: String, numbers: &[i64], effort: Effort) -> Question {
        let bound = numbers.iter().map(|number| (Cell::Integer(*number), ColumnType::Integer)).collect();
        Question { sql, bound, effort }
    }

    /// Whether it reads a table that others write, and may change as they like.
    fn is_of_view(&self) -> bool {
        self.sql.contains(&format!(" from {VIEW}"))
    }
}

/// One line of an answer.
pub(super) trait Line {
    /// What stands at a place of it.
    fn cell(&self, at: usize, kind: ColumnType) -> Result<Cell, Fault>;

    /// A number that is never missing.
    fn number(&self, at: usize) -> Result<i64, Fault> {
        match self.cell(at, ColumnType::Integer)? {
            Cell::Integer(number) => Ok(number),
            other => Err(Fault::Broken(format!("column {at} does not read back: {other:?}"))),
        }
    }
}

struct Sqlx<'l, L>(&'l L);

impl<L> Line for Sqlx<'_, L>
where
    L: sqlx::Row,
    usize: sqlx::ColumnIndex<L>,
    i64: for<'r> sqlx::Decode<'r, L::Database> + sqlx::Type<L::Database>,
    i32: for<'r> sqlx::Decode<'r, L::Database> + sqlx::Type<L::Database>,
    i16: for<'r> sqlx::Decode<'r, L::Database> + sqlx::Type<L::Database>,
    f64: for<'r> sqlx::Decode<'r, L::Database> + sqlx::Type<L::Database>,
    bool: for<'r> sqlx::Decode<'r, L::Database> + sqlx::Type<L::Database>,
    String: for<'r> sqlx::Decode<'r, L::Database> + sqlx::Type<L::Database>,
{
    fn cell(&self, at: usize, kind: ColumnType) -> Result<Cell, Fault> {
        Ok(cell::cell(self.0, at, kind)?)
    }
}

/// What `read` makes of each line of the answer.
pub(super) async fn lines<T: Send + 'static>(
    conn: &mut impl Handle,
    question: Question,
    read: impl Fn(&dyn Line) -> Result<T, Fault> + Send + Sync + 'static,
) -> Result<Vec<T>, Fault> {
    let linked = question.is_of_view();
    let answer = match conn.direct() {
        Some(direct) => Direct::lines(direct, question, read).await,
        None => asked(conn, question, read).await,
    };
    if linked { answer.map_err(link::apart) } else { answer }
}

async fn asked<T>(
    conn: &mut impl Handle,
    question: Question,
    read: impl Fn(&dyn Line) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    on!(conn, db => async {
        let Question { sql, bound: cells, .. } = question;
        let query = bound(sqlx::query(AssertSqlSafe(sql)), cells.iter().map(|(cell, kind)| (cell, *kind)));
        query.fetch_all(db).await?.iter().map(|line| read(&Sqlx(line))).collect::<Result<Vec<T>, Fault>>()
    })
}

/// Rows of `select id, revision, ..`, then cells of these types.
pub(super) async fn rows(
    conn: &mut impl Handle,
    question: Question,
    kinds: Vec<ColumnType>,
) -> Result<Vec<Row>, Fault> {
    let read = move |line: &dyn Line| {
        let cells = kinds.iter().enumerate().map(|(index, kind)| line.cell(index + 2, *kind));
        Ok(Row {
            id: line.number(0)?,
            revision: line.number(1)?,
            cells: cells.collect::<Result<_, Fault>>()?,
        })
    };
    lines(conn, question, read).await
}
