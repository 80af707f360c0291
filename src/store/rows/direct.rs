//! Connections to SQLite that only read rows, without a thread of their own.
//!
//! Each is used by a [`Reader`](crate::store::reader::Reader), whose number is bounded.

use super::lines::{Effort, Line, Question};
use crate::{
    domain::column::{Cell, ColumnType},
    store::Fault,
};
use chrono::{DateTime, NaiveDate};
use rusqlite::{
    Connection, InterruptHandle, OpenFlags, OptionalExtension, Row, Statement, ToSql,
    types::{ToSqlOutput, Value, ValueRef},
};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::task::spawn_blocking;

/// Statements that each connection keeps prepared.
const PREPARED: usize = 64;

/// The connections to one file.
#[derive(Clone)]
pub struct Direct(Arc<Inner>);

struct Inner {
    /// Where connections lead, and how long each waits for a lock; none are made for a snapshot, which is one.
    to: Option<(PathBuf, Duration)>,
    /// Those that nobody uses; `None` once they are closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Direct {
    /// None yet; each waits so long for a lock.
    pub(in crate::store) fn to(file: &Path, patience: Duration) -> Direct {
        let idle = Mutex::new(Some(Vec::new()));
        Direct(Arc::new(Inner { to: Some((file.into(), patience)), idle }))
    }

    /// A connection that answers as of this moment, whatever is written meanwhile, one question at a time and on the
    /// thread that asks: for one that has nothing else to do.
    pub(super) fn snapshot(&self) -> Result<Direct, Fault> {
        let conn = self.0.open()?;
        conn.execute_batch("begin").map_err(fault)?;
        // The moment is that of its first look into the file.
        conn.query_row("select count(*) from sqlite_schema", [], |_| Ok(())).map_err(fault)?;
        let idle = Mutex::new(Some(vec![conn]));
        Ok(Direct(Arc::new(Inner { to: None, idle })))
    }

    /// Closes those that nobody uses, the others as they come back.
    pub(in crate::store) fn close(&self) {
        self.0.idle().take();
    }

    /// What `read` makes of the first line of a constant statement's answer, in which one text is bound: for
    /// what is found by its key.
    pub(in crate::store) fn first<T>(
        &self,
        sql: &str,
        text: &str,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Fault> {
        self.0.ask(|conn| {
            let mut statement = conn.prepare_cached(sql).map_err(fault)?;
            statement.query_row([text], read).optional().map_err(fault)
        })
    }

    /// What `read` makes of each line of the answer.
    pub(super) async fn lines<T: Send + 'static>(
        &self,
        question: Question,
        read: impl Fn(&dyn Line) -> Result<T, Fault> + Send + Sync + 'static,
    ) -> Result<Vec<T>, Fault> {
        if self.0.to.is_none() || question.effort == Effort::Little {
            return self.0.ask(|conn| answers(conn, &question, &read));
        }
        let (inner, running) = (self.0.clone(), Running::default());
        let handle = running.0.clone();
        let answer = spawn_blocking(move || {
            inner.ask(|conn| {
                *lock(&handle) = Some(conn.get_interrupt_handle());
                let answer = answers(conn, &question, &read);
                // Before the connection is another's: whoever gives up now interrupts nobody.
                lock(&handle).take();
                answer
            })
        });
        let answer = answer.await;
        drop(running);
        answer.unwrap_or_else(|error| Err(Fault::Broken(error.to_string())))
    }
}

impl Inner {
    fn idle(&self) -> std::sync::MutexGuard<'_, Option<Vec<Connection>>> {
        lock(&self.idle)
    }

    fn ask<T>(&self, ask: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let idle = self.idle().as_mut().and_then(Vec::pop);
        let conn = match idle {
            Some(conn) => conn,
            None => self.open()?,
        };
        let answer = ask(&conn);
        if let Some(idle) = self.idle().as_mut() {
            idle.push(conn);
        }
        answer
    }

    fn open(&self) -> Result<Connection, Fault> {
        let Some((file, patience)) = &self.to else {
            return Err(Fault::Broken("a snapshot was asked twice at once".into()));
        };
        connected(file, *patience).map_err(fault)
    }
}

fn connected(file: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    conn.busy_timeout(patience)?;
    conn.set_prepared_statement_cache_capacity(PREPARED);
    // As the store's own: the system caches once for all of them.
    conn.pragma_update(None, "cache_size", -1024)?;
    Ok(conn)
}

/// A poisoned list of connections is a list of connections.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A question that is being answered on another thread, and stops when nobody waits for it any more.
#[derive(Default)]
struct Running(Arc<Mutex<Option<InterruptHandle>>>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(handle) = lock(&self.0).as_ref() {
            handle.interrupt();
        }
    }
}

fn answers<T>(
    conn: &Connection,
    question: &Question,
    read: &impl Fn(&dyn Line) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = conn.prepare_cached(&question.sql).map_err(fault)?;
    bind(&mut statement, &question.bound).map_err(fault)?;
    let mut lines = statement.raw_query();
    let mut answers = Vec::new();
    while let Some(line) = lines.next().map_err(fault)? {
        answers.push(read(line)?);
    }
    Ok(answers)
}

/// SQLite counts `$2, $1` by where they stand first; what is meant is the number.
fn bind(statement: &mut Statement<'_>, cells: &[(Cell, ColumnType)]) -> rusqlite::Result<()> {
    for at in 1..=statement.parameter_count() {
        let number = statement.parameter_name(at).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let cell = number.and_then(|number| cells.get(number.checked_sub(1)?));
        match cell {
            Some((cell, kind)) => statement.raw_bind_parameter(at, Bound(cell, *kind))?,
            None => return Err(rusqlite::Error::InvalidParameterCount(cells.len(), at)),
        }
    }
    Ok(())
}

/// A cell as a column of its type keeps it.
struct Bound<'c>(&'c Cell, ColumnType);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use ColumnType::{Category, Date, Text};
        let owned = |value: Value| Ok(ToSqlOutput::Owned(value));
        match (self.1, self.0) {
            (ColumnType::Integer, Cell::Integer(value)) => owned(Value::Integer(*value)),
            (ColumnType::Number, Cell::Number(value)) => owned(Value::Real(*value)),
            (ColumnType::Boolean, Cell::Boolean(value)) => owned(Value::Integer((*value).into())),
            (ColumnType::Datetime, Cell::Datetime(value)) => owned(Value::Integer(value.timestamp_micros())),
            (Text | Category | Date, Cell::Text(value)) => {
                Ok(ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())))
            }
            (Text | Category | Date, cell) if *cell != Cell::Missing => owned(Value::Text(cell.to_string())),
            _ => owned(Value::Null),
        }
    }
}

impl Line for Row<'_> {
    fn cell(&self, at: usize, kind: ColumnType) -> Result<Cell, Fault> {
        let value = self.get_ref(at).map_err(fault)?;
        let cell = match (kind, value) {
            (_, ValueRef::Null) => Some(Cell::Missing),
            (ColumnType::Integer, ValueRef::Integer(value)) => Some(Cell::Integer(value)),
            (ColumnType::Number, ValueRef::Real(value)) => Some(Cell::Number(value)),
            (ColumnType::Boolean, ValueRef::Integer(value)) => Some(Cell::Boolean(value != 0)),
            (ColumnType::Datetime, ValueRef::Integer(value)) => {
                DateTime::from_timestamp_micros(value).map(Cell::Datetime)
            }
            (ColumnType::Text | ColumnType::Category, ValueRef::Text(text)) => {
                std::str::from_utf8(text).ok().map(|text| Cell::Text(text.into()))
            }
            (ColumnType::Date, ValueRef::Text(text)) => {
                std::str::from_utf8(text).ok().and_then(|text| text.parse::<NaiveDate>().ok()).map(Cell::Date)
            }
            _ => None,
        };
        cell.ok_or_else(|| Fault::Broken(format!("column {at} does not read back as {kind}: {value:?}")))
    }
}

/// As the store's own: busy, interrupted, I/O, full, cannot open are worth another try.
fn fault(error: rusqlite::Error) -> Fault {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, OperationInterrupted, SystemIoFailure,
    };
    match error.sqlite_error_code() {
        Some(
            DatabaseBusy | DatabaseLocked | OperationInterrupted | SystemIoFailure | DiskFull | CannotOpen,
        ) => Fault::Busy(sqlx::Error::Io(std::io::Error::other(error))),
        _ => Fault::Broken(error.to_string()),
    }
}

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Direct")
    }
}
