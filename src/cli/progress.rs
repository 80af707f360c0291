//! A progress bar on standard error, on a terminal only.

use crate::jobs::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::{pin::pin, time::Duration};

/// Steps of a bar whose work tells a share.
const STEPS: f64 = 1_000.0;
/// How often a bar is drawn.
const DRAWN: Duration = Duration::from_millis(100);

/// A bar with a few words; shown only where standard error is a terminal and work takes a moment.
pub fn bar(what: &'static str) -> ProgressBar {
    // indicatif draws on standard error, nothing at all if that is no terminal, and obeys NO_COLOR.
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {percent} %, {eta} left");
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what);
    bar
}

/// Moves a bar while the work goes on, and clears it.
pub async fn shown<T>(bar: &ProgressBar, progress: &Progress, work: impl Future<Output = T>) -> T {
    bar.set_length(STEPS as u64);
    let mut work = pin!(work);
    let mut tick = tokio::time::interval(DRAWN);
    loop {
        tokio::select! {
            done = &mut work => {
                bar.finish_and_clear();
                return done;
            }
            _ = tick.tick() => bar.set_position((progress.share() * STEPS) as u64),
        }
    }
}
