//! Who asks, and whether they may: passwords, tokens, sessions, and the guards in front of handlers.
//!
//! What may be done by whom is `domain/permission.rs`; this folder finds out who it is.

pub mod bearer;
pub mod door;
pub mod guard;
pub mod known;
pub mod password;
pub mod rates;
pub mod session;
pub mod sight;
pub mod throttle;

pub use guard::{May, Viewer};
pub use session::Session;
pub use sight::Sight;
