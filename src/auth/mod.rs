//! Who asks, and whether they may: passwords, tokens, and the guards in front of handlers.
//!
//! What may be done by whom is `domain/permission.rs`; this folder finds out who it is.

pub mod bearer;
pub mod guard;
pub mod known;
pub mod password;

pub use guard::{May, Viewer};
