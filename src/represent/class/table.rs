//! The table: a file for each resource.

mod account;
mod article;
mod collection;
mod croissant;
mod dataset;
mod description;
mod entry;
mod evaluation;
mod hydra;
mod job;
mod message;
mod model;
mod prediction;
mod record;
pub mod row;
mod search;
pub mod shared;
mod usage;
mod version;

use super::Class;

/// Every class of version 2.
pub fn classes() -> impl Iterator<Item = &'static Class> {
    GROUPS.iter().copied().flatten()
}

const GROUPS: &[&[Class]] = &[
    entry::CLASSES,
    search::CLASSES,
    article::CLASSES,
    dataset::CLASSES,
    croissant::CLASSES,
    row::CLASSES,
    record::CLASSES,
    model::CLASSES,
    version::CLASSES,
    evaluation::CLASSES,
    prediction::CLASSES,
    job::CLASSES,
    message::CLASSES,
    account::CLASSES,
    usage::CLASSES,
    description::CLASSES,
    hydra::CLASSES,
];
