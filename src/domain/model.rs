//! What a trained model consists of: how it was asked for, what was learned, how well it does.
//!
//! Plain data that the store keeps as JSON text: [`Settings`] (`model/settings.rs`), [`Fitted`]
//! (`model/fitted.rs`) and [`Scores`] (`model/scores.rs`). The learning itself is in `learning`; models as
//! resources, with a name and numbered versions, are in [`super::version`].

mod fitted;
mod scores;
mod settings;

pub use fitted::{Certificate, Encoded, Feature, Fitted, Level, Part, Rows, Seen, Solver, Warning};
pub use scores::{Baseline, Scores};
pub use settings::{Draft, DraftSplit, MOST_SEED, Missing, PENALTY, Settings, Split};
