//! Threads for what takes the processor for long. Those of trainings, sealings and applications have the lowest rank:
//! on a machine that has both to do, requests come first.
//!
//! Each is a thread of its own and of none of tokio's pools: Linux raises no thread again that was lowered. The
//! threads that it starts have its rank.

use super::Fault;
use std::{future::Future, io, thread};
#[cfg(target_os = "linux")]
use thread_priority::{NormalThreadSchedulePolicy, ThreadSchedulePolicy};
use thread_priority::{ThreadPriority, thread_native_id};
use tokio::{runtime::Handle, sync::oneshot, task::futures::TaskLocalFuture};

tokio::task_local! {
    /// Set in such work.
    static LOW: ();
}

/// Work whose threads have the lowest rank.
pub fn low<F: Future>(work: F) -> TaskLocalFuture<(), F> {
    LOW.scope((), work)
}

/// Does what takes the processor for long; it goes on if nobody waits for it any more.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    end(start(work)?).await
}

/// Begins it, whether or not anybody waits for it yet.
pub fn start<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<oneshot::Receiver<T>> {
    let (send, receive) = oneshot::channel();
    let lowest = is_low();
    thread::Builder::new().name("work".into()).spawn(move || {
        if lowest {
            lower();
        }
        // Nobody listens any more when the server went down: that is no fault.
        let _ = send.send(work());
    })?;
    Ok(receive)
}

/// Waits for what was begun.
pub async fn end<T>(receive: oneshot::Receiver<T>) -> Result<T, Fault> {
    receive.await.map_err(|_| Fault::Broken("the work ended unexpectedly".into()))
}

/// Does the same for a future whose polls take long, such as one that decodes thousands of rows; dropped, it ends.
pub async fn drive<F>(work: F) -> Result<F::Output, Fault>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let runtime = Handle::current();
    // Dropped with this future.
    let (_here, gone) = oneshot::channel::<()>();
    let lowest = is_low();
    run(move || {
        runtime.block_on(async {
            let work = async { if lowest { low(work).await } else { work.await } };
            tokio::select! {
                done = work => Ok(done),
                _ = gone => Err(Fault::Stopped),
            }
        })
    })
    .await?
}

fn is_low() -> bool {
    LOW.try_with(|()| ()).is_ok()
}

/// Lets who waits go first, now and then in long work. A thread that was interrupted, not woken, waits until the next
/// tick of the clock even for one of the lowest rank: some milliseconds.
pub fn give_way() {
    thread::yield_now();
}

/// Lets all other threads go first. Where the system refuses, the work is done all the same.
fn lower() {
    #[cfg(target_os = "linux")]
    let lowered = thread_priority::set_thread_priority_and_policy(
        thread_native_id(),
        ThreadPriority::Min,
        // Below any niceness: a core that does such work alone counts as free for who wakes up.
        ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle),
    );
    #[cfg(not(target_os = "linux"))]
    let lowered = thread_priority::set_current_thread_priority(ThreadPriority::Min);
    if let Err(error) = lowered {
        tracing::debug!(?error, "a thread in the background has the rank of others");
    }
}
