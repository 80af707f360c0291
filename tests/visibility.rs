//! Who sees what: public, unlisted, private. What is private is not there for anybody but its owner and
//! administrators, on every path by which a byte of it, or that it is there, could come out. Each test is one of them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

#[path = "visibility/absence.rs"]
mod absence;
#[path = "visibility/caches.rs"]
mod caches;
#[path = "visibility/lists.rs"]
mod lists;
#[path = "visibility/owners.rs"]
mod owners;
#[path = "visibility/writes.rs"]
mod writes;

mod common;
