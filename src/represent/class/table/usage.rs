//! Usage: who called what.

use super::{
    collection::{PAGE, PER_PAGE, class, collection},
    shared::COUNT,
};
use crate::{
    domain::Kind,
    represent::class::{
        Bounds, Class, Parameter,
        Range::{Boolean, Date, Integer, Link, Text},
        operation::get,
        property::shown,
    },
};

const LISTED: &[Parameter] = &[
    PAGE,
    PER_PAGE,
    Parameter::new("version", Text, Bounds::Among(versions), "Only calls of this version of the API."),
    Parameter::new("route", Text, Bounds::Any, "Only calls of this pattern of URLs."),
    Parameter::new("principal", Text, Bounds::Any, "Only calls by whoever has this name."),
    Parameter::new("from", Date, Bounds::Any, "Only calls from this day on."),
    Parameter::new("to", Date, Bounds::Any, "Only calls up to this day."),
    Parameter::new(
        "deprecated",
        Text,
        Bounds::Among(truths),
        "Only calls of a version that will end, or of others.",
    ),
];

fn versions() -> Vec<&'static str> {
    vec!["", "v1", "v2"]
}

fn truths() -> Vec<&'static str> {
    vec!["", "true", "false"]
}

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "UsageCollection",
        "Usage",
        "Usage",
        [],
        [get("See who called what", Kind::Usage, "UsageCollection").with(LISTED)]
    ),
    class!(
        "Usage",
        [],
        "Usage of a route",
        [
            shown("day", "almanac:day", Text, "The day (UTC).").always(),
            shown("apiVersion", "almanac:apiVersion", Text, "The version of the API.").always(),
            shown("route", "almanac:route", Text, "The pattern of the URLs that were called.").always(),
            shown("principal", "almanac:principal", Text, "Who called, by name.").always(),
            shown("requests", "almanac:requests", Integer, "How often.").of(COUNT).always(),
            shown("deprecated", "almanac:deprecated", Boolean, "Whether that version will end.").always(),
            shown("user", "almanac:user", Link("User"), "Who called, if it is a user."),
        ],
        []
    ),
];
