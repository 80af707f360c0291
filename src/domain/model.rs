//! What a trained model consists of: how it was asked for, what was learned, how well it does.
//!
//! Plain data that the store keeps as JSON text: [`Settings`] (`model/settings.rs`), [`Fitted`]
//! (`model/fitted.rs`), [`Scores`] and [`Curves`] (`model/scores.rs`, `model/curves.rs`); [`Saved`] (`model/saved.rs`)
//! is what of it other programs share. The learning itself is in `learning`; models as resources, with a name and
//! numbered versions, are in [`super::version`].

mod curves;
mod fitted;
mod saved;
mod scores;
mod settings;

pub use curves::{Bin, Curve, Curves, Recall, Roc};
pub use fitted::{
    Certificate, Encoded, Errors, Feature, Fitted, Level, Part, Rows, Seen, Solver, Tried, Validation,
    Warning,
};
pub use saved::Saved;
pub use scores::{Baseline, OfClass, Scores};
pub use settings::{
    Draft, DraftSearch, DraftSplit, DraftThreshold, FOLDS, LEAST_FOLDS, MOST_FOLDS, MOST_SEED, MOST_TRIED,
    Missing, PENALTY, Search, Settings, Split, Threshold,
};
