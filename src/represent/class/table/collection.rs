//! What all collections have in common: members, pages, filters.

use super::shared::{COUNT, TITLE};
use crate::represent::class::{
    Bounds, Parameter, Property,
    Range::{Integer, Link, Object, Text},
    Spelling,
    property::shown,
};

const TOTAL: Property =
    shown("totalItems", "hydra:totalItems", Integer, "Members on all pages together.").of(COUNT).always();
const VIEW: Property = shown(
    "view",
    "hydra:view",
    Object("PartialCollectionView"),
    "The page that this is, and its neighbours.",
);
const SEARCH: Property = shown(
    "search",
    "hydra:search",
    Object("IriTemplate"),
    "How its pages, orders and filters are asked for.",
);

/// Title, count, members of a class, and the page.
pub const fn common(member: &'static str) -> [Property; 5] {
    let members =
        shown("member", "hydra:member", Object(member), "The members on this page.").many().always();
    [TITLE, TOTAL, members, VIEW, SEARCH]
}

/// What a document without operations of its own refers to as its collection.
pub const COLLECTION: Property =
    shown("collection", "almanac:collection", Link("Collection"), "The collection that it is a member of.");

/// Page by number.
pub const PAGE: Parameter = Parameter::new("page", Integer, Bounds::Between(1.0, 1e9), "Which page, from 1.");
/// Size of such a page.
pub const PER_PAGE: Parameter =
    Parameter::new("itemsPerPage", Integer, Bounds::Between(1.0, 1e3), "Members of a page; 30 unless said.");
/// These members only.
pub const IDS: Parameter =
    Parameter::new("id", Text, Bounds::Any, "Only these members, each by identifier, path or URL.")
        .spelt(Spelling::List)
        .filters("schema:identifier");

/// Order by one of the keys.
pub const fn order(keys: &'static [&'static str]) -> Parameter {
    let about = "Orders the members by that property: `asc` or `desc`; other properties are ignored.";
    Parameter::new("order", Text, Bounds::Among(directions), about).spelt(Spelling::Keys(keys))
}

/// Members whose property contains the text.
pub const fn contains(name: &'static str, property: &'static str) -> Parameter {
    let about = "Only members in which this property contains the text, in any case.";
    Parameter::new(name, Text, Bounds::Any, about).filters(property)
}

fn directions() -> Vec<&'static str> {
    vec!["asc", "desc", "ASC", "DESC"]
}

/// A collection: name, title, class of its members, further properties, operations.
macro_rules! collection {
    ($name:literal, $title:literal, $member:literal, [$($more:expr),* $(,)?], [$($operation:expr),* $(,)?]) => {
        $crate::represent::class::Class {
            name: $name,
            term: concat!("almanac:", $name),
            also: &["Collection"],
            title: $title,
            properties: &{
                use $crate::represent::class::table::collection::common;
                let [title, total, members, view, search] = common($member);
                [title, total, members, view, search, $($more),*]
            },
            operations: &[$($operation),*],
        }
    };
}

/// A class of ours: name, classes of others beside it, title, properties, operations.
macro_rules! class {
    ($name:literal, [$($also:literal),*], $title:literal, [$($property:expr),* $(,)?], [$($operation:expr),* $(,)?]) => {
        $crate::represent::class::Class {
            name: $name,
            term: concat!("almanac:", $name),
            also: &[$($also),*],
            title: $title,
            properties: &[$($property),*],
            operations: &[$($operation),*],
        }
    };
}

pub(super) use {class, collection};
