//! A progress bar on standard error, on a terminal only.

use indicatif::{ProgressBar, ProgressStyle};

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
