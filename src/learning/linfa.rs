//! linfa's L-BFGS, ten iterations at a time, on a thread that can be left behind.
//!
//! linfa 0.8.1 can loop for ever on finite input, and nothing can stop it from outside: a chunk that takes
//! far too long is left behind with its thread, and linfa is not used again until that has ended. What it
//! returns as `Ok` may be unconverged or wrong: only [`super::check`] knows.

use super::{Pace, Stop, check::Problem};
use linfa::{DatasetBase, traits::Fit};
use linfa_logistic::{LogisticRegression, MultiLogisticRegression};
use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, channel},
    },
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

/// Iterations of a chunk.
pub const CHUNK: u64 = 10;
/// How often the wait for a chunk asks whether to go on.
const TICK: Duration = Duration::from_millis(50);
/// Threads that were left behind and still run.
static BEHIND: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());

/// Whether linfa can be asked: it has one penalty for all columns, and no thread that was left behind.
pub fn can_take(problem: &Problem) -> bool {
    let mut behind = BEHIND.lock().unwrap_or_else(PoisonError::into_inner);
    behind.retain(|thread| !thread.is_finished());
    let one = penalty(problem);
    behind.is_empty() && problem.penalties.iter().all(|penalty| *penalty == one)
}

fn penalty(problem: &Problem) -> f64 {
    problem.penalties.first().copied().unwrap_or(1.0)
}

/// Ten iterations from some parameters, or fewer if the gradient's norm falls below `tolerance`.
///
/// `None` if linfa gave up, or did not come back within `patience`.
pub fn chunk(
    problem: &Arc<Problem>,
    from: &Array2<f64>,
    tolerance: f64,
    patience: Duration,
    pace: &Pace<'_>,
) -> Result<Option<Array2<f64>>, Stop> {
    let (problem, from) = (problem.clone(), from.clone());
    on_a_thread(move || iterate(&problem, &from, tolerance), patience, pace)
}

/// What `work` gives on a thread of its own; `None` also if it panics or takes longer than `patience`.
fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Option<T> + Send + 'static,
    patience: Duration,
    pace: &Pace<'_>,
) -> Result<Option<T>, Stop> {
    let (sender, receiver) = channel();
    let work = move || {
        // Nobody listens any more if this was left behind.
        let _ = sender.send(work());
    };
    let Ok(thread) = Builder::new().name("linfa".into()).spawn(work) else { return Ok(None) };
    let began = Instant::now();
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(found) => return Ok(found),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let go_on = pace.check();
        if go_on.is_err() || began.elapsed() > patience {
            BEHIND.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
            return go_on.map(|()| None);
        }
    }
}

fn iterate(problem: &Problem, from: &Array2<f64>, tolerance: f64) -> Option<Array2<f64>> {
    match problem.classes {
        2 => two(problem, from.column(0), tolerance),
        _ => more(problem, from, tolerance),
    }
}

fn two(problem: &Problem, from: ArrayView1<'_, f64>, tolerance: f64) -> Option<Array2<f64>> {
    let data = DatasetBase::new(problem.x.view(), problem.y.view());
    let fitted = LogisticRegression::default()
        .alpha(penalty(problem))
        .max_iterations(CHUNK)
        .gradient_tolerance(tolerance)
        .initial_params(&from * sign(positive(&problem.y)))
        .fit(&data)
        .ok()?;
    let intercept = Array1::from_elem(1, fitted.intercept());
    let parameters = concatenate![Axis(0), fitted.params().view(), intercept.view()];
    Some((parameters * sign(fitted.labels().pos.class)).insert_axis(Axis(1)))
}

/// The class that linfa makes the positive one: the more frequent, of equals that of the first row.
fn positive(y: &Array1<usize>) -> usize {
    let ones = y.sum();
    match (2 * ones).cmp(&y.len()) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => y.first().copied().unwrap_or_default(),
        std::cmp::Ordering::Greater => 1,
    }
}

/// Our one output always speaks for the second class.
fn sign(positive: usize) -> f64 {
    if positive == 1 { 1.0 } else { -1.0 }
}

fn more(problem: &Problem, from: &Array2<f64>, tolerance: f64) -> Option<Array2<f64>> {
    let data = DatasetBase::new(problem.x.view(), problem.y.view());
    let fitted = MultiLogisticRegression::default()
        .alpha(penalty(problem))
        .max_iterations(CHUNK)
        .gradient_tolerance(tolerance)
        .initial_params(from.clone())
        .fit(&data)
        .ok()?;
    // Each class has rows, so linfa's classes are ours in our order.
    let intercepts = fitted.intercept().view().insert_axis(Axis(0));
    Some(concatenate![Axis(0), fitted.params().view(), intercepts])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_does_not_come_back_is_left_behind_and_linfa_rests_until_it_ends() {
        let problem = Problem {
            x: Array2::zeros((2, 1)),
            y: Array1::from(vec![0, 1]),
            classes: 2,
            penalties: Array1::ones(1),
        };
        let (release, held) = channel::<()>();
        let mut nobody = ();
        let pace = Pace::new(Instant::now() + Duration::from_secs(60), &mut nobody);

        let found = on_a_thread(move || held.recv().ok(), Duration::ZERO, &pace);
        assert_eq!(found, Ok(None));
        assert!(!can_take(&problem));

        drop(release);
        while !can_take(&problem) {
            std::thread::yield_now();
        }
    }
}
