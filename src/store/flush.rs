//! When a commit on PostgreSQL is durable: one flush of its log for all that ended before the flush began.
//!
//! A writer commits without waiting for the disk, so that it holds its locks for no longer than its statements
//! take, and is answered after [`Flush::durable`], never before; a reader may see its row some milliseconds
//! earlier. Whoever comes first commits a message of the log, and waits for that: all before it is then on the
//! disk, and on those standbys that a commit waits for.
//!
//! A server that crashed meanwhile has lost such commits, and would flush the next message all the same. So
//! the messages go through one connection, which a crash ends: what began to commit while it was open is
//! durable if it still answers. Where there is none, each commit waits for the disk itself.

use super::Fault;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};

/// Names the server process, as nothing else does: another one behind a pooler is another connection.
const PROCESS: &str = "select pg_backend_pid()::text || ' ' || pg_postmaster_start_time()::text";
/// A message in a transaction of its own, which waits for the disk; says which process wrote it.
const MESSAGE: &str = "
  select pg_backend_pid()::text || ' ' || pg_postmaster_start_time()::text
    from pg_logical_emit_message(true, 'almanac', '')";
/// How long a connection that flushed is trusted to be there; then it is asked, and who commits meanwhile waits for
/// the disk alone.
const TRUSTED: Duration = Duration::from_secs(1);
/// How long a flush may take: a standby that a commit waits for may be away.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that flushed, by number; 0 is none.
pub(in crate::store) type Opened = u64;

/// The flushes of one server.
#[derive(Clone)]
pub(in crate::store) struct Flush(Arc<Inner>);

struct Inner {
    options: PgConnectOptions,
    /// The connection that is open, [`Opened`]; 0 while there is none.
    opened: AtomicU64,
    /// When it answered last, in ms since `began`.
    answered: AtomicU64,
    began: Instant,
    /// Whether it leads to one process of the server: a pooler may have many behind one connection.
    direct: AtomicBool,
    /// How many were.
    openings: AtomicU64,
    /// Commits that ended.
    ended: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    conn: Option<(PgConnection, String)>,
    /// Commits that are on the disk.
    flushed: u64,
}

impl Flush {
    /// Flushes of the server that these options lead to; connects when the first writer begins.
    pub(in crate::store) fn new(options: PgConnectOptions) -> Flush {
        Flush(Arc::new(Inner {
            options,
            opened: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            began: Instant::now(),
            direct: AtomicBool::new(true),
            openings: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            state: Mutex::default(),
        }))
    }

    /// The connection by which a transaction that begins now can be made durable; 0 if it has to wait for the
    /// disk itself, as long as there is none that answered just now.
    pub(in crate::store) fn opened(&self) -> Opened {
        let inner = &self.0;
        if !inner.direct.load(Ordering::SeqCst) {
            return 0;
        }
        let opened = inner.opened.load(Ordering::SeqCst);
        if opened != 0 && inner.idle() < TRUSTED {
            return opened;
        }
        if inner.state.try_lock().is_ok() {
            let inner = inner.clone();
            tokio::spawn(async move { inner.open().await });
        }
        0
    }

    /// Waits until every commit that has ended is on the disk; `opened` is as it was before mine.
    pub(in crate::store) async fn durable(&self, opened: Opened) -> Result<(), Fault> {
        let inner = &self.0;
        let mine = inner.ended.fetch_add(1, Ordering::SeqCst) + 1;
        let mut state = inner.state.lock().await;
        // First: what was flushed by a later connection says nothing of what came before a crash.
        if inner.opened.load(Ordering::SeqCst) != opened {
            return Err(unknown("the server hung up"));
        }
        if state.flushed >= mine {
            return Ok(());
        }
        let upto = inner.ended.load(Ordering::SeqCst);
        match state.flush().await {
            Ok(true) => {
                state.flushed = upto;
                inner.answers();
                Ok(())
            }
            Ok(false) => {
                inner.direct.store(false, Ordering::SeqCst);
                inner.lose(&mut state);
                Err(unknown("another process of the server answered"))
            }
            Err(fault) => {
                inner.lose(&mut state);
                Err(fault)
            }
        }
    }

    /// Closes the connection.
    pub(in crate::store) async fn close(&self) {
        let mut state = self.0.state.lock().await;
        self.0.opened.store(0, Ordering::SeqCst);
        if let Some((conn, _)) = state.conn.take() {
            // It has nothing left to say: if it does not end well it ends.
            let _ = conn.close().await;
        }
    }
}

impl Inner {
    async fn open(&self) {
        let mut state = self.state.lock().await;
        if self.opened.load(Ordering::SeqCst) != 0 && self.idle() < TRUSTED {
            return;
        }
        if let Some((conn, _)) = &mut state.conn {
            if matches!(timeout(PATIENCE, conn.ping()).await, Ok(Ok(()))) {
                self.answers();
                return;
            }
            self.lose(&mut state);
        }
        match connect(&self.options).await {
            Ok(conn) => {
                state.conn = Some(conn);
                self.answers();
                let number = self.openings.fetch_add(1, Ordering::SeqCst) + 1;
                self.opened.store(number, Ordering::SeqCst);
            }
            Err(error) => tracing::debug!(%error, "commits are not flushed together: no connection for it"),
        }
    }
}

impl Inner {
    /// How long ago it answered.
    fn idle(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.answered.load(Ordering::SeqCst)))
    }

    fn answers(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.answered.store(now, Ordering::SeqCst);
    }

    fn lose(&self, state: &mut State) {
        self.opened.store(0, Ordering::SeqCst);
        state.conn = None;
    }
}

async fn connect(options: &PgConnectOptions) -> Result<(PgConnection, String), sqlx::Error> {
    let mut conn = PgConnection::connect_with(options).await?;
    let process = sqlx::query_scalar(PROCESS).fetch_one(&mut conn).await?;
    Ok((conn, process))
}

impl State {
    /// Whether the process answered that did before.
    async fn flush(&mut self) -> Result<bool, Fault> {
        let Some((conn, process)) = &mut self.conn else { return Err(unknown("the server hung up")) };
        let answer = timeout(PATIENCE, sqlx::query_scalar::<_, String>(MESSAGE).fetch_one(conn)).await;
        match answer {
            Ok(Ok(answered)) => Ok(answered == *process),
            Ok(Err(error)) => Err(unknown(&error.to_string())),
            Err(_) => Err(unknown("its log was not flushed in time")),
        }
    }
}

/// It was committed; whether it is on the disk nobody can say.
fn unknown(why: &str) -> Fault {
    let why = format!("a change was made that may be lost: {why}");
    Fault::Busy(sqlx::Error::Io(io::Error::other(why)))
}

impl fmt::Debug for Flush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flush")
    }
}
